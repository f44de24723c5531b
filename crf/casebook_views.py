"""The casebook of one subject, forms by visits, and the page of one visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as __

from crf import episodes, expectations, logs, not_done, subject_notes
from crf.casebook import Casebook
from crf.declare.form import Crf, FormClass, casebook, form_named
from crf.form_parts import ENDED, log_address
from crf.ledger import IN_A_CELL, STATES, Entry, address, ledger, ledger_of, seen_alive
from crf.myeloma import MYELOMA
from crf.response_head import best_response
from crf.subject_views import crumbs, subject_or_404
from trial import protocol, roles, schedule, subjects, versions
from trial.models import Subject, Visit
from trial.request import Request

# What the casebook shows of a subject besides the forms of the myeloma, read with them in one statement.
SHOWN = ("crs_assessment", "icans_assessment", "demographics", "adverse_event")


def visit_page(request: Request, code: str, visit_code: str) -> HttpResponse:
    """One visit: its dates, and every form that may be entered there."""
    subject = subject_or_404(code)
    roles.permit(request.user, "read", subject.site)
    visit = get_object_or_404(subject.visits, code=visit_code)
    books = expectations.books_of([subject])
    everything = ledger([subject], now=timezone.now(), books=books)
    entries = [e for e in everything if e.visit and e.visit.pk == visit.pk]
    rows = [
        {"state": e.shown, "label": e.form.declared.title, "occurrence": e.occurrence, "url": e.url} for e in entries
    ]
    present = {e.form for e in entries}
    admitted = [
        f
        for f in casebook()
        if issubclass(f, Crf) and f not in present and schedule.admits(visit.code, f.declared.name)
    ]
    may_enter = roles.may(request.user, "enter", subject.site)
    context = {
        "subject": subject, "visit": visit, "label": schedule.label(visit.code), "rows": rows, "window": _window(visit),
        "more": _more(visit, admitted, everything, books[subject.pk]) if may_enter else [],
        "not_done_url": reverse("visit-not-done", args=[code, visit.code])
        if may_enter and any(e.state in ("expected", "overdue") for e in entries) else "",
        "done_url": reverse("visit-done", args=[code, visit.code])
        if may_enter and any(not_done.marked_at(e, visit) for e in entries) else "",
        "remove_url": reverse("visit-remove", args=[code, visit.code]) if may_enter and visit.unscheduled and not entries else "",
        "print_url": reverse("visit-print", args=[code, visit.code]) if any(e.status == "COMPLETE" for e in entries) else "",
        "sign_url": _sign_url(request, subject, entries, visit),
        "nothing_asked": not visit.unscheduled, "crumbs": crumbs(subject, (schedule.label(visit.code), "")),
    }  # fmt: skip
    return render(request, "crf/visit.html", context)


def _more(visit: Visit, forms: Sequence[FormClass], entries: list[Entry], book: Casebook) -> list[dict[str, Any]]:
    """Forms that may be entered at a visit though nobody asks for them, each with the rule that took it away."""
    facts = expectations.facts_of(book, seen=seen_alive(entries))
    asked = schedule.expected_at(visit.code)
    found = []
    for form in forms:
        name = form.declared.name
        rule = expectations.not_asked(name, visit, facts) if name in asked else None
        found.append(
            {"label": form.declared.title, "url": address(form, book.subject, visit), "why": rule and rule.why}
        )
    return found


def casebook_page(request: Request, code: str) -> HttpResponse:
    """Forms x visits of one subject, each with its state."""
    subject = subject_or_404(code)
    roles.permit(request.user, "read", subject.site)
    now = timezone.now()
    books = expectations.books_of([subject], also=SHOWN)
    entries, visits = ledger_of(subject, now=now, books=books)
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
        "facts": _facts(books[subject.pk], entries, now), "visits": _heads(subject, shown, now), "rows": rows,
        "logs": _logs(subject, entries), "episodes": _episodes(request, books[subject.pk]),
        "actions": _actions(request, subject, entries), "notes": subject_notes.notes(subject), "crumbs": crumbs(subject),
        "corrections": subject_notes.actions(request.user, subject),
        "course_url": reverse("course", args=[code]),
        "print_url": reverse("casebook-print", args=[code]) if any(e.form_id for e in entries) else "",
    }  # fmt: skip
    return render(request, "crf/casebook.html", context)


def _cell(entries: list[Entry] | None, visit: Visit) -> dict[str, str] | None:
    if not entries:
        return None
    first = min(entries, key=lambda e: IN_A_CELL.index(e.shown))
    title = f"{first.form.declared.title}, {schedule.label(visit.code)}"
    if len(entries) > 1:
        title += " · " + __("%(n)d entries") % {"n": len(entries)}
    if any(entry.begun and entry.form_id for entry in entries):
        title += " · " + __("a correction was begun")
    if first.signed and first.shown != "signed":
        title += " · " + __("signed")
    return {"state": first.shown, "url": first.url, "title": title}


def _heads(subject: Subject, visits: Sequence[Visit], now: datetime) -> list[dict[str, Any]]:
    """The columns, each with its protocol version where that is another than of the column before."""
    found = [_head(subject, visit, now) for visit in visits]
    before = ""
    for head in found:
        dated = head["version"] if head["planned_on"] else ""  # of a visit without a day nobody knows it yet
        head["begins"] = dated if before and dated not in ("", before) else ""
        before = dated or before
    return found


def _window(visit: Visit) -> str:
    return f"{visit.window_from} – {visit.window_to}" if visit.window_from else ""


def _head(subject: Subject, visit: Visit, now: datetime) -> dict[str, Any]:
    today = subjects.today(subject.site, now)
    window = _window(visit) or visit.why
    on = visit.actual_on or visit.planned_on
    return {
        "code": visit.code, "label": schedule.label(visit.code), "day": subjects.study_day(subject, on), "planned_on": on,
        "window": window, "today": on == today, "url": reverse("visit", args=[subject.code, visit.code]),
        "version": versions.of_visit(visit, subject, day=None, today=today),
    }  # fmt: skip


def _facts(book: Casebook, entries: list[Entry], now: datetime) -> list[tuple[str, Any]]:
    subject = book.subject
    person, sex = next(iter(book.rows("demographics")), None), form_named("demographics").declared.items["sex"]
    level = protocol.dose_level(subject.dose_level)
    infused = subjects.infused_on(subject)
    return [
        (__("Sex"), person and sex.in_words(person.sex)),
        (__("Age at screening"), person and person.birth_year and int(subject.screened_on.year - person.birth_year)),
        (__("Dose level"), level and level.label),
        (__("Infused on"), infused and f"{infused:%Y-%m-%d}"),
        (__("Study day"), subjects.study_day(subject, subjects.today(subject.site, now))),
        (__("Best response"), _response(book)),
        (__("Highest CRS grade"), _highest(book, "CRS")),
        (__("Highest ICANS grade"), _highest(book, "ICANS")),
        (__("Open queries"), sum(entry.queries for entry in entries)),
        (__("Unsigned forms"), _unsigned(subject, entries)),
    ]


def _unsigned(subject: Subject, entries: list[Entry]) -> SafeString | int:
    """How many forms wait for a signature, which opens the page that lists them."""
    count = sum(entry.unsigned for entry in entries)
    return format_html('<a href="{}">{}</a>', reverse("sign", args=[subject.code]), count) if count else 0


def _sign_url(request: Request, subject: Subject, entries: list[Entry], visit: Visit | None = None) -> str:
    """Where who may sign does so; blank where nothing of this waits for a signature."""
    if not roles.may(request.user, "sign", subject.site) or not any(entry.unsigned for entry in entries):
        return ""
    return reverse("sign", args=[subject.code]) + (f"?visit={visit.code}" if visit else "")


def _response(book: Casebook) -> SafeString:
    """The best response so far, which opens the page that explains it."""
    best = best_response(book.made(MYELOMA))
    return format_html('<a href="{}">{}</a>', reverse("response", args=[book.subject.code]), best or "–")


def _highest(book: Casebook, kind: str) -> int | None:
    """The worst grade of a toxicity since the infusion; None = no assessment could be judged."""
    highest: int | None = book.made(episodes.EPISODES[kind]).maximum
    return highest


def _episodes(request: Request, book: Casebook) -> list[dict[str, Any]]:
    """A card for each episode of CRS and ICANS."""
    subject = book.subject
    may_log = roles.may(request.user, "enter", subject.site) and subject.status not in ENDED
    found = episodes.of_book(book)
    events = book.rows("adverse_event") if found else []
    return [episodes.card(one, subject, events, may_log=may_log) for one in found]


def _logs(subject: Subject, entries: list[Entry]) -> list[dict[str, Any]]:
    """Every log with how many entries it has, and the most urgent state among those that want something."""
    found = []
    for form in logs.logs():
        states = [entry.state for entry in entries if entry.form is form]
        wanted = min((s for s in states if s in ("queried", "draft")), key=STATES.index, default="")
        url = log_address(subject, form)
        found.append({"label": form.declared.title, "count": len(states), "state": wanted, "url": url})
    return found


def _actions(request: Request, subject: Subject, entries: list[Entry]) -> list[dict[str, str]]:
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
    if url := _sign_url(request, subject, entries):
        found.append({"label": __("Sign"), "url": url, "icon": "vector-pen"})
    return found
