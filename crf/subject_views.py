"""Pages of subjects: the work list, the list, screening, enrolment, unscheduled visits, the casebook."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf import sheet
from crf.dates import DateField
from crf.declare.form import Crf, Log, casebook, form_named
from crf.ledger import STATES, Entry, address, ledger, waiting
from crf.workflow import Query
from trial import protocol, roles, schedule, subjects
from trial.models import Site, Subject, Visit
from trial.request import Request
from trial.rules import crs

PAGE = 50


def subject_or_404(code: str) -> Subject:
    """A subject of the reader's sites; to everybody else it does not exist."""
    return get_object_or_404(Subject.objects.select_related("site"), code=code)


def crumbs(subject: Subject, *more: tuple[str, str]) -> list[dict[str, str]]:
    """Site > subject > ..."""
    first = [
        {
            "label": __("Site %(code)s") % {"code": subject.site.code},
            "url": f"{reverse('subjects')}?site={subject.site.code}",
        },
        {"label": subject.code, "url": reverse("casebook", args=[subject.code])},
    ]
    return first + [{"label": label, "url": url} for label, url in more]


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
            "visit_label": schedule.label(e.visit.code) if e.visit else "", "form_label": e.form.declared.title, "url": e.url,
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
    rows = [_line(s, counted[s.pk], now) for s in page]
    if whole:
        rows.sort(key=lambda r: -r["overdue" if request.GET["sort"] == "overdue" else "open_queries"])
    may_screen = roles.may(request.user, "screen")
    context = {
        "subjects": rows, "statuses": Subject.Status.choices, "page_obj": page,
        "form_screen_url": reverse("screen") if may_screen else "", "base_query": _without_page(request),
    }  # fmt: skip
    return render(request, "trial/subject_list.html", context)


def _line(subject: Subject, counted: Counter[str], now: datetime) -> dict[str, Any]:
    return {
        "code": subject.code, "url": reverse("casebook", args=[subject.code]), "site": subject.site.code,
        "dose_level": subject.dose_level, "status": subject.status, "status_label": subject.get_status_display(),
        "infused_on": subjects.infused_on(subject), "study_day": subjects.study_day(subject, subjects.today(subject.site, now)),
        "crs_max": {"value": crs_course(subject).maximum}, "open_queries": counted["open"], "overdue": counted["overdue"],
    }  # fmt: skip


def crs_course(subject: Subject) -> crs.Course:
    """The subject's CRS, from every assessment since the infusion."""
    form = form_named("crs_assessment")
    kept = sheet.since_infusion(form, subject, sheet.stored(form, subject))
    return crs.course(kept, infused_at=subject.infused_at)


def _without_page(request: Request) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


