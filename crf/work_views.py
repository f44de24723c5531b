"""The first pages: the work list, and the list of subjects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import ngettext

from crf import serious
from crf.declare.form import casebook
from crf.ledger import Entry, late
from crf.models.crs_assessment import courses_of
from crf.signatures import may_sign
from crf.standing import Unsigned, standing_of, waiting_of
from trial import protocol, roles, subjects
from trial.models import Subject, User
from trial.request import Request

PAGE = 50
WAITING = ("overdue", "queried", "expected", "draft", "unsigned")


class ToBeSigned(NamedTuple):
    """Forms of one subject that wait for a signature: how many, and since when the longest."""

    subject: Subject
    number: int
    since: datetime


def home(request: Request) -> HttpResponse:
    """The first page: what waits, most urgent first. Those who read no clinical data go to their own work.

    Filtered by site, form and state, which stand in the address.
    """
    if not roles.may(request.user, "read"):
        return redirect("admin:index")
    now = timezone.now()
    everyone = Subject.objects.select_related("site")
    if chosen := request.GET.get("site"):
        everyone = everyone.filter(site__code=chosen)
    people = list(everyone)
    standing = standing_of(people, now=now)
    due, name = standing.entries, request.GET.get("form", "")
    if name:
        due = [entry for entry in due if entry.form.declared.name == name]
    unsigned = _unsigned(people, standing.unsigned, name)
    counts = Counter(entry.state for entry in due)
    counts["unsigned"] = sum(one.number for one in unsigned)
    if (state := request.GET.get("state")) in WAITING:
        due = [entry for entry in due if entry.state == state]
        unsigned = unsigned if state == "unsigned" else []
    lines: list[Entry | ToBeSigned] = [*due, *unsigned]
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    site = next(iter(request.sites), None)
    context = {
        "due": [
            _row(one, request.user, now) if isinstance(one, Entry) else _to_sign(one, request.user, now, name) for one in page
        ],
        "counts": [(one, counts[one], _with(request, state="" if one == state else one)) for one in WAITING],
        "serious": serious.notices(request.user, request.scope, now=now),
        "state": state, "windows": _windows(people, now), "page_obj": page, "base_query": _without_page(request),
        "forms": [(form.declared.name, form.declared.title) for form in casebook()],
        "filtered": any(request.GET.get(name) for name in ("site", "form", "state")),
        "today": site and subjects.today(site, now),
    }  # fmt: skip
    return render(request, "trial/home.html", context)


def _unsigned(people: list[Subject], of: Mapping[int, tuple[Unsigned, ...]], form: str) -> list[ToBeSigned]:
    """A line for each subject with forms that wait for a signature, the longest waiting first."""
    found = []
    for subject in people:
        kinds = [one for one in of[subject.pk] if form in ("", one.form)]
        if kinds:
            found.append(ToBeSigned(subject, sum(one.number for one in kinds), min(one.since for one in kinds)))
    return sorted(found, key=lambda one: (one.since, one.subject.code))


def _to_sign(one: ToBeSigned, by: User, now: datetime, form: str) -> dict[str, Any]:
    """Its line of the list: all its forms are signed on one page."""
    subject, since = one.subject, one.since.astimezone(ZoneInfo(one.subject.site.timezone))
    return {
        "state": "unsigned", "theirs": may_sign(by, subject.site, now=now), "subject_code": subject.code,
        "subject_url": reverse("casebook", args=[subject.code]), "visit_label": "–",
        "form_label": ngettext("One form", "%(n)d forms", one.number) % {"n": one.number},
        "url": reverse("sign", args=[subject.code]) + (f"?form={form}" if form else ""),
        "age_text": _days(max(0, (subjects.today(subject.site, now) - since.date()).days)),
    }  # fmt: skip


# What is done with a form in a state, and who may; whoever may not, or has nothing to do, opens it.
DEEDS = {"queried": "answer_query", "draft": "enter", "expected": "enter", "overdue": "enter"}


def _row(entry: Entry, by: User, now: datetime) -> dict[str, Any]:
    deed = "" if entry.answered else DEEDS.get(entry.state, "")
    return {
        "state": entry.state, "theirs": bool(deed) and roles.may(by, deed, entry.subject.site), "subject_code": entry.subject.code,
        "subject_url": reverse("casebook", args=[entry.subject.code]),
        "visit_label": entry.place, "form_label": entry.form.declared.title, "url": entry.url, "age_text": _age(entry, now),
    }  # fmt: skip


def _windows(people: list[Subject], now: datetime) -> list[dict[str, Any]]:
    """Windows for dose-limiting toxicity that are open, the next to close first."""
    found = []
    for subject in people:
        infused_on, today = subjects.infused_on(subject), subjects.today(subject.site, now)
        left = protocol.DLT_WINDOW_DAYS - (today - infused_on).days if infused_on else -1
        if infused_on and 0 <= left <= protocol.DLT_WINDOW_DAYS and subject.status == Subject.Status.INFUSED:
            closes = infused_on + timedelta(days=protocol.DLT_WINDOW_DAYS)
            found.append(
                {"code": subject.code, "url": reverse("casebook", args=[subject.code]), "days": left, "on": closes}
            )
    return sorted(found, key=lambda line: (line["days"], line["code"]))


def _with(request: Request, **changes: str) -> str:
    """The address of this page with other filters."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


