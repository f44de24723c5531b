"""What the schedule still asks for: each rule where it holds and where it does not, on stored forms, in few statements."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crf.expectations import DISEASE, RULES, Facts, not_asked
from crf.ledger import ledger, waiting
from tests import study
from trial import audit, schedule, subjects
from trial.models import Subject, User, Visit

MONTHLY = schedule.MONTHLY
LESION = {
    "lesion": "1", "location": "Liver", "kind": "EXTRAOSSEOUS", "target": "Y", "is_new": "N", "state": "MEASURED", "longest": "30",
    "perpendicular": "20",
}  # fmt: skip
LATE = datetime(2029, 1, 1, tzinfo=UTC)  # everything that is asked for is overdue by then


def on(day: int) -> date:
    """A study day; the infusion was on 20 March 2026."""
    return date(2026, 3, 20) + timedelta(days=day)


def visit(code: str, day: int | None, actual: int | None = None) -> Visit:
    """A visit with a window of a week around its day."""
    found = Visit(code=code, actual_on=None if actual is None else on(actual))
    if day is not None:
        found.planned_on, found.window_from, found.window_to = on(day), on(day - 7), on(day + 7)
    return found


# --- the rules by themselves


@pytest.mark.parametrize(
    ("form", "at", "facts", "rule"),
    [
        # A death takes away everything after its day, and nothing of the day itself.
        ("survival_status", visit("m3", 91), Facts(died_on=on(90)), "dead"),
        ("crs_assessment", visit("d10", 10), Facts(died_on=on(9)), "dead"),
        ("crs_assessment", visit("d10", 10), Facts(died_on=on(10)), None),
        ("informed_consent", visit("screening", None), Facts(died_on=on(1)), "dead"),
        # So does the end of the study, whatever its reason.
        ("survival_status", visit("m3", 91), Facts(ended_on=on(90)), "ended"),
        ("survival_status", visit("m3", 91), Facts(ended_on=on(91)), None),
        ("end_of_study", visit("m24", 730), Facts(ended_on=on(90)), "ended"),
        # A progression ends what follows the disease, at the months after it.
        ("response_assessment", visit("m3", 91), Facts(progression_on=on(90)), "progressed"),
        ("response_assessment", visit("m3", 91), Facts(progression_on=on(91)), None),
        ("haematology", visit("d21", 21), Facts(progression_on=on(15)), None),
        ("survival_status", visit("m3", 91), Facts(progression_on=on(90)), None),
        # A visit that took place counts on its own day.
        ("bone_marrow", visit("m3", 91, actual=86), Facts(progression_on=on(88)), None),
        ("bone_marrow", visit("m3", 86, actual=91), Facts(progression_on=on(88)), "progressed"),
        # A day of typing long after the window is no day of the visit.
        ("bone_marrow", visit("m3", 91, actual=400), Facts(progression_on=on(98)), None),
        ("bone_marrow", visit("m3", 91, actual=400), Facts(progression_on=on(97)), "progressed"),
        ("cart_persistence", visit("m6", 183), Facts(new_therapy_on=on(182)), "treated"),
        ("cart_persistence", visit("m6", 183), Facts(new_therapy_on=on(183)), None),
        # Lesions: known to be none, known, not known, found later.
        ("extramedullary_lesions", visit("m1", 28), Facts(lesions_at_entry=False), "no_lesions"),
        ("extramedullary_lesions", visit("m1", None), Facts(lesions_at_entry=False), "no_lesions"),
        ("extramedullary_lesions", visit("m1", 28), Facts(lesions_at_entry=True), None),
        ("extramedullary_lesions", visit("m1", 28), Facts(lesions_at_entry=None), None),
        ("extramedullary_lesions", visit("screening", None), Facts(lesions_at_entry=False), None),
        ("extramedullary_lesions", visit("m3", 91), Facts(lesions_at_entry=False, lesions_since=on(91)), None),
        ("extramedullary_lesions", visit("m3", 91), Facts(lesions_at_entry=False, lesions_since=on(92)), "no_lesions"),
        ("bone_marrow", visit("m1", 28), Facts(lesions_at_entry=False), None),
        # Survival: nobody asks whether a subject was alive before it was seen.
        ("survival_status", visit("m3", 91), Facts(alive_on=on(91)), "alive"),
        ("survival_status", visit("m3", 91), Facts(alive_on=on(90)), None),
        ("survival_status", visit("m3", None), Facts(alive_on=on(90)), None),
        ("myeloma_laboratory", visit("m3", 91), Facts(alive_on=on(91)), None),
        # The end of study: not before the subject was seen at the last visit.
        ("end_of_study", visit("m24", 730), Facts(alive_on=on(729)), "goes_on"),
        ("end_of_study", visit("m24", None), Facts(alive_on=on(729)), "goes_on"),
        ("end_of_study", visit("m24", 730), Facts(alive_on=on(730)), None),
        ("end_of_study", visit("u1", 100), Facts(alive_on=on(99)), None),
        ("survival_status", visit("m24", 730), Facts(alive_on=on(729)), None),
    ],
)  # fmt: skip
def test_a_rule_takes_away_what_it_says_and_no_more(form: str, at: Visit, facts: Facts, rule: str | None) -> None:
    found = not_asked(form, at, facts)
    assert (found and found.name) == rule


def test_nothing_known_takes_nothing_away() -> None:
    planned = [visit(v.code, v.day) for v in schedule.VISITS]
    assert all(not_asked(form, at, Facts()) is None for form in schedule.ACTIVITIES for at in planned)


def test_every_rule_names_forms_and_visits_of_the_schedule() -> None:
    for rule in RULES:
        assert set(rule.forms or ()) <= set(schedule.ACTIVITIES), rule.name
        assert set(rule.visits or ()) <= set(schedule.BY_CODE), rule.name
        assert str(rule.why)


# --- on stored forms


@pytest.fixture
def submit(infused: Subject, investigator: User, scope: None) -> Any:
    def one(form: str, at: str, **data: Any) -> Any:
        return study.submit(form, infused, at, data, by=investigator, now=LATE)

    return one


@pytest.fixture
def log(infused: Subject, investigator: User, scope: None) -> Any:
    from crf import entry
    from crf.models.subsequent_therapy import SubsequentTherapy

    def one(number: int = 1, **data: Any) -> Any:
        return entry.submit(SubsequentTherapy, subject=infused, occurrence=number, data=data, by=investigator, now=LATE)

    return one


def asked(subject: Subject, form: str) -> set[str]:
    """Visits at which a form is expected or overdue."""
    again = Subject.objects.select_related("site").get(pk=subject.pk)
    return {
        e.visit.code
        for e in ledger([again], now=LATE)
        if e.visit and e.form.declared.name == form and e.state in ("expected", "overdue")
    }


def imaging(day: int, *lesions: dict[str, str]) -> dict[str, Any]:
    return {"imaged_on": str(on(day)), "method": "CT", "new_bone_lesion": "N", "lesions": list(lesions)}


@pytest.mark.django_db
def test_lesions_are_asked_for_until_somebody_says_that_there_are_none(infused: Subject, submit: Any) -> None:
    assert asked(infused, "extramedullary_lesions") == {"screening", *MONTHLY}
    submit("extramedullary_lesions", "screening", **imaging(-15))
    assert asked(infused, "extramedullary_lesions") == set()


@pytest.mark.django_db
def test_lesions_at_entry_are_followed_and_a_later_one_from_then_on(infused: Subject, submit: Any) -> None:
    submit("extramedullary_lesions", "screening", **imaging(-15))
    submit("extramedullary_lesions", "m3", **imaging(91, LESION))  # a new one would be a progression
    assert asked(infused, "extramedullary_lesions") == set(MONTHLY) - {"m1", "m2", "m3"}


@pytest.mark.django_db
def test_lesions_on_the_first_imaging_are_followed_every_month(infused: Subject, submit: Any) -> None:
    submit("extramedullary_lesions", "screening", **imaging(-15, LESION))
    assert asked(infused, "extramedullary_lesions") == set(MONTHLY)


@pytest.mark.django_db
def test_nothing_is_asked_for_after_a_death_and_what_was_entered_stays(
    infused: Subject, submit: Any, investigator: User
) -> None:
    submit("survival_status", "m6", status_on=str(on(180)), alive="Y", last_known_alive_on=str(on(180)))
    last = subjects.unscheduled(infused, by=investigator, on=on(62))
    submit("death", last.code, died_on=str(on(62)), cause="OTHER")
    late = {v for v in MONTHLY if v not in ("m1", "m2")}
    for form in schedule.ACTIVITIES:
        assert not asked(infused, form) & late, form
    assert "m1" in asked(infused, "response_assessment")
    assert "m2" in asked(infused, "response_assessment")  # planned for the day before
    shown = {(e.form.declared.name, e.visit.code) for e in ledger([infused], now=LATE) if e.visit}
    assert ("survival_status", "m6") in shown  # it contradicts the death; hiding it would be worse


@pytest.mark.django_db
def test_nothing_is_asked_for_after_the_end_of_the_study_until_its_day_is_corrected(
    infused: Subject, submit: Any, investigator: User
) -> None:
    at = subjects.unscheduled(infused, by=investigator, on=on(95)).code
    submit("end_of_study", at, ended_on=str(on(95)), reason="WITHDRAWAL BY SUBJECT")
    late = {v for v in MONTHLY if v not in ("m1", "m2", "m3")}
    for form in schedule.ACTIVITIES:
        assert not asked(infused, form) & late, form
    assert "m3" in asked(infused, "response_assessment")
    assert all(e.visit is None or e.visit.code not in late for e in waiting(_again(infused), now=LATE))
    study.submit(
        "end_of_study", infused, at, {"ended_on": str(on(200)), "reason": "WITHDRAWAL BY SUBJECT"}, by=investigator,
        now=LATE, reason="Transcription error",
    )  # fmt: skip
    assert "m6" in asked(infused, "response_assessment")
    assert "m9" not in asked(infused, "response_assessment")


def _again(subject: Subject) -> Any:
    """As the work list reads it: without what wants nothing more."""
    return ledger([Subject.objects.select_related("site").get(pk=subject.pk)], now=LATE, settled=False)


@pytest.mark.django_db
def test_another_therapy_ends_the_forms_of_the_disease_and_a_supportive_one_does_not(
    infused: Subject, log: Any
) -> None:
    log(1, started_on=str(on(100)), drug="Morphine", intent="SUPPORTIVE")
    assert asked(infused, "bone_marrow") == {"screening", *MONTHLY}
    log(2, started_on=str(on(100)), drug="Bortezomib", intent="ANTI_MYELOMA")
    for form in DISEASE:
        assert asked(infused, form) & set(MONTHLY) <= {"m1", "m2", "m3"}, form
    assert asked(infused, "survival_status") == set(MONTHLY)


@pytest.mark.django_db
def test_survival_is_asked_for_after_the_last_day_on_which_the_subject_was_seen(infused: Subject, submit: Any) -> None:
    submit("survival_status", "m9", status_on=str(on(274)), alive="U", last_known_alive_on=str(on(200)))
    assert asked(infused, "survival_status") == {"m12", "m15", "m18", "m24"}  # month 9 is entered, month 6 was before
    submit("haematology", "m15", sampled_at=f"{on(457)} 08:00", haemoglobin="110", leukocytes="4.0", neutrophils="2.0",
           lymphocytes="1.0", platelets="200")  # fmt: skip
    assert asked(infused, "survival_status") == {"m18", "m24"}


@pytest.mark.django_db
def test_a_withdrawal_ends_the_collection_as_before(infused: Subject, investigator: User, scope: None) -> None:
    with audit.acting(investigator, "withdrew"):
        Subject.objects.filter(pk=infused.pk).update(status="WITHDRAWN", withdrawn_on=on(100))
    assert asked(infused, "response_assessment") == {"m1", "m2", "m3"}


# --- the demonstration study


def test_the_work_list_of_the_demonstration_holds_what_somebody_can_do(demo_study: None) -> None:
    """One marrow that was never taken, one call that is due, and the queries; it was 240 lines without the rules."""
    now = datetime(2026, 11, 22, tzinfo=UTC)  # the demonstration stands on its own day
    with study.seeing_everything():
        entries = ledger(Subject.objects.select_related("site"), now=now)
    left = {
        (e.state, e.subject.code, e.visit and e.visit.code, e.form.declared.name)
        for e in waiting(entries, now=now)
        if e.state != "queried"
    }
    assert left == {
        ("overdue", "02-007", "m1", "bone_marrow"),
        ("expected", "02-001", "m18", "survival_status"),
    }
    states = Counter((e.form.declared.name, e.state) for e in entries)
    assert states["adverse_event", "complete"] == 90
    assert states["subsequent_therapy", "complete"] == 8


def test_many_subjects_need_no_more_statements_than_one(demo_study: None) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    with study.seeing_everything():
        everyone = list(Subject.objects.select_related("site"))
        counts = []
        for people in (everyone[:1], everyone):
            with CaptureQueriesContext(connection) as seen:
                ledger(people, now=now)
            counts.append(len(seen))
    assert counts[0] == counts[1] <= 14


def test_a_visit_says_why_a_form_is_not_asked_for(demo_copy: str) -> None:
    client = Client()
    person = User.objects.get(username="coordinator-01")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/subjects/01-003/m12/").content.decode()
    assert "Nothing is asked for at this visit" in page
    followed = [form for form in DISEASE if "m12" in schedule.ACTIVITIES[form]]
    assert page.count("not asked for: after a confirmed progression") == len(followed) > 5
    assert "not asked for: a form of that day or later shows the subject alive" in page
    assert client.get("/subjects/01-003/m12/bone-marrow/").status_code == 200  # and may be entered all the same
