"""The pages of a log: every entry of one subject in a row of its own, and the one that is being added."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from crf import logs, views, words
from crf.declare.form import Entered, FormClass, Log, form_named
from crf.drafts import Draft
from crf.form_parts import ENDED
from crf.ledger import NEW, Entry, address, ledger
from crf.subject_views import crumbs, subject_or_404
from trial import roles
from trial.models import Subject
from trial.request import Request

PAGE = 50


def log_page(request: Request, code: str, slug: str) -> HttpResponse:
    """The entries of one log, in the order in which they were added, each with its state and the items that tell it apart."""
    subject = subject_or_404(code)
    form = _log_or_404(slug)
    roles.permit(request.user, "read", subject.site)
    counted = ledger([subject], now=timezone.now(), forms=[form])
    entries = sorted([*counted, *_withdrawn(form, subject)], key=lambda entry: entry.occurrence)
    page = Paginator(entries, PAGE).get_page(request.GET.get("page"))
    may_add = roles.may(request.user, "enter", subject.site) and subject.status not in ENDED
    context = {
        "subject": subject, "title": form.declared.title, "count": len(counted), "page_obj": page,
        "columns": [item.about.label for item in logs.telling(form).values()], "rows": _rows(form, list(page), begun=may_add),
        "add_url": address(form, subject, None, NEW) if may_add else "",
        "crumbs": crumbs(subject, (str(form.declared.title), "")),
    }  # fmt: skip
    return render(request, "crf/log.html", context)


# A browser that goes back must not show the page again as it was sent: saving it would add a second entry.
@never_cache
def add(request: Request, **place: Any) -> HttpResponse:
    """The page of an entry that has no number yet; whoever may not enter has nothing to see here."""
    subject = subject_or_404(place["code"])
    roles.permit(request.user, "enter", subject.site)
    return views.form_page(request, **place)


def _log_or_404(slug: str) -> FormClass:
    try:
        form = form_named(slug)
    except KeyError:
        raise Http404 from None
    if not issubclass(form, Log):
        raise Http404
    return form


def _withdrawn(form: FormClass, subject: Subject) -> list[Entry]:
    """Entries made in error: they stay in sight and are no part of the ledger."""
    rows = form.objects.filter(subject=subject, status=Entered.Status.WITHDRAWN)  # type: ignore[attr-defined]
    return [Entry(form, subject, None, row.occurrence, "withdrawn", form_id=row.pk, status=row.status) for row in rows]


def _rows(form: FormClass, entries: list[Entry], *, begun: bool) -> list[dict[str, Any]]:
    """One row an entry; a draft shows what was typed so far, to those who may go on with it (begun)."""
    stored = form.objects.in_bulk([entry.form_id for entry in entries if entry.form_id])  # type: ignore[attr-defined]
    drafts = {
        draft.occurrence: draft
        for draft in Draft.objects.filter(subject__in={entry.subject.pk for entry in entries}, form=form.declared.name)
    }
    return [
        {
            "state": entry.shown, "number": entry.occurrence, "url": entry.url, "queries": entry.queries,
            "why": words.reason(stored[entry.form_id].why) if entry.form_id else "",
            "values": _cells(
                form,
                logs.values_of(stored[entry.form_id])
                if entry.form_id
                else logs.values_begun(form, drafts[entry.occurrence] if begun else None),
            ),
        }
        for entry in entries
    ]  # fmt: skip


def _cells(form: FormClass, texts: list[str]) -> list[dict[str, Any]]:
    """The texts with what a cell needs to know of its item: the label for a narrow screen; whether a line may break."""
    return [
        {"text": text, "label": item.about.label, "fixed": item.kind not in ("text", "memo")}
        for text, item in zip(texts, logs.telling(form).values(), strict=True)
    ]
