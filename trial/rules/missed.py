"""Scheduled assessments missed in a row before an event."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any


def gap_before(event: date, start: date, *, days: Sequence[date], schedule: Iterable[Any]) -> tuple[int, date | None]:
    """How many scheduled assessments in a row were missed up to the event, and the last adequate one before it.

    `days` = adequate assessments, scheduled or not; `schedule` has day, before, after, days from `start`.
    Missed = its window lies wholly after the last adequate assessment and wholly before the event; the visit that
    found the event is not missed. None = no adequate assessment before the event.
    """
    earlier = [day for day in days if day < event]
    last = max(earlier, default=None)
    missed = 0
    for due in schedule:
        opens = start + timedelta(days=due.day - due.before)
        closes = start + timedelta(days=due.day + due.after)
        missed += closes < event and (last is None or last < opens)
    return missed, last
