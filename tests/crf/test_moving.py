"""A form entered for the wrong subject or visit is moved: values, rows, queries, checks, ledger and both histories."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from crf import entry, moved, moving, not_done, sheet, words, workflow
from crf.declare.form import MOVED, Entered, FormClass, Log, casebook, form_named
from crf.drafts import Draft
from crf.drafts import save as save_draft
from crf.index import FormIndex
from crf.ledger import ledger
from crf.models.adverse_event import AdverseEvent
from crf.models.crs_assessment import CrsAssessment
from crf.place import Place
from crf.workflow import Query
from tests import study
from tests.filled import fill
from trial import subjects
from trial.models import AuditEvent, Site, Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
WRONG_VISIT, WRONG_SUBJECT = "It was entered at the wrong visit", "It was entered for the wrong subject"
FORMS = pytest.mark.parametrize("form", casebook(), ids=lambda form: form.declared.name)
EVENT = {
    "verbatim": "Low white cells", "term": "LEUKOPENIA", "grade": "3", "onset_on": "2026-03", "ongoing": "Y",
    "outcome": "NOT RECOVERED/NOT RESOLVED", "serious": "N", "related_cart": "Y", "related_lymphodepletion": "U", "aesi": "N",
}  # fmt: skip
MEDICATION = {
    "drug": "Tocilizumab", "marked": "TOCILIZUMAB", "indication": "ADVERSE_EVENT", "event": "1", "dose": "480",
    "dose_unit": "mg", "route": "INTRAVENOUS", "started_on": "2026-03-22", "ongoing": "N", "ended_on": "2026-03-22",
}  # fmt: skip


def place(subject: Subject, visit: str, form: str, occurrence: int = 1) -> Place:
    subject = Subject.objects.select_related("site").get(pk=subject.pk)
    at = None
    if visit != "log":
        at = study.visit_of(subject, visit)
        at.subject, at.site = subject, subject.site
    return Place(form_named(form), subject, at, occurrence)


def move(start: Place, to: Place, *, by: User, reason: str = WRONG_VISIT) -> Entered:
    return moving.move(start, to, by=by, reason=reason, now=study.NOW)


def state(subject: Subject, visit: str, form: str) -> str:
    fresh = Subject.objects.select_related("site").get(pk=subject.pk)
    found = {
        (e.visit.code if e.visit else "log", e.form.declared.name): e.state for e in ledger([fresh], now=study.NOW)
    }
    return found.get((visit, form), "")


def open_checks(subject: Subject) -> set[tuple[str, str]]:
    rows = Query.objects.filter(subject=subject).exclude(state="CLOSED").select_related("visit")
    return {(q.visit.code if q.visit else "log", q.check_id) for q in rows}


@pytest.fixture
def other(site: Site, investigator: User, infused: Subject) -> Subject:
    """A second infused subject of the same site."""
    return study.infused(site, by=investigator)


# --- to another visit


def test_a_form_at_the_wrong_visit_stands_at_the_right_one_with_its_rows(infused: Subject, investigator: User) -> None:
    row = study.submit("crs_assessment", infused, "d1", study.typed_crs(2, **study.SHOCK), by=investigator).row
    new = move(place(infused, "d1", "crs_assessment"), place(infused, "d2", "crs_assessment"), by=investigator)
    assert (new.visit.code, new.version, new.status, new.temperature) == ("d2", 1, "COMPLETE", Decimal("38.6"))  # type: ignore[attr-defined]
    assert [line.drug for line in new.vasopressors.all()] == ["NOREPINEPHRINE"]  # type: ignore[attr-defined]
    assert (new.entered_by, new.entered_at, new.changed_by) == (investigator, row.entered_at, investigator)
    old = CrsAssessment.objects.get(pk=row.pk)
    assert (old.status, old.temperature, old.why, old.missing[MOVED]) == (
        "WITHDRAWN", None, WRONG_VISIT, f"{infused.code} d2 1",
    )  # fmt: skip
    assert not old.vasopressors.exists()  # type: ignore[attr-defined]


def test_the_ledger_expects_the_form_where_it_was_and_no_more_where_it_is(infused: Subject, investigator: User) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(2), by=investigator)
    assert state(infused, "d2", "crs_assessment") == "overdue"
    move(place(infused, "d1", "crs_assessment"), place(infused, "d2", "crs_assessment"), by=investigator)
    assert state(infused, "d1", "crs_assessment") == "overdue"
    assert state(infused, "d2", "crs_assessment") in ("complete", "queried")


def test_a_visit_that_is_empty_again_has_not_taken_place_and_the_new_one_has(
    infused: Subject, investigator: User
) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(2), by=investigator)
    assert study.visit_of(infused, "d1").actual_on == date(2026, 3, 22)
    move(place(infused, "d1", "crs_assessment"), place(infused, "d2", "crs_assessment"), by=investigator)
    left, taken = study.visit_of(infused, "d1"), study.visit_of(infused, "d2")
    assert (left.actual_on, left.planned_on, left.protocol_version) == (None, date(2026, 3, 21), "")
    assert (taken.actual_on, taken.protocol_version) == (date(2026, 3, 22), "1.0")


def test_a_visit_with_another_form_keeps_its_version_and_takes_the_day_of_what_is_left(
    infused: Subject, investigator: User
) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(2), by=investigator)
    vital, _values = fill(form_named("vital_signs"))
    study.submit("vital_signs", infused, "d1", vital | {"measured_at": "2026-03-21 08:00"}, by=investigator)
    move(place(infused, "d1", "crs_assessment"), place(infused, "d2", "crs_assessment"), by=investigator)
    left = study.visit_of(infused, "d1")
    assert (left.actual_on, left.protocol_version) == (date(2026, 3, 21), "1.0")


def test_the_form_can_be_entered_anew_where_it_was_and_its_history_goes_on(
    infused: Subject, investigator: User
) -> None:
    row = study.submit("crs_assessment", infused, "d1", study.typed_crs(2), by=investigator).row
    move(place(infused, "d1", "crs_assessment"), place(infused, "d2", "crs_assessment"), by=investigator)
    page = entry.blank_page(place(infused, "d1", "crs_assessment"), by=investigator)
    assert not any(value for value in page.initial.values())
    again = study.submit("crs_assessment", infused, "d1", study.typed_crs(1, temperature="37.1"), by=investigator).row
    assert (again.pk, again.version, again.missing, again.temperature) == (row.pk, 3, {}, Decimal("37.1"))
    told = [(line["label"], line["old"], line["new"]) for line in words.history(again)]
    label = str(CrsAssessment.declared.items["temperature"].about.label)
    assert [line[1:] for line in told if line[0] == label] == [("", "37.1 °C"), ("38.6 °C", ""), ("", "38.6 °C")]


# --- to another subject


@FORMS
def test_every_form_arrives_at_another_subject_as_it_was(
    form: FormClass, site: Site, enrolled: Subject, investigator: User
) -> None:
    other = study.enrolled(site, by=investigator)
    here, there = (subjects.unscheduled(s, by=investigator, on=date(2026, 3, 25)) for s in (enrolled, other))
    typed, expected = fill(form)
    where = "log" if issubclass(form, Log) else here.code
    row = study.submit(form.declared.name, enrolled, where, typed, by=investigator).row
    before = sheet.values_of(form.objects.get(pk=row.pk))  # type: ignore[attr-defined]
    start = place(enrolled, where, form.declared.name)
    to = place(other, "log" if issubclass(form, Log) else there.code, form.declared.name)
    new = form.objects.get(pk=move(start, to, by=investigator, reason=WRONG_SUBJECT).pk)  # type: ignore[attr-defined]
    after = sheet.values_of(new)
    gone = set(moving.left_behind(start, to, row))
    for name in expected:
        was, now = before[name], after[name]
        if name in gone:
            assert now is None
        else:
            assert ([vars(line) for line in now] if isinstance(now, list) else now) == (
                [vars(line) for line in was] if isinstance(was, list) else was
            ), name
    assert (new.subject_id, new.site_id) == (other.pk, other.site_id)
    emptied = sheet.values_of(form.objects.get(pk=row.pk))  # type: ignore[attr-defined]
    assert not any(emptied.values())
    counted = FormIndex.objects.filter(form=form.declared.name, status="COMPLETE", form_id__in=(row.pk, new.pk))
    assert [one.form_id for one in counted] == [new.pk]


def test_both_trails_hold_their_own_and_both_histories_name_the_other_place(
    infused: Subject, other: Subject, coordinator: User, investigator: User
) -> None:
    row = study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator).row
    here, there = place(infused, "d1", "crs_assessment"), place(other, "d1", "crs_assessment")
    new = move(here, there, by=coordinator, reason=WRONG_SUBJECT)
    events = AuditEvent.objects.filter(table_name=row._meta.db_table)
    assert {e.row_id for e in events.filter(subject_id=infused.pk)} == {row.pk}
    (inserted,) = events.filter(subject_id=other.pk)
    assert (inserted.action, inserted.actor, inserted.reason, inserted.row_id) == (
        "I", coordinator.username, WRONG_SUBJECT, new.pk,
    )  # fmt: skip
    (away,), (came,) = moved.moves_of(CrsAssessment.objects.get(pk=row.pk)), moved.moves_of(new)
    assert (away.away, away.where, away.who, away.why) == (
        True, f"{other.code}, Day 1", str(coordinator), WRONG_SUBJECT,
    )  # fmt: skip
    assert (came.away, came.where, came.url) == (
        False, f"{infused.code}, Day 1", f"/subjects/{infused.code}/d1/crs-assessment/",
    )  # fmt: skip
    old = [(line["label"], line["old"], line["new"], line["why"]) for line in words.history(row)]
    label = str(CrsAssessment.declared.items["temperature"].about.label)
    assert (label, "38.6 °C", "", WRONG_SUBJECT) in old and (label, "", "38.6 °C", "") in old


def test_checks_are_asked_at_the_new_place_and_closed_at_the_old_one(
    infused: Subject, other: Subject, investigator: User
) -> None:
    study.submit("crs_assessment", infused, "d2", study.typed_crs(1, investigator_grade="3"), by=investigator)
    before = {check for visit, check in open_checks(infused) if visit == "d2"}
    assert "CRS-01" in before
    move(place(infused, "d2", "crs_assessment"), place(other, "d2", "crs_assessment"), by=investigator)
    assert not [check for visit, check in open_checks(infused) if visit == "d2"]
    assert {check for visit, check in open_checks(other) if visit == "d2"} == before


def test_a_reviewers_question_goes_along_with_its_thread(
    infused: Subject, other: Subject, investigator: User, monitor: User
) -> None:
    row = study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator).row
    query = workflow.ask(row, item="temperature", by=monitor, text="Which thermometer?", now=study.NOW)
    workflow.answer(query, by=investigator, text="Axillary.", now=study.NOW)
    new = move(place(infused, "d1", "crs_assessment"), place(other, "d1", "crs_assessment"), by=investigator)
    query.refresh_from_db()
    assert (query.subject_id, query.form_id, query.visit_id, query.state) == (
        other.pk, new.pk, new.visit_id, "ANSWERED",  # type: ignore[attr-defined]
    )  # fmt: skip
    assert {m.subject_id for m in query.messages.all()} == {other.pk}


def test_the_checks_of_other_forms_are_judged_again_at_both_subjects(
    infused: Subject, other: Subject, investigator: User
) -> None:
    study.submit("adverse_event", infused, "log", EVENT, by=investigator)
    study.submit("concomitant_medication", infused, "log", MEDICATION, by=investigator)
    study.submit("concomitant_medication", other, "log", MEDICATION, by=investigator)
    assert ("log", "CM-05") not in open_checks(infused) and ("log", "CM-05") in open_checks(other)
    move(place(infused, "log", "adverse_event"), place(other, "log", "adverse_event"), by=investigator)
    assert ("log", "CM-05") in open_checks(infused) and ("log", "CM-05") not in open_checks(other)


def test_assessments_that_looked_back_at_the_moved_one_are_judged_again(
    infused: Subject, other: Subject, investigator: User
) -> None:
    """The nadir and the baseline are in other forms of the same kind: a chemistry before the infusion is the baseline."""
    chemistry, _values = fill(form_named("chemistry"))
    early = chemistry | {"sampled_at": "2026-03-05 08:00"}
    study.submit("chemistry", infused, "screening", early, by=investigator)
    study.submit("chemistry", infused, "d2", chemistry | {"sampled_at": "2026-03-22 08:00"}, by=investigator)
    later = form_named("chemistry").objects.get(subject=infused, visit__code="d2")  # type: ignore[attr-defined]
    assert len(sheet.of_row(later).history) == 1
    before = open_checks(infused)
    move(place(infused, "screening", "chemistry"), place(other, "screening", "chemistry"), by=investigator)
    assert len(sheet.of_row(later).history) == 0
    assert {c for c in open_checks(infused) if c[0] != "d2"} <= before


# --- logs


def test_an_entry_of_a_log_takes_the_next_number_of_the_other_subject(
    infused: Subject, other: Subject, investigator: User
) -> None:
    study.submit("adverse_event", other, "log", EVENT, by=investigator)
    save_draft("adverse_event", other, None, 2, values={"verbatim": ["Fever"]}, based_on=0, by=investigator)
    study.submit("adverse_event", infused, "log", EVENT | {"verbatim": "Rash"}, by=investigator)
    new = move(place(infused, "log", "adverse_event"), place(other, "log", "adverse_event"), by=investigator)
    assert (new.subject_id, new.occurrence, new.verbatim) == (other.pk, 3, "Rash")  # type: ignore[attr-defined]
    old = AdverseEvent.objects.get(subject=infused)
    assert (old.status, old.occurrence, old.verbatim) == ("WITHDRAWN", 1, None)
    with pytest.raises(subjects.Refused, match="moved"):
        not_done.restore(place(infused, "log", "adverse_event"), by=investigator, reason="x", now=study.NOW)


def test_a_number_of_an_event_does_not_point_at_a_stranger(
    infused: Subject, other: Subject, investigator: User
) -> None:
    for subject in (infused, other):
        study.submit("adverse_event", subject, "log", EVENT, by=investigator)
    study.submit("concomitant_medication", infused, "log", MEDICATION, by=investigator)
    start, to = place(infused, "log", "concomitant_medication"), place(other, "log", "concomitant_medication")
    assert moved.preview(start, to, by=investigator, now=study.NOW).left_behind == ["Number of the adverse event"]
    new = move(start, to, by=investigator)
    assert new.event is None  # type: ignore[attr-defined]
    assert ("log", "CM-06") in open_checks(other)


# --- the infusion and enrolment


def test_an_infusion_entered_for_the_wrong_subject_is_taken_back_there_and_plans_the_right_ones_visits(
    site: Site, infused: Subject, investigator: User
) -> None:
    right = study.enrolled(site, by=investigator)
    move(place(infused, "d0", "car_t_infusion"), place(right, "d0", "car_t_infusion"), by=investigator)
    was, now = Subject.objects.get(pk=infused.pk), Subject.objects.get(pk=right.pk)
    assert (was.status, was.infused_at) == ("ENROLLED", None)
    assert (now.status, now.infused_at) == ("INFUSED", study.INFUSED_AT)
    assert [study.visit_of(was, code).planned_on for code in ("ld", "d0", "d7")] == [None] * 3
    assert study.visit_of(was, "d0").actual_on is None
    assert study.visit_of(now, "d7").planned_on == date(2026, 3, 27)


@pytest.mark.parametrize("form", ["informed_consent", "demographics", "eligibility"])
def test_a_form_on_which_the_subject_was_enrolled_stays(
    form: str, site: Site, enrolled: Subject, investigator: User
) -> None:
    other = study.screened(site, by=investigator)
    with pytest.raises(subjects.Refused, match="was enrolled on this form"):
        move(place(enrolled, "screening", form), place(other, "screening", form), by=investigator)
    assert form_named(form).objects.get(subject=enrolled).status == "COMPLETE"  # type: ignore[attr-defined]


def test_a_screened_subject_gives_its_form_to_the_other_one(site: Site, subject: Subject, investigator: User) -> None:
    study.fill_screening(subject, by=investigator)
    other = study.screened(site, by=investigator)
    move(place(subject, "screening", "eligibility"), place(other, "screening", "eligibility"), by=investigator)
    unmet = {gate.form for gate in subjects.gates(subject) if not gate.met}
    assert unmet == {"eligibility"}


# --- what is refused


def test_a_form_goes_only_where_it_is_admitted_and_none_stands(infused: Subject, investigator: User) -> None:
    for visit in ("m2", "m3"):
        study.submit("myeloma_laboratory", infused, visit, fill(form_named("myeloma_laboratory"))[0], by=investigator)
    start = place(infused, "m2", "myeloma_laboratory")
    codes = {target.place.visit.code for target in moving.targets(start, start.subject) if target.place.visit}
    assert {"screening", "m6"} <= codes
    assert not codes & {"m2", "m3", "apheresis", "d1"}
    for code in ("m3", "apheresis", "m2"):
        with pytest.raises(subjects.Refused, match="cannot stand there"):
            move(start, place(infused, code, "myeloma_laboratory"), by=investigator)


def test_a_form_that_repeats_takes_the_next_number_of_the_visit(infused: Subject, investigator: User) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator)
    study.submit("crs_assessment", infused, "d2", study.typed_crs(2), by=investigator)
    new = move(place(infused, "d1", "crs_assessment"), place(infused, "d2", "crs_assessment"), by=investigator)
    assert new.occurrence == 2
    back = move(place(infused, "d2", "crs_assessment", 2), place(infused, "d1", "crs_assessment"), by=investigator)
    assert (back.occurrence, back.version, back.missing) == (1, 3, {})  # its old place, which was free


def test_a_draft_at_the_target_and_a_mark_of_not_done_are_said(infused: Subject, investigator: User) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(2), by=investigator)
    save_draft(
        "crs_assessment", infused, study.visit_of(infused, "d2"), 1, values={"temperature": ["39"]}, based_on=0, by=investigator
    )  # fmt: skip
    not_done.mark(place(infused, "d3", "crs_assessment"), by=investigator, reason="missed", now=study.NOW)
    start = place(infused, "d1", "crs_assessment")
    told = {t.place.visit.code: (t.drafted, t.not_done) for t in moving.targets(start, start.subject) if t.place.visit}
    assert (told["d2"], told["d3"], told["d4"]) == ((True, False), (False, True), (False, False))
    move(start, place(infused, "d2", "crs_assessment"), by=investigator)
    assert Draft.objects.filter(visit__code="d2").exists()  # nobody's typing is lost


def test_a_form_marked_not_done_at_the_target_was_done_after_all(infused: Subject, investigator: User) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(3), by=investigator)
    marked = not_done.mark(place(infused, "d3", "crs_assessment"), by=investigator, reason="missed", now=study.NOW)
    new = move(place(infused, "d1", "crs_assessment"), place(infused, "d3", "crs_assessment"), by=investigator)
    assert (new.pk, new.status, new.missing, new.version) == (marked.pk, "COMPLETE", {}, 2)


def test_without_a_reason_or_with_a_change_begun_nothing_moves(infused: Subject, investigator: User) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(2), by=investigator)
    start, to = place(infused, "d1", "crs_assessment"), place(infused, "d2", "crs_assessment")
    with pytest.raises(subjects.Refused, match="reason"):
        move(start, to, by=investigator, reason="  ")
    save_draft("crs_assessment", infused, start.visit, 1, values={"temperature": ["39"]}, based_on=1, by=investigator)
    with pytest.raises(subjects.Refused, match="begun"):
        move(start, to, by=investigator)


def test_whoever_may_not_write_at_both_sites_moves_nothing(
    infused: Subject, sites: list[Site], coordinator: User, monitor: User, data_manager: User
) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(2), by=coordinator)
    elsewhere = study.infused(sites[1], by=study.person("INVESTIGATOR", sites[1], name="doctor-02"))
    start = place(infused, "d1", "crs_assessment")
    for person, to in ((monitor, infused), (data_manager, infused), (coordinator, elsewhere)):
        with pytest.raises(PermissionDenied):
            move(start, place(to, "d2", "crs_assessment"), by=person)


def test_a_check_that_blocks_at_the_new_place_leaves_everything_as_it_was(
    infused: Subject, other: Subject, investigator: User
) -> None:
    vital, _values = fill(form_named("vital_signs"))
    row = study.submit("vital_signs", infused, "d1", vital, by=investigator).row
    subjects.withdraw(other, by=investigator, on=date(2026, 3, 1), reason="consent withdrawn")
    before = AuditEvent.objects.count()
    with pytest.raises(subjects.Refused, match="withdrawn before the day"):
        move(place(infused, "d1", "vital_signs"), place(other, "d1", "vital_signs"), by=investigator)
    assert (AuditEvent.objects.count(), type(row).objects.get(pk=row.pk).status) == (before, "COMPLETE")  # type: ignore[attr-defined]


# --- the dry run


def test_the_preview_says_what_the_move_does_and_writes_nothing(
    infused: Subject, other: Subject, investigator: User, monitor: User
) -> None:
    row = study.submit("crs_assessment", infused, "d1", study.typed_crs(1, investigator_grade="3"), by=investigator).row
    workflow.ask(row, item="temperature", by=monitor, text="Which thermometer?", now=study.NOW)
    start, to = place(infused, "d1", "crs_assessment"), place(other, "d2", "crs_assessment")
    events, before = AuditEvent.objects.count(), (open_checks(infused), open_checks(other))
    told = moved.preview(start, to, by=investigator, now=study.NOW)
    assert (AuditEvent.objects.count(), (open_checks(infused), open_checks(other))) == (events, before)
    move(start, to, by=investigator)
    after = open_checks(infused), open_checks(other)
    checks = {check for _visit, check in after[1] - before[1] if check}
    assert len(told.opened) == len(after[1] - before[1] - {("d2", "")}) + len(after[0] - before[0])
    assert "CRS-01" in checks and told.carried == 1
    assert {one.where for one in told.opened} >= {f"{other.code}, Day 2, CRS assessment"}
    assert len(told.closed) == len({c for c in before[0] - after[0] if c[1]})
