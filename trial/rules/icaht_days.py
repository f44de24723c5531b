"""Blood counts as one value a day: which day a draw stands for, and how many days lie at or below a limit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from trial.rules.crs_episodes import day_of
from trial.rules.verdict import Verdict, decimal, figure, known

Flags = tuple[str, ...]

# What stands for the days between two draws, said under every grade that counts days.
KNOWN_LOCF = "{days} of the days {first} to {last} have a count; a count stands until the next draw."
KNOWN_LINEAR = "{days} of the days {first} to {last} have a count; between two draws it lies on a straight line."
# A count is low on a day where this answers True.
Low = Callable[[Fraction], bool]


@dataclass(frozen=True, slots=True)
class CountOptions:
    """Choices that the grading of cytopenia after CAR-T leaves open; the defaults are the study's."""

    # "LOCF": a count stands until the next draw. "LINEAR": a straight line between two draws.
    interpolation: str = "LOCF"
    # "STRICT": no count above the limit from day 0 to day 30. "FROM_NADIR": none from the first at or below it to day
    # 30, on at least as many days as grade 3 asks for (the nadir after lymphodepletion may come after day 0).
    never_above: str = "STRICT"
    # So many days in a row above the limit are a recovery; fewer, between two days of low counts, count as low.
    recovery_days: int = 3
    # True: the last count stands until the last observation or the end of the window, with no draw after it.
    last_count_stands: bool = False
    # True: observation that ended early (death, progression, new therapy) may still be "never above the limit".
    censored_may_be_never_above: bool = False
    # Draws more than so many days apart are flagged, and the other interpolation is given beside.
    gap_days: int = 3

    def __post_init__(self) -> None:
        if self.interpolation not in ("LOCF", "LINEAR"):
            raise ValueError("interpolation is LOCF or LINEAR")
        if self.never_above not in ("STRICT", "FROM_NADIR"):
            raise ValueError("never_above is STRICT or FROM_NADIR")
        if self.recovery_days < 1 or self.gap_days < 1:
            raise ValueError("recovery_days and gap_days are 1 or more")


RECOMMENDED = CountOptions()


