"""ASTCT 2019 against worked cases kept as data, each with the source of its answer."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules.crs_assessments import CLEAR, assessment, judge, pressor
from trial.rules import crs

WORKED = json.loads((Path(__file__).parent.parent / "worked" / "astct_2019.json").read_text(encoding="utf-8"))


def built(case: dict[str, Any]) -> SimpleNamespace:
    items = {**WORKED["clear"], **case}
    day = items.pop("day", 0)
    items["vasopressors"] = [
        pressor(row["drug"], row["started_at"], row["stopped_at"], day=day) for row in items["vasopressors"]
    ]
    return assessment(day=day, **items)


def test_the_clear_assessment_names_every_item() -> None:
    assert set(WORKED["clear"]) == set(CLEAR)


def test_every_grade_and_every_column_is_worked() -> None:
    assert {case["grade"] for case in WORKED["cases"]} == {0, 1, 2, 3, 4, 5}
    assert all(case["source"] for case in WORKED["cases"])


@pytest.mark.parametrize("case", WORKED["cases"], ids=lambda case: case["name"])
def test_worked_case(case: dict[str, Any]) -> None:
    history = [built(earlier) for earlier in case.get("history", ())]
    now = built(case["assessment"])
    verdict = judge(now, history=history)
    assert verdict.value == case["grade"], verdict.sentence
    if "because" in case:
        assert [part.value for part in verdict.because] == case["because"]
    assert verdict.flags == tuple(case.get("flags", ()))
    assert crs.course([*history, now]).verdicts[-1] == verdict
