"""A day outside its visit is asked about until it is corrected or its deviation is logged, and asked again when that goes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from crf.checks import consent, window
from crf.checks.timing import VISIT_READS
from crf.declare.form import Check, FormClass, casebook
from crf.models.haematology import Haematology
from crf.workflow import Query
from tests import study
from tests.filled import fill
from trial import schedule, subjects
from trial.models import Subject, User

WITHOUT_A_DAY = {"demographics"}  # what is true of a person, whatever the day
LATE = date(2026, 3, 26)  # two days after day 4


def windows(form: FormClass) -> list[Check]:
    return [check for check in form.declared.checks.values() if set(VISIT_READS) <= set(check.reads)]


@pytest.mark.parametrize(
    "form", [f for f in casebook() if f.declared.name in schedule.ACTIVITIES], ids=lambda f: f.declared.name
)
def test_every_form_of_a_visit_that_has_an_end_asks_once_whether_its_day_fits(form: FormClass) -> None:
    declared = form.declared
    ended = [schedule.BY_CODE[code] for code in schedule.ACTIVITIES[declared.name] if code != "apheresis"]
    expected = bool(ended) and declared.name not in {*window.ANCHORS, *WITHOUT_A_DAY}
    found = windows(form)
    assert len(found) == (1 if expected or declared.name == "leukapheresis" else 0)
    assert all((check.item, check.hard) == (declared.about_day, False) for check in found)
    assert bool(declared.about_day) == (declared.name not in WITHOUT_A_DAY)


def test_every_form_with_a_day_asks_whether_consent_came_before() -> None:
    asking = {f.declared.name for f in casebook() if any(consent.ITEM in c.reads for c in f.declared.checks.values())}
    dated = {form.declared.name for form in casebook() if form.declared.about_day} - {consent.FORM}
    assert dated <= asking


def count(subject: Subject, by: User, on: date, **options: Any) -> None:
    typed = fill(Haematology)[0] | {"sampled_at": f"{on} 08:00"}
    study.submit("haematology", subject, "d4", typed, by=by, **options)


def log(subject: Subject, by: User, *, on: date = LATE, category: str = "VISIT", **options: Any) -> None:
    data = {
        "happened_on": on.isoformat(), "category": category, "description": "The ward was closed.", "severity": "MINOR",
        "reported_on": on.isoformat(),
    }  # fmt: skip
    study.submit("protocol_deviation", subject, "log", data, by=by, **options)


def asked() -> list[str]:
    return list(Query.objects.filter(check_id="HEM-02").order_by("id").values_list("state", flat=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_a_logged_deviation_answers_and_another_day_or_category_asks_again(
    infused: Subject, investigator: User
) -> None:
    count(infused, investigator, LATE)
    assert asked() == ["OPEN"]
    log(infused, investigator, on=date(2026, 3, 25))  # of another day
    assert asked() == ["OPEN"]
    log(infused, investigator, reason="Wrong day")
    assert asked() == ["CLOSED"]
    log(infused, investigator, category="DOSE", reason="Wrong category")
    assert asked()[-1] == "OPEN"
    log(infused, investigator, reason="It was the visit")
    assert set(asked()) == {"CLOSED"}


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_where_the_deviation_is_logged_first_nothing_is_asked_and_a_corrected_day_needs_none(
    infused: Subject, investigator: User
) -> None:
    log(infused, investigator)
    count(infused, investigator, LATE)
    assert asked() == []
    count(infused, investigator, date(2026, 3, 27), reason="Transcription error")
    assert asked() == ["OPEN"]
    count(infused, investigator, date(2026, 3, 24), reason="Transcription error")
    assert asked() == ["CLOSED"]


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_a_screening_dated_after_the_infusion_is_asked_about(infused: Subject, investigator: User) -> None:
    assert not Query.objects.filter(check_id="WIN-eligibility").exists()
    late = study.typed_eligibility(assessed_on="2026-03-21")
    study.submit("eligibility", infused, "screening", late, by=investigator, reason="Transcription error")
    assert [query.state for query in Query.objects.filter(check_id="WIN-eligibility")] == ["OPEN"]


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_a_corrected_infusion_asks_about_the_days_that_took_place_and_fit_no_more(
    infused: Subject, investigator: User
) -> None:
    """The visit keeps the days it was planned for; the day of the form is judged by the infusion as it stands now."""
    count(infused, investigator, date(2026, 3, 24))
    assert asked() == []

    def move(day: int) -> None:
        typed = study.typed_infusion(infused_at=f"2026-03-{day} 10:30")
        study.submit("car_t_infusion", infused, "d0", typed, by=investigator, reason="Transcription error")

    found = {
        one.visit.code: one.outside
        for one in subjects.moves(infused, study.INFUSED_AT + timedelta(days=2))
        if one.filled
    }
    assert found["d4"] is True
    move(22)
    assert asked() == ["OPEN"]
    move(20)
    assert asked() == ["CLOSED"]
