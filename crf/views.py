"""The entry page of every form: open, save a draft, check, submit, add a row; the live verdict; the history."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.views.decorators.http import require_GET, require_POST

from crf import codelists, drafts, entry, sheet, words
from crf.conflict import conflict_page, resolved
from crf.declare.form import Crf, form_named
from crf.ledger import address
from crf.page import PageForm, with_grids
from crf.subject_views import crumbs, subject_or_404
from crf.workflow import Query
from trial import roles, schedule, subjects
from trial.request import Request

OWN = (
    "_save",
    "_draft",
    "_check",
    "_add_row",
    "_version",
    "_resolve",
    "csrfmiddlewaretoken",
    "reason_choice",
    "reason_text",
)


def place_or_404(code: str, visit_code: str, slug: str, occurrence: int) -> entry.Place:
    """Where the address points. Whatever does not exist for this reader is a 404."""
    subject = subject_or_404(code)
    try:
        form = form_named(slug)
    except KeyError:
        raise Http404 from None
    visit = None
    if issubclass(form, Crf):
        visit = get_object_or_404(subject.visits, code=visit_code)
        visit.subject, visit.site = subject, subject.site
        if not schedule.admits(visit.code, form.declared.name) or (occurrence > 1 and not form.declared.repeats):
            raise Http404
    elif visit_code != "log":
        raise Http404
    return entry.Place(form, subject, visit, occurrence)


def form_page(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """One form of one visit of one subject."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "read", place.subject.site)
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        if request.method == "POST":
            roles.permit(request.user, "enter", place.subject.site)
            return _post(request, place)
        return _get(request, place)


def _get(request: Request, place: entry.Place) -> HttpResponse:
    row, data, saved = place.row(), None, ""
    based_on = row.version if row else 0
    draft = drafts.find(place.form.declared.name, place.subject, place.visit, place.occurrence)
    if draft is not None and roles.may(request.user, "enter", place.subject.site):
        data, based_on = _query(draft.values), draft.based_on
        saved = __("Draft, saved %(at)s by %(who)s") % {
            "at": f"{timezone.localtime(draft.saved_at):%Y-%m-%d %H:%M}",
            "who": draft.saved_by,
        }
    page = entry.blank_page(place, by=request.user, data=data, complete=False)
    if data is not None:
        page.is_valid()
    return _render(request, place, page, based_on=based_on, saved=saved, draft=draft is not None)


def _query(values: dict[str, list[str]]) -> QueryDict:
    """A draft's raw strings as they were posted."""
    found = QueryDict(mutable=True)
    for name, texts in values.items():
        found.setlist(name, texts)
    return found


def _post(request: Request, place: entry.Place) -> HttpResponse:
    data: QueryDict = request.POST
    based_on = _number(data.get("_version"))
    if "_add_row" in data:
        page = entry.blank_page(
            place, by=request.user, data=_one_more(with_grids(data, place.form), str(data["_add_row"])), complete=False
        )
        page.is_valid()
        return _render(request, place, page, based_on=based_on)
    if "_check" in data:
        page = entry.blank_page(place, by=request.user, data=data)
        page.is_valid()
        return _render(request, place, page, based_on=based_on, checked=True)
    if "_draft" in data:
        return _save_draft(request, place, based_on)
    if "_resolve" in data:
        data = resolved(place, data, by=request.user)
    return _submit(request, place, data, based_on)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 9 else 0


def _one_more(data: QueryDict, grid: str) -> QueryDict:
    """The same page with one more row in a grid, for those without scripts."""
    data = data.copy()
    data[f"{grid}-TOTAL_FORMS"] = str(_number(data.get(f"{grid}-TOTAL_FORMS")) + 1)
    return data


def _save_draft(request: Request, place: entry.Place, based_on: int) -> HttpResponse:
    values = {k: v for k, v in request.POST.lists() if k not in OWN}
    try:
        drafts.save(
            place.form.declared.name,
            place.subject,
            place.visit,
            place.occurrence,
            values=values,
            based_on=based_on,
            by=request.user,
        )
    except ValidationError as error:
        messages.error(request, error.messages[0])
        page = entry.blank_page(place, by=request.user, data=request.POST, complete=False)
        page.is_valid()
        return _render(request, place, page, based_on=based_on, status=422)
    messages.success(request, __("The draft is saved. It opens here again on any machine."))
    return redirect(address(place.form, place.subject, place.visit, place.occurrence))


def reason_of(data: QueryDict) -> str:
    """The reason chosen or written; the written one adds to the chosen. PostgreSQL takes no NUL in a text."""
    chosen, written = (data.get(name, "").replace("\0", "").strip()[:500] for name in ("reason_choice", "reason_text"))
    if chosen == codelists.ChangeReason.OTHER or not chosen:
        return written
    return f"{chosen}: {written}" if written else chosen


def _submit(request: Request, place: entry.Place, data: QueryDict, based_on: int) -> HttpResponse:
    here = address(place.form, place.subject, place.visit, place.occurrence)
    try:
        outcome = entry.submit(
            place.form, subject=place.subject, visit=place.visit, occurrence=place.occurrence, data=data, by=request.user,
            reason=reason_of(data), based_on=based_on,
        )  # fmt: skip
    except entry.Conflict as conflict:
        return conflict_page(
            request, place, conflict, carried=[(k, v) for k, vs in data.lists() if k not in OWN for v in vs], here=here
        )
    except entry.Invalid as invalid:
        return _render(
            request,
            place,
            invalid.page,
            based_on=based_on,
            checked=True,
            status=422,
            reason_missing=invalid.needs_reason,
        )
    except subjects.Refused as refused:
        messages.error(request, str(refused))
        page = entry.blank_page(place, by=request.user, data=data)
        page.is_valid()
        return _render(request, place, page, based_on=based_on, status=422)
    opened = (
        Query.objects.filter(form=place.form.declared.name, form_id=outcome.row.pk)
        .exclude(state=Query.State.CLOSED)
        .count()
    )
    if not outcome.created and not outcome.changed:
        messages.info(request, __("Nothing has changed, so nothing was saved."))
    elif opened:
        messages.warning(request, __("Saved. Open queries on this form: %(n)d. Please read them.") % {"n": opened})
    else:
        messages.success(request, __("Saved."))
    return redirect(here)


