"""Adverse events beside the laboratory, the neurological assessments and the death."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from crf.checks.timing import earliest, latest
from crf.declare.parts import LIMITS_DEPEND_ON
from crf.laboratory import grade as grade_of
from trial import subjects

# Term of the log -> the count that it is graded by.
COUNT_OF = {
    "NEUTROPENIA": "neutrophils",
    "LEUKOPENIA": "leukocytes",
    "ANAEMIA": "haemoglobin",
    "THROMBOCYTOPENIA": "platelets",
    "LYMPHOPENIA": "lymphocytes",
}
COUNT_READS = (*LIMITS_DEPEND_ON, "haematology.sampled_at", *(f"haematology.{item}" for item in COUNT_OF.values()))
ICANS_READS = ("icans_assessment.assessed_at", "icans_assessment.investigator_grade")
# The worst value may have been another laboratory's: only a grade that no count comes near is asked about.
TOLERATED = 1
OVER = ("RECOVERED/RESOLVED", "RECOVERED/RESOLVED WITH SEQUELAE", "FATAL")
NOT_OVER = ("RECOVERING/RESOLVING", "NOT RECOVERED/NOT RESOLVED")


def in_order(form: Any) -> bool | None:
    """The end is not before the onset, as far as both are known."""
    end, onset = latest(form.ended_on), earliest(form.onset_on)
    return None if end is None or onset is None else end >= onset


def outcome_fits(form: Any) -> bool | None:
    """An event that goes on has not recovered, and one that is over has."""
    if form.outcome is None or form.ongoing not in ("Y", "N"):
        return None
    return form.outcome not in (OVER if form.ongoing == "Y" else NOT_OVER)


def fatal_is_grade_5(form: Any) -> bool | None:
    """A fatal outcome and grade 5 go together."""
    return None if None in (form.outcome, form.grade) else (form.outcome == "FATAL") == (form.grade == "5")


def serious_answered(form: Any) -> bool | None:
    """A death is serious; a life-threatening event has been judged."""
    if form.grade == "5":
        return bool(form.serious == "Y")
    return form.serious in ("Y", "N") if form.grade == "4" else None


def before_death(form: Any) -> bool | None:
    """Neither onset nor end lies after the death."""
    died_on = form.latest("death", "died_on")
    days = [day for day in (earliest(form.onset_on), earliest(form.ended_on)) if day is not None]
    return None if died_on is None or not days else all(day <= died_on for day in days)


def death_entered(form: Any) -> bool | None:
    """An event of which the subject died asks for the form of the death."""
    if form.outcome != "FATAL" and form.grade != "5":
        return None
    return form.latest("death", "died_on") is not None


def not_of_the_cells(form: Any) -> bool | None:
    """What began before the infusion is not due to the cells."""
    infused_on, onset = subjects.infused_on(form.subject), latest(form.onset_on)
    if infused_on is None or onset is None or form.related_cart is None:
        return None
    return form.related_cart != "Y" or onset >= infused_on


def _during(form: Any, name: str, item: str) -> Iterator[Any]:
    """Stored forms of a kind from the onset to the end of the event, both days included."""
    onset, end = earliest(form.onset_on), latest(form.ended_on) or date.max
    for one in form.others(name):
        if onset is not None and onset <= getattr(one, item).date() <= end:
            yield one


def grade_of_the_counts(form: Any) -> bool | None:
    """The grade is the worst of the counts during the event; a little more may have been seen elsewhere, never less."""
    item = COUNT_OF.get(form.term or "")
    if item is None or form.grade not in ("1", "2", "3", "4") or len(form.onset_on or "") < len("2019-03-07"):
        return None
    verdicts = [
        grade_of(item, getattr(one, item), limits=form.limits(item, on=one.sampled_at.date()))
        for one in _during(form, "haematology", "sampled_at")
    ]
    grades = [verdict.value for verdict in verdicts if isinstance(verdict.value, int)]
    return max(grades) <= int(form.grade) <= max(grades) + TOLERATED if grades else None


def icans_seen(form: Any) -> bool | None:
    """Neurotoxicity shows in the ICANS assessments of its days."""
    if form.term not in ("NEUROTOXICITY", "ICANS") or form.onset_on is None:
        return None
    seen = [one.investigator_grade for one in _during(form, "icans_assessment", "assessed_at")]
    grades = [grade for grade in seen if grade is not None]
    return any(grade != "0" for grade in grades) if grades else None


def logged_once(form: Any) -> bool | None:
    """No other entry has the same words, term and onset."""
    if None in (form.verbatim, form.term, form.onset_on):
        return None

    def key(one: Any) -> tuple[str, Any, Any]:
        return str(one.verbatim or "").casefold(), one.term, one.onset_on

    return key(form) not in {key(one) for one in form.others("adverse_event")}
