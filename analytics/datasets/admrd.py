"""Measurable residual disease: one row a subject and threshold, and one a subject at the threshold of the trial."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.reasons import because
from analytics.derive import plain
from analytics.myeloma import Course, as_forms
from analytics.registry import dataset
from trial.rules import mrd, mrd_imaging
from trial.rules.imwg_options import RANK
from trial.rules.myeloma import NOT_INFUSED
from trial.rules.verdict import Verdict

FORM = "bone_marrow"
THRESHOLDS = ("1e-4", "1e-5", "1e-6")
NOT_EVALUABLE = "NOT_EVALUABLE"
THRESHOLD = {
    "subject": "str", "site": "str", "dose_level": "str", "threshold": "str", "marrows": "Int64", "any_time": "str",
    "any_clause": "str", "any_shown": "str", "within_cr": "str", "cr_clause": "str", "cr_shown": "str",
    "sustained": "str", "sustained_imaging": "str",
    "imaging_plus": "str", "imaging_plus_liver": "str", "negative_on": "object", "negative_day": "Int64", "flags": "str",
    "forms": "str", "rule": "str",
}  # fmt: skip
SUBJECT = {
    "subject": "str", "threshold": "str", "marrows": "Int64", "result": "str", "negative_day": "Int64",
    "sustained": "str", "sustained_imaging": "str",
    "imaging_plus": "str", "imaging_plus_liver": "str", "complete_response": "bool", "flags": "str", "clause": "str",
    "shown": "str", "basis": "str", "forms": "str", "rule": "str",
}  # fmt: skip


@dataset(
    title=_("Measurable residual disease"),
    definition=_(
        "One row a subject and threshold: negative at any time after the infusion up to progression or a new therapy, "
        "negative within a confirmed complete response, with negative PET, and sustained for a year, with the clauses that decided."
    ),
)
def admrd(courses_of_myeloma: dict[str, Course], adsl: pd.DataFrame) -> pd.DataFrame:
    """Infused subjects by code, thresholds from 1e-4 down; values NEG, POS and NOT_EVALUABLE."""
    about = adsl.set_index("subject")[["site", "dose_level"]]
    place = dict(zip(about.index, zip(plain(about["site"]), plain(about["dose_level"]), strict=True), strict=True))
    rows = []
    for code, course in courses_of_myeloma.items():
        site, dose_level = place[code]
        for threshold in THRESHOLDS:
            rows.append({"subject": code, "site": site, "dose_level": dose_level, **_at(course, threshold)})
    return typed(rows, THRESHOLD)


def _at(course: Course, threshold: str) -> dict[str, Any]:
    marrows = _marrows(course, threshold)
    any_time = mrd.any_time(marrows)
    in_cr = mrd.within_cr(marrows, responses=responses(course))
    said = because(any_time)
    cr = because(in_cr)
    return {
        "threshold": threshold,
        "marrows": len(marrows.days),
        "any_time": any_time.value,
        "any_clause": said["clause"],
        "any_shown": said["shown"],
        "within_cr": in_cr.value,
        "cr_clause": cr["clause"],
        "cr_shown": cr["shown"],
        **_lasting(course, marrows, read=marrows),
        "negative_on": marrows.negative_on,
        "negative_day": course.day(marrows.negative_on),
        "flags": said["flags"],
        "forms": as_forms(course.on(FORM, *marrows.days)),
        "rule": mrd.VERSION,
    }


def _marrows(course: Course, threshold: str) -> mrd.MrdCourse:
    """The marrows that count: up to the day of progression or of a new therapy, whichever is first."""
    ends = (course.followed.response.progression_on, course.followed.new_therapy_on)
    last = min((day for day in ends if day is not None), default=None)
    return mrd.course(course.forms[FORM], threshold, infused_on=course.infused_on, until=last)


def responses(course: Course, *, confirmed: bool = True) -> list[tuple[date, str | None]]:
    """The response of each assessment: as it stands or, of it and of what is confirmed so far, the lower one."""
    response = course.followed.response
    beside = zip(response.days, response.verdicts, response.confirmed, strict=True)
    return [(day, _lower(one.value, status.value) if confirmed else _plain(one.value)) for day, one, status in beside]


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)


def _lower(value: Any, status: Any) -> str | None:
    if value in RANK and status in RANK:
        return str(min(value, status, key=RANK.__getitem__))
    return _plain(value if status in RANK else status)


def _lasting(course: Course, marrows: mrd.MrdCourse, *, read: mrd.MrdCourse) -> dict[str, Any]:
    """Whether it lasted for a year; and whether PET agreed, by the mediastinal blood pool and by the liver, at the marrows `read`."""
    pool, liver = (_pets(course, limit) for limit in (mrd_imaging.BLOOD_POOL, mrd_imaging.LIVER))
    return {
        "sustained": mrd.sustained(marrows).value,
        "sustained_imaging": mrd.sustained(marrows, imaging=_imaging(course, pool)).value,
        "imaging_plus": mrd_imaging.imaging_plus(read, pool).value,
        "imaging_plus_liver": mrd_imaging.imaging_plus(read, liver, limit=mrd_imaging.LIVER).value,
    }


def _pets(course: Course, limit: int) -> list[mrd_imaging.Pet]:
    images = course.forms["extramedullary_lesions"]
    return mrd_imaging.pets(images, infused_on=course.infused_on, limit=limit)


def _imaging(course: Course, pets: Iterable[mrd_imaging.Pet]) -> list[tuple[date, bool]]:
    """Imaging days and whether they were negative: a PET by its uptake; another by size, all lesions gone or none ever."""
    lesions = course.followed.lesions
    found = {day: one.value in ("CR", None) for day, one in zip(lesions.days, lesions.verdicts, strict=True)}
    found |= {one.day: one.verdict.value == "NEG" for one in pets}
    return sorted(found.items())


@dataset(
    title=_("Measurable residual disease by subject"),
    definition=_(
        "One row a subject at the threshold 1e-4 and any time after the infusion: the result, its first negative marrow, "
        "and what decided it."
    ),
)
def admrd_subject(adsl: pd.DataFrame, courses_of_myeloma: dict[str, Course]) -> pd.DataFrame:
    """Subjects of adsl in its order; a subject without an infusion is NOT_EVALUABLE."""
    return residual(plain(adsl["subject"]), courses_of_myeloma)


def residual(
    codes: Iterable[str],
    courses: Mapping[str, Course],
    *,
    threshold: str = "1e-4",
    within_cr: bool = False,
    confirmed: bool = True,
) -> pd.DataFrame:
    """One row a subject with the result at a threshold; `confirmed` = the complete response must be."""
    rows = []
    for code in codes:
        course = courses.get(code)
        found = (
            {"marrows": 0, "result": NOT_EVALUABLE, "complete_response": False,
             **because(Verdict(None, NOT_INFUSED, version=mrd.VERSION))}
            if course is None
            else _result(course, threshold, within_cr=within_cr, confirmed=confirmed)
        )  # fmt: skip
        rows.append({"subject": code, "threshold": threshold, **found})
    return typed(rows, SUBJECT)


def _result(course: Course, threshold: str, *, within_cr: bool, confirmed: bool) -> dict[str, Any]:
    marrows = _marrows(course, threshold)
    reached = responses(course, confirmed=confirmed)
    verdict = mrd.within_cr(marrows, responses=reached) if within_cr else mrd.any_time(marrows)
    on = verdict.shown.get("on")
    days = [day for day in marrows.days if on in (None, day.isoformat())]
    first = date.fromisoformat(on) if verdict.value == "NEG" and on else None
    return {
        "marrows": len(marrows.days),
        "result": verdict.value,
        "negative_day": course.day(first),
        **_lasting(course, marrows, read=mrd.inside_cr(marrows, responses=reached) if within_cr else marrows),
        "complete_response": any(value in mrd.COMPLETE for _day, value in reached),
        **because(verdict),
        "forms": as_forms(_behind(course, days, reached if within_cr else [])),
    }


def _behind(
    course: Course, days: Iterable[date], reached: Iterable[tuple[date, str | None]]
) -> Iterator[tuple[str, str, int]]:
    """The marrows, and the laboratory of the first complete response where it is asked for."""
    complete = next((day for day, value in reached if value in mrd.COMPLETE), None)
    if complete is not None:
        yield from course.on("myeloma_laboratory", complete)
    yield from course.on(FORM, *days)
