"""Not done, with a reason: a form, a visit; an entry of a log that was an error; an unscheduled visit that was one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from analytics.frames import shapes
from analytics.registry import Cut
from crf import drafts, entry, not_done
from crf.declare.form import WHY, form_named
from crf.index import FormIndex
from crf.ledger import ledger
from crf.place import Place
from crf.workflow import Query
from tests import study
from tests.filled import fill
from trial import subjects
from trial.models import AuditEvent, Subject, User, Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
WHY_NOT = "The subject did not come"


def fresh(subject: Subject) -> Subject:
    return Subject.objects.select_related("site").get(pk=subject.pk)


def place(subject: Subject, visit: str, form: str, occurrence: int = 1) -> Place:
    subject = fresh(subject)
    at = None
    if visit != "log":
        at = study.visit_of(subject, visit)
        at.subject, at.site = subject, subject.site
    return Place(form_named(form), subject, at, occurrence)


def state(subject: Subject, visit: str, form: str) -> str:
    found = [e.state for e in ledger([fresh(subject)], now=study.NOW) if e.visit and e.visit.code == visit]
    names = [e.form.declared.name for e in ledger([fresh(subject)], now=study.NOW) if e.visit and e.visit.code == visit]
    return dict(zip(names, found, strict=True)).get(form, "")


def mark(subject: Subject, by: User, *, visit: str = "d1", form: str = "crs_assessment", reason: str = WHY_NOT) -> Any:
    return not_done.mark(place(subject, visit, form), by=by, reason=reason, now=study.NOW)


def test_a_form_that_was_not_done_is_expected_no_more_and_keeps_its_reason(infused: Subject, coordinator: User) -> None:
    assert state(infused, "d1", "crs_assessment") == "overdue"
    row = mark(infused, coordinator)
    assert (row.status, row.why, state(infused, "d1", "crs_assessment")) == ("NOT_DONE", WHY_NOT, "not_done")
    assert FormIndex.objects.get(form="crs_assessment", form_id=row.pk).status == "NOT_DONE"
    event = AuditEvent.objects.get(table_name=row._meta.db_table, row_id=row.pk)
    assert (event.actor, event.reason, event.after and event.after["missing"]) == (
        coordinator.username,
        WHY_NOT,
        {WHY: WHY_NOT},
    )


def test_a_form_that_was_not_done_did_not_make_its_visit_take_place(infused: Subject, coordinator: User) -> None:
    mark(infused, coordinator)
    assert study.visit_of(infused, "d1").actual_on is None


@pytest.mark.parametrize("reason", ["", "  ", "\0"])
def test_without_a_reason_nothing_is_marked(infused: Subject, coordinator: User, reason: str) -> None:
    with pytest.raises(subjects.Refused, match="reason"):
        mark(infused, coordinator, reason=reason)
    assert state(infused, "d1", "crs_assessment") == "overdue"


def test_a_form_with_data_cannot_be_not_done(infused: Subject, coordinator: User) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(1, investigator_grade=""), by=coordinator)
    with pytest.raises(subjects.Refused, match="holds data"):
        mark(infused, coordinator)


def test_a_form_that_was_begun_cannot_be_not_done(infused: Subject, coordinator: User) -> None:
    at = study.visit_of(infused, "d1")
    drafts.save("crs_assessment", fresh(infused), at, 1, values={"temperature": ["39"]}, based_on=0, by=coordinator)
    with pytest.raises(subjects.Refused, match="draft"):
        mark(infused, coordinator)


def test_a_form_of_another_visit_and_a_log_cannot_be_not_done(infused: Subject, coordinator: User) -> None:
    with pytest.raises(subjects.Refused, match="does not belong"):
        mark(infused, coordinator, visit="m1")
    with pytest.raises(subjects.Refused, match="log"):
        mark(infused, coordinator, visit="log", form="adverse_event")


def test_who_may_not_enter_may_not_mark(infused: Subject, monitor: User, other_coordinator: User) -> None:
    for person in (monitor, other_coordinator):
        with pytest.raises(PermissionDenied):
            mark(infused, person)


def test_the_mark_is_taken_back_with_a_reason_and_the_form_is_expected_again(
    infused: Subject, coordinator: User
) -> None:
    mark(infused, coordinator)
    row = not_done.take_back(
        place(infused, "d1", "crs_assessment"), by=coordinator, reason="It was marked by mistake", now=study.NOW
    )
    assert (row.version, state(infused, "d1", "crs_assessment")) == (2, "overdue")
    with pytest.raises(subjects.Refused, match="not marked"):
        not_done.take_back(place(infused, "d1", "crs_assessment"), by=coordinator, reason="again", now=study.NOW)
    assert mark(infused, coordinator).version == 3


def test_a_form_that_came_in_after_all_is_entered_over_the_mark(infused: Subject, investigator: User) -> None:
    mark(infused, investigator)
    outcome = study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator)
    assert (outcome.row.status, outcome.row.version, outcome.row.missing) == ("COMPLETE", 2, {})
    assert state(infused, "d1", "crs_assessment") == "complete"
    event = AuditEvent.objects.filter(table_name=outcome.row._meta.db_table, row_id=outcome.row.pk).latest("id")
    assert event.reason == entry.AFTER_ALL


def test_a_visit_that_took_place_after_all_is_expected_again_in_one_step(infused: Subject, investigator: User) -> None:
    study.submit("crs_assessment", infused, "d2", study.typed_crs(2), by=investigator)
    visit = place(infused, "d2", "crs_assessment").visit
    assert visit is not None
    with pytest.raises(subjects.Refused, match="marked as not done"):
        not_done.take_back_visit(visit, by=investigator, reason="It was marked by mistake", now=study.NOW)
    marked = not_done.mark_visit(visit, by=investigator, reason=WHY_NOT, now=study.NOW)
    assert len(marked) > 1
    mark(infused, investigator, visit="d3")
    client = Client()
    client.force_login(investigator)
    here = f"/subjects/{infused.code}/d2/"
    url = client.get(here).context["done_url"]
    assert client.post(url, {"choice": "", "text": ""}).status_code == 422
    assert state(infused, "d2", "vital_signs") == "not_done"
    assert client.post(url, {"choice": "It was marked by mistake"}).headers["Location"] == here
    found = {e.state for e in ledger([fresh(infused)], now=study.NOW) if e.visit and e.visit.code == "d2"}
    assert found == {"overdue", "complete"}
    assert state(infused, "d2", "crs_assessment") == "complete"
    assert state(infused, "d3", "crs_assessment") == "not_done"  # of another visit
    assert client.get(here).context["done_url"] == ""
    told = AuditEvent.objects.filter(table_name=marked[0]._meta.db_table, row_id=marked[0].pk).latest("pk")
    assert (told.actor, told.reason) == (investigator.username, "It was marked by mistake")


def test_who_may_not_enter_may_not_take_a_visit_back(
    infused: Subject, coordinator: User, monitor: User, other_coordinator: User
) -> None:
    visit = place(infused, "d2", "crs_assessment").visit
    assert visit is not None
    not_done.mark_visit(visit, by=coordinator, reason=WHY_NOT, now=study.NOW)
    for person in (monitor, other_coordinator):
        with pytest.raises(PermissionDenied):
            not_done.take_back_visit(visit, by=person, reason="It was marked by mistake", now=study.NOW)


def test_a_visit_not_done_marks_what_is_expected_and_leaves_what_was_entered(
    infused: Subject, investigator: User
) -> None:
    study.submit("crs_assessment", infused, "d2", study.typed_crs(2), by=investigator)
    visit = place(infused, "d2", "crs_assessment").visit
    assert visit is not None
    expected = {e.form for e in ledger([fresh(infused)], now=study.NOW) if e.visit and e.visit.code == "d2"}
    marked = not_done.mark_visit(visit, by=investigator, reason=WHY_NOT, now=study.NOW)
    assert {type(row) for row in marked} == expected - {form_named("crs_assessment")}
    states = {
        e.form.declared.name: e.state
        for e in ledger([fresh(infused)], now=study.NOW)
        if e.visit and e.visit.code == "d2"
    }
    assert states.pop("crs_assessment") == "complete" and set(states.values()) == {"not_done"}
    with pytest.raises(subjects.Refused, match="No form is expected"):
        not_done.mark_visit(visit, by=investigator, reason=WHY_NOT, now=study.NOW)


def test_tables_take_a_form_that_was_not_done_for_no_observation(infused: Subject, coordinator: User) -> None:
    mark(infused, coordinator)
    frames = {
        shape.name: pd.DataFrame(list(shape.rows()), columns=[column.name for column in shape.columns])
        for shape in shapes()
        if shape.name == "crs_assessment"
    }
    assert list(frames["crs_assessment"]["status"]) == ["NOT_DONE"]
    assert Cut(frames)["crs_assessment"].empty


# --- an entry of a log that was an error


@pytest.fixture
def event(infused: Subject, investigator: User) -> Any:
    return study.submit("adverse_event", infused, "log", fill(form_named("adverse_event"))[0], by=investigator).row


def test_a_withdrawn_entry_leaves_ledger_and_tables_and_stays_in_its_log(
    infused: Subject, investigator: User, event: Any, client: Client
) -> None:
    there = place(infused, "log", "adverse_event", event.occurrence)
    open_before = Query.objects.filter(form="adverse_event", form_id=event.pk).exclude(state="CLOSED").count()
    row = not_done.withdraw(there, by=investigator, reason="It was entered twice", now=study.NOW)
    assert row.status == "WITHDRAWN"
    assert not [e for e in ledger([fresh(infused)], now=study.NOW) if e.form.declared.name == "adverse_event"]
    assert not Query.objects.filter(form="adverse_event", form_id=event.pk).exclude(state="CLOSED").exists()
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/subjects/{infused.code}/logs/adverse-event/").content.decode()
    assert "cw-struck" in page and "It was entered twice" in page
    again = not_done.restore(there, by=investigator, reason="It was marked by mistake", now=study.NOW)
    assert (again.status, again.missing.get(WHY)) == ("COMPLETE", None)
    assert Query.objects.filter(form="adverse_event", form_id=event.pk).exclude(state="CLOSED").count() == open_before


def test_a_withdrawn_entry_cannot_be_changed_before_it_is_restored(
    infused: Subject, investigator: User, event: Any
) -> None:
    there = place(infused, "log", "adverse_event", event.occurrence)
    not_done.withdraw(there, by=investigator, reason="twice", now=study.NOW)
    with pytest.raises(subjects.Refused, match="restore"):
        study.submit(
            "adverse_event", infused, "log", fill(form_named("adverse_event"))[0], by=investigator, occurrence=event.occurrence,
            reason="changed",
        )  # fmt: skip


def test_only_a_submitted_entry_of_a_log_can_be_withdrawn(infused: Subject, investigator: User) -> None:
    for there in (place(infused, "d0", "car_t_infusion"), place(infused, "log", "adverse_event", 7)):
        with pytest.raises(subjects.Refused):
            not_done.withdraw(there, by=investigator, reason="mistake", now=study.NOW)


# --- unscheduled visits


def test_an_empty_unscheduled_visit_goes_and_its_number_is_not_given_to_another_that_stays(
    infused: Subject, coordinator: User
) -> None:
    first, second = (subjects.unscheduled(infused, by=coordinator, on=date(2026, 5, n), reason="fever") for n in (1, 2))
    subjects.remove_visit(first, by=coordinator, reason="opened twice")
    third = subjects.unscheduled(infused, by=coordinator, on=date(2026, 5, 3), reason="rash")
    assert (
        [v.code for v in Visit.objects.filter(subject=infused, unscheduled=True)]
        == ["u2", "u3"]
        == [second.code, third.code]
    )
    assert AuditEvent.objects.filter(table_name="trial_visit", action="D", reason="opened twice").count() == 1


def test_a_visit_that_holds_anything_and_one_of_the_schedule_stay(infused: Subject, investigator: User) -> None:
    visit = subjects.unscheduled(infused, by=investigator, on=date(2026, 3, 25), reason="fever")
    study.submit("crs_assessment", infused, visit.code, study.typed_crs(5), by=investigator)
    for stays in (visit, study.visit_of(infused, "d9")):
        with pytest.raises(subjects.Refused):
            subjects.remove_visit(stays, by=investigator, reason="mistake")
    empty = subjects.unscheduled(infused, by=investigator, on=date(2026, 3, 26), reason="fever")
    with pytest.raises(subjects.Refused, match="reason"):
        subjects.remove_visit(empty, by=investigator, reason=" ")


# --- the pages


def test_the_pages_ask_for_a_reason_and_do_what_they_say(infused: Subject, coordinator: User, client: Client) -> None:
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    here = f"/subjects/{infused.code}"
    assert client.post(f"{here}/d1/crs-assessment/not-done/", {}).status_code == 422
    assert client.post(f"{here}/d1/crs-assessment/not-done/", {"choice": "OTHER"}).status_code == 422
    assert client.post(f"{here}/d1/crs-assessment/not-done/", {"choice": WHY_NOT, "text": "snow"}).status_code == 302
    page = client.get(f"{here}/d1/crs-assessment/").content.decode()
    assert f"{WHY_NOT}: snow" in page and "It was done after all" in page
    assert client.post(f"{here}/d1/crs-assessment/not-done/", {"text": "a mix-up"}).status_code == 302
    assert state(infused, "d1", "crs_assessment") == "overdue"
    assert client.post(f"{here}/d3/not-done/", {"choice": WHY_NOT}).status_code == 302
    assert state(infused, "d3", "icans_assessment") == "not_done"
    assert client.post(f"{here}/visits/", {"on": "2026-05-01"}).status_code == 422  # no reason
    made = client.post(f"{here}/visits/", {"on": "2026-05-01", "reason": "fever"})
    assert "Reason for the visit: fever" in client.get(made.url).content.decode()  # type: ignore[attr-defined]
    assert client.post(f"{here}/u1/remove/", {"choice": "It was marked by mistake"}).status_code == 302
    assert client.get(f"{here}/u1/").status_code == 404


def test_another_site_and_a_reader_have_no_such_page(
    infused: Subject, other_coordinator: User, monitor: User, client: Client
) -> None:
    for person, answer in ((other_coordinator, 404), (monitor, 403)):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for path in ("d1/crs-assessment/not-done/", "d1/not-done/", "d1/remove/"):
            assert client.post(f"/subjects/{infused.code}/{path}", {"choice": WHY_NOT}).status_code == answer
