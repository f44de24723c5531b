"""A tablet at the bedside: fingers alone, 820 x 1180, no page wider than the screen, nothing too small to touch."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests import study
from tests.browser.steps import item, saved, url_of

SCREEN, TOUCH = {"width": 820, "height": 1180}, {"has_touch": True, "is_mobile": True}
SMALLEST = 24  # CSS pixels, WCAG 2.2 target size (minimum)

# Links within a sentence, and what is not shown, are exempt; a target may be small where nothing else is near it.
TOO_SMALL = """(least) => {
  const shown = Array.from(document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary'))
    .map((one) => (one.matches('[type=radio], [type=checkbox]') && one.closest('label')) || one)
    .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && one.getAttribute('tabindex') !== '-1'
      && !one.closest('.cw-skip, .visually-hidden') && !(one.matches('a') && one.closest('p, dd, .cw-note')))
    .map((one) => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width && box.height);
  const centre = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  return shown.filter(([one, box]) => (box.width < least - 0.5 || box.height < least - 0.5) && shown.some(([other, beside]) => {
    if (other === one || other.contains(one) || one.contains(other)) return false;
    const [x, y] = centre(box);
    const dx = Math.max(beside.left - x, 0, x - beside.right), dy = Math.max(beside.top - y, 0, y - beside.bottom);
    return Math.hypot(dx, dy) < least / 2;
  })).map(([one, box]) => `${one.outerHTML.slice(0, 90)} ${Math.round(box.width)}x${Math.round(box.height)}`);
}"""


def test_no_page_is_wider_than_a_tablet_and_every_target_can_be_touched(
    signed_in: Any, fresh: Any, people: Any
) -> None:
    with study.seeing_everything():
        wrong = study.typed_crs(1, **study.SHOCK | {"investigator_grade": "1"})
        study.submit("crs_assessment", fresh, "d1", wrong, by=people("investigator-01"))
    page: Page = signed_in("investigator-01", traced=False, **TOUCH)
    page.set_viewport_size(SCREEN)
    page.goto("/")
    assert page.evaluate(TOO_SMALL, 1000), "nothing is found, whatever is asked"
    book = f"/subjects/{fresh.code}/"
    found: list[str] = []
    for path in (
        "/", "/subjects/", book, book + "d1/", url_of(fresh, "d1"), url_of(fresh, "screening", "eligibility"),
        url_of(fresh, "screening", "extramedullary-lesions"), url_of(fresh, "d1", "icans-assessment"),
        book + "log/adverse-event/", book + "logs/adverse-event/", book + "course/", book + "response/", "/queries/",
        url_of(fresh, "d1") + "print/",
    ):  # fmt: skip
        if page.goto(path).status == 404:  # type: ignore[union-attr]
            continue
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{path}: {over} px too wide"] * (over > 1)
        found += [f"{path}: {one}" for one in page.evaluate(TOO_SMALL, SMALLEST)]
    assert not found, "\n".join(found)


def test_a_form_is_filled_in_by_touch_alone(signed_in: Any, fresh: Any) -> None:
    page: Page = signed_in("investigator-01", **TOUCH)
    page.set_viewport_size(SCREEN)
    page.goto(f"/subjects/{fresh.code}/")
    page.locator("table.cw-casebook a[title='CRS assessment, Day 1']").tap()
    item(page, "temperature").locator(".cw-help summary").tap()  # help opens by touch, not by hovering
    expect(item(page, "temperature").locator(".cw-help-text")).to_be_visible()
    expect(page.locator("[name=temperature]")).to_have_attribute("inputmode", "decimal")
    typed = study.typed_crs(1, temperature="38.4")
    for name, value in typed.items():
        if isinstance(value, list):
            continue
        control = page.locator(f"[name='{name}']").first
        kind = control.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
        if kind == "radio":
            page.locator(f"label:has([name='{name}'][value='{value}'])").tap()
        elif kind.startswith("select"):
            control.select_option(str(value))
        elif control.is_visible():
            control.tap()
            control.fill(str(value))
    page.locator("[data-rows=vasopressors] [data-add-row]").tap()
    page.locator("[data-rows=vasopressors] [data-remove-row]:visible").tap()
    page.locator("[data-save]").tap()
    saved(page)
