"""Queries: opened by a check once, closed by evidence, answered by the site, closed or sent back by a reviewer."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from crf import entry, workflow
from crf.models.crs_assessment import CrsAssessment
from crf.workflow import Query
from tests import study
from tests.study import SHOCK, typed_crs
from trial.models import AuditEvent, Site, Subject, User
from trial.subjects import Refused

pytestmark = pytest.mark.django_db
NOW = study.NOW


@pytest.fixture
def crs(infused: Subject, investigator: User, scope: None) -> Any:
    def submit(day: int = 1, *, reason: str = "source", **changes: Any) -> entry.Outcome:
        return study.submit(
            "crs_assessment", infused, f"d{day}", typed_crs(day, **changes), by=investigator, reason=reason
        )

    return submit


def queries(check: str) -> list[tuple[str, int]]:
    """(state, day) of a check's queries, oldest first."""
    found = Query.objects.filter(check_id=check).select_related("visit").order_by("id")
    return [(q.state, int(q.visit.code.removeprefix("d"))) for q in found if q.visit]


def only(check: str) -> Query:
    return Query.objects.get(check_id=check)


# --- checks open and close


def test_a_failing_check_opens_one_query_with_form_item_and_version(crs: Any) -> None:
    row = crs(investigator_grade="3").row
    query = only("CRS-01")
    assert (query.form, query.form_id, query.item, query.state) == (
        "crs_assessment",
        row.pk,
        "investigator_grade",
        "OPEN",
    )
    assert (query.seen_version, query.opened_by, query.visit, query.subject) == (1, None, row.visit, row.subject)
    crs(investigator_grade="3", comment="still sure")
    assert queries("CRS-01") == [("OPEN", 1)]
    assert AuditEvent.objects.filter(table_name="crf_query", action="I").count() == 1


def test_a_value_outside_its_plausible_range_is_accepted_and_queried(crs: Any) -> None:
    assert crs(temperature="41.1").created
    query = only("RANGE:temperature")
    assert "unusual (expected 35 to 41" in query.sentence
    crs(temperature="41.0")
    assert queries("RANGE:temperature") == [("CLOSED", 1)]


def test_a_correction_closes_the_query_by_evidence_and_says_so(crs: Any) -> None:
    crs(investigator_grade="3")
    crs(investigator_grade="1")
    query = only("CRS-01")
    assert (query.state, query.closed_by, query.closed_at) == ("CLOSED", None, NOW)
    assert [(m.by, m.text) for m in query.messages.all()] == [
        (None, "Closed: the values changed, and the check has nothing to ask any more.")
    ]


def test_a_check_that_fails_again_after_evidence_opens_a_new_query(crs: Any) -> None:
    for grade in ("3", "1", "3"):
        crs(investigator_grade=grade)
    assert queries("CRS-01") == [("CLOSED", 1), ("OPEN", 1)]


def test_a_query_a_reviewer_closed_stays_closed_until_a_value_it_saw_changes(crs: Any, monitor: User) -> None:
    crs(investigator_grade="3")
    workflow.close(only("CRS-01"), by=monitor, text="agreed with the site", now=NOW)
    crs(investigator_grade="3", comment="nothing it saw")
    assert queries("CRS-01") == [("CLOSED", 1)]
    crs(investigator_grade="4", comment="nothing it saw")
    assert queries("CRS-01") == [("CLOSED", 1), ("OPEN", 1)]


def test_a_query_a_reviewer_closed_comes_back_when_the_derived_grade_changes(crs: Any, monitor: User) -> None:
    crs(investigator_grade="4")
    workflow.close(only("CRS-01"), by=monitor, text="agreed", now=NOW)
    crs(**{**SHOCK, "investigator_grade": "4"})  # grade 3 by the criteria now, and still not 4
    assert queries("CRS-01") == [("CLOSED", 1), ("OPEN", 1)]


# --- one assessment changes what follows from another


LATER = {"temperature": "37.2", "fever_due_to_crs": "", "hypotension": "Y", "hypotension_due_to_crs": "Y"}


def test_correcting_an_earlier_assessment_judges_the_later_ones_again(crs: Any) -> None:
    crs(1)
    crs(2, **LATER, investigator_grade="2")  # without fever, in an open episode: grade 2
    assert queries("CRS-01") == []
    crs(1, temperature="37.0", fever_due_to_crs="", investigator_grade="0")  # no fever, so no episode: day 2 is grade 0
    assert queries("CRS-01") == [("OPEN", 2)]
    crs(1)
    assert queries("CRS-01") == [("CLOSED", 2)]


def test_an_assessment_entered_late_judges_the_later_ones_again(crs: Any) -> None:
    crs(2, **LATER, investigator_grade="2")
    assert queries("CRS-01") == [("OPEN", 2)]
    crs(1)
    assert queries("CRS-01") == [("CLOSED", 2)]


def test_an_assessment_moved_in_time_judges_those_it_passed_again(crs: Any) -> None:
    crs(1)
    crs(2, **LATER, investigator_grade="2")
    crs(1, assessed_at="2026-03-24 20:00")  # after day 2 now, which has no episode before it any more
    assert ("OPEN", 2) in queries("CRS-01")


