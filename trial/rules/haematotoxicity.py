"""One subject's blood counts over time: ICAHT and T-ICAHT, early and late; what pages and tables both read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from trial.rules import icaht, t_icaht
from trial.rules.icaht_days import NOT_CENSORED, RECOMMENDED, Censoring, CountOptions
from trial.rules.verdict import Verdict

__all__ = ["BASES", "CLAUSES", "Followed", "early_on", "follow", "late_on", "platelets_early_on", "platelets_late_on"]

VERSION = icaht.VERSION
NOT_INFUSED = "Not infused: cytopenia is graded from the infusion."
BEFORE = "Before the day of the infusion: cytopenia is graded from that day."
CLAUSES: tuple[str, ...] = (NOT_INFUSED, BEFORE)
BASES: tuple[str, ...] = (icaht.TABLE, t_icaht.TABLE)


@dataclass(frozen=True, slots=True)
class Followed:
    """What all blood counts of an infused subject say; each verdict as in icaht and t_icaht."""

    infused_on: date
    censoring: Censoring
    early: Verdict
    late: Verdict
    platelets_early: Verdict
    platelets_late: Verdict


def follow(
    counts: Iterable[Any],
    *,
    infused_on: date,
    censoring: Censoring = NOT_CENSORED,
    options: CountOptions = RECOMMENDED,
) -> Followed:
    """Grade the blood counts of one subject after one infusion; rows as in icaht.early, in any order."""
    rows: Sequence[Any] = tuple(counts)
    return Followed(
        infused_on=infused_on,
        censoring=censoring,
        early=icaht.early(rows, infused_on=infused_on, censoring=censoring, options=options),
        late=icaht.late(rows, infused_on=infused_on, censoring=censoring),
        platelets_early=t_icaht.early(rows, infused_on=infused_on, censoring=censoring, options=options),
        platelets_late=t_icaht.late(rows, infused_on=infused_on, censoring=censoring, options=options),
    )


def early_on(whole: Followed | None, day: date | None) -> Verdict:
    """Early ICAHT of the subject, at a form of this day; None before the infusion. `whole` None = not infused."""
    return _before(whole, day, icaht.TABLE, icaht.VERSION) or _of(whole).early


def late_on(whole: Followed | None, day: date | None) -> Verdict:
    """Late ICAHT of the subject, at a form of this day; None before the infusion."""
    return _before(whole, day, icaht.TABLE, icaht.VERSION) or _of(whole).late


def platelets_early_on(whole: Followed | None, day: date | None) -> Verdict:
    """Early T-ICAHT of the subject, at a form of this day; None before the infusion."""
    return _before(whole, day, t_icaht.TABLE, t_icaht.VERSION) or _of(whole).platelets_early


def platelets_late_on(whole: Followed | None, day: date | None) -> Verdict:
    """Late T-ICAHT of the subject, at a form of this day; None before the infusion."""
    return _before(whole, day, t_icaht.TABLE, t_icaht.VERSION) or _of(whole).platelets_late


def _before(whole: Followed | None, day: date | None, basis: str, version: str) -> Verdict | None:
    """Why a form of this day is not graded; None = it is."""
    if whole is None:
        return Verdict(None, NOT_INFUSED, basis, (), version)
    return Verdict(None, BEFORE, basis, (), version) if day is not None and day < whole.infused_on else None


def _of(whole: Followed | None) -> Followed:
    assert whole is not None
    return whole
