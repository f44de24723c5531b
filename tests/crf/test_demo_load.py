"""The demonstration study as loaded through the door: the rule, over stored forms, gives what the rows say."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import RequestFactory

from crf import ledger, sheet
from crf.declare.form import casebook
from crf.demo import accounts, calendar, rows
from crf.index import FormIndex
from crf.models.crs_assessment import CrsAssessment, courses_of
from crf.workflow import Query
from tests import study
from trial import schedule, subjects
from trial.models import AuditEvent, Site, Subject, User, Visit
from trial.rules import crs_temperature

# Forms that only some subjects have; all others every subject has.
DEATHS = sum(row.os_event for row in rows.read())
EXPECTED = {
    "death": DEATHS,
    "end_of_study": DEATHS,
    "subsequent_therapy": 1,
    "bridging_therapy": 1,
    "protocol_deviation": 1,
    "renewed_consent": 10,
}
EXPECTED |= {"dlt_evaluation": 22}  # one subject was infused two weeks before the data stand still


@pytest.mark.parametrize("row", rows.read(), ids=lambda row: row.subject_id)
def test_grade_onset_duration_and_treatment_come_out_of_the_rule(row: rows.Row, demo_study: None) -> None:
    with study.seeing_everything():
        subject = Subject.objects.select_related("site").get(code=calendar.placement(row.subject_id).code)
        (course,) = courses_of([subject]).values()
        assert subject.dose_level == row.dose_level
    assert course.maximum == row.crs_max_grade
    if row.crs_max_grade == 0:
        assert course.episodes == ()
        assert (row.crs_onset_day, row.crs_duration_days, row.tocilizumab, row.steroid) == (None, None, False, False)
        return
    (episode,) = course.episodes
    assert episode.onset_day == row.crs_onset_day
    assert episode.duration_days == row.crs_duration_days
    assert (episode.tocilizumab, episode.steroid) == (row.tocilizumab, row.steroid)


def test_the_table_of_the_publication_comes_out(demo_study: None) -> None:
    """Mei 2021: CRS in 20 of 23, grade 1-2 in 15, grade 3 or higher in 5."""
    with study.seeing_everything():
        worst = [one.maximum or 0 for one in courses_of(Subject.objects.select_related("site")).values()]
    assert (len(worst), sum(g >= 1 for g in worst), sum(g in (1, 2) for g in worst), sum(g >= 3 for g in worst)) == (
        23,
        20,
        15,
        5,
    )


def test_one_site_types_a_temperature_once_and_the_vital_signs_hold_it(demo_study: None) -> None:
    with study.seeing_everything():
        blank = CrsAssessment.objects.filter(status="COMPLETE", temperature=None)
        assert set(blank.values_list("site__code", flat=True)) == {"03"}
        assert blank.count() > 50 and not blank.exclude(missing={}).exists()
        for row in blank.select_related("subject__site", "visit")[:10]:
            assert sheet.of_row(row).highest.clause == crs_temperature.ELSEWHERE


def test_only_the_disagreements_with_the_investigator_are_queried_and_every_one_that_gives_no_reason(
    demo_study: None,
) -> None:
    with study.seeing_everything():
        found = sorted(Query.objects.values_list("check_id", "state"))
    assert found == [("CRS-01", "OPEN")] * 3 + [("RSP-01", "OPEN")] * 2


def test_every_form_is_there_by_a_named_person_of_the_site_with_its_audit_entry(demo_study: None) -> None:
    with study.seeing_everything():
        for form in casebook():
            stored = form.objects.count()  # type: ignore[attr-defined]
            events = AuditEvent.objects.filter(table_name=form._meta.db_table)
            assert stored >= EXPECTED.get(form.declared.name, len(rows.read())), form.declared.name
            assert (events.filter(action="I").count(), events.exclude(action="I").count()) == (stored, 0)
            assert not events.filter(actor_id=None).exists()
        assert FormIndex.objects.exclude(status="COMPLETE").count() == 0
        for subject in Subject.objects.select_related("site"):
            actors = set(AuditEvent.objects.filter(subject_id=subject.pk).values_list("actor", flat=True))
            assert actors == {f"coordinator-{subject.site.code}", f"investigator-{subject.site.code}"}


def test_the_subjects_are_those_of_the_calendar_and_the_sites_say_that_they_are_invented(demo_study: None) -> None:
    with study.seeing_everything():
        found = {s.code: s for s in Subject.objects.select_related("site")}
        assert {p.code for p in calendar.placements()} == set(found)
        for place in calendar.placements():
            subject = found[place.code]
            assert (subject.screened_on, subject.enrolled_on) == (place.screened_on, place.enrolled_on)
            assert subject.infused_at == place.infused_at
            assert subjects.infused_on(subject) == place.infused_at.date()
        assert all(site.is_demonstration and site.as_of == calendar.AS_OF for site in Site.objects.all())
        days = Visit.objects.filter(code__startswith="d", actual_on__isnull=False).select_related("subject__site")
        assert all(subjects.study_day(v.subject, v.actual_on) == int(v.code[1:]) for v in days)
        assert max(v.actual_on for v in days if v.actual_on) <= calendar.AS_OF + timedelta(days=0)


def test_loading_twice_changes_nothing(demo_copy: str, capsys: pytest.CaptureFixture[str]) -> None:
    def everything() -> tuple[int, ...]:
        with study.seeing_everything():
            return (
                AuditEvent.objects.count(),
                Subject.objects.count(),
                FormIndex.objects.count(),
                User.objects.count(),
            )

    before = everything()
    call_command("load_demo")
    assert everything() == before
    assert before[1] == 23


def test_a_load_that_was_interrupted_goes_on(demo_copy: str) -> None:
    with study.seeing_everything():
        last = Subject.objects.get(code=calendar.placements()[-1].code)
        forms = FormIndex.objects.filter(subject=last).count()
    from tests import database

    with database.as_owner() as owner, owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        for table in (
            "crf_vasopressor",
            *(form._meta.db_table for form in casebook()),
            "crf_querymessage",
            "crf_query",
            "trial_visit",
        ):
            owner.execute(f"DELETE FROM {table} WHERE subject_id = {last.pk}")
        owner.execute(f"DELETE FROM trial_subject WHERE id = {last.pk}")
        owner.execute(f"UPDATE trial_site SET next_number = next_number - 1 WHERE id = {last.site_id}")
    call_command("load_demo")
    with study.seeing_everything():
        again = Subject.objects.get(code=last.code)
        assert again.pk != last.pk and FormIndex.objects.filter(subject=again).count() == forms


def test_every_demonstration_account_can_sign_in(demo_copy: str) -> None:
    request = RequestFactory().post("/accounts/login/")
    for account in accounts.ACCOUNTS[:2] + accounts.ACCOUNTS[-1:]:
        assert authenticate(request, username=account.username, password=accounts.PASSWORD), account.username
    assert User.objects.count() == len(accounts.ACCOUNTS)


def test_the_early_samples_and_renewed_consents_leave_nothing_on_the_work_list(demo_study: None) -> None:
    """New forms of the schedule must not flood the work list: what passed is typed."""
    now = datetime.combine(calendar.AS_OF, time(12), tzinfo=UTC)
    with study.seeing_everything():
        entries = ledger.ledger(Subject.objects.select_related("site"), now=now)
        samples = [one for one in entries if one.form.declared.name == "cart_persistence" and one.visit is not None]
        early = [one for one in samples if one.visit is not None and one.visit.code in schedule.EXPANSION]
    assert {one.state for one in early} <= {"complete", "expected"}
    complete = sum(one.state == "complete" for one in early)
    assert complete == 5 * 23 - 1  # one subject was infused two weeks before the data stand still
