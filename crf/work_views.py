"""The first pages: the work list, and the list of subjects."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __

from crf.ledger import Entry, ledger, waiting
from crf.models.crs_assessment import courses_of
from trial import roles, subjects
from trial.models import Site, Subject
from trial.request import Request

PAGE = 50


def home(request: Request) -> HttpResponse:
    """The first page: what waits, most urgent first. Those who read no clinical data go to their own work."""
    if not roles.may(request.user, "read"):
        return redirect("admin:index")
    now = timezone.now()
    everyone = Subject.objects.select_related("site").exclude(status__in=["SCREEN_FAILED", "COMPLETED"])
    due = waiting(ledger(everyone, now=now), now=now)
    page = Paginator(due, PAGE).get_page(request.GET.get("page"))
    site = Site.objects.filter(pk__in=request.scope).first()
    rows = [
        {
            "state": e.state, "subject_code": e.subject.code, "subject_url": reverse("casebook", args=[e.subject.code]),
            "visit_label": e.place, "form_label": e.form.declared.title, "url": e.url,
            "age_text": _age(e, now),
        }
        for e in page
    ]  # fmt: skip
    return render(
        request,
        "trial/home.html",
        {
            "due": rows,
            "counts": Counter(e.state for e in due),
            "page_obj": page,
            "today": site and subjects.today(site, now),
        },
    )


def _age(entry: Entry, now: datetime) -> str:
    today = subjects.today(entry.subject.site, now)
    if entry.state == "draft" and entry.since:
        return __("saved %(at)s") % {"at": f"{timezone.localtime(entry.since):%Y-%m-%d %H:%M}"}
    if entry.due_on is None:
        return ""
    days = (today - entry.due_on).days
    if days <= 0:
        return __("today") if days == 0 else ""
    return __("1 day") if days == 1 else __("%(n)d days") % {"n": days}


def subject_list(request: Request) -> HttpResponse:
    """Subjects of the reader's sites, filtered and sorted by the query string."""
    roles.permit(request.user, "read")
    found = Subject.objects.select_related("site")
    if q := request.GET.get("q", "").strip():
        found = found.filter(code__icontains=q)
        exact = found.filter(code=q).first()
        if exact:
            return redirect("casebook", exact.code)
    if site := request.GET.get("site"):
        found = found.filter(site__code=site)
    if status := request.GET.get("status"):
        found = found.filter(status=status)
    found = found.order_by("-infused_at", "code") if request.GET.get("sort") == "infused" else found.order_by("code")
    now = timezone.now()
    whole = request.GET.get("sort") in ("overdue", "queries")
    page = Paginator(found, 10_000 if whole else PAGE).get_page(request.GET.get("page"))
    counted = {s.pk: Counter[str]() for s in page}
    for entry in ledger(page, now=now):
        counted[entry.subject.pk][entry.state] += 1
        counted[entry.subject.pk]["open"] += entry.queries
    courses = courses_of(page)
    rows = [_line(s, counted[s.pk], courses[s.pk].maximum, now) for s in page]
    if whole:
        rows.sort(key=lambda r: -r["overdue" if request.GET["sort"] == "overdue" else "open_queries"])
    may_screen = roles.may(request.user, "screen")
    context = {
        "subjects": rows, "statuses": Subject.Status.choices, "page_obj": page,
        "form_screen_url": reverse("screen") if may_screen else "", "base_query": _without_page(request),
    }  # fmt: skip
    return render(request, "trial/subject_list.html", context)


def _line(subject: Subject, counted: Counter[str], crs_maximum: int | None, now: datetime) -> dict[str, Any]:
    return {
        "code": subject.code, "url": reverse("casebook", args=[subject.code]), "site": subject.site.code,
        "dose_level": subject.dose_level, "status": subject.status, "status_label": subject.get_status_display(),
        "infused_on": subjects.infused_on(subject), "study_day": subjects.study_day(subject, subjects.today(subject.site, now)),
        "crs_max": {"value": crs_maximum}, "open_queries": counted["open"], "overdue": counted["overdue"],
    }  # fmt: skip


def _without_page(request: Request) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
