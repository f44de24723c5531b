"""Cellular kinetics: one row a subject with peak, last quantifiable sample and areas, by method and way of computing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.adpc import Losses
from analytics.datasets.reasons import clauses
from analytics.myeloma import as_forms
from analytics.registry import dataset, step
from crf.checks.blood import UNITS
from trial.rules import kinetics_on
from trial.rules.kinetics import Kinetics, KineticsOptions
from trial.rules.kinetics_on import RESULTS
from trial.rules.persistence import FORM
from trial.rules.verdict import Verdict, joined

DEFAULT_METHOD, DEFAULT_TRAPEZOIDS = "QPCR", KineticsOptions().trapezoids
SUBJECT = {
    "subject": "str", "method": "str", "unit": "str", "samples": "Int64", **dict.fromkeys(RESULTS, "float64"),
    **{f"{name}_shown": "str" for name in RESULTS}, "clauses": "str", "flags": "str", "rule": "str", "forms": "str",
}  # fmt: skip


@dataclass(slots=True)
class Curves:
    """The curve of every subject by method, computed once for each choice."""

    losses: Losses
    _frames: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict)

    def frame(self, method: str, trapezoids: str) -> pd.DataFrame:
        """One row a subject; results are missing where not infused or not sampled by this method."""
        key = (method, trapezoids)
        if key not in self._frames:
            options = KineticsOptions(trapezoids=trapezoids)
            codes = sorted(self.losses.infused_on)
            self._frames[key] = typed([self._line(code, method, options) for code in codes], SUBJECT)
        return self._frames[key]

    def curve(self, code: str, method: str, options: KineticsOptions) -> Kinetics | None:
        """The kinetics of a subject by one method; None = not infused."""
        infused_on = self.losses.infused_on[code]
        if infused_on is None:
            return None
        curves = kinetics_on.follow(self.losses.samples.get(code, ()), infused_on=infused_on)
        return curves.of(method, UNITS[method], options=options)

    def _line(self, code: str, method: str, options: KineticsOptions) -> dict[str, Any]:
        own = {"subject": code, "method": method, "unit": UNITS[method], "samples": 0, "clauses": "[]"}
        curve = self.curve(code, method, options)
        if curve is None:
            return {**own, "forms": as_forms(())}
        found: dict[str, Verdict] = {name: kinetics_on.as_verdict(curve, name) for name in RESULTS}
        measured = {name: RESULTS[name](curve).value for name in RESULTS}
        return {
            **own,
            "samples": len(curve.points),
            **{name: None if value is None else float(value) for name, value in measured.items()},
            **{f"{name}_shown": None if v is None else kinetics_on.amount(v) for name, v in measured.items()},
            "clauses": clauses(found.values()),
            "flags": " ".join(joined(*(one.flags for one in found.values()))),
            "rule": kinetics_on.VERSION,
            "forms": as_forms(_behind(curve, self.losses.samples.get(code, ()), method)),
        }


def _behind(curve: Kinetics, samples: Sequence[Any], method: str) -> Iterator[tuple[str, str, int]]:
    """The forms of the samples on the curve."""
    days = {point.on for point in curve.points}
    for one in samples:
        if one.sampled_on in days and (one.method, one.unit) == (method, curve.unit):
            yield FORM, one.visit or "", int(one.occurrence)


@step
def kinetic_curves(losses: Losses) -> Curves:
    """The samples of all subjects as curves."""
    return Curves(losses)


@dataset(
    title=_("Cellular kinetics by subject"),
    definition=_(
        "One row a subject: Cmax, Tmax, Clast, Tlast, areas under the curve to days 28 and 90 and half-life of the cells "
        "counted by quantitative PCR, with the clauses that decided; areas by linear trapezoids."
    ),
)
def adpk(kinetic_curves: Curves) -> pd.DataFrame:
    """Every subject, sorted by code."""
    return kinetic_curves.frame(DEFAULT_METHOD, DEFAULT_TRAPEZOIDS)
