"""An entry form by the keyboard alone: one key answers and goes on, one key adds a row, one takes it away."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from crf.demo.accounts import PASSWORD
from tests import study
from tests.browser import steps
from tests.browser.steps import url_of

FAR = 400  # stops of the Tab key after which a control counts as out of reach


def test_one_key_answers_and_goes_on_and_delete_clears(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.locator("[name=antipyretic]").first.focus()
    page.keyboard.press("n")
    expect(page.locator("[name=antipyretic][value=N]")).to_be_checked()
    assert page.evaluate("document.activeElement.name") == "anticytokine"
    # With an input method switched on the key has no letter of its own.
    page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Process', code: 'KeyY', bubbles: true}))"
    )
    expect(page.locator("[name=anticytokine][value=Y]")).to_be_checked()
    page.locator("[name=antipyretic][value=N]").focus()
    page.keyboard.press("Delete")
    expect(page.locator("[name=antipyretic]:checked")).to_have_count(0)


def test_a_shown_item_comes_next_and_a_hidden_one_is_passed_over(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.locator("[name=hypotension]").first.focus()
    page.keyboard.press("y")
    assert page.evaluate("document.activeElement.name") == "hypotension_due_to_crs"


def test_a_digit_chooses_the_grade(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.locator("[name=investigator_grade]").first.focus()
    page.keyboard.press("3")
    expect(page.locator("select[name=investigator_grade], [name=investigator_grade]:checked")).to_have_value("3")


def test_one_key_adds_a_row_and_one_takes_it_away(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.locator("[name=hypotension]").first.focus()
    page.keyboard.press("y")
    rows = page.locator("[data-rows=vasopressors] [data-row]:visible")
    page.locator("[data-rows=vasopressors] [data-add-row]").focus()
    page.keyboard.press("Alt+Enter")
    page.keyboard.press("Alt+Enter")
    expect(rows).to_have_count(2)
    assert page.evaluate("document.activeElement.name") == "vasopressors-1-drug"
    page.keyboard.press("Alt+Delete")
    expect(rows).to_have_count(1)
    assert page.evaluate("document.activeElement.name") == "vasopressors-0-drug"
    page.keyboard.press("Alt+Delete")
    expect(rows).to_have_count(0)
    expect(page.locator("[data-rows=vasopressors] [data-add-row]")).to_be_focused()


def reach(page: Page, selector: str) -> None:
    """Presses Tab until the focus is on such a control."""
    for _ in range(FAR):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def answer(page: Page, name: str, value: Any) -> None:
    """Types one item where the focus gets by Tab; the rows of a grid one after the other."""
    if isinstance(value, list):
        for number, line in enumerate(value):
            reach(page, f"[data-rows={name}] [data-add-row]")
            page.keyboard.press("Alt+Enter")
            for inner, text in line.items():
                answer(page, f"{name}-{number}-{inner}", text)
        return
    reach(page, f"[name='{name}']:not([type=hidden])")
    kind = page.evaluate("document.activeElement.tagName === 'SELECT' ? 'select' : document.activeElement.type")
    if kind == "radio":
        page.keyboard.press(str(value).lower())
    elif kind == "select":
        # As a person does: down the list until the entry stands there.
        for _ in range(FAR):
            if page.evaluate("document.activeElement.value") == str(value):
                break
            page.keyboard.press("ArrowDown")
    else:
        page.keyboard.press("Control+A")
        page.keyboard.type(str(value))


def walk_to(page: Page, address: str) -> None:
    """Presses arrow keys until the focus is on the link to this address."""
    away = """address => { const there = document.querySelector(`table a[href='${address}']`).closest("td, th"),
      here = document.activeElement.closest("td, th");
      return [there.parentElement.rowIndex - here.parentElement.rowIndex, there.cellIndex - here.cellIndex]; }"""
    for _ in range(FAR):
        down, right = page.evaluate(away, address)
        if not (down or right):
            return
        if right:
            page.keyboard.press("ArrowRight" if right > 0 else "ArrowLeft")
        if not right or page.evaluate(away, address)[1] == right:  # nothing further in this row: another one
            page.keyboard.press("ArrowUp" if down < 0 else "ArrowDown")
    raise AssertionError(f"{address} cannot be reached with the arrow keys")


def test_from_signing_in_to_a_corrected_form_by_keyboard_alone(new_context: Any, web: Any, fresh: Any) -> None:
    page = new_context().new_page()
    page.goto("/accounts/login/")
    reach(page, "[name=login]")
    page.keyboard.type("investigator-01")
    reach(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Work list")

    # A first sign-in is shown around; Escape ends that.
    page.keyboard.press("Escape")
    reach(page, "[name=q]")
    page.keyboard.type(fresh.code)
    page.keyboard.press("Enter")  # the whole id of a subject leads to its casebook at once
    page.wait_for_url(f"**/subjects/{fresh.code}/")

    # The grid is one stop; the arrow keys walk it.
    reach(page, "table[data-arrows=roving] a")
    target = url_of(fresh, "d1")
    walk_to(page, target)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")

    # What was typed wrong is where the focus is after saving.
    for name, value in (study.typed_crs(1, **study.SHOCK) | {"temperature": "55", "investigator_grade": "2"}).items():
        answer(page, name, value)
    page.keyboard.press("Control+S")
    expect(page.locator("[name=temperature]")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("39.1")
    page.keyboard.press("Control+S")
    steps.saved(page)
    assert str(steps.stored(fresh, "d1").temperature) == "39.1"

    # A correction asks for its reason, and leads there.
    answer(page, "temperature", "39.4")
    page.keyboard.press("Control+S")
    expect(page.locator("#id_reason_choice")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+S")
    steps.saved(page)
    assert str(steps.stored(fresh, "d1").temperature) == "39.4"


def test_a_question_mark_lists_the_keys_and_escape_goes_back(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.locator("[name=antipyretic]").first.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys on this page")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#cw-keys")).to_be_hidden()
    assert page.evaluate("document.activeElement.name") == "antipyretic"
    page.locator("[name=comment]").focus()
    page.keyboard.press("?")  # is text there
    expect(page.locator("#cw-keys")).to_be_hidden()
    expect(page.locator("[name=comment]")).to_have_value("?")


def test_a_picked_day_is_typed_into_the_field_and_keeps_the_time(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    field = page.locator("[name=assessed_at]")
    field.fill("2026-03-21 08:10")
    page.get_by_role("button", name="Pick a day").first.click()
    # The calendar itself belongs to the browser; what it does to its input is done here.
    page.evaluate(
        """() => { const day = document.querySelector('input[type=date]'); day.value = '2026-03-22';
                   day.dispatchEvent(new Event('change', { bubbles: true })); }"""
    )
    expect(field).to_have_value("2026-03-22 08:10")
    expect(field).to_be_focused()
