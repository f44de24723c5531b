"""Pages made for paper: one form with its values, the same form blank, everything of a visit, and a whole casebook."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.views.decorators.http import require_GET

from crf import prints, review
from crf.ledger import address, place_label
from crf.subject_views import subject_or_404
from crf.views import place_or_404
from trial import roles, schedule
from trial.models import Subject
from trial.request import Request


@require_GET
def form_print(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """A form on paper; blank where nothing was submitted, or where a blank one is asked for."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "read", place.subject.site)
    here = address(place.form, place.subject, place.visit, place.occurrence)
    row = None if "blank" in request.GET else place.row()
    whole = review.whole(place.form, row.pk) if row is not None else None
    pages: dict[str, Any] = {"title": place.form.declared.title, "where": place_label(place.visit, place.occurrence)}
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        if whole is None:
            pages["blank"] = prints.blank(place.form, place.version)
        else:
            pages["forms"] = prints.filled([whole])
            pages["blank_url"] = "?blank=1"
        return _paper(request, place.subject, back=here, **pages)


@require_GET
def visit_print(request: Request, code: str, visit_code: str) -> HttpResponse:
    """Every form that was submitted at a visit, one after the other."""
    subject = subject_or_404(code)
    roles.permit(request.user, "read", subject.site)
    visit = get_object_or_404(subject.visits, code=visit_code)
    label = schedule.label(visit.code)
    with timezone.override(ZoneInfo(subject.site.timezone)):
        forms = prints.filled(prints.at_visit(visit))
        return _paper(request, subject, back=f"/subjects/{code}/{visit_code}/", title=label, where=label, forms=forms)


@require_GET
def casebook_print(request: Request, code: str) -> HttpResponse:
    """Every form that was submitted of a subject, visit after visit, then the logs."""
    subject = subject_or_404(code)
    roles.permit(request.user, "read", subject.site)
    with timezone.override(ZoneInfo(subject.site.timezone)):
        forms = prints.filled(prints.of_subject(subject))
        title = __("Casebook")
        return _paper(request, subject, back=reverse("casebook", args=[code]), title=title, where=title, forms=forms)


def _paper(request: Request, subject: Subject, **page: Any) -> HttpResponse:
    context = {"subject": subject, "site": subject.site, "printed_at": timezone.now(), "by": request.user, **page}
    return render(request, "crf/print.html", context)