@dataclass(frozen=True, slots=True)
class Censoring:
    """What ends the counting: the day itself still counts. None = it did not happen; `last_on` None = last draw."""

    last_on: date | None = None
    died_on: date | None = None
    progressed_on: date | None = None
    new_therapy_on: date | None = None

    def ended_on(self) -> date | None:
        """The first of death, progression and the next therapy; None = none of them."""
        days = [day_of(day) for day in (self.died_on, self.progressed_on, self.new_therapy_on)]
        return min((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Counts:
    """The draws of one analyte by study day (infusion = day 0), the lowest of a day."""

    draws: tuple[tuple[int, Fraction], ...]
    ended: int | None  # study day on which observation was censored; None = it was not
    last: int | None  # study day of the last observation, where it is known
    flags: tuple[str, ...] = ()
    highest: tuple[tuple[int, Fraction], ...] = ()  # the highest of each day, where the lowest stands in `draws`

    def end(self, last: int) -> int:
        """The last day of a window that ends on `last` at the latest."""
        return last if self.ended is None else min(last, self.ended)

    def within(self, first: int, last: int) -> tuple[tuple[int, Fraction], ...]:
        """The draws from day `first` to day `last`, and none after censoring."""
        return tuple((day, count) for day, count in self.draws if first <= day <= self.end(last))


def counts(rows: Iterable[Any], item: str, *, infused_on: date, censoring: Censoring) -> Counts:
    """Read the rows (sampled_at or sampled_on, and the item), any order; what has no day or no number is left out.

    Days are those of the time zone that `sampled_at` carries. Several counts on one day: the lowest.
    """
    start = day_of(infused_on)
    assert start is not None
    found: dict[int, Fraction] = {}
    highest: dict[int, Fraction] = {}
    flags: tuple[str, ...] = ()
    for row in rows:
        on, count = _day(row), decimal(_read(row, item))
        if on is None or count is None:
            continue
        if not count.is_finite() or count < 0:
            flags = ("COUNT_IMPOSSIBLE",)
            continue
        day = (on - start).days
        found[day] = min(found.get(day, Fraction(count)), Fraction(count))
        highest[day] = max(highest.get(day, Fraction(count)), Fraction(count))
    ended, last = censoring.ended_on(), day_of(censoring.last_on)
    return Counts(
        tuple(sorted(found.items())),
        None if ended is None else (ended - start).days,
        None if last is None else (last - start).days,
        flags,
        tuple(sorted(highest.items())),
    )


NOT_CENSORED = Censoring()


def daily(of: Counts, *, first: int, last: int, options: CountOptions) -> dict[int, Fraction]:
    """A count for each day from `first` to `last` that has one; no day after censoring.

    Draws before `first`, after `last` and after censoring only close the gap to their neighbour; those more than
    `gap_days` before `first` are not read (they may be older than the lymphodepletion).
    """
    end = of.end(last)
    found: dict[int, Fraction] = {}
    draws = [draw for draw in of.draws if draw[0] >= first - options.gap_days]
    for (day, count), (next_day, next_count) in pairwise(draws):
        asked = range(max(day, first), min(next_day, end + 1))
        if options.interpolation == "LINEAR":
            a_day = (next_count - count) / (next_day - day)
            found.update((between, count + a_day * (between - day)) for between in asked)
        else:
            found.update(dict.fromkeys(asked, count))
    if draws:
        day, count = draws[-1]
        until = max(day, end if of.last is None else min(end, of.last)) if options.last_count_stands else day
        found.update(dict.fromkeys(range(max(day, first), min(until, end) + 1), count))
    return found


def low_days(by_day: Mapping[int, Fraction], low: Low, *, recovery_days: int) -> int:
    """Days with a low count, and those above it that are too few in a row to be a recovery.

    A run of days above counts only where a low day stands on each side of it, without a day in between that has no
    count.
    """
    total, above = 0, 0
    previous: int | None = None
    after_low = False
    for day in sorted(by_day):
        if previous is not None and day != previous + 1:
            above, after_low = 0, False
        if low(by_day[day]):
            total += 1 + (above if after_low and above < recovery_days else 0)
            above, after_low = 0, True
        else:
            above += 1
        previous = day
    return total


def far_apart(of: Counts, *, first: int, last: int, gap_days: int) -> bool:
    """Whether two neighbouring draws, one gap of which lies in the window, are more than `gap_days` days apart."""
    return any(
        next_day - day > gap_days and day < of.end(last) and next_day > first
        for (day, _), (next_day, _) in pairwise(of.draws)
    )


def held_level(draws: Sequence[tuple[int, Fraction]], level: Callable[[Fraction], int]) -> int | None:
    """The worst level that two consecutive draws both reach; None = fewer than two draws."""
    if len(draws) < 2:
        return None
    return max(min(level(one), level(other)) for (_, one), (_, other) in pairwise(draws))


def text(count: Fraction) -> str:
    """A count or a limit with the decimals it was written with."""
    return figure(Decimal(count.numerator) / Decimal(count.denominator))


def coverage(of: Counts, by_day: Mapping[int, Fraction], *, first: int, last: int, options: CountOptions) -> Flags:
    """What the days of a window lack: censored early, without a count, or between draws that are far apart."""
    end = of.end(last)
    return (
        *of.flags,
        *(("CENSORED",) if end < last else ()),
        *(("DAYS_NOT_KNOWN",) if len(by_day) < end - first + 1 else ()),
        *(("DRAWS_FAR_APART",) if far_apart(of, first=first, last=last, gap_days=options.gap_days) else ()),
    )


def days_known(
    by_day: Mapping[int, Fraction], *, first: int, last: int, options: CountOptions, basis: str, version: str
) -> Verdict:
    """How many days of a window have a count, and by which convention; nothing is judged by it."""
    clause = KNOWN_LOCF if options.interpolation == "LOCF" else KNOWN_LINEAR
    shown = {"days": str(len(by_day)), "first": str(first), "last": str(last)}
    return Verdict(None, clause, basis, (), version, shown)


def _day(row: Any) -> date | None:
    for name in ("sampled_at", "sampled_on"):
        on = day_of(_read(row, name))
        if on is not None:
            return on
    return None


def _read(row: Any, name: str) -> Any:
    value = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
    return value if known(value) else None
