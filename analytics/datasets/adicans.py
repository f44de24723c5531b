"""Neurotoxicity (ICANS): one row an assessment, one a subject; every grade computed by the rule, never by the investigator."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.reasons import because
from analytics.derive import plain, records, require, study_day, zones
from analytics.registry import dataset, step
from trial.rules import icans

GRADED = {
    "assessed_day": "Int64", "grade": "Int64", "ice": "Int64", "clause": "str", "shown": "str", "basis": "str",
    "flags": "str", "rule": "str", "episode": "Int64",
}  # fmt: skip
SUBJECT = {
    "subject": "str", "judged": "Int64", "uncertain": "Int64", "maximum": "Int64", "maximum_day": "Int64",
    "visit": "str", "occurrence": "Int64", "clause": "str", "shown": "str", "basis": "str", "flags": "str",
    "rule": "str", "episodes": "Int64", "onset_day": "Int64", "end_day": "Int64", "last_day": "Int64", "ongoing": "bool",
    "duration_days": "Int64", "late_onset": "bool",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FollowedIcans:
    """One subject's assessments in order of time, their places in the frame, and the course the rule made of them."""

    places: tuple[int, ...]
    assessments: tuple[Any, ...]
    days: tuple[int | None, ...]
    course: icans.IcansCourse


@step
def courses_of_icans(subject: pd.DataFrame, icans_assessment: pd.DataFrame) -> dict[str, FollowedIcans]:
    """ICANS of each infused subject with an assessment from the infusion on, in one pass over all assessments.

    An assessment without a time was not done; one before the infusion gives the baseline ICE on later forms at most.
    """
    require(subject, "subject", ("subject", "infused_at"))
    require(icans_assessment, "icans_assessment", ("subject", "visit", "occurrence", "assessed_at", *icans.ITEMS))
    infused = dict(zip(subject["subject"], plain(subject["infused_at"]), strict=True))
    clock = zones(subject)
    lines: dict[str, list[tuple[datetime, int, Any]]] = {}
    for place, row in enumerate(records(icans_assessment, "assessment")):
        infusion = infused.get(row.subject)
        if infusion is None or row.assessed_at is None or row.assessed_at < infusion:
            continue
        local = row._replace(assessed_at=row.assessed_at.astimezone(clock[row.subject]))
        lines.setdefault(row.subject, []).append((row.assessed_at, place, local))
    found = {}
    for code in sorted(lines):
        ordered = sorted(lines[code], key=lambda line: line[:2])
        assessments = tuple(item for _at, _place, item in ordered)
        found[code] = FollowedIcans(
            places=tuple(place for _at, place, _item in ordered),
            assessments=assessments,
            days=tuple(study_day(at, infused[code], clock[code]) for at, _place, _item in ordered),
            course=icans.course(assessments, infused_at=infused[code].astimezone(clock[code])),
        )
    return found


@dataset(
    title=_("ICANS assessments"),
    definition=_(
        "One row an ICANS assessment as entered, with the grade of the rule, the ICE score, the clause that decided and the "
        "rule's version; no grade where it was done before the infusion or not at all."
    ),
)
def adicans(
    icans_assessment: pd.DataFrame, courses_of_icans: dict[str, FollowedIcans], adsl: pd.DataFrame
) -> pd.DataFrame:
    """Assessments sorted by subject and time; `ice` = points of the ten, missing where not all were asked."""
    derived: dict[int, dict[str, Any]] = {}
    for followed in courses_of_icans.values():
        derived.update(zip(followed.places, _graded(followed), strict=True))
    graded = [derived.get(place, {}) for place in range(len(icans_assessment))]
    return (
        icans_assessment.reset_index(drop=True)
        .join(typed(graded, GRADED))
        .merge(adsl[["subject", "dose_level", "treated"]], on="subject", how="left", validate="many_to_one")
        .sort_values(["subject", "assessed_at", "visit", "occurrence"])
        .reset_index(drop=True)
    )


def _graded(followed: FollowedIcans) -> Iterator[dict[str, Any]]:
    within = {
        index: number
        for number, episode in enumerate(followed.course.episodes, start=1)
        for index in range(episode.first, episode.last + 1)
    }
    for index, verdict in enumerate(followed.course.verdicts):
        row = followed.assessments[index]
        points = icans.ice_total({name: getattr(row, name) for name in icans.POINTS}, row.ice_status)
        yield {
            "assessed_day": followed.days[index],
            "grade": verdict.value,
            "ice": points.value,
            **because(verdict),
            "episode": within.get(index),
        }


@dataset(
    title=_("ICANS by subject"),
    definition=_(
        "One row a subject: maximum grade over all episodes with the assessment that first showed it, first onset and last "
        "resolution; blank where nothing was assessed."
    ),
    form="icans_assessment",
)
def adicans_subject(courses_of_icans: dict[str, FollowedIcans], adsl: pd.DataFrame) -> pd.DataFrame:
    """Subjects of adsl in its order; maximum is missing where no assessment could be graded, 0 where none was ICANS."""
    return typed([_subject(code, courses_of_icans.get(code)) for code in plain(adsl["subject"])], SUBJECT)


def _subject(code: str, followed: FollowedIcans | None) -> dict[str, Any]:
    line: dict[str, Any] = {"subject": code, "judged": 0, "uncertain": 0, "episodes": 0}
    line |= {"ongoing": False, "late_onset": False}
    if followed is None:
        return line
    verdicts, episodes = followed.course.verdicts, followed.course.episodes
    line |= {
        "judged": sum(verdict.value is not None for verdict in verdicts),
        "uncertain": sum(v.value is None or "LOWER_BOUND" in v.flags for v in verdicts),
        "episodes": len(episodes),
        "last_day": followed.days[-1],
        **_highest(followed),
    }
    if episodes:
        first, last = episodes[0], episodes[-1]
        onset, end = followed.days[first.first], followed.days[last.last]
        line |= {
            "onset_day": onset,
            "end_day": end,
            "ongoing": not last.resolved,
            "duration_days": None if onset is None or end is None else end - onset + 1,
            "late_onset": any("ICANS_ONSET_LATE" in episode.flags for episode in episodes),
        }
    return line


def _highest(followed: FollowedIcans) -> dict[str, Any]:
    """The first assessment at the maximum grade."""
    verdicts = followed.course.verdicts
    judged = [(one.value, -index) for index, one in enumerate(verdicts) if isinstance(one.value, int)]
    if not judged:
        return {}
    grade, index = max(judged)
    assessment = followed.assessments[-index]
    return {
        "maximum": grade,
        "maximum_day": followed.days[-index],
        "visit": assessment.visit,
        "occurrence": assessment.occurrence,
        **because(verdicts[-index]),
    }
