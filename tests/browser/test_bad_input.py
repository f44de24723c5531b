"""Bad input gets words at the item; everything typed stays on the page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import study
from tests.browser.steps import fill, item, save, saved, url_of

TEN_MEGABYTES = 10_000_000


def test_every_kind_of_bad_value_is_explained_at_its_item_and_stays_there(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    wrong = {"assessed_at": "30feb2026 08:00", "temperature": "98.6", "oxygen": "NASAL_CANNULA", "oxygen_flow": "lots"}
    fill(
        page,
        study.typed_crs(1, **wrong, vasopressors=[study.PRESSOR | {"dose": "-3"}], comment="stays\nwith\nits lines"),
    )
    page.evaluate(
        "() => { const o = new Option('tampered', 'AURAL'); const s = document.querySelector('[name=temperature_route]');"
        " s.add(o); s.value = 'AURAL'; document.querySelector('[name=antipyretic][value=N]').value = 'PERHAPS'; }"
    )
    page.locator("[name=anticytokine]:checked").evaluate("e => { e.checked = false }")
    save(page)
    said = {
        "assessed_at": "This is not a date and time.", "temperature": "Please enter a value from 30 to 45 °C.",
        "oxygen_flow": "This is not a number.", "temperature_route": "This code is not in the list.",
        "antipyretic": "Please answer yes, no or unknown.", "anticytokine": "Please enter a value, or say why it is missing.",
    }  # fmt: skip
    for name, text in said.items():
        expect(item(page, name).locator(".cw-error")).to_contain_text(text)
        expect(page.locator(f"#cw-errors a[href='#item-{name}']")).to_be_visible()
    expect(item(page, "vasopressors").locator(".cw-error")).to_contain_text("0 to 10000")
    for name, text in {k: v for k, v in wrong.items() if k != "oxygen"}.items():
        expect(page.locator(f"[name={name}]")).to_have_value(text)
    expect(page.locator("[name=comment]")).to_have_value("stays\nwith\nits lines")
    expect(page.locator("[name=vasopressors-0-dose]")).to_have_value("-3")
    expect(page.locator("[name=steroid][value=N]")).to_be_checked()
    expect(page.locator("[name=assessed_at]")).to_be_focused()  # the first that is wrong; the summary is an alert
    expect(page.locator("#cw-errors")).to_have_attribute("role", "alert")

    page.locator("#cw-errors a[href='#item-temperature']").click()
    expect(page.locator("[name=temperature]")).to_be_focused()
    page.locator("#cw-errors a[href='#item-anticytokine']").click()
    assert page.evaluate("document.activeElement.name") == "anticytokine"
    page.locator("#cw-errors a[href='#id_vasopressors-0-dose']").click()
    assert page.evaluate("document.activeElement.name") == "vasopressors-0-dose"

    # Corrected where it stands, it is saved: nothing had to be typed twice.
    fill(
        page,
        {"assessed_at": "2026-03-21 20:00", "temperature": "38.6", "oxygen_flow": "2", "temperature_route": "ORAL"},
    )
    fill(page, {"antipyretic": "N", "anticytokine": "N", "vasopressors-0-dose": "3", "hypotension": "Y"})
    save(page)
    saved(page)
    expect(page.locator("[name=comment]")).to_have_value("stays\nwith\nits lines")


def test_a_missing_item_is_taken_with_a_reason_and_a_value_with_one_is_not(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    fill(page, study.typed_crs(1, temperature=""))
    save(page)
    expect(item(page, "temperature").locator(".cw-error")).to_contain_text("say why it is missing")
    item(page, "temperature").locator(".cw-missing summary").click()
    fill(page, {"temperature__missing": "NOT DONE", "temperature": "38.2"})
    save(page)
    expect(item(page, "temperature").locator(".cw-error")).to_contain_text("keep one of them")
    fill(page, {"temperature": ""})
    save(page)
    saved(page)
    expect(page.locator("[name=temperature__missing]")).to_have_value("NOT DONE")


def test_ten_megabytes_of_text_are_refused_at_the_item_and_are_still_there(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    here = url_of(fresh, "d1")
    form = posted(page, here) | study.typed_crs(1, vasopressors="", comment="x" * TEN_MEGABYTES)
    for button in ("_save", "_check", "_draft"):
        answer = page.request.post(here, form=form | {button: "1"})
        body = answer.text()
        assert (answer.status, "x" * TEN_MEGABYTES in body) in ((422, True), (200, True)), button
        assert ("2000" in body) or button == "_draft"
    assert "This is too long for a draft" in body


def posted(page: Any, here: str) -> dict[str, str]:
    """What the page sends besides the items."""
    page.goto(here)
    return {"csrfmiddlewaretoken": page.locator("#crf-form [name=csrfmiddlewaretoken]").input_value(), "_version": "0"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", "NaN"), ("temperature", "1e400"), ("temperature", "38,5"), ("temperature", "3٨.5"), ("comment", "a\x00b"),
        ("assessed_at", "0001-01-01 00:00"), ("assessed_at", "99999-01-01"), ("oxygen", "none"), ("_version", "9" * 30),
        ("vasopressors-TOTAL_FORMS", "100000"), ("vasopressors-TOTAL_FORMS", "-1"), ("vasopressors-TOTAL_FORMS", "x"),
        ("vasopressors-0-drug", "WINE"), ("temperature__missing", "BORED"), ("investigator_grade", "6"), ("_add_row", "nothing"),
        ("reason_text", "a\x00b"), ("_pick_temperature", "ours"),
    ],
)  # fmt: skip
def test_hostile_values_in_a_request_never_break_the_server(signed_in: Any, fresh: Any, name: str, value: str) -> None:
    page = signed_in("investigator-01")
    here = url_of(fresh, "d3")
    form = (
        posted(page, here) | study.typed_crs(3) | {"vasopressors-TOTAL_FORMS": "1", "vasopressors-INITIAL_FORMS": "0"}
    )
    del form["vasopressors"]
    for path in (here, here + "verdict/"):
        answer = page.request.post(path, form=form | {name: value}, max_redirects=0)
        assert answer.status in (200, 302, 409, 422), (answer.status, answer.text()[:300])


@pytest.mark.parametrize(
    "path",
    [
        "/queries/999999999999/", "/subjects/01-001/d99/crs-assessment/", "/subjects/01-001/d1/no-form/", "/subjects/%00/",
        "/subjects/01-001/screening/crs-assessment/", "/subjects/01-001/d1/crs-assessment/99999999999999/",
        "/subjects/?page=x&sort=%00&site=%27", "/queries/?page=-1&state=%00", "/subjects/?q=%00",
    ],
)  # fmt: skip
def test_hostile_addresses_get_a_page_and_no_server_error(signed_in: Any, path: str) -> None:
    page = signed_in("investigator-01")
    assert page.request.get(path).status in (200, 400, 404)


def test_a_draft_keeps_its_text_without_characters_that_the_database_cannot_keep(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    here = url_of(fresh, "d1")
    assert (
        page.request.post(here, form=posted(page, here) | {"_draft": "1", "comment": "a\x00b"}, max_redirects=0).status
        == 302
    )
    page.goto(here)
    expect(page.locator("[name=comment]")).to_have_value("ab")
