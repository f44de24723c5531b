"""Moving the infusion: the page before it says which visits move, and nothing moves before it was confirmed."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from tests import study
from trial import subjects
from trial.models import Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
REASON = {"reason_choice": "Transcription error", "reason_text": "", "_save": "1"}


def send(client: Client, subject: Subject, version: int, **changes: Any) -> Any:
    return client.post(
        f"/subjects/{subject.code}/d0/car-t-infusion/",
        study.typed_infusion(**changes) | REASON | {"_version": str(version)},
    )


def planned(subject: Subject, code: str) -> date | None:
    return study.visit_of(subject, code).planned_on


@pytest.fixture
def page(infused: Subject, investigator: User, client: Client) -> Client:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator)
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_another_day_is_shown_before_it_is_saved(page: Client, infused: Subject) -> None:
    answer = send(page, infused, 1, infused_at="2026-03-19 10:30")
    assert answer.status_code == 200
    moves = {m["label"]: (m["before"], m["after"]) for m in answer.context["moves"]}
    assert moves["Month 1"] == (date(2026, 4, 17), date(2026, 4, 16))
    assert "Day 1" not in moves and [v["label"] for v in answer.context["stay"]] == ["Day 0", "Day 1"]
    assert planned(infused, "m1") == date(2026, 4, 17)  # nothing was saved


def test_what_was_confirmed_is_saved_and_filled_visits_stay(page: Client, infused: Subject) -> None:
    shown = send(page, infused, 1, infused_at="2026-03-19 10:30").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown))
    answer = page.post(f"/subjects/{infused.code}/d0/car-t-infusion/", hidden)
    assert answer.status_code == 302
    assert planned(infused, "m1") == date(2026, 4, 16)
    assert planned(infused, "d1") == date(2026, 3, 21)


def test_another_day_than_the_confirmed_one_is_asked_again(page: Client, infused: Subject) -> None:
    answer = send(page, infused, 1, infused_at="2026-03-18 10:30", _moved="2026-03-19T10:30:00+08:00")
    assert answer.status_code == 200 and planned(infused, "m1") == date(2026, 4, 17)


def test_another_hour_of_the_same_day_and_another_value_move_nothing_and_are_not_asked(
    page: Client, infused: Subject
) -> None:
    assert send(page, infused, 1, infused_at="2026-03-20 11:30").status_code == 302
    assert send(page, infused, 2, infused_at="2026-03-20 11:30", cells_total="121").status_code == 302
    assert planned(infused, "m1") == date(2026, 4, 17)


def test_a_page_with_errors_shows_them_first(page: Client, infused: Subject) -> None:
    assert send(page, infused, 1, infused_at="2026-03-19 10:30", cells_per_kg="99").status_code == 422


def test_the_preview_says_what_planning_does(page: Client, infused: Subject, investigator: User) -> None:
    at = datetime(2026, 3, 17, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    subject = Subject.objects.select_related("site").get(pk=infused.pk)
    said = {move.visit.code: move.after for move in subjects.moves(subject, at)}
    before = {v.code: v.planned_on for v in subject.visits.all()}
    subjects.infuse(subject, at=at, by=investigator, reason="typed wrongly")
    after = {v.code: v.planned_on for v in subject.visits.all()}
    assert {code: on for code, on in after.items() if on != before[code]} == {
        code: on for code, on in said.items() if on != before[code]
    }