def _age(entry: Entry, now: datetime) -> str:
    today = subjects.today(entry.subject.site, now)
    days = None if entry.due_on is None else (today - entry.due_on).days
    waited = "" if days is None or days < 0 else _days(days)
    if entry.answered:
        waited = " · ".join(filter(None, [waited, __("answered, with a reviewer")]))
    if entry.begun is None:
        return waited
    at = f"{timezone.localtime(entry.begun):%Y-%m-%d %H:%M}"
    if entry.state == "draft" and not late(entry, today):
        return __("saved %(at)s") % {"at": at}
    return " · ".join(filter(None, [waited, __("draft saved %(at)s") % {"at": at}]))


def _days(days: int) -> str:
    return [__("today"), __("1 day")][days] if days < 2 else __("%(n)d days") % {"n": days}


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
    by = {"overdue": "overdue", "queries": "open"}.get(request.GET.get("sort", ""))
    everyone = list(found) if by else []
    counted = _counted(everyone, now)
    # Whoever has most comes first: all have to be counted before one page of them is shown.
    ordered = sorted(everyone, key=lambda s: -counted[s.pk][by]) if by else found
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    counted = counted or _counted(list(page), now)
    courses = courses_of(page)
    rows = [_line(s, counted[s.pk], courses[s.pk].maximum, now) for s in page]
    may_screen = roles.may(request.user, "screen")
    context = {
        "subjects": rows, "statuses": Subject.Status.choices, "page_obj": page,
        "form_screen_url": reverse("screen") if may_screen else "", "base_query": _without_page(request),
    }  # fmt: skip
    return render(request, "trial/subject_list.html", context)


def _counted(people: list[Subject], now: datetime) -> dict[int, Counter[str]]:
    """Of each subject by its key how many forms wait, by state, and how many queries are open."""
    counted = {subject.pk: Counter[str]() for subject in people}
    for entry in waiting_of(people, now=now):
        counted[entry.subject.pk][entry.state] += 1
        counted[entry.subject.pk]["open"] += entry.queries
    return counted


def _line(subject: Subject, counted: Counter[str], crs_maximum: int | None, now: datetime) -> dict[str, Any]:
    return {
        "code": subject.code, "url": reverse("casebook", args=[subject.code]), "site": subject.site.code,
        "dose_level": subject.dose_level, "status": subject.status, "status_label": subject.get_status_display(),
        "infused_on": subjects.infused_on(subject), "study_day": subjects.study_day(subject, subjects.today(subject.site, now)),
        "crs_max": {"value": crs_maximum}, "open_queries": counted["open"], "overdue": counted["overdue"],
        "course_url": reverse("course", args=[subject.code]),
    }  # fmt: skip


def _without_page(request: Request) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
