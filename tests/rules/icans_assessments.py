"""Assessments for tests of the ICANS rule: a clear one, with what a test changes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from trial.rules import icans
from trial.rules.verdict import Verdict

INFUSED = datetime(2031, 3, 1, 9, 0, tzinfo=UTC)
FULL_ICE: dict[str, Any] = {
    "orientation_year": "1", "orientation_month": "1", "orientation_city": "1", "orientation_hospital": "1",
    "naming": 3, "command": 1, "writing": 1, "attention": 1,
}  # fmt: skip
CLEAR: dict[str, Any] = {
    **FULL_ICE, "ice_status": "DONE", "baseline_ice": None, "ice_due": None, "consciousness": "ALERT",
    "consciousness_due": None, "seizure": "NONE", "seizure_due": None, "motor_weakness": "N", "motor_due": None,
    "oedema": "NONE", "raised_icp_sign": "NONE", "icp_due": None, "death_due_to_icans": None,
}  # fmt: skip
NO_ICE: dict[str, Any] = {**dict.fromkeys(FULL_ICE), "ice_status": "NOT_DONE"}
SEDATED: dict[str, Any] = {**dict.fromkeys(FULL_ICE), "ice_status": "SEDATED"}
UNAROUSABLE: dict[str, Any] = {**dict.fromkeys(FULL_ICE), "ice_status": "UNAROUSABLE"}


def ice(total: int) -> dict[str, Any]:
    """ICE items that add up to a total; the last items of the test are lost first."""
    items, left = dict(FULL_ICE), 10 - total
    for name in ("attention", "writing", "command", "naming", *list(FULL_ICE)[:4]):
        lost = min(left, int(items[name]))
        items[name], left = int(items[name]) - lost, left - lost
    return items


def moment(day: int, hour: int = 18) -> datetime:
    return (INFUSED + timedelta(days=day)).replace(hour=hour)


def assessment(day: int | None = 0, hour: int = 18, **changes: Any) -> SimpleNamespace:
    """A clear assessment with changes; day None = undated."""
    assert set(changes) <= set(CLEAR), set(changes) - set(CLEAR)
    return SimpleNamespace(assessed_at=None if day is None else moment(day, hour), **{**CLEAR, **changes})


def judge(now: SimpleNamespace, *, history: Iterable[Any] = (), **extra: Any) -> Verdict:
    return icans.icans_astct_2019(**{name: getattr(now, name) for name in CLEAR}, history=history, **extra)


def grade(*, history: Iterable[Any] = (), options: Any = None, **changes: Any) -> Verdict:
    extra = {} if options is None else {"options": options}
    return judge(assessment(**changes), history=history, **extra)
