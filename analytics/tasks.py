"""When the tables are refreshed: beat looks for changes every few seconds; a submitted form only makes it look sooner.

A refresh clears the marks of the changes that it saw (see analytics.marks). What comes in while it runs keeps its mark,
so the next look finds it: nothing is missed, and any number of forms in a burst makes one refresh. Nothing here depends
on the broker for correctness: with the broker away marks and jobs wait in the database.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from analytics.models import Mark, Snapshot
from trial import jobs, version
from trial.celery import app  # noqa: F401 -- whoever sends a task needs the broker of our settings
from trial.models import Job

logger = logging.getLogger(__name__)

KIND = "refresh"
LOOK_EVERY = 5  # seconds
LOOK_SOON = 2  # seconds after a form, so that the next forms of a burst are in the same refresh
AFTER_FAILURE = timedelta(minutes=10)
LOCK = 0x504F4C4C
SOME_FAILED = gettext_noop("Some tables could not be computed")
# The messages of analytics.report, marked here for translation: a job keeps the English sentence, the page translates it.
MESSAGES = (
    gettext_noop("Reading the forms"), gettext_noop("Computing the tables"), gettext_noop("Nothing has changed"),
    gettext_noop("Tables are up to date"),
)  # fmt: skip


@shared_task
def poll() -> None:
    """Beat's look for changes."""
    ask()


@jobs.work(KIND)
def refresh(progress: jobs.Progress) -> dict[str, Any]:
    """The job itself."""
    from analytics import report

    try:
        frozen = report.refresh(progress.step)
    except report.Failed as failed:
        raise jobs.JobFailed(f"{SOME_FAILED}: {failed}") from failed
    return {"snapshot": frozen.pk, "content_hash": frozen.content_hash}


def ask() -> Job | None:
    """Asks for a refresh when the tables are not up to date and none is under way. Returns the job, or None."""
    with transaction.atomic():
        with connection.cursor() as cursor:  # one look at a time, or two would ask for the same
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if not stale() or under_way() is not None or _waits_after_failure():
            return None
        return jobs.request(KIND, by="beat")


def stale() -> bool:
    """Whether the tables are not those of the data: something changed, none were computed, or other software made them."""
    latest = Snapshot.objects.filter(kind=Snapshot.Kind.LIVE).first()
    return (
        latest is None or latest.results_at is None or latest.software_version != version.software() or Mark.objects.exists()
    )  # fmt: skip


def under_way() -> Job | None:
    """The refresh that waits or runs."""
    return (
        Job.objects.filter(kind=KIND, state__in=(Job.State.QUEUED, Job.State.RUNNING)).order_by("-state", "pk").first()
    )


def last_failure() -> Job | None:
    """The last refresh, when it failed for good."""
    last = Job.objects.filter(kind=KIND).first()
    return last if last is not None and last.state == Job.State.FAILED else None


def _waits_after_failure() -> bool:
    """A refresh that failed three times is asked for again when data has changed since, or after some minutes."""
    failed = last_failure()
    if failed is None or failed.finished_at is None:
        return False
    return (
        timezone.now() < failed.finished_at + AFTER_FAILURE
        and not Mark.objects.filter(at__gt=failed.finished_at).exists()
    )


_nudged = float("-inf")


def nudge(**_: Any) -> None:
    """Makes beat's look come sooner once the form is committed. Best effort: it may fail, and the form is in all the same."""
    transaction.on_commit(_send, robust=True)


def _send() -> None:
    global _nudged
    if time.monotonic() < _nudged + LOOK_SOON:
        return  # the look that was sent for will see this form too
    _nudged = time.monotonic()
    try:
        poll.apply_async(countdown=LOOK_SOON, retry=False, expires=60)
    except Exception as error:  # whatever the transport raises
        _nudged += LOOK_EVERY * 6  # a broker that is away is not asked at every form
        logger.warning("the broker is away, beat will look: %s", type(error).__name__)
