"""Dose-limiting toxicity of one subject: each rung, both sides of the last day of the window and of the staggering."""

from datetime import date, timedelta
from typing import Any

import pytest

from trial.rules import dlt
from trial.rules.verdict import Verdict

INFUSED = date(2025, 11, 3)
LAST = INFUSED + timedelta(days=28)


def judge(**answers: Any) -> Verdict:
    usual = {"infused_on": INFUSED, "answer": "Y", "dlt": "N", "evaluated_on": LAST}
    return dlt.evaluable(**{**usual, **answers})


def test_the_window_ends_on_day_28() -> None:
    assert dlt.closes_on(INFUSED) == date(2025, 12, 1)


@pytest.mark.parametrize(
    ("answers", "value", "clause"),
    [
        ({}, "EVALUABLE", dlt.NO_TOXICITY),
        ({"evaluated_on": None}, "PENDING", dlt.UNDATED),
        ({"evaluated_on": LAST - timedelta(days=1)}, "PENDING", dlt.TOO_EARLY),
        ({"dlt": "Y", "evaluated_on": INFUSED}, "EVALUABLE", dlt.TOXIC),
        ({"dlt": "Y", "answer": None}, "EVALUABLE", dlt.TOXIC),
        ({"dlt": "Y", "answer": "N"}, "EVALUABLE", dlt.TOXIC_CONTRADICTORY),
        ({"answer": "N"}, "NOT_EVALUABLE", dlt.NOT_COUNTED),
        ({"answer": "N", "dlt": None}, "NOT_EVALUABLE", dlt.NOT_COUNTED),
        ({"dlt": None}, "PENDING", dlt.UNANSWERED),
        ({"dlt": "U"}, "PENDING", dlt.UNANSWERED),
        ({"answer": "U"}, "PENDING", dlt.UNANSWERED),
        ({"answer": None, "dlt": None, "evaluated_on": None}, "PENDING", dlt.AWAITED),
        ({"infused_on": None}, None, dlt.NOT_INFUSED),
    ],
)
def test_a_subject_is_evaluable_not_or_pending(answers: dict[str, Any], value: str | None, clause: str) -> None:
    found = judge(**answers)
    assert (found.value, found.clause) == (value, clause)
    assert "{" not in found.sentence


def test_a_level_counts_those_who_are_evaluable_and_those_whose_window_runs() -> None:
    subjects = [("EVALUABLE", False), ("EVALUABLE", True), ("NOT_EVALUABLE", False), ("PENDING", False)]
    level = dlt.counted("2.0", subjects)
    assert (level.dose, level.evaluable, level.toxic, level.pending) == ("2.0", 2, 1, 1)


@pytest.mark.parametrize(("days", "kept"), [(13, "N"), (14, "Y"), (40, "Y"), (0, "N")])
def test_the_second_subject_of_a_level_waits_14_days(days: int, kept: str) -> None:
    found = dlt.staggered(INFUSED + timedelta(days=days), [INFUSED])
    assert found.value == kept
    assert found.shown["days"] == str(days)


def test_only_the_second_subject_is_asked() -> None:
    assert dlt.staggered(INFUSED, []).clause == dlt.FIRST
    assert dlt.staggered(INFUSED, [INFUSED, INFUSED]).clause == dlt.LATER
    assert dlt.staggered(INFUSED, []).value is None
