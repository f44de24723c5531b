"""The pages that ask for a reason: a form or a visit not done, an entry made in error, an unscheduled visit removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf import codelists, not_done
from crf.declare.form import Entered
from crf.form_parts import crumbs_of, log_address
from crf.ledger import address, ledger
from crf.subject_views import crumbs, summary
from crf.views import place_or_404
from trial import roles, schedule, subjects
from trial.models import Visit
from trial.request import Request


class ReasonForm(forms.Form):
    """A reason of the list, or one's own words."""

    choice = forms.ChoiceField(label=_("Reason"), required=False)
    text = forms.CharField(
        label=_("In your own words"), required=False, max_length=400, help_text=_("Needed for “another reason”.")
    )

    def __init__(self, data: Any, choices: Any) -> None:
        super().__init__(data)
        self.fields["choice"].choices = [("", _("choose")), *choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen, written = cleaned.get("choice", ""), (cleaned.get("text") or "").strip()
        known = "" if chosen == "OTHER" else chosen
        cleaned["reason"] = f"{known}: {written}" if known and written else known or written
        if not cleaned["reason"] and not self.errors:
            self.add_error("choice", __("Please choose a reason, or write one."))
        return cleaned


def ask(
    request: Request, deed: Callable[[str], Any], *, choices: Any, back_url: str, then: str, **context: Any
) -> HttpResponse:
    """The page with the reason; with one it does the deed and goes on. context: title, lead, submit_label, crumbs, subject."""
    form = ReasonForm(request.POST if request.method == "POST" else None, choices)
    if request.method == "POST" and form.is_valid():
        try:
            deed(form.cleaned_data["reason"])
        except subjects.Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, __("Saved."))
            return redirect(then)
    context |= {"form": form, "error_summary": summary(form) if form.is_bound else [], "back_url": back_url}
    return render(request, "crf/reason.html", context, status=422 if form.errors else 200)


def form_not_done(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """A form of a visit was not done; or it was, and the mark is taken back."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "enter", place.subject.site)
    row, here = place.row(), address(place.form, place.subject, place.visit, place.occurrence)
    back = row is not None and row.status == Entered.Status.NOT_DONE
    deed = not_done.take_back if back else not_done.mark
    title = __("It was done after all") if back else __("Mark as not done")
    return ask(
        request, lambda reason: deed(place, by=request.user, reason=reason, now=timezone.now()),
        choices=codelists.WithdrawReason.choices if back else codelists.NotDoneReason.choices,
        back_url=here, then=here if back else reverse("casebook", args=[code]), title=title, submit_label=title,
        lead=__("The form is expected again, and can be entered.") if back
        else __("Nobody waits for this form any more. If it comes in later, it can still be entered."),
        what=place.form.declared.title, subject=place.subject, crumbs=crumbs_of(place, here, (title, "")),
    )  # fmt: skip


def withdraw_entry(request: Request, code: str, visit_code: str, slug: str, occurrence: int = 1) -> HttpResponse:
    """An entry of a log was made in error; or it was right, and is restored."""
    place = place_or_404(code, visit_code, slug, occurrence)
    roles.permit(request.user, "enter", place.subject.site)
    row, here = place.row(), address(place.form, place.subject, place.visit, place.occurrence)
    back = row is not None and row.status == Entered.Status.WITHDRAWN
    deed = not_done.restore if back else not_done.withdraw
    title = __("Restore the entry") if back else __("Entered in error")
    return ask(
        request, lambda reason: deed(place, by=request.user, reason=reason, now=timezone.now()),
        choices=codelists.WithdrawReason.choices, back_url=here, then=log_address(place.subject, place.form), title=title,
        submit_label=title, what=place.form.declared.title, subject=place.subject,
        lead=__("The entry counts again, and its checks are asked anew.") if back
        else __("The entry stays in its log, struck through, and counts in no list and no table. It can be restored."),
        crumbs=crumbs_of(place, here, (title, "")),
    )  # fmt: skip


def visit_not_done(request: Request, code: str, visit_code: str) -> HttpResponse:
    """Nothing more comes of a visit: every form that is still expected there is marked as not done."""
    visit = _visit_or_404(request, code, visit_code)
    entries = ledger([visit.subject], now=timezone.now())
    awaited = [e for e in entries if e.visit and e.visit.pk == visit.pk and e.state in ("expected", "overdue")]
    here = reverse("visit", args=[code, visit_code])
    title = __("Mark the visit as not done")
    return ask(
        request, lambda reason: not_done.mark_visit(visit, by=request.user, reason=reason, now=timezone.now()),
        choices=codelists.NotDoneReason.choices, back_url=here, then=reverse("casebook", args=[code]), title=title,
        submit_label=title, subject=visit.subject, what=schedule.label(visit.code), listed=[e.form.declared.title for e in awaited],
        lead=__("These forms are marked as not done. What was entered or begun at this visit stays as it is."),
        crumbs=crumbs(visit.subject, (schedule.label(visit.code), here), (title, "")),
    )  # fmt: skip


def visit_done(request: Request, code: str, visit_code: str) -> HttpResponse:
    """A visit took place after all: every form that was marked as not done there is expected again."""
    visit = _visit_or_404(request, code, visit_code)
    marked = [e for e in ledger([visit.subject], now=timezone.now()) if not_done.marked_at(e, visit)]
    here = reverse("visit", args=[code, visit_code])
    title = __("It was done after all")
    return ask(
        request, lambda reason: not_done.take_back_visit(visit, by=request.user, reason=reason, now=timezone.now()),
        choices=codelists.WithdrawReason.choices, back_url=here, then=here, title=title, submit_label=title,
        subject=visit.subject, what=schedule.label(visit.code), listed=[e.form.declared.title for e in marked],
        lead=__("These forms are expected again, and can be entered."),
        crumbs=crumbs(visit.subject, (schedule.label(visit.code), here), (title, "")),
    )  # fmt: skip


def remove_visit(request: Request, code: str, visit_code: str) -> HttpResponse:
    """An unscheduled visit that was opened by mistake goes, while nothing was entered there."""
    visit = _visit_or_404(request, code, visit_code)
    here = reverse("visit", args=[code, visit_code])
    title = __("Remove the visit")
    return ask(
        request, lambda reason: subjects.remove_visit(visit, by=request.user, reason=reason),
        choices=codelists.WithdrawReason.choices, back_url=here, then=reverse("casebook", args=[code]), title=title,
        submit_label=title, subject=visit.subject, what=schedule.label(visit.code),
        lead=__("Only a visit at which nothing was entered can go. The audit trail keeps it."),
        crumbs=crumbs(visit.subject, (schedule.label(visit.code), here), (title, "")),
    )  # fmt: skip


def _visit_or_404(request: Request, code: str, visit_code: str) -> Visit:
    visits = Visit.objects.select_related("subject__site")
    visit: Visit = get_object_or_404(visits, subject__code=code, code=visit_code)
    visit.site = visit.subject.site
    roles.permit(request.user, "enter", visit.site)
    return visit
