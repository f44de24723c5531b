"""Background jobs: asked for once, run, retried, taken back from a lost worker; a dead broker fails nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from trial import jobs, tasks
from trial.jobs import JobFailed, Progress
from trial.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Keys of the jobs of which the broker was told; the broker itself is not asked."""
    keys: list[int] = []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda args, **_: keys.append(args[0]))
    return keys


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A kind of job named "trial"; its work is the function under "work"."""
    holder: dict[str, Any] = {"work": lambda progress: {"rows": 3}}
    monkeypatch.setitem(jobs._works, "trial", lambda progress: holder["work"](progress))
    yield holder


def fail(error: Exception) -> Any:
    def work(progress: Progress) -> None:
        raise error

    return work


def now_due(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() - timedelta(seconds=1))


def test_a_job_is_asked_for_run_and_done_with_its_result(kind: dict[str, Any], told: list[int]) -> None:
    job = jobs.request("trial", by="ada")
    assert (job.state, told) == ("QUEUED", [job.pk])
    done = jobs.run(job.pk)
    assert done is not None
    assert (done.state, done.result, done.attempts, done.error) == ("DONE", {"rows": 3}, 1, "")
    assert done.started_at and done.finished_at and done.started_at <= done.finished_at


def test_a_job_of_an_unknown_kind_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(KeyError):
        jobs.request("no such kind", by="ada")


def test_asking_twice_while_it_waits_gives_the_same_job(kind: dict[str, Any]) -> None:
    first = jobs.request("trial", by="ada", arguments={"site": 1})
    assert jobs.request("trial", by="bob", arguments={"site": 1}).pk == first.pk
    assert jobs.request("trial", by="bob", arguments={"site": 2}).pk != first.pk
    jobs.run(first.pk)
    assert jobs.request("trial", by="ada", arguments={"site": 1}).pk != first.pk


def test_the_broker_is_told_after_the_commit_only(kind: dict[str, Any], told: list[int]) -> None:
    with transaction.atomic():
        job = jobs.request("trial", by="ada")
        assert told == []
    assert told == [job.pk]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.request("trial", by="ada", arguments={"other": True})
        raise ZeroDivisionError
    assert told == [job.pk]


def test_a_second_delivery_of_the_same_message_does_nothing(kind: dict[str, Any]) -> None:
    runs: list[int] = []
    kind["work"] = lambda progress: runs.append(1)
    job = jobs.request("trial", by="ada")
    tasks.run_job(job.pk)
    tasks.run_job(job.pk)
    assert (runs, jobs.run(job.pk)) == ([1], None)


def test_two_workers_at_once_do_a_job_once(kind: dict[str, Any]) -> None:
    runs: list[int] = []
    kind["work"] = lambda progress: runs.append(1)
    job = jobs.request("trial", by="ada")
    barrier = threading.Barrier(4)

    def worker() -> None:
        barrier.wait(10)
        jobs.run(job.pk)
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert runs == [1]


def test_a_failure_is_tried_three_times_with_growing_pauses_and_then_stands(kind: dict[str, Any]) -> None:
    kind["work"] = fail(JobFailed("The disk is full."))
    job = jobs.request("trial", by="ada")
    pauses = []
    for attempt in (1, 2, 3):
        before = timezone.now()
        found = jobs.run(job.pk)
        assert found is not None
        assert (found.attempts, found.error) == (attempt, "The disk is full.")
        if attempt < 3:
            assert found.state == "QUEUED" and found.not_before is not None
            pauses.append(found.not_before - before)
            assert jobs.run(job.pk) is None  # not before its time
            now_due(job)
    assert (found.state, found.not_before) == ("FAILED", None)
    assert found.finished_at is not None
    assert pauses[0] >= timedelta(seconds=5) and pauses[1] >= timedelta(seconds=30)
    assert jobs.run(job.pk) is None


def test_the_reason_of_an_unforeseen_failure_holds_no_clinical_value(
    kind: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    kind["work"] = fail(ValueError("Failing row contains (39.7, NASAL_CANNULA)"))
    found = jobs.run(jobs.request("trial", by="ada").pk)
    assert found is not None and found.error == "ValueError"
    assert "39.7" not in capsys.readouterr().err


def test_a_failed_job_can_be_tried_again_by_a_person(kind: dict[str, Any], told: list[int]) -> None:
    kind["work"] = fail(JobFailed("no"))
    job = jobs.request("trial", by="ada")
    for _ in range(3):
        jobs.run(job.pk)
        now_due(job)
    kind["work"] = lambda progress: {"rows": 1}
    jobs.retry(job)
    assert told[-1] == job.pk and len(told) == 2
    found = jobs.run(job.pk)
    assert found is not None and (found.state, found.error, found.attempts) == ("DONE", "", 1)
    jobs.retry(job)  # done: nothing to try again
    assert Job.objects.get(pk=job.pk).state == "DONE"


def running(**columns: Any) -> Job:
    return Job.objects.create(kind="trial", requested_by="ada", state="RUNNING", **columns)


def test_a_job_whose_worker_vanished_is_taken_back_and_passed_on(kind: dict[str, Any], told: list[int]) -> None:
    silent, alive = timezone.now() - timedelta(seconds=25), timezone.now() - timedelta(seconds=5)
    lost, busy = running(heartbeat_at=silent, attempts=1), running(heartbeat_at=alive, attempts=1)
    worn_out = running(heartbeat_at=silent, attempts=3)
    assert jobs.tend() == 1
    assert told == [lost.pk]
    states = {job.pk: (job.state, job.error) for job in Job.objects.all()}
    assert states == {
        lost.pk: ("QUEUED", jobs.WORKER_LOST), busy.pk: ("RUNNING", ""), worn_out.pk: ("FAILED", jobs.WORKER_LOST)
    }  # fmt: skip
    found = jobs.run(lost.pk)
    assert found is not None and (found.state, found.attempts, found.error) == ("DONE", 2, "")


@pytest.mark.parametrize("fails", [True, False])
def test_a_worker_that_lost_its_job_does_not_touch_it_any_more(kind: dict[str, Any], fails: bool) -> None:
    def work(progress: Progress) -> dict[str, int]:
        # Meanwhile beat took it back, and another worker has it.
        Job.objects.filter(pk=progress.job.pk).update(attempts=2, started_at=timezone.now())
        if fails:
            raise JobFailed("too late")
        return {"rows": 1}

    kind["work"] = work
    found = jobs.run(jobs.request("trial", by="ada").pk)
    assert found is not None
    assert (found.state, found.attempts, found.error, found.result) == ("RUNNING", 2, "", {})


def test_tending_passes_on_what_waits_too_long_and_leaves_what_is_fresh_or_not_due(
    kind: dict[str, Any], told: list[int]
) -> None:
    old, fresh, later, due = (
        Job.objects.create(kind="trial", requested_by="ada", arguments={"n": n}) for n in range(4)
    )
    Job.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(seconds=15))
    Job.objects.filter(pk=later.pk).update(not_before=timezone.now() + timedelta(seconds=15))
    now_due(due)
    tasks.tend_jobs()
    assert told == [old.pk, due.pk]


def test_a_dead_broker_fails_neither_the_request_nor_the_tending(
    kind: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(tasks.run_job, "apply_async", fail_to_connect)
    job = jobs.request("trial", by="ada")
    assert Job.objects.get(pk=job.pk).state == "QUEUED"
    assert f"the broker is away, job {job.pk} waits" in caplog.text
    now_due(job)
    assert jobs.tend() == 1
    assert Job.objects.get(pk=job.pk).state == "QUEUED"


def fail_to_connect(*_: Any, **__: Any) -> None:
    raise ConnectionError("redis://127.0.0.1:1")


def test_a_broker_address_where_nobody_listens_is_answered_at_once(
    kind: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # the real transport
    from trial.celery import app

    monkeypatch.setitem(jobs._works, "trial", lambda progress: None)
    with app.connection_for_write("redis://127.0.0.1:1/0") as nowhere:
        monkeypatch.setattr(app, "connection_for_write", lambda *_, **__: nowhere)
        monkeypatch.setattr(app.amqp, "_producer_pool", None)
        began = timezone.now()
        job = Job.objects.create(kind="trial", requested_by="ada")
        assert jobs.tell(job.pk) is False
        assert timezone.now() - began < timedelta(seconds=5)


def test_progress_is_seen_while_the_work_is_still_in_its_transaction(
    kind: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT", timedelta(milliseconds=80))
    seen: list[tuple[int, int, str]] = []

    def work(progress: Progress) -> None:
        with transaction.atomic():
            progress.step(2, 23, "01-002")
            watcher = threading.Thread(target=watch)
            watcher.start()
            watcher.join(10)

    def watch() -> None:
        end = timezone.now() + timedelta(seconds=8)
        while timezone.now() < end and not seen:
            seen.extend(Job.objects.filter(done__gt=0).values_list("done", "total", "message"))
        connection.close()

    kind["work"] = work
    found = jobs.run(jobs.request("trial", by="ada").pk)
    assert seen == [(2, 23, "01-002")]
    assert found is not None and (found.done, found.total, found.state) == (2, 23, "DONE")


def test_two_who_ask_at_the_same_moment_get_one_job(kind: dict[str, Any]) -> None:
    together = threading.Barrier(6)
    keys: list[int] = []

    def ask() -> None:
        try:
            together.wait(10)
            keys.append(jobs.request("trial", by="beat").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(keys) == 6
    assert Job.objects.filter(kind="trial").count() == len(set(keys)) == 1
