"""Vital signs beside the CRS assessments of the day and the weight at screening."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from crf.declare.items import Known
from trial import protocol, schedule
from trial.rules import crs_temperature

READS = ("vital_signs.measured_at", "vital_signs.temperature")
FEVER_CEL = Decimal(38)  # ASTCT 2019
# Two readings of one fever, and both a fever, differ by so much between two routes; degrees Celsius.
ROUTES_DIFFER = Decimal("0.5")
HYPOTENSION_BELOW = 90  # systolic, mmHg
SATURATION_BELOW = 90  # %, in room air: the usual limit below which oxygen is given
WEIGHT_CHANGES = Decimal("0.2")  # of the weight at screening


def as_read(form: Any) -> list[Any]:
    """The CRS assessments since the infusion up to this one, which is the last, as they are graded (crs_temperature)."""
    earlier = form.since_infusion(form.history)
    return crs_temperature.read([*earlier, form], form.others_since_infusion("vital_signs"))


def other_cause_of_which_fever(form: Any) -> bool | None:
    """A fever that only the vital signs hold is not taken out of the grade by an answer given beside a normal value.

    A blank temperature says nothing else than the vital signs: the answer can only be about their fever.
    """
    if form.fever_due_to_crs != "N" or form.temperature is None:
        return None
    return not (form.temperature < FEVER_CEL and crs_temperature.fevers(as_read(form)[-1]))


def known_temperature(form: Any) -> Known | None:
    """What the vital signs say of the temperature since the last CRS assessment, whatever stands in this one."""
    this = SimpleNamespace(temperature=None, assessed_at=form.assessed_at)
    earlier = form.since_infusion(form.history)
    *_, found = crs_temperature.read([*earlier, this], form.others_since_infusion("vital_signs"))
    if not crs_temperature.elsewhere(found):
        return None
    return Known(found.temperature, "vital_signs", found.measured.measured_at)


def _assessments(form: Any) -> list[Any]:
    """The CRS assessments of the same day."""
    if form.day is None:
        return []
    return [one for one in form.others("crs_assessment") if one.assessed_at.date() == form.day]


def fever_in_the_assessment(form: Any) -> bool | None:
    """A fever stands in the CRS assessment of its day as well: the grade, and the day of its onset, begin with it.

    A later assessment that was left blank reads it from here.
    """
    day = _assessments(form)
    if form.temperature is None or not day:
        return None
    if any(one.temperature is None and one.assessed_at >= form.measured_at for one in day):
        return None
    seen = [one.temperature for one in day if one.temperature is not None]
    highest = max(seen, default=None)
    noted = highest is not None and highest >= FEVER_CEL and form.temperature <= highest + ROUTES_DIFFER
    return bool(form.temperature < FEVER_CEL or noted)


def fever_is_judged(form: Any) -> bool | None:
    """A fever within four weeks of the infusion, at a visit without CRS assessment, is followed by one.

    Where the schedule has an assessment the work list asks for it; what stands in those of the day, the check before.
    """
    started = form.subject.infused_at
    if None in (form.temperature, form.measured_at, started) or form.temperature < FEVER_CEL:
        return None
    if form.measured_at < started or form.study_day > protocol.DLT_WINDOW_DAYS or _assessments(form):
        return None
    if form.visit is not None and "crs_assessment" in schedule.expected_at(form.visit.code):
        return None
    return any(one.assessed_at >= form.measured_at for one in form.others("crs_assessment"))


def hypotension_in_the_assessment(form: Any) -> bool | None:
    """A low pressure is noted in the CRS assessment of its day."""
    if form.systolic is None:
        return None
    answers = [one.hypotension for one in _assessments(form) if one.hypotension is not None]
    if not answers:
        return None
    return bool(form.systolic >= HYPOTENSION_BELOW or "Y" in answers)


def oxygen_in_the_assessment(form: Any) -> bool | None:
    """Where the saturation is low, the CRS assessment of its day names the oxygen that was given."""
    if form.spo2 is None:
        return None
    answers = [one.oxygen for one in _assessments(form) if one.oxygen is not None]
    if not answers:
        return None
    return bool(form.spo2 >= SATURATION_BELOW or set(answers) != {"NONE"})


def weight_near_screening(form: Any) -> bool | None:
    """Nobody gains or loses a fifth of the weight unnoticed."""
    before = form.latest("demographics", "weight")
    if form.weight is None or not before:
        return None
    return bool(abs(form.weight - before) <= WEIGHT_CHANGES * before)
