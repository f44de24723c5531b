"""Courses of CRS answered by a second person before the rule was run, and resolution reckoned a second way."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.crs_assessments import FEVER, INFUSED, assessment, moment
from trial.rules import crs

TREATED: dict[str, Any] = {**FEVER, "anticytokine": "Y", "anticytokine_drug": "TOCILIZUMAB"}
LOW: dict[str, Any] = {"hypotension": "Y"}
VENTILATED: dict[str, Any] = {**FEVER, "oxygen": "INTUBATED", "ventilation_reason": "HYPOXIA"}
UNKNOWN: dict[str, Any] = {"temperature": None, "oxygen": None}
DIED: dict[str, Any] = {"death_due_to_crs": "Y"}
OTHER_FEVER: dict[str, Any] = {"temperature": 39.0, "fever_due_to_crs": "N", "anticytokine": "Y"}
AM, PM = "08:00", "20:00"

# name, assessments (day, what differs from clear[, time]), grades,
# episodes (onset day, maximum, day resolved on, last day, duration)
Case = tuple[str, list[tuple[Any, ...]], list[int | None], list[tuple[int, int, int | None, int, int]]]
CASES: list[Case] = [
    ("axes count after tocilizumab", [(1, TREATED), (2, LOW), (3, {}), (4, {})], [1, 2, 0, 0], [(1, 2, 3, 2, 2)]),
    ("fever of infection and a drug", [(1, OTHER_FEVER), (2, LOW)], [0, 0], []),
    ("a drug before any fever", [(0, {"antipyretic": "Y"}), (1, LOW)], [0, 0], []),
    ("a drug before the fever", [(0, {"steroid": "Y"}), (1, FEVER), (2, {}), (3, {})], [0, 1, 0, 0], [(1, 1, 2, 1, 1)]),
    ("the latch clears", [(1, TREATED), (2, {}), (3, {}), (4, LOW)], [1, 0, 0, 0], [(1, 1, 2, 1, 1)]),
    ("one clear day", [(1, TREATED), (2, {}), (3, LOW), (4, {}), (5, {})], [1, 0, 2, 0, 0], [(1, 2, 4, 3, 3)]),
    ("a new fever after resolution", [(1, FEVER), (2, {}), (3, {}), (6, {**FEVER, "oxygen": "HFNC"})], [1, 0, 0, 3],
     [(1, 1, 2, 1, 1), (6, 3, None, 6, 1)]),
    ("clear, gap, clear", [(13, FEVER), (14, {}), (21, {})], [1, 0, 0], [(13, 1, 14, 13, 1)]),
    ("clear, gap, fever", [(1, FEVER), (2, {}), (4, FEVER)], [1, 0, 1], [(1, 1, None, 4, 4)]),
    ("clear, gap, hypotension", [(1, FEVER), (2, {}), (4, LOW), (5, {})], [1, 0, 2, 0], [(1, 2, None, 4, 4)]),
    ("clear, unknown, clear", [(1, FEVER), (2, {}), (3, UNKNOWN), (4, {})], [1, 0, None, 0], [(1, 1, 2, 1, 1)]),
    ("clear, unknown, not clear", [(1, FEVER), (2, {}), (3, UNKNOWN), (4, LOW)], [1, 0, None, 2], [(1, 2, None, 4, 4)]),
    ("fever in the morning", [(1, FEVER, AM), (1, {}, PM), (2, {})], [1, 0, 0], [(1, 1, None, 1, 1)]),
    ("clear twice on one day", [(1, FEVER), (2, {}, AM), (2, {}, PM)], [1, 0, 0], [(1, 1, None, 1, 1)]),
    ("fever in the evening", [(1, FEVER), (2, {}, AM), (2, FEVER, PM), (3, {})], [1, 0, 1, 0], [(1, 1, None, 2, 2)]),
    ("unknown in the evening", [(1, FEVER), (2, {}, AM), (2, UNKNOWN, PM), (3, {}), (4, {})], [1, 0, None, 0, 0],
     [(1, 1, 3, 1, 1)]),
    ("death of CRS", [(1, FEVER), (2, VENTILATED), (3, DIED)], [1, 4, 5], [(1, 5, None, 3, 3)]),
    ("fever on day 0", [(0, FEVER), (1, {}), (2, {})], [1, 0, 0], [(0, 1, 1, 0, 1)]),
    ("temperature missing after a drug", [(1, TREATED), (2, {**LOW, "temperature": None})], [1, 2],
     [(1, 2, None, 2, 2)]),
    ("days without assessment count in the duration", [(1, FEVER), (5, LOW), (6, {}), (7, {})], [1, 2, 0, 0],
     [(1, 2, 6, 5, 5)]),
    ("hypotension the day before the fever", [(1, LOW), (2, {**FEVER, **LOW})], [0, 2], [(2, 2, None, 2, 1)]),
]  # fmt: skip


def days_after(at: Any) -> int | None:
    return None if at is None else (at - moment(0).date()).days


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_a_course_answered_beforehand(case: Case) -> None:
    _, lines, grades, episodes = case
    rows = [assessment(day=line[0], time=(*line[2:], "12:00")[0], **line[1]) for line in lines]
    course = crs.course(rows, infused_at=INFUSED)
    assert [verdict.value for verdict in course.verdicts] == grades
    assert [
        (one.onset_day, one.maximum, days_after(one.resolved_on), days_after(day(one.end)), one.duration_days)
        for one in course.episodes
    ] == episodes


def day(at: Any) -> date:
    on: date = at.date()
    return on


@st.composite
def dated(draw: st.DrawFn) -> list[SimpleNamespace]:
    """Mostly clear assessments with gaps, several a day, blanks and drugs."""
    at, rows = INFUSED, []
    for hours in draw(st.lists(st.sampled_from([4, 24, 24, 48, 168]), min_size=1, max_size=12)):
        at += timedelta(hours=hours)
        row = assessment(
            temperature=draw(st.sampled_from([36.5, 36.5, 36.5, 36.5, 38.0, None])),
            hypotension=draw(st.sampled_from(["N", "N", "N", "N", "Y", None])),
            oxygen=draw(st.sampled_from(["NONE", "NONE", "NONE", "NONE", "HFNC", None])),
            steroid=draw(st.sampled_from(["N", "N", "N", "N", "Y", "U"])),
        )
        row.assessed_at = at
        rows.append(row)
    return rows


def found(row: SimpleNamespace) -> str:
    """FOUND, CLEAR, or "" where it cannot be said."""
    fever = row.temperature is not None and row.temperature >= 38
    if fever or row.hypotension == "Y" or row.oxygen == "HFNC" or row.steroid == "Y":
        return "FOUND"
    return "" if None in (row.temperature, row.hypotension, row.oxygen) else "CLEAR"


def reckoned(rows: Sequence[SimpleNamespace]) -> list[tuple[date, date | None]]:
    """Onset and day of resolution of each episode, day by day: a day is clear where every assessment of it is."""
    episodes: list[tuple[date, date | None]] = []
    clear: list[date] = []
    for on, several in groupby(rows, key=lambda row: day(row.assessed_at)):
        today = list(several)
        is_open = bool(episodes) and episodes[-1][1] is None
        if not is_open and not any(row.temperature == 38.0 for row in today):
            continue
        if not is_open:
            episodes.append((on, None))
        answers = {found(row) for row in today}
        clear = [] if "FOUND" in answers or not is_open else clear + [on] * (answers == {"CLEAR"})
        if len(clear) == 2:
            episodes[-1] = (episodes[-1][0], clear[0])
    return episodes


@given(rows=dated())
def test_resolution_is_the_same_reckoned_day_by_day(rows: list[SimpleNamespace]) -> None:
    assert [(day(one.onset), one.resolved_on) for one in crs.course(rows).episodes] == reckoned(rows)
