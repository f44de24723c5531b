"""The course of each subject after the infusion: how long, which responses from when to when, and what happened."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.adtte import forms_of
from analytics.derive import months, plain
from analytics.layout import figure
from analytics.myeloma import Course, as_forms
from analytics.registry import dataset
from trial.rules.myeloma import Followed

# Days count from the infusion as day 0. bars: JSON, [[from day, to day, level], ...]. ongoing: alive and not progressed.
COURSE = {
    "subject": "str", "dose_level": "str", "followed_days": "Int64", "followed_months": "float64",
    "followed_shown": "str", "best": "str", "best_shown": "str",
    "response_day": "Int64", "progression_day": "Int64", "death_day": "Int64", "new_therapy_day": "Int64",
    "ongoing": "boolean", "bars": "str", "clause": "str", "shown": "str", "forms": "str",
}  # fmt: skip

# Responses are abbreviated alike in every language; what was never judged stays blank.
ABBREVIATED = {"SCR": "sCR", "MISSING": None}


@dataset(
    title=_("Course by subject"),
    definition=_(
        "One row a subject: months followed, best confirmed response, and the study days of the first response, "
        "progression, new anti-myeloma therapy and death, with the forms behind them."
    ),
)
def adcourse(adsl: pd.DataFrame, courses_of_myeloma: dict[str, Course]) -> pd.DataFrame:
    """Subjects of adsl in its order; everything is missing where not infused."""
    places = zip(plain(adsl["subject"]), plain(adsl["dose_level"]), strict=True)
    return typed([_line(code, level, courses_of_myeloma.get(code)) for code, level in places], COURSE)


def _line(code: str, dose_level: str | None, course: Course | None) -> dict[str, Any]:
    line: dict[str, Any] = {"subject": code, "dose_level": dose_level, "bars": "[]", "forms": as_forms(())}
    if course is None:
        return line
    followed, response = course.followed, course.followed.response
    days = followed.os.days
    exact = None if days is None else months(days)
    return line | {
        "followed_days": days,
        "followed_months": exact,
        "followed_shown": figure(exact),
        "best": response.best.value,
        "best_shown": ABBREVIATED.get(str(response.best.value), response.best.value),
        "response_day": course.day(response.first_response_on),
        "progression_day": course.day(response.progression_on),
        "death_day": course.day(followed.died_on),
        "new_therapy_day": course.day(followed.new_therapy_on),
        "ongoing": followed.died_on is None and response.progression_on is None,
        "bars": json.dumps(list(_bars(course, followed))),
        "clause": followed.pfs.clause,
        "shown": json.dumps(dict(followed.pfs.shown), sort_keys=True, ensure_ascii=False),
        "forms": as_forms(
            [
                *forms_of(course, followed, "response_assessment", response.first_response_on),
                *forms_of(course, followed, "response_assessment", response.progression_on),
                *course.on("subsequent_therapy", followed.new_therapy_on),
                *course.on("death", followed.died_on),
            ]
        ),
    }


def _bars(course: Course, followed: Followed) -> Iterator[tuple[int, int, str]]:
    """The confirmed status from assessment to assessment, equal neighbours joined; nothing is claimed after the last."""
    response = followed.response
    held: list[tuple[date, str]] = []
    for day, status in zip(response.days, response.confirmed, strict=True):
        if status.value is None:
            break
        held.append((day, str(status.value)))
    if not held:
        return
    changes = [one for at, one in enumerate(held) if at == 0 or held[at - 1][1] != one[1]]
    ends = [*(day for day, _level in changes[1:]), held[-1][0]]
    for (start, level), end in zip(changes, ends, strict=True):
        if end > start:
            yield (start - course.infused_on).days, (end - course.infused_on).days, level
