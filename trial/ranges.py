"""The limits of normal of each site's laboratory: kept as data by the data manager, published ones where a site states none."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from trial import units
from trial.models import ReferenceRange, Site, Subject
from trial.rules.reference import Limits, pick
from trial.signals import ranges_changed
from trial.whereabouts import periods

# Adults. Each line names its source: health standards of China (WS/T), or assumed.
SOURCE = Path(__file__).parent / "data" / "reference_ranges.csv"

# Analyte -> its name; the same as of the items of the laboratory forms.
LABELS = {
    "haemoglobin": _("Haemoglobin"),
    "leukocytes": _("Leukocytes"),
    "neutrophils": _("Neutrophils"),
    "lymphocytes": _("Lymphocytes"),
    "platelets": _("Platelets"),
    "alt": _("ALT"),
    "ast": _("AST"),
    "alp": _("Alkaline phosphatase"),
    "ggt": _("Gamma-glutamyltransferase"),
    "bilirubin": _("Bilirubin, total"),
    "direct_bilirubin": _("Bilirubin, direct"),
    "albumin": _("Albumin"),
    "creatinine": _("Creatinine"),
    "urea": _("Urea"),
    "urate": _("Urate"),
    "sodium": _("Sodium"),
    "potassium": _("Potassium"),
    "calcium": _("Calcium, total"),
    "magnesium": _("Magnesium"),
    "phosphate": _("Phosphate"),
    "glucose": _("Glucose"),
    "ldh": _("Lactate dehydrogenase"),
    "ck": _("Creatine kinase"),
    "triglycerides": _("Triglycerides"),
    "inr": _("INR"),
    "pt": _("Prothrombin time"),
    "aptt": _("Activated partial thromboplastin time"),
    "fibrinogen": _("Fibrinogen"),
    "d_dimer": _("D-dimer"),
    "crp": _("C-reactive protein"),
    "ferritin": _("Ferritin"),
    "il6": _("Interleukin-6"),
    "procalcitonin": _("Procalcitonin"),
}


@dataclass(frozen=True, slots=True)
class Range:
    """One range in the standard unit of its analyte; sex "" = both, None = an open end."""

    analyte: str
    sex: str
    age_from: int | None
    age_to: int | None
    valid_from: date | None
    valid_to: date | None
    unit: str
    low: Decimal | None
    high: Decimal | None
    source: str = ""


@cache
def published() -> tuple[Range, ...]:
    """The ranges of the file, which hold on every day."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Range(
                analyte=line["analyte"],
                sex=line["sex"],
                age_from=_read(int, line["age_from"]),
                age_to=_read(int, line["age_to"]),
                valid_from=None,
                valid_to=None,
                unit=line["unit"],
                low=_read(Decimal, line["low"]),
                high=_read(Decimal, line["high"]),
                source=line["source"],
            )
            for line in csv.DictReader(file)
        )


def _read(kind: Any, cell: str) -> Any:
    return kind(cell) if cell else None


@cache
def unit_of(analyte: str) -> str:
    """The standard unit (UCUM) of an analyte, "" for a ratio. Raises StopIteration for one that the file does not have."""
    return next(one.unit for one in published() if one.analyte == analyte)


def standard(row: Any) -> Range:
    """A stored range (or a record of one) in the standard unit. Raises ValueError for a unit the analyte does not have."""
    factor = units.factor(row.analyte, row.unit or "", standard=unit_of(row.analyte))
    if factor is None:
        raise ValueError(f"{row.analyte} is not reported in {row.unit!r}")
    low, high = (None if limit is None else limit * factor for limit in (row.low, row.high))
    return Range(
        row.analyte, row.sex or "", row.age_from, row.age_to, row.valid_from, row.valid_to, unit_of(row.analyte), low, high
    )  # fmt: skip


def of_site(site: Site) -> tuple[Range, ...]:
    """Every range that a site's laboratory has stated, in standard units."""
    rows = ReferenceRange.objects.filter(site=site).values_list(
        "analyte", "unit", "sex", "age_from", "age_to", "valid_from", "valid_to", "low", "high", named=True
    )
    return tuple(standard(row) for row in rows)


def of_subject(subject: Subject) -> tuple[Range, ...]:
    """Every range that holds for a subject: those of its site, of a former site those of the days before the transfer."""
    if subject.transferred_on is None:
        return of_site(subject.site)
    stated = [(of_site(site), since, until) for site, since, until in periods(subject)]
    anywhere = {one.analyte for own, _since, _until in stated for one in own}
    found: list[Range] = []
    for own, since, until in stated:
        here = {one.analyte for one in own}
        # Where one site states an analyte and the other does not, the published ranges hold for the days of the other.
        besides = [one for one in published() if one.analyte in anywhere - here]
        found += [one for whole in (*own, *besides) if (one := _within(whole, since, until)) is not None]
    return tuple(found)


def _within(whole: Range, since: date | None, until: date | None) -> Range | None:
    """A range for the days from `since` on and before `until` alone; None where none of its days is left."""
    last = until - timedelta(days=1) if until else None
    first = max((day for day in (whole.valid_from, since) if day is not None), default=None)
    end = min((day for day in (whole.valid_to, last) if day is not None), default=None)
    if first is not None and end is not None and end < first:
        return None
    return replace(whole, valid_from=first, valid_to=end)


def among(own: Sequence[Range], analyte: str, *, sex: str | None, age: int | None, on: date | None) -> Limits:
    """The limits by the ranges of a site; by the published ones, and marked so, where it states none for the analyte."""
    if any(one.analyte == analyte for one in own):
        return pick(own, analyte, sex=sex, age=age, on=on)
    return pick(_published(analyte), analyte, sex=sex, age=age, on=on, assumed=True)


@cache
def _published(analyte: str) -> tuple[Range, ...]:
    return tuple(one for one in published() if one.analyte == analyte)


def limits(
    site: Site, analyte: str, *, sex: str | None, age: int | None, on: date | None
) -> tuple[Decimal | None, Decimal | None]:
    """Lower and upper limit of normal at a site, in the standard unit of the analyte; None = not stated, or not to be told."""
    found = among(of_site(site), analyte, sex=sex, age=age, on=on)
    return found.low, found.high


def age_on(on: date | None, birth_year: Any) -> int | None:
    """Years, as far as they can be known: the study keeps the year of birth alone."""
    return None if on is None or birth_year is None else on.year - int(birth_year)


def adopt(site: Site, *, valid_from: date) -> int:
    """Makes the published ranges a site's own from a day on. Call inside `acting`. Returns how many; 0 where it has some."""
    if ReferenceRange.objects.filter(site=site).exists():
        return 0
    made = ReferenceRange.objects.bulk_create(_adopted(published(), site, valid_from))
    ranges_changed.send(sender=ReferenceRange, site=site, analytes={one.analyte for one in made})
    return len(made)


def _adopted(ranges: Iterable[Range], site: Site, valid_from: date) -> list[ReferenceRange]:
    return [
        ReferenceRange(
            site=site, analyte=one.analyte, sex=one.sex, age_from=one.age_from, age_to=one.age_to, valid_from=valid_from,
            unit=one.unit, low=one.low, high=one.high, source=one.source,
        )
        for one in ranges
    ]  # fmt: skip
