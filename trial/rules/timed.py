"""What a rule of time answers: event or censored, on which day, by which clause, from which form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

# 365.25 / 12, as in the time-to-event definitions of the analysis plan.
DAYS_PER_MONTH = Decimal("30.4375")


class Source(NamedTuple):
    """The form that decided, and its day."""

    form: str
    on: date


@dataclass(frozen=True, slots=True)
class Timed:
    """A time from `start` to an event or to censoring; `event` None = the endpoint does not apply to this subject."""

    event: bool | None
    on: date | None
    start: date | None
    clause: str  # a fixed sentence with {placeholders}, as in a Verdict
    basis: str
    version: str
    source: Source | None = None
    shown: Mapping[str, str] = field(default_factory=dict, hash=False)
    flags: tuple[str, ...] = ()

    @property
    def days(self) -> int | None:
        """Days from start to event or censoring, the day of the start = 0; None = does not apply."""
        return None if self.on is None or self.start is None else (self.on - self.start).days

    @property
    def aval(self) -> int | None:
        """The days as SDTM and ADaM count them: the day of the start is day 1."""
        return None if self.days is None else self.days + 1

    @property
    def months(self) -> Decimal | None:
        """The days in months of 30.4375 days, unrounded."""
        return None if self.days is None else Decimal(self.days) / DAYS_PER_MONTH

    @property
    def sentence(self) -> str:
        """The clause in English with its placeholders filled."""
        return self.clause.format(**self.shown)
