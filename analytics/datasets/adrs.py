"""Response of the myeloma: one row an assessment, one a subject; judged by the rules, never by the investigator."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.reasons import because, where_from
from analytics.derive import plain
from analytics.myeloma import Course, as_forms
from analytics.registry import dataset, step
from trial.rules.imwg_options import BEST_ORDER, VERSION, ImwgOptions
from trial.rules.myeloma import NOT_INFUSED
from trial.rules.verdict import Verdict

MISSING = "MISSING"
ASSESSMENT = {
    "subject": "str", "site": "str", "dose_level": "str", "assessment": "Int64", "assessed_on": "object", "day": "Int64",
    "response": "str", "clause": "str", "shown": "str", "basis": "str", "flags": "str", "confirmed": "str",
    "confirmed_clause": "str", "confirmed_shown": "str", "response_on": "object", "status": "str", "laboratory_on": "object",
    "marrow_on": "object", "imaging_on": "object", "forms": "str", "rule": "str",
}  # fmt: skip
SUBJECT = {
    "subject": "str", "measurable": "str", "emd": "str", "cytogenetics": "str", "assessments": "Int64",
    "evaluable": "Int64", "best": "str", "best_day": "Int64", "best_on": "object", "best_confirmed": "str",
    "best_unconfirmed": "str", "responder": "bool", "first_response_day": "Int64", "first_response_on": "object",
    "complete_day": "Int64", "progression_day": "Int64", "progression_on": "object", "progression_reason": "str",
    "relapse_from_cr_day": "Int64",
    "clinical_relapse_day": "Int64", "new_therapy_day": "Int64", "flags": "str", "clause": "str", "shown": "str",
    "basis": "str", "forms": "str", "rule": "str",
}  # fmt: skip


def at_least(value: Any, level: str) -> bool:
    """Whether a response is that level or better; None, not evaluable and missing are below every level."""
    return value in BEST_ORDER and BEST_ORDER.index(value) >= BEST_ORDER.index(level)


@dataset(
    title=_("Response assessments"),
    definition=_(
        "One row an assessment after the infusion: the response at that time by IMWG 2016 with its clause, what the next "
        "assessment confirms of it, and the forms that it rests on."
    ),
)
def adrs(courses_of_myeloma: dict[str, Course], adsl: pd.DataFrame) -> pd.DataFrame:
    """Assessments sorted by subject and day; `confirmed` is missing after progression or a new therapy."""
    about = adsl.set_index("subject")[["site", "dose_level"]]
    place = dict(zip(about.index, zip(plain(about["site"]), plain(about["dose_level"]), strict=True), strict=True))
    rows = []
    for code, course in courses_of_myeloma.items():
        site, dose_level = place[code]
        for line in _assessments(course):
            rows.append({"subject": code, "site": site, "dose_level": dose_level, **line})
    return typed(rows, ASSESSMENT)


def _assessments(course: Course) -> Iterator[dict[str, Any]]:
    response = course.followed.response
    beside = zip(response.assessments, response.verdicts, response.own, response.confirmed, response.dates, strict=True)
    for number, (one, verdict, own, status, on) in enumerate(beside, start=1):
        yield {
            "assessment": number,
            "assessed_on": one.day,
            "day": course.day(one.day),
            "response": verdict.value,
            **because(verdict),
            "confirmed": own.value,
            **{f"confirmed_{name}": value for name, value in because(own).items() if name in ("clause", "shown")},
            "response_on": on,
            "status": status.value,
            "laboratory_on": one.laboratory.day if one.laboratory else None,
            "marrow_on": one.last_marrow.day if one.last_marrow else None,
            "imaging_on": one.last_imaging.day if one.last_imaging else None,
            "forms": as_forms(course.behind(one)),
        }


@step
def courses_again(courses_of_myeloma: dict[str, Course]) -> Callable[[ImwgOptions], dict[str, Course]]:
    """Judges every subject with other options of response; each choice once a cut, and only when it is asked for."""

    @cache
    def again(options: ImwgOptions) -> dict[str, Course]:
        return {
            code: replace(course, followed=course.again(response_options=options))
            for code, course in courses_of_myeloma.items()
        }

    return again


@dataset(
    title=_("Response by subject"),
    definition=_(
        "One row a subject: best response with and without confirmation, first response (partial or better, confirmed), "
        "progression with its reason, measurable disease, and what decided the best confirmed response."
    ),
)
def adrs_subject(adsl: pd.DataFrame, courses_of_myeloma: dict[str, Course]) -> pd.DataFrame:
    """Subjects of adsl in its order; `best` is MISSING where nothing was assessed, for instance before the infusion."""
    return outcomes(adsl, courses_of_myeloma)


def outcomes(
    adsl: pd.DataFrame, courses: Mapping[str, Course], *, confirmed: bool = True, responder: str = "PR"
) -> pd.DataFrame:
    """One row a subject: `best`, `responder` and the days follow the choice; `responder` = lowest level of a response.

    emd: whether the last imaging up to the infusion shows a lesion; cytogenetics: whether an abnormality is recorded.
    Both Y or N, and missing where not known.
    """
    rows = []
    for code, answer in zip(plain(adsl["subject"]), plain(adsl["cytogenetic_abnormality"]), strict=True):
        course = courses.get(code)
        found = (
            {"best": MISSING, "best_confirmed": MISSING, "best_unconfirmed": MISSING, "responder": False,
             "assessments": 0, "evaluable": 0, **because(Verdict(None, NOT_INFUSED, version=VERSION))}
            if course is None
            else _outcome(course, confirmed=confirmed, responder=responder)
        )  # fmt: skip
        rows.append({"subject": code, "cytogenetics": answer if answer in ("Y", "N") else None, **found})
    return typed(rows, SUBJECT)


def _outcome(course: Course, *, confirmed: bool, responder: str) -> dict[str, Any]:
    response, lesions = course.followed.response, course.followed.lesions
    best = response.best if confirmed else response.best_unconfirmed
    levels = list(_levels(course, confirmed=confirmed))
    reached = _first(levels, str(best.value))
    first, complete = _first(levels, responder), _first(levels, "CR")
    decided = best.because[0] if best.because else best
    days = {text for name, text in decided.shown.items() if name in ("day", "next_day")} | {best.shown.get("day")}
    return {
        "measurable": response.measurable.value,
        "emd": None if lesions.baseline_on is None else "Y" if lesions.has_baseline_lesions else "N",
        "assessments": len(response.assessments),
        "evaluable": sum(verdict.value != "NE" for verdict in response.verdicts),
        "best": best.value,
        "best_day": course.day(reached),
        "best_on": reached,
        "best_confirmed": response.best.value,
        "best_unconfirmed": response.best_unconfirmed.value,
        "responder": at_least(best.value, responder),
        "first_response_day": course.day(first),
        "first_response_on": first,
        "complete_day": course.day(complete),
        "progression_day": course.day(response.progression_on),
        "progression_on": response.progression_on,
        "progression_reason": response.progression_reason,
        "relapse_from_cr_day": course.day(response.relapse_from_cr_on),
        "clinical_relapse_day": course.day(response.clinical_relapse_on),
        "new_therapy_day": course.day(course.followed.new_therapy_on),
        **because(decided),
        "forms": as_forms(
            where_from(course, (one for one in response.assessments if one.day.isoformat() in days)),
        ),
    }


def _levels(course: Course, *, confirmed: bool) -> Iterator[tuple[str, date]]:
    """What each assessment up to the end is worth and since when: confirmed, or as it stands on its own day."""
    response = course.followed.response
    beside = zip(response.assessments, response.verdicts, response.own, response.dates, strict=True)
    for one, verdict, own, on in beside:
        if own.value is None:  # after progression or a new therapy
            return
        if not confirmed:
            yield str(verdict.value), one.day
        elif on is not None:
            yield str(own.value), on


def _first(levels: Iterable[tuple[str, date]], level: str) -> date | None:
    """The first day at a level of response or better; None for PD, NE and MISSING, which are no response."""
    if not at_least(level, "SD"):
        return None
    return next((on for value, on in levels if at_least(value, level)), None)
