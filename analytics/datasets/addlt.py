"""Dose-limiting toxicity: one row an infused subject with its level, cohort, window, evaluation and event."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adcrs import typed
from analytics.datasets.dlt import OPTIONS, Evaluation
from analytics.datasets.reasons import because
from analytics.derive import records
from analytics.myeloma import as_forms
from analytics.registry import dataset
from trial.rules import dlt
from trial.rules.escalation import COHORT

SUBJECT = {
    "subject": "str", "site": "str", "dose_level": "str", "cohort": "Int64", "place": "Int64", "infused_on": "object",
    "closes_on": "object", "staggered": "str", "staggered_clause": "str", "staggered_shown": "str", "evaluable": "str",
    "evaluated_on": "object", "reason": "str", "dlt": "str", "event": "Int64", "event_term": "str", "event_verbatim": "str",
    "event_grade": "Int64", "event_day": "Int64", "clause": "str", "shown": "str", "basis": "str", "flags": "str",
    "rule": "str", "forms": "str",
}  # fmt: skip


@dataset(
    title=_("Dose-limiting toxicity"),
    definition=_(
        "One row an infused subject, by dose level and in order of infusion: cohort, whether the level was staggered, last "
        "day of the window, evaluable or not with its reason, dose-limiting toxicity with its adverse event."
    ),
)
def addlt(evaluations: dict[str, Evaluation], adae: pd.DataFrame) -> pd.DataFrame:
    """place: order of infusion within the level, from 1. evaluable: EVALUABLE, NOT_EVALUABLE or PENDING. dlt: Y or N."""
    logged = {(row.subject, row.occurrence): row for row in records(adae, "event")}
    levels: dict[str | None, list[Evaluation]] = {}
    for one in evaluations.values():
        levels.setdefault(one.dose_level, []).append(one)
    order = sorted(levels, key=lambda level: (level is None, float(level or 0)))
    return typed([line for level in order for line in _level(levels[level], logged)], SUBJECT)


def _level(treated: list[Evaluation], logged: Mapping[tuple[str, int], Any]) -> Iterator[dict[str, Any]]:
    """Lines of a level. Who is not evaluable stands in the cohort of its time and leaves its place to the next."""
    kept = 0
    for place, one in enumerate(treated, start=1):
        stagger = dlt.staggered(
            one.infused_on, [earlier.infused_on for earlier in treated[: place - 1]], options=OPTIONS
        )
        event = logged.get((one.subject, one.event)) if one.event is not None else None
        told = because(stagger)
        yield {
            "subject": one.subject,
            "site": one.site,
            "dose_level": one.dose_level,
            "cohort": kept // COHORT + 1,
            "place": place,
            "infused_on": one.infused_on,
            "closes_on": one.closes_on,
            "staggered": stagger.value,
            "staggered_clause": told["clause"],
            "staggered_shown": told["shown"],
            "evaluable": one.verdict.value,
            "evaluated_on": one.evaluated_on,
            "reason": one.reason,
            "dlt": "Y" if one.toxic else "N",
            "event": one.event,
            **({} if event is None else _event(event)),
            **because(one.verdict),
            "forms": as_forms(one.forms),
        }
        kept += one.verdict.value != dlt.NOT_EVALUABLE


def _event(event: Any) -> dict[str, Any]:
    return {
        "event_term": event.term, "event_verbatim": event.verbatim, "event_grade": event.grade,
        "event_day": event.onset_day,
    }  # fmt: skip
