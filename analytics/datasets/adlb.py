"""Blood counts graded by CTCAE: one row a value; one row a subject with the grade before the infusion and the worst after it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.reasons import because
from analytics.derive import plain, records, require, study_day, zones
from analytics.myeloma import as_forms
from analytics.registry import dataset
from trial import protocol
from trial.rules import ctcae

ITEMS: tuple[str, ...] = tuple(ctcae.TERM_OF_ITEM)
VALUE = {
    "subject": "str", "site": "str", "dose_level": "str", "visit": "str", "occurrence": "Int64", "sampled_day": "Int64",
    "after": "bool", "item": "str", "value": "float64", "lower_limit": "float64", "grade": "Int64", "clause": "str",
    "shown": "str", "basis": "str", "flags": "str", "rule": "str", "baseline": "bool",
}  # fmt: skip
OF_ITEM = {
    "baseline": "Int64", "baseline_value": "float64", "worst": "Int64", "worst_value": "float64", "worst_day": "Int64",
    "not_graded": "Int64",
}  # fmt: skip
SUBJECT = {
    "subject": "str", **{f"{item}_{name}": kind for item in ITEMS for name, kind in OF_ITEM.items()}, "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Blood counts"),
    definition=_(
        "One row a value of the blood count with its grade by CTCAE, the limit of normal that was used, and whether it is "
        "the last value before the infusion (baseline) or one from after it."
    ),
)
def adlb(haematology: pd.DataFrame, subject: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Values in the unit of the form, sorted by subject, item and time; a count that was not done has no row."""
    require(haematology, "haematology", ("subject", "site", "visit", "occurrence", "sampled_at", *ITEMS))
    infused = dict(zip(plain(subject["subject"]), plain(subject["infused_at"]), strict=True))
    clock = zones(subject)
    about = dict(
        zip(plain(adsl["subject"]), zip(plain(adsl["sex"]), plain(adsl["dose_level"]), strict=True), strict=True)
    )
    lines = []
    for row in records(haematology.sort_values(["subject", "sampled_at", "occurrence"]), "count"):
        if row.sampled_at is None:
            continue
        sex, dose_level = about[row.subject]
        infused_at = infused[row.subject]
        sample = {
            "subject": row.subject, "site": row.site, "dose_level": dose_level, "visit": row.visit,
            "occurrence": row.occurrence, "sampled_day": study_day(row.sampled_at, infused_at, clock[row.subject]),
            "after": infused_at is not None and row.sampled_at >= infused_at,
        }  # fmt: skip
        lines += [
            {**sample, "item": item, **graded(item, value, sex)}
            for item in ITEMS
            if (value := getattr(row, item)) is not None
        ]
    return _with_baseline(typed([{**line, "baseline": False} for line in lines], VALUE))


@cache
def graded(item: str, value: Decimal, sex: str | None) -> Mapping[str, Any]:
    """A value with its grade, as columns of the data set; the same value is judged once."""
    limit = protocol.lower_limit(item, sex)
    verdict = ctcae.grade(ctcae.TERM_OF_ITEM[item], value, lln=limit, version=protocol.CTCAE_VERSION)
    return {
        "value": float(value),
        "lower_limit": None if limit is None else float(limit),
        "grade": verdict.value,
        **because(verdict),
    }


def _with_baseline(values: pd.DataFrame) -> pd.DataFrame:
    """Marks the last value of each item before the infusion; without an infusion there is no baseline."""
    ordered = values.sort_values(["subject", "item"], kind="stable").reset_index(drop=True)
    before = ordered[~ordered["after"] & ordered["sampled_day"].notna()]
    last = before.drop_duplicates(["subject", "item"], keep="last").index
    return ordered.assign(baseline=ordered.index.isin(last))


@dataset(
    title=_("Blood counts by subject"),
    definition=_(
        "One row a subject: of each item of the blood count the grade before the infusion and the worst grade after it; "
        "blank where nothing was measured or the value cannot be graded."
    ),
)
def adlb_subject(adlb: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Subjects of adsl in its order; `*_worst_value` is the lowest value of the worst grade."""
    return by_subject(adsl, adlb)


def by_subject(adsl: pd.DataFrame, values: pd.DataFrame, *, last_day: int | None = None) -> pd.DataFrame:
    """Each subject in one row, values after the infusion up to a study day (None = all); `forms` are those of the cells."""
    inside = values["after"] & ((values["sampled_day"] <= last_day) if last_day is not None else True)
    own: dict[str, dict[str, list[Any]]] = {}
    for value in records(values[values["baseline"] | inside], "value"):
        own.setdefault(value.subject, {}).setdefault(value.item, []).append(value)
    return typed([_subject(code, own.get(code, {})) for code in plain(adsl["subject"])], SUBJECT)


def _subject(code: str, items: Mapping[str, list[Any]]) -> dict[str, Any]:
    line: dict[str, Any] = {"subject": code}
    behind: list[tuple[str, str, int]] = []
    for item in ITEMS:
        baseline = [value for value in items.get(item, []) if value.baseline]
        after = [value for value in items.get(item, []) if value.after]
        lowest = _worst(after)
        of_item = {
            "baseline": baseline[0].grade if baseline else None,
            "baseline_value": float(baseline[0].value) if baseline else None,
            "worst": lowest and lowest.grade,
            "worst_value": lowest and float(lowest.value),
            "worst_day": lowest and lowest.sampled_day,
            "not_graded": sum(value.grade is None for value in after),
        }
        line |= {f"{item}_{name}": value for name, value in of_item.items()}
        behind += [("haematology", one.visit, one.occurrence) for one in (*baseline, lowest) if one is not None]
    return {**line, "forms": as_forms(behind)}


def _worst(values: Iterable[Any]) -> Any | None:
    """The first of the lowest values of the highest grade; None where no value could be graded."""
    gradable = [value for value in values if value.grade is not None]
    return max(gradable, key=lambda value: (value.grade, -value.value, -value.sampled_day), default=None)
