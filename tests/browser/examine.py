"""What is looked for on an open page: axe's findings, width and zoom, words that are not in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.async_api import Page

from tests.browser.many import Look
from tests.browser.screenshots import SCHEMES, WIDTHS
from tests.browser.walk import Stop

__all__ = ["SCHEMES", "WIDTHS", "access", "as_high_as_it_is", "both", "by_axe", "drawn", "too_wide", "words"]

# WCAG 1.4.4 and 1.4.10: 1280 px at 200 %, and 1280 px at 400 %.
ZOOMED = {"width": 640, "height": 450}
RULES = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}
HIGHEST = 6000  # pixels of a window
FADED = 250  # milliseconds
AT_MOST_OVER = 1  # pixels wider than the window, for rounding
# Text that is cut off, although it stands in nothing that scrolls.
CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(e => {
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  return box.width > 4 && box.height > 4 && e.innerText && ['hidden', 'clip'].includes(style.overflowX)
    && style.textOverflow !== 'ellipsis' && e.scrollWidth > e.clientWidth + 2;
}).slice(0, 3).map(e => e.outerHTML.slice(0, 100))"""
# Every text of the page and every attribute that is read out; not what a person typed.
TEXTS = """() => {
  const found = [], skip = 'script, style, code, kbd, template, textarea, [lang=en], [data-typed]';
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.data.replace(/\\s+/g, ' ').trim();
    if (text && !walk.currentNode.parentElement.closest(skip)) found.push(text);
  }
  for (const e of document.querySelectorAll('[title], [aria-label], [placeholder], [alt]'))
    if (!e.closest(skip)) for (const name of ['title', 'aria-label', 'placeholder', 'alt'])
      if (e.getAttribute(name)) found.push(e.getAttribute(name));
  found.push(document.title);
  return found;
}"""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[A-Za-z]{3,}(?: [A-Za-z]{2,})+")
# A work cited: authors, journal, year.
CITED = re.compile(
    r"[A-Z][\w'’-]+ [A-Z]{1,3}(?:, [A-Z][\w'’-]+ [A-Z]{1,3})*(?: et al\.?| 等)?[.，,] ?[^;（(]*\d{4};[\w:.–-]+|J Hematol Oncol \d+"
)


@cache
def _axe() -> str:
    return str(Axe().axe_script)


async def by_axe(page: Page, at: str) -> list[str]:
    """What axe says against the page as it stands."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    # Of the panel, the columns of an inline table are drawn by Django.
    violations: Any = await page.evaluate(
        "rules => axe.run({exclude: [['th.original'], ['td.delete']]}, rules).then(found => found.violations)", RULES
    )
    return [f"{at}: {v['id']}: {n['html'][:140]}" for v in violations for n in v["nodes"][:2]]


async def too_wide(page: Page, at: str) -> list[str]:
    """Whether the page scrolls sideways as a whole, or cuts text off."""
    over = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    cut: list[str] = await page.evaluate(CUT_OFF)
    return ([f"{at}: {over} px wider than the window"] if over > AT_MOST_OVER else []) + [
        f"{at}: cut off: {e}" for e in cut
    ]


async def as_high_as_it_is(page: Page) -> None:
    """Makes the window as high as the page: what sticks to its foot then stands at the foot, over nothing."""
    size = page.viewport_size or WIDTHS["wide"]
    high = min(await page.evaluate("document.documentElement.scrollHeight"), HIGHEST)
    await page.set_viewport_size({"width": size["width"], "height": max(high, size["height"])})
    await drawn(page)


async def drawn(page: Page) -> None:
    """Waits until the page is drawn anew: a picture taken before shows its head again where the old window ended."""
    await page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def access(combinations: Sequence[tuple[str, str]], *, each: bool = False) -> Look:
    """Axe in one combination of theme and width, taken in turn, or in each; width and zoom always."""

    async def look(page: Page, stop: Stop, number: int) -> list[str]:
        found = []
        for scheme, width in combinations if each else [combinations[number % len(combinations)]]:
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.set_viewport_size(WIDTHS[width])  # type: ignore[arg-type]
            await as_high_as_it_is(page)
            await page.wait_for_timeout(FADED)  # the panel's buttons fade from one theme to the other
            found += await by_axe(page, f"{stop.name} {scheme} {width}")
        for at, size in (*WIDTHS.items(), ("at 200 %", ZOOMED)):
            await page.set_viewport_size(size)  # type: ignore[arg-type]
            found += await too_wide(page, f"{stop.name} {at}")
        return found

    return look


def words(*, known: Collection[str], translated: Callable[[str], str]) -> Look:
    """Texts in English on a Chinese page: two words in a row, or a sentence that the catalogue says in Chinese.

    known: what is English by right (names, what people typed, codes); translated: a sentence in Chinese.
    """
    longest_first = sorted({text for text in known if len(text) > 2}, key=len, reverse=True)
    names = re.compile("|".join(map(re.escape, longest_first)) or "$^")
    lines = {line for text in known for line in text.split("\n")}

    def english(text: str) -> bool:
        if text in lines or not re.search("[A-Za-z]{2}", text):
            return False
        rest = names.sub("", CITED.sub("", text))
        return bool(ENGLISH.search(rest) or (not CHINESE.search(text) and CHINESE.search(translated(text))))

    async def look(page: Page, stop: Stop, number: int) -> list[str]:
        texts: list[str] = await page.evaluate(TEXTS)
        return [f"{stop.name}: in English: {text[:160]}" for text in dict.fromkeys(texts) if english(text)]

    return look


def both(*looks: Look) -> Look:
    """One look after the other."""

    async def look(page: Page, stop: Stop, number: int) -> list[str]:
        return [line for one in looks for line in await one(page, stop, number)]

    return look
