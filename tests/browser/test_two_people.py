"""Two people on one form, and the history of what changed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import study
from tests.browser.steps import because, fill, item, save, saved, stored, url_of


@pytest.fixture
def assessed(fresh: Any, people: Any) -> Any:
    """The subject with a complete assessment of day 1: 38.6 degrees, grade 1."""
    with study.seeing_everything():
        study.submit("crs_assessment", fresh, "d1", study.typed_crs(1, comment="first"), by=people("investigator-01"))
    return fresh


def history(page: Page) -> list[list[str]]:
    """The rows of the history drawer, the latest first."""
    page.get_by_role("link", name="History").click()
    expect(page.locator("#cw-drawer")).to_be_visible()
    rows = page.locator("#cw-drawer tbody tr")
    expect(rows.first).to_be_visible()
    return [[cell.strip() for cell in row.locator("th, td").all_inner_texts()] for row in rows.all()]


def test_the_second_of_two_people_chooses_per_item_and_both_values_are_kept(signed_in: Any, assessed: Any) -> None:
    second, first = signed_in("investigator-01"), signed_in("coordinator-01")
    for page in (second, first):
        page.goto(url_of(assessed, "d1"))
    fill(first, {"temperature": "39.4", "temperature_route": "ORAL"})
    because(first, "Transcription error")
    save(first)
    saved(first)

    fill(second, {"temperature": "39.9", "comment": "second"})
    because(second, "New information from the source")
    save(second)
    expect(second.locator("h1")).to_have_text("Two people changed this form")
    expect(second.locator(".cw-note-warning[role=alert]")).to_contain_text("Yue Lin")
    shown = {
        row[0].split("\n")[0]: row[1:]
        for row in (
            [c.strip() for c in r.locator("th, td").all_inner_texts()] for r in second.locator("tbody tr").all()
        )
    }
    assert shown["Highest temperature"] == ["39.9 °C", "39.4 °C", "38.6 °C"]
    assert shown["Comment"] == ["second", "first", "first"]
    assert shown["Taken at"] == ["Axillary", "Oral", "Axillary"]
    assert len(shown) == 3
    assert float(stored(assessed, "d1").temperature) == 39.4  # nothing is overwritten

    # Changed by one alone: already chosen. Changed by both: nobody chooses but the person.
    expect(second.locator("[name=_pick_comment][value=mine]")).to_be_checked()
    expect(second.locator("[name=_pick_temperature_route][value=theirs]")).to_be_checked()
    expect(second.locator("[name=_pick_temperature]:checked")).to_have_count(0)
    second.locator("[name=_pick_temperature][value=theirs]").check()
    save(second)
    saved(second)
    row = stored(assessed, "d1")
    assert (float(row.temperature), row.comment, row.temperature_route, row.version) == (39.4, "second", "ORAL", 3)

    with study.seeing_everything():
        from trial.models import AuditEvent

        kept = AuditEvent.objects.filter(subject_id=assessed.pk, after__typed__has_key="temperature")
        assert [event.after["typed"]["temperature"] for event in kept] == [["39.9"]]


def test_two_people_enter_the_same_form_for_the_first_time(signed_in: Any, fresh: Any) -> None:
    pages = [signed_in("investigator-01"), signed_in("investigator-01")]
    for page, temperature in zip(pages, ("38.6", "39.2"), strict=True):
        page.goto(url_of(fresh, "d2"))
        fill(
            page,
            study.typed_crs(
                2, temperature=temperature, vasopressors=[study.PRESSOR], hypotension="Y", investigator_grade="3"
            ),
        )
    for page in pages:
        save(page)
    expect(pages[1].locator("h1")).to_have_text("Two people changed this form")
    assert float(stored(fresh, "d2").temperature) == 38.6
    pages[1].locator("[name=_pick_temperature][value=mine]").check()
    because_of = pages[1].locator("#id_reason_choice")
    because_of.select_option("Transcription error")
    save(pages[1])
    saved(pages[1])
    row = stored(fresh, "d2")
    assert (float(row.temperature), len(row.lines)) == (39.2, 1)


def test_the_history_drawer_says_item_old_new_who_when_and_why(signed_in: Any, assessed: Any) -> None:
    page = signed_in("coordinator-01")
    page.goto(url_of(assessed, "d1"))
    fill(page, {"temperature": "39.0"})
    because(page, "Transcription error", "two digits exchanged")
    save(page)
    saved(page)
    label, old, new, who, when, why = history(page)[0]
    assert (label, old, new, who) == ("Highest temperature", "38.6 °C", "39.0 °C", "Yue Lin")
    assert why == "Transcription error: two digits exchanged"
    assert when
    first = [row for row in history_rows(page) if row[0] == "Highest temperature"][-1]
    assert first[1:4] == ["blank", "38.6 °C", "Bowen Shen"]
    page.keyboard.press("Escape")
    expect(page.locator("#cw-drawer")).to_be_hidden()


def history_rows(page: Page) -> list[list[str]]:
    """The rows of the open drawer."""
    return [
        [cell.strip() for cell in row.locator("th, td").all_inner_texts()]
        for row in page.locator("#cw-drawer tbody tr").all()
    ]


def test_a_correction_without_a_reason_is_refused_at_the_reason_and_nothing_is_lost(
    signed_in: Any, assessed: Any
) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(assessed, "d1"))
    fill(page, {"temperature": "39.0", "comment": "checked with the chart"})
    save(page)
    expect(page.locator("#reason_error")).to_be_visible()
    page.locator("#cw-errors a[href='#item-reason']").click()
    expect(page.locator("#id_reason_choice")).to_be_focused()
    expect(page.locator("[name=temperature]")).to_have_value("39.0")
    expect(page.locator("[name=comment]")).to_have_value("checked with the chart")
    assert float(stored(assessed, "d1").temperature) == 38.6
    because(page, "OTHER")  # says nothing without words
    save(page)
    expect(page.locator("#reason_error")).to_be_visible()
    because(page, "OTHER", "the chart was read again")
    save(page)
    saved(page)
    assert history(page)[0][5] == "the chart was read again"


def test_saving_without_a_change_says_so_and_makes_no_history(signed_in: Any, assessed: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(assessed, "d1"))
    save(page)
    expect(page.get_by_text("Nothing has changed, so nothing was saved.")).to_be_visible()
    assert stored(assessed, "d1").version == 1


def test_an_error_after_a_conflict_keeps_my_text(signed_in: Any, assessed: Any) -> None:
    second, first = signed_in("investigator-01"), signed_in("coordinator-01")
    for page in (second, first):
        page.goto(url_of(assessed, "d1"))
    fill(first, {"comment": "theirs"})
    because(first, "Transcription error")
    save(first)
    fill(second, {"temperature": "98.6"})
    save(second)
    expect(second.locator("h1")).to_have_text("Two people changed this form")
    second.locator("[name=_pick_temperature][value=mine]").check()
    save(second)
    expect(item(second, "temperature").locator(".cw-error")).to_contain_text("30 to 45")
    expect(second.locator("[name=temperature]")).to_have_value("98.6")
    expect(second.locator("[name=comment]")).to_have_value("theirs")
    fill(second, {"temperature": "38.7"})
    because(second, "Transcription error")
    save(second)
    saved(second)
