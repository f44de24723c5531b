"""Takes the pictures that `python -m tests.browser.screenshots` asks for. No test: collected by that command alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.async_api import Page

from tests.browser import screenshots
from tests.browser.conftest import session_of
from tests.browser.examine import as_high_as_it_is, drawn
from tests.browser.many import Look, walk
from tests.browser.places import Places
from tests.browser.test_walk import speak
from tests.browser.test_walk import study_places as study_places
from tests.browser.walk import README, Stop, manual, readme, stops

WINDOW = {"width": 1280, "height": 860}


def test_every_page(web: Any, study_places: Places, records: None) -> None:
    out, only = Path(os.environ["PICTURES_OUT"]), os.environ["PICTURES_ONLY"]
    out.mkdir(parents=True, exist_ok=True)
    found = []
    for language, themes, widths in screenshots.chosen():
        speak(language)
        look = screenshots.picture(out, language, themes, widths)
        listed = [stop for stop in stops(study_places) if only in stop.name]
        at_once = int(os.environ["PICTURES_AT_ONCE"])
        found += walk(web.address, listed, look, language=language, session=session_of, at_once=at_once)
    speak("en")
    print("\n".join(found), screenshots.index(out), sep="\n")


def test_manual(web: Any, study_places: Places, records: None) -> None:
    """The pictures of the manual, in each language."""
    for language in screenshots.LANGUAGES:
        out = Path(settings.BASE_DIR) / "trial" / "static" / "help" / language
        out.mkdir(parents=True, exist_ok=True)
        speak(language)
        found = walk(web.address, list(manual(study_places)), part(out), language=language, session=session_of)
        assert not found, "\n".join(found)
    speak("en")


def test_readme(web: Any, study_places: Places, records: None) -> None:
    nothing_failed()
    out = Path(settings.BASE_DIR) / "docs" / "images"
    print(walk(web.address, list(readme(study_places)), window(out), language="en", session=session_of))


def nothing_failed() -> None:
    """The failed refresh that the walk has to see is no picture of the README."""
    from trial import audit
    from trial.models import Job

    with audit.acting("migration"):
        Job.objects.filter(state=Job.State.FAILED).update(state=Job.State.DONE, error="")


def part(out: Path) -> Look:
    """The part of the page that a chapter speaks of, or its window."""

    async def look(page: Page, stop: Stop, number: int) -> list[str]:
        await taken(page, stop, out / f"{stop.name}.png", {"width": 1000, "height": 640})
        return []

    return look


def window(out: Path) -> Look:
    """One window of the page, or a part of it, as large as the README shows it."""

    async def look(page: Page, stop: Stop, number: int) -> list[str]:
        await taken(page, stop, out / f"{README[stop.name]}.png", WINDOW)
        return []

    return look


async def taken(page: Page, stop: Stop, file: Path, size: dict[str, int]) -> None:
    """Takes the stop's part of the page, else its window; a part is drawn in a window as high as the page."""
    await page.set_viewport_size(size)  # type: ignore[arg-type]
    if stop.part:
        await as_high_as_it_is(page)
        await page.locator(stop.part).first.screenshot(path=file)
    else:
        await drawn(page)
        await page.screenshot(path=file)
    screenshots.shrink(file)
