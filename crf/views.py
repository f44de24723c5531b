"""The entry page of every form: open, save a draft, check, submit, add a row; the live verdict; the history."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.views.decorators.http import require_GET, require_POST

from crf import (
    codelists,
    draft_views,
    drafts,
    entry,
    episodes,
    logs,
    moved,
    prefill,
    replan,
    retired,
    signed,
    way,
    words,
)
from crf.conflict import conflict_page, resolved, stored_as_typed
from crf.declare.form import MOVED, Entered
from crf.drafted import OWN, anothers, as_posted, banner, known, number, opened, seen_of, shown_revision
from crf.form_parts import actions, crumbs_of, judged, mark_of, queries_of, state_of
from crf.given_up import given_up
from crf.ledger import NEW, address, place_label
from crf.myeloma import MYELOMA
from crf.page import PageForm
from crf.places import place_or_404
from crf.sent import with_grids
from crf.workflow import Query
from trial import away, delegation, protocol, roles, subjects
from trial.request import Request


def form_page(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """One form of one visit of one subject."""
    place = place_or_404(code, visit_code, slug, occurrence, taken=request.method == "POST")
    roles.permit(request.user, "read", place.subject.site)
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        if request.method == "POST":
            roles.permit(request.user, "enter", place.subject.site)
            if anothers(request):
                return away.somebody_else(request)
            return _post(request, place)
        return _get(request, place)


def _get(request: Request, place: entry.Place) -> HttpResponse:
    row, saved = place.row(), ""
    if row is not None:
        place = entry.Place.of(row, place.subject)  # when it came in, and so its version, is known by now
    data: Any = None
    based_on = row.version if row else 0
    draft = drafts.find(place.form.declared.name, place.subject, place.visit, place.occurrence)
    if row is None and draft is None and place.visit is None and place.occurrence != NEW:
        raise Http404
    if draft is not None and not roles.may(request.user, "enter", place.subject.site):
        draft = None
    if draft is not None:
        data, based_on = with_grids(as_posted(draft.values), place.form), draft.based_on
    elif (one := episodes.asked_for(place, request.GET)) is not None:
        data = episodes.typed_event(one)
        saved = __("Filled in from the daily assessments: please check and complete it.")
    elif row is None and (known_of := prefill.asked_for(place, request.GET)) is not None:
        data = known_of
        saved = __(
            "Filled in from the former screening: please check each value against the source. Nothing is saved yet."
        )
    page = entry.blank_page(place, by=request.user, data=data, complete=False, row=row)
    if data is not None:
        page.is_valid()
    return _render(request, place, page, based_on=based_on, saved=saved, draft=draft, typed=data, row=row)


def _post(request: Request, place: entry.Place) -> HttpResponse:
    data: QueryDict = request.POST
    based_on = number(data.get("_version"))
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
        return draft_views.discard(request, place)
    if "_compare" in data:
        return draft_views.compare(request, place, based_on)
    if data.get("_resolve") == "draft":
        return draft_views.resolve(request, place, based_on)
    if "_draft" in data:
        return draft_views.keep(request, place, based_on) or _too_long(request, place, based_on)
    if "_resolve" in data:
        data = resolved(place, data, stored_as_typed(place, by=request.user), by=request.user, version=based_on)
    return _submit(request, place, data, based_on)


def _too_long(request: Request, place: entry.Place, based_on: int) -> HttpResponse:
    page = entry.blank_page(place, by=request.user, data=request.POST, complete=False)
    page.is_valid()
    return _render(request, place, page, based_on=based_on, status=422)


def _one_more(data: QueryDict, grid: str) -> QueryDict:
    """The same page with one more row in a grid, for those without scripts."""
    data = data.copy()
    data[f"{grid}-TOTAL_FORMS"] = str(number(data.get(f"{grid}-TOTAL_FORMS")) + 1)
    return data


def reason_of(data: QueryDict) -> str:
    """The reason chosen or written; the written one adds to the chosen. PostgreSQL takes no NUL in a text."""
    chosen, written = (data.get(name, "").replace("\0", "").strip()[:500] for name in ("reason_choice", "reason_text"))
    if chosen == codelists.ChangeReason.OTHER or not chosen:
        return written
    return f"{chosen}: {written}" if written else chosen


def _submit(request: Request, place: entry.Place, data: QueryDict, based_on: int) -> HttpResponse:
    here = address(place.form, place.subject, place.visit, place.occurrence)
    if preview := replan.preview(request, place, data, carried=_carried(data, but=("_version",)), here=here):
        return preview
    try:
        with logs.numbered(place, page=seen_of(data).page) as there:
            if again := _sent_twice(request, place, data):
                messages.info(request, __("This was saved already, as entry %(n)d.") % {"n": again.occurrence})
                return redirect(address(place.form, place.subject, None, again.occurrence))
            begun = None
            now = timezone.now()
            if not delegation.may_fill(request.user, place.form.declared.name, place.subject.site, now=now):
                begun = drafts.find(there.form.declared.name, there.subject, there.visit, there.occurrence)
            outcome = entry.submit(
                there.form, subject=there.subject, visit=there.visit, occurrence=there.occurrence, data=data,
                by=request.user, reason=reason_of(data), based_on=based_on, draft=known(data),
            )  # fmt: skip
            draft_views.leave_for_investigator(there, begun, outcome.row, by=request.user)
    except entry.Conflict as conflict:
        return conflict_page(request, place, conflict, data=data, here=here)
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
    if outcome.unkept:
        items = place.form.declared.items
        names = " · ".join(str(items[name].about.label) for name in outcome.unkept)
        messages.warning(
            request, __("Not saved, because the answers given do not ask for it: %(items)s.") % {"items": names}
        )
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


def _carried(data: QueryDict, *, but: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """What was typed, for a page in between to send on."""
    return [(k, v) for k, vs in data.lists() if k not in (*OWN, "reason_choice", "reason_text") or k in but for v in vs]


def _sent_twice(request: Request, place: entry.Place, data: QueryDict) -> Any:
    """The entry that an earlier press of the button made of this page, or None."""
    since = opened(request.POST) if place.occurrence == NEW else None
    if since is None:
        return None
    return logs.sent_twice(place, entry.blank_page(place, by=request.user, data=data), by=request.user, since=since)


def _render(
    request: Request, place: entry.Place, page: PageForm, *, based_on: int, checked: bool = False, status: int = 200,
    reason_missing: bool = False, saved: str = "", draft: drafts.Draft | None = None, typed: QueryDict | None = None,
    row: Any = ...,
) -> HttpResponse:  # fmt: skip
    row = place.row() if row is ... else row
    if typed is None:
        typed = request.POST
    may_enter = roles.may(request.user, "enter", place.subject.site)
    queries = queries_of(place, row)
    done = row is not None and row.status == Entered.Status.COMPLETE
    signatures = signed.of_rows([row])[0] if row is not None else []
    state = state_of(place, row, draft=draft is not None, queried=bool(queries), signed=signed.is_current(signatures))
    withdrawn = place.visit is None and row is not None and not done
    told = judged(place, page, row, may_enter=may_enter)
    failing = told["failing"]
    page.retired = retired.of_page(page, row)
    errors = page.error_list() if checked else []
    here = address(place.form, place.subject, place.visit, place.occurrence)
    reason_error = __("Please choose or write a reason: the form is complete, and its history must say why it changed.")
    context: dict[str, Any] = {
        **told, "form": page, "checks": failing if checked or row else [c for c in failing if c["hard"]],
        "page": {
            "subject": place.subject, "visit": {"label": place_label(place.visit, place.occurrence)}, "state": state,
            "form_label": place.form.declared.title, "chapter": place.form.declared.protocol_chapter,
            "version": based_on, "person": request.user.pk, "saved_text": saved,
            "protocol": page.version if len(protocol.VERSIONS) > 1 else "",
            "opened": (opened(request.POST) or timezone.now()).isoformat() if place.occurrence == NEW else "",
            "seen": draft.revision if draft else _still_seen(request, place),
        },
        "draft": banner(page, draft, row) if draft else None, "print_url": here + "print/",
        "draft_url": here + "draft/" if may_enter and not withdrawn else "",
        "again_url": address(place.form, place.subject, None, NEW) + "draft/" if place.visit is None else "",
        "error_summary": errors + ([{"label": __("Reason"), "text": reason_error, "anchor": "item-reason"}] if reason_missing else []),
        "queries": queries, "history_url": here + "history/" if row else "", "mark": mark_of(place, row, here, may_enter and draft is None),
        "verdict_url": here + "verdict/" if place.form.declared.derived or place.form.declared.checks else "",
        "needs_reason": done, "reasons": codelists.ChangeReason.choices, "read_only": not may_enter or withdrawn,
        "reason_choice": typed.get("reason_choice", ""), "reason_text": typed.get("reason_text", ""),
        "reason_error": reason_error if reason_missing else "", "actions": actions(place, row, may_enter),
        "crumbs": crumbs_of(place, here),
        "prefill": prefill.offer(place, row) if may_enter and not page.is_bound else {},
        "response_url": _response_url(place), "moves": moved.moves_of(row) if row and MOVED in row.missing else [],
        "signatures": signatures, "sign_url": signed.sign_url(row, signatures, by=request.user),
        "way": way.steps(place) if place.occurrence != NEW else {}, "way_url": here + "go/",
    }  # fmt: skip
    if not may_enter or withdrawn:
        page.read_only()
    return render(request, "crf/form.html", context, status=status)


def _still_seen(request: Request, place: entry.Place) -> int:
    """The revision of the draft that a page shown again goes on from; 0 for a page that was opened without one."""
    if request.method != "POST":
        return 0
    draft = drafts.find(place.form.declared.name, place.subject, place.visit, place.occurrence)
    return shown_revision(request.POST, draft)


def _response_url(place: entry.Place) -> str:
    """The page of the subject's response, where this form has a part in it."""
    part = any(derived.whole is MYELOMA for derived in place.form.declared.derived.values())
    return reverse("response", args=[place.subject.code]) if part else ""