def _render(
    request: Request, place: entry.Place, page: PageForm, *, based_on: int, checked: bool = False, status: int = 200,
    reason_missing: bool = False, saved: str = "", draft: bool = False,
) -> HttpResponse:  # fmt: skip
    row = place.row()
    may_enter = roles.may(request.user, "enter", place.subject.site)
    queries = _queries(place, row)
    state = "draft" if draft else ("queried" if queries else ("complete" if row else "expected"))
    verdicts, failing = _judged(place, page, row)
    errors = page.error_list() if checked else []
    visit_label = schedule.label(place.visit.code) if place.visit else ""
    here = address(place.form, place.subject, place.visit, place.occurrence)
    reason_error = __("Please choose or write a reason: the form is complete, and its history must say why it changed.")
    context: dict[str, Any] = {
        "form": page, "verdicts": verdicts, "checks": failing if checked or row else [c for c in failing if c.hard],
        "page": {
            "subject": place.subject, "visit": {"label": visit_label}, "form_label": place.form.declared.title, "state": state,
            "version": based_on, "saved_text": saved,
        },
        "error_summary": errors + ([{"label": __("Reason"), "text": reason_error, "anchor": "item-reason"}] if reason_missing else []),
        "queries": queries, "history_url": here + "history/" if row else "",
        "verdict_url": here + "verdict/" if place.form.declared.derived or place.form.declared.checks else "",
        "needs_reason": row is not None, "reasons": codelists.ChangeReason.choices, "read_only": not may_enter,
        "reason_choice": request.POST.get("reason_choice", ""), "reason_text": request.POST.get("reason_text", ""),
        "reason_error": reason_error if reason_missing else "", "actions": _actions(place, row, may_enter),
        "crumbs": _crumbs(place, here),
    }  # fmt: skip
    if not may_enter:
        page.read_only()
    return render(request, "crf/form.html", context, status=status)


def _crumbs(place: entry.Place, here: str, *more: tuple[str, str]) -> list[dict[str, str]]:
    title = (str(place.form.declared.title), here)
    if place.visit is None:
        return crumbs(place.subject, title, *more)
    visit = (schedule.label(place.visit.code), reverse("visit", args=[place.subject.code, place.visit.code]))
    return crumbs(place.subject, visit, title, *more)


def _judged(place: entry.Place, page: PageForm, row: Any) -> tuple[list[dict[str, Any]], list[Any]]:
    """Verdicts and failing checks of what is on the page, typed or stored."""
    if page.is_bound:
        if not hasattr(page, "cleaned_data"):
            page.is_valid()
        of = entry.candidate(place, page, now=timezone.now(), row=row)
    elif row is not None:
        of = sheet.of_row(row)
    else:
        return [], []
    failing = [c for c in entry.failing(place, of) if c.text]
    return words.verdicts(of), failing


def _queries(place: entry.Place, row: Any) -> list[dict[str, Any]]:
    if row is None:
        return []
    now = timezone.now()
    declared = place.form.declared
    found = Query.objects.filter(form=declared.name, form_id=row.pk).exclude(state=Query.State.CLOSED)
    return [
        {
            "item_label": declared.item(q.item).about.label if q.item else declared.title, "age_text": words.age(q.opened_at, now),
            "state_label": q.get_state_display(), "text": q.sentence, "url": reverse("query", args=[q.pk]),
        }
        for q in found
    ]  # fmt: skip


def _actions(place: entry.Place, row: Any, may_enter: bool) -> list[dict[str, str]]:
    """Another assessment the same visit, where the form repeats."""
    declared = place.form.declared
    if not (row and may_enter and declared.repeats):
        return []
    rows = place.form.objects.filter(subject=place.subject, visit=place.visit)  # type: ignore[attr-defined]
    numbers = sorted(rows.values_list("occurrence", flat=True))
    return [
        *(
            {"label": __("Entry %(n)d") % {"n": n}, "url": address(place.form, place.subject, place.visit, n)}
            for n in numbers
            if n != place.occurrence
        ),
        {
            "label": __("Another this day"),
            "icon": "plus-lg",
            "url": address(place.form, place.subject, place.visit, numbers[-1] + 1),
        },
    ]


@require_POST
def verdict(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """The live verdict of what is being typed; nothing is stored."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "enter", place.subject.site)
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        page = entry.blank_page(place, by=request.user, data=request.POST, complete=False)
        page.is_valid()
        verdicts, checks = _judged(place, page, place.row())
        return render(request, "crf/_verdict.html", {"verdicts": verdicts, "checks": checks})


@require_GET
def history(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """Every change of a form: item, old, new, who, when, why."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "read", place.subject.site)
    row = place.row()
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        here = address(place.form, place.subject, place.visit, place.occurrence)
        label = schedule.label(place.visit.code) if place.visit else ""
        context = {
            "changes": words.history(row) if row else [], "form_url": here,
            "page": {"subject": place.subject, "visit": {"label": label}, "form_label": place.form.declared.title},
            "crumbs": _crumbs(place, here, (__("History"), "")),
        }  # fmt: skip
        return render(request, "crf/history.html", context)
