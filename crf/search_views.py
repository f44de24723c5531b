"""The page of the top bar's search."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from crf.declare.form import form_named
from crf.ledger import address, place_label
from crf.query_views import line
from crf.search import LIMIT, search
from trial import roles
from trial.models import Subject
from trial.request import Request


def search_page(request: Request) -> HttpResponse:
    """What fits, by kind; a whole subject id goes straight to its casebook."""
    roles.permit(request.user, "read")
    text = request.GET.get("q", "").strip()[:100]
    exact = Subject.objects.filter(site__in=request.scope, code=text).first() if text else None
    if exact:
        return redirect("casebook", exact.code)
    found = search(text, sites=request.scope)
    subjects, forms, queries = list(found.subjects), list(found.forms), list(found.queries)
    context = {
        "text": text, "limit": LIMIT, "any": bool(subjects or forms or queries),
        "found_subjects": [_subject(s) for s in subjects[:LIMIT]], "more_subjects": len(subjects) > LIMIT,
        "found_forms": [_form(f) for f in forms[:LIMIT]], "more_forms": len(forms) > LIMIT,
        "found_queries": [line(q) for q in queries[:LIMIT]], "more_queries": len(queries) > LIMIT,
    }  # fmt: skip
    return render(request, "crf/search.html", context)


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "code": subject.code, "url": reverse("casebook", args=[subject.code]), "site": subject.site.name,
        "status_label": subject.get_status_display(),
    }  # fmt: skip


def _form(row: Any) -> dict[str, Any]:
    form = form_named(row.form)
    return {
        "subject_code": row.subject.code, "place": place_label(row.visit, row.occurrence), "label": form.declared.title,
        "url": address(form, row.subject, row.visit, row.occurrence), "state": "complete" if row.status == "COMPLETE" else "not_done",
    }  # fmt: skip
