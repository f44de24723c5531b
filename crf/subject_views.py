"""What happens to a subject, as pages: screening, enrolment, unscheduled visits."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf.dates import DateField
from crf.declare.form import form_named
from crf.ledger import address
from trial import protocol, roles, subjects
from trial.models import Site, Subject
from trial.request import Request


def subject_or_404(code: str) -> Subject:
    """A subject of the reader's sites; to everybody else it does not exist."""
    return get_object_or_404(Subject.objects.select_related("site"), code=code)


def crumbs(subject: Subject, *more: tuple[str, str]) -> list[dict[str, str]]:
    """Site > subject > ..."""
    first = [
        {
            "label": __("Site %(code)s") % {"code": subject.site.code},
            "url": f"{reverse('subjects')}?site={subject.site.code}",
        },
        {"label": subject.code, "url": reverse("casebook", args=[subject.code])},
    ]
    return first + [{"label": label, "url": url} for label, url in more]


class ScreenForm(forms.Form):
    """Site and day of a screening."""

    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=None)
    on = DateField(label=_("Date of screening"), help_text=_("The day the consent conversation took place."))


class EnrolForm(forms.Form):
    """Day of enrolment and dose level."""

    on = DateField(label=_("Date of enrolment"))
    dose_level = forms.ChoiceField(label=_("Dose level"), choices=[(d.code, d.label) for d in protocol.DOSE_LEVELS])


class UnscheduledForm(forms.Form):
    """Day of an unscheduled visit."""

    on = DateField(label=_("Date of the visit"))
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Why the subject came, for example fever or a new lesion.")
    )


def summary(form: forms.Form) -> list[dict[str, str]]:
    """The errors of a short form, for the list above it."""
    return [
        {
            "label": str(form.fields[name].label if name in form.fields else ""),
            "text": str(text),
            "anchor": f"item-{name}",
        }
        for name, texts in form.errors.items()
        for text in texts
    ]


def screen(request: Request) -> HttpResponse:
    """Screening gives the next subject id of the site."""
    sites = Site.objects.filter(pk__in=[s.pk for s in roles.sites_where(request.user, "screen", Site.objects.all())])
    roles.permit(request.user, "screen")
    form = ScreenForm(request.POST or None)
    form.fields["site"].queryset = sites  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["on"] > timezone.localdate():
            form.add_error("on", __("This day lies in the future. Please correct it."))
        else:
            subject = subjects.screen(form.cleaned_data["site"], by=request.user, on=form.cleaned_data["on"])
            messages.success(
                request,
                __("The subject is %(code)s. Please write the number into the source.") % {"code": subject.code},
            )
            return redirect("casebook", subject.code)
    context = {"form": form, "error_summary": summary(form) if form.is_bound else [], "back_url": reverse("subjects")}
    return render(request, "trial/screen.html", context, status=422 if form.errors else 200)


def enrol(request: Request, code: str) -> HttpResponse:
    """The gates of enrolment, and the button when all are open."""
    subject = subject_or_404(code)
    roles.permit(request.user, "enrol", subject.site)
    visit = subject.visits.filter(code="screening").first()
    gates = [
        {"label": g.label, "met": g.met, "why": g.why, "url": g.form and address(form_named(g.form), subject, visit)}
        for g in subjects.gates(subject)
    ]
    ready = all(g["met"] for g in gates) and subject.status == Subject.Status.SCREENED
    form = EnrolForm(request.POST or None) if ready else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            subjects.enrol(
                subject, by=request.user, on=form.cleaned_data["on"], dose_level=form.cleaned_data["dose_level"]
            )
        except subjects.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, __("%(code)s is enrolled.") % {"code": subject.code})
            return redirect("casebook", subject.code)
    context = {
        "subject": subject, "gates": gates, "form": form, "back_url": reverse("casebook", args=[code]),
        "error_summary": summary(form) if form is not None and form.is_bound else [], "crumbs": crumbs(subject, (__("Enrolment"), "")),
    }  # fmt: skip
    return render(request, "trial/enrol.html", context, status=422 if form is not None and form.errors else 200)


def unscheduled(request: Request, code: str) -> HttpResponse:
    """Opens an unscheduled visit."""
    subject = subject_or_404(code)
    roles.permit(request.user, "enter", subject.site)
    form = UnscheduledForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["on"] > timezone.localdate():
            form.add_error("on", __("This day lies in the future. Please correct it."))
        else:
            visit = subjects.unscheduled(
                subject, by=request.user, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"]
            )
            return redirect("visit", subject.code, visit.code)
    context = {
        "subject": subject, "form": form, "error_summary": summary(form) if form.is_bound else [],
        "back_url": reverse("casebook", args=[code]), "crumbs": crumbs(subject, (__("Unscheduled visit"), "")),
    }  # fmt: skip
    return render(request, "trial/unscheduled.html", context, status=422 if form.errors else 200)
