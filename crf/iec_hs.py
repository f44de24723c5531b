"""The findings of IEC-HS on every laboratory form that feeds them: all panels of the days around a sample together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from crf.declare.form import Whole
from crf.declare.parts import Derived
from trial import ranges, subjects
from trial.models import Subject
from trial.rules import iec_hs_on
from trial.rules.iec_hs import Rows
from trial.rules.iec_hs_on import Told
from trial.rules.reference import Limits

PANELS = ("inflammation", "chemistry", "coagulation", "haematology")


def follow(
    forms: Mapping[str, Sequence[Any]], subject: Subject, stated: Callable[[str], Sequence[ranges.Range]]
) -> Told | None:
    """A subject's laboratory with the limits of normal of its site; None before the infusion."""
    infused_on = subjects.infused_on(subject)
    if infused_on is None:
        return None
    person = forms["demographics"][-1] if forms["demographics"] else None

    def limits(analyte: str, on: date) -> Limits:
        sex, born = getattr(person, "sex", None), getattr(person, "birth_year", None)
        return ranges.among(stated(analyte), analyte, sex=sex, age=ranges.age_on(on, born), on=on)

    return Told(infused_on, Rows(**{panel: forms[panel] for panel in PANELS}), limits)


IEC_HS = Whole((*PANELS, "demographics"), follow, ranges=True)


def findings() -> Derived:
    """The list of findings around the day of a laboratory form."""
    return Derived(_("Findings of IEC-HS"), iec_hs_on.listed_on, whole=IEC_HS)
