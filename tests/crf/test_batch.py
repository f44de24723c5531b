"""A batch and one form after another: what is stored, asked and audited is the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from crf import quick_page
from crf.batch import Batch, Sent, submit_many
from crf.batch_rows import RefusedByDatabase
from crf.declare.form import Check, casebook
from crf.demo import load
from crf.entry import Invalid
from crf.models import Query, QueryMessage
from crf.models.demographics import Demographics
from crf.page import page_form
from crf.sent import typed, with_grids
from crf.synthetic import load as synthetic
from crf.synthetic import plan
from tests import study
from tests.crf.hostile import attacked, fillings
from tests.crf.one_by_one import OneByOne
from trial.models import AuditEvent, Site, Subject, User, Visit
from trial.signals import data_changed
from trial.subjects import Refused

CENTRES = plan.plan(subjects=8, sites=2, seed=11)
NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
# Keys, which two loads cannot share: subjects, visits and people are compared by their names, queries by their thread.
# date_joined is of the clock, and of the sites and people that both loads make in the same way.
KEYS = {"id", "subject_id", "visit_id", "form_id", "query_id", "site_id", "screening_site_id", "user_id", "date_joined"}
KEYS |= {"digest"}  # of a signature: it holds the form's key


@dataclass
class Content:
    """Everything that a load leaves, without keys; of the audit all but its own clock and order."""

    forms: dict[Any, Any]
    queries: Counter[Any]
    visits: set[Any]
    subjects: set[Any]
    audit: Counter[Any]


def _content() -> Content:
    people = dict(User.objects.values_list("pk", "username"))

    def named(values: dict[str, Any] | None) -> dict[str, Any]:
        """Columns without keys, people by their names."""
        return {
            name: people[value] if name.endswith("by_id") and value else value
            for name, value in (values or {}).items()
            if name not in KEYS
        }

    def columns(row: Any) -> dict[str, Any]:
        return named({f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})

    def as_text(values: Any) -> str:
        return json.dumps(values, default=str, sort_keys=True)

    with study.seeing_everything():
        codes = dict(Subject.objects.values_list("pk", "code"))
        visits = {v.pk: (codes[v.subject_id], v.code) for v in Visit.objects.all()}
        forms = {}
        for form in casebook():
            for row in form.objects.prefetch_related(*form.declared.rows):  # type: ignore[attr-defined]
                lines = [columns(line) for name in form.declared.rows for line in getattr(row, name).order_by("row")]
                at = visits.get(getattr(row, "visit_id", None))
                forms[(form.declared.name, codes[row.subject_id], at, row.occurrence)] = (columns(row), lines)
        queries: Counter[Any] = Counter()
        for q in Query.objects.prefetch_related("messages"):
            thread = as_text([columns(message) for message in q.messages.all()])
            queries[
                (codes[q.subject_id], visits.get(q.visit_id), q.state, q.sentence, as_text(columns(q)), thread)
            ] += 1
        audited = Counter(
            (codes.get(e.subject_id or 0), e.table_name, e.action, e.actor, e.reason, as_text(named(e.before)), as_text(named(e.after)))
            for e in AuditEvent.objects.all()
        )  # fmt: skip
        return Content(
            forms,
            queries,
            {(visits[v.pk], v.planned_on, v.window_from, v.window_to, v.actual_on) for v in Visit.objects.all()},
            set(Subject.objects.values_list("code", "status", "dose_level", "enrolled_on", "infused_at", "withdrawn_on")),
            audited,
        )  # fmt: skip


Load = Callable[[], object]


def _synthetic() -> None:
    synthetic.sites_and_people(CENTRES)
    for centre in CENTRES:
        assert [count.subjects for count in synthetic.subjects_of(centre, seed=11)] == [1] * len(centre.starts)


def _demonstration() -> None:
    for _done in load.subjects_one_by_one():
        pass


def _left_by(way: Any, loaded: Load, monkeypatch: pytest.MonkeyPatch) -> Content:
    """What a load leaves where every subject goes through `way`, at a clock that stands still; nothing of it stays."""
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(load, "Batch", way)
        patch.setattr(synthetic, "Batch", way)
        patch.setattr(timezone, "now", lambda: NOW)
        point = transaction.savepoint()
        loaded()
        found = _content()
        transaction.savepoint_rollback(point)
    return found


def _the_same(together: Content, single: Content) -> None:
    assert together.forms == single.forms
    assert together.queries == single.queries
    assert together.visits == single.visits
    assert together.subjects == single.subjects
    assert (together.audit - single.audit, single.audit - together.audit) == (Counter(), Counter())


@pytest.mark.soak
@pytest.mark.django_db
def test_a_study_with_slips_late_entries_and_queries_is_the_one_that_was_submitted_form_by_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    single, together = (_left_by(way, _synthetic, monkeypatch) for way in (OneByOne, Batch))
    assert len(together.forms) > 500
    states = Counter(state for _subject, _visit, state, *_rest in together.queries.elements())
    assert states["OPEN"] >= 5 and states["CLOSED"] >= 3, "queries that stay, and queries that came and went"
    assert len({event[3] for event in together.audit}) >= 4, "several people acted"
    _the_same(together, single)


@pytest.mark.django_db
def test_the_first_subject_of_each_demonstration_site_is_the_one_that_was_submitted_form_by_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = tuple(place for place in load.calendar.placements() if place.code.endswith("-001"))
    monkeypatch.setattr(load.calendar, "placements", lambda: first)
    single, together = (_left_by(way, _demonstration, monkeypatch) for way in (OneByOne, Batch))
    assert len(together.subjects) == 3
    _the_same(together, single)


@pytest.mark.soak
@pytest.mark.django_db
def test_the_whole_demonstration_study_is_the_one_that_was_submitted_form_by_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    single, together = (_left_by(way, _demonstration, monkeypatch) for way in (OneByOne, Batch))
    assert len(together.forms) > 2000
    _the_same(together, single)


# --- the batch by itself


@pytest.fixture
def batch(site: Site, coordinator: User, scope: None) -> Batch:
    """Of a subject that was screened this moment."""
    return Batch.screened(site, by=coordinator, on=study.SCREENED_ON)


def _sent(form: str, data: Any, by: User, *, visit: str = "screening") -> Sent:
    return Sent(form, visit, data, by, now=study.NOW)


@pytest.mark.django_db
def test_nothing_is_stored_before_it_settles_and_everything_after(batch: Batch, coordinator: User) -> None:
    batch.take(_sent("demographics", study.typed_demographics(), coordinator))
    assert not Demographics.objects.exists()
    batch.settle()
    row = Demographics.objects.get()
    assert (row.subject_id, row.version, row.entered_by, row.entered_at) == (
        batch.subject.pk,
        1,
        coordinator,
        study.NOW,
    )
    assert Visit.objects.get(subject=batch.subject, code="screening").actual_on is not None


@pytest.mark.django_db
def test_a_form_that_is_refused_leaves_nothing_and_may_be_typed_again(batch: Batch, coordinator: User) -> None:
    with pytest.raises(Invalid) as refused:
        batch.take(_sent("demographics", study.typed_demographics(height="1.62"), coordinator))
    assert {error["anchor"] for error in refused.value.page.error_list()} == {"item-height"}
    batch.take(_sent("demographics", study.typed_demographics(), coordinator))
    assert submit_many(batch, []) == 0
    assert Demographics.objects.get().height == 162


@pytest.mark.django_db
def test_a_hard_check_is_judged_over_forms_that_still_wait(batch: Batch, investigator: User, coordinator: User) -> None:
    batch.take(_sent("informed_consent", study.typed_consent(consent_date="2026-03-01"), coordinator))
    with pytest.raises(Invalid):
        batch.take(_sent("eligibility", study.typed_eligibility(assessed_on="2026-02-27"), investigator))


@pytest.mark.django_db
def test_a_place_takes_one_form_and_only_its_own(batch: Batch, coordinator: User) -> None:
    batch.take(_sent("demographics", study.typed_demographics(), coordinator))
    with pytest.raises(Refused):
        batch.take(_sent("demographics", study.typed_demographics(), coordinator))
    with pytest.raises(Refused):
        batch.take(_sent("car_t_infusion", study.typed_infusion(), coordinator))


@pytest.mark.django_db
def test_who_may_not_enter_data_may_not_in_a_batch(batch: Batch, monitor: User, other_coordinator: User) -> None:
    for person in (monitor, other_coordinator):
        with pytest.raises(PermissionDenied):
            batch.take(_sent("demographics", study.typed_demographics(), person))


@pytest.mark.django_db
@pytest.mark.parametrize("settled_between", [True, False])
def test_a_query_that_a_later_form_answers_tells_who_opened_it_and_is_closed_by_evidence(
    batch: Batch, coordinator: User, investigator: User, settled_between: bool
) -> None:
    """A contact with the word that the subject died asks for the form of the death; it came an hour later."""
    for form, data in (("informed_consent", study.typed_consent()), ("demographics", study.typed_demographics())):
        batch.take(_sent(form, data, coordinator))
    batch.take(_sent("eligibility", study.typed_eligibility(), investigator))
    batch.enrol(by=investigator, on=study.ENROLLED_ON, dose_level="2.0")
    batch.take(_sent("car_t_infusion", study.typed_infusion(), investigator, visit="d0"))
    batch.take(_sent("survival_status", {"status_on": "2026-04-17", "alive": "N"}, coordinator, visit="m1"))
    if settled_between:
        batch.settle()
        assert Query.objects.get(check_id="SUR-05").state == "OPEN"
    visit = batch.unscheduled(by=coordinator, on=date(2026, 4, 17)).code
    later = study.NOW + timedelta(hours=1)
    died = {"died_on": "2026-04-17", "cause": "MYELOMA"}
    batch.take(Sent("death", visit, died, investigator, now=later))
    batch.settle()
    query = Query.objects.get(check_id="SUR-05")
    assert (query.state, query.opened_at) == ("CLOSED", study.NOW)
    assert (query.closed_by, query.closed_at) == (None, later)
    assert QueryMessage.objects.filter(query=query, by=None, at=later).count() == 1
    events = AuditEvent.objects.filter(table_name=Query._meta.db_table, row_id=query.pk).order_by("id")
    assert [(e.action, e.actor) for e in events] == [("I", coordinator.username), ("U", investigator.username)]


@pytest.mark.django_db
def test_a_check_that_fails_holds_and_fails_again_before_it_is_written_leaves_two_queries(
    batch: Batch, coordinator: User, investigator: User
) -> None:
    batch.take(_sent("informed_consent", study.typed_consent(), coordinator))
    (kept,) = batch.kept["informed_consent"]
    check = Check("X-01", "", lambda _form: False, item="consent_date")
    for minute, (failing, by) in enumerate((([check], coordinator), ([], investigator), ([check], investigator))):
        batch._ask(kept, failing, by=by, now=study.NOW + timedelta(minutes=minute))
    batch.settle()
    found = [(q.state, q.opened_at, q.closed_at) for q in Query.objects.filter(check_id="X-01").order_by("id")]
    at = [study.NOW + timedelta(minutes=minute) for minute in range(3)]
    assert found == [("CLOSED", at[0], at[1]), ("OPEN", at[2], None)]


@pytest.mark.django_db
def test_arrivals_are_announced_once_a_kind_of_form(batch: Batch, coordinator: User) -> None:
    heard: list[str] = []

    def listen(form: str, **_: Any) -> None:
        heard.append(form)

    data_changed.connect(listen)
    try:
        batch.take(_sent("informed_consent", study.typed_consent(), coordinator))
        batch.take(_sent("demographics", study.typed_demographics(), coordinator))
        batch.settle()
    finally:
        data_changed.disconnect(listen)
    assert sorted(heard) == ["demographics", "informed_consent"]


@pytest.mark.django_db
def test_what_the_database_refuses_is_told_by_its_constraint_and_never_by_its_value(
    batch: Batch, coordinator: User
) -> None:
    batch.take(_sent("demographics", study.typed_demographics(), coordinator))
    batch.kept["demographics"][0].values["sex"] = "a secret"
    with pytest.raises(RefusedByDatabase) as refused, transaction.atomic():
        batch.settle()
    assert str(refused.value) == "demographics_sex"


# --- the page that is read and never shown


@pytest.mark.parametrize("form", casebook(), ids=lambda form: form.declared.name)
def test_a_page_read_quickly_says_what_the_page_of_the_browser_says(form: Any) -> None:
    """Of what is right and of what is wicked: the same values, the same missing reasons, the same errors."""
    for filled in fillings(form):
        for turn in range(4):
            for may_grade in (True, False):
                data = attacked(form, filled, turn)[0] if turn else filled
                slow = page_form(form, "1.0")(with_grids(typed(data), form), may_grade=may_grade)
                quick = quick_page.quick_page(form, "1.0", may_grade=may_grade)(data)
                assert quick.is_valid() == slow.is_valid()
                assert quick.error_list() == slow.error_list() or _sorted(quick) == _sorted(slow)
                assert (quick.values(), quick.missing()) == (slow.values(), slow.missing())


def _sorted(page: Any) -> list[Any]:
    return sorted(page.error_list(), key=str)


def test_two_pages_read_quickly_have_nothing_in_common() -> None:
    quick = quick_page.quick_page(Demographics, "1.0", may_grade=True)
    wrong, right = quick({"height": "x"}), quick(study.typed_demographics())
    assert not wrong.is_valid()
    assert right.is_valid()
    assert right.errors == {}
