"""Cytokine release syndrome: one row an assessment, one an episode, one a subject; every grade computed by the rule."""

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.derive import Followed, plain, require
from analytics.registry import dataset
from crf.placeholders import sentence
from trial.rules.crs_axes import VERSION
from trial.rules.crs_options import RECOMMENDED
from trial.rules.crs_pressors import pressors, rows_of

GRADED = {
    "assessed_day": "Int64", "grade": "Int64", "clause": "str", "shown": "str", "basis": "str", "flags": "str",
    "rule": "str", "episode": "Int64",
}  # fmt: skip
EPISODE = {
    "subject": "str", "site": "str", "dose_level": "str", "episode": "Int64", "onset_day": "Int64", "maximum": "Int64",
    "maximum_day": "Int64", "end_day": "Int64", "last_day": "Int64", "resolved": "bool", "duration_days": "Int64",
    "tocilizumab": "bool", "anticytokine": "bool", "steroid": "bool", "flags": "str", "rule": "str",
}  # fmt: skip
SUBJECT = {
    "subject": "str", "judged": "Int64", "uncertain": "Int64", "maximum": "Int64", "maximum_day": "Int64",
    "visit": "str", "occurrence": "Int64", "clause": "str", "shown": "str", "basis": "str", "rule": "str",
    "episodes": "Int64", "onset_day": "Int64", "end_day": "Int64", "last_day": "Int64", "ongoing": "bool",
    "duration_days": "Int64", "tocilizumab": "bool", "other_anticytokine": "bool", "unnamed_anticytokine": "bool",
    "steroid": "bool", "vasopressor": "bool",
}  # fmt: skip


@dataset(
    title=_("CRS assessments"),
    definition=_(
        "One row a CRS assessment as entered, with the grade of the rule, the clause that decided it and the rule's "
        "version; no grade where it was done before the infusion or not at all."
    ),
)
def adcrs(crs_assessment: pd.DataFrame, courses: dict[str, Followed], adsl: pd.DataFrame) -> pd.DataFrame:
    """Assessments sorted by subject and time; `shown` is JSON, the values of the clause's placeholders."""
    derived: dict[int, dict[str, Any]] = {}
    for followed in courses.values():
        derived.update(zip(followed.places, _graded(followed), strict=True))
    graded = [derived.get(place, {}) for place in range(len(crs_assessment))]
    return (
        require(crs_assessment, "crs_assessment", ("subject", "site", "visit", "occurrence", "assessed_at"))
        .reset_index(drop=True)
        .join(typed(graded, GRADED))
        .merge(adsl[["subject", "dose_level", "treated"]], on="subject", how="left", validate="many_to_one")
        .sort_values(["subject", "assessed_at", "visit", "occurrence"])
        .reset_index(drop=True)
    )


def reason(clause: Any, shown: Any) -> str | None:
    """The sentence of a rule from the columns `clause` and `shown`, in the reader's language; None where blank."""
    return None if pd.isna(clause) else sentence(clause, json.loads(shown))


def typed(rows: list[dict[str, Any]], dtypes: dict[str, str]) -> pd.DataFrame:
    """Rows as a frame with exactly these columns and types, the same for no rows at all."""
    return pd.DataFrame(rows, index=range(len(rows)), columns=list(dtypes)).astype(dtypes)


def _graded(followed: Followed) -> Iterator[dict[str, Any]]:
    within = {
        index: number
        for number, episode in enumerate(followed.course.episodes, start=1)
        for index in range(episode.first, episode.last + 1)
    }
    for index, verdict in enumerate(followed.course.verdicts):
        yield {
            "assessed_day": followed.days[index],
            "grade": verdict.value,
            "clause": verdict.clause,
            "shown": json.dumps(dict(verdict.shown), sort_keys=True, ensure_ascii=False),
            "basis": verdict.basis,
            "flags": " ".join(verdict.flags),
            "rule": verdict.version,
            "episode": within.get(index),
        }


