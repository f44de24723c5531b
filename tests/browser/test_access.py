"""What only two people or a switch bring about is readable too; every other page is walked by test_walk.py."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from deploy.environment import ROOT
from tests import study
from tests.browser.steps import fill, save, url_of

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
EVERYTHING = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}
AT_MOST_OVER = 1  # pixels wider than the window, for rounding


@pytest.fixture
def queried(people: Any, fresh: Any) -> Any:
    """A subject with a query and one complete assessment."""
    with study.seeing_everything():
        for day, changes in ((1, study.SHOCK | {"investigator_grade": "1"}), (2, {})):
            study.submit(
                "crs_assessment", fresh, f"d{day}", study.typed_crs(day, **changes), by=people("investigator-01")
            )
    return fresh


def found_by_axe(page: Page, at: str, rules: dict[str, Any]) -> list[str]:
    """What axe says against the page as it stands, and whether it is wider than its window."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    violations = page.evaluate("rules => axe.run(rules).then(found => found.violations)", rules)
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    wide = [f"{at}: {over} px wider than the window"] if over > AT_MOST_OVER else []
    return [f"{at}: {v['id']}: {n['html'][:120]}" for v in violations for n in v["nodes"][:2]] + wide


def test_axe_finds_nothing_on_the_page_of_a_conflict(signed_in: Any, queried: Any) -> None:
    pages = [signed_in("investigator-01"), signed_in("coordinator-01")]
    for page, temperature in zip(pages, ("39.1", "39.2"), strict=True):
        page.goto(url_of(queried, "d2"))
        fill(page, {"temperature": temperature})
        page.locator("#id_reason_choice").select_option("Transcription error")
    for page in pages:
        save(page)
    for size in (WIDE, NARROW):
        pages[1].set_viewport_size(size)
        assert not found_by_axe(pages[1], str(size["width"]), EVERYTHING)


def test_the_language_switch_changes_every_word_of_the_frame_and_stays_with_the_person(
    signed_in: Any, queried: Any
) -> None:

    words = spoken(ROOT / "trial" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po")
    page = signed_in("monitor")
    page.goto("/subjects/")
    page.get_by_text("Language", exact=True).locator("..").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("h1")).to_have_text(words["Subjects"])
    again = signed_in("monitor")  # another machine
    again.goto(url_of(queried, "d1"))
    expect(again.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(again.locator("h1")).to_contain_text(words["CRS assessment"])
    expect(again.locator("#item-temperature")).to_contain_text(words["Highest temperature"])
    expect(again.locator("#verdict")).not_to_contain_text("One vasopressor")
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def spoken(catalogue: Any) -> dict[str, str]:
    """English sentence -> Chinese."""
    import polib

    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(catalogue)) if entry.msgstr}
