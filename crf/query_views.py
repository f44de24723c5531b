"""Queries: the list, and one with its thread."""

from __future__ import annotations

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

from crf import words, workflow
from crf.declare.form import form_named
from crf.ledger import address, place_label
from crf.workflow import Query
from trial import roles
from trial.request import Request
from trial.subjects import Refused

PAGE = 50


def query_list(request: Request) -> HttpResponse:
    """Queries of the reader's sites; open ones unless asked otherwise."""
    roles.permit(request.user, "read")
    state = request.GET.get("state", "open")
    found = Query.objects.select_related("subject__site", "visit").order_by("opened_at")
    if state == "open":
        found = found.exclude(state=Query.State.CLOSED)
    elif state in Query.State.values:
        found = found.filter(state=state)
    if site := request.GET.get("site"):
        found = found.filter(site__code=site)
    if q := request.GET.get("q", "").strip():
        found = found.filter(subject__code__icontains=q)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    states = [("open", __("open and answered")), *Query.State.choices, ("all", __("all"))]
    context = {
        "queries": [line(x) for x in page],
        "states": states,
        "state": state,
        "page_obj": page,
        "base_query": query.urlencode(),
    }
    return render(request, "crf/query_list.html", context)


def line(query: Query) -> dict[str, Any]:
    """A query as the list shows it."""
    form = form_named(query.form)
    item = form.declared.item(query.item).about.label if query.item else ""
    return {
        "state": query.state.lower(), "state_label": query.get_state_display(), "subject_code": query.subject.code,
        "visit_label": place_label(query.visit, query.occurrence), "form_label": form.declared.title, "item_label": item,
        "text": query.sentence, "owner": _with(query), "age_text": words.age(query.opened_at, timezone.now()),
        "url": reverse("query", args=[query.pk]), "form_url": address(form, query.subject, query.visit, query.occurrence),
    }  # fmt: skip


def _with(query: Query) -> str:
    """Whose turn it is."""
    return {"OPEN": __("site"), "ANSWERED": __("reviewer")}.get(query.state, "")


class AnswerForm(forms.Form):
    """A sentence for the thread."""

    text = forms.CharField(
        label=_("Text"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What the source says, and what you did."),
    )


def query_page(request: Request, pk: int) -> HttpResponse:
    """One query: what was seen, what was said, and what may be done."""
    query = get_object_or_404(Query.objects.select_related("subject__site", "visit"), pk=pk)
    roles.permit(request.user, "read", query.site_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        deed = (
            workflow.close
            if "_close" in request.POST
            else workflow.reopen
            if "_reopen" in request.POST
            else workflow.answer
        )
        try:
            deed(query, by=request.user, text=form.cleaned_data["text"], now=timezone.now())
        except Refused as refused:
            form.add_error(None, str(refused))
            messages.error(request, str(refused))
        else:
            messages.success(request, __("Saved."))
            return redirect("query", query.pk)
    context = {
        "query": {**line(query), **_values(query)}, "thread": _thread(query), "form": form,
        "may_answer": query.is_open and roles.may(request.user, "answer_query", query.site_id),
        "may_close": query.is_open and roles.may(request.user, "close_query", query.site_id),
        "may_reopen": query.state == Query.State.ANSWERED and roles.may(request.user, "close_query", query.site_id),
    }  # fmt: skip
    return render(request, "crf/query.html", context, status=422 if form.errors else 200)


def _values(query: Query) -> dict[str, str]:
    """The item's value when the query opened, and now."""
    form = form_named(query.form)
    row = form.objects.filter(pk=query.form_id).first()  # type: ignore[attr-defined]
    if row is None or query.item not in form.declared.items:
        return {}
    item = form.declared.items[query.item]
    return {
        "value_then": words.seen_at(row, query.item, query.seen_version),
        "value_now": item.in_words(getattr(row, query.item)),
    }


def _thread(query: Query) -> list[dict[str, Any]]:
    opened = {
        "who": query.opened_by or __("Edit check"),
        "action_label": __("asked"),
        "at": query.opened_at,
        "text": query.sentence,
    }
    said = [
        {"who": m.by or __("Edit check"), "action_label": "", "at": m.at, "text": m.text if m.by_id else __(m.text)}
        for m in query.messages.select_related("by")
    ]
    return [opened, *said]
