"""Episodes of CRS and ICANS by number: what was seen and given on which day, and whether the adverse event says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crf.checks import vital_signs
from crf.checks.timing import earliest, latest
from trial.rules import crs, icans
from trial.rules.crs_episodes import Episode, day_of
from trial.rules.icans_episodes import IcansEpisode
from trial.rules.verdict import Verdict

READS = (
    "car_t_infusion.infused_at",
    *(f"crs_assessment.{item}" for item in crs.Assessment._fields),
    *vital_signs.READS,
    "icans_assessment.assessed_at",
    *(f"icans_assessment.{item}" for item in icans.ITEMS),
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A toxicity that is followed day by day. term: of the adverse event that is the episode itself, not a part of it.

    besides: other forms that its course is made from, each with the item that dates it.
    """

    code: str
    form: str
    term: str
    course: Callable[..., Any]
    besides: Mapping[str, str] = field(default_factory=dict)


KINDS: dict[str, Kind] = {
    "CRS": Kind("CRS", "crs_assessment", "CRS", crs.course, besides={"vital_signs": "measured_at"}),
    "ICANS": Kind("ICANS", "icans_assessment", "ICANS", icans.course),
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """An episode with its number (the first after the infusion = 1), and the assessments from its onset to its end."""

    kind: Kind
    number: int
    episode: Episode | IcansEpisode
    assessments: tuple[Any, ...]
    verdicts: tuple[Verdict, ...]
    infused_on: date | None  # on the calendar of the assessments

    def study_day(self, at: datetime | date | None) -> int | None:
        """Days from the infusion (= day 0); None where one of both is not known."""
        on = day_of(at)
        return None if on is None or self.infused_on is None else (on - self.infused_on).days

    def given(self, what: Callable[[Any], bool]) -> list[date]:
        """The days on whose assessments this was given, in order, each once."""
        days = (day_of(one.assessed_at) for one in self.assessments if what(one))
        return sorted({day for day in days if day is not None})

    def worst_by_day(self) -> list[tuple[date, int]]:
        """The worst grade of each day that was graded 1 or more, in order."""
        worst: dict[date, int] = {}
        for one, verdict in zip(self.assessments, self.verdicts, strict=True):
            day = day_of(one.assessed_at)
            if day is not None and isinstance(verdict.value, int) and verdict.value >= 1:
                worst[day] = max(verdict.value, worst.get(day, 0))
        return sorted(worst.items())


def numbered(
    kind: Kind, assessments: Iterable[Any], *, infused_at: datetime | None, **besides: Sequence[Any]
) -> list[Numbered]:
    """The episodes that assessments since the infusion make, oldest first; `assessed_at` on the site's clock."""
    rows = list(assessments)
    return of_course(kind, kind.course(rows, infused_at=infused_at, **besides), rows, infused_at)


def of_course(kind: Kind, course: Any, rows: Sequence[Any], infused_at: datetime | None) -> list[Numbered]:
    """The same of a course that the rule has made of these assessments."""
    zone = next((row.assessed_at.tzinfo for row in rows if isinstance(row.assessed_at, datetime)), None)
    infused_on = day_of(infused_at.astimezone(zone) if infused_at is not None and zone else infused_at)
    return [
        Numbered(
            kind, number, one, tuple(rows[one.first : one.last + 1]), tuple(course.verdicts[one.first : one.last + 1]),
            infused_on,
        )
        for number, one in enumerate(course.episodes, start=1)
    ]  # fmt: skip


def since(start: datetime | None, assessments: Iterable[Any]) -> list[Any]:
    """Assessments at or after the infusion; all of them where there is none."""
    return [one for one in assessments if start is None or (one.assessed_at and one.assessed_at >= start)]


def besides_of(
    kind: Kind, rows: Callable[[str], Sequence[Any]], infused_at: datetime | None
) -> dict[str, Sequence[Any]]:
    """What else the course of this kind is made from, by name: dated at or after the infusion, nothing where there is none."""
    if infused_at is None:
        return {}
    return {name: [one for one in rows(name) if getattr(one, at) >= infused_at] for name, at in kind.besides.items()}


def beside(form: Any, kind: Kind) -> list[Numbered]:
    """The subject's episodes, as the check of another form reads them; the form names `READS`."""
    infused_at = form.latest("car_t_infusion", "infused_at")
    assessments = since(infused_at, form.others(kind.form))
    return numbered(kind, assessments, infused_at=infused_at, **besides_of(kind, form.others, infused_at))


def exists(form: Any) -> bool | None:
    """The daily assessments since the infusion make at least that many episodes."""
    kind = KINDS.get(form.episode or "")
    if kind is None or form.episode_number is None:
        return None
    return int(form.episode_number) <= len(beside(form, kind))


def _this(form: Any) -> Numbered | None:
    """The episode that an adverse event is the log of; None where it is of another term or the episode is not there."""
    kind = KINDS.get(form.episode or "")
    if kind is None or form.episode_number is None or form.term != kind.term:
        return None
    found: Sequence[Numbered] = beside(form, kind)
    number = int(form.episode_number)
    return found[number - 1] if number <= len(found) else None


def same_grade(form: Any) -> bool | None:
    """The event that is an episode has the worst grade of its days."""
    this = _this(form)
    return None if this is None or form.grade is None else int(form.grade) == this.episode.maximum


def same_onset(form: Any) -> bool | None:
    """It began on the day of the episode's onset, as far as the day is known."""
    this = _this(form)
    first, last, onset = earliest(form.onset_on), latest(form.onset_on), day_of(this.episode.onset) if this else None
    return None if first is None or last is None or onset is None else first <= onset <= last


def same_end(form: Any) -> bool | None:
    """It is over where the episode is resolved, on its last day. One that is not resolved may only end later."""
    this = _this(form)
    end = day_of(this.episode.end) if this else None
    if this is None or end is None:
        return None
    if form.ongoing == "Y":
        return not this.episode.resolved
    first, last = earliest(form.ended_on), latest(form.ended_on)
    if first is None or last is None:
        return None
    return first <= end <= last if this.episode.resolved else last >= end
