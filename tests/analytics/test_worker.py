"""A real Celery worker and a real broker: a form leads to new tables, also after a kill -9 and with the broker away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from analytics import report, snapshot, tasks
from analytics.models import Snapshot
from tests import database, study
from tests.analytics import brokers
from trial import jobs, version
from trial.models import Job

pytestmark = pytest.mark.usefixtures("transactional_db", "files", "broker")
PATIENCE = 180  # seconds; a worker takes some two to start, thirty on a machine that does much else


@pytest.fixture
def broker(monkeypatch) -> Iterator[str]:
    """A database of the broker to ourselves; this process and the workers speak to it."""
    monkeypatch.setattr(tasks, "_nudged", float("-inf"))
    monkeypatch.setattr(tasks, "LOOK_SOON", 0.2)
    url = brokers.own()
    with brokers.at(url):
        yield url


@pytest.fixture
def start_worker(broker: str, files: Path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts `celery worker` on the database of the test, in a process group of its own."""
    started: list[subprocess.Popen] = []
    environment = database.environment() | {
        # A commit while the tests run would make the worker another software than this process.
        "CARTWRIGHT_VERSION": version.software(),
        "BROKER_URL": broker, "STORAGE_OPTIONS": json.dumps({"location": str(files)}), "DJANGO_SETTINGS_MODULE": "trial.settings",
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "trial.celery:app",
        "worker",
        "--concurrency",
        "1",
        "--without-gossip",
    ]
    command += ["--without-mingle", "--loglevel", "WARNING", "--hostname", f"test{os.getpid()}@cartwright"]

    def start() -> subprocess.Popen:
        with open(files / "worker.log", "ab") as log:
            started.append(
                subprocess.Popen(
                    command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True
                )
            )
        return started[-1]

    yield start
    for worker in started:
        kill(worker)


def kill(worker: subprocess.Popen) -> None:
    """kill -9 of the worker and of the process that does its tasks."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def wait_for(reached: Callable[[], object], files: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        if time.monotonic() > end:
            pytest.fail(f"not reached in {PATIENCE} s; the worker says:\n{(files / 'worker.log').read_text()[-3000:]}")
        time.sleep(0.1)


def done_with_a_tending_beat(job: Job) -> bool:
    """Whether the job is done; looks after lost and waiting jobs, as beat does every few seconds."""
    state = Job.objects.get(pk=job.pk).state
    if state != "DONE":
        jobs.tend()
        time.sleep(1)
    return state == "DONE"


def submit(subject, by, *, temperature="38.6", reason=""):
    with transaction.atomic(), study.seeing_everything():
        data = study.typed_crs(1, temperature=temperature)
        return study.submit("crs_assessment", subject, "d1", data, by=by, reason=reason)


def with_crs() -> int | None:
    """How many subjects with CRS the table on show counts."""
    frozen = report.current()
    table = report.stored(frozen, "crs_by_grade") if frozen else None
    return table.cell("any", "all").numbers["n"] if table else None


def test_a_submitted_form_leads_to_new_tables_by_the_worker(infused, investigator, start_worker, files):
    start_worker()
    submit(infused, investigator)  # its message alone starts all that follows: no beat runs here
    wait_for(lambda: with_crs() == 1, files)
    job = Job.objects.get()
    wait_for(lambda: Job.objects.get(pk=job.pk).state == "DONE", files)
    job.refresh_from_db()
    assert (job.requested_by, job.attempts, job.done) == ("beat", 1, job.total)
    assert job.result["content_hash"] == report.current().content_hash
    assert not tasks.stale()
    assert snapshot.intact(report.current())  # the worker wrote the files, this process reads them


@pytest.mark.soak
def test_a_refresh_whose_worker_is_killed_is_taken_back_and_finished(
    infused, investigator, start_worker, files, monkeypatch
):
    submit(infused, investigator)
    # A lock on what the snapshot reads holds the worker in the middle of the job.
    with database.as_owner() as holder, holder.transaction():
        holder.execute("LOCK TABLE crf_crsassessment IN ACCESS EXCLUSIVE MODE")
        worker = start_worker()
        job = tasks.ask() or Job.objects.get()
        wait_for(lambda: Job.objects.get(pk=job.pk).state == "RUNNING", files)
        kill(worker)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("RUNNING", 1)
    assert not Snapshot.objects.exists()
    assert tasks.ask() is None  # it is still thought to run
    monkeypatch.setattr(jobs, "SILENT", timedelta(seconds=1))
    start_worker()

    wait_for(lambda: done_with_a_tending_beat(job), files)
    job.refresh_from_db()
    assert job.attempts == 2
    assert with_crs() == 1
    assert Snapshot.objects.count() == 1
    assert not tasks.stale()


def test_with_the_broker_away_a_form_is_taken_and_its_tables_follow_when_it_is_back(
    infused, investigator, start_worker, files
):
    with brokers.at(brokers.AWAY):
        start = time.monotonic()
        assert submit(infused, investigator).created
        job = tasks.ask()  # what beat would do; its message does not arrive either
        assert time.monotonic() - start < 5
        assert job.state == "QUEUED"
        assert with_crs() is None
    start_worker()
    Job.objects.filter(pk=job.pk).update(created_at=job.created_at - jobs.WAITED)

    wait_for(lambda: done_with_a_tending_beat(job), files)
    assert with_crs() == 1
