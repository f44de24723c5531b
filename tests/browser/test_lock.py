"""The lock: a screen that nobody uses hides itself and ends the session; the password opens it at the same place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import server
from tests.browser.steps import url_of
from tests.browser.test_drafts import draft_of, leave, sign_in_again

IDLE = 5  # seconds, instead of 15 minutes
PATIENCE = 15_000


@pytest.fixture(scope="module")
def quick(web_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a web process whose screens lock after a few seconds."""
    running = server.start({**web_environment, "IDLE_SECONDS": str(IDLE)}, tmp_path_factory.mktemp("quick") / "web.log")
    yield running.address
    running.stop()


def locked(page: Page) -> Any:
    return expect(page.locator("#cw-lock"))


def session_is_over(page: Page, quick: str) -> bool:
    return page.request.get(quick + "/alive/", headers={"X-Background": "1"}).status == 401


def test_an_idle_form_saves_its_draft_locks_ends_the_session_and_opens_at_the_same_field(
    signed_in: Any, fresh: Any, quick: str
) -> None:
    page = signed_in("investigator-01", address=quick)
    page.goto(quick + url_of(fresh, "d1"))
    title = page.title()
    page.locator("[name=comment]").press_sequentially("typed before lunch")
    locked(page).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#cw-lock")).to_contain_text("Nobody used this page for a while")
    for hidden in ("h1", "[name=comment]", ".cw-bar"):
        expect(page.locator(hidden).first).to_be_hidden()
    assert fresh.code not in page.title()
    assert draft_of(fresh).values["comment"] == ["typed before lunch"]
    assert server.processes.wait_until(lambda: session_is_over(page, quick), seconds=5)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    locked(page).to_be_visible()

    sign_in_again(page, "not the password")
    expect(page.locator("#cw-lock-error")).to_contain_text("not right")
    sign_in_again(page)
    locked(page).to_be_hidden()
    expect(page.locator("[name=comment]")).to_be_focused()
    expect(page.locator("[name=comment]")).to_have_value("typed before lunch")
    assert page.title() == title
    page.keyboard.press("End")
    page.keyboard.type(", and after it")
    page.keyboard.press("Tab")
    expect(page.locator("#cw-draft-state")).to_contain_text("Draft saved")
    assert draft_of(fresh).values["comment"] == ["typed before lunch, and after it"]


def test_a_locked_page_read_again_asks_for_a_sign_in_and_returns_to_the_same_field(
    signed_in: Any, fresh: Any, quick: str
) -> None:
    from crf.demo.accounts import PASSWORD

    page = signed_in("investigator-01", address=quick)
    page.goto(quick + url_of(fresh, "d2"))
    page.locator("[name=comment]").press_sequentially("before lunch")
    locked(page).to_be_visible(timeout=PATIENCE)
    assert server.processes.wait_until(lambda: session_is_over(page, quick), seconds=5)
    page.reload()
    expect(page.locator("h1")).to_have_text("Sign in")
    page.fill("[name=login]", "investigator-01")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("[name=comment]")).to_have_value("before lunch")
    expect(page.locator("[name=comment]")).to_be_focused()


def test_tabs_stay_open_together_lock_together_and_open_together(signed_in: Any, fresh: Any, quick: str) -> None:
    page = signed_in("investigator-01", address=quick)
    page.goto(quick + url_of(fresh, "d3"))
    beside = page.context.new_page()
    beside.goto(quick + "/")
    begun = time.monotonic()
    while time.monotonic() - begun < 1.6 * IDLE:  # at work in one of them
        beside.mouse.move(100 + time.monotonic() % 50, 200)
        page.wait_for_timeout(400)
    for tab in (page, beside):
        locked(tab).to_be_hidden()
    for tab in (page, beside):
        locked(tab).to_be_visible(timeout=PATIENCE)
    page.bring_to_front()
    page.locator("#cw-lock-password").focus()
    sign_in_again(page)
    for tab in (page, beside):
        locked(tab).to_be_hidden()
    assert not session_is_over(page, quick)


def test_the_review_panel_locks_too(signed_in: Any, quick: str) -> None:
    page = signed_in("data-manager", address=quick)
    page.goto(quick + "/admin/")
    expect(page.locator("#site-name")).to_be_visible()
    locked(page).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#site-name")).to_be_hidden()
    sign_in_again(page)
    expect(page.locator("#site-name")).to_be_visible()


def test_without_scripts_the_session_ends_by_itself_and_the_same_page_opens_after_the_sign_in(
    signed_in: Any, fresh: Any, quick: str
) -> None:
    from crf.demo.accounts import PASSWORD

    page = signed_in("investigator-01", address=quick, java_script_enabled=False)
    page.goto(quick + url_of(fresh, "d4"))
    page.wait_for_timeout((IDLE * 1.4 + 1) * 1000)
    page.reload()
    expect(page.locator("h1")).to_have_text("Sign in")
    page.fill("[name=login]", "investigator-01")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(quick + url_of(fresh, "d4"))


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_the_lock_is_a_door_for_everybody(signed_in: Any, fresh: Any, quick: str, scheme: str, width: int) -> None:
    page = signed_in("investigator-01", address=quick, color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(quick + url_of(fresh, "d5"))
    leave(page, "comment", "draft")
    locked(page).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#cw-lock-password")).to_be_focused()
    assert page.get_by_role("dialog", name="Locked").count() == 1
    assert Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    order = []
    for _ in range(3):
        order.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name"))
        page.keyboard.press("Tab")
    assert order == ["password", "Go on", "Sign in as somebody else"]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
