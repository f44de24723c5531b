"""Episodes of ICANS: from the first grade 1 or higher to the first sustained return to the subject's own baseline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from trial.rules.crs_episodes import Follow, Span, day_of
from trial.rules.crs_options import AstctOptions
from trial.rules.icans_domains import IcansOptions
from trial.rules.verdict import Verdict, known

# Study convention: where CRS is plausible to day 14, ICANS is to day 28 after the infusion (= day 0).
PLAUSIBLE_ONSET_DAYS = 28


@dataclass(frozen=True, slots=True)
class IcansEpisode:
    """One episode: dates are `assessed_at` of the assessment that decided; None = that assessment has no date."""

    onset: datetime | date | None  # first assessment with grade >= 1
    maximum: int
    maximum_on: datetime | date | None  # first assessment at the maximum
    end: datetime | date | None  # last assessment with grade >= 1; so far, where not resolved
    resolved: bool
    duration_days: int | None  # from onset to end, both days included; so far, where not resolved
    first: int  # index, in the order given, of the assessment at onset
    last: int  # index, in the order given, of the assessment at the end
    resolved_on: date | None = None  # first of the clear days that resolved it
    onset_day: int | None = None  # days from infusion to onset, infusion = day 0; None = infusion not given
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IcansCourse:
    """All assessments of one subject after one infusion; verdicts stand in the order in which assessments were given."""

    verdicts: tuple[Verdict, ...]
    episodes: tuple[IcansEpisode, ...]

    @property
    def maximum(self) -> int | None:
        """The subject's worst grade; None = no assessment could be judged."""
        return max((verdict.value for verdict in self.verdicts if isinstance(verdict.value, int)), default=None)


def in_time(assessments: Sequence[Any]) -> list[int]:
    """Indices oldest first; an assessment without a time stays behind the one it was given after."""
    keys: list[tuple[int, Any, int]] = []
    latest: Any = None
    for index, one in enumerate(assessments):
        latest = one.assessed_at if known(one.assessed_at) else latest
        keys.append((0, 0, index) if latest is None else (1, latest, index))
    return [key[2] for key in sorted(keys)]


def spans(rows: Sequence[Any], verdicts: Sequence[Verdict], *, options: IcansOptions) -> list[Span]:
    """The stretches of `rows` (oldest first) during which an episode was open; days are counted as for CRS."""
    follow = Follow(options=AstctOptions(clear_days_to_resolve=options.clear_days_to_resolve))
    for row, verdict in zip(rows, verdicts, strict=True):
        follow.arrive(day_of(row.assessed_at))
        graded = isinstance(verdict.value, int) and verdict.value >= 1
        at = row.assessed_at if known(row.assessed_at) else None
        follow.begin(fever=graded, died=verdict.value == 5, support=False, at=at)
        follow.end(clear=clear(verdict))
    follow.close_day()
    return follow.spans


def clear(verdict: Verdict) -> bool | None:
    """Whether nothing is left of ICANS; None = cannot be said.

    Grade 0 alone is not enough: an ICE score below 10 that has another cause shows no return to the subject's baseline.
    """
    if verdict.value is None:
        return False if any(part.value for part in verdict.because) else None
    if verdict.value:
        return False
    return None if "ICE_NOT_AT_BASELINE" in verdict.flags else True


def episode(
    span: Span, *, order: Sequence[int], rows: Sequence[Any], verdicts: Sequence[Verdict], infused_at: Any
) -> IcansEpisode:
    """What an episode amounted to; `rows` and `verdicts` oldest first, `order` their places as given."""
    inside = range(span.first, len(rows) if span.stop is None else span.stop)
    values = {index: verdicts[index].value for index in inside}
    graded = {index: value for index, value in values.items() if isinstance(value, int) and value >= 1}
    maximum, last = max(graded.values()), max(graded)
    worst = min(index for index, grade in graded.items() if grade == maximum)
    onset, highest, end = (
        rows[index].assessed_at if known(rows[index].assessed_at) else None for index in (span.first, worst, last)
    )
    begins, ends, infused = day_of(onset), day_of(end), _day_in_zone(infused_at, onset)
    after = None if begins is None or infused is None else (begins - infused).days
    return IcansEpisode(
        onset=onset,
        maximum=maximum,
        maximum_on=highest,
        end=end,
        resolved=span.stop is not None,
        duration_days=None if begins is None or ends is None else (ends - begins).days + 1,
        first=order[span.first],
        last=order[last],
        resolved_on=span.resolved_on,
        onset_day=after,
        flags=_onset_flags(after),
    )


def _onset_flags(after: int | None) -> tuple[str, ...]:
    if after is None or 0 <= after <= PLAUSIBLE_ONSET_DAYS:
        return ()
    return ("ONSET_BEFORE_INFUSION",) if after < 0 else ("ICANS_ONSET_LATE",)


def _day_in_zone(at: Any, like: Any) -> date | None:
    """The day of the infusion in the zone of the assessments, so that both are counted on one calendar."""
    if isinstance(at, datetime) and isinstance(like, datetime) and at.tzinfo and like.tzinfo:
        return at.astimezone(like.tzinfo).date()
    return day_of(at)
