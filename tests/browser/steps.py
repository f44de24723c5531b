"""What a person does on a page: choose a key, fill an item, save; and what they then read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests import study


def item(page: Page, name: str) -> Locator:
    """The place of one item, with label, control and errors."""
    return page.locator(f"#item-{name}")


def fill(page: Page, values: Mapping[str, Any]) -> None:
    """Fills items by name, each as its control wants it: a key of a group, an entry of a list, or text."""
    for name, value in values.items():
        if isinstance(value, list):
            for number, line in enumerate(value):
                page.locator(f"[data-rows={name}] [data-add-row]").click()
                fill(page, {f"{name}-{number}-{inner}": text for inner, text in line.items()})
            continue
        control = page.locator(f"[name='{name}']").first
        kind = control.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind == "radio":
            page.locator(f"label:has([name='{name}'][value='{value}'])").click()
        elif kind.startswith("select"):
            control.select_option(str(value))
        else:
            control.fill(str(value))


def save(page: Page) -> None:
    """Presses Save as a person does; the answer is there when this returns."""
    with page.expect_navigation():
        page.locator("[data-save]").click()


def saved(page: Page) -> None:
    """The page says that it was saved, with or without a query."""
    expect(page.locator(".cw-note-success, .cw-note-warning").filter(has_text="Saved.").first).to_be_visible()


def because(page: Page, choice: str = "", text: str = "") -> None:
    """Gives the reason for a change."""
    if choice:
        page.locator("#id_reason_choice").select_option(choice)
    if text:
        page.locator("#id_reason_text").fill(text)


def grade(page: Page) -> Locator:
    """The derived grade, as the page says it."""
    return page.locator("#verdict .cw-verdict").filter(has_text="ASTCT grade").locator(".cw-verdict-value")


def url_of(subject: Any, visit: str, form: str = "crs-assessment") -> str:
    """The address of a form."""
    return f"/subjects/{subject.code}/{visit}/{form}/"


def stored(subject: Any, visit: str) -> Any:
    """The submitted CRS assessment of a visit with its vasopressors as `lines`, or None."""
    from crf.declare.form import form_named

    with study.seeing_everything():
        row = form_named("crs_assessment").objects.filter(subject=subject, visit__code=visit).first()  # type: ignore[attr-defined]
        if row is not None:
            row.lines = list(row.vasopressors.all())
    return row


def typed_crs(day: int, **changes: Any) -> dict[str, Any]:
    """As tests.study.typed_crs, as version 2.0 of the protocol asks it: without the place of the temperature."""
    return {name: value for name, value in study.typed_crs(day, **changes).items() if name != "temperature_route"}
