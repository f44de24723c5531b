"""The four cytopenias of each subject twice: as the adverse event log says, and as the blood counts show."""

import json
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adae import CYTOPENIAS, worst
from analytics.datasets.adcrs import typed
from analytics.derive import records
from analytics.myeloma import as_forms
from analytics.registry import dataset

OF_TERM = {"logged": "bool", "log_grade": "Int64", "measured": "bool", "baseline": "Int64", "worst": "Int64"}
SUBJECT = {
    "subject": "str", **{f"{term.lower()}_{name}": kind for term in CYTOPENIAS for name, kind in OF_TERM.items()},
    "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Cytopenias by subject"),
    definition=_(
        "One row a subject: of each of four cytopenias whether the log has one with onset on or after the infusion and its "
        "worst grade, and whether the blood counts show one and their grades."
    ),
)
def adcytopenia(adae: pd.DataFrame, adlb_subject: pd.DataFrame) -> pd.DataFrame:
    """Subjects of adsl in its order; `*_measured` = worst grade after the infusion above 0 and above the baseline's."""
    own: dict[str, list[Any]] = {}
    for event in records(adae[adae["emergent"] & adae["term"].isin(list(CYTOPENIAS))], "event"):
        own.setdefault(event.subject, []).append(event)
    lines = (_subject(row, own.get(row.subject, [])) for row in records(adlb_subject, "row"))
    return typed(list(lines), SUBJECT)


def _subject(row: Any, events: list[Any]) -> dict[str, Any]:
    line: dict[str, Any] = {"subject": row.subject}
    for term, item in CYTOPENIAS.items():
        logged = [event for event in events if event.term == term]
        baseline, lowest = getattr(row, f"{item}_baseline"), getattr(row, f"{item}_worst")
        of_term = {
            "logged": bool(logged),
            "log_grade": worst(event.grade for event in logged),
            "measured": lowest is not None and lowest > (baseline or 0),
            "baseline": baseline,
            "worst": lowest,
        }
        line |= {f"{term.lower()}_{name}": value for name, value in of_term.items()}
    entries = [("adverse_event", "", event.occurrence) for event in events]
    counts = [(form, visit, occurrence) for form, visit, occurrence in json.loads(row.forms)]
    return {**line, "forms": as_forms([*entries, *counts])}
