"""Signing in and out, passwords, and the lock after failures."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import study

FAILURES = 5


@pytest.fixture
def somebody(site_01: Any) -> str:
    """A coordinator of site 01 with a password, for this test alone."""
    name = f"nurse-{secrets.token_hex(3)}"
    study.person("COORDINATOR", site_01, name=name, password=study.PASSWORD)
    return name


def enter(page: Page, name: str, password: str) -> None:
    """Tries to sign in."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def test_signing_in_leads_to_the_page_that_was_asked_for_and_signing_out_ends_the_session(
    signed_in: Any, somebody: str
) -> None:
    page = signed_in(None)
    page.goto("/queries/")
    expect(page.locator("h1")).to_have_text("Sign in")
    page.fill("[name=login]", somebody)
    page.fill("[name=password]", study.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Queries")
    before = page.context.cookies()
    page.locator("summary", has_text=somebody).click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/queries/")
    expect(page.locator("h1")).to_have_text("Sign in")
    page.context.add_cookies(before)  # an old key opens nothing
    page.goto("/queries/")
    expect(page.locator("h1")).to_have_text("Sign in")


def test_five_wrong_passwords_lock_this_name_at_this_address_and_nobody_else(signed_in: Any, somebody: str) -> None:
    page = signed_in(None)
    for _ in range(FAILURES):
        enter(page, somebody, "wrong")
    enter(page, somebody, study.PASSWORD)
    expect(page.locator("h1")).to_have_text("Sign-in is locked for a while")
    page.goto("/")
    expect(page.locator("h1")).to_have_text("Sign in")
    from crf.demo.accounts import PASSWORD

    enter(page, "coordinator-01", PASSWORD)
    expect(page.locator("h1")).to_have_text("Work list")


@pytest.mark.parametrize(
    ("weak", "why"), [("short-1", "too short"), ("password1234", "too common"), ("918273645546", "entirely numeric")]
)
def test_a_weak_password_is_refused_with_its_reason(signed_in: Any, somebody: str, weak: str, why: str) -> None:
    page = signed_in(somebody)
    change(page, study.PASSWORD, weak)
    expect(page.locator(".cw-error, .cw-note-error").first).to_contain_text(why)


def test_a_changed_password_is_the_one_that_opens(signed_in: Any, somebody: str) -> None:
    page = signed_in(somebody)
    change(page, study.PASSWORD, "a longer sentence than before")
    page.context.clear_cookies()
    enter(page, somebody, study.PASSWORD)
    expect(page.locator("h1")).to_have_text("Sign in")
    enter(page, somebody, "a longer sentence than before")
    expect(page.locator("h1")).to_have_text("Work list")


def change(page: Page, old: str, new: str) -> None:
    """Fills the page for a new password."""
    page.goto("/accounts/password/change/")
    for name, text in (("oldpassword", old), ("password1", new), ("password2", new)):
        page.fill(f"[name={name}]", text)
    with page.expect_navigation():
        page.locator("main button.btn-primary").click()


def test_nobody_signs_up(signed_in: Any) -> None:
    assert signed_in(None).request.get("/accounts/signup/").status == 404
