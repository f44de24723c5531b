"""One subject's myeloma from its forms: lesions, response, and the times that follow; what pages and tables both read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from trial.rules import antigen, emd, imwg, time_to_event
from trial.rules.crs_episodes import day_of
from trial.rules.imwg_options import finding
from trial.rules.time_to_event import Assessed, TimeOptions
from trial.rules.timed import Timed
from trial.rules.verdict import Verdict, known

# Forms that are read, by name; a subject may lack any of them.
FORMS = (
    "myeloma_history",
    "myeloma_laboratory",
    "bone_marrow",
    "extramedullary_lesions",
    "response_assessment",
    "survival_status",
    "subsequent_therapy",
    "death",
)
NOT_INFUSED = "Not infused: response is counted from the infusion."
BEFORE = "On the day of the infusion or before: part of the baseline."
NOTHING_NEAR = "No laboratory, marrow or imaging of this day or within {days} days of it."

VERSION = imwg.VERSION
CLAUSES: tuple[str, ...] = (NOT_INFUSED, BEFORE, NOTHING_NEAR)

ANTI_MYELOMA = "ANTI_MYELOMA"


@dataclass(frozen=True, slots=True)
class Followed:
    """Everything that follows from the myeloma forms of one infused subject."""

    infused_on: date
    lesions: emd.EmdCourse
    response: imwg.ResponseCourse
    died_on: date | None
    death_cause: str | None
    new_therapy_on: date | None  # first therapy against the myeloma after the infusion
    last_alive_on: date | None
    assessed: tuple[Assessed, ...]
    pfs: Timed
    os: Timed
    dor: Timed
    ttnt: Timed
    antigens: Verdict  # BCMA and CD38 at the progression

    def place(self, day: date, *, join_days: int = imwg.RECOMMENDED.join_days) -> int | None:
        """Which assessment a form of this day belongs to: one that holds the day, else the nearest within `join_days`.

        Never across the start of a new therapy, as results do not join across it.
        """
        days = self.response.days
        for at, one in enumerate(self.response.assessments):
            parts = (one.laboratory, one.marrow, one.imaging, one.circulating)
            if day in (one.day, *(part.day for part in parts if part is not None)):
                return at
        start = self.new_therapy_on
        same_side = [at for at, other in enumerate(days) if start is None or (other > start) == (day > start)]
        near = [at for at in same_side if abs((days[at] - day).days) <= join_days]
        return min(near, key=lambda at: (abs((days[at] - day).days), days[at]), default=None)


def follow(
    forms: Mapping[str, Sequence[Any]],
    *,
    infused_on: date,
    schedule: Iterable[Any] = (),
    response_options: imwg.ImwgOptions = imwg.RECOMMENDED,
    time_options: TimeOptions = time_to_event.RECOMMENDED,
) -> Followed:
    """Judge all forms of one subject after one infusion; `forms` = rows by name of the form (FORMS), in any order.

    Rows have the item names of their form. `schedule` = due assessments of response (day, before, after; days from
    the infusion). The newest history and the first recorded death count.
    """

    def rows(name: str) -> Sequence[Any]:
        return forms.get(name, ())

    history, death = _newest(rows("myeloma_history"), "assessed_on"), _first_death(rows("death"))
    lesions = emd.course(rows("extramedullary_lesions"), infused_on=infused_on)
    died_on = day_of(death.died_on) if death is not None else None
    cause = death.cause if death is not None and known(death.cause) else None
    therapy_on = new_therapy(rows("subsequent_therapy"), infused_on=infused_on)
    response = imwg.course(
        rows("myeloma_laboratory"),
        rows("bone_marrow"),
        lesions,
        infused_on=infused_on,
        light_chain=_of(history, "light_chain"),
        heavy_chain=_of(history, "heavy_chain"),
        new_therapy_on=therapy_on,
        died_on=died_on,
        death_cause=cause,
        circulating=rows("response_assessment"),
        prior_anti_cd38=_of(history, "prior_anti_cd38"),
        options=response_options,
    )
    assessed = tuple(
        Assessed(one.day, str(verdict.value), verdict.value != "NE")
        for one, verdict in zip(response.assessments, response.verdicts, strict=True)
    )
    alive_on = last_alive(rows("survival_status"))
    due = tuple(schedule)
    return Followed(
        infused_on=infused_on,
        lesions=lesions,
        response=response,
        died_on=died_on,
        death_cause=cause,
        new_therapy_on=therapy_on,
        last_alive_on=alive_on,
        assessed=assessed,
        pfs=time_to_event.pfs(
            infused_on=infused_on,
            assessments=assessed,
            progression_on=response.progression_on,
            died_on=died_on,
            new_therapy_on=therapy_on,
            has_baseline=response.measurable.value is not None,
            schedule=due,
            options=time_options,
        ),
        os=time_to_event.os(infused_on=infused_on, died_on=died_on, last_known_alive_on=alive_on, assessments=assessed),
        dor=time_to_event.dor(
            infused_on=infused_on,
            response_on=response.first_response_on,
            assessments=assessed,
            progression_on=response.progression_on,
            died_on=died_on,
            new_therapy_on=therapy_on,
            schedule=due,
            options=time_options,
        ),
        ttnt=time_to_event.ttnt(
            infused_on=infused_on,
            new_therapy_on=therapy_on,
            died_on=died_on,
            last_known_alive_on=alive_on,
            assessments=assessed,
            options=time_options,
        ),
        antigens=antigen.antigen_at_relapse(
            rows("bone_marrow"), progressed_on=response.progression_on, infused_on=infused_on
        ),
    )


def response_on(whole: Followed | None, day: date | None) -> Verdict:
    """The response of the assessment that a form of this day belongs to; None where there is none."""
    found = _at(whole, day)
    return found if isinstance(found, Verdict) else found[0].response.verdicts[found[1]]


def confirmed_on(whole: Followed | None, day: date | None) -> Verdict:
    """What later assessments confirm of the response of that day; the response's own findings stand with it."""
    found = _at(whole, day)
    if isinstance(found, Verdict):
        return replace(found, because=())
    own = found[0].response.own[found[1]]
    return replace(own, because=())


