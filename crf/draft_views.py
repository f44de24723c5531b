"""What a page does with a draft: saved after each item by itself, or by a button; compared; discarded."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as __
from django.views.decorators.http import require_POST

from crf import drafts, entry, logs
from crf.conflict import draft_conflict_page, resolved, stored_as_typed
from crf.drafted import anothers, clock, known, number, of_investigator, opened, seen_of, typed_values
from crf.form_parts import log_address
from crf.ledger import NEW, address, place_label
from crf.places import place_or_404
from crf.sent import with_grids
from trial import audit, roles
from trial.models import User
from trial.request import Request


@require_POST
def autosave(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """Keeps what an open page holds. Answers in JSON; `state` says what came of it:

    saved (revision, at, address of the entry, behind: the form was submitted anew since), too_long, other (who and when
    saved this draft from another page; nothing was written), person (the page was opened by somebody else).
    """
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "enter", place.subject.site)
    if anothers(request):
        return JsonResponse({"state": "person"}, status=409)
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        based_on = number(request.POST.get("_version"))
        try:
            there, draft = _keep(request, place, based_on)
        except ValidationError as error:
            return JsonResponse({"state": "too_long", "text": error.messages[0]}, status=422)
        except drafts.Other as other:
            who, at = str(other.draft.saved_by), clock(other.draft)
            return JsonResponse({"state": "other", "who": who, "at": at}, status=409)
        row = there.row()
        return JsonResponse(
            {
                "state": "saved", "revision": draft.revision, "at": clock(draft),
                "address": address(there.form, there.subject, there.visit, there.occurrence),
                "label": place_label(there.visit, there.occurrence),
                "behind": (row.version if row else 0) != based_on,
            }
        )  # fmt: skip


def _keep(request: Request, place: entry.Place, based_on: int) -> tuple[entry.Place, drafts.Draft]:
    """Saves what was sent as the draft of the place; an entry of a log gets its number now."""
    seen = seen_of(request.POST)
    with logs.numbered(place, page=seen.page) as there:
        name = there.form.declared.name
        before = drafts.find(name, there.subject, there.visit, there.occurrence)
        values = typed_values(request.POST, there, by=request.user, draft=before)
        since = opened(request.POST) if place.occurrence == NEW else None
        again = logs.draft_twice(place, values, by=request.user, since=since) if since else None
        draft = again or drafts.save(
            name, there.subject, there.visit, there.occurrence,
            values=values, based_on=based_on, by=request.user, seen=known(request.POST),
        )  # fmt: skip
    return (there if again is None else entry.Place(place.form, place.subject, None, again.occurrence)), draft


def keep(request: Request, place: entry.Place, based_on: int) -> HttpResponse | None:
    """Save draft, by its button; None where it is too long, and the page has to say so."""
    try:
        there, _draft = _keep(request, place, based_on)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return None
    except drafts.Other:
        return compare(request, place, based_on)
    messages.success(request, __("The draft is saved. It opens here again on any machine."))
    return redirect(address(there.form, there.subject, there.visit, there.occurrence))


def compare(request: Request, place: entry.Place, based_on: int) -> HttpResponse:
    """Mine and what the draft holds meanwhile, item by item; where it is gone, mine becomes the draft."""
    here = address(place.form, place.subject, place.visit, place.occurrence)
    draft = drafts.find(place.form.declared.name, place.subject, place.visit, place.occurrence)
    if draft is None or seen_of(request.POST).covers(draft):
        return keep(request, place, based_on) or redirect(here)
    return draft_conflict_page(request, place, draft, here=here, based_on=based_on)


def resolve(request: Request, place: entry.Place, based_on: int) -> HttpResponse:
    """What was chosen becomes the draft; what was not is kept in the audit trail."""
    here = address(place.form, place.subject, place.visit, place.occurrence)
    draft = drafts.find(place.form.declared.name, place.subject, place.visit, place.occurrence)
    if draft is not None and draft.revision != seen_of(request.POST).revision:
        return draft_conflict_page(request, place, draft, here=here, based_on=based_on)
    theirs: dict[str, Any] = draft.values if draft else {}
    with audit.acting(request.user):
        data = with_grids(request.POST, place.form)
        if draft is not None:
            data = resolved(place, data, theirs, by=request.user, version=based_on)
            based_on = min(based_on, draft.based_on)  # what either has not seen is asked when it is submitted
        values = typed_values(data, place, by=request.user, draft=draft)
        drafts.save(
            place.form.declared.name, place.subject, place.visit, place.occurrence,
            values=values, based_on=based_on, by=request.user,
        )  # fmt: skip
    messages.success(request, __("The draft is saved with the values that you chose."))
    return redirect(here)


def leave_for_investigator(place: entry.Place, draft: drafts.Draft | None, row: Any, *, by: User) -> None:
    """What the investigator had begun in a draft goes on as one, when somebody who does not judge submits the rest."""
    begun = of_investigator(place, draft)
    name = place.form.declared.name
    if not any(text for texts in begun.values() for text in texts):
        return
    if drafts.find(name, place.subject, place.visit, place.occurrence) is None:
        values = {**stored_as_typed(place, by=by), **begun}
        drafts.save(name, place.subject, place.visit, place.occurrence, values=values, based_on=row.version, by=by)


def discard(request: Request, place: entry.Place) -> HttpResponse:
    """A draft begun by mistake goes; the audit trail keeps what it held. An entry of a log goes with it."""
    here = address(place.form, place.subject, place.visit, place.occurrence)
    with audit.acting(request.user):
        gone = drafts.discard(
            place.form.declared.name, place.subject, place.visit, place.occurrence, seen=known(request.POST)
        )
    if not gone:
        messages.warning(
            request, __("Somebody saved this draft after you had opened it, so it was kept. Please look at it.")
        )
        return redirect(here)
    messages.success(request, __("The draft is discarded."))
    if place.visit is None and place.row() is None:
        return redirect(log_address(place.subject, place.form))
    return redirect(here)
