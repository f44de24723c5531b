"""Stage and risk of the myeloma at study entry: ISS, R-ISS, R2-ISS, and high risk by both definitions."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.reasons import because
from analytics.derive import plain, records, zones
from analytics.myeloma import as_forms
from analytics.registry import dataset
from crf import risk
from crf.declare.parts import parameters_of
from trial.rules import high_risk, staging
from trial.rules.verdict import Verdict

RULES: dict[str, Callable[..., Verdict]] = {
    "iss": staging.iss,
    "r_iss": staging.r_iss,
    "r2_iss": staging.r2_iss,
    "risk_2016": high_risk.high_risk_imwg_2016,
}
SUBJECT = {
    "subject": "str", **dict.fromkeys((*RULES, "risk_2025"), "str"), "creatinine": "float64", "clause": "str", "shown": "str",
    "basis": "str", "flags": "str", "rule": "str", "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Stage and risk at study entry"),
    definition=_(
        "One row a subject: ISS, R-ISS and R2-ISS, and high risk by IMWG 2016 and by IMS/IMWG 2025, from the newest myeloma "
        "history and the creatinine at or before it; the clause is that of 2025."
    ),
)
def adrisk(
    adsl: pd.DataFrame, subject: pd.DataFrame, myeloma_history: pd.DataFrame, chemistry: pd.DataFrame
) -> pd.DataFrame:
    """Subjects of adsl in its order; blank where it cannot be judged. creatinine in umol/L."""
    clock = zones(subject)
    histories = [row for row in records(myeloma_history, "history") if row.assessed_on is not None]
    newest = {row.subject: row for row in sorted(histories, key=lambda row: row.assessed_on)}
    samples: dict[str, list[Any]] = {}
    for row in records(chemistry, "sample"):
        if row.status == "COMPLETE" and row.sampled_at is not None:
            samples.setdefault(row.subject, []).append(
                row._replace(sampled_at=row.sampled_at.astimezone(clock[row.subject]))
            )
    return typed([_subject(code, newest.get(code), samples.get(code, [])) for code in plain(adsl["subject"])], SUBJECT)


def _subject(code: str, history: Any, samples: list[Any]) -> dict[str, Any]:
    if history is None:
        return {"subject": code, "forms": as_forms(())}
    found = {name: rule(**_items(rule, history)).value for name, rule in RULES.items()}
    measured = risk.creatinines(samples)
    verdict = risk.high_risk_2025(measured, history.assessed_on, **_items(risk.high_risk_2025, history))
    at_entry = risk.creatinine_at(measured, history.assessed_on)
    return {
        "subject": code,
        **{name: None if value is None else str(value) for name, value in found.items()},
        "risk_2025": verdict.value,
        "creatinine": None if at_entry is None else float(at_entry),
        **because(verdict),
        "forms": as_forms([("myeloma_history", history.visit, int(history.occurrence)), *_behind(samples, history)]),
    }


def _items(rule: Callable[..., Verdict], history: Any) -> dict[str, Any]:
    """What the rule asks of the history, by the names of its parameters."""
    return {name: getattr(history, name) for name in parameters_of(rule) if hasattr(history, name)}


def _behind(samples: list[Any], history: Any) -> list[tuple[str, str, int]]:
    """The chemistry whose creatinine was read."""
    before = [row for row in samples if row.creatinine is not None and row.sampled_at.date() <= history.assessed_on]
    before.sort(key=lambda row: row.sampled_at)
    return [("chemistry", row.visit, int(row.occurrence)) for row in before[-1:]]
