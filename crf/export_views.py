"""Pages of the periodic export: its runs, one run with its manifest, run now, try again, download."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_celery_beat.models import PeriodicTask

from trial import audit, jobs, roles
from trial.models import Job, Membership, User

PAGE = 20
GOING_ON = (Job.State.QUEUED, Job.State.RUNNING)


def gets_the_archive(user: User) -> bool:
    """An archive holds every site: it is for those whose right to export is for every site."""
    return any(h.site is None and Membership.Role(h.role) in roles.MAY["export"] for h in roles.held(user))


def _run_or_404(request: HttpRequest, pk: int) -> Job:
    """A run; to those who may not have the archive it does not exist."""
    if not gets_the_archive(_person(request)):
        raise Http404
    return get_object_or_404(Job, pk=pk, kind="export")


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@require_safe
def run_list(request: HttpRequest) -> HttpResponse:
    """Every run, the latest first; reloads itself while one goes on."""
    user = _person(request)
    roles.permit(user, "export")
    whole = gets_the_archive(user)
    page = Paginator(Job.objects.filter(kind="export") if whole else Job.objects.none(), PAGE).get_page(
        request.GET.get("page")
    )
    runs = [summary(job, user) for job in page]
    context = {
        "runs": runs,
        "page_obj": page,
        "limited": not whole,
        "run_url": reverse("export-run") if whole and roles.may(user, "run_export") else "",
        "polling": any(run["going_on"] for run in runs),
        **_schedule(user),
    }
    return render(request, "crf/exports.html", context)


@require_safe
def run_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One run with its manifest."""
    run = summary(_run_or_404(request, pk), _person(request))
    crumbs = [{"label": _("Exports"), "url": reverse("exports")}, {"label": run["title"], "url": ""}]
    return render(request, "crf/export.html", {"run": run, "polling": run["going_on"], "crumbs": crumbs})


@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    """Asks for an export."""
    user = _person(request)
    roles.permit(user, "run_export")
    if not gets_the_archive(user):
        raise Http404
    job = jobs.request("export", by=user.get_username())
    audit.record("export asked for", {"job": job.pk})
    return redirect("exports")


@require_POST
def run_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Another try of a failed run."""
    roles.permit(_person(request), "run_export")
    job = _run_or_404(request, pk)
    jobs.retry(job)
    audit.record("export asked for", {"job": job.pk})
    return redirect("exports")


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The archive. Who took it, and which bytes, enters the audit trail."""
    job = _run_or_404(request, pk)
    name = job.result.get("file") if job.state == Job.State.DONE else None
    if not name or not default_storage.exists(name):
        raise Http404
    audit.record("export downloaded", {"job": job.pk, "file": name, "sha256": job.result.get("sha256")})
    answer = FileResponse(
        default_storage.open(name),
        as_attachment=True,
        filename=f"cartwright-{name.rsplit('/', 1)[-1]}",
        content_type="application/zip",
    )
    answer["Cache-Control"] = "no-store"
    return answer


def summary(job: Job, user: User) -> dict[str, Any]:
    """A run as the pages show it."""
    manifest = job.result.get("manifest") or {}
    done = job.state == Job.State.DONE
    files = [{**file, "width": len(file["columns"])} for file in manifest.get("files", [])] if done else []
    return {
        "job": job,
        "title": _("Export %(n)s") % {"n": job.pk},
        "state": job.state,
        "at": job.started_at or job.created_at,
        "who": _("by the schedule") if job.requested_by == "beat" else job.requested_by,
        "going_on": job.state in GOING_ON,
        "done": job.done,
        "total": job.total,
        "message": job.message if job.state == Job.State.RUNNING else "",
        "error": "" if done else _(job.error) if job.error else "",
        "attempts": job.attempts,
        "again_at": job.not_before if job.state == Job.State.QUEUED else None,
        "files": files,
        "rows": sum(file["rows"] or 0 for file in files),
        "size": job.result.get("bytes") if done else None,
        "sha256": job.result.get("sha256", "") if done else "",
        "manifest": manifest if done else {},
        "page_url": reverse("export", args=[job.pk]),
        "download_url": reverse("export-download", args=[job.pk]) if done and job.result.get("file") else "",
        "retry_url": reverse("export-again", args=[job.pk])
        if job.state == Job.State.FAILED and roles.may(user, "run_export")
        else "",
    }


def _schedule(user: User) -> dict[str, Any]:
    """When the next export comes by itself, and where to change that."""
    task = PeriodicTask.objects.select_related("crontab", "interval").filter(task="crf.tasks.nightly_export").first()
    if task is None or not task.enabled:
        text = _("No export runs by itself: the schedule is switched off.")
    elif (
        task.crontab
        and task.crontab.hour.isdigit()
        and task.crontab.minute.isdigit()
        and task.crontab.day_of_week == "*"
    ):
        text = _("Every day at %(time)s (%(zone)s)") % {
            "time": f"{int(task.crontab.hour):02d}:{int(task.crontab.minute):02d}",
            "zone": task.crontab.timezone,
        }
    else:
        text = str(task.crontab or task.interval or "")
    url = (
        reverse("admin:django_celery_beat_periodictask_change", args=[task.pk])
        if task and roles.may(user, "schedule")
        else ""
    )
    return {"schedule_text": text, "schedule_url": url}
