"""The response of a subject: what is measurable, every assessment with its reasons, and what follows for time."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as __

from crf.casebook import Casebook
from crf.declare.form import form_named
from crf.ledger import address
from crf.myeloma import MYELOMA
from crf.response_figure import figure
from crf.response_head import head, routes
from crf.response_rows import ABOUT, lines
from crf.subject_views import crumbs, subject_or_404
from crf.verdicts import said
from trial import roles, schedule, subjects
from trial.models import Visit
from trial.request import Request
from trial.rules.imwg_options import PAPER
from trial.rules.myeloma import Followed

# What the response needs from before the infusion, and the item that dates it.
BASELINE = {
    "myeloma_history": "assessed_on",
    **{name: on for name, on in ABOUT.items() if name != "response_assessment"},
}


def response_page(request: Request, code: str) -> HttpResponse:
    """The whole response of one subject, derived at this moment from its forms."""
    subject = subject_or_404(code)
    roles.permit(request.user, "read", subject.site)
    casebook = Casebook(subject)
    followed: Followed | None = casebook.made(MYELOMA)
    context: dict[str, Any] = {
        "subject": subject, "infused_on": subjects.infused_on(subject), "paper": PAPER, "crumbs": crumbs(subject, (__("Response"), "")),
        "casebook_url": reverse("casebook", args=[subject.code]), "course_url": reverse("course", args=[subject.code]),
    }  # fmt: skip
    if followed is not None:
        rows, strays = lines(casebook, followed)
        context |= {
            "head": head(followed), "measurable": said(followed.response.measurable), "routes": list(routes(followed)),
            "lines": rows, "strays": strays, "assessments": len(rows) - 1, "figure": figure(followed),
        }  # fmt: skip
    if followed is None or not followed.response.assessments:
        context |= _awaited(casebook, followed)
    return render(request, "crf/response.html", context)


def _awaited(casebook: Casebook, followed: Followed | None) -> dict[str, Any]:
    """What the response still needs: the forms of the baseline, and the visit of the first assessment."""
    subject = casebook.subject
    visits = {visit.code: visit for visit in subject.visits.all()}
    screening, planned = visits.get("screening"), _first(list(visits.values()))
    baseline = [
        {
            "label": form_named(name).declared.title,
            "on": max((getattr(row, item) for row in casebook.rows(name)), default=None),
            "url": address(form_named(name), subject, screening) if screening else "",
        }
        for name, item in BASELINE.items()
    ]
    return {
        "baseline": baseline, "first_visit": schedule.label(planned.code) if planned else "",
        "first_on": planned.planned_on if planned and followed else None,
    }  # fmt: skip


def _first(visits: list[Visit]) -> Visit | None:
    """The first visit at which a response is assessed."""
    due = [visit for visit in visits if visit.code in schedule.ACTIVITIES["response_assessment"]]
    return min(due, key=lambda visit: schedule.position(visit.code), default=None)
