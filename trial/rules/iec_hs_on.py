"""The findings of IEC-HS around one day: what a form of that day shows, and what the tables count."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from trial.rules import iec_hs
from trial.rules.iec_hs import CLINICAL, IecHs, Rows
from trial.rules.iec_hs_read import Reader, read
from trial.rules.iec_hs_table import ANALYTES
from trial.rules.reference import Limits
from trial.rules.verdict import Verdict

__all__ = ["BASES", "CLAUSES", "DAYS_BEFORE", "Told", "around", "listed_on", "recorded"]

VERSION = iec_hs.VERSION
BASES = iec_hs.BASES
# Values of the day and of so many days before it are read together: not every panel is drawn every day. Assumed.
DAYS_BEFORE = 3
NOT_INFUSED = "Not infused: the syndrome is looked for after the infusion."
BEFORE = "On the day of the infusion or before: its values are the baseline."
NO_DAY = "The day of the sample is not recorded."
CLAUSES: tuple[str, ...] = (NOT_INFUSED, BEFORE, NO_DAY)


@dataclass(frozen=True, slots=True)
class Told:
    """The laboratory of an infused subject; `limits` gives the limits of normal of an item on a day."""

    infused_on: date
    rows: Rows
    limits: Callable[[str, date], Limits]
    # The panels of one day are several forms, and each shows the same findings.
    _days: dict[date, IecHs] = field(default_factory=dict, init=False, repr=False, compare=False)


def around(told: Told, day: date) -> IecHs:
    """The findings of a day after the infusion and of the days before it that are read with it, none before day 1."""
    if day not in told._days:
        told._days[day] = _around(told, day)
    return told._days[day]


def _around(told: Told, day: date) -> IecHs:
    first = max(day - timedelta(days=DAYS_BEFORE), told.infused_on + timedelta(days=1))
    limits: Mapping[str, Limits] = {analyte.item: told.limits(analyte.item, day) for analyte in ANALYTES}
    asked = recorded(told.rows, infused_on=told.infused_on, since=first, until=day)
    return iec_hs.iec_hs(told.rows, infused_on=told.infused_on, limits=limits, since=first, until=day, **asked)


def recorded(rows: Rows, *, infused_on: date, since: date, until: date) -> dict[str, str | None]:
    """What a person answered on the inflammation forms of these days, by finding: Y if any says so, then N, then U.

    None = nobody was asked.
    """
    reader = Reader(rows, infused_on, {}, since, until)
    forms = [row for on, row in reader.dated("inflammation") if reader.looked_at(on)]
    answers = {name: {read(row, name) for row in forms} for name in CLINICAL}
    return {name: next((code for code in "YNU" if code in given), None) for name, given in answers.items()}


def listed_on(whole: Told | None, day: date | None) -> Verdict:
    """The list at a form of this day, without a value; before the infusion it does not apply. None = not infused."""
    if whole is None:
        return _said(NOT_INFUSED)
    if day is None:
        return _said(NO_DAY)
    return _said(BEFORE) if day <= whole.infused_on else around(whole, day).verdict


def _said(clause: str) -> Verdict:
    return Verdict(None, clause, iec_hs.TABLE, (), VERSION)
