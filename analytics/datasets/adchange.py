"""Change of the measure of disease: one row a measurement after the infusion, one a subject with its greatest fall."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.adtr import change
from analytics.derive import plain, records
from analytics.layout import figure
from analytics.myeloma import Course, as_forms
from analytics.registry import dataset
from trial.rules import imwg
from trial.rules.imwg_timeline import Laboratory
from trial.rules.imwg_values import light_chains, serum, urine

# What the measure of protein is read from, in this order; the first that is measurable before the infusion.
ROUTES = ("SERUM", "URINE", "FLC")
MEASURED = {
    "subject": "str", "kind": "str", "source": "str", "day": "Int64", "value": "float64", "change_percent": "float64",
    "forms": "str",
}  # fmt: skip
KINDS = ("protein", "spd")
SUBJECT = {
    "subject": "str", "best": "str", "protein_source": "str", "protein_baseline": "float64",
    **{f"{kind}_{name}": to for kind in KINDS for name, to in
       (("change", "float64"), ("day", "Int64"), ("change_shown", "str"))},
    "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Change of M-protein, light chains and lesions"),
    definition=_(
        "One row a measurement from the baseline on: serum M-protein, where that is not measurable urine M-protein, else the "
        "difference of free light chains; and the sum of products of the lesions; each with its change from baseline in percent."
    ),
)
def adchange(courses_of_myeloma: dict[str, Course], adtr: pd.DataFrame) -> pd.DataFrame:
    """Sorted by subject, kind and day; up to the first confirmed progression, that included, or a new therapy."""
    rows = [{"subject": code, **line} for code, course in courses_of_myeloma.items() for line in _protein(course)]
    for one in records(adtr, "imaging"):
        if not one.after_new_therapy and one.change_percent is not None:
            own = {"subject": one.subject, "kind": "spd", "source": "SPD", "day": one.day, "value": one.spd}
            rows.append(own | {"change_percent": float(one.change_percent), "forms": one.forms})
    return typed(sorted(rows, key=lambda row: (row["subject"], row["kind"], row["day"])), MEASURED)


def source_of(course: Course) -> tuple[str, Decimal] | None:
    """What the protein of a subject is followed by, with its value at baseline; None where nothing of it is measurable."""
    baseline = course.followed.response.baseline
    points = dict(zip(ROUTES, (baseline.serum, baseline.urine, baseline.flc), strict=True))
    for name in ROUTES:
        point = points[name]
        if baseline.follows(name) and point is not None and point.value > 0:
            return name, point.value
    return None


def _protein(course: Course) -> Iterator[dict[str, Any]]:
    found = source_of(course)
    if found is None:
        return
    source, base = found
    yield _line(course, source, 0, base, base, ())
    response = course.followed.response
    for one, own in zip(response.assessments, response.own, strict=True):
        if own.value is None:  # after progression or a new therapy
            return
        value = None if one.laboratory is None else _value(source, one.laboratory, response.baseline.chain)
        if one.laboratory is not None and value is not None:
            forms = course.on("myeloma_laboratory", one.laboratory.day)
            yield _line(course, source, course.day(one.laboratory.day), value, base, forms)


def _line(course: Course, source: str, day: int | None, value: Decimal, base: Decimal, forms: Any) -> dict[str, Any]:
    return {
        "kind": "protein", "source": source, "day": day, "value": float(value), "change_percent": change(value, base),
        "forms": as_forms(forms),
    }  # fmt: skip


def _value(source: str, laboratory: Laboratory, chain: str | None) -> Decimal | None:
    """The amount of a day, as the criteria of response read it; None where it was not measured."""
    if source == "FLC":
        chains = light_chains(laboratory, chain, imwg.RECOMMENDED)
        return None if chains is None else chains.difference
    amount = (serum if source == "SERUM" else urine)(laboratory, imwg.RECOMMENDED)
    return None if amount is None else amount.value


@dataset(
    title=_("Greatest fall by subject"),
    definition=_(
        "One row a subject: the lowest value after the infusion as a change from baseline in percent, of the M-protein or light "
        "chains and of the lesions, with its day; and the best confirmed response."
    ),
)
def adchange_subject(adsl: pd.DataFrame, adchange: pd.DataFrame, adrs_subject: pd.DataFrame) -> pd.DataFrame:
    """Subjects of adsl in its order; blank where nothing was measured after the infusion."""
    best = dict(zip(plain(adrs_subject["subject"]), plain(adrs_subject["best"]), strict=True))
    own: dict[tuple[str, str], list[Any]] = {}
    for row in records(adchange, "measured"):
        own.setdefault((row.subject, row.kind), []).append(row)
    rows = []
    for code in plain(adsl["subject"]):
        found: dict[str, Any] = {"subject": code, "best": best.get(code), "forms": as_forms(())}
        protein = own.get((code, "protein"), [])
        if protein:
            found |= {"protein_source": protein[0].source, "protein_baseline": float(protein[0].value)}
        for kind in KINDS:
            lowest = min(
                (row for row in own.get((code, kind), []) if row.day > 0 and row.change_percent is not None),
                key=lambda row: (row.change_percent, row.day), default=None,
            )  # fmt: skip
            if lowest is not None:
                fall = float(lowest.change_percent)
                found |= {f"{kind}_change": fall, f"{kind}_day": lowest.day, f"{kind}_change_shown": figure(fall)}
                found["forms"] = lowest.forms if kind == "protein" else found["forms"]
        rows.append(found)
    return typed(rows, SUBJECT)
