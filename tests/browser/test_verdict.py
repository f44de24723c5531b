"""The grade while typing, without scripts, and when the investigator disagrees."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests import study
from tests.browser.steps import because, fill, grade, item, save, saved, stored, url_of

SHOCK_ON_OXYGEN = {
    "assessed_at": "2026-03-21 20:00", "temperature": "39.1", "hypotension": "Y", "vasopressors": [study.PRESSOR],
    "oxygen": "NASAL_CANNULA", "oxygen_flow": "2",
}  # fmt: skip


def test_the_grade_appears_with_its_clause_while_typing(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    expect(item(page, "oxygen_flow")).to_be_hidden()
    fill(page, {"temperature": "39.1"})
    expect(grade(page)).to_have_text("Grade 1")
    fill(page, {k: v for k, v in SHOCK_ON_OXYGEN.items() if k != "temperature"})
    expect(grade(page)).to_have_text("Grade 3")
    expect(page.locator("#verdict")).to_contain_text("One vasopressor, with or without vasopressin (norepinephrine).")
    expect(page.locator("#verdict .cw-basis").first).to_contain_text("ASTCT 2019")
    fill(page, {"oxygen": "CPAP", "ventilation_reason": "HYPOXIA"})
    expect(item(page, "oxygen_flow")).to_be_hidden()
    expect(grade(page)).to_have_text("Grade 4")
    assert stored(fresh, "d1") is None


def test_removing_the_vasopressor_row_takes_its_grade_away(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    fill(page, SHOCK_ON_OXYGEN)
    expect(grade(page)).to_have_text("Grade 3")
    page.locator("[data-remove-row]").first.click()
    expect(grade(page)).to_have_text("Grade 2")


def test_without_scripts_check_shows_the_grade_rows_are_added_and_saving_works(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01", java_script_enabled=False)
    page.goto(url_of(fresh, "d1"))
    expect(item(page, "ventilation_reason")).to_be_visible()  # nothing hides it
    data = study.typed_crs(1, **SHOCK_ON_OXYGEN | {"investigator_grade": "3"})
    pressor = data.pop("vasopressors")[0]
    fill(page, data)
    page.locator("[data-rows=vasopressors] [data-add-row]").click()
    fill(page, {f"vasopressors-0-{k}": v for k, v in pressor.items()})
    page.get_by_role("button", name="Check").click()
    expect(grade(page)).to_have_text("Grade 3")
    # Asked of CPAP alone: with a cannula it is hidden to those with scripts, and keeps no value.
    fill(page, {"ventilation_reason": "HYPOXIA"})
    page.locator("[data-save]").click()
    saved(page)
    row = stored(fresh, "d1")
    assert (len(row.lines), row.oxygen_flow, row.ventilation_reason) == (1, 2, None)


def test_without_scripts_menus_open_and_a_row_is_removed(signed_in: Any, fresh: Any, people: Any) -> None:
    with study.seeing_everything():
        study.submit("crs_assessment", fresh, "d1", study.typed_crs(1, **study.SHOCK), by=people("investigator-01"))
    page = signed_in("investigator-01", java_script_enabled=False)
    page.goto(url_of(fresh, "d1"))
    page.locator("[data-remove-box]").first.click()
    fill(page, {"hypotension": "N", "investigator_grade": "1"})
    because(page, "Transcription error")
    page.locator("[data-save]").click()
    saved(page)
    assert stored(fresh, "d1").lines == []
    page.locator("summary", has_text="Bowen Shen").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def disagreeing(page: Page, subject: Any) -> None:
    """Saves grade 1 where the criteria say 3."""
    page.goto(url_of(subject, "d1"))
    fill(page, study.typed_crs(1, **study.SHOCK | {"investigator_grade": "1"}))
    expect(page.locator("#verdict .cw-checks")).to_contain_text("CRS-01")
    save(page)
    saved(page)
    expect(page.locator(".cw-head .cw-state")).to_have_text("queried")


def test_a_disagreement_opens_a_query_that_the_site_answers_and_the_data_manager_closes(
    signed_in: Any, fresh: Any
) -> None:
    page = signed_in("investigator-01")
    disagreeing(page, fresh)
    page.locator("#queries").get_by_role("link", name="Answer").click()
    expect(page.locator(".cw-thread").first).to_contain_text("The investigator's grade differs")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.locator(".cw-error")).to_be_visible()  # an empty answer is none
    fill(page, {"text": "Norepinephrine was given by mistake, see progress note."})
    save(page)
    saved(page)

    manager = signed_in("data-manager")
    manager.goto(f"/queries/?q={fresh.code}")
    manager.locator("tbody a").first.click()
    expect(manager.locator(".cw-thread").first).to_contain_text("see progress note")
    expect(manager.get_by_role("button", name="Send the answer")).to_have_count(0)
    fill(manager, {"text": "Accepted."})
    manager.get_by_role("button", name="Close the query").click()
    saved(manager)
    expect(manager.locator(".cw-head .cw-state")).to_have_text("Closed")
    page.goto(url_of(fresh, "d1"))
    expect(page.locator(".cw-head .cw-state")).to_have_text("complete")
    assert stored(fresh, "d1").investigator_grade == "1"  # the software never overwrites it


def test_correcting_the_value_closes_the_query_by_evidence(signed_in: Any, fresh: Any) -> None:
    from crf.workflow import EVIDENCE

    page = signed_in("investigator-01")
    disagreeing(page, fresh)
    query = page.locator("#queries").get_by_role("link", name="Answer").get_attribute("href")
    fill(page, {"investigator_grade": "3"})
    because(page, "Answer to a query")
    save(page)
    expect(page.locator("#queries")).to_contain_text("No open query")
    page.goto(query)
    expect(page.locator(".cw-thread").first).to_contain_text(EVIDENCE)
    expect(page.locator(".cw-head .cw-state")).to_have_text("Closed")


def test_a_coordinator_cannot_grade_and_a_query_waits_for_the_investigator(signed_in: Any, fresh: Any) -> None:
    page = signed_in("coordinator-01")
    page.goto(url_of(fresh, "d2"))
    expect(page.locator("[name=investigator_grade]")).to_be_disabled()
    data = study.typed_crs(2)
    del data["investigator_grade"]
    fill(page, data)
    save(page)
    saved(page)
    assert stored(fresh, "d2").investigator_grade is None
