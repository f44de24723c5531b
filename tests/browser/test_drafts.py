"""What is typed is kept: drafts that save themselves, and every way in which a page, a network or a server can go away."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import study
from tests.browser import server
from tests.browser.steps import because, fill, item, save, saved, stored, url_of

SOON = 2.0  # seconds from leaving a field to the draft on the server
AGAIN = 75_000  # ms; the longest pause between two tries is 60 s


def draft_of(subject: Any, form: str = "crs_assessment", occurrence: int = 1) -> Any:
    """The draft as the server has it, or None."""
    from crf.drafts import Draft

    with study.seeing_everything():
        return Draft.objects.filter(subject=subject, form=form, occurrence=occurrence).first()


def kept_within(seconds: float, subject: Any, name: str, text: str, **where: Any) -> float:
    """Waits until the draft holds this text; how long it took."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        draft = draft_of(subject, **where)
        if draft is not None and draft.values.get(name) == [text]:
            return time.monotonic() - begun
        time.sleep(0.05)
    raise AssertionError(f"{name} is not in the draft after {seconds} s")


def leave(page: Page, name: str, text: str) -> None:
    """Types into an item and leaves it with the tabulator key."""
    page.locator(f"[name={name}]").fill(text)
    page.keyboard.press("Tab")


def says(page: Page) -> Any:
    return page.locator("#cw-draft-state")


def sign_in_again(page: Page, password: str = "") -> None:
    """Types the password at the lock."""
    from crf.demo.accounts import PASSWORD

    expect(page.locator("#cw-lock")).to_be_visible()
    page.keyboard.type(password or PASSWORD)
    page.keyboard.press("Enter")


def test_a_field_that_was_left_is_on_the_server_within_two_seconds_and_opens_on_another_machine(
    signed_in: Any, fresh: Any
) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    leave(page, "temperature", "38,x")
    assert kept_within(SOON, fresh, "temperature", "38,x") < SOON
    expect(says(page)).to_contain_text("Draft saved")
    leave(page, "comment", "second field")
    kept_within(SOON, fresh, "comment", "second field")

    colleague = signed_in("coordinator-01")
    colleague.goto(url_of(fresh, "d1"))
    banner = colleague.locator("#draft")
    expect(banner).to_contain_text("2 items, not submitted yet")
    expect(banner).to_contain_text("by Bowen Shen")
    expect(banner.get_by_role("link", name="Highest temperature")).to_be_visible()
    expect(colleague.locator("[name=temperature]")).to_have_value("38,x")
    expect(colleague.locator("[name=comment]")).to_have_value("second field")


def test_the_trail_takes_of_each_saving_what_changed_and_a_saving_without_change_leaves_nothing(
    signed_in: Any, fresh: Any
) -> None:
    from trial.models import AuditEvent

    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    leave(page, "temperature", "38.1")
    kept_within(SOON, fresh, "temperature", "38.1")
    leave(page, "temperature", "38.2")
    kept_within(SOON, fresh, "temperature", "38.2")
    page.locator("[name=temperature]").focus()
    page.keyboard.press("Tab")
    page.wait_for_timeout(600)
    with study.seeing_everything():
        events = list(AuditEvent.objects.filter(table_name="crf_draft", subject_id=fresh.pk).order_by("id"))
    assert [(e.action, e.actor) for e in events] == [("I", "investigator-01"), ("U", "investigator-01")]
    assert events[1].before["values"] == {"temperature": ["38.1"]}
    assert events[1].after["values"] == {"temperature": ["38.2"]}


