"""What the next assessment confirms: responses, progression, and the status that a subject keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from trial.rules.imwg_measurable import Baseline
from trial.rules.imwg_options import BEST_ORDER, CONVENTION, NOTE, ImwgOptions, finding, lowest
from trial.rules.imwg_progression import NO_SECOND_TEST, progression
from trial.rules.imwg_response import TimePoint, dated
from trial.rules.verdict import Verdict

CONFIRMED = "{level} on {day}, confirmed by {next} on {next_day}."
NOT_CONFIRMED_LAST = "{level} on {day} is not confirmed: no later assessment that can be evaluated."
NOT_CONFIRMED_PD = "{level} on {day} is not confirmed: progression follows on {next_day}."
STABLE = "Stable disease on {day} needs no confirmation."
NOT_EVALUABLE = "Not evaluable on {day}: set aside."
PD_AT_ONCE = "Progression on {day} ({reasons}) needs no second test."
PD_CONFIRMED = "Progression on {day} ({reasons}), confirmed on {next_day} against the same nadir."
PD_BY_DEATH = "Progression on {day} ({reasons}), not tested again before death on {died}: the death confirms it."
PD_NOT_CONFIRMED = "Progression on {day} ({reasons}) is not confirmed: set aside."
KEPT = "{level} stays: it was reached on {day} and confirmed, and neither progression nor a better response followed."
AFTER_PROGRESSION = "After progression on {day}: no longer counted."
AFTER_THERAPY = "After the start of a new therapy on {day}: not counted."

CONFIRMED_CLAUSES = (
    CONFIRMED, NOT_CONFIRMED_LAST, NOT_CONFIRMED_PD, STABLE, NOT_EVALUABLE, PD_AT_ONCE, PD_CONFIRMED, PD_BY_DEATH,
    PD_NOT_CONFIRMED, KEPT, AFTER_PROGRESSION, AFTER_THERAPY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ends:
    """What ends the counting of responses; None = has not happened."""

    new_therapy_on: date | None = None
    died_on: date | None = None
    death_cause: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Every assessment with what is confirmed of it; indices are those of the assessments."""

    own: tuple[Verdict, ...]  # what this assessment is worth once confirmed; None = not counted
    status: tuple[Verdict, ...]  # what the subject has reached so far
    days: tuple[date | None, ...]  # date of the response or progression of `own`
    progressed_at: int | None  # the first confirmed progression
    counted: int  # assessments before the end: new therapy (that day included)


def confirm(points: Sequence[TimePoint], baseline: Baseline, ends: Ends, options: ImwgOptions) -> Confirmation:
    """Confirm every assessment by the next; `points` are of one subject after one infusion, oldest first."""
    start = ends.new_therapy_on
    counted = sum(start is None or point.assessment.day <= start for point in points)
    tested = {
        index: _progression(points, index, baseline, ends, options)
        for index in range(counted)
        if points[index].verdict.value == "PD"
    }
    progressed_at = next((index for index, verdict in tested.items() if verdict.value == "PD"), None)
    stop = counted if progressed_at is None else progressed_at + 1
    own: list[Verdict] = []
    for index, point in enumerate(points):
        if index < stop:
            own.append(tested.get(index) or _response(points, index, counted, tested, options))
        elif progressed_at is not None:
            own.append(_ended(point, AFTER_PROGRESSION, points[progressed_at].progression.day))
        else:
            own.append(_ended(point, AFTER_THERAPY, start))
    return Confirmation(
        own=tuple(own),
        status=_status(own, points, stop),
        days=tuple(_day(point, one, baseline) for point, one in zip(points, own, strict=True)),
        progressed_at=progressed_at,
        counted=stop,
    )


