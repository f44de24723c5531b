"""The entry page of every form: open, save a draft, check, submit, add a row; the live verdict; the history."""

from __future__ import annotations

from datetime import datetime
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

from crf import codelists, drafts, entry, logs, words
from crf.conflict import conflict_page, resolved
from crf.declare.form import Crf, form_named
from crf.form_parts import actions, crumbs_of, judged, log_address, queries_of
from crf.ledger import NEW, address, place_label
from crf.page import PageForm
from crf.sent import with_grids
from crf.subject_views import subject_or_404
from crf.workflow import Query
from trial import audit, roles, schedule, subjects
from trial.request import Request

OWN = (
    "_save",
    "_draft",
    "_check",
    "_add_row",
    "_version",
    "_opened",
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
    if not issubclass(form, Crf):
        return _log_place_or_404(entry.Place(form, subject, None, occurrence), visit_code)
    visit = get_object_or_404(subject.visits, code=visit_code)
    visit.subject, visit.site = subject, subject.site
    if not schedule.admits(visit.code, form.declared.name) or (occurrence != 1 and not form.declared.repeats):
        raise Http404
    if occurrence < 1:
        raise Http404
    return entry.Place(form, subject, visit, occurrence)


def _log_place_or_404(place: entry.Place, folder: str) -> entry.Place:
    """An entry that is there ("log"), or the one that is being added ("logs"): no number can be opened before it is taken."""
    if folder != ("logs" if place.occurrence == NEW else "log") or (place.occurrence != NEW and not logs.exists(place)):
        raise Http404
    return place


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
    if "_discard" in data:
        return _discard_draft(request, place)
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
        with logs.numbered(place) as there:
            opened = _opened(request) if place.occurrence == NEW else None
            again = logs.draft_twice(place, values, by=request.user, since=opened) if opened else None
            saved = again or drafts.save(
                there.form.declared.name,
                there.subject,
                there.visit,
                there.occurrence,
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
    return redirect(address(place.form, place.subject, place.visit, saved.occurrence))


def _discard_draft(request: Request, place: entry.Place) -> HttpResponse:
    """A draft begun by mistake goes; the audit trail keeps what it held. An entry of a log goes with it."""
    with audit.acting(request.user):
        drafts.discard(place.form.declared.name, place.subject, place.visit, place.occurrence)
    messages.success(request, __("The draft is discarded."))
    if place.visit is None and place.row() is None:
        return redirect(log_address(place.subject, place.form))
    return redirect(address(place.form, place.subject, place.visit, place.occurrence))


def _opened(request: Request) -> datetime | None:
    """When the page of a new log entry was opened, as the page itself says; None on every other page."""
    try:
        at = datetime.fromisoformat(request.POST.get("_opened", ""))
    except ValueError:
        return None
    return at if at.tzinfo else None


def reason_of(data: QueryDict) -> str:
    """The reason chosen or written; the written one adds to the chosen. PostgreSQL takes no NUL in a text."""
    chosen, written = (data.get(name, "").replace("\0", "").strip()[:500] for name in ("reason_choice", "reason_text"))
    if chosen == codelists.ChangeReason.OTHER or not chosen:
        return written
    return f"{chosen}: {written}" if written else chosen


def _submit(request: Request, place: entry.Place, data: QueryDict, based_on: int) -> HttpResponse:
    here = address(place.form, place.subject, place.visit, place.occurrence)
    try:
        with logs.numbered(place) as there:
            if again := _sent_twice(request, place, data):
                messages.info(request, __("This was saved already, as entry %(n)d.") % {"n": again.occurrence})
                return redirect(address(place.form, place.subject, None, again.occurrence))
            outcome = entry.submit(
                there.form, subject=there.subject, visit=there.visit, occurrence=there.occurrence, data=data,
                by=request.user, reason=reason_of(data), based_on=based_on,
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
    elif there != place:
        messages.success(request, __("Saved as entry %(n)d.") % {"n": there.occurrence})
    else:
        messages.success(request, __("Saved."))
    return redirect(address(there.form, there.subject, there.visit, there.occurrence))


def _sent_twice(request: Request, place: entry.Place, data: QueryDict) -> Any:
    """The entry that an earlier press of the button made of this page, or None."""
    opened = _opened(request) if place.occurrence == NEW else None
    if opened is None:
        return None
    return logs.sent_twice(place, entry.blank_page(place, by=request.user, data=data), by=request.user, since=opened)


def _render(
    request: Request, place: entry.Place, page: PageForm, *, based_on: int, checked: bool = False, status: int = 200,
    reason_missing: bool = False, saved: str = "", draft: bool = False,
) -> HttpResponse:  # fmt: skip
    row = place.row()
    may_enter = roles.may(request.user, "enter", place.subject.site)
    queries = queries_of(place, row)
    state = "draft" if draft else ("queried" if queries else ("complete" if row else "expected"))
    if place.occurrence == NEW:
        state = ""  # nobody expects it
    verdicts, failing = judged(place, page, row)
    errors = page.error_list() if checked else []
    here = address(place.form, place.subject, place.visit, place.occurrence)
    reason_error = __("Please choose or write a reason: the form is complete, and its history must say why it changed.")
    context: dict[str, Any] = {
        "form": page, "verdicts": verdicts, "checks": failing if checked or row else [c for c in failing if c.hard],
        "page": {
            "subject": place.subject, "visit": {"label": place_label(place.visit, place.occurrence)}, "state": state,
            "form_label": place.form.declared.title, "version": based_on, "saved_text": saved, "draft": draft,
            "opened": (_opened(request) or timezone.now()).isoformat() if place.occurrence == NEW else "",
        },
        "error_summary": errors + ([{"label": __("Reason"), "text": reason_error, "anchor": "item-reason"}] if reason_missing else []),
        "queries": queries, "history_url": here + "history/" if row else "",
        "verdict_url": here + "verdict/" if place.form.declared.derived or place.form.declared.checks else "",
        "needs_reason": row is not None, "reasons": codelists.ChangeReason.choices, "read_only": not may_enter,
        "reason_choice": request.POST.get("reason_choice", ""), "reason_text": request.POST.get("reason_text", ""),
        "reason_error": reason_error if reason_missing else "", "actions": actions(place, row, may_enter),
        "crumbs": crumbs_of(place, here),
        "response_url": _response_url(place),
    }  # fmt: skip
    if not may_enter:
        page.read_only()
    return render(request, "crf/form.html", context, status=status)


def _response_url(place: entry.Place) -> str:
    """The page of the subject's response, where this form has a part in it."""
    part = any(derived.whole is not None for derived in place.form.declared.derived.values())
    return reverse("response", args=[place.subject.code]) if part else ""


@require_POST
def verdict(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """The live verdict of what is being typed; nothing is stored."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "enter", place.subject.site)
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        page = entry.blank_page(place, by=request.user, data=request.POST, complete=False)
        page.is_valid()
        verdicts, checks = judged(place, page, place.row())
        return render(request, "crf/_verdict.html", {"verdicts": verdicts, "checks": checks})


@require_GET
def history(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """Every change of a form: item, old, new, who, when, why."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "read", place.subject.site)
    row = place.row()
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        here = address(place.form, place.subject, place.visit, place.occurrence)
        label = place_label(place.visit, place.occurrence)
        context = {
            "changes": words.history(row) if row else [], "form_url": here,
            "page": {"subject": place.subject, "visit": {"label": label}, "form_label": place.form.declared.title},
            "crumbs": crumbs_of(place, here, (__("History"), "")),
        }  # fmt: skip
        return render(request, "crf/history.html", context)
