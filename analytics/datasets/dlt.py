"""Dose-limiting toxicity of each infused subject, judged once for the populations, the tables and the board."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analytics.derive import plain, records, require, zones
from analytics.registry import step
from crf import dose_limiting
from trial.rules import dlt
from trial.rules.verdict import Verdict

OPTIONS = dose_limiting.OPTIONS
FORM = "dlt_evaluation"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One infused subject: its level, its window, what the evaluation says, and the forms behind it."""

    subject: str
    site: str
    dose_level: str | None  # of the infusion form, else of the enrolment
    infused_on: date
    order: tuple[Any, ...]  # by time of infusion
    closes_on: date
    verdict: Verdict
    toxic: bool
    evaluated_on: date | None
    reason: str | None
    event: int | None  # number in the log of adverse events
    forms: tuple[tuple[str, str, int], ...]


@step
def evaluations(
    subject: pd.DataFrame, car_t_infusion: pd.DataFrame, dlt_evaluation: pd.DataFrame
) -> dict[str, Evaluation]:
    """By code, in order of infusion. A second infusion has no window of its own: the first one counts."""
    require(subject, "subject", ("subject", "site", "dose_level", "infused_at"))
    clock, given, judged = zones(subject), _given(car_t_infusion), _judged(dlt_evaluation)
    found = []
    columns = (plain(subject[name]) for name in ("subject", "site", "dose_level", "infused_at"))
    for code, site, level, at in zip(*columns, strict=True):
        if at is not None:
            on = at.astimezone(clock[code]).date()
            found.append(_of(code, site, level, (at, code), on, given.get(code), judged.get(code)))
    return {one.subject: one for one in sorted(found, key=lambda one: one.order)}


def dlt_evaluable(judged: Mapping[str, Evaluation]) -> set[str]:
    """The DLT-evaluable population."""
    return {code for code, one in judged.items() if one.verdict.value == dlt.EVALUABLE}


def _given(car_t_infusion: pd.DataFrame) -> dict[str, Any]:
    """The first infusion form of each subject."""
    require(car_t_infusion, "car_t_infusion", ("subject", "visit", "occurrence", "infused_at", "dose_level"))
    rows = sorted(
        (row for row in records(car_t_infusion, "infusion") if row.infused_at is not None),
        key=lambda row: row.infused_at,
    )
    return {row.subject: row for row in reversed(rows)}


def _judged(dlt_evaluation: pd.DataFrame) -> dict[str, Any]:
    """The evaluation that counts: one with a toxicity before others, then the newest."""
    require(dlt_evaluation, FORM, ("subject", "visit", "occurrence", "status", "evaluated_on", "evaluable", "dlt"))
    done = [row for row in records(dlt_evaluation, "evaluation") if row.status == "COMPLETE"]
    done.sort(key=lambda row: (row.dlt == "Y", row.evaluated_on or date.min))
    return {row.subject: row for row in done}


def _of(
    code: str, site: str, level: str | None, order: tuple[Any, ...], infused_on: date, infusion: Any, form: Any
) -> Evaluation:
    forms = [] if infusion is None else [("car_t_infusion", infusion.visit, int(infusion.occurrence))]
    forms += [] if form is None else [(FORM, form.visit, int(form.occurrence))]
    event = None if form is None or form.event is None or form.dlt != "Y" else int(form.event)
    forms += [] if event is None else [("adverse_event", "", event)]
    answers = {"answer": None, "dlt": None, "evaluated_on": None}
    if form is not None:
        answers = {"answer": form.evaluable, "dlt": form.dlt, "evaluated_on": form.evaluated_on}
    return Evaluation(
        subject=code,
        site=site,
        dose_level=(infusion.dose_level if infusion is not None else None) or level,
        infused_on=infused_on,
        order=order,
        closes_on=dlt.closes_on(infused_on, options=OPTIONS),
        verdict=dlt.evaluable(infused_on=infused_on, **answers, options=OPTIONS),
        toxic=answers["dlt"] == "Y",
        evaluated_on=answers["evaluated_on"],
        reason=None if form is None or form.evaluable != "N" else form.not_evaluable_because,
        event=event,
        forms=tuple(forms),
    )
