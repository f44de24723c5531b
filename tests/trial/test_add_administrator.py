"""The first account of an installation: made on the command line, audited, and good for the review panel only."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests import database
from trial import roles
from trial.models import AuditEvent, Site, User

GOOD = "a-long-and-unusual-sentence"


def typed(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))


@pytest.mark.django_db
def test_the_account_is_an_administrator_of_every_site_and_sees_no_subject(
    monkeypatch: pytest.MonkeyPatch, sites: list[Site]
) -> None:
    typed(monkeypatch, GOOD)
    call_command("add_administrator", "ada", "--first-name", "Ada", "--last-name", "Okafor", stdout=io.StringIO())
    ada = User.objects.get(username="ada")
    assert ada.check_password(GOOD)
    assert [(held.role, held.site) for held in roles.held(ada)] == [("ADMINISTRATOR", None)]
    assert roles.may(ada, "people", sites[2])
    assert roles.sites_of(ada) == []
    assert not ada.is_superuser


@pytest.mark.django_db(transaction=True)
def test_the_account_and_its_membership_stand_in_the_audit_trail_without_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed(monkeypatch, GOOD)
    call_command("add_administrator", "ada", stdout=io.StringIO())
    events = list(AuditEvent.objects.filter(table_name__in=("trial_user", "trial_membership")).order_by("id"))
    assert [(e.table_name, e.action, e.actor) for e in events] == [
        ("trial_user", "I", "import"),
        ("trial_membership", "I", "import"),
    ]
    assert all(e.reason == "administrator added on the command line" for e in events)
    assert "password" not in events[0].after


@pytest.mark.django_db
def test_the_new_administrator_signs_in_and_opens_the_list_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, GOOD)
    call_command("add_administrator", "ada", stdout=io.StringIO())
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": "ada", "password": GOOD})
    assert answer.status_code == 302
    assert browser.get("/admin/trial/user/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("username", "password", "why"),
    [
        ("ada", "short", "too short"),
        ("ada", "135792468013579", "entirely numeric"),
        ("ada-okafor-7", "ada-okafor-7", "too similar to the username"),
        ("ada okafor", GOOD, "valid username"),
        ("ada", "", "too short"),
    ],
)
def test_a_weak_password_or_a_bad_name_is_refused_and_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, username: str, password: str, why: str
) -> None:
    typed(monkeypatch, password)
    with pytest.raises(CommandError, match=why):
        call_command("add_administrator", username)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_name_that_exists_is_refused_and_its_password_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, GOOD)
    call_command("add_administrator", "ada", stdout=io.StringIO())
    typed(monkeypatch, "another-long-sentence-here")
    with pytest.raises(CommandError, match="already exists"):
        call_command("add_administrator", "ada")
    assert User.objects.get(username="ada").check_password(GOOD)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("second", "code"), [(GOOD, 0), ("something-else-entirely", 1)])
def test_at_a_terminal_the_password_is_asked_for_twice_and_never_shown(second: str, code: int) -> None:
    here, there = pty.openpty()
    command = [sys.executable, "manage.py", "add_administrator", "ada"]
    child = subprocess.Popen(
        command, stdin=there, stdout=there, stderr=there, env=database.environment(), start_new_session=True
    )
    os.close(there)
    shown = b""
    for question, answer in ((b"Password: ", GOOD), (b"Password again: ", second)):
        while question not in shown:
            shown += os.read(here, 1000)
        os.write(here, answer.encode() + b"\n")
    try:
        while more := os.read(here, 1000):
            shown += more
    except OSError:  # the child closed its end
        pass
    os.close(here)
    assert child.wait(30) == code
    assert GOOD.encode() not in shown
    assert User.objects.filter(username="ada").exists() == (code == 0)