def test_a_tab_closed_right_after_typing_loses_nothing(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.locator("[name=comment]").press_sequentially("the last words")
    page.close(run_before_unload=True)  # the cursor still stands in the field
    kept_within(5, fresh, "comment", "the last words")


def offline(page: Page, subject: Any, seconds: float) -> None:
    page.goto(url_of(subject, "d1"))
    leave(page, "temperature", "38.4")
    kept_within(SOON, subject, "temperature", "38.4")
    page.context.set_offline(True)
    away = time.monotonic()
    leave(page, "comment", "typed while away")
    expect(says(page)).to_have_text("Not saved yet. What you typed is kept in this tab.")
    expect(page.locator("#cw-draft-wait")).to_contain_text("Trying again in")
    page.locator("[data-save]").click()
    expect(says(page)).to_contain_text("Not sent")
    expect(page.locator("[name=comment]")).to_have_value("typed while away")
    while time.monotonic() - away < seconds - 5:
        page.wait_for_timeout(1000)
    leave(page, "temperature", "38.5")
    page.wait_for_timeout(max(0, (seconds - (time.monotonic() - away)) * 1000))
    assert draft_of(subject).values["temperature"] == ["38.4"]
    page.context.set_offline(False)
    expect(says(page)).to_contain_text("Draft saved", timeout=AGAIN)
    kept = draft_of(subject).values
    assert (kept["temperature"], kept["comment"]) == (["38.5"], ["typed while away"])
    assert page.evaluate("Object.keys(sessionStorage).filter(k => k.startsWith('cw-typed'))") == []


def test_thirty_seconds_without_network_lose_nothing_and_the_page_says_so(signed_in: Any, fresh: Any) -> None:
    offline(signed_in("investigator-01"), fresh, 30)


@pytest.mark.soak
def test_five_minutes_without_network_lose_nothing(signed_in: Any, fresh: Any) -> None:
    offline(signed_in("investigator-01"), fresh, 300)


def test_a_page_read_again_after_the_network_came_back_still_has_everything(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.context.set_offline(True)
    leave(page, "comment", "only in this tab")
    expect(says(page)).to_contain_text("kept in this tab")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("[name=comment]")).to_have_value("only in this tab")
    kept_within(5, fresh, "comment", "only in this tab")


def test_the_server_is_killed_and_started_again(
    signed_in: Any, fresh: Any, web_environment: dict[str, str], tmp_path: Any, broken: list[str]
) -> None:
    running = server.start(web_environment, tmp_path / "web.log")
    try:
        page = signed_in("investigator-01", address=running.address)
        page.goto(running.address + url_of(fresh, "d1"))
        leave(page, "temperature", "38.4")
        kept_within(SOON, fresh, "temperature", "38.4")
        running.kill()
        leave(page, "comment", "typed with no server")
        expect(says(page)).to_contain_text("Not saved yet")
        page.locator("[data-save]").click()
        expect(says(page)).to_contain_text("Not sent")
        running = server.start(web_environment, tmp_path / "web.log", port=urlsplit(running.address).port)
        expect(says(page)).to_contain_text("Draft saved", timeout=AGAIN)
        kept_within(1, fresh, "comment", "typed with no server")
        fill(page, study.typed_crs(1, comment="typed with no server"))
        save(page)
        saved(page)
    finally:
        running.stop()
    assert stored(fresh, "d1").comment == "typed with no server"
    broken.clear()


def test_a_session_that_ended_is_opened_by_the_password_at_the_same_field(signed_in: Any, fresh: Any) -> None:
    from django.contrib.sessions.models import Session

    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    (cookie,) = [c for c in page.context.cookies() if c["name"] == "sessionid"]
    assert Session.objects.filter(pk=cookie["value"]).delete()[0] == 1
    leave(page, "temperature", "39.1")
    expect(page.locator("#cw-lock")).to_contain_text("Signed out: sign in to go on; what you typed is kept.")
    expect(page.locator("[name=temperature]")).to_be_hidden()
    focused = page.evaluate("document.querySelector('[name=temperature]').value")
    assert focused == "39.1"
    sign_in_again(page, "wrong password")
    expect(page.locator("#cw-lock-error")).to_contain_text("not right")
    sign_in_again(page)
    expect(page.locator("#cw-lock")).to_be_hidden()
    expect(page.locator("[name=temperature_route]").first).to_be_visible()
    assert page.evaluate("document.activeElement.closest('[data-item]').dataset.item") != ""
    kept_within(5, fresh, "temperature", "39.1")
    fill(page, study.typed_crs(1, temperature="39.1"))
    save(page)
    saved(page)
    assert draft_of(fresh) is None


def test_of_two_tabs_neither_overwrites_the_other_and_both_texts_are_kept(signed_in: Any, fresh: Any) -> None:
    from trial.models import AuditEvent

    one = signed_in("investigator-01")
    two = signed_in("coordinator-01")
    for page in (one, two):
        page.goto(url_of(fresh, "d1"))
    leave(one, "comment", "of the first")
    kept_within(SOON, fresh, "comment", "of the first")
    leave(two, "comment", "of the second")
    leave(two, "temperature", "38.9")
    expect(two.locator("#cw-draft-other")).to_contain_text("Bowen Shen saved this draft")
    assert draft_of(fresh).values["comment"] == ["of the first"]

    with two.expect_navigation():
        two.locator("[data-compare]").click()
    expect(two.locator("h1")).to_have_text("This draft was changed from two pages")
    shown = {
        cells[0].split("\n")[0]: cells[1:]
        for cells in ([c.strip() for c in r.locator("th, td").all_inner_texts()] for r in two.locator("tbody tr").all())
    }
    assert shown == {"Comment": ["of the second", "of the first", "–"], "Highest temperature": ["38.9 °C", "–", "–"]}
    expect(two.locator("[name=_pick_temperature][value=mine]")).to_be_checked()
    two.locator("[name=_pick_comment][value=theirs]").check()
    save(two)
    expect(two.locator("[name=comment]")).to_have_value("of the first")
    values = draft_of(fresh).values
    assert (values["comment"], values["temperature"]) == (["of the first"], ["38.9"])
    with study.seeing_everything():
        given_up = AuditEvent.objects.get(subject_id=fresh.pk, action="value not kept in a conflict")
    assert given_up.after["typed"] == {"comment": ["of the second"]}


def test_a_submission_keeps_the_draft_that_a_colleague_began_meanwhile(signed_in: Any, fresh: Any) -> None:
    one, two = signed_in("investigator-01"), signed_in("coordinator-01")
    for page in (one, two):
        page.goto(url_of(fresh, "d1"))
    leave(two, "comment", "of a colleague")
    kept_within(SOON, fresh, "comment", "of a colleague")
    fill(one, study.typed_crs(1, comment="submitted"))
    save(one)
    assert stored(fresh, "d1").comment == "submitted"
    assert draft_of(fresh).values["comment"] == ["of a colleague"]
    two.reload()
    expect(two.locator("#draft")).to_contain_text("Bowen Shen submitted this form after the draft was begun")
    save(two)
    expect(two.locator("h1")).to_have_text("Two people changed this form")


def test_a_correction_begun_is_a_draft_too_and_can_be_discarded(signed_in: Any, fresh: Any, people: Any) -> None:
    with study.seeing_everything():
        study.submit("crs_assessment", fresh, "d1", study.typed_crs(1, comment="first"), by=people("investigator-01"))
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    expect(page.locator("#draft")).to_have_count(0)
    leave(page, "comment", "corrected")
    because(page, text="read again")
    page.keyboard.press("Tab")
    kept_within(SOON, fresh, "reason_text", "read again")
    page.reload()
    expect(page.locator("#draft")).to_contain_text("1 item differs from what was submitted")
    expect(page.locator("#id_reason_text")).to_have_value("read again")
    expect(page.locator("[name=comment]")).to_have_value("corrected")
    page.locator("#draft summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Discard it").click()
    expect(page.locator("[name=comment]")).to_have_value("first")
    assert draft_of(fresh) is None
    assert stored(fresh, "d1").version == 1


def test_a_new_entry_of_a_log_gets_its_number_with_the_first_field_and_is_one_entry(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(f"/subjects/{fresh.code}/logs/adverse-event/new/")
    leave(page, "verbatim", "Rash")
    kept_within(SOON, fresh, "verbatim", "Rash", form="adverse_event")
    expect(page).to_have_url(re.compile(f"/subjects/{fresh.code}/log/adverse-event/$"))
    expect(page.locator(".cw-head-sub")).to_have_text("Entry 1")
    leave(page, "verbatim", "Rash on the back")
    kept_within(SOON, fresh, "verbatim", "Rash on the back", form="adverse_event")
    page.reload()
    expect(page.locator("[name=verbatim]")).to_have_value("Rash on the back")
    expect(page.locator("#draft")).to_be_visible()
    assert draft_of(fresh, form="adverse_event", occurrence=2) is None


def test_what_one_person_typed_is_not_saved_under_the_name_of_the_next(signed_in: Any, fresh: Any) -> None:
    from tests.browser.conftest import session_of

    page = signed_in("coordinator-01")
    page.goto(url_of(fresh, "d1"))
    page.context.add_cookies(
        [{"name": "sessionid", "value": session_of("investigator-01"), "url": page.url.split("/subj")[0]}]
    )
    leave(page, "comment", "of the coordinator")
    expect(page.locator("#cw-lock")).to_contain_text("Somebody else signed in on this computer")
    assert draft_of(fresh) is None
    sign_in_again(page)
    kept_within(5, fresh, "comment", "of the coordinator")
    assert draft_of(fresh).saved_by.username == "coordinator-01"


def test_signing_out_leaves_nothing_typed_in_the_browser(signed_in: Any, fresh: Any) -> None:
    page = signed_in("investigator-01")
    page.goto(url_of(fresh, "d1"))
    page.locator("[name=comment]").press_sequentially("just typed")
    page.locator("summary", has_text="Your account").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    kept_within(5, fresh, "comment", "just typed")
    assert page.evaluate("Object.keys(sessionStorage).filter(k => k.startsWith('cw-'))") == []
    assert page.evaluate("localStorage.length") == 0


def test_without_scripts_a_button_saves_the_draft_and_two_versions_are_compared(signed_in: Any, fresh: Any) -> None:
    one, two = (signed_in(who, java_script_enabled=False) for who in ("investigator-01", "coordinator-01"))
    for page, text in ((one, "of the first"), (two, "of the second")):
        page.goto(url_of(fresh, "d1"))
        page.locator("[name=comment]").fill(text)
    for page in (one, two):
        with page.expect_navigation():
            page.get_by_role("button", name="Save draft").click()
    expect(one.locator("#draft")).to_contain_text("1 item, not submitted yet")
    expect(two.locator("h1")).to_have_text("This draft was changed from two pages")
    two.locator("[name=_pick_comment][value=mine]").check()
    with two.expect_navigation():
        two.locator("[data-save]").click()
    assert draft_of(fresh).values["comment"] == ["of the second"]
    expect(item(two, "comment").locator("textarea, input").first).to_have_value("of the second")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_banner_notes_and_comparison_are_for_everybody(signed_in: Any, fresh: Any, scheme: str, width: int) -> None:
    one, two = (signed_in(who, color_scheme=scheme) for who in ("investigator-01", "coordinator-01"))
    for page in (one, two):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(url_of(fresh, "d1"))
    leave(one, "comment", "of the first")
    kept_within(SOON, fresh, "comment", "of the first")
    leave(two, "comment", "of the second")
    expect(two.locator("#cw-draft-other")).to_be_visible()
    clean(two)
    two.locator("[data-compare]").focus()
    with two.expect_navigation():
        two.keyboard.press("Enter")
    clean(two)
    one.reload()
    expect(one.locator("#draft")).to_be_visible()
    one.locator("#draft summary").focus()
    one.keyboard.press("Enter")
    expect(one.get_by_role("button", name="Discard it")).to_be_visible()
    clean(one)


def clean(page: Page) -> None:
    """Axe finds nothing, and nothing is wider than the window."""
    assert Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
