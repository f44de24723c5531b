"""The rows that IEC-HS is read from: one item's values before the infusion and after it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from trial.rules.crs_episodes import day_of
from trial.rules.reference import Limits
from trial.rules.verdict import decimal, known


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one subject by form, in any order; each has sampled_at (or sampled_on) and the items of the form."""

    chemistry: Iterable[Any] = ()
    coagulation: Iterable[Any] = ()
    inflammation: Iterable[Any] = ()
    haematology: Iterable[Any] = ()


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

    def dated(self, form: str) -> Iterator[tuple[date, Any]]:
        for row in getattr(self.rows, form):
            on = next((day for name in ("sampled_at", "sampled_on") if (day := day_of(read(row, name)))), None)
            if on is not None:
                yield on, row

    def series(self, item: str, form: str) -> Series:
        """The values of an item; on one day all of them, so that the worst decides."""
        values = [(on, decimal(read(row, item))) for on, row in self.dated(form)]
        told = [(on, value) for on, value in values if value is not None]
        good = sorted((on, value) for on, value in told if value.is_finite() and value >= 0)
        before = [value for on, value in good if on <= self.infusion]
        after = tuple((on, value) for on, value in good if self.looked_at(on))
        until = tuple((on, value) for on, value in good if self.until is None or on <= self.until)
        flags = ("VALUE_IMPOSSIBLE",) if len(good) < len(told) else ()
        return Series(before[-1] if before else None, after, flags, until)


def read(row: Any, name: str) -> Any:
    """An item of a row, or of a mapping; None = not recorded."""
    value = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
    return value if known(value) else None
