"""Laboratory values graded by CTCAE: one row a value; of the blood count one row a subject, before the infusion and after it."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.limits import OfSubjects
from analytics.datasets.reasons import because
from analytics.derive import plain, records, require, study_day, zones
from analytics.myeloma import as_forms
from analytics.registry import dataset
from trial import protocol
from trial.rules import ctcae, laboratory
from trial.rules.reference import Limits

# Items of the blood count.
ITEMS: tuple[str, ...] = tuple(ctcae.TERM_OF_ITEM)
# Form -> its items that this version of CTCAE grades.
GRADED: Mapping[str, tuple[str, ...]] = {
    "haematology": ITEMS,
    "chemistry": (
        "alt", "ast", "alp", "ggt", "bilirubin", "albumin", "creatinine", "sodium", "potassium", "calcium", "magnesium",
        "glucose", "ldh", "ck",
    ),
    "coagulation": ("inr", "aptt", "fibrinogen"),
}  # fmt: skip
VALUE = {
    "subject": "str", "site": "str", "dose_level": "str", "form": "str", "visit": "str", "occurrence": "Int64",
    "sampled_day": "Int64", "after": "bool", "item": "str", "value": "float64", "lower_limit": "float64",
    "upper_limit": "float64", "baseline_value": "float64", "grade": "Int64", "clause": "str", "shown": "str", "basis": "str",
    "flags": "str", "rule": "str", "baseline": "bool",
}  # fmt: skip
OF_ITEM = {
    "baseline": "Int64", "baseline_value": "float64", "worst": "Int64", "worst_value": "float64", "worst_day": "Int64",
    "not_graded": "Int64",
}  # fmt: skip
SUBJECT = {
    "subject": "str", **{f"{item}_{name}": kind for item in ITEMS for name, kind in OF_ITEM.items()}, "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Laboratory values"),
    definition=_(
        "One row a value of blood count, chemistry or coagulation with its grade by CTCAE, the limits of normal of the site's "
        "laboratory that were used, the value before the infusion that it is compared with, and whether it is that value "
        "itself (baseline) or one from after the infusion."
    ),
)
def adlb(
    haematology: pd.DataFrame,
    chemistry: pd.DataFrame,
    coagulation: pd.DataFrame,
    subject: pd.DataFrame,
    demographics: pd.DataFrame,
    reference_range: pd.DataFrame,
    adsl: pd.DataFrame,
) -> pd.DataFrame:
    """Values in the unit of the form, sorted by subject, item and time; what was not measured has no row."""
    of_form = {"haematology": haematology, "chemistry": chemistry, "coagulation": coagulation}
    limits = OfSubjects(subject, demographics, reference_range)
    dose_level = dict(zip(plain(adsl["subject"]), plain(adsl["dose_level"]), strict=True))
    lines = chain.from_iterable(_samples(form, frame, subject, limits) for form, frame in of_form.items())
    return _with_baseline(typed([{**line, "dose_level": dose_level[line["subject"]]} for line in lines], VALUE))


def _samples(form: str, frame: pd.DataFrame, subject: pd.DataFrame, limits: OfSubjects) -> Iterator[dict[str, Any]]:
    """The values of one form, oldest first, each graded."""
    require(frame, form, ("subject", "site", "visit", "occurrence", "sampled_at", *GRADED[form]))
    infused = dict(zip(plain(subject["subject"]), plain(subject["infused_at"]), strict=True))
    clock = zones(subject)
    before: dict[tuple[str, str], Decimal] = {}
    for row in records(frame.sort_values(["subject", "sampled_at", "occurrence"]), "sample"):
        if row.sampled_at is None:
            continue
        infused_at = infused[row.subject]
        after = infused_at is not None and row.sampled_at >= infused_at
        on = row.sampled_at.astimezone(clock[row.subject]).date()
        sample = {
            "subject": row.subject, "site": row.site, "form": form, "visit": row.visit, "occurrence": row.occurrence,
            "sampled_day": study_day(row.sampled_at, infused_at, clock[row.subject]), "after": after, "baseline": False,
        }  # fmt: skip
        for item in GRADED[form]:
            value = getattr(row, item)
            if value is None:
                continue
            if not after and infused_at is not None:
                before[(row.subject, item)] = value
            columns = graded(
                item,
                value,
                limits.at(row.subject, row.site, item, on),
                baseline=before.get((row.subject, item)) if after else None,
                anticoagulated=getattr(row, "anticoagulated", None),
                albumin=row.albumin if item == "calcium" else None,
            )
            yield {**sample, "item": item, **columns}


@cache
def graded(
    item: str,
    value: Decimal,
    limits: Limits,
    *,
    baseline: Decimal | None = None,
    anticoagulated: str | None = None,
    albumin: Decimal | None = None,
) -> Mapping[str, Any]:
    """A value with its grade, as columns of the data set; the same value is judged once."""
    verdict = laboratory.grade(
        item, value, limits=limits, baseline=baseline, anticoagulated=anticoagulated, albumin=albumin,
        version=protocol.CTCAE_VERSION,
    )  # fmt: skip
    low, high, before = (None if one is None else float(one) for one in (limits.low, limits.high, baseline))
    return {
        "value": float(value),
        "lower_limit": low,
        "upper_limit": high,
        "baseline_value": before,
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
        behind += [(one.form, one.visit, one.occurrence) for one in (*baseline, lowest) if one is not None]
    return {**line, "forms": as_forms(behind)}


def _worst(values: Iterable[Any]) -> Any | None:
    """The first of the lowest values of the highest grade; None where no value could be graded."""
    gradable = [value for value in values if value.grade is not None]
    return max(gradable, key=lambda value: (value.grade, -value.value, -value.sampled_day), default=None)
