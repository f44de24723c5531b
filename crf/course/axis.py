"""Time from left to right: study days on three scales, or the calendar where there is no infusion yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from crf.course.marks import px

# Measures of a lane in px; right of the axis stand the words of limits. A lane is drawn as large as it is shown, so
# that the texts of all lanes keep one size.
WIDTH, LEFT, RIGHT = 1026, 12, 62
# Days around the infusion that are drawn day by day: from before the lymphodepletion to the end of month 1's window.
EARLY_FIRST, EARLY_LAST = -7, 35
BEFORE_PX, EARLY_PX = 92, 392
MONTH_DAYS = 30.4375
WEEK = 7
# Steps between ticks, the first that leaves them so far apart.
BEFORE_STEPS, MONTH_STEPS, CALENDAR_STEPS = (14, 28, 56, 112, 364), (1, 2, 3, 6, 12, 24), (1, 2, 3, 6, 12, 24)
BEFORE_APART, MONTHS_APART, DATES_APART = 30, 38, 76
NOON = 12


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the axis with one scale: days from the origin, px from the left, and what it says of itself."""

    first: float
    last: float
    left: float
    right: float
    says: str

    @property
    def of_day(self) -> float:
        """How many px a day takes."""
        return (self.right - self.left) / (self.last - self.first)

    @property
    def edge(self) -> str:
        return px(self.left)

    @property
    def middle(self) -> str:
        return px((self.left + self.right) / 2)

    @property
    def end(self) -> str:
        return px(self.right)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with its text."""

    x: str
    text: str
    infusion: bool = False


class Axis:
    """Days as places. `infused_on` None = the calendar; `days` = everything that must have a place on it."""

    def __init__(self, infused_on: date | None, days: Iterable[date]) -> None:
        known = sorted({*days, *([infused_on] if infused_on else [])})
        self.infused_on = infused_on
        self.origin = infused_on or known[0]
        first, last = (known[0] - self.origin).days, (known[-1] - self.origin).days
        self.width = WIDTH
        self.stretches = tuple(_stretches(first, last) if infused_on else _calendar(first, last))

    def day(self, on: date | datetime) -> int:
        """Days from the infusion, or from the first day where there is none."""
        return ((on.date() if isinstance(on, datetime) else on) - self.origin).days

    def study_day(self, on: date | datetime) -> int | None:
        """Days from the infusion; None where there is none."""
        return None if self.infused_on is None else self.day(on)

    def at(self, on: date | datetime) -> float:
        """Px from the left. A day without a time stands in its middle; a time within its day."""
        hours = on.hour + on.minute / 60 - NOON if isinstance(on, datetime) else 0
        return self.of(self.day(on) + hours / 24)

    def of(self, day: float) -> float:
        """The same of a day, or a part of one, counted from the origin; what lies outside stands at the end."""
        first, last = self.stretches[0], self.stretches[-1]
        day = min(max(day, first.first), last.last)
        part = next(one for one in self.stretches if day <= one.last)
        return part.left + (day - part.first) * part.of_day

    def ticks(self) -> Iterator[Tick]:
        """From left to right."""
        if self.infused_on is None:
            yield from self._dates()
            return
        for part in self.stretches:
            if part.last <= EARLY_FIRST:
                yield from (self._tick(day, str(day)) for day in _before(part))
            elif part.first < EARLY_LAST:
                yield from (self._tick(day, str(day)) for day in range(EARLY_FIRST, EARLY_LAST + 1, WEEK))
            else:
                yield from (self._tick(month * MONTH_DAYS, _("%(n)d mo") % {"n": month}) for month in _months(part))

    def breaks(self) -> Sequence[str]:
        """Where the scale changes."""
        return [part.edge for part in self.stretches[1:]]

    def _tick(self, day: float, text: str) -> Tick:
        return Tick(px(self.of(day)), text.replace("-", "−"), infusion=day == 0)

    def _dates(self) -> Iterator[Tick]:
        part = self.stretches[0]
        end = self.origin + timedelta(days=part.last)
        if part.of_day * WEEK >= DATES_APART:
            yield from (self._date(self.origin + timedelta(days=day)) for day in range(0, int(part.last) + 1, WEEK))
            return
        step = _step(CALENDAR_STEPS, part.of_day * MONTH_DAYS, DATES_APART)
        on = _next_month(self.origin, 1) if self.origin.day > 1 else self.origin
        while on <= end:
            yield self._date(on)
            on = _next_month(on, step)

    def _date(self, on: date) -> Tick:
        return Tick(px(self.at(on)), on.isoformat())


def _stretches(first: int, last: int) -> Iterator[Stretch]:
    left: float = LEFT
    if first < EARLY_FIRST:
        yield Stretch(first - 2, EARLY_FIRST, left, left + BEFORE_PX, _("before"))
        left += BEFORE_PX
    room, later = WIDTH - RIGHT - left, last - EARLY_LAST
    early = EARLY_LAST - EARLY_FIRST
    # Never wider for a late day than for an early one.
    taken = min(room - EARLY_PX, room * later / (later + early)) if later > 0 else 0
    yield Stretch(EARLY_FIRST, EARLY_LAST, left, left + room - taken, _("day by day, infusion = day 0"))
    if later > 0:
        yield Stretch(EARLY_LAST, last, left + room - taken, left + room, _("by month"))


def _calendar(first: int, last: int) -> Iterator[Stretch]:
    yield Stretch(first - 1, max(last, first + 4 * WEEK) + 1, LEFT, WIDTH - RIGHT, _("calendar: not infused yet"))


def _before(part: Stretch) -> Iterator[int]:
    step = _step(BEFORE_STEPS, part.of_day, BEFORE_APART)
    nearest = EARLY_FIRST - BEFORE_APART / part.of_day
    yield from sorted(day for day in range(-step, int(part.first), -step) if day <= nearest)


def _months(part: Stretch) -> Iterator[int]:
    step = _step(MONTH_STEPS, part.of_day * MONTH_DAYS, MONTHS_APART)
    for month in range(step, int(part.last / MONTH_DAYS) + 1, step):
        if (month * MONTH_DAYS - part.first) * part.of_day >= MONTHS_APART - 6:
            yield month


def _step(steps: Sequence[int], wide: float, apart: float) -> int:
    return next((step for step in steps if step * wide >= apart), steps[-1])


def _next_month(on: date, months: int) -> date:
    """The first day of a later month."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, 1)
