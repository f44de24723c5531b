"""Episodes of cytokine release syndrome: when one opens, when it is resolved, and what it amounted to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from trial.rules.crs_options import AstctOptions
from trial.rules.verdict import Verdict, known

# ASTCT 2019, definition of CRS: reasonable temporal relationship; days after infusion, infusion = day 0.
# The number is the usual plausibility window, not text of the paper.
PLAUSIBLE_ONSET_DAYS = 14


@dataclass(frozen=True, slots=True)
class Episode:
    """One episode: dates are `assessed_at` of the assessment that decided; None = that assessment has no date."""

    # First qualifying fever (death due to CRS where none was recorded); where the vital signs hold it, when it was measured.
    onset: datetime | date | None
    maximum: int
    maximum_on: datetime | date | None  # first assessment at the maximum
    end: datetime | date | None  # last assessment with grade >= 1; so far, where not resolved
    resolved: bool
    duration_days: int | None  # from onset to end, both days included; so far, where not resolved
    anticytokine: bool
    tocilizumab: bool
    steroid: bool
    first: int  # index of the assessment at onset
    last: int  # index of the assessment at the end
    resolved_on: date | None = None  # first of the clear days that resolved it
    onset_day: int | None = None  # days from infusion to onset, infusion = day 0; None = infusion not given
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Course:
    """All assessments of one subject after one infusion, judged in one pass."""

    verdicts: tuple[Verdict, ...]
    episodes: tuple[Episode, ...]

    @property
    def maximum(self) -> int | None:
        """The subject's worst grade; None = no assessment could be judged."""
        return max((verdict.value for verdict in self.verdicts if isinstance(verdict.value, int)), default=None)


@dataclass(slots=True)
class Span:
    """The assessments first..stop (stop excluded) during which an episode was open."""

    first: int
    onset: datetime | date | None
    stop: int | None = None
    resolved_on: date | None = None


@dataclass(slots=True)
class Follow:
    """The state carried from one assessment to the next; it knows days and signs, not grades.

    A day is judged when it is over, that is, when an assessment of another day arrives: several assessments in a day
    count as the worst of them. A day that is missing, or that cannot be judged, neither counts as clear nor breaks the
    run of clear days. An undated assessment is no day of its own; it breaks the run where something is found.
    """

    options: AstctOptions
    open: bool = False
    waived: bool = False  # fever no longer required in this episode
    fatal: bool = False
    seen: int = 0
    spans: list[Span] = field(default_factory=list)
    day: date | None = None
    day_clear: bool | None = True  # None = cannot be judged
    clear_days: list[date] = field(default_factory=list)  # those since something was last found

    def arrive(self, day: date | None, *, found_on: Collection[date] = ()) -> None:
        """Close the day before, if the assessment about to be judged belongs to another one.

        found_on: days on which what this assessment finds was measured; the day before may be among them.
        """
        if self.day in found_on:
            self.day_clear = False
        if day is None or self.day is None or day > self.day:
            self.close_day()
        if day is not None and (self.day is None or day > self.day):
            self.day, self.day_clear = day, True

    def unjudged(self, days: Collection[date]) -> None:
        """Something was measured on these days that no assessment has judged: they cannot be said to be clear."""
        if self.day in days:
            self.day_clear = worse(self.day_clear, None)

    def begin(self, *, fever: bool, died: bool, support: bool, at: datetime | date | None) -> None:
        """Open an episode at a qualifying fever; waive fever once a drug was given for CRS in an open episode."""
        if (fever or died) and not self.open:
            self.open = True
            self.spans.append(Span(first=self.seen, onset=at))
        self.waived = self.waived or (self.open and support)
        self.fatal = self.fatal or died

    def end(self, *, clear: bool | None) -> None:
        """Take the assessment just judged into its day; None = it cannot be said whether it was clear."""
        self.day_clear = worse(self.day_clear, clear)
        self.seen += 1

    def close_day(self) -> None:
        """Count the day; resolve the episode at the last of the clear days it takes."""
        if not self.open:
            return
        if self.day_clear is False or self.fatal:
            self.clear_days = []
        elif self.day_clear and self.day is not None and self.day not in self.clear_days:
            self.clear_days.append(self.day)
        if len(self.clear_days) >= self.options.clear_days_to_resolve:
            self.spans[-1].stop, self.spans[-1].resolved_on = self.seen, self.clear_days[0]
            self.open = self.waived = False
            self.clear_days = []


def worse(one: bool | None, other: bool | None) -> bool | None:
    """The worse of two answers to "was it clear?": no, then not known (None), then yes."""
    if False in (one, other):
        return False
    return None if None in (one, other) else True


def day_of(at: Any) -> date | None:
    """The calendar day of `assessed_at` in the time zone it carries; None = not recorded."""
    if not known(at):
        return None
    if isinstance(at, datetime):
        return at.date()
    day: date = at
    return day


def episode(span: Span, *, assessments: Sequence[Any], verdicts: Sequence[Verdict], infused_at: Any) -> Episode:
    """What an episode amounted to; `assessments` have `assessed_at`, `anticytokine`, `anticytokine_drug`, `steroid`."""
    inside = range(span.first, len(assessments) if span.stop is None else span.stop)
    grades = {index: verdicts[index].value for index in inside}
    graded = {index: grade for index, grade in grades.items() if isinstance(grade, int) and grade >= 1}
    maximum, last = max(graded.values()), max(graded)
    worst = min(index for index, grade in graded.items() if grade == maximum)
    onset, end = span.onset, assessments[last].assessed_at
    given = [assessments[index] for index in inside]
    after = _days(_day_in_zone(infused_at, onset), day_of(onset))
    duration = _days(day_of(onset), day_of(end))
    return Episode(
        onset=onset,
        maximum=maximum,
        maximum_on=assessments[worst].assessed_at if known(assessments[worst].assessed_at) else None,
        end=end if known(end) else None,
        resolved=span.stop is not None,
        duration_days=None if duration is None else duration + 1,
        anticytokine=any(_is(one.anticytokine, "Y") for one in given),
        tocilizumab=any(_is(one.anticytokine, "Y") and _is(one.anticytokine_drug, "TOCILIZUMAB") for one in given),
        steroid=any(_is(one.steroid, "Y") for one in given),
        first=span.first,
        last=last,
        resolved_on=span.resolved_on,
        onset_day=after,
        flags=_onset_flags(after),
    )


def _is(value: Any, code: str) -> bool:
    return known(value) and bool(value == code)


def _onset_flags(after: int | None) -> tuple[str, ...]:
    if after is None or 0 <= after <= PLAUSIBLE_ONSET_DAYS:
        return ()
    return ("ONSET_BEFORE_INFUSION",) if after < 0 else ("ONSET_LATE",)


def _days(start: date | None, stop: date | None) -> int | None:
    return None if start is None or stop is None else (stop - start).days


def _day_in_zone(at: Any, like: Any) -> date | None:
    """The day of the infusion in the zone of the assessments, so that both are counted on one calendar."""
    if isinstance(at, datetime) and isinstance(like, datetime) and known(at) and at.tzinfo and like.tzinfo:
        return at.astimezone(like.tzinfo).date()
    return day_of(at)
