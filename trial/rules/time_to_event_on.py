"""Times to events at one form: each time as a verdict, with the day and the length under it."""

from collections.abc import Callable
from typing import Any

from trial.rules import time_to_event
from trial.rules.time_to_event_terms import FDA
from trial.rules.timed import Timed
from trial.rules.verdict import Verdict

__all__ = ["BASES", "CENSORED", "CLAUSES", "EVENT", "as_verdict", "result"]

VERSION = time_to_event.VERSION
BASES = time_to_event.BASES
EVENT, CENSORED = "EVENT", "CENSORED"
NOT_INFUSED = "Not infused: times are counted from the infusion."
LENGTH = "From {start} to {on}: {days} days, {months} months."
CLAUSES: tuple[str, ...] = (NOT_INFUSED, LENGTH)


def result(name: str) -> Callable[..., Verdict]:
    """The rule of one time (pfs, os, dor, ttnt) at any form of the subject that moves it.

    `whole` = what follows from all forms of the subject (`trial.rules.myeloma.Followed`); None before the infusion.
    """

    def rule(whole: Any) -> Verdict:
        if whole is None:
            return Verdict(None, NOT_INFUSED, FDA, (), VERSION)
        return as_verdict(getattr(whole, name))

    return rule


def as_verdict(timed: Timed) -> Verdict:
    """EVENT or CENSORED by the time's own clause; None = the endpoint does not apply."""
    value = None if timed.event is None else EVENT if timed.event else CENSORED
    return Verdict(value, timed.clause, timed.basis, tuple(_length(timed)), timed.version, timed.shown, timed.flags)


def _length(timed: Timed) -> list[Verdict]:
    if timed.start is None or timed.on is None or timed.months is None:
        return []
    shown = {
        "start": timed.start.isoformat(), "on": timed.on.isoformat(), "days": str(timed.days), "months": f"{timed.months:.1f}",
    }  # fmt: skip
    return [Verdict(1, LENGTH, timed.basis, (), timed.version, shown)]