@require_POST
def verdict(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """The live verdict of what is being typed; nothing is stored."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "enter", place.subject.site)
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        page = entry.blank_page(place, by=request.user, data=request.POST, complete=False)
        page.is_valid()
        told = judged(place, page, place.row(), may_enter=True)
        context = {**told, "checks": told["failing"], "converted": page.converted(), "dates": page.said_back()}
        context["known"] = page.known_elsewhere()
        return render(request, "crf/_verdict.html", context)


@require_GET
def go(request: Request, code: str, visit_code: str, slug: str, step: str, occurrence: int = 1) -> HttpResponse:
    """To the form beside this one; where there is none, to the visit or the log, which says so."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "read", place.subject.site)
    if step not in way.steps(place):
        raise Http404
    if (found := way.beside(place, step, now=timezone.now())) is not None:
        return redirect(found.url)
    messages.info(request, way.steps(place)[step].ends)
    if place.visit is None:
        return redirect("log", code, slug)
    return redirect("visit", code, visit_code)


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
            "changes": words.history(row) if row else [], "form_url": here, "moves": moved.moves_of(row) if row else [],
            "given_up": given_up(place),
            "page": {"subject": place.subject, "visit": {"label": label}, "form_label": place.form.declared.title},
            "crumbs": crumbs_of(place, here, (__("History"), "")),
        }  # fmt: skip
        return render(request, "crf/history.html", context)
