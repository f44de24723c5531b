"""Cytokine release syndrome by two criteria: one row a subject, the maximum by each, computed apart and never mixed."""

import json
from collections.abc import Mapping
from datetime import date, tzinfo
from decimal import Decimal
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.adsl import first_per_subject
from analytics.derive import Followed, plain, require, zones
from analytics.registry import dataset, step
from trial.rules import crs_axes, lee_2014

COLUMNS = {
    "subject": "str", "maximum": "Int64", "maximum_day": "Int64", "visit": "str", "occurrence": "Int64", "clause": "str",
    "shown": "str", "rule": "str", "lee_maximum": "Int64", "lee_day": "Int64", "lee_uncertain": "Int64", "lee_rule": "str",
    "difference": "Int64", "forms": "str",
}  # fmt: skip


@step
def lee_courses(
    courses: dict[str, Followed], subject: pd.DataFrame, demographics: pd.DataFrame, vital_signs: pd.DataFrame
) -> dict[str, lee_2014.LeeCourse]:
    """The same assessments as for ASTCT, judged by Lee 2014; doses per kg by the last weight known on each day."""
    measured = _weights(vital_signs, zones(subject))
    described = first_per_subject(demographics, "demographics", ("weight",))
    at_screening = dict(zip(plain(described["subject"]), plain(described["weight"]), strict=True))
    return {
        code: lee_2014.course(
            followed.assessments,
            vital_signs=followed.vital_signs,
            weights=[
                _known(measured.get(code, ()), one.assessed_at.date(), at_screening.get(code))
                for one in followed.assessments
            ],
        )
        for code, followed in courses.items()
    }


def _weights(vital_signs: pd.DataFrame, clock: Mapping[str, tzinfo]) -> dict[str, list[tuple[date, Decimal]]]:
    """Each subject's measured weights with their day at the site, oldest first."""
    require(vital_signs, "vital_signs", ("subject", "measured_at", "weight"))
    ordered = vital_signs.dropna(subset=["measured_at", "weight"]).sort_values("measured_at", kind="stable")
    found: dict[str, list[tuple[date, Decimal]]] = {}
    columns = (plain(ordered[name]) for name in ("subject", "measured_at", "weight"))
    for code, at, weight in zip(*columns, strict=True):
        if code in clock:
            found.setdefault(code, []).append((at.astimezone(clock[code]).date(), weight))
    return found


def _known(measured: Any, on: date, otherwise: Decimal | None) -> Decimal | None:
    return next((weight for day, weight in reversed(measured) if day <= on), otherwise)


@dataset(
    title=_("CRS by subject and criteria"),
    definition=_(
        "One row a subject: the maximum grade by ASTCT 2019, which is in force, and by Lee 2014 from the same assessments; "
        "difference = Lee 2014 minus ASTCT 2019, blank where one of them has no grade."
    ),
    form="crs_assessment",
)
def adcrs_criteria(
    adcrs_subject: pd.DataFrame, courses: dict[str, Followed], lee_courses: dict[str, lee_2014.LeeCourse]
) -> pd.DataFrame:
    """Subjects of adcrs_subject in its order; visit, occurrence and clause are those of the ASTCT maximum."""
    kept = ("subject", "maximum", "maximum_day", "visit", "occurrence", "clause", "shown")
    columns = [plain(adcrs_subject[name]) for name in kept]
    lines = []
    for values in zip(*columns, strict=True):
        line = dict(zip(kept, values, strict=True))
        code = line["subject"]
        lee = _highest(courses[code], lee_courses[code]) if code in courses else {}
        both = line["maximum"] is not None and lee.get("lee_maximum") is not None
        lines.append(
            {**line, **lee, "rule": crs_axes.VERSION, "lee_rule": lee_2014.VERSION}
            | ({"difference": lee["lee_maximum"] - line["maximum"]} if both else {})
        )
    return typed(lines, COLUMNS)


def _highest(followed: Followed, course: lee_2014.LeeCourse) -> dict[str, Any]:
    """The first assessment at the maximum by Lee 2014, and how many may be graded too low."""
    uncertain = sum(one.value is None or "LOWER_BOUND" in one.flags for one in course.verdicts)
    if course.maximum is None:
        return {"lee_uncertain": uncertain}
    first = next(at for at, one in enumerate(course.verdicts) if one.value == course.maximum)
    decided = followed.assessments[first]
    return {
        "lee_maximum": course.maximum,
        "lee_day": followed.days[first],
        "lee_uncertain": uncertain,
        "forms": json.dumps([["crs_assessment", decided.visit, int(decided.occurrence)]]),
    }
