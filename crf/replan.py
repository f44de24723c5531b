"""Before another infusion day moves the visits, its page says which: old and new day of each, and those that stay."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from crf import entry
from crf.form_parts import crumbs_of
from crf.place import Place
from trial import schedule, subjects
from trial.request import Request


def preview(
    request: Request, place: Place, data: QueryDict, *, carried: list[tuple[str, str]], here: str
) -> HttpResponse | None:
    """The page that asks before visits move; None where none would, where it was asked, and for a page with errors.

    What was confirmed is the very time that was shown: typed otherwise afterwards, it is asked again.
    """
    item = place.form.anchors
    if not item or place.subject.infused_at is None:
        return None
    page = entry.blank_page(place, by=request.user, data=data)
    at = page.cleaned_data.get(item) if page.is_valid() else None
    if at is None or at == place.subject.infused_at or data.get("_moved") == at.isoformat():
        return None
    found = subjects.moves(place.subject, at)
    if not found:
        return None
    context: dict[str, Any] = {
        "subject": place.subject, "form_label": place.form.declared.title, "carried": carried, "moved": at.isoformat(),
        "reason_choice": data.get("reason_choice", ""), "reason_text": data.get("reason_text", ""),
        "before": place.subject.infused_at, "after": at, "back_url": here, "crumbs": crumbs_of(place, here),
        "moves": [{"label": schedule.label(m.visit.code), "before": m.before, "after": m.after} for m in found if not m.filled],
        "stay": [
            {"label": schedule.label(m.visit.code), "on": m.visit.actual_on, "outside": m.outside} for m in found if m.filled
        ],
    }  # fmt: skip
    return render(request, "crf/replan.html", context)
