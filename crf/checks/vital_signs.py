"""Vital signs beside the CRS assessments of the day and the weight at screening."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

FEVER_CEL = Decimal(38)  # ASTCT 2019
# Two readings of one fever differ by so much between two routes; degrees Celsius.
ROUTES_DIFFER = Decimal("0.5")
HYPOTENSION_BELOW = 90  # systolic, mmHg
WEIGHT_CHANGES = Decimal("0.2")  # of the weight at screening


def _assessments(form: Any) -> list[Any]:
    """The CRS assessments of the same day."""
    if form.day is None:
        return []
    return [one for one in form.others("crs_assessment") if one.assessed_at.date() == form.day]


def fever_in_the_assessment(form: Any) -> bool | None:
    """A fever stands in the CRS assessment of its day as well: the grade begins with it."""
    if form.temperature is None:
        return None
    seen = [one.temperature for one in _assessments(form) if one.temperature is not None]
    if not seen:
        return None
    return bool(form.temperature < FEVER_CEL or form.temperature <= max(seen) + ROUTES_DIFFER)


def hypotension_in_the_assessment(form: Any) -> bool | None:
    """A low pressure is noted in the CRS assessment of its day."""
    if form.systolic is None:
        return None
    answers = [one.hypotension for one in _assessments(form) if one.hypotension is not None]
    if not answers:
        return None
    return bool(form.systolic >= HYPOTENSION_BELOW or "Y" in answers)


def weight_near_screening(form: Any) -> bool | None:
    """Nobody gains or loses a fifth of the weight unnoticed."""
    before = form.latest("demographics", "weight")
    if form.weight is None or not before:
        return None
    return bool(abs(form.weight - before) <= WEIGHT_CHANGES * before)