@dataset(
    title=_("CRS episodes"),
    definition=_(
        "One row an episode: onset, first day at the maximum grade, last day with grade 1 or more, and what was given; "
        "days count from the infusion as day 0."
    ),
)
def adcrs_episode(courses: dict[str, Followed], adsl: pd.DataFrame) -> pd.DataFrame:
    """Episodes sorted by subject and number; end_day and duration_days are those seen so far where not resolved."""
    about = adsl.set_index("subject")[["site", "dose_level"]]
    place = dict(zip(about.index, zip(plain(about["site"]), plain(about["dose_level"]), strict=True), strict=True))
    rows = []
    for code, followed in courses.items():
        site, dose_level = place[code]
        for number, line in enumerate(_episodes(followed), start=1):
            rows.append({"subject": code, "site": site, "dose_level": dose_level, "episode": number, **line})
    return typed(rows, EPISODE)


def _episodes(followed: Followed) -> Iterator[dict[str, Any]]:
    grades = [verdict.value for verdict in followed.course.verdicts]
    for episode in followed.course.episodes:
        top = next(i for i in range(episode.first, episode.last + 1) if grades[i] == episode.maximum)
        yield {
            "onset_day": followed.days[episode.first],
            "maximum": episode.maximum,
            "maximum_day": followed.days[top],
            "end_day": followed.days[episode.last],
            "last_day": followed.days[-1],
            "resolved": episode.resolved,
            "duration_days": episode.duration_days,
            "tocilizumab": episode.tocilizumab,
            "anticytokine": episode.anticytokine,
            "steroid": episode.steroid,
            "flags": " ".join(episode.flags),
            "rule": VERSION,
        }


@dataset(
    title=_("CRS by subject"),
    definition=_(
        "One row a subject: maximum grade over all episodes with the assessment that first showed it, first onset, "
        "last resolution, and treatment of CRS; blank where nothing was assessed."
    ),
    form="crs_assessment",
)
def adcrs_subject(courses: dict[str, Followed], adsl: pd.DataFrame) -> pd.DataFrame:
    """Subjects of adsl in its order; maximum is missing where no assessment could be graded, 0 where none was a CRS."""
    lines = [_subject(code, courses.get(code)) for code in adsl["subject"]]
    return typed(lines, SUBJECT)


def _subject(code: str, followed: Followed | None) -> dict[str, Any]:
    flags = {name: False for name, kind in SUBJECT.items() if kind == "bool"}
    if followed is None:
        return {"subject": code, "judged": 0, "uncertain": 0, "episodes": 0, **flags}
    episodes = list(_episodes(followed))
    judged = sum(verdict.value is not None for verdict in followed.course.verdicts)
    line = {
        "subject": code,
        "judged": judged,
        "uncertain": sum(v.value is None or "LOWER_BOUND" in v.flags for v in followed.course.verdicts),
        "episodes": len(episodes),
        "last_day": followed.days[-1],
        "rule": VERSION,
        "ongoing": False,
        **_treatment(followed),
        **_highest(followed),
    }
    if episodes:
        first, last = episodes[0], episodes[-1]
        line |= {
            "onset_day": first["onset_day"],
            "end_day": last["end_day"],
            "ongoing": not last["resolved"],
            "duration_days": last["end_day"] - first["onset_day"] + 1,
        }
    return line


def _highest(followed: Followed) -> dict[str, Any]:
    """The first assessment at the maximum grade."""
    judged = [(one.value, -index) for index, one in enumerate(followed.course.verdicts) if one.value is not None]
    if not judged:
        return {}
    grade, index = max(judged)
    verdict, assessment = followed.course.verdicts[-index], followed.assessments[-index]
    return {
        "maximum": grade,
        "maximum_day": followed.days[-index],
        "visit": assessment.visit,
        "occurrence": assessment.occurrence,
        "clause": verdict.clause,
        "shown": json.dumps(dict(verdict.shown), sort_keys=True, ensure_ascii=False),
        "basis": verdict.basis,
    }


def _treatment(followed: Followed) -> dict[str, bool]:
    """What was given for CRS at any assessment; a vasopressor for hypotension of another cause is not."""
    drugs = {a.anticytokine_drug for a in followed.assessments if a.anticytokine == "Y"}
    return {
        "tocilizumab": "TOCILIZUMAB" in drugs,
        "other_anticytokine": bool(drugs - {"TOCILIZUMAB", None}),
        "unnamed_anticytokine": None in drugs,
        "steroid": any(a.steroid == "Y" for a in followed.assessments),
        "vasopressor": any(
            a.hypotension_due_to_crs != "N" and pressors(rows_of(a.vasopressors), options=RECOMMENDED).any
            for a in followed.assessments
        ),
    }
