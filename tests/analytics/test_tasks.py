"""A change of data leads to one refresh, whoever made it and however; nothing is missed and nothing is asked for twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone

from analytics import registry, report, snapshot, tasks
from analytics.marks import seen
from analytics.models import Mark, Result, Snapshot
from tests import study
from trial import audit, beat, jobs, subjects
from trial.models import Job, Site

pytestmark = pytest.mark.usefixtures("transactional_db", "files", "quiet_broker")


@pytest.fixture
def quiet_broker(monkeypatch):
    """Messages that would go to the broker, as (task, arguments); nothing runs by itself."""
    sent = []
    monkeypatch.setattr(jobs, "tell", lambda pk: sent.append(("run_job", pk)) or True)
    monkeypatch.setattr(tasks.poll, "apply_async", lambda *args, **options: sent.append(("poll", options)))
    monkeypatch.setattr(tasks, "_nudged", float("-inf"))
    return sent


@pytest.fixture(autouse=True)
def few_tables(monkeypatch):
    """The bookkeeping is the same with three tables as with all of them, which other tests compute."""
    registry.endpoints()
    few = {name: registry.find(name) for name in ("crs_by_grade", "crs_treatment", "overall_survival")}
    monkeypatch.setattr(registry, "_load", lambda: None)
    monkeypatch.setattr(registry, "_endpoints", few)


@pytest.fixture
def up_to_date(infused):
    """An infused subject and tables that know of it."""
    report.refresh()
    assert not tasks.stale()


def submit(subject, by, *, temperature="38.6", reason=""):
    with transaction.atomic(), study.seeing_everything():
        data = study.typed_crs(1, temperature=temperature)
        return study.submit("crs_assessment", subject, "d1", data, by=by, reason=reason)


def run(job):
    """Does the job here, as the worker would; with the settings of its third try where it has failed."""
    Job.objects.filter(pk=job.pk).update(not_before=None)
    return jobs.run(job.pk)


# --- marks


def test_a_form_a_screening_a_withdrawal_and_a_site_each_leave_a_mark(up_to_date, infused, investigator):
    def withdraw():
        with study.seeing_everything():
            subjects.withdraw(infused, by=investigator, on=study.ENROLLED_ON, reason="consent withdrawn")

    def rename():
        with transaction.atomic(), audit.acting("migration"):
            Site.objects.filter(code="02").update(name="Renamed")

    for change in (
        lambda: submit(infused, investigator),
        lambda: study.screened(infused.site, by=investigator),
        withdraw,
        rename,
    ):
        Mark.objects.all().delete()
        change()
        assert len(seen()) == 1
        assert tasks.stale()


def test_a_change_that_is_rolled_back_leaves_no_mark(up_to_date, infused, investigator):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        submit(infused, investigator)
        raise ZeroDivisionError
    assert not tasks.stale()


def test_reading_and_signing_in_leave_no_mark(up_to_date, client, investigator):
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/endpoints/").status_code == 200
    assert not tasks.stale()


# --- asking


def test_beat_looks_every_five_seconds():
    assert beat.Every("Look for changed data", "analytics.tasks.poll", 5) in beat.defaults


def test_a_change_asks_for_one_refresh_however_often_beat_looks(up_to_date, infused, investigator):
    submit(infused, investigator)
    job = tasks.ask()
    assert (job.kind, job.state, job.requested_by) == ("refresh", "QUEUED", "beat")
    assert [tasks.ask() for _ in range(3)] == [None] * 3
    assert run(job).state == "DONE"
    assert tasks.ask() is None
    assert Job.objects.count() == 1


def test_a_study_without_tables_asks_for_them(transactional_db):
    assert run(tasks.ask()).state == "DONE"
    assert report.current() is not None
    assert tasks.ask() is None


def test_other_software_computes_the_tables_again(up_to_date, monkeypatch):
    first = report.current()
    monkeypatch.setattr(tasks.version, "software", lambda: "9.9.9")
    assert run(tasks.ask()).state == "DONE"
    again = report.current()
    assert (again.software_version, again.content_hash) == ("9.9.9", first.content_hash)
    assert again.pk != first.pk


def test_a_form_that_comes_in_during_a_refresh_leads_to_another_one(up_to_date, infused, investigator, monkeypatch):
    submit(infused, investigator)
    job, thaw = tasks.ask(), snapshot.thaw

    def meanwhile(frozen):
        """The data has been read; now somebody corrects it, and beat looks."""
        submit(infused, investigator, temperature="39.9", reason="typing error")
        assert tasks.ask() is None
        return thaw(frozen)

    monkeypatch.setattr(snapshot, "thaw", meanwhile)
    assert run(job).state == "DONE"
    monkeypatch.setattr(snapshot, "thaw", thaw)
    assert thaw(report.current())["crs_assessment"]["temperature"].tolist() == [38.6]
    again = tasks.ask()
    assert again.pk != job.pk
    assert run(again).state == "DONE"
    assert thaw(report.current())["crs_assessment"]["temperature"].tolist() == [39.9]
    assert tasks.ask() is None


# --- the job


def test_a_refresh_tells_how_far_it_is(up_to_date, infused, investigator):
    submit(infused, investigator)
    steps = []
    report.refresh(lambda *step: steps.append(step))
    total = 1 + len(registry.endpoints())
    assert [done for done, _, _ in steps] == list(range(total + 1))
    assert {of for _, of, _ in steps} == {total}
    assert {message for _, _, message in steps} <= set(tasks.MESSAGES)


def test_a_refresh_of_unchanged_data_computes_nothing(up_to_date, monkeypatch):
    before = set(Result.objects.values_list("pk", flat=True))
    monkeypatch.setattr(report, "_computed", None)  # calling it would fail
    report.refresh()
    assert set(Result.objects.values_list("pk", flat=True)) == before


def test_a_refresh_that_was_killed_before_its_tables_is_taken_up_again(infused):
    snapshot.freeze()
    assert report.current() is None
    assert not Mark.objects.exists()
    assert run(tasks.ask()).state == "DONE"
    assert Snapshot.objects.count() == 1
    assert report.current() is not None


@pytest.fixture
def broken(monkeypatch):
    """One endpoint fails; yields what it does, to be mended."""
    entry = registry.find("crs_treatment")

    def fail(*_frames, **_options):
        raise ZeroDivisionError("a value of subject 01-001")

    monkeypatch.setitem(registry._endpoints, "crs_treatment", replace(entry, compute=fail))
    return lambda: monkeypatch.setitem(registry._endpoints, "crs_treatment", entry)


def test_a_table_that_fails_is_named_retried_and_takes_no_other_with_it(infused, broken):
    job = tasks.ask()
    for attempt in (1, 2):
        done = run(job)
        assert (done.state, done.attempts) == ("QUEUED", attempt)
        assert done.not_before > timezone.now()
    done = run(job)
    assert done.state == "FAILED"
    assert done.error == "Some tables could not be computed: crs_treatment (ZeroDivisionError)"
    frozen = report.current()
    assert report.stored(frozen, "crs_by_grade") is not None
    assert report.stored(frozen, "crs_treatment") is None
    broken()
    jobs.retry(done)
    assert run(done).state == "DONE"
    assert report.stored(frozen, "crs_treatment") is not None
    assert Snapshot.objects.count() == 1


def test_a_refresh_that_failed_for_good_is_asked_for_again_after_a_change_or_some_minutes(
    infused, investigator, monkeypatch
):
    def full():
        raise OSError("no space left")

    monkeypatch.setattr(snapshot, "freeze", full)
    job = tasks.ask()
    for _ in range(jobs.ATTEMPTS):
        failed = run(job)
    assert (failed.state, failed.error) == ("FAILED", "OSError")
    assert tasks.last_failure() == failed
    assert tasks.ask() is None
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - tasks.AFTER_FAILURE)
    second = tasks.ask()
    assert second is not None
    for _ in range(jobs.ATTEMPTS):
        run(second)
    assert tasks.ask() is None
    submit(infused, investigator)
    assert tasks.ask() is not None


# --- the nudge


def test_a_form_makes_beat_look_sooner_and_a_burst_of_forms_does_so_once(
    infused, investigator, quiet_broker, monkeypatch
):
    monkeypatch.setattr(tasks, "_nudged", float("-inf"))
    quiet_broker.clear()
    submit(infused, investigator)
    submit(infused, investigator, temperature="38.9", reason="typing error")
    assert [(name, options["countdown"]) for name, options in quiet_broker] == [("poll", tasks.LOOK_SOON)]


def test_with_the_broker_away_the_form_is_in_and_beat_finds_it(infused, investigator, monkeypatch):
    report.refresh()
    monkeypatch.setattr(tasks, "_nudged", float("-inf"))
    asked = []

    def away(*args, **options):
        asked.append(1)
        raise ConnectionError("refused")

    monkeypatch.setattr(tasks.poll, "apply_async", away)
    assert submit(infused, investigator).created
    submit(infused, investigator, temperature="38.9", reason="typing error")
    assert len(asked) == 1  # a dead broker is not asked at every form
    assert run(tasks.ask()).state == "DONE"
