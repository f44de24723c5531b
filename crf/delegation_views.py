"""The delegation log of a site: who may fill which of the investigator's items, added to and ended here, read by reviewers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf import codelists, words
from crf.correction_views import DayAndReason
from crf.dates import DateField
from crf.subject_views import summary
from trial import delegation, roles, subjects
from trial.models import Delegation, Site, User
from trial.request import Request


class DelegateForm(forms.Form):
    """One line of the log."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Person"), empty_label=_("choose"))
    group = forms.ChoiceField(label=_("Items"))
    from_on = DateField(label=_("From"))
    until_on = DateField(label=_("Until, included"), required=False, help_text=_("Blank: until it is ended."))


def log_list(request: Request) -> HttpResponse:
    """The logs of the reader's sites; of an only one, that one."""
    roles.permit(request.user, "delegation_log")
    if len(request.sites) == 1:
        return redirect("delegation", request.sites[0].code)
    sites = [{"label": site, "url": reverse("delegation", args=[site.code])} for site in request.sites]
    return render(request, "crf/delegation_list.html", {"sites": sites})


def log_page(request: Request, site_code: str) -> HttpResponse:
    """The lines of one site's log, and one to add for those who may."""
    site, now = _site_or_404(request, site_code), timezone.now()
    groups = [g for g in Delegation.Group if delegation.may_write(request.user, g, site, now=now)]
    if request.method == "POST" and not groups:
        raise PermissionDenied
    form = _form(request, site, groups) if groups else None
    if form is not None and request.method == "POST" and form.is_valid():
        done = form.cleaned_data
        try:
            delegation.delegate(
                done["user"], done["group"], site=site, from_on=done["from_on"], until_on=done["until_on"], by=request.user, now=now
            )  # fmt: skip
        except subjects.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, __("Saved."))
            return redirect("delegation", site.code)
    lines = Delegation.objects.filter(site=site).select_related("user", "by").order_by("from_on", "id")
    context = {
        "site": site, "rows": [_row(line, site, groups, now) for line in lines], "form": form, "may_end": bool(groups),
        "error_summary": summary(form) if form is not None and form.is_bound else [], "crumbs": _crumbs(site),
    }  # fmt: skip
    return render(request, "crf/delegation.html", context, status=422 if form is not None and form.errors else 200)


def end_line(request: Request, site_code: str, pk: int) -> HttpResponse:
    """Ends one line, with its last day and the reason."""
    site = _site_or_404(request, site_code)
    line = get_object_or_404(Delegation.objects.select_related("user"), pk=pk, site=site)
    if not delegation.may_write(request.user, line.group, site, now=timezone.now()):
        raise PermissionDenied
    form = DayAndReason(request.POST if request.method == "POST" else None, codelists.EndDelegationReason.choices)
    form.fields["on"].label = __("Last day")
    if request.method == "POST" and form.is_valid():
        on, reason = form.cleaned_data["on"], form.cleaned_data["reason"]
        try:
            delegation.end(line, until_on=on, by=request.user, reason=reason, now=timezone.now())
        except subjects.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, __("Saved."))
            return redirect("delegation", site.code)
    title = __("End the delegation")
    context = {
        "form": form, "title": title, "submit_label": title, "subject": {"code": site.code}, "what": line.user,
        "lead": __("“%(what)s” ends with the day below. What was filled until then stays.") % {"what": line.get_group_display()},
        "error_summary": summary(form) if form.is_bound else [], "back_url": reverse("delegation", args=[site.code]),
        "crumbs": [*_crumbs(site), {"label": title, "url": ""}],
    }  # fmt: skip
    return render(request, "crf/correction.html", context, status=422 if form.errors else 200)


def _site_or_404(request: Request, code: str) -> Site:
    """A site of the reader's; whoever reads no log is refused there, and another site does not exist."""
    for site in request.sites:
        if site.code == code:
            roles.permit(request.user, "delegation_log", site)
            return site
    raise Http404


def _form(request: Request, site: Site, groups: list[Delegation.Group]) -> DelegateForm:
    form = DelegateForm(request.POST if request.method == "POST" else None)
    people = [person.pk for person in delegation.candidates(site)]
    form.fields["user"].queryset = User.objects.filter(pk__in=people).order_by("username")  # type: ignore[attr-defined]
    form.fields["group"].choices = [(group.value, group.label) for group in groups]  # type: ignore[attr-defined]
    return form


def _row(line: Delegation, site: Site, groups: list[Delegation.Group], now: datetime) -> dict[str, Any]:
    today = subjects.today(site, now)
    over = line.until_on is not None and line.until_on < today
    may_end = line.group in groups and not line.ended_because and not over
    return {
        "person": line.user, "items": line.get_group_display(), "from_on": line.from_on, "until_on": line.until_on,
        "by": line.by, "why": words.reason(line.ended_because), "over": over, "running": not over and line.from_on <= today,
        "end_url": reverse("delegation-end", args=[site.code, line.pk]) if may_end else "",
    }  # fmt: skip


def _crumbs(site: Site) -> list[dict[str, str]]:
    return [
        {"label": __("Site %(code)s") % {"code": site.code}, "url": f"{reverse('subjects')}?site={site.code}"},
        {"label": __("Delegation log"), "url": reverse("delegation", args=[site.code])},
    ]
