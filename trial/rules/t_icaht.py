"""Thrombocytopenia after CAR-T (T-ICAHT), graded as ICAHT is: early and late, from platelet counts."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from trial.rules import icaht
from trial.rules.icaht_days import (
    KNOWN_LINEAR,
    KNOWN_LOCF,
    NOT_CENSORED,
    RECOMMENDED,
    Censoring,
    CountOptions,
    counts,
    coverage,
    daily,
    days_known,
    held_level,
    low_days,
    text,
)
from trial.rules.verdict import Verdict, concluded, joined

__all__ = ["BASES", "CLAUSES", "FLAGS", "VERSION", "early", "late"]

VERSION = "t_icaht_2025"
TABLE = "T-ICAHT (Blood Advances 2025), table 1"
BASES: tuple[str, ...] = (TABLE, icaht.CONVENTION)

# Study days, infusion = day 0.
EARLY_FIRST, EARLY_LAST, LATE_FIRST, LATE_LAST = 0, 30, 31, 100
UNIT = "10^9/L"
# Table 1, early: platelets below (10^9/L), with the days from which each grade begins, worst first.
LOW, SEVERE = Fraction(50), Fraction(20)
EARLY: dict[Fraction, tuple[tuple[int, int], ...]] = {LOW: ((7, 2), (1, 1)), SEVERE: ((14, 4), (1, 3))}
# Table 1, late: below (10^9/L), worst first; grade 4 is grade 3 for so many days.
LATE: tuple[tuple[Fraction, int], ...] = ((SEVERE, 3), (LOW, 2), (Fraction(100), 1))
DAYS_OF_LATE_GRADE_4 = 14

EARLY_DAYS = "Platelets below {threshold} {unit} on {days} days from day 0 to day 30."
NO_EARLY = "Platelets were below {threshold} {unit} on no day from day 0 to day 30."
NO_EARLY_COUNT = "No platelet count tells of a day from day 0 to day 30: not graded."
LATE_DAYS = "Platelets below {threshold} {unit} on {days} days from day 31 to day 100."
HELD = "Two consecutive platelet counts from day 31 to day 100 below {threshold} {unit}."
NO_LATE = "No two consecutive platelet counts from day 31 to day 100 below {threshold} {unit}."
NO_LATE_COUNT = "No platelet count from day 31 to day 100: not graded."
ONE_LATE_LOW = "Only one platelet count from day 31 to day 100, {value} {unit}: it cannot be told whether it lasted."
ONE_LATE_HIGH = "Only one platelet count from day 31 to day 100, {value} {unit}, not below {threshold} {unit}."

CLAUSES: tuple[str, ...] = (
    EARLY_DAYS, NO_EARLY, NO_EARLY_COUNT, LATE_DAYS, HELD, NO_LATE, NO_LATE_COUNT, ONE_LATE_LOW, ONE_LATE_HIGH, KNOWN_LOCF,
    KNOWN_LINEAR,
)  # fmt: skip
FLAGS: dict[str, str] = {
    **icaht.FLAGS,
    "DAYS_NOT_KNOWN": "Not every day of the period has a count.",
}


def early(
    rows: Iterable[Any],
    *,
    infused_on: date,
    censoring: Censoring = NOT_CENSORED,
    options: CountOptions = RECOMMENDED,
) -> Verdict:
    """Early T-ICAHT, days 0 to 30: 0 to 4; None = no count in that time. Findings: a line of the table each.

    Rows have sampled_at or sampled_on, and platelets in 10^9/L, in any order. Transfusions are not read.
    """
    of = counts(rows, "platelets", infused_on=infused_on, censoring=censoring)
    by_day = daily(of, first=EARLY_FIRST, last=EARLY_LAST, options=options)
    if not by_day:
        return _verdict(None, NO_EARLY_COUNT, (), of.flags)
    flags = coverage(of, by_day, first=EARLY_FIRST, last=EARLY_LAST, options=options)
    lines = []
    for limit, steps in EARLY.items():
        days = low_days(by_day, below(limit), recovery_days=options.recovery_days)
        grade = next((grade for least, grade in steps if days >= least), 0)
        shown = {"threshold": text(limit), "unit": UNIT, "days": str(days)}
        lines.append((grade, Verdict(grade, EARLY_DAYS, TABLE, (), VERSION, shown)))
    grade, worst = max(lines, key=lambda line: line[0])
    flags = joined(flags, ("LOWER_BOUND",) if "DAYS_NOT_KNOWN" in flags and grade < 4 else ())
    known = days_known(
        by_day, first=EARLY_FIRST, last=EARLY_LAST, options=options, basis=icaht.CONVENTION, version=VERSION
    )
    because = (*(line for _, line in lines), known)
    if grade == 0:
        return _verdict(0, NO_EARLY, because, flags, threshold=text(LOW), unit=UNIT)
    return _verdict(grade, EARLY_DAYS, because, flags, **worst.shown)


def late(
    rows: Iterable[Any],
    *,
    infused_on: date,
    censoring: Censoring = NOT_CENSORED,
    options: CountOptions = RECOMMENDED,
) -> Verdict:
    """Late T-ICAHT, days 31 to 100: 0 to 4; None = no count, or one low count only.

    The worst level that two consecutive draws both reach; grade 4 where that is grade 3 and the days below it add up.
    """
    of = counts(rows, "platelets", infused_on=infused_on, censoring=censoring)
    drawn = of.within(LATE_FIRST, LATE_LAST)
    by_day = daily(of, first=LATE_FIRST, last=LATE_LAST, options=options)
    flags = joined(of.flags, ("CENSORED",) if of.end(LATE_LAST) < LATE_LAST else ())
    mildest = {"threshold": text(LATE[-1][0]), "unit": UNIT}
    if not drawn:
        return _verdict(None, NO_LATE_COUNT, (), flags)
    held, last = held_level(drawn, _level), drawn[-1][1]
    if held is None and _level(last):
        return _verdict(None, ONE_LATE_LOW, (), flags, value=text(last), unit=UNIT)
    if held is None:
        return _verdict(0, ONE_LATE_HIGH, (), flags, value=text(last), **mildest)
    flags = joined(flags, ("LAST_COUNT_UNCONFIRMED", "LOWER_BOUND") if _level(last) > held else ())
    if held == 0:
        return _verdict(0, NO_LATE, (), flags, **mildest)
    limit = next(limit for limit, level in LATE if level == held)
    shown = {"threshold": text(limit), "unit": UNIT}
    if held < 3:
        return _verdict(held, HELD, (), flags, **shown)
    known = days_known(
        by_day, first=LATE_FIRST, last=LATE_LAST, options=options, basis=icaht.CONVENTION, version=VERSION
    )
    days = low_days(by_day, below(SEVERE), recovery_days=options.recovery_days)
    flags = joined(flags, coverage(of, by_day, first=LATE_FIRST, last=LATE_LAST, options=options))
    if days >= DAYS_OF_LATE_GRADE_4:
        return _verdict(4, LATE_DAYS, (known,), flags, days=str(days), **shown)
    flags = joined(flags, ("LOWER_BOUND",) if "DAYS_NOT_KNOWN" in flags else ())
    return _verdict(3, LATE_DAYS, (known,), flags, days=str(days), **shown)


def below(limit: Fraction) -> Any:
    """Whether a count is below the limit; the limit itself is not."""
    return lambda count: count < limit


def _level(count: Fraction) -> int:
    return next((grade for limit, grade in LATE if count < limit), 0)


def _verdict(
    value: int | None, clause: str, because: tuple[Verdict, ...], flags: tuple[str, ...] = (), /, **shown: str
) -> Verdict:
    return concluded(value, clause, because, flags, basis=TABLE, version=VERSION, shown=shown)
