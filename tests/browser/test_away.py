"""Database, broker or session go away in mid-request: what was typed is kept, and sent again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import database, study
from tests.browser import server
from tests.browser.steps import because, fill, save, saved, stored, url_of


@pytest.fixture(scope="module")
def wired(
    web_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[server.Web, server.Wire, server.Wire]]:
    """A web process whose ways to the database and to the broker can be cut."""
    import os

    wires = server.Wire(web_environment["DATABASE_URL"]), server.Wire(os.environ["BROKER_URL"])
    environment = {**web_environment, "DATABASE_URL": wires[0].url, "BROKER_URL": wires[1].url.rsplit("/", 1)[0] + "/9"}
    running = server.start(environment, tmp_path_factory.mktemp("wired") / "web.log")
    yield running, *wires
    running.stop()
    for wire in wires:
        wire.cut()


@pytest.fixture
def cuttable(wired: Any) -> Iterator[Any]:
    """The same, mended after each test."""
    yield wired
    for wire in wired[1:]:
        wire.mend()


def kept(page: Page, text: str) -> None:
    """The page shows what was typed."""
    page.get_by_text("What you typed", exact=True).click()
    expect(page.locator(".cw-typed")).to_contain_text(text)


def send_again(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Send it again").click()


def test_the_database_goes_away_before_a_form_is_sent(
    signed_in: Any, fresh: Any, cuttable: Any, broken: list[str]
) -> None:
    web, database_wire, _ = cuttable
    page = signed_in("investigator-01", address=web.address, java_script_enabled=False)
    page.goto(web.address + url_of(fresh, "d1"))
    fill(page, study.typed_crs(1, comment="typed while it went away"))
    database_wire.cut()
    save(page)
    expect(page.locator("h1")).to_have_text("The server is away for a moment")
    kept(page, "typed while it went away")
    send_again(page)  # still away: the page stays what it is
    kept(page, "typed while it went away")
    database_wire.mend()
    send_again(page)
    saved(page)
    expect(page.locator("[name=comment]")).to_have_value("typed while it went away")
    assert {line.split()[0] for line in broken} == {"503"}
    broken.clear()


def test_the_database_goes_away_in_the_middle_of_saving(
    signed_in: Any, fresh: Any, people: Any, cuttable: Any, broken: list[str], browser_database: str
) -> None:
    web, database_wire, _ = cuttable
    with study.seeing_everything():
        study.submit("crs_assessment", fresh, "d1", study.typed_crs(1), by=people("investigator-01"))
    page = signed_in("investigator-01", address=web.address, java_script_enabled=False)
    page.goto(web.address + url_of(fresh, "d1"))
    fill(page, {"temperature": "39.9"})
    because(page, "Transcription error")
    with database.as_owner(browser_database) as owner, owner.transaction():
        owner.execute("LOCK TABLE crf_crsassessment IN EXCLUSIVE MODE")
        page.locator("[data-save]").click(no_wait_after=True)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'crf_crsassessment'::regclass"
        assert server.processes.wait_until(lambda: owner.execute(waiting).fetchone() == (1,), seconds=5)
        database_wire.cut()
        expect(page.locator("h1")).to_have_text("The server is away for a moment")
    assert float(stored(fresh, "d1").temperature) == 38.6
    database_wire.mend()
    send_again(page)
    saved(page)
    row = stored(fresh, "d1")
    assert (float(row.temperature), row.version) == (39.9, 2)
    broken.clear()


def test_the_live_verdict_says_when_the_server_does_not_answer(
    signed_in: Any, fresh: Any, cuttable: Any, broken: list[str]
) -> None:
    web, database_wire, _ = cuttable
    page = signed_in("investigator-01", address=web.address)
    page.goto(web.address + url_of(fresh, "d1"))
    database_wire.cut()
    fill(page, {"temperature": "39.9"})
    expect(page.locator("#cw-offline")).to_be_visible()
    database_wire.mend()
    fill(page, {"temperature": "39.8"})
    expect(page.locator("#cw-offline")).to_be_hidden()
    expect(page.locator("#verdict")).to_contain_text("39.8")
    broken.clear()


def test_the_broker_goes_away_and_saving_works_at_once(signed_in: Any, fresh: Any, cuttable: Any) -> None:
    web, _, broker_wire = cuttable
    page = signed_in("investigator-01", address=web.address)
    for day in (1, 2):
        page.goto(web.address + url_of(fresh, f"d{day}"))
        fill(page, study.typed_crs(day))
        if day == 2:
            broker_wire.cut()
        save(page)
        saved(page)
    assert stored(fresh, "d2") is not None


def test_a_page_open_for_too_long_is_sent_again_with_one_click(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01", java_script_enabled=False)
    page.goto(url_of(fresh, "d1"))
    fill(page, study.typed_crs(1, comment="typed long ago"))
    page.context.clear_cookies(name="csrftoken")
    save(page)
    expect(page.locator("h1")).to_have_text("This page was open for a long time")
    kept(page, "typed long ago")
    send_again(page)
    saved(page)


def test_an_expired_session_asks_to_sign_in_and_keeps_what_was_typed(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01", java_script_enabled=False)
    page.goto(url_of(fresh, "d1"))
    fill(page, study.typed_crs(1, comment="typed before the session ended"))
    page.context.clear_cookies(name="sessionid")
    save(page)
    expect(page.locator("h1")).to_have_text("You are signed out")
    kept(page, "typed before the session ended")
    send_again(page)
    expect(page.locator("h1")).to_have_text("You are signed out")

    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in").click()
    door = opened.value
    sign_in(door, "investigator-01")
    expect(door.locator("h1")).not_to_have_text("Sign in")
    send_again(page)
    expect(page.locator("h1")).to_have_text("This page was open for a long time")  # signing in changed the token
    send_again(page)
    saved(page)
    expect(page.locator("[name=comment]")).to_have_value("typed before the session ended")


def test_with_scripts_the_form_stays_until_the_database_is_back(
    signed_in: Any, fresh: Any, cuttable: Any, broken: list[str]
) -> None:
    web, database_wire, _ = cuttable
    page = signed_in("investigator-01", address=web.address)
    page.goto(web.address + url_of(fresh, "d1"))
    fill(page, study.typed_crs(1, comment="typed while it went away"))
    database_wire.cut()
    page.locator("[data-save]").click()
    expect(page.locator("#cw-draft-state")).to_contain_text("Not sent")
    expect(page.locator("[name=comment]")).to_have_value("typed while it went away")
    database_wire.mend()
    expect(page.locator("#cw-draft-state")).to_contain_text("Draft saved", timeout=75_000)
    save(page)
    saved(page)
    broken.clear()


def test_after_signing_in_again_elsewhere_the_open_page_still_saves(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.context.clear_cookies(name="sessionid")
    fill(page, {"temperature": "39.5"})
    expect(page.locator("#cw-lock")).to_be_visible()
    expect(page.locator("#verdict")).not_to_contain_text("Password")  # the sign-in page is no verdict
    door = page.context.new_page()
    door.goto("/accounts/login/")
    sign_in(door, "investigator-01")
    expect(page.locator("#cw-lock")).to_be_hidden()
    door.close()
    fill(page, study.typed_crs(1))
    save(page)
    saved(page)


def sign_in(page: Page, who: str) -> None:
    """Signs in on the sign-in page."""
    from crf.demo.accounts import PASSWORD

    page.fill("[name=login]", who)
    page.fill("[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
