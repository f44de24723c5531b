"""Whether a subject counts for dose-limiting toxicity, on the form that evaluates it: as the escalation board reads it."""

from __future__ import annotations

from datetime import date

from crf.declare.form import Derived, Whole
from crf.declare.items import Words
from trial import protocol, subjects
from trial.rules import dlt
from trial.rules.verdict import Verdict

OPTIONS = dlt.DltOptions(window_days=protocol.DLT_WINDOW_DAYS, stagger_days=protocol.STAGGER_DAYS)
INFUSION = Whole((), lambda _forms, subject: subjects.infused_on(subject))


def counts(whole: date | None, evaluable: str | None, toxic: str | None, evaluated_on: date | None) -> Verdict:
    """EVALUABLE, NOT_EVALUABLE or PENDING from the answers as they stand; None = not infused."""
    return dlt.evaluable(infused_on=whole, answer=evaluable, dlt=toxic, evaluated_on=evaluated_on, options=OPTIONS)


def evaluable(label: Words) -> Derived:
    """The standing of the subject, from the items of the evaluation."""
    return Derived(label, counts, whole=INFUSION, items={"toxic": "dlt"})
