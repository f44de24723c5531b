"""The page that moves a form: where it is, where it can go, what would follow, and the reason."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as __

from crf import codelists, moved, moving
from crf.declare.form import Crf, Entered
from crf.form_parts import crumbs_of
from crf.ledger import address, place_label
from crf.not_done_views import ReasonForm
from crf.place import Place
from crf.places import place_or_404
from crf.subject_views import summary
from trial import roles, subjects
from trial.models import Subject
from trial.request import Request


def move_form(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """Asks for the subject, then the visit, then shows what would follow and asks for the reason."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "enter", place.subject.site)
    row = place.row()
    if row is None or row.status != Entered.Status.COMPLETE:
        raise Http404
    here = address(place.form, place.subject, place.visit, place.occurrence)
    subject = _subject(request, place)
    found = moving.targets(place, subject)
    to = _chosen(request, place, found)
    context: dict[str, Any] = {
        "place": place, "subject": place.subject, "to_subject": subject, "from_label": place_label(place.visit, place.occurrence),
        "title": __("Move this form"), "form_label": place.form.declared.title, "people": _people(request, place),
        "targets": _offered(found, row), "by_visit": issubclass(place.form, Crf), "back_url": here,
        "same_subject": subject.pk == place.subject.pk, "crumbs": crumbs_of(place, here, (__("Move this form"), "")),
    }  # fmt: skip
    with timezone.override(ZoneInfo(place.subject.site.timezone)):
        if to is None:
            return render(request, "crf/move.html", context)
        return _confirm(request, place, to, context)


def _confirm(request: Request, place: Place, to: moving.Target, context: dict[str, Any]) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None, codelists.MoveReason.choices)
    refused = ""
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            new = moving.move(place, to.place, by=request.user, reason=reason, now=timezone.now())
        except subjects.Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, __("Moved. The form stands here now."))
            return redirect(address(place.form, to.place.subject, to.place.visit, new.occurrence))
    try:
        context["preview"] = moved.preview(place, to.place, by=request.user, now=timezone.now())
    except subjects.Refused as error:
        refused = str(error)
    context |= {
        "to": _told(to), "to_label": place_label(to.place.visit, to.place.occurrence), "refused": refused, "form": form,
        "error_summary": summary(form) if form.is_bound else [], "submit_label": __("Move the form"),
    }  # fmt: skip
    return render(request, "crf/move.html", context, status=422 if form.errors else 200)


def _writable(request: Request) -> list[int]:
    return [site.pk for site in roles.sites_where(request.user, "enter", request.sites)]


def _subject(request: Request, place: Place) -> Subject:
    """The subject it goes to: the same one until another is chosen; of a site where the person may not write, there is none."""
    code = request.GET.get("subject", "") or place.subject.code
    everyone = Subject.objects.select_related("site").filter(site__in=_writable(request))
    found = everyone.filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _people(request: Request, place: Place) -> list[dict[str, Any]]:
    """The subjects that may be chosen; an entry of a log stays in no log but another subject's."""
    everyone = Subject.objects.filter(site__in=_writable(request)).order_by("code")
    if not issubclass(place.form, Crf):
        everyone = everyone.exclude(pk=place.subject.pk)
    return [{"code": one.code, "status": one.get_status_display()} for one in everyone]


def _chosen(request: Request, place: Place, found: list[moving.Target]) -> moving.Target | None:
    """The target that the address names; None while none is chosen. Raises Http404 for a visit that is none."""
    if not issubclass(place.form, Crf):
        return found[0] if found else None
    code = request.GET.get("visit", "")
    if not code:
        return None
    for target in found:
        if target.place.visit is not None and target.place.visit.code == code:
            return target
    raise Http404


def _offered(found: list[moving.Target], row: Entered) -> list[dict[str, Any]]:
    """The targets, the first whose planned day is that of the form marked as the one that fits."""
    told = [_told(target) for target in found]
    day = row.day()
    for one in told:
        if day is not None and one["planned_on"] == day:
            one["fits"] = True
            break
    return told


def _told(target: moving.Target) -> dict[str, Any]:
    visit = target.place.visit
    return {
        "code": visit.code if visit else "", "visit": place_label(visit, 1), "drafted": target.drafted, "fits": False,
        "not_done": target.not_done, "on": visit and (visit.actual_on or visit.planned_on), "number": target.place.occurrence,
        "planned_on": visit and visit.planned_on,
    }  # fmt: skip
