"""The blood samples of every infused subject by panel, on the clock of its site: what rules over several panels read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

import pandas as pd

from analytics.derive import plain, records, require, zones
from analytics.registry import step

PANELS = ("haematology", "chemistry", "coagulation", "inflammation")


@dataclass(frozen=True, slots=True)
class Samples:
    """One infused subject: rows by panel as namedtuples of the frame's columns, with `sampled_at` on the site's clock."""

    subject: str
    site: str
    infused_on: date
    rows: Mapping[str, Sequence[Any]]

    def day(self, row: Any) -> int:
        """The study day of a sample, infusion = day 0."""
        return int((row.sampled_at.date() - self.infused_on).days)

    def between(self, panels: Iterable[str], first: date, last: date) -> Iterator[tuple[str, str, int]]:
        """The forms of those panels about these days, both included."""
        for panel in panels:
            for row in self.rows[panel]:
                if first <= row.sampled_at.date() <= last:
                    yield panel, row.visit, int(row.occurrence)

    def since(self, panels: Iterable[str], day: int) -> Iterator[tuple[str, str, int]]:
        """The forms of those panels from a study day on."""
        return self.between(panels, self.infused_on + timedelta(days=day), date.max)


@step
def samples_of_blood(
    subject: pd.DataFrame,
    haematology: pd.DataFrame,
    chemistry: pd.DataFrame,
    coagulation: pd.DataFrame,
    inflammation: pd.DataFrame,
) -> dict[str, Samples]:
    """Every infused subject's samples that have a time, oldest first, by code."""
    frames = dict(zip(PANELS, (haematology, chemistry, coagulation, inflammation), strict=True))
    clock = zones(subject)
    rows = {panel: _by_subject(frame, panel, clock) for panel, frame in frames.items()}
    found = {}
    columns = (plain(subject[name]) for name in ("subject", "site", "infused_at"))
    for code, site, at in zip(*columns, strict=True):
        if isinstance(at, datetime):
            infused_on = at.astimezone(clock[code]).date()
            found[code] = Samples(code, site, infused_on, {panel: rows[panel].get(code, []) for panel in PANELS})
    return dict(sorted(found.items()))


def _by_subject(frame: pd.DataFrame, panel: str, clock: Mapping[str, tzinfo]) -> dict[str, list[Any]]:
    require(frame, panel, ("subject", "visit", "occurrence", "status", "sampled_at"))
    found: dict[str, list[Any]] = {}
    for row in records(frame.sort_values(["subject", "sampled_at", "visit", "occurrence"]), "sample"):
        if row.sampled_at is not None and row.status == "COMPLETE":
            local = row._replace(sampled_at=row.sampled_at.astimezone(clock[row.subject]))
            found.setdefault(row.subject, []).append(local)
    return found
