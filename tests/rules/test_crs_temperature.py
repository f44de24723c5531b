"""The temperature of a CRS assessment: typed once, in it or in the vital signs, and the highest counts."""

import json
import math
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.crs_assessments import INFUSED, assessment, moment
from tests.rules.lee_assessments import assessment as lee_assessment
from trial.rules import crs, crs_temperature, lee_2014
from trial.rules.crs_options import AstctOptions
from trial.rules.lee_options import LeeOptions

WORKED = json.loads((Path(__file__).parents[1] / "worked" / "crs_temperature.json").read_text(encoding="utf-8"))
Rows = list[SimpleNamespace]


def measured(day: int, time: str, temperature: Any) -> SimpleNamespace:
    return SimpleNamespace(measured_at=moment(day, time), temperature=temperature)


def judged(case: dict[str, Any]) -> Any:
    """The last assessment of a worked case, the others its history."""
    *before, (day, time, temperature) = case["assessments"]
    return crs_temperature.highest(
        temperature=temperature,
        assessed_at=None if day is None else moment(day, time),
        history=[assessment(*at, temperature=it) if at[0] is not None else assessment(None, temperature=it) for *at, it in before],
        vital_signs=[measured(*one) for one in case["vital_signs"]],
    )  # fmt: skip


@pytest.mark.parametrize("case", WORKED["cases"], ids=lambda case: case["name"])
def test_worked_example(case: dict[str, Any]) -> None:
    found = judged(case)
    assert found.value == case["value"]
    said = f"{moment(*case['from']):%Y-%m-%d %H:%M}" if case["from"] else None
    assert found.shown.get("at") == said


def test_every_clause_is_worked() -> None:
    assert {judged(case).clause for case in WORKED["cases"]} == set(crs_temperature.CLAUSES)


def test_an_old_normal_temperature_is_no_answer_to_whether_there_was_fever() -> None:
    """Found by the second reading: a value of the evening before must not make a day clear of which nothing is known."""
    rows = [
        assessment(1, temperature="38.6", antipyretic="Y"), assessment(2, temperature=None), assessment(3, temperature="36.8"),
        assessment(4, temperature="36.8", hypotension="Y"),
    ]  # fmt: skip
    evening_before, same_day = measured(1, "23:59", "36.9"), measured(2, "00:00", "36.9")
    assert [one.value for one in crs.course(rows, vital_signs=[evening_before]).verdicts] == [1, None, 0, 2]
    assert [one.value for one in crs.course(rows, vital_signs=[same_day]).verdicts] == [1, 0, 0, 0]
    assert crs.course(rows, vital_signs=[measured(1, "23:59", "38.0")]).verdicts[1].value == 1


def test_the_fever_of_the_vital_signs_grades_and_is_named() -> None:
    blank = assessment(2, temperature=None)
    course = crs.course([blank], vital_signs=[measured(2, "07:00", "38.0")], infused_at=INFUSED)
    (verdict,) = course.verdicts
    assert verdict.value == 1 and course.episodes[0].onset == blank.assessed_at
    assert "TEMPERATURE_ELSEWHERE" in verdict.flags and "TEMPERATURE_MISSING" not in verdict.flags
    below = crs.course([blank], vital_signs=[measured(2, "07:00", "37.9")], infused_at=INFUSED)
    assert (below.verdicts[0].value, below.episodes) == (0, ())


def test_the_same_holds_by_lee() -> None:
    blank, febrile = lee_assessment(2, temperature=None), [measured(2, "07:00", "38.0")]
    (verdict,) = lee_2014.course([blank], vital_signs=febrile).verdicts
    assert verdict.value == 1 and "TEMPERATURE_ELSEWHERE" in verdict.flags
    (without,) = lee_2014.course([blank], vital_signs=febrile, options=LeeOptions(vital_signs_count=False)).verdicts
    assert without.value is None and "TEMPERATURE_MISSING" in without.flags


def test_the_cause_is_that_of_the_assessment() -> None:
    other = assessment(2, temperature=None, fever_due_to_crs="N")
    course = crs.course([other], vital_signs=[measured(2, "07:00", "39.0")])
    assert (course.verdicts[0].value, course.episodes) == (0, ())


