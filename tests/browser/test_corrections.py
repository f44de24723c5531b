"""A form is moved and a subject transferred, by hand: what each person sees before and after."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import study
from tests.browser.steps import save, stored, url_of


@pytest.fixture
def misplaced(fresh: Any, people: Any) -> Any:
    """A subject whose assessment of day 2 stands at day 1."""
    with study.seeing_everything():
        typed = study.typed_crs(2, **study.SHOCK)
        study.submit("crs_assessment", fresh, "d1", typed, by=people("coordinator-01"))
    return fresh


def test_a_form_is_moved_to_its_visit_with_the_keyboard_and_both_places_say_so(signed_in: Any, misplaced: Any) -> None:
    page = signed_in("coordinator-01")
    page.goto(url_of(misplaced, "d1"))
    page.get_by_role("link", name="Move", exact=True).press("Enter")
    expect(page.locator("h1")).to_have_text("Move this form")
    page.locator("#id_visit_d2").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Show what would follow").press("Enter")
    expect(page.get_by_role("heading", name=f"To {misplaced.code}, Day 2")).to_be_visible()
    expect(page.get_by_role("heading", name="Queries that open")).to_be_visible()
    assert stored(misplaced, "d1").status == "COMPLETE"  # nothing is moved yet
    save(page)
    expect(page.get_by_text("Please choose a reason, or write one.").first).to_be_visible()
    page.locator("[name=choice]").select_option("It was entered at the wrong visit")
    save(page)
    expect(page.locator("h1")).to_contain_text("Day 2")
    expect(page.locator("[name=temperature]")).to_have_value("38.6")
    expect(page.locator("[name=vasopressors-0-drug]")).to_have_value("NOREPINEPHRINE")
    assert [line.drug for line in stored(misplaced, "d2").lines] == ["NOREPINEPHRINE"]
    page.goto(url_of(misplaced, "d2") + "history/")
    page.get_by_role("link", name=f"{misplaced.code}, Day 1").click()
    expect(page.get_by_text("Moved to:")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("38.6")
    page.goto(url_of(misplaced, "d1"))
    expect(page.locator("[name=temperature]")).to_have_value("")
    expect(page.locator("main")).to_contain_text("Moved to:")


def test_a_subject_is_transferred_and_changes_hands(signed_in: Any, misplaced: Any) -> None:
    before, after, manager = (signed_in(who) for who in ("coordinator-01", "coordinator-02", "data-manager"))
    casebook, form = f"/subjects/{misplaced.code}/", url_of(misplaced, "d1")
    assert (before.request.get(form).status, after.request.get(form).status) == (200, 404)
    manager.goto(casebook)
    manager.get_by_role("link", name="Transfer", exact=True).click()
    manager.locator("[name=site]").select_option(label="02 " + site_name("02"))
    manager.locator("[name=on]").fill("2026-04-10")
    manager.locator("[name=choice]").select_option("The subject moved house")
    save(manager)
    expect(manager.locator(".cw-note-success")).to_contain_text("is at site 02 now")
    assert (before.request.get(form).status, after.request.get(form).status) == (404, 200)
    after.goto(form + "history/")
    expect(after.locator("tbody")).to_contain_text("38.6")
    after.goto(casebook)
    expect(after.locator("main .cw-note:visible").first).to_contain_text("02")


def site_name(code: str) -> str:
    from trial.models import Site

    return str(Site.objects.get(code=code).name)
