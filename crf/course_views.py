"""The course of a subject: the whole story on one axis of time, every point a link to the form that says it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from crf.course.story import story
from crf.subject_views import crumbs, subject_or_404
from trial import protocol, roles, subjects
from trial.request import Request


def course_page(request: Request, code: str) -> HttpResponse:
    """Every lane of one subject, derived at this moment from its forms."""
    subject = subject_or_404(code)
    roles.permit(request.user, "read", subject.site)
    found = story(subject, today=subjects.today(subject.site, timezone.now()))
    dose = protocol.dose_level(subject.dose_level)
    context = {
        "subject": subject, "infused_on": found.infused_on, "dose": dose and dose.label, "axis": found.axis,
        "ticks": list(found.axis.ticks()), "lanes": found.lanes, "crumbs": crumbs(subject, (pgettext("of a subject", "Course"), "")),
        "casebook_url": reverse("casebook", args=[code]), "response_url": reverse("response", args=[code]),
    }  # fmt: skip
    return render(request, "crf/course.html", context)