def test_the_option_leaves_the_vital_signs_out() -> None:
    found = crs.course(
        [assessment(2, temperature="37.0")], vital_signs=[measured(2, "07:00", "39.0")],
        options=AstctOptions(vital_signs_count=False),
    )  # fmt: skip
    assert found.verdicts[0].value == 0 and not found.verdicts[0].flags


@pytest.mark.parametrize("nothing", [None, "", math.nan])
def test_what_is_not_recorded_is_not_read(nothing: Any) -> None:
    rows = [assessment(2, temperature=nothing)]
    undated = SimpleNamespace(measured_at=None, temperature="39")
    of_a_day = SimpleNamespace(measured_at=date(2031, 3, 2), temperature="39")
    assert crs_temperature.read(rows, [measured(2, "07:00", nothing), undated, of_a_day]) == rows


SIGNS = st.lists(
    st.tuples(st.integers(0, 120), st.sampled_from(["36.5", "37.9", "38.0", "39.4"])).map(
        lambda one: SimpleNamespace(measured_at=INFUSED + timedelta(hours=one[0]), temperature=one[1])
    ),
    max_size=12,
)
DAYS = st.lists(
    st.tuples(st.integers(1, 120), st.sampled_from([None, "36.6", "38.1"]), st.sampled_from(["N", "Y", None])),
    max_size=8, unique_by=lambda one: one[0],
).map(sorted)  # fmt: skip


def rows_of(days: Any) -> Rows:
    found = [assessment(temperature=temperature, hypotension=low) for _hours, temperature, low in days]
    for row, (hours, *_) in zip(found, days, strict=True):
        row.assessed_at = INFUSED + timedelta(hours=hours)
    return found


def typed_out(rows: Rows, signs: Rows) -> Rows:
    """The same assessments as somebody would have typed them who looks through the vital signs: reckoned another way."""
    found, start = [], INFUSED - timedelta(days=1)
    for row in rows:
        since = [one.temperature for one in signs if start < one.measured_at <= row.assessed_at]
        if row.temperature is None and not any(float(one) >= 38 for one in since):
            since = [
                one.temperature for one in signs
                if start < one.measured_at <= row.assessed_at and one.measured_at.date() == row.assessed_at.date()
            ]  # fmt: skip
        highest = max([*since, *([row.temperature] if row.temperature else [])], key=float, default=None)
        found.append(SimpleNamespace(**{**vars(row), "temperature": highest}))
        start = row.assessed_at
    return found


@given(days=DAYS, signs=SIGNS)
def test_reading_it_gives_what_typing_it_gives(days: Any, signs: Rows) -> None:
    rows = rows_of(days)
    read, typed = (
        crs.course(rows, vital_signs=signs, infused_at=INFUSED), crs.course(typed_out(rows, signs), infused_at=INFUSED)
    )  # fmt: skip
    assert [one.value for one in read.verdicts] == [one.value for one in typed.verdicts]
    assert [(e.onset, e.maximum, e.end, e.resolved) for e in read.episodes] == [
        (e.onset, e.maximum, e.end, e.resolved) for e in typed.episodes
    ]
    lee, by_hand = lee_2014.course(_lee(rows), vital_signs=signs), lee_2014.course(_lee(typed_out(rows, signs)))
    assert [one.value for one in lee.verdicts] == [one.value for one in by_hand.verdicts]


def _lee(rows: Rows) -> Rows:
    return [SimpleNamespace(**{**vars(lee_assessment()), **vars(row)}) for row in rows]


@given(days=DAYS, signs=SIGNS)
def test_one_pass_equals_point_by_point(days: Any, signs: Rows) -> None:
    rows = rows_of(days)
    verdicts = crs.course(rows, vital_signs=signs).verdicts
    for index, row in enumerate(rows):
        items = {name: value for name, value in vars(row).items() if name != "anticytokine_drug"}
        assert crs.astct_2019(**items, history=rows[:index], vital_signs=signs) == verdicts[index]


@given(days=DAYS, signs=SIGNS, more=SIGNS)
def test_another_measurement_never_lowers_a_temperature(days: Any, signs: Rows, more: Rows) -> None:
    rows = rows_of(days)
    for less, full in zip(crs_temperature.read(rows, signs), crs_temperature.read(rows, signs + more), strict=True):
        assert float(full.temperature or 0) >= float(less.temperature or 0)
