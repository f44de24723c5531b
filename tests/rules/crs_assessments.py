"""Assessments for tests of the CRS rule: a clear one, with what a test changes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from inspect import signature
from types import SimpleNamespace
from typing import Any

from trial.rules import crs
from trial.rules.verdict import Verdict

INFUSED = datetime(2031, 3, 1, 9, 0, tzinfo=UTC)
CLEAR: dict[str, Any] = {
    "temperature": 36.8,
    "fever_due_to_crs": None,
    "antipyretic": "N",
    "anticytokine": "N",
    "anticytokine_drug": None,
    "steroid": "N",
    "hypotension": "N",
    "hypotension_due_to_crs": None,
    "vasopressors": (),
    "oxygen": "NONE",
    "oxygen_flow": None,
    "oxygen_at_baseline": None,
    "hypoxia_due_to_crs": None,
    "ventilation_reason": None,
    "death_due_to_crs": None,
}
FEVER: dict[str, Any] = {"temperature": 38.6, "fever_due_to_crs": "Y"}
HYPOTENSION: dict[str, Any] = {**FEVER, "hypotension": "Y"}


def moment(day: int, time: str = "18:00") -> datetime:
    """A time of day, so many days after the infusion."""
    hour, minute = map(int, time.split(":"))
    return (INFUSED + timedelta(days=day)).replace(hour=hour, minute=minute)


def assessment(day: int | None = 0, time: str = "18:00", **changes: Any) -> SimpleNamespace:
    """A clear assessment with changes; day None = undated."""
    assert set(changes) <= set(CLEAR), set(changes) - set(CLEAR)
    return SimpleNamespace(assessed_at=None if day is None else moment(day, time), **{**CLEAR, **changes})


def pressor(drug: str | None, start: str | None = "08:00", stop: str | None = "12:00", day: int = 0) -> SimpleNamespace:
    """A row of the vasopressor grid."""
    return SimpleNamespace(
        drug=drug,
        dose=None,
        hours=None,
        started_at=None if start is None else moment(day, start),
        stopped_at=None if stop is None else moment(day, stop),
    )


def judge(now: SimpleNamespace, *, history: Iterable[Any] = (), options: crs.AstctOptions | None = None) -> Verdict:
    """The rule called as a page calls it: every parameter read from the item of its name."""
    names = set(signature(crs.astct_2019).parameters) - {"history", "options", "vital_signs"}
    extra: dict[str, Any] = {} if options is None else {"options": options}
    return crs.astct_2019(**{name: getattr(now, name) for name in names}, history=history, **extra)


def grade(*, history: Iterable[Any] = (), options: crs.AstctOptions | None = None, **changes: Any) -> Verdict:
    """The verdict on a clear assessment with changes."""
    return judge(assessment(**changes), history=history, options=options)
