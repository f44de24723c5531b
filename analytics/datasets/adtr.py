"""Extramedullary disease: one row an imaging with its sum of products, one a subject with the best response of the lesions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.reasons import because
from analytics.derive import plain
from analytics.layout import figure
from analytics.myeloma import Course, as_forms
from analytics.registry import dataset
from trial.rules import emd
from trial.rules.emd_findings import VERSION
from trial.rules.myeloma import NOT_INFUSED
from trial.rules.verdict import Verdict

FORM = "extramedullary_lesions"
MISSING = "MISSING"
NO_BASELINE_LESION = _("No extramedullary lesion before the infusion: there is no response of lesions to judge.")
NOT_IMAGED = _("No imaging between the infusion and a new therapy or the end of follow-up.")

IMAGING = {
    "subject": "str", "site": "str", "dose_level": "str", "imaged_on": "object", "day": "Int64", "baseline": "bool",
    "spd": "float64", "change_percent": "float64", "response": "str", "after_new_therapy": "bool", "clause": "str",
    "shown": "str", "basis": "str", "flags": "str", "forms": "str", "rule": "str",
}  # fmt: skip
SUBJECT = {
    "subject": "str", "lesions_at_baseline": "bool", "baseline_day": "Int64", "baseline_spd": "float64",
    "imagings": "Int64", "best": "str", "best_day": "Int64", "lowest_spd": "float64", "lowest_change_percent": "float64",
    "lowest_change_shown": "str", "progression_day": "Int64", "flags": "str", "clause": "str", "shown": "str",
    "basis": "str", "forms": "str", "rule": "str",
}  # fmt: skip


def change(spd: Decimal | None, baseline: Decimal | None) -> float | None:
    """Change of the sum of products from baseline in percent; None where either is unknown or the baseline is 0."""
    return None if spd is None or not baseline else float(100 * (spd - baseline) / baseline)


@dataset(
    title=_("Imaging of extramedullary disease"),
    definition=_(
        "One row an imaging day from the baseline on: sum of products of the target lesions in mm², its change from "
        "baseline, and the response of the lesions with its clause."
    ),
)
def adtr(courses_of_myeloma: dict[str, Course], adsl: pd.DataFrame) -> pd.DataFrame:
    """Imaging days of subjects with lesions, sorted; the baseline is the last imaging up to the infusion."""
    about = adsl.set_index("subject")[["site", "dose_level"]]
    place = dict(zip(about.index, zip(plain(about["site"]), plain(about["dose_level"]), strict=True), strict=True))
    rows = []
    for code, course in courses_of_myeloma.items():
        site, dose_level = place[code]
        for line in _imagings(course):
            rows.append({"subject": code, "site": site, "dose_level": dose_level, **line})
    return typed(rows, IMAGING)


def _imagings(course: Course) -> Iterator[dict[str, Any]]:
    lesions, start = course.followed.lesions, course.followed.new_therapy_on
    baseline = lesions.baseline_spd

    def line(on: date, spd: Decimal | None, **more: Any) -> dict[str, Any]:
        return {
            "imaged_on": on,
            "day": course.day(on),
            "spd": None if spd is None else float(spd),
            "change_percent": change(spd, baseline),
            "after_new_therapy": start is not None and on > start,
            "forms": as_forms(course.on(FORM, on)),
            "rule": VERSION,
            **more,
        }

    if lesions.baseline_on is not None and lesions.has_baseline_lesions:
        yield line(lesions.baseline_on, baseline, baseline=True)
    for on, verdict, spd in zip(lesions.days, lesions.verdicts, lesions.spds, strict=True):
        if verdict.value is not None:  # without a lesion there is nothing to judge
            yield line(on, spd, baseline=False, response=verdict.value, **because(verdict))


@dataset(
    title=_("Extramedullary disease by subject"),
    definition=_(
        "One row a subject: whether there was a lesion before the infusion, the best response of the lesions up to their "
        "progression or a new therapy, and the greatest fall of the sum of products."
    ),
)
def adtr_subject(adsl: pd.DataFrame, courses_of_myeloma: dict[str, Course]) -> pd.DataFrame:
    """Subjects of adsl in its order; `best` is MISSING for one with lesions and no imaging that counts, blank without."""
    return lesion_outcomes(plain(adsl["subject"]), courses_of_myeloma)


def lesion_outcomes(
    codes: Iterable[str], courses: Mapping[str, Course], options: emd.EmdOptions = emd.RECOMMENDED
) -> pd.DataFrame:
    """One row a subject, judged with the options given."""
    rows = []
    for code in codes:
        course = courses.get(code)
        found = (
            {"lesions_at_baseline": False, "imagings": 0, **because(Verdict(None, NOT_INFUSED, version=VERSION))}
            if course is None
            else _outcome(course, _judged(course, options))
        )
        rows.append({"subject": code, **found})
    return typed(rows, SUBJECT)


def _judged(course: Course, options: emd.EmdOptions) -> emd.EmdCourse:
    if options == emd.RECOMMENDED:
        return course.followed.lesions
    return emd.course(course.forms[FORM], infused_on=course.infused_on, options=options)


def until(lesions: emd.EmdCourse, last: date | None) -> emd.EmdCourse:
    """The course with the imaging up to a day only; None = all of it."""
    kept = sum(last is None or day <= last for day in lesions.days)
    return replace(lesions, days=lesions.days[:kept], verdicts=lesions.verdicts[:kept], spds=lesions.spds[:kept])


def _outcome(course: Course, lesions: emd.EmdCourse) -> dict[str, Any]:
    counted = until(lesions, course.followed.new_therapy_on)
    progressed = _first_progression(counted)
    read = until(counted, progressed)
    known = [spd for spd in read.spds if spd is not None]
    lowest = min(known, default=None)
    fall = change(lowest, lesions.baseline_spd)
    judged = lesions.has_baseline_lesions
    best = counted.best if judged else None
    decided = best or Verdict(None, NOT_IMAGED if judged else NO_BASELINE_LESION, version=VERSION)
    days = (lesions.baseline_on, counted.best_on) if judged else (lesions.baseline_on,)
    return {
        "lesions_at_baseline": judged,
        "baseline_day": course.day(lesions.baseline_on),
        "baseline_spd": None if lesions.baseline_spd is None else float(lesions.baseline_spd),
        "imagings": len(counted.days),
        "best": best.value if best is not None else MISSING if judged else None,
        "best_day": course.day(counted.best_on) if judged else None,
        "lowest_spd": None if lowest is None or not judged else float(lowest),
        "lowest_change_percent": fall,
        "lowest_change_shown": None if fall is None else figure(fall),
        "progression_day": course.day(progressed),
        **because(decided),
        "forms": as_forms(course.on(FORM, *(day for day in days if day is not None))),
    }


def _first_progression(lesions: emd.EmdCourse) -> date | None:
    pairs = zip(lesions.days, lesions.verdicts, strict=True)
    return next((day for day, verdict in pairs if verdict.value == "PD"), None)
