"""An investigator signs by hand: from the first page to a signed casebook, a refused password, and a form changed meanwhile."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from crf.demo.accounts import PASSWORD
from tests import study
from tests.browser.steps import because, fill, save, saved, url_of


def signed(subject: Any) -> set[str]:
    from crf.models import Signature

    with study.seeing_everything():
        return set(Signature.objects.filter(subject=subject).values_list("form", flat=True))


def test_from_the_first_page_to_a_signed_casebook_with_the_keyboard(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    line = page.locator("tbody tr").filter(has_text=fresh.code)
    for number in range(1, 20):
        page.goto(f"/?state=unsigned&page={number}")
        if line.count():
            break
    count = int(line.locator("td").nth(2).inner_text().split()[0])
    line.get_by_role("link", name="Sign").press("Enter")
    boxes = page.locator("#cw-sign input[name=form]")
    expect(boxes).to_have_count(count)
    page.get_by_role("button", name="Choose all").press("Enter")
    expect(page.locator("#cw-sign output")).to_have_text(f"{count} chosen")
    boxes.first.press("Space")
    expect(page.locator("#cw-sign output")).to_have_text(f"{count - 1} chosen")
    page.locator("[name=password]:visible").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.locator("#cw-errors")).to_contain_text("This is not your password")
    assert not signed(fresh)
    expect(page.locator("#cw-sign input[name=form]:checked")).to_have_count(count - 1)
    page.locator("[name=password]:visible").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".cw-note-success")).to_have_text(f"{count - 1} forms are signed.")
    expect(page.locator(".cw-casebook .cw-state-signed")).to_have_count(count - 1)
    assert len(signed(fresh)) == count - 1
    expect(page.locator(".cw-facts a", has_text="1")).to_have_attribute("href", f"/subjects/{fresh.code}/sign/")


def test_a_form_that_a_coordinator_corrects_meanwhile_is_not_signed_and_is_named_after_it_was(
    signed_in: Any, fresh: Any, people: Any
) -> None:
    with study.seeing_everything():
        study.submit("crs_assessment", fresh, "d1", study.typed_crs(1), by=people("investigator-01"))
    page, beside = signed_in("investigator-01"), signed_in("coordinator-01")
    page.goto(url_of(fresh, "d1"))
    page.locator("#signatures").get_by_role("link", name="Sign").click()
    expect(page.locator("#cw-sign input[name=form]:checked")).to_have_count(1)
    correct(beside, fresh, "38.8")
    page.locator("[name=password]:visible").fill(PASSWORD)
    page.locator("#cw-sign button.btn-primary").click()
    expect(page.locator("#cw-errors")).to_contain_text("changed since this page was opened")
    assert "crs_assessment" not in signed(fresh)
    page.goto(url_of(fresh, "d1"))
    page.locator("#signatures").get_by_role("link", name="Sign").click()
    page.locator("[name=password]:visible").fill(PASSWORD)
    page.locator("#cw-sign button.btn-primary").click()
    expect(page.locator("h1")).to_contain_text("Day 1")
    expect(page.locator(".cw-head-title .cw-state-signed")).to_be_visible()
    expect(page.locator("#signatures")).to_contain_text("Approved: complete and correct")
    correct(beside, fresh, "38.9")
    expect(beside.locator("#signatures")).to_contain_text("Changed since: Highest temperature")
    expect(beside.locator("#signatures a")).to_have_count(0)


def correct(page: Any, subject: Any, temperature: str) -> None:
    page.goto(url_of(subject, "d1"))
    fill(page, {"temperature": temperature})
    because(page, text="Typing error")
    save(page)
    saved(page)
