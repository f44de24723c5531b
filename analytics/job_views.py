"""The page of background jobs: what waits, runs, failed and why, and whether the broker answers."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from trial import audit, jobs, roles
from trial.celery import app
from trial.models import Job

SHOWN = 50
LABELS = {"refresh": gettext_lazy("Refresh of the endpoint tables"), "export": gettext_lazy("Export")}
PATIENCE = 1.0  # seconds a page waits for the broker to answer
REMEMBERED = 5.0  # seconds an answer counts, so that a page that asks every 2 s does not


@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """The latest jobs; the page keeps itself up to date while one waits or runs."""
    roles.permit(request.user, "jobs")  # type: ignore[arg-type]
    found = [_line(job) for job in Job.objects.all()[:SHOWN]]
    context = {
        "jobs": found,
        "polling": any(job["state"] in (Job.State.QUEUED, Job.State.RUNNING) for job in found),
        "broker_text": _broker_text(),
    }
    return render(request, "analytics/jobs.html", context)


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Another try of a failed job; who asked enters the audit trail."""
    roles.permit(request.user, "jobs")  # type: ignore[arg-type]
    job = get_object_or_404(Job, pk=pk)
    jobs.retry(job)
    audit.record("job retried", {"job": job.pk, "kind": job.kind})
    return redirect("jobs")


def _line(job: Job) -> dict[str, Any]:
    return {
        "kind": job.kind, "kind_label": LABELS.get(job.kind, job.kind), "state": job.state, "done": job.done, "total": job.total,
        "message": in_words(job.message), "error": in_words(job.error), "attempts": job.attempts,
        "requested_by": job.requested_by, "created_at": job.created_at, "finished_at": job.finished_at,
        "not_before": job.not_before if job.state == Job.State.QUEUED else None,
        "retry_url": reverse("job-retry", args=[job.pk]),
    }  # fmt: skip


def in_words(text: str) -> str:
    """A job's stored English sentence in the reader's language; what follows a colon are names and stays."""
    sentence, colon, names = text.partition(": ")
    return (_(sentence) if sentence else "") + colon + names


def _broker_text() -> str:
    """What a person should know about the broker or the worker; blank when all is well."""
    if not broker_answers():
        return _("The broker does not answer. Nothing is lost: jobs wait here and run when it is back.")
    waits_since = timezone.now() - 3 * jobs.WAITED
    due = Job.objects.filter(state=Job.State.QUEUED, created_at__lt=waits_since).exclude(not_before__gt=timezone.now())
    if due.exists() and not Job.objects.filter(state=Job.State.RUNNING).exists():
        return _("A job has waited for more than half a minute and none is running. Does the worker run?")
    return ""


_asked: tuple[float, bool] = (float("-inf"), True)


def broker_answers() -> bool:
    """Whether a message could be handed over now; asked at most every few seconds."""
    global _asked
    now = time.monotonic()
    if now > _asked[0] + REMEMBERED:
        _asked = (now, _answers())
    return _asked[1]


def _answers() -> bool:
    try:
        with app.connection_for_write(connect_timeout=PATIENCE) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=PATIENCE)
            connection.default_channel  # noqa: B018 -- a channel is opened here, which asks a Redis or Valkey for a sign of life
    except Exception:  # whatever the transport raises
        return False
    return True
