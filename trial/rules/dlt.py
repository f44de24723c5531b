"""Dose-limiting toxicity of one subject: where its window stands, whether it counts, and whether a level was staggered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from trial.rules.escalation import Level
from trial.rules.verdict import Verdict

__all__ = ["BASES", "CLAUSES", "DltOptions", "closes_on", "counted", "evaluable", "staggered"]

VERSION = "dlt_1"
BASIS = "Protocol of the study: evaluation of dose-limiting toxicity"
EVALUABLE, NOT_EVALUABLE, PENDING = "EVALUABLE", "NOT_EVALUABLE", "PENDING"

TOXIC = "A dose-limiting toxicity came: it counts at once."
TOXIC_CONTRADICTORY = (
    "A dose-limiting toxicity came, and the form calls the subject not evaluable: it counts; please check the form."
)
NO_TOXICITY = "Evaluated without a dose-limiting toxicity."
TOO_EARLY = "Evaluated without a dose-limiting toxicity, but before the window is over on {day}: it does not count yet."
UNDATED = "Evaluated without a dose-limiting toxicity, but the day is not recorded: it does not count yet."
NOT_COUNTED = "Not evaluable for dose-limiting toxicity: replaced, and not counted."
UNANSWERED = "Evaluated, but the answers are not complete: it does not count yet."
AWAITED = "Not evaluated yet; the window is over on {day}."
NOT_INFUSED = "Not infused: there is no window."

STAGGERED = "{days} days after the first subject of this level, at least {least}: kept."
TOO_SOON = "{days} days after the first subject of this level, fewer than {least}: not kept."
FIRST = "The first subject of this level."
LATER = "Staggering is between the first two subjects of a level."

CLAUSES: tuple[str, ...] = (
    TOXIC, TOXIC_CONTRADICTORY, NO_TOXICITY, TOO_EARLY, UNDATED, NOT_COUNTED, UNANSWERED, AWAITED, NOT_INFUSED,
    STAGGERED, TOO_SOON, FIRST, LATER,
)  # fmt: skip
BASES: tuple[str, ...] = (BASIS,)


@dataclass(frozen=True, slots=True)
class DltOptions:
    """Days of the protocol."""

    # From the infusion (day 0); this day is the last one of the window.
    window_days: int = 28
    # Between the infusions of the first two subjects of a level, at least.
    stagger_days: int = 14


RECOMMENDED = DltOptions()


def closes_on(infused_on: date, *, options: DltOptions = RECOMMENDED) -> date:
    """The last day of the window."""
    return infused_on + timedelta(days=options.window_days)


def evaluable(
    *,
    infused_on: date | None,
    answer: str | None,
    dlt: str | None,
    evaluated_on: date | None,
    options: DltOptions = RECOMMENDED,
) -> Verdict:
    """EVALUABLE, NOT_EVALUABLE or PENDING; None = not infused. `answer`, `dlt`: Y, N, U or None, of the evaluation.

    A toxicity counts at once and whatever else is answered; that none came counts only from the last day of the window.
    An evaluation without its day may have come before that: it does not count yet, for a level is escalated from it.
    """
    if infused_on is None:
        return _said(None, NOT_INFUSED)
    last = closes_on(infused_on, options=options)
    if dlt == "Y":
        return _said(EVALUABLE, TOXIC_CONTRADICTORY if answer == "N" else TOXIC)
    if answer == "N":
        return _said(NOT_EVALUABLE, NOT_COUNTED)
    if answer == "Y" and dlt == "N":
        if evaluated_on is None:
            return _said(PENDING, UNDATED)
        if evaluated_on < last:
            return _said(PENDING, TOO_EARLY, day=last.isoformat())
        return _said(EVALUABLE, NO_TOXICITY)
    return _said(PENDING, UNANSWERED) if answer or dlt else _said(PENDING, AWAITED, day=last.isoformat())


def counted(dose: str, subjects: Iterable[tuple[Any, bool]]) -> Level:
    """A dose level from its treated subjects: value of `evaluable` and whether a toxicity came, each."""
    listed = list(subjects)
    return Level(
        dose=dose,
        evaluable=sum(value == EVALUABLE for value, _toxic in listed),
        toxic=sum(value == EVALUABLE and toxic for value, toxic in listed),
        pending=sum(value == PENDING for value, _toxic in listed),
    )


def staggered(infused_on: date, before: Iterable[date], *, options: DltOptions = RECOMMENDED) -> Verdict:
    """Y or N for the second subject of a level; None = not asked. `before` = infusions at this level before this one."""
    earlier = sorted(before)
    if len(earlier) != 1:
        return _said(None, LATER if earlier else FIRST)
    days = (infused_on - earlier[0]).days
    kept = days >= options.stagger_days
    return _said("Y" if kept else "N", STAGGERED if kept else TOO_SOON, days=days, least=options.stagger_days)


def _said(value: str | None, clause: str, **shown: object) -> Verdict:
    told = {name: str(text) for name, text in shown.items()}
    return Verdict(value=value, clause=clause, basis=BASIS, version=VERSION, shown=told)
