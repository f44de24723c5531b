"""The page on which an investigator signs: what waits, what changed since the last signature, and the password that signs."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from crf import signatures
from crf.declare.form import form_named
from crf.drafted import anothers
from crf.ledger import address
from crf.signatures import Shown, Signature
from crf.subject_views import crumbs, subject_or_404, summary
from crf.unsigned import ToSign, to_sign
from trial import away, roles, schedule, subjects
from trial.models import Subject
from trial.request import Request


class SignForm(forms.Form):
    """The password of who is signed in: the second of the two parts of a signature, the first of which is the account."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


@never_cache
@sensitive_post_parameters("password")
def sign_page(request: Request, code: str) -> HttpResponse:
    """What waits for a signature of one subject; narrowed by visit, kind of form or one form, which stand in the address."""
    subject = subject_or_404(code)
    roles.permit(request.user, "read", subject.site)
    with timezone.override(ZoneInfo(subject.site.timezone)):
        if request.method == "POST":
            if anothers(request):
                return away.somebody_else(request)
            return _sign(request, subject)
        return _page(request, subject, SignForm(), chosen=None)


def _sign(request: Request, subject: Subject) -> HttpResponse:
    roles.permit(request.user, "sign", subject.site)
    chosen, form = request.POST.getlist("form"), SignForm(request.POST)
    shown = [found for found in map(_shown, chosen) if found is not None]
    if form.is_valid():
        person = authenticate(request, username=request.user.get_username(), password=form.cleaned_data["password"])
        if person is None or person.pk != request.user.pk:
            form.add_error("password", __("This is not your password. Nothing was signed."))
        else:
            try:
                made = signatures.sign(shown, subject=subject, by=request.user, now=timezone.now())
            except subjects.Refused as refused:
                form.add_error(None, str(refused))
            else:
                said = ngettext("One form is signed.", "%(n)d forms are signed.", len(made)) % {"n": len(made)}
                messages.success(request, said)
                return redirect(_back(request, subject, made))
    return _page(request, subject, form, chosen=set(chosen))


def _shown(text: str) -> Shown | None:
    """A form as the page named it; None for what no page wrote."""
    name, _colon, numbers = text.partition(":")
    pk, _colon, version = numbers.partition(":")
    known = pk.isascii() and pk.isdigit() and version.isascii() and version.isdigit() and len(numbers) < 30
    return Shown(name, int(pk), int(version)) if known else None


def _back(request: Request, subject: Subject, made: list[Signature]) -> str:
    """Where the signing began: the form, the visit, or the casebook."""
    if "one" in request.GET and len(made) == 1:
        return address(form_named(made[0].form), subject, made[0].visit, made[0].occurrence)
    visit = made[0].visit
    if "visit" in request.GET and visit is not None:
        return reverse("visit", args=[subject.code, visit.code])
    return reverse("casebook", args=[subject.code])


def _page(request: Request, subject: Subject, form: SignForm, *, chosen: set[str] | None) -> HttpResponse:
    now = timezone.now()
    everything = to_sign(subject)
    found = [one for one in everything if _wanted(request, one)]
    may = signatures.may_sign(request.user, subject.site, now=now)
    # What was narrowed down is what the person means to sign; of a whole casebook each is chosen.
    narrowed = any(request.GET.get(name) for name in ("visit", "one"))
    context = {
        "subject": subject, "form": form, "may_sign": may, "person": request.user.pk,
        "why_not": signatures.not_delegated(request.user, subject.site, now=now),
        "meaning": Signature.Meaning.APPROVAL.label, "name": str(request.user),
        "groups": _groups(found, lambda one: one.key in chosen if chosen is not None else narrowed),
        "count": len(found), "blocked": sum(one.critical for one in found), "rest": len(everything) - len(found),
        "visits": _choices((one.visit, schedule.label(one.visit)) for one in everything if one.visit),
        "forms": _choices((one.shown.form, str(one.form.declared.title)) for one in everything),
        "error_summary": _errors(form), "crumbs": crumbs(subject, (__("Sign"), "")),
    }  # fmt: skip
    return render(request, "crf/sign.html", context, status=422 if form.errors else 200)


def _errors(form: SignForm) -> list[dict[str, str]]:
    """What is wrong with the password stands at it; what is wrong with the forms speaks of the page."""
    if not form.is_bound:
        return []
    whole = {"label": __("Signature"), "anchor": ""}
    return [line if line["label"] else {**line, **whole} for line in summary(form)]


def _wanted(request: Request, one: ToSign) -> bool:
    asked = request.GET
    return (
        asked.get("visit", "") in ("", one.visit)
        and asked.get("form", "") in ("", one.shown.form)
        and asked.get("one", "") in ("", f"{one.shown.form}:{one.shown.form_id}")
    )


def _groups(found: list[ToSign], checked: Any) -> list[dict[str, Any]]:
    """What waits, visit after visit; the logs last."""
    return [
        {
            "label": schedule.label(visit) if visit else __("Logs"),
            "lines": [{"one": one, "checked": not one.critical and checked(one)} for one in lines],
        }
        for visit, lines in groupby(found, key=lambda one: one.visit)
    ]


def _choices(pairs: Any) -> list[tuple[str, str]]:
    return list(dict(pairs).items())