class ScreenForm(forms.Form):
    """Site and day of a screening."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    on = DateField(label=_("Date of screening"), help_text=_("The day the consent conversation took place."))


class EnrolForm(forms.Form):
    """Day of enrolment and dose level."""

    on = DateField(label=_("Date of enrolment"))
    dose_level = forms.ChoiceField(label=_("Dose level"), choices=[(d.code, d.label) for d in protocol.DOSE_LEVELS])


class UnscheduledForm(forms.Form):
    """Day of an unscheduled visit."""

    on = DateField(label=_("Date of the visit"))


def _summary(form: forms.Form) -> list[dict[str, str]]:
    return [
        {
            "label": str(form.fields[name].label if name in form.fields else ""),
            "text": str(text),
            "anchor": f"item-{name}",
        }
        for name, texts in form.errors.items()
        for text in texts
    ]


def screen(request: Request) -> HttpResponse:
    """Screening gives the next subject id of the site."""
    sites = Site.objects.filter(pk__in=[s.pk for s in roles.sites_where(request.user, "screen", Site.objects.all())])
    roles.permit(request.user, "screen")
    form = ScreenForm(request.POST or None)
    form.fields["site"].queryset = sites  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["on"] > timezone.localdate():
            form.add_error("on", __("This day lies in the future. Please correct it."))
        else:
            subject = subjects.screen(form.cleaned_data["site"], by=request.user, on=form.cleaned_data["on"])
            messages.success(
                request,
                __("The subject is %(code)s. Please write the number into the source.") % {"code": subject.code},
            )
            return redirect("casebook", subject.code)
    context = {"form": form, "error_summary": _summary(form) if form.is_bound else [], "back_url": reverse("subjects")}
    return render(request, "trial/screen.html", context, status=422 if form.errors else 200)


def enrol(request: Request, code: str) -> HttpResponse:
    """The gates of enrolment, and the button when all are open."""
    subject = subject_or_404(code)
    roles.permit(request.user, "enrol", subject.site)
    visit = subject.visits.filter(code="screening").first()
    gates = [
        {"label": g.label, "met": g.met, "why": g.why, "url": g.form and address(form_named(g.form), subject, visit)}
        for g in subjects.gates(subject)
    ]
    ready = all(g["met"] for g in gates) and subject.status == Subject.Status.SCREENED
    form = EnrolForm(request.POST or None) if ready else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            subjects.enrol(
                subject, by=request.user, on=form.cleaned_data["on"], dose_level=form.cleaned_data["dose_level"]
            )
        except subjects.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, __("%(code)s is enrolled.") % {"code": subject.code})
            return redirect("casebook", subject.code)
    context = {
        "subject": subject, "gates": gates, "form": form, "back_url": reverse("casebook", args=[code]),
        "error_summary": _summary(form) if form is not None and form.is_bound else [], "crumbs": crumbs(subject, (__("Enrolment"), "")),
    }  # fmt: skip
    return render(request, "trial/enrol.html", context, status=422 if form is not None and form.errors else 200)


def unscheduled(request: Request, code: str) -> HttpResponse:
    """Opens an unscheduled visit."""
    subject = subject_or_404(code)
    roles.permit(request.user, "enter", subject.site)
    form = UnscheduledForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["on"] > timezone.localdate():
            form.add_error("on", __("This day lies in the future. Please correct it."))
        else:
            visit = subjects.unscheduled(subject, by=request.user, on=form.cleaned_data["on"])
            return redirect("visit", subject.code, visit.code)
    context = {
        "subject": subject, "form": form, "error_summary": _summary(form) if form.is_bound else [],
        "back_url": reverse("casebook", args=[code]), "crumbs": crumbs(subject, (__("Unscheduled visit"), "")),
    }  # fmt: skip
    return render(request, "trial/unscheduled.html", context, status=422 if form.errors else 200)


def visit_page(request: Request, code: str, visit_code: str) -> HttpResponse:
    """One visit: its dates, and every form that may be entered there."""
    subject = subject_or_404(code)
    roles.permit(request.user, "read", subject.site)
    visit = get_object_or_404(subject.visits, code=visit_code)
    entries = [e for e in ledger([subject], now=timezone.now()) if e.visit and e.visit.pk == visit.pk]
    rows = [
        {"state": e.state, "label": e.form.declared.title, "occurrence": e.occurrence, "url": e.url} for e in entries
    ]
    present = {e.form for e in entries}
    admitted = [
        f
        for f in casebook()
        if issubclass(f, Crf) and f not in present and schedule.admits(visit.code, f.declared.name)
    ]
    context = {
        "subject": subject, "visit": visit, "label": schedule.label(visit.code), "rows": rows,
        "more": [{"label": f.declared.title, "url": address(f, subject, visit)} for f in admitted]
        if roles.may(request.user, "enter", subject.site) else [],
        "crumbs": crumbs(subject, (schedule.label(visit.code), "")),
    }  # fmt: skip
    return render(request, "crf/visit.html", context)


def casebook_page(request: Request, code: str) -> HttpResponse:
    """Forms x visits of one subject, each with its state."""
    subject = subject_or_404(code)
    roles.permit(request.user, "read", subject.site)
    now = timezone.now()
    entries = ledger([subject], now=now)
    visits = sorted(subject.visits.all(), key=lambda v: schedule.position(v.code))
    used = {e.visit.pk for e in entries if e.visit}
    shown = [v for v in visits if v.pk in used or v.unscheduled]
    cells: dict[tuple[Any, int], list[Entry]] = {}
    for entry in entries:
        if entry.visit:
            cells.setdefault((entry.form, entry.visit.pk), []).append(entry)
    rows = [
        {"label": form.declared.title, "cells": [_cell(cells.get((form, v.pk)), v) for v in shown]}
        for form in casebook()
        if issubclass(form, Crf)
    ]
    context = {
        "subject": {"code": subject.code, "status_label": subject.get_status_display()},
        "facts": _facts(subject, now), "visits": [_head(subject, v, now) for v in shown], "rows": rows, "logs": _logs(subject),
        "actions": _actions(request, subject), "crumbs": crumbs(subject),
    }  # fmt: skip
    return render(request, "crf/casebook.html", context)


def _cell(entries: list[Entry] | None, visit: Visit) -> dict[str, str] | None:
    if not entries:
        return None
    first = min(entries, key=lambda e: STATES.index(e.state))
    title = f"{first.form.declared.title}, {schedule.label(visit.code)}"
    if len(entries) > 1:
        title += " · " + __("%(n)d entries") % {"n": len(entries)}
    return {"state": first.state, "url": first.url, "title": title}


def _head(subject: Subject, visit: Visit, now: datetime) -> dict[str, Any]:
    window = f"{visit.window_from} – {visit.window_to}" if visit.window_from else ""
    on = visit.actual_on or visit.planned_on
    return {
        "code": visit.code, "label": schedule.label(visit.code), "day": subjects.study_day(subject, on), "planned_on": on,
        "window": window, "today": on == subjects.today(subject.site, now), "url": reverse("visit", args=[subject.code, visit.code]),
    }  # fmt: skip


def _facts(subject: Subject, now: datetime) -> list[tuple[str, Any]]:
    person = form_named("demographics").objects.filter(subject=subject).first()  # type: ignore[attr-defined]
    course = crs_course(subject)
    level = protocol.dose_level(subject.dose_level)
    infused = subjects.infused_on(subject)
    open_queries = Query.objects.filter(subject=subject).exclude(state=Query.State.CLOSED).count()
    return [
        (__("Sex"), person and person.declared.items["sex"].in_words(person.sex)),
        (__("Age at screening"), person and person.birth_year and int(subject.screened_on.year - person.birth_year)),
        (__("Dose level"), level and level.label),
        (__("Infused on"), infused and f"{infused:%Y-%m-%d}"),
        (__("Study day"), subjects.study_day(subject, subjects.today(subject.site, now))),
        (__("Highest CRS grade"), course.maximum),
        (__("CRS episodes"), " · ".join(_episode(e) for e in course.episodes) or None),
        (__("Open queries"), open_queries),
    ]


def _episode(episode: crs.Episode) -> str:
    words = (
        __("day %(from)s to %(to)s, grade %(max)s")
        if episode.resolved
        else __("day %(from)s, ongoing at day %(to)s, grade %(max)s")
    )
    last = None
    if episode.onset_day is not None and episode.duration_days is not None:
        last = episode.onset_day + episode.duration_days - 1
    return words % {"from": episode.onset_day, "to": last, "max": episode.maximum}


def _logs(subject: Subject) -> list[dict[str, Any]]:
    return [
        {"label": f.declared.title, "count": f.objects.filter(subject=subject).count(), "url": ""}  # type: ignore[attr-defined]
        for f in casebook()
        if issubclass(f, Log)
    ]


def _actions(request: Request, subject: Subject) -> list[dict[str, str]]:
    found = []
    if subject.status == Subject.Status.SCREENED and roles.may(request.user, "enrol", subject.site):
        found.append({"label": __("Enrol"), "url": reverse("enrol", args=[subject.code]), "icon": "person-plus"})
    if roles.may(request.user, "enter", subject.site) and subject.status in ("ENROLLED", "INFUSED"):
        found.append(
            {
                "label": __("Unscheduled visit"),
                "url": reverse("unscheduled", args=[subject.code]),
                "icon": "calendar-plus",
            }
        )
    return found
