"""Limits of normal for the data sets: the same ranges and the same choice among them as on the pages of the forms."""

from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from analytics.datasets.adsl import first_per_subject
from analytics.derive import plain, records
from trial import ranges
from trial.rules.reference import Limits


class OfSubjects:
    """The limits of normal of every subject of a cut."""

    def __init__(self, subject: pd.DataFrame, demographics: pd.DataFrame, reference_range: pd.DataFrame) -> None:
        described = first_per_subject(demographics, "demographics", ("sex", "birth_year"))
        columns = (plain(described[name]) for name in ("subject", "sex", "birth_year"))
        self._people: dict[str, tuple[Any, Any]] = {code: (sex, born) for code, sex, born in zip(*columns, strict=True)}
        sites = dict.fromkeys(plain(subject["site"]))
        own: dict[str, list[ranges.Range]] = {site: [] for site in sites}
        for row in records(reference_range, "range"):
            own.setdefault(row.site, []).append(ranges.standard(row))
        self._own = {site: tuple(found) for site, found in own.items()}
        self._among = cache(self._read)

    def at(self, subject: str, site: str, analyte: str, on: date) -> Limits:
        """The limits of an analyte for a subject on a day."""
        sex, born = self._people.get(subject, (None, None))
        return self._among(site, analyte, sex, ranges.age_on(on, born), on)

    def _read(self, site: str, analyte: str, sex: str | None, age: int | None, on: date) -> Limits:
        return ranges.among(self._own.get(site, ()), analyte, sex=sex, age=age, on=on)
