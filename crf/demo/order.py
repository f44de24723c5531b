"""Everything typed for one demonstration subject, in the order in which it was typed."""

from dataclasses import replace

from crf.demo import conduct, course, later, medication, treatment
from crf.demo.calendar import placement
from crf.demo.rows import Row
from crf.demo.typed import Typed

TYPES_ONCE = "03"  # this site enters a temperature in the vital signs, and the CRS assessment reads it from there


def forms(row: Row) -> list[Typed]:
    """All forms of one subject.

    What was given is in the log before the assessment that speaks of it; what names an event, after the event.
    """
    given = medication.forms(row)
    first = [*treatment.forms(row), *conduct.renewed(row), *(one for one in given if "event" not in one.data)]
    last = [*(one for one in given if "event" in one.data), *conduct.forms(row)]
    assessed, followed = course.forms_for(row), later.follow_up_forms(row)
    if placement(row.subject_id).site.code == TYPES_ONCE:
        alone = _alone(assessed)
        read = [one for one in followed if one.form == "vital_signs" and _noted(one) in alone]
        first += read
        followed = [one for one in followed if one not in read]
        assessed = [_without_temperature(one) if _noted(one) in alone else one for one in assessed]
    # Stable: forms of one day keep their order.
    return sorted([*first, *assessed, *followed, *last], key=lambda one: one.on)


def _alone(assessed: list[Typed]) -> set[object]:
    """Time and temperature of the assessments that are the only one of their visit."""
    visits = [one.visit for one in assessed if one.form == "crs_assessment"]
    return {_noted(one) for one in assessed if one.form == "crs_assessment" and visits.count(one.visit) == 1}


def _noted(one: Typed) -> object:
    return one.data.get("assessed_at") or one.data.get("measured_at"), one.data.get("temperature")


def _without_temperature(one: Typed) -> Typed:
    """A CRS assessment whose temperature stands in the vital signs of the same minute, and there alone."""
    left = {name: text for name, text in one.data.items() if name not in ("temperature", "temperature_route")}
    return replace(one, data=left)


def split(row: Row) -> tuple[list[Typed], list[Typed]]:
    """What was typed in screening, and everything after enrolment; a log has no visit and goes by its day."""
    enrolled_on = placement(row.subject_id).enrolled_on
    everything = forms(row)
    early = [one.visit == "screening" or (not one.visit and one.on < enrolled_on) for one in everything]
    pairs = list(zip(everything, early, strict=True))
    return [one for one, is_early in pairs if is_early], [one for one, is_early in pairs if not is_early]
