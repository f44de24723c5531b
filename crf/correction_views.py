"""What corrects a subject as a whole, as pages: screening that failed, screening again, and another site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf import codelists
from crf.dates import DateField
from crf.drafts import Draft
from crf.not_done_views import ReasonForm, ask
from crf.subject_views import crumbs, subject_or_404, summary
from crf.workflow import Query
from trial import rescreening, roles, subjects, transfers
from trial.models import Site, Subject
from trial.request import Request


class DayAndReason(ReasonForm):
    """A day, and a reason of the list or one's own words."""

    on = DateField(label=_("Date"))
    field_order: tuple[str, ...] = ("on", "choice", "text")


class TransferForm(DayAndReason):
    """The site a subject goes to, from which day on, and why."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("To site"), empty_label=_("choose"))
    field_order = ("site", "on", "choice", "text")


def fail_screening(request: Request, code: str) -> HttpResponse:
    """Screening ends without enrolment; the subject keeps its id."""
    subject = subject_or_404(code)
    roles.permit(request.user, "screen", subject.site)
    here = reverse("casebook", args=[code])
    title = __("Screening failed")
    return ask(
        request, lambda reason: subjects.fail_screening(subject, by=request.user, reason=reason),
        choices=codelists.FailReason.choices, back_url=here, then=here, title=title, submit_label=title, subject=subject,
        what=subject.get_status_display(), crumbs=crumbs(subject, (title, "")),
        lead=__("The subject keeps its number, and what was entered stays. The same person can be screened again later."),
    )  # fmt: skip


def rescreen(request: Request, code: str) -> HttpResponse:
    """A screen failure is screened again, under a new number that remembers the former one."""
    subject = subject_or_404(code)
    roles.permit(request.user, "screen", subject.site)
    form = DayAndReason(request.POST if request.method == "POST" else None, codelists.RescreenReason.choices)
    form.fields["on"].label = __("Date of the new screening")
    again = rescreening.rescreened_as(subject)
    if request.method == "POST" and form.is_valid():
        reason, on = form.cleaned_data["reason"], form.cleaned_data["on"]
        if on > timezone.localdate():
            form.add_error("on", __("This day lies in the future. Please correct it."))
        else:
            try:
                new = rescreening.rescreen(subject, by=request.user, on=on, reason=reason)
            except subjects.Refused as refused:
                form.add_error(None, str(refused))
            else:
                text = __("The subject is %(code)s. Please write the number into the source.") % {"code": new.code}
                messages.success(request, text)
                return redirect("casebook", new.code)
    title = __("Screen again")
    context = {
        "form": form, "subject": subject, "title": title, "submit_label": title, "what": subject.get_status_display(),
        "lead": __("The same person gets a new number. %(code)s and what was entered there stay as they are, and can be read.")
        % {"code": subject.code},
        "refused": _not_again(subject, again), "error_summary": summary(form) if form.is_bound else [],
        "back_url": reverse("casebook", args=[code]), "crumbs": crumbs(subject, (title, "")),
    }  # fmt: skip
    return render(request, "crf/correction.html", context, status=422 if form.errors else 200)


def _not_again(subject: Subject, again: Subject | None) -> str:
    if subject.status != Subject.Status.SCREEN_FAILED:
        return __("Only a screen failure is screened again; %(subject)s is not one.") % {"subject": subject.code}
    shown = {"subject": subject.code, "again": again.code if again else ""}
    return __("%(subject)s was screened again already, as %(again)s.") % shown if again else ""


def transfer(request: Request, code: str) -> HttpResponse:
    """A subject goes on at another site: from then on that site alone sees and enters everything."""
    subject = subject_or_404(code)
    roles.permit(request.user, "transfer", subject.site)
    sites = [s for s in roles.sites_where(request.user, "transfer", request.sites) if s.pk != subject.site_id]
    form = TransferForm(request.POST if request.method == "POST" else None, codelists.TransferReason.choices)
    form.fields["on"].label = __("First day at the new site")
    form.fields["site"].queryset = Site.objects.filter(pk__in=[site.pk for site in sites])  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        done, to = form.cleaned_data, form.cleaned_data["site"]
        try:
            transfers.transfer(subject, to, by=request.user, on=done["on"], reason=done["reason"], now=timezone.now())
        except subjects.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, __("%(code)s is at site %(site)s now.") % {"code": code, "site": to.code})
            return redirect("casebook", code)
    title = __("Transfer to another site")
    context = {
        "form": form, "subject": subject, "title": title, "submit_label": __("Transfer"), "what": subject.site,
        "lead": __("The subject keeps its number. From the moment you confirm, the new site sees and enters everything, history included; the present one sees it no more."),  # noqa: E501 - one sentence
        "facts": _facts(subject), "error_summary": summary(form) if form.is_bound else [],
        "back_url": reverse("casebook", args=[code]), "crumbs": crumbs(subject, (title, "")),
    }  # fmt: skip
    return render(request, "crf/correction.html", context, status=422 if form.errors else 200)


def _facts(subject: Subject) -> list[Any]:
    """What goes along and is still open, and what the present site must keep."""
    queries = Query.objects.filter(subject=subject).exclude(state=Query.State.CLOSED).count()
    drafts = Draft.objects.filter(subject=subject).count()
    return [
        __("Open queries that go along: %(n)d.") % {"n": queries},
        __("Drafts that go along: %(n)d.") % {"n": drafts},
        __("Visits and samples before the day stay under the protocol version and the limits of normal of the present site."),
        __("The tables of enrolment go on counting the subject at the site that screened it."),
        __("The present site needs its own copy of what it entered: please give it one before you confirm."),
    ]  # fmt: skip