def _progression(
    points: Sequence[TimePoint], index: int, baseline: Baseline, ends: Ends, options: ImwgOptions
) -> Verdict:
    """PD where confirmed, NE where not; a second test may be later than the start of a new therapy."""
    first = points[index].progression
    reasons = ", ".join(first.reasons)
    day = (first.day or points[index].assessment.day).isoformat()
    because = (points[index].verdict,)
    if NO_SECOND_TEST.intersection(first.reasons):
        return finding("PD", PD_AT_ONCE, basis=NOTE, because=because, day=day, reasons=reasons)
    for later in points[index + 1 :]:
        second = progression(later.assessment, points[index].nadirs, baseline, options)
        if second.reasons and second.day is not None:
            next_day = second.day.isoformat()
            return finding("PD", PD_CONFIRMED, basis=NOTE, because=because, day=day, reasons=reasons, next_day=next_day)
        if second.judged & first.positive:  # tested again, and no longer progression
            break
    else:
        if ends.died_on is not None and ends.death_cause not in options.death_not_of_progression:
            died, flags = ends.died_on.isoformat(), ("PD_CONFIRMED_BY_DEATH",)
            return finding("PD", PD_BY_DEATH, because=because, flags=flags, day=day, reasons=reasons, died=died)
    return finding(
        "NE", PD_NOT_CONFIRMED, basis=CONVENTION, because=because, flags=("PD_NOT_CONFIRMED",), day=day, reasons=reasons
    )


def _response(
    points: Sequence[TimePoint], index: int, counted: int, tested: dict[int, Verdict], options: ImwgOptions
) -> Verdict:
    """The lower of this response and the next; SD where there is no next, or the next is progression."""
    verdict, day = points[index].verdict, points[index].assessment.day.isoformat()
    level = str(verdict.value)
    because: tuple[Verdict, ...] = (verdict,)
    if level == "NE":
        return finding("NE", NOT_EVALUABLE, because=because, day=day)
    if level == "SD":
        return finding("SD", STABLE, basis=NOTE, because=because, day=day)
    for later in range(index + 1, counted):
        following = str(points[later].verdict.value)
        set_aside = later in tested and tested[later].value == "NE" and options.unconfirmed_pd_set_aside
        if following == "NE" or set_aside:
            continue
        next_day = points[later].assessment.day.isoformat()
        because = (verdict, points[later].verdict)
        if following == "PD":
            return finding("SD", NOT_CONFIRMED_PD, basis=NOTE, because=because, level=level, day=day, next_day=next_day)
        reached = lowest([level, following])
        return finding(
            reached, CONFIRMED, basis=NOTE, because=because, level=level, day=day, next=following, next_day=next_day
        )
    return finding("SD", NOT_CONFIRMED_LAST, basis=NOTE, because=because, level=level, day=day)


def _ended(point: TimePoint, clause: str, day: date | None) -> Verdict:
    return finding(None, clause, because=(point.verdict,), day=day.isoformat() if day else "")


def _status(own: Sequence[Verdict], points: Sequence[TimePoint], stop: int) -> tuple[Verdict, ...]:
    """The best that is confirmed so far; progression, and what comes after the end, stand for themselves."""
    found: list[Verdict] = []
    best, reached = "MISSING", ""
    for index, verdict in enumerate(own):
        value = str(verdict.value)
        if index >= stop or value == "PD" or BEST_ORDER.index(value) >= BEST_ORDER.index(best):
            found.append(verdict)
        else:
            found.append(finding(best, KEPT, basis=NOTE, because=(verdict,), level=best, day=reached))
        if index < stop and value != "PD" and BEST_ORDER.index(value) > BEST_ORDER.index(best):
            best, reached = value, points[index].assessment.day.isoformat()
    return tuple(found)


def _day(point: TimePoint, own: Verdict, baseline: Baseline) -> date | None:
    """When the response or progression of this assessment happened; None = it is not counted, or not evaluable."""
    if own.value == "PD":
        return point.progression.day
    if own.value is None or own.value == "NE":
        return None
    return dated(point, str(own.value), baseline)
