"""Haematotoxicity after CAR-T (ICAHT) by EHA/EBMT 2023: early and late, from neutrophil counts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from trial.rules.icaht_days import (
    KNOWN_LINEAR,
    KNOWN_LOCF,
    NOT_CENSORED,
    RECOMMENDED,
    Censoring,
    CountOptions,
    Counts,
    counts,
    coverage,
    daily,
    days_known,
    held_level,
    low_days,
    text,
)
from trial.rules.verdict import Verdict, concluded, joined

__all__ = ["BASES", "CLAUSES", "FLAGS", "VERSION", "Censoring", "CountOptions", "early", "late"]

VERSION = "icaht_2023"
TABLE = "ICAHT, EHA/EBMT (Rejeski K et al. Blood 2023;142:865-877), table 2"
CONVENTION = "Convention of this study; the text of the ICAHT grading is silent"
BASES: tuple[str, ...] = (TABLE, CONVENTION)

# Study days, infusion = day 0. Early: from 0 to 30; late: after it.
EARLY_FIRST, EARLY_LAST = 0, 30
UNIT = "10^9/L"
# Table 2, early: a count low at or below (10^9/L), with the days from which each grade begins, worst first.
SEVERE, PROFOUND = Fraction(1, 2), Fraction(1, 10)
EARLY: dict[Fraction, tuple[tuple[int, int], ...]] = {
    SEVERE: ((14, 3), (7, 2), (1, 1)),
    PROFOUND: ((14, 4), (7, 3)),
}
NEVER_ABOVE_GRADE, DAYS_OF_GRADE_3 = 4, 14
# Table 2, late: at or below (10^9/L), worst first.
LATE: tuple[tuple[Fraction, int], ...] = (
    (Fraction(1, 10), 4),
    (Fraction(1, 2), 3),
    (Fraction(1), 2),
    (Fraction(3, 2), 1),
)

DAYS = "Neutrophils at or below {threshold} {unit} on {days} days from day 0 to day 30."
NEVER_ABOVE = "Neutrophils never above {threshold} {unit} up to day 30, over {days} days."
ONCE_ABOVE = "Neutrophils were above {threshold} {unit} at least once up to day 30, or not every day is known."
NO_EARLY = "Neutrophils were at or below {threshold} {unit} on no day from day 0 to day 30."
NO_EARLY_COUNT = "No neutrophil count tells of a day from day 0 to day 30: not graded."
OTHER_WAY_LINEAR = "With a straight line between draws instead, the grade would be {grade}."
OTHER_WAY_LOCF = "With each count standing until the next draw instead, the grade would be {grade}."

HELD = "Two consecutive neutrophil counts after day 30 at or below {threshold} {unit}."
NO_LATE = "No two consecutive neutrophil counts after day 30 at or below {threshold} {unit}."
NO_LATE_COUNT = "No neutrophil count after day 30: not graded."
ONE_LATE_LOW = "Only one neutrophil count after day 30, {value} {unit}: it cannot be told whether it lasted."
ONE_LATE_HIGH = "Only one neutrophil count after day 30, {value} {unit}, above {threshold} {unit}."

CLAUSES: tuple[str, ...] = (
    DAYS, NEVER_ABOVE, ONCE_ABOVE, NO_EARLY, NO_EARLY_COUNT, OTHER_WAY_LINEAR, OTHER_WAY_LOCF, KNOWN_LOCF,
    KNOWN_LINEAR, HELD, NO_LATE, NO_LATE_COUNT, ONE_LATE_LOW, ONE_LATE_HIGH,
)  # fmt: skip

FLAGS: dict[str, str] = {
    "LOWER_BOUND": "Something is not recorded; the grade may be higher.",
    "DRAWS_FAR_APART": "Two draws are more than 3 days apart; the days between them are assumed.",
    "DAYS_NOT_KNOWN": "Not every day from day 0 to day 30 has a count.",
    "CENSORED": "Observation ended early (death, progression or the next therapy); graded on the days up to then.",
    "COUNT_IMPOSSIBLE": "A count that cannot be measured was left out.",
    "LAST_COUNT_UNCONFIRMED": "The last count is lower than the grade says, and no second one confirms it.",
}


def early(
    rows: Iterable[Any],
    *,
    infused_on: date,
    censoring: Censoring = NOT_CENSORED,
    options: CountOptions = RECOMMENDED,
) -> Verdict:
    """Early ICAHT, days 0 to 30: 0 to 4; None = no count in that time. Findings: a line of the table each.

    Rows have sampled_at or sampled_on, and neutrophils in 10^9/L, in any order. Days add up, they need not be in a row.
    Source: Rejeski K et al. Blood 2023;142:865-877, table 2.
    """
    of = counts(rows, "neutrophils", infused_on=infused_on, censoring=censoring)
    verdict = _early(of, options)
    if verdict.value is None or "DRAWS_FAR_APART" not in verdict.flags:
        return verdict
    linear = options.interpolation == "LOCF"
    other = _early(of, replace(options, interpolation="LINEAR" if linear else "LOCF"))
    said = OTHER_WAY_LINEAR if linear else OTHER_WAY_LOCF
    aside = Verdict(other.value, said, CONVENTION, (), VERSION, {"grade": str(other.value)})
    return replace(verdict, because=(*verdict.because, aside))


def _early(of: Counts, options: CountOptions) -> Verdict:
    by_day = daily(of, first=EARLY_FIRST, last=EARLY_LAST, options=options)
    if not by_day:
        return _verdict(None, NO_EARLY_COUNT, (), of.flags)
    lines = [_line(by_day, limit, options) for limit in EARLY]
    lines.append(_never_above(of, by_day, options))
    worst = max(lines, key=_grade)
    lines.append(
        days_known(by_day, first=EARLY_FIRST, last=EARLY_LAST, options=options, basis=CONVENTION, version=VERSION)
    )
    flags = coverage(of, by_day, first=EARLY_FIRST, last=EARLY_LAST, options=options)
    if "DAYS_NOT_KNOWN" in flags and _grade(worst) < 4:
        flags = joined(flags, ("LOWER_BOUND",))
    if _grade(worst) == 0:
        return _verdict(0, NO_EARLY, tuple(lines), flags, threshold=text(SEVERE), unit=UNIT)
    return _verdict(worst.value, worst.clause, tuple(lines), flags, basis=worst.basis, **worst.shown)


def _grade(line: Verdict) -> int:
    return line.value if isinstance(line.value, int) else 0


def _line(by_day: dict[int, Fraction], limit: Fraction, options: CountOptions) -> Verdict:
    """One line of the table: the days at or below the limit, and the grade they make."""
    days = low_days(by_day, lambda count: count <= limit, recovery_days=options.recovery_days)
    grade = next((grade for least, grade in EARLY[limit] if days >= least), 0)
    return Verdict(grade, DAYS, TABLE, (), VERSION, {"threshold": text(limit), "unit": UNIT, "days": str(days)})


def _never_above(of: Counts, by_day: dict[int, Fraction], options: CountOptions) -> Verdict:
    """Grade 4 where no count was above the limit, on every day that the reading asks for."""
    drawn = of.within(EARLY_FIRST, EARLY_LAST)
    first, basis = EARLY_FIRST, TABLE
    if options.never_above == "FROM_NADIR":
        low = [day for day, count in drawn if count <= SEVERE]
        first, basis = (min(low) if low else EARLY_LAST + 1), CONVENTION
    end = EARLY_LAST
    if of.ended is not None and options.censored_may_be_never_above:
        end, basis = min(EARLY_LAST, of.ended), CONVENTION
    asked = range(first, end + 1)
    # A straight line cannot rise above two draws that are not above; a day without a count proves nothing.
    held = bool(asked) and all(day in by_day and by_day[day] <= SEVERE for day in asked)
    held = held and (options.never_above == "STRICT" or len(asked) >= DAYS_OF_GRADE_3)
    # A second count of a day above the limit is one above it; on the day of the nadir it may have come before.
    later = asked if options.never_above == "STRICT" else asked[1:]
    held = held and not any(day in later and count > SEVERE for day, count in of.highest)
    shown = {"threshold": text(SEVERE), "unit": UNIT}
    if held:
        return Verdict(NEVER_ABOVE_GRADE, NEVER_ABOVE, basis, (), VERSION, {**shown, "days": str(len(asked))})
    return Verdict(0, ONCE_ABOVE, basis, (), VERSION, shown)


def late(
    rows: Iterable[Any],
    *,
    infused_on: date,
    censoring: Censoring = NOT_CENSORED,
    last_day: int | None = None,
) -> Verdict:
    """Late ICAHT, after day 30: 0 to 4; None = no count, or one low count only.

    The worst level that two consecutive draws both reach; draws of one day are one. `last_day` = study day up to which
    draws are read, None = all up to censoring. Source: Rejeski K et al. Blood 2023;142:865-877, table 2.
    """
    of = counts(rows, "neutrophils", infused_on=infused_on, censoring=censoring)
    read_to = max((day for day, _ in of.draws), default=0) if last_day is None else last_day
    drawn = of.within(EARLY_LAST + 1, read_to)
    flags = joined(of.flags, ("CENSORED",) if of.ended is not None else ())
    mildest = {"threshold": text(LATE[-1][0]), "unit": UNIT}
    if not drawn:
        return _verdict(None, NO_LATE_COUNT, (), flags)
    grade = held_level(drawn, _level)
    last = drawn[-1][1]
    if grade is None and _level(last):
        return _verdict(None, ONE_LATE_LOW, (), flags, basis=CONVENTION, value=text(last), unit=UNIT)
    if grade is None:
        return _verdict(0, ONE_LATE_HIGH, (), flags, basis=CONVENTION, value=text(last), **mildest)
    flags = joined(flags, ("LAST_COUNT_UNCONFIRMED", "LOWER_BOUND") if _level(last) > grade else ())
    if grade == 0:
        return _verdict(0, NO_LATE, (), flags, **mildest)
    limit = next(limit for limit, level in LATE if level == grade)
    return _verdict(grade, HELD, (), flags, threshold=text(limit), unit=UNIT)


def _level(count: Fraction) -> int:
    return next((grade for limit, grade in LATE if count <= limit), 0)


def _verdict(
    value: int | str | None,
    clause: str,
    because: tuple[Verdict, ...],
    flags: tuple[str, ...] = (),
    /,
    *,
    basis: str = TABLE,
    **shown: str,
) -> Verdict:
    return concluded(value, clause, because, flags, basis=basis, version=VERSION, shown=shown)
