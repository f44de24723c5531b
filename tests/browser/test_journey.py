"""From screening to day 2, by mouse and by keyboard."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests import study
from tests.browser.steps import fill, save, saved, typed_crs, url_of

TABS_AT_MOST = 80


def open_cell(page: Page, form: str, visit: str) -> None:
    """Follows a cell of the casebook."""
    page.locator(f".cw-casebook a[title='{form}, {visit}']").click()
    expect(page.locator("h1")).to_contain_text(form)


def state_of(page: Page, form: str, visit: str) -> str:
    """The state a casebook cell wears, in words."""
    return page.locator(f".cw-casebook a[title='{form}, {visit}'] .cw-state").inner_text().strip()


def test_an_investigator_takes_a_subject_from_screening_to_day_two(signed_in: Any) -> None:
    page = signed_in("investigator-01")
    page.goto("/")
    page.get_by_role("link", name="Subjects", exact=True).first.click()
    page.get_by_role("link", name="Screen a subject").click()
    fill(page, {"on": "2mar2026"})
    save(page)
    code = page.locator("h1").inner_text()
    assert re.fullmatch(r"01-\d{3}", code)
    expect(page.locator(".cw-note-success")).to_contain_text(code)

    page.get_by_role("link", name="Enrol", exact=True).click()
    expect(page.get_by_text("The consent form has no date yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Enrol")).to_have_count(0)

    casebook = f"/subjects/{code}/"
    for form, data in (
        ("Informed consent", study.typed_consent()),
        ("Demographics", study.typed_demographics()),
        ("Eligibility", study.typed_eligibility()),
    ):
        page.goto(casebook)
        assert state_of(page, form, "Screening") in ("expected", "overdue")
        open_cell(page, form, "Screening")
        fill(page, data)
        save(page)
        saved(page)
    page.goto(casebook)
    assert state_of(page, "Eligibility", "Screening") == "complete"

    page.get_by_role("link", name="Enrol", exact=True).click()
    fill(page, {"on": "2026-03-09", "dose_level": "2.0"})
    save(page)
    expect(page.locator(".cw-note-success")).to_contain_text("is enrolled")

    open_cell(page, "CAR-T infusion", "Day 0")
    fill(page, study.typed_infusion())
    save(page)
    saved(page)
    for day, changes in enumerate(({"temperature": "37.1", "investigator_grade": "0"}, {}, {})):
        page.goto(casebook)
        open_cell(page, "CRS assessment", f"Day {day}")
        fill(page, typed_crs(day, **{"assessed_at": f"2026-03-{20 + day} 22:00"} | changes))
        save(page)
        saved(page)
    page.goto(casebook)
    assert [state_of(page, "CRS assessment", f"Day {day}") for day in range(3)] == ["complete"] * 3
    assert state_of(page, "CRS assessment", "Day 3") in ("expected", "overdue")
    facts = page.locator(".cw-facts").inner_text()
    assert "2026-03-20" in facts
    assert re.search(r"Highest CRS grade\s+1\b", facts)


def test_a_form_is_entered_with_the_keyboard_alone(signed_in: Any, people: Any, site_01: Any) -> None:
    subject = study.screened(site_01, by=people("coordinator-01"))
    page = signed_in("coordinator-01")
    page.goto(url_of(subject, "screening", "informed-consent"))
    press = page.keyboard.press
    press("Tab")
    assert page.evaluate("document.activeElement.className") == "cw-skip"
    press("Enter")  # straight to the content

    def tab_to(name: str) -> None:
        for _ in range(TABS_AT_MOST):
            press("Tab")
            if page.evaluate("document.activeElement.name") == name:
                return
        raise AssertionError(f"{name} cannot be reached with the Tab key")

    tab_to("consent_date")
    page.keyboard.type("1mar26")
    tab_to("consent_version")
    page.keyboard.type("2.1")
    with page.expect_navigation():
        press("Enter")
    saved(page)
    expect(page.locator("[name=consent_date]")).to_have_value("2026-03-01")
    page.goto(url_of(subject, "screening", "myeloma-history"))
    tab_to("del_17p")
    expect(page.locator("#item-del_17p_percent")).to_be_hidden()
    press("y")
    expect(page.locator("[name=del_17p_percent]")).to_be_focused()  # one key answers and goes on
    press("Shift+Tab")
    while page.evaluate("document.activeElement.name") != "del_17p":
        press("Shift+Tab")
    press("n")
    expect(page.locator("#item-del_17p_percent")).to_be_hidden()
    expect(page.locator("[name=del_17p][value=N]")).to_be_checked()


def test_arrow_keys_move_through_the_casebook(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(f"/subjects/{fresh.code}/")
    first = page.locator(".cw-casebook a[title='CRS assessment, Day 0']")
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".cw-casebook a[title='CRS assessment, Day 1']")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".cw-casebook a[title='Vital signs, Day 0']")).to_be_focused()


def test_a_draft_is_kept_and_resumed_by_a_colleague(signed_in: Any, fresh: Any) -> None:
    page = signed_in("coordinator-01")
    page.goto(url_of(fresh, "d4"))
    fill(page, {"temperature": "38.4", "comment": "bed 12, night shift"})
    with page.expect_navigation():
        page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".cw-note-success")).to_be_visible()
    colleague = signed_in("investigator-01")
    colleague.goto(url_of(fresh, "d4"))
    expect(colleague.locator("[name=temperature]")).to_have_value("38.4")
    expect(colleague.locator("[name=comment]")).to_have_value("bed 12, night shift")
    expect(colleague.locator(".cw-head .cw-state")).to_have_text("draft")


def test_an_unscheduled_visit_takes_an_assessment_of_any_day(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(f"/subjects/{fresh.code}/")
    page.get_by_role("link", name="Unscheduled visit").click()
    fill(page, {"on": "2026-04-06", "reason": "Fever at home"})
    save(page)
    expect(page.locator("h1")).to_have_text("Unscheduled 1")
    page.get_by_role("link", name="CRS assessment").click()
    fill(page, typed_crs(17, temperature="36.9", investigator_grade="0"))
    save(page)
    saved(page)
