"""What an entry page says while it is filled in: where an error is, what will not be saved, how a date is read, where to go on."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests import study
from tests.browser.steps import fill, item, save, saved, url_of

ROWS = [study.PRESSOR, study.PRESSOR | {"drug": "EPINEPHRINE", "dose": "much"}]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name"))


def test_a_wrong_cell_of_a_grid_is_one_click_away_in_its_own_row(signed_in: Any, fresh: Any) -> None:
    page: Page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    fill(page, study.typed_crs(1, hypotension="Y", vasopressors=[ROWS[1], *ROWS, ROWS[1]], comment="stays"))
    page.locator("[data-rows=vasopressors] [data-remove-row]:visible").first.click()
    save(page)
    # The row that was taken away stays away; what remains is counted as it is seen.
    rows = page.locator("[data-rows=vasopressors] [data-row]:visible .cw-rows-number")
    expect(rows).to_have_text(["1", "2", "3"])
    expect(page.locator("#cw-errors li")).to_have_count(2)
    assert focused(page) == "vasopressors-2-dose"  # the first that is wrong
    page.locator("#cw-errors").get_by_role("link", name="Vasopressors 3, Highest dose").click()
    assert focused(page) == "vasopressors-3-dose"
    page.locator("#cw-errors").get_by_role("link", name="Vasopressors 2, Highest dose").click()
    assert focused(page) == "vasopressors-2-dose"


def test_without_scripts_the_same_link_leads_to_the_same_control_and_saving_says_what_was_not_kept(
    signed_in: Any, fresh: Any, people: Any
) -> None:
    with study.seeing_everything():
        study.submit(
            "crs_assessment", fresh, "d1", study.typed_crs(1, vasopressors=ROWS[:1]), by=people("investigator-01")
        )
    page: Page = signed_in("investigator-01", java_script_enabled=False)
    page.goto(url_of(fresh, "d1"))
    page.locator("[name=vasopressors-0-dose]").fill("much")
    page.locator("[name=oxygen_flow]").fill("2")
    page.get_by_role("button", name="Check").click()
    expect(item(page, "oxygen")).to_contain_text("Will not be saved with this answer: Oxygen flow")
    page.locator("#cw-errors a", has_text="Vasopressors 1").click()
    expect(page.locator("[name=vasopressors-0-dose]")).to_be_focused()
    page.keyboard.type("0.2")  # it is where the focus is: at the end of what stands there, or in its place
    page.locator("[name=vasopressors-0-dose]").fill("0.2")
    page.locator("#id_reason_text").fill("misread")
    page.locator("[data-save]").click()
    saved(page)
    expect(page.get_by_text("Not saved, because the answers given do not ask for it: Oxygen flow.")).to_be_visible()


def test_an_answer_that_hides_what_is_filled_in_says_so_before_anything_is_saved(signed_in: Any, fresh: Any) -> None:
    page: Page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    said = item(page, "oxygen").get_by_role("status")
    fill(page, {"oxygen": "NASAL_CANNULA", "oxygen_flow": "2"})
    expect(said).to_have_text("")
    fill(page, {"oxygen": "NONE"})
    expect(said).to_contain_text("Will not be saved with this answer: Oxygen flow.")
    fill(page, {"oxygen": "NASAL_CANNULA"})
    expect(said).to_have_text("")
    expect(page.locator("[name=oxygen_flow]")).to_have_value("2")


def test_a_date_is_said_back_while_it_is_typed_and_nothing_moves(signed_in: Any, fresh: Any) -> None:
    page: Page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    field, said = page.locator("[name=assessed_at]"), page.locator("#id_assessed_at_said")
    below = item(page, "temperature").bounding_box()
    field.press_sequentially("21mar26 0810")
    expect(said).to_have_text("21 Mar 2026 08:10")
    field.fill("3/4/2026 08:10")
    expect(said).to_have_text("Day or month?")
    field.fill("")
    expect(said).to_have_text("")
    assert item(page, "temperature").bounding_box() == below
    # A row that was added a moment ago has its own.
    fill(page, {"vasopressors": [study.PRESSOR | {"started_at": "20mar26 2200"}]})
    expect(page.locator("#id_vasopressors-0-started_at_said")).to_have_text("20 Mar 2026 22:00")


def test_keys_lead_to_the_form_and_the_visit_beside_this_one_but_not_out_of_a_text_field(
    signed_in: Any, fresh: Any
) -> None:
    page: Page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.locator("[name=comment]").focus()
    page.keyboard.press("Alt+PageDown")
    page.locator("[name=antipyretic]").first.focus()
    with page.expect_navigation(url=re.compile(r"/d1/icans-assessment/$")):
        page.keyboard.press("Alt+PageDown")
    with page.expect_navigation(url=re.compile(r"/d1/crs-assessment/$")):
        page.get_by_role("link", name="Previous form").click()
    page.locator("[name=temperature]").fill("38.4")  # goes with the draft
    page.locator("[name=antipyretic]").first.focus()
    with page.expect_navigation(url=re.compile(r"/d2/crs-assessment/$")):
        page.keyboard.press("Alt+Shift+PageDown")
    page.go_back()  # on a busy machine the draft arrives after the page: it is compared, and shown, then
    expect(page.locator("[name=temperature]")).to_have_value("38.4", timeout=20_000)
