"""The panel's page of reference ranges: what each site's laboratory calls normal, kept by the data manager with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trial import audit, ranges, units
from trial.models import ReferenceRange
from trial.panel import Panel
from trial.signals import ranges_changed

SEXES = (("", _("Both")), ("M", _("Male")), ("F", _("Female")))


class RangeForm(forms.ModelForm):
    """One range, with the reason of a change; the reason stands in the audit trail."""

    analyte = forms.ChoiceField(label=_("analyte"), choices=[("", "—"), *ranges.LABELS.items()])
    sex = forms.ChoiceField(label=_("sex"), choices=SEXES, required=False)
    reason = forms.CharField(label=_("reason"), max_length=200, required=False)

    class Meta:
        model = ReferenceRange
        fields = (
            "site", "analyte", "sex", "age_from", "age_to", "valid_from", "valid_to", "unit", "low", "high", "source",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A unit the analyte has, at least one limit, and nothing that another range of the laboratory says already."""
        found = super().clean() or {}
        if self.instance.pk and self.has_changed() and not (found.get("reason") or "").strip():
            self.add_error("reason", _("Please give a reason."))
        analyte = found.get("analyte")
        if analyte:
            self._unit(analyte, found.get("unit") or "")
        if found.get("low") is None and found.get("high") is None:
            self.add_error("low", _("Please enter at least one limit."))
        for low, high in (("low", "high"), ("age_from", "age_to"), ("valid_from", "valid_to")):
            if None not in (found.get(low), found.get(high)) and found[low] > found[high]:
                self.add_error(high, _("The end lies before the beginning. Please correct one of them."))
        if analyte and not self.errors:
            self._alone(found)
        return found

    def _unit(self, analyte: str, unit: str) -> None:
        known = [ranges.unit_of(analyte), *units.ALSO.get(analyte, {})]
        if unit not in known:
            names = ", ".join(one or "1" for one in known)
            self.add_error("unit", ValidationError(_("Please enter one of: %(units)s."), params={"units": names}))

    def _alone(self, found: dict[str, Any]) -> None:
        """Two ranges that hold for one subject on one day would leave the grade open."""
        others = ReferenceRange.objects.filter(site=found["site"], analyte=found["analyte"]).exclude(
            pk=self.instance.pk
        )
        if found["sex"]:
            others = others.filter(sex__in=["", found["sex"]])
        for low, high in (("age_from", "age_to"), ("valid_from", "valid_to")):
            others = others.filter(_reaches(low, found[high], "lte"), _reaches(high, found[low], "gte"))
        if others.exists():
            text = _(
                "Another range of this laboratory holds at the same time. Please end that one first, or part the ages."
            )
            self.add_error(None, text)


def _reaches(column: str, end: Any, side: str) -> models.Q:
    """Whether a range's open or included end lies on this side of another's end."""
    return (
        models.Q() if end is None else models.Q(**{f"{column}__isnull": True}) | models.Q(**{f"{column}__{side}": end})
    )


@admin.register(ReferenceRange)
class ReferenceRanges(Panel):
    """Ranges are ended and followed by new ones; a mistake is corrected with a reason. Nothing is deleted."""

    see, edit = ("review",), "ranges"
    form = RangeForm
    fields = (
        "site", "analyte", "sex", ("age_from", "age_to"), ("valid_from", "valid_to"), ("low", "high"), "unit", "source",
        "reason",
    )  # fmt: skip
    list_display = (
        "site", "analyte_name", "sex", "age_from", "age_to", "valid_from", "valid_to", "low", "high", "unit", "source"
    )  # fmt: skip
    list_display_links = ("analyte_name",)
    list_filter = ("site", "sex")
    list_select_related = ("site",)
    search_fields = ("analyte",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ReferenceRange, form: Any, change: bool) -> None:
        before = ReferenceRange.objects.filter(pk=obj.pk).select_related("site").first()
        with audit.acting(request.user, form.cleaned_data.get("reason", "")):  # type: ignore[arg-type]
            super().save_model(request, obj, form, change)
            for site, analyte in {(one.site, one.analyte) for one in (before, obj) if one is not None}:
                ranges_changed.send(sender=ReferenceRange, site=site, analytes={analyte})

    @admin.display(description=_("analyte"), ordering="analyte")
    def analyte_name(self, row: ReferenceRange) -> str:
        return str(ranges.LABELS.get(row.analyte, row.analyte))
