"""Cytopenia over time: one row a subject with ICAHT and T-ICAHT, early and late, from all blood counts."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.blood import Samples, samples_of_blood
from analytics.datasets.adcrs import typed
from analytics.datasets.reasons import clauses
from analytics.derive import plain
from analytics.myeloma import Course, as_forms
from analytics.registry import dataset, step
from crf.haematotoxicity import censoring
from trial.rules import haematotoxicity
from trial.rules.haematotoxicity import Followed
from trial.rules.icaht_days import CountOptions
from trial.rules.verdict import Verdict, joined

__all__ = ["GRADES", "Cytopenias", "adicaht", "samples_of_blood"]

# Column -> the verdict of a subject.
GRADES = ("early", "late", "platelets_early", "platelets_late")
# Days at or below a limit of the table: column -> verdict whose findings hold them, and the limit in words of the rule.
DAYS = {
    "low_days": ("early", "0.5"), "profound_days": ("early", "0.1"), "platelets_low_days": ("platelets_early", "50.0"),
    "platelets_severe_days": ("platelets_early", "20.0"),
}  # fmt: skip
SUBJECT = {
    "subject": "str", **dict.fromkeys((*GRADES, *DAYS), "Int64"), "uncertain": "bool", "clauses": "str", "flags": "str",
    "rule": "str", "forms": "str",
}  # fmt: skip
# The oldest count that may stand for day 0 (icaht_days: gap_days before it).
FIRST_DAY = -CountOptions().gap_days


@dataclass(slots=True)
class Cytopenias:
    """The counts of every subject, graded once for each choice of options."""

    codes: list[str]  # every subject of adsl
    samples: dict[str, Samples]  # infused subjects
    courses: dict[str, Course]
    _frames: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)

    def frame(self, interpolation: str, never_above: str) -> pd.DataFrame:
        """One row a subject by these options; grades are missing where not infused or not to be told."""
        key = (interpolation, never_above)
        if key not in self._frames:
            options = CountOptions(interpolation=interpolation, never_above=never_above)
            self._frames[key] = typed([self._line(code, options) for code in self.codes], SUBJECT)
        return self._frames[key]

    def _line(self, code: str, options: CountOptions) -> dict[str, Any]:
        own = self.samples.get(code)
        if own is None:
            return {"subject": code, "uncertain": False, "clauses": "[]", "forms": as_forms(())}
        found = self.followed(code, options)
        verdicts = {name: getattr(found, name) for name in GRADES}
        flags = joined(*(one.flags for one in verdicts.values()))
        return {
            "subject": code,
            **{name: one.value for name, one in verdicts.items()},
            **{name: _days(verdicts[of], limit) for name, (of, limit) in DAYS.items()},
            "uncertain": "LOWER_BOUND" in flags,
            "clauses": clauses(verdicts.values()),
            "flags": " ".join(flags),
            "rule": " ".join(dict.fromkeys(one.version for one in verdicts.values())),
            "forms": as_forms(own.since(("haematology",), FIRST_DAY)),
        }

    def followed(self, code: str, options: CountOptions) -> Followed:
        """What the rules make of an infused subject's counts, as on the page of its blood counts."""
        own = self.samples[code]
        return haematotoxicity.follow(
            own.rows["haematology"], infused_on=own.infused_on, censoring=censoring(self.courses[code].followed),
            options=options,
        )  # fmt: skip


def _days(verdict: Verdict, limit: str) -> int | None:
    """The days counted at one limit of the table."""
    lines = (one.shown for one in verdict.because if "days" in one.shown and one.shown.get("threshold") == limit)
    return next((int(shown["days"]) for shown in lines), None)


@step
def cytopenias(
    adsl: pd.DataFrame, samples_of_blood: dict[str, Samples], courses_of_myeloma: dict[str, Course]
) -> Cytopenias:
    """The blood counts of all subjects, up to progression, next therapy or death."""
    return Cytopenias(plain(adsl["subject"]), samples_of_blood, courses_of_myeloma)


@dataset(
    title=_("Cytopenia after CAR-T cells by subject"),
    definition=_(
        "One row a subject: early and late ICAHT from all neutrophil counts and T-ICAHT from all platelet counts, with the days "
        "counted and the clauses that decided; each count stands until the next draw."
    ),
)
def adicaht(cytopenias: Cytopenias) -> pd.DataFrame:
    """Subjects of adsl in its order, by the options of the study."""
    usual = CountOptions()
    return cytopenias.frame(usual.interpolation, usual.never_above)
