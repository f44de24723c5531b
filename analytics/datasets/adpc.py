"""CAR-T cells in the blood: one row a sample, and one a subject with the loss of detection by both rules."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.derive import months, plain, records, require, zones
from analytics.layout import figure
from analytics.myeloma import as_forms
from analytics.registry import dataset, step
from trial.rules import persistence
from trial.rules.persistence import FORM, Loss, PersistenceOptions

RULES = ("first", "confirmed")

SAMPLE = {
    "subject": "str", "site": "str", "dose_level": "str", "visit": "str", "occurrence": "Int64", "sampled_on": "object",
    "day": "Int64", "months": "float64", "nominal_month": "Int64", "method": "str", "value": "float64", "unit": "str",
    "below": "str", "limit": "float64", "detected": "boolean",
}  # fmt: skip
# months: on the actual day; nominal: at the planned month of the sample that decided, actual where it has none.
LOSS = {
    "subject": "str", "samples": "Int64", "detected": "Int64", "last_detected_day": "Int64", "event": "boolean",
    "date": "object", "days": "Int64", "months": "float64", "months_shown": "str", "nominal": "float64",
    "nominal_shown": "str", "clause": "str", "shown": "str", "basis": "str", "flags": "str", "rule": "str",
    "forms": "str",
}  # fmt: skip
# What the data set says of the second rule beside the first.
CONFIRMED = ("event", "date", "days", "months", "nominal", "clause", "flags")


@dataclass(slots=True)
class Losses:
    """The samples of every subject, and the loss of detection under either rule, each computed once."""

    infused_on: Mapping[str, date | None]  # every subject of adsl; None = not infused
    samples: Mapping[str, Sequence[Any]]
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def frame(self, rule: str) -> pd.DataFrame:
        """One row a subject by the rule first or confirmed; event is missing where the subject was not infused."""
        if rule not in self._frames:
            self._frames[rule] = typed([self._line(code, rule) for code in sorted(self.infused_on)], LOSS)
        return self._frames[rule]

    def _line(self, code: str, rule: str) -> dict[str, Any]:
        infused_on, samples = self.infused_on[code], self.samples.get(code, ())
        if infused_on is None:
            return {"subject": code, "samples": 0, "detected": 0, "forms": as_forms(())}
        seen = [(one, persistence.detected(one)) for one in samples]
        days = [(one.sampled_on - infused_on).days for one, there in seen if there and one.sampled_on is not None]
        return {
            "subject": code,
            "samples": sum(there is not None for _one, there in seen),
            "detected": len(days),
            "last_detected_day": max(days, default=None),
            **_values(persistence.loss(samples, infused_on=infused_on, options=PersistenceOptions(rule=rule)), samples),
        }


def _values(loss: Loss, samples: Sequence[Any]) -> dict[str, Any]:
    timed, nominal = loss.timed, loss.nominal_months
    exact = None if timed.days is None else months(timed.days)
    on = timed.source.on if timed.source else None
    decided = [(FORM, one.visit or "", int(one.occurrence)) for one in samples if one.sampled_on == on]
    return {
        "event": loss.event,
        "date": timed.on,
        "days": timed.days,
        "months": exact,
        "months_shown": None if exact is None else figure(exact),
        "nominal": None if nominal is None else float(nominal),
        "nominal_shown": None if nominal is None else figure(float(nominal)),
        "clause": timed.clause,
        "shown": json.dumps(dict(timed.shown), sort_keys=True, ensure_ascii=False),
        "basis": timed.basis,
        "flags": " ".join(timed.flags),
        "rule": timed.version,
        "forms": as_forms(decided),
    }


@step
def losses(subject: pd.DataFrame, cart_persistence: pd.DataFrame) -> Losses:
    """Samples that were taken, by subject, and the losses that follow from them."""
    require(subject, "subject", ("subject", "infused_at"))
    columns = ("subject", "visit", "occurrence", "status", "sampled_on", "nominal_month", "method", "value", "below")
    require(cart_persistence, "cart_persistence", columns)
    clock = zones(subject)
    infused = {
        code: at.astimezone(clock[code]).date() if isinstance(at, datetime) else None
        for code, at in zip(subject["subject"], plain(subject["infused_at"]), strict=True)
    }
    held: dict[str, list[Any]] = {}
    for row in records(cart_persistence, "sample"):
        if row.status == "COMPLETE":
            held.setdefault(row.subject, []).append(row)
    return Losses(infused, held)


@dataset(
    title=_("CAR-T cells in blood"),
    definition=_(
        "One row a blood sample, with its study day, its planned month and whether CAR-T cells were detected."
    ),
    form=FORM,
)
def adpc(losses: Losses, adsl: pd.DataFrame) -> pd.DataFrame:
    """Samples of infused subjects, sorted by subject and day; detected is missing where the sample cannot be read."""
    places = zip(plain(adsl["site"]), plain(adsl["dose_level"]), strict=True)
    about = dict(zip(plain(adsl["subject"]), places, strict=True))
    lines = []
    for code, samples in losses.samples.items():
        infused_on = losses.infused_on.get(code)
        for one in samples if infused_on is not None else ():
            site, dose_level = about[code]
            day = None if one.sampled_on is None else (one.sampled_on - infused_on).days
            own = {name: getattr(one, name, None) for name in SAMPLE}
            own |= {"subject": code, "site": site, "dose_level": dose_level, "day": day}
            own |= {"months": None if day is None else months(day), "detected": persistence.detected(one)}
            lines.append(own)
    return typed(lines, SAMPLE).sort_values(["subject", "day", "visit", "occurrence"]).reset_index(drop=True)


@dataset(
    title=_("Persistence of CAR-T cells by subject"),
    definition=_(
        "One row a subject: loss of detection by the first sample without CAR-T cells, with the sample that decided; "
        "columns confirmed_… say the same by the first of two consecutive such samples."
    ),
)
def adpc_subject(losses: Losses) -> pd.DataFrame:
    """Every subject, sorted by code; events are missing where the subject was not infused."""
    other = losses.frame("confirmed").set_index("subject")[list(CONFIRMED)].add_prefix("confirmed_")
    return losses.frame("first").merge(other, left_on="subject", right_index=True, how="left", validate="one_to_one")
