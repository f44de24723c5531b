"""Samples of CAR-T cells put in order: one point a day in one unit, and every sample left out with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from trial.rules.crs_episodes import day_of
from trial.rules.verdict import decimal, known

__all__ = ["CLAUSES", "LeftOut", "Point", "Read", "read", "units"]

UNDATED = "The sample has no date."
BEFORE_INFUSION = "The sample was taken before the infusion."
AFTER_LAST_DAY = "The sample was taken after the last day that counts."
UNIT_MISSING = "The sample has no unit."
OTHER_UNIT = "The sample was measured in another unit."
OTHER_METHOD = "The sample was measured by another method."
NO_RESULT = "The sample has neither a value nor a limit that it was below."
IMPOSSIBLE = "The value cannot be a measured value."
SAME_DAY = "Another sample of the same day has more cells."

CLAUSES: tuple[str, ...] = (
    UNDATED, BEFORE_INFUSION, AFTER_LAST_DAY, UNIT_MISSING, OTHER_UNIT, OTHER_METHOD, NO_RESULT, IMPOSSIBLE, SAME_DAY,
)  # fmt: skip


class LeftOut(NamedTuple):
    """A sample that was not used, and why; `sampled_on` None = it has no date."""

    sampled_on: date | None
    clause: str


class Point(NamedTuple):
    """The sample of one day; `value` None = below the limit of detection or quantification."""

    day: int  # days from the infusion, the day of the infusion = 0
    on: date
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Read:
    """The points in order, what was left out, the methods of the points, and remarks."""

    points: tuple[Point, ...]
    left_out: tuple[LeftOut, ...]
    methods: tuple[str, ...]
    flags: tuple[str, ...]


def units(samples: Iterable[Any]) -> tuple[str, ...]:
    """The units in which samples were measured, in order of the alphabet."""
    return tuple(sorted({str(sample.unit) for sample in samples if known(sample.unit)}))


def read(
    samples: Iterable[Any],
    *,
    infused_on: date,
    unit: str,
    methods: frozenset[str] = frozenset(),
    until: date | None = None,
) -> Read:
    """The samples in one unit from the day of the infusion on, in any order; `methods` empty = all, `until` None = all.

    Each has sampled_on, method, value, unit, below (BLD, BLQ or None) and limit. A sample marked as below a limit has
    no value, whatever stands there. Of several samples of a day the one with most cells counts.
    """
    infusion, last = day_of(infused_on), day_of(until)
    assert infusion is not None
    left: list[LeftOut] = []
    found: dict[int, tuple[Point, str]] = {}
    flags: set[str] = set()
    for sample in samples:
        on = day_of(sample.sampled_on)
        why = _unusable(sample, on, infusion, last, unit, methods)
        if why is not None or on is None:
            left.append(LeftOut(on, why or UNDATED))
            continue
        flags |= _remarks(sample)
        point = Point((on - infusion).days, on, _value(sample))
        other = found.get(point.day)
        if other is not None:
            left.append(LeftOut(on, SAME_DAY))
            flags.add("SEVERAL_ON_ONE_DAY")
        if other is None or _cells(point) > _cells(other[0]):
            found[point.day] = (point, str(sample.method) if known(sample.method) else "")
    points = tuple(found[day][0] for day in sorted(found))
    used = tuple(sorted({method for _, method in found.values() if method}))
    flags |= {"SEVERAL_METHODS"} if len(used) > 1 else set()
    left.sort(key=lambda one: (one.sampled_on is None, one.sampled_on or infusion, one.clause))
    return Read(points, tuple(left), used, tuple(sorted(flags)))


def _unusable(
    sample: Any, on: date | None, infusion: date, last: date | None, unit: str, methods: frozenset[str]
) -> str | None:
    """Why a sample is not used; None = it is."""
    if on is None:
        return UNDATED
    if on < infusion:
        return BEFORE_INFUSION
    if last is not None and on > last:
        return AFTER_LAST_DAY
    if not known(sample.unit):
        return UNIT_MISSING
    if sample.unit != unit:
        return OTHER_UNIT
    if methods and sample.method not in methods:
        return OTHER_METHOD
    if known(sample.below):
        return None
    value = decimal(sample.value)
    if value is None:
        return NO_RESULT
    return None if value.is_finite() and value >= 0 else IMPOSSIBLE


def _value(sample: Any) -> Decimal | None:
    """The cells of a usable sample; None = below a limit, or none were counted."""
    if known(sample.below):
        return None
    value, limit = decimal(sample.value), decimal(sample.limit)
    below = value is None or value == 0 or (limit is not None and value < limit)
    return None if below else value


def _remarks(sample: Any) -> set[str]:
    value, limit = decimal(sample.value), decimal(sample.limit)
    if known(sample.below):
        return {"VALUE_AND_LIMIT"} if value is not None else set()
    return {"VALUE_BELOW_LIMIT"} if value is not None and limit is not None and 0 < value < limit else set()


def _cells(point: Point) -> Decimal:
    return Decimal(0) if point.value is None else point.value
