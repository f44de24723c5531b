"""The rows that IEC-HS is read from: one item's values before the infusion and after it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from trial.rules.crs_episodes import day_of
from trial.rules.reference import Limits
from trial.rules.verdict import decimal, known


class Values(NamedTuple):
    """Day and value of one item, by day; and whether some could be no value."""

    good: tuple[tuple[date, Decimal], ...]
    impossible: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one subject by form, in any order; each has sampled_at (or sampled_on) and the items of the form."""

    chemistry: Iterable[Any] = ()
    coagulation: Iterable[Any] = ()
    inflammation: Iterable[Any] = ()
    haematology: Iterable[Any] = ()
    # What was read of them: the findings of one day after the other ask for the same values.
    _dated: dict[str, Sequence[tuple[date, Any]]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _values: dict[tuple[str, str], Values] = field(default_factory=dict, init=False, repr=False, compare=False)

    def dated(self, form: str) -> Sequence[tuple[date, Any]]:
        """The forms of a kind that have a day, with that day."""
        if form not in self._dated:
            days = ((_day(row), row) for row in getattr(self, form))
            self._dated[form] = tuple((on, row) for on, row in days if on is not None)
        return self._dated[form]

    def values(self, item: str, form: str) -> Values:
        """Every value of an item."""
        if (item, form) not in self._values:
            told = [(on, value) for on, row in self.dated(form) if (value := decimal(read(row, item))) is not None]
            good = tuple(sorted((on, value) for on, value in told if value.is_finite() and value >= 0))
            self._values[item, form] = Values(good, len(good) < len(told))
        return self._values[item, form]


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one item: `before` = the last up to the day of the infusion, `after` = day and value, by day."""

    before: Decimal | None
    after: tuple[tuple[date, Decimal], ...]
    flags: tuple[str, ...] = ()
    everything: tuple[tuple[date, Decimal], ...] = ()  # before and after, up to the last day looked at


class Reader(NamedTuple):
    """The rows, and how they are read."""

    rows: Rows
    infusion: date
    limits: Mapping[str, Limits]
    since: date | None
    until: date | None

    def looked_at(self, on: date) -> bool:
        later = on > self.infusion and (self.since is None or on >= self.since)
        return later and (self.until is None or on <= self.until)

    def dated(self, form: str) -> Sequence[tuple[date, Any]]:
        return self.rows.dated(form)

    def series(self, item: str, form: str) -> Series:
        """The values of an item; on one day all of them, so that the worst decides."""
        good, impossible = self.rows.values(item, form)
        infused = bisect_right(good, self.infusion, key=_on)
        end = len(good) if self.until is None else bisect_right(good, self.until, key=_on)
        start = infused if self.since is None else max(infused, bisect_left(good, self.since, key=_on))
        flags = ("VALUE_IMPOSSIBLE",) if impossible else ()
        return Series(good[infused - 1][1] if infused else None, good[start:end], flags, good[:end])


def _on(one: tuple[date, Decimal]) -> date:
    return one[0]


def _day(row: Any) -> date | None:
    return next((day for name in ("sampled_at", "sampled_on") if (day := day_of(read(row, name)))), None)


def read(row: Any, name: str) -> Any:
    """An item of a row, or of a mapping; None = not recorded."""
    value = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
    return value if known(value) else None
