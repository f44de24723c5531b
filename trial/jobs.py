"""Background work that people can watch: asked for, run by a worker, alive by a heartbeat, retried, reaped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from trial.models import Job

logger = logging.getLogger(__name__)

ATTEMPTS = 3
HEARTBEAT = timedelta(seconds=2)
SILENT = timedelta(seconds=20)  # a running job without a sign of life for this long has lost its worker
WAITED = timedelta(seconds=10)  # a queued job this old has probably missed its broker
BACK_OFF = (timedelta(seconds=5), timedelta(seconds=30))

Work = Callable[["Progress"], dict[str, Any] | None]
_works: dict[str, Work] = {}


class JobFailed(Exception):
    """A failure with a sentence for the person who watches; never with clinical values in it."""


def work(kind: str) -> Callable[[Work], Work]:
    """Registers the function that does one kind of job."""

    def register(function: Work) -> Work:
        _works[kind] = function
        return function

    return register


def request(kind: str, *, by: str, arguments: dict[str, Any] | None = None) -> Job:
    """Asks for a job. One that waits already with the same arguments is returned instead of a second one.

    Telling the broker is best effort after the commit: a dead broker fails nothing, beat finds the waiting job.
    """
    if kind not in _works:
        raise KeyError(kind)
    with transaction.atomic():
        with connection.cursor() as cursor:  # two who ask at once get one job; released with the transaction
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cartwright job'), hashtext(%s))", [kind])
        waiting = Job.objects.filter(kind=kind, state=Job.State.QUEUED, arguments=arguments or {}).first()
        job = waiting or Job.objects.create(kind=kind, requested_by=by, arguments=arguments or {})
        transaction.on_commit(lambda: tell(job.pk))
    return job


def tell(job_id: int) -> bool:
    """Puts a job into the broker's queue; False when the broker is away."""
    from trial.tasks import run_job

    try:
        run_job.apply_async((job_id,), retry=False)
    except Exception as error:  # whatever the transport raises: the job waits in the database
        logger.warning("the broker is away, job %s waits: %s", job_id, type(error).__name__)
        return False
    return True


class Progress:
    """What the work tells about itself; a thread of its own writes it, so that it is seen before the work commits."""

    def __init__(self, job: Job) -> None:
        self.job, self.arguments = job, job.arguments
        self._now: dict[str, Any] = {"done": 0, "total": 0, "message": ""}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def step(self, done: int, total: int, message: str = "") -> None:
        """How far the work is."""
        self._now = {"done": done, "total": total, "message": message}

    def __enter__(self) -> Progress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._stop.wait(HEARTBEAT.total_seconds() / 4):
                try:
                    Job.objects.filter(pk=self.job.pk).update(heartbeat_at=timezone.now(), **self._now)
                except Exception as error:  # the database may be away for a moment; the work itself will notice
                    logger.warning("heartbeat of job %s: %s", self.job.pk, type(error).__name__)
                    connection.close()
        finally:
            connections.close_all()

    @property
    def last(self) -> dict[str, Any]:
        return self._now


def run(job_id: int) -> Job | None:
    """Does a waiting job, here and now. Returns None when somebody else has it or it is over."""
    now = timezone.now()
    claimed = (
        Job.objects.filter(pk=job_id, state=Job.State.QUEUED)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .update(
            state=Job.State.RUNNING,
            started_at=now,
            heartbeat_at=now,
            attempts=F("attempts") + 1,
            error="",
            finished_at=None,
        )
    )
    if not claimed:
        return None
    job = Job.objects.get(pk=job_id)
    try:
        with Progress(job) as progress:
            result = _works[job.kind](progress) or {}
    except Exception as error:
        _failed(job, error)
    else:
        mine = Job.objects.filter(pk=job_id, state=Job.State.RUNNING, attempts=job.attempts)
        mine.update(state=Job.State.DONE, result=result, finished_at=timezone.now(), **progress.last)
    job.refresh_from_db()
    return job


def _failed(job: Job, error: Exception) -> None:
    """Keeps the reason and tries again later, three times in all. The class of an unforeseen error says enough."""
    logger.exception("job %s (%s) failed", job.pk, job.kind)
    reason = str(error) if isinstance(error, JobFailed) else type(error).__name__
    again = job.attempts < ATTEMPTS
    # Not when the job was taken back meanwhile: then it is another worker's.
    Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts).update(
        state=Job.State.QUEUED if again else Job.State.FAILED,
        error=reason[:500],
        not_before=timezone.now() + BACK_OFF[job.attempts - 1] if again else None,
        finished_at=None if again else timezone.now(),
    )


def tend() -> int:
    """Run by beat: takes back jobs whose worker vanished, and tells the broker of jobs that wait. Returns how many."""
    now = timezone.now()
    lost = Job.objects.filter(state=Job.State.RUNNING, heartbeat_at__lt=now - SILENT)
    lost.filter(attempts__gte=ATTEMPTS).update(state=Job.State.FAILED, error=WORKER_LOST, finished_at=now)
    lost.filter(attempts__lt=ATTEMPTS).update(state=Job.State.QUEUED, error=WORKER_LOST, not_before=None)
    due = Q(not_before__lte=now) | Q(not_before=None, created_at__lt=now - WAITED) | Q(error=WORKER_LOST)
    waiting = list(Job.objects.filter(due, state=Job.State.QUEUED).order_by("pk").values_list("pk", flat=True)[:100])
    for pk in waiting:
        if not tell(pk):
            break
    return len(waiting)


def retry(job: Job) -> None:
    """A person asks for another try of a failed job."""
    changed = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
        state=Job.State.QUEUED, attempts=0, error="", not_before=None, finished_at=None
    )
    if changed:
        transaction.on_commit(lambda: tell(job.pk))


WORKER_LOST = gettext_noop("The worker stopped before the job was done.")
