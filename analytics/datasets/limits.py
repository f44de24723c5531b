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
        self._former = _former_sites(subject)
        self._own = {site: tuple(found) for site, found in own.items()}
        self._among = cache(self._read)

    def at(self, subject: str, site: str, analyte: str, on: date) -> Limits:
        """The limits of an analyte for a subject on a day. site: where it is now; the days before a transfer are the former one's."""
        site = next((former for former, until in self._former.get(subject, ()) if on < until), site)
        sex, born = self._people.get(subject, (None, None))
        return self._among(site, analyte, sex, ranges.age_on(on, born), on)

    def _read(self, site: str, analyte: str, sex: str | None, age: int | None, on: date) -> Limits:
        return ranges.among(self._own.get(site, ()), analyte, sex=sex, age=age, on=on)


def _former_sites(subject: pd.DataFrame) -> dict[str, list[tuple[str, date]]]:
    """Of each transferred subject the former sites with the day that ended each, oldest first (analytics.frames).

    A cut that was frozen before subjects could be transferred has no such column, and none was.
    """
    if "former_sites" not in subject:
        return {}
    found = {}
    for code, sites in zip(plain(subject["subject"]), plain(subject["former_sites"]), strict=True):
        parts = [one.split("<") for one in (sites or "").split()]
        if parts:
            found[code] = [(site, date.fromisoformat(day)) for site, day in parts]
    return found
