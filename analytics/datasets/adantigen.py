"""BCMA and CD38 on the plasma cells at relapse: one row a subject."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.reasons import because
from analytics.derive import plain
from analytics.myeloma import Course, as_forms
from analytics.registry import dataset
from trial.rules import antigen
from trial.rules.myeloma import NOT_INFUSED
from trial.rules.verdict import Verdict

FORM = "bone_marrow"
NOT_ASSESSED = "NOT_ASSESSED"
SUBJECT = {
    "subject": "str", "site": "str", "dose_level": "str", "progressed": "bool", "progression_day": "Int64",
    "progression_on": "object", "antigens": "str", "marrow_on": "object", "marrow_day": "Int64", "bcma": "float64",
    "cd38": "float64", "flags": "str", "clause": "str", "shown": "str", "basis": "str", "forms": "str", "rule": "str",
}  # fmt: skip


@dataset(
    title=_("Antigens at relapse"),
    definition=_(
        "One row a subject: whether BCMA and CD38 were kept on the plasma cells of the marrow nearest to the first "
        "confirmed progression, within 28 days of it, and 10 % or more of the cells counting as expressed."
    ),
)
def adantigen(adsl: pd.DataFrame, courses_of_myeloma: dict[str, Course]) -> pd.DataFrame:
    """Subjects of adsl in its order; `antigens` is blank without a progression, else BCMA+CD38+ ... or NOT_ASSESSED."""
    return antigens(adsl, courses_of_myeloma)


def antigens(
    adsl: pd.DataFrame,
    courses: Mapping[str, Course],
    *,
    cutoff: int = int(antigen.CUTOFF_PERCENT),
    window: int = antigen.WINDOW_DAYS,
) -> pd.DataFrame:
    """One row a subject with that cut-off (percent of plasma cells) and window (days on either side)."""
    known = zip(*(plain(adsl[name]) for name in ("subject", "site", "dose_level")), strict=True)
    rows = []
    for code, site, dose_level in known:
        course = courses.get(code)
        found = (
            {"progressed": False, **because(Verdict(None, NOT_INFUSED, version=antigen.VERSION))}
            if course is None
            else _at_relapse(course, cutoff=cutoff, window=window)
        )
        rows.append({"subject": code, "site": site, "dose_level": dose_level, **found})
    return typed(rows, SUBJECT)


def _at_relapse(course: Course, *, cutoff: int, window: int) -> dict[str, Any]:
    progressed_on = course.followed.response.progression_on
    verdict = antigen.antigen_at_relapse(
        course.forms[FORM],
        progressed_on=progressed_on,
        infused_on=course.infused_on,
        cutoff_percent=cutoff,
        window_days=window,
    )
    on = date.fromisoformat(verdict.shown["on"]) if "on" in verdict.shown else None
    bcma, cd38 = _percents(verdict.because)
    return {
        "progressed": progressed_on is not None,
        "progression_day": course.day(progressed_on),
        "progression_on": progressed_on,
        "antigens": None if progressed_on is None else verdict.value or NOT_ASSESSED,
        "marrow_on": on,
        "marrow_day": course.day(on),
        "bcma": bcma,
        "cd38": cd38,
        **because(verdict),
        "forms": as_forms(_behind(course, on, progressed_on)),
    }


def _percents(findings: tuple[Verdict, ...]) -> tuple[float | None, float | None]:
    """Percent of plasma cells with BCMA and with CD38, as the rule read them; None = not recorded."""
    if not findings:
        return None, None
    bcma, cd38 = (float(one.shown["percent"]) if "percent" in one.shown else None for one in findings)
    return bcma, cd38


def _behind(course: Course, on: date | None, progressed_on: date | None) -> Iterable[tuple[str, str, int]]:
    """The marrow that was read, and the laboratory and imaging of the progression."""
    marrow = course.on(FORM, on) if on is not None else []
    if progressed_on is None:
        return marrow
    return [
        *marrow,
        *course.on("myeloma_laboratory", progressed_on),
        *course.on("extramedullary_lesions", progressed_on),
    ]