def lesions_on(whole: Followed | None, day: date | None) -> Verdict:
    """The response of the lesions on a day of imaging, or on the nearest one within the assessment of that day."""
    found = _at(whole, day)
    if isinstance(found, Verdict):
        return found
    imaging = found[0].response.assessments[found[1]].imaging
    return imaging.verdict if imaging is not None else finding(None, NOTHING_NEAR, days=_days())


def antigens_on(whole: Followed | None) -> Verdict:
    """Whether BCMA and CD38 were kept at the progression: of the subject, whichever marrow asks."""
    return finding(None, NOT_INFUSED) if whole is None else whole.antigens


def _at(followed: Followed | None, day: date | None) -> tuple[Followed, int] | Verdict:
    if followed is None:
        return finding(None, NOT_INFUSED)
    if day is not None and day <= followed.infused_on:
        return finding(None, BEFORE, because=(followed.response.measurable,))
    place = None if day is None else followed.place(day)
    return finding(None, NOTHING_NEAR, days=_days()) if place is None else (followed, place)


def _days() -> str:
    return str(imwg.RECOMMENDED.join_days)


def new_therapy(lines: Iterable[Any], *, infused_on: date) -> date | None:
    """First day of a therapy against the myeloma after the infusion; supportive treatment does not count."""
    starts = [day_of(one.started_on) for one in lines if known(one.intent) and one.intent == ANTI_MYELOMA]
    return min((day for day in starts if day is not None and day > infused_on), default=None)


def last_alive(statuses: Iterable[Any]) -> date | None:
    """The latest day on which the subject is recorded as alive, whatever a later status says."""
    return max((day for one in statuses if (day := day_of(one.last_known_alive_on)) is not None), default=None)


def _first_death(rows: Sequence[Any]) -> Any:
    dated = [(day, at) for at, one in enumerate(rows) if (day := day_of(one.died_on)) is not None]
    return rows[min(dated)[1]] if dated else None


def _newest(rows: Sequence[Any], by: str) -> Any:
    dated = [(day_of(getattr(one, by)) or date.min, at) for at, one in enumerate(rows)]
    return rows[max(dated)[1]] if dated else None


def _of(row: Any, name: str) -> Any:
    value = getattr(row, name) if row is not None else None
    return value if known(value) else None
