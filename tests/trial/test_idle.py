"""A session nobody uses ends; what a page does by itself keeps none open; the password opens a new one."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests import study
from trial.idle import SEEN, step
from trial.models import AuditEvent, Site, User

pytestmark = pytest.mark.django_db
LIMIT = settings.IDLE_SECONDS + 2 * step()


@pytest.fixture
def nurse(site: Site) -> User:
    return study.person("COORDINATOR", site, name="nurse", password=study.PASSWORD)


@pytest.fixture
def tab(nurse: User) -> Client:
    client = Client()
    client.force_login(nurse, backend="django.contrib.auth.backends.ModelBackend")
    return client


def idle_for(tab: Client, seconds: float) -> None:
    session = tab.session
    session[SEEN] = time.time() - seconds
    session.save()


def last_seen(tab: Client) -> float:
    return time.time() - tab.session[SEEN]


def events(action: str) -> list[str]:
    return list(AuditEvent.objects.filter(action=action).values_list("actor", flat=True))


def test_fifteen_minutes_are_the_rule_and_the_server_waits_two_minutes_longer_than_the_page() -> None:
    assert (settings.IDLE_SECONDS, LIMIT) == (900, 1020)


@pytest.mark.parametrize(("seconds", "status"), [(LIMIT - 5, 200), (LIMIT + 5, 302)])
def test_a_session_ends_after_the_limit_and_not_before(tab: Client, seconds: float, status: int) -> None:
    idle_for(tab, seconds)
    assert tab.get("/").status_code == status
    assert len(events("session ended, unused")) == (status == 302)


def test_a_session_that_ended_stays_ended(tab: Client) -> None:
    before = tab.cookies["sessionid"].value
    idle_for(tab, LIMIT + 5)
    tab.get("/")
    tab.cookies["sessionid"] = before
    assert tab.get("/").status_code == 302


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"X-Background": "1"}, False),
        ({"X-Requested-With": "fetch"}, True),
    ],
)
def test_a_page_that_asks_by_itself_keeps_no_session_open(tab: Client, headers: dict[str, str], counts: bool) -> None:
    idle_for(tab, 600)
    tab.get("/alive/", headers=headers)
    assert (last_seen(tab) < 60) is counts


def test_a_lock_ends_the_session_under_its_name(tab: Client, nurse: User) -> None:
    assert tab.get("/alive/").json() == {"person": nurse.pk}
    assert tab.post("/lock/").status_code == 204
    assert tab.get("/alive/").status_code == 401
    assert tab.post("/lock/").status_code == 204  # twice is no error
    assert events("screen locked") == ["nurse"]


def test_the_password_opens_a_new_session_and_another_one_does_not(tab: Client, nurse: User) -> None:
    tab.post("/lock/")
    wrong = tab.post("/unlock/", {"username": "nurse", "password": "wrong"})
    assert (wrong.status_code, tab.get("/alive/").status_code) == (401, 401)
    right = tab.post("/unlock/", {"username": "nurse", "password": study.PASSWORD})
    assert right.json() == {"person": nurse.pk}
    assert tab.get("/alive/").json() == {"person": nurse.pk}
    assert events("sign-in refused") == ["sign-in"]
    assert events("signed in")[-1] == "nurse"


def test_five_wrong_passwords_at_the_lock_shut_it_like_the_sign_in_page(tab: Client, nurse: User) -> None:
    tab.post("/lock/")
    statuses = [tab.post("/unlock/", {"username": "nurse", "password": "wrong"}).status_code for _ in range(5)]
    assert statuses[:4] == [401] * 4
    assert statuses[4] == 429
    assert tab.post("/unlock/", {"username": "nurse", "password": study.PASSWORD}).status_code == 429


def test_the_lock_takes_no_password_without_a_token(nurse: User) -> None:
    strict: Any = Client(enforce_csrf_checks=True)
    assert strict.post("/unlock/", {"username": "nurse", "password": study.PASSWORD}).status_code == 403
    assert "csrftoken" in strict.cookies  # with which the page tries once more


def test_inactive_people_open_nothing(tab: Client, nurse: User) -> None:
    from trial import audit

    tab.post("/lock/")
    with audit.acting("migration"):
        User.objects.filter(pk=nurse.pk).update(is_active=False)
    assert tab.post("/unlock/", {"username": "nurse", "password": study.PASSWORD}).status_code == 401
