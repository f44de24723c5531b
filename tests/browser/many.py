"""Many pages at once in one browser: a walk over stops, and what was found at each."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from deploy.browser import executable
from tests.browser.walk import Stop

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
PATIENCE = 20_000  # milliseconds
WIDE = {"width": 1280, "height": 900}
LOCALES = {"en": "en-GB", "zh-hans": "zh-CN"}

# What is done at a stop, once it is open; answers what is wrong with it.
Look = Callable[[Page, Stop, int], Awaitable[list[str]]]


def walk(
    address: str, stops: Sequence[Stop], look: Look, *, language: str, session: Callable[[str], str], at_once: int = 3
) -> list[str]:
    """Opens every stop in `at_once` pages of one browser, and gathers what `look` finds.

    session: username -> key of a session. look's last argument numbers the stops.
    """
    keys: Mapping[Any, str] = {
        **{who: session(who) for who in sorted({stop.who for stop in stops if stop.who})},
        **{stop: session(stop.who) for stop in stops if stop.alone and stop.who},
    }
    found: list[str] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            found.extend(asyncio.run(_walk(address, list(stops), look, language, keys, at_once)))
        except BaseException as error:  # noqa: BLE001 - told to the caller's thread
            failure.append(error)

    # A thread of its own: Playwright's other interface keeps its event loop in the main one.
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return found


async def _walk(
    address: str, stops: list[Stop], look: Look, language: str, keys: Mapping[Any, str], at_once: int
) -> list[str]:
    waiting, found = iter(list(enumerate(stops))), []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        contexts: dict[Any, BrowserContext] = {}
        lock = asyncio.Lock()

        async def worker() -> None:
            for number, stop in waiting:
                key = stop if stop.alone else stop.who
                async with lock:
                    if key not in contexts:
                        contexts[key] = await _context(browser, address, language, keys.get(key))
                try:
                    found.extend(await _visit(contexts[key], stop, number, look))
                except Exception as error:  # noqa: BLE001 - one page's failure is a finding, the walk goes on
                    found.append(f"{stop.name}: {type(error).__name__}: {str(error).splitlines()[0]}")

        await asyncio.gather(*(worker() for _ in range(at_once)))
        await browser.close()
    return found


async def _context(browser: Browser, address: str, language: str, key: str | None) -> BrowserContext:
    context = await browser.new_context(
        base_url=address, locale=LOCALES[language], viewport=WIDE, reduced_motion="reduce"  # type: ignore[arg-type]
    )  # fmt: skip
    if key:
        await context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
    context.set_default_timeout(PATIENCE)
    return context


async def _visit(context: BrowserContext, stop: Stop, number: int, look: Look) -> list[str]:
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"{stop.name}: script: {error}"))
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    try:
        answer = await page.goto(stop.path)
        if answer is None or answer.status != stop.status:
            return [f"{stop.name}: status {answer and answer.status} at {stop.path}"]
        if stop.before:
            await stop.before(page)
        found = await look(page, stop, number)
        return found + wrong
    finally:
        await page.close()


def rotated(numbers: Iterable[int], *choices: Sequence[Any]) -> Iterable[tuple[Any, ...]]:
    """One combination of the choices for each number, so that all of them come in turn."""
    combinations = list(itertools.product(*choices))
    return (combinations[number % len(combinations)] for number in numbers)
