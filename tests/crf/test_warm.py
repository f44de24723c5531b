"""What a web process does before it answers: the first person finds pages made and the work list counted."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crf import page, standing, warm
from crf.declare.form import casebook
from tests import study
from trial import protocol
from trial.models import Subject, User


@pytest.fixture(autouse=True)
def cold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "_built", {})
    standing.forget()


def test_the_page_of_every_form_is_there_in_every_version() -> None:
    warm.pages()
    assert set(page._built) == {(form, version.code) for form in casebook() for version in protocol.VERSIONS}


def test_the_work_list_is_counted_before_anybody_asks(demo_study: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm.connection, "close", lambda: None)
    warm.work_list()
    with study.seeing_everything():
        assert set(standing._kept) == set(Subject.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_a_database_that_is_away_hinders_no_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from django.db import OperationalError

    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("connection refused: 38.6")

    caplog.set_level("INFO", "crf.warm")
    monkeypatch.setattr(warm.standing, "waiting_of", away)
    monkeypatch.setattr(warm.connection, "close", lambda: None)
    warm.work_list()
    assert "OperationalError" in caplog.text and "38.6" not in caplog.text


@pytest.mark.django_db
def test_the_first_page_of_a_warm_process_asks_no_more_than_the_second(investigator: User, infused: Subject) -> None:
    warm.pages()
    browser, counts = Client(), []
    browser.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    for _turn in range(2):
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(f"/subjects/{infused.code}/d1/crs-assessment/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_door_of_the_web_process_warms_every_part(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(type(apps.get_app_config("crf")), "warm_up", lambda self: called.append(self.name))
    importlib.reload(importlib.import_module("trial.wsgi"))
    assert "crf" in called