def test_an_accepted_query_of_a_later_assessment_comes_back_when_its_derived_grade_changes(
    crs: Any, monitor: User
) -> None:
    crs(1)
    crs(2, **LATER, investigator_grade="3")
    workflow.close(only("CRS-01"), by=monitor, text="agreed", now=NOW)
    crs(1, comment="nothing that matters")
    assert queries("CRS-01") == [("CLOSED", 2)]
    crs(1, temperature="37.0", fever_due_to_crs="", investigator_grade="0")
    assert queries("CRS-01") == [("CLOSED", 2), ("OPEN", 2)]


def test_the_judging_again_changes_no_value_of_the_later_form(crs: Any) -> None:
    crs(1)
    later = crs(2, **LATER, investigator_grade="2").row
    crs(1, temperature="37.0", fever_due_to_crs="", investigator_grade="0")
    assert CrsAssessment.objects.get(pk=later.pk).version == 1
    assert AuditEvent.objects.filter(table_name="crf_crsassessment", row_id=later.pk).count() == 1


# --- people


@pytest.fixture
def query(crs: Any) -> Query:
    crs(investigator_grade="3")
    return only("CRS-01")


def test_a_site_answers_and_a_reviewer_closes(query: Query, coordinator: User, monitor: User) -> None:
    workflow.answer(query, by=coordinator, text="The ward was sure.", now=NOW)
    assert only("CRS-01").state == "ANSWERED"
    workflow.close(query, by=monitor, text="Thank you.", now=NOW)
    done = only("CRS-01")
    assert (done.state, done.closed_by, done.closed_at) == ("CLOSED", monitor, NOW)
    assert [(m.by, m.text) for m in done.messages.all()] == [
        (coordinator, "The ward was sure."),
        (monitor, "Thank you."),
    ]
    assert AuditEvent.objects.filter(table_name="crf_query", row_id=query.pk).last().reason == "Thank you."  # type: ignore[union-attr]


def test_a_reviewer_sends_an_answer_back(query: Query, coordinator: User, data_manager: User) -> None:
    workflow.answer(query, by=coordinator, text="Sure.", now=NOW)
    workflow.reopen(query, by=data_manager, text="Why?", now=NOW)
    assert only("CRS-01").state == "OPEN"
    assert only("CRS-01").is_open


def test_an_answered_query_still_closes_by_evidence(query: Query, coordinator: User, crs: Any) -> None:
    workflow.answer(query, by=coordinator, text="Corrected.", now=NOW)
    crs(investigator_grade="1")
    assert (only("CRS-01").state, only("CRS-01").closed_by) == ("CLOSED", None)


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        (workflow.answer, ["MONITOR", "DATA_MANAGER", "MEDICAL_MONITOR", "STATISTICIAN", "INSPECTOR", "ADMINISTRATOR"]),
        (workflow.close, ["COORDINATOR", "INVESTIGATOR", "STATISTICIAN", "INSPECTOR", "ADMINISTRATOR"]),
        (workflow.reopen, ["COORDINATOR", "INVESTIGATOR", "STATISTICIAN", "INSPECTOR", "ADMINISTRATOR"]),
    ],
)
def test_each_step_is_refused_to_all_other_roles(query: Query, site: Site, action: Any, roles: list[str]) -> None:
    for role in roles:
        with pytest.raises(PermissionDenied):
            action(query, by=study.person(role, site, name=f"another {role}"), text="x", now=NOW)
    assert (only("CRS-01").state, only("CRS-01").messages.count()) == ("OPEN", 0)


def test_staff_of_another_site_may_not_answer(query: Query, other_coordinator: User) -> None:
    with pytest.raises(PermissionDenied):
        workflow.answer(query, by=other_coordinator, text="x", now=NOW)


def test_a_closed_query_and_an_empty_sentence_are_refused(query: Query, coordinator: User, monitor: User) -> None:
    for action, by in ((workflow.answer, coordinator), (workflow.close, monitor), (workflow.reopen, monitor)):
        with pytest.raises(Refused, match="write a sentence"):
            action(query, by=by, text=" \n", now=NOW)
    workflow.close(query, by=monitor, text="done", now=NOW)
    for action, by in ((workflow.answer, coordinator), (workflow.close, monitor), (workflow.reopen, monitor)):
        with pytest.raises(Refused, match="closed already"):
            action(query, by=by, text="x", now=NOW)


def test_a_reviewer_asks_about_an_item_and_no_check_closes_it(crs: Any, monitor: User, coordinator: User) -> None:
    row = crs().row
    asked = workflow.ask(row, item="temperature", by=monitor, text="Where was it taken?", now=NOW)
    workflow.ask(row, item="temperature", by=monitor, text="And when?", now=NOW)  # two questions of people are two
    crs(temperature="38.8")
    asked.refresh_from_db()
    assert (asked.state, asked.sentence, asked.opened_by, asked.seen_version) == (
        "OPEN",
        "Where was it taken?",
        monitor,
        1,
    )
    with pytest.raises(PermissionDenied):
        workflow.ask(row, item="temperature", by=coordinator, text="x", now=NOW)
    with pytest.raises(Refused, match="write what you ask"):
        workflow.ask(row, item="temperature", by=monitor, text=" ", now=NOW)


def test_the_sentence_of_a_check_is_the_declared_one_in_the_readers_language(query: Query) -> None:
    with translation.override("en"):
        assert query.sentence == str(CrsAssessment.declared.checks["CRS-01"].text)
    query.check_id = "CRS-99"
    assert query.sentence == "Check CRS-99 is no longer in force."
