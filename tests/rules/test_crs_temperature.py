"""The temperature of a CRS assessment: typed once, in it or in the vital signs, and the highest counts."""

import copy
import json
import math
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

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
    assert verdict.value == 1 and course.episodes[0].onset == moment(2, "07:00")
    assert "TEMPERATURE_ELSEWHERE" in verdict.flags and "TEMPERATURE_MISSING" not in verdict.flags
    below = crs.course([blank], vital_signs=[measured(2, "07:00", "37.9")], infused_at=INFUSED)
    assert (below.verdicts[0].value, below.episodes) == (0, ())


def test_a_fever_dates_the_onset_by_its_own_time() -> None:
    """Found by the second reading: measured at 22:00, it was dated by the assessment of the next morning."""
    rows = [
        assessment(9, "18:00"),
        assessment(10, "09:00", temperature=None),
        assessment(10, "18:00", temperature="39.0"),
    ]
    (episode,) = crs.course(rows, vital_signs=[measured(9, "22:00", "38.0")], infused_at=INFUSED).episodes
    assert (episode.onset, episode.onset_day, episode.duration_days) == (moment(9, "22:00"), 9, 2)
    assert (episode.first, episode.maximum_on) == (1, rows[1].assessed_at)
    higher = [assessment(9, "18:00"), assessment(10, "09:00", temperature="39.0")]
    (typed,) = crs.course(higher, vital_signs=[measured(9, "22:00", "38.0")], infused_at=INFUSED).episodes
    assert typed.onset == moment(9, "22:00")
    other = [higher[0], assessment(10, "09:00", temperature="39.0", fever_due_to_crs="N")]
    assert crs.course(other, vital_signs=[measured(9, "22:00", "38.0")], infused_at=INFUSED).episodes == ()


def test_a_fever_of_the_evening_spoils_the_day_it_was_measured_on() -> None:
    """Two clear days resolve: the second of them was not clear, although its only assessment was."""
    rows = [
        assessment(1, temperature="38.6"), assessment(2, temperature="36.8"), assessment(3, "08:00", temperature="36.8"),
        assessment(4, "08:00", temperature="36.8"), assessment(5, temperature="36.8"), assessment(6, temperature="36.8"),
    ]  # fmt: skip
    evening = [measured(3, "21:00", "38.4")]
    (one,) = crs.course(rows, vital_signs=evening, infused_at=INFUSED).episodes
    assert (one.onset_day, one.resolved, one.resolved_on) == (1, True, moment(5).date())
    calm, *rest = crs.course(rows, vital_signs=[measured(3, "21:00", "37.9")], infused_at=INFUSED).episodes
    assert calm.resolved_on == moment(2).date() and not rest
    explained = [*rows[:3], assessment(4, "08:00", temperature="36.8", fever_due_to_crs="N"), *rows[4:]]
    assert crs.course(explained, vital_signs=evening).episodes[0].resolved_on == moment(2).date()


def test_a_fever_that_no_assessment_has_judged_keeps_the_last_day_open() -> None:
    rows = [assessment(1, temperature="38.6"), assessment(2), assessment(3, "08:00")]
    assert crs.course(rows).episodes[0].resolved
    (still,) = crs.course(rows, vital_signs=[measured(3, "21:00", "38.0")]).episodes
    assert not still.resolved and still.end == rows[0].assessed_at
    for harmless in (measured(3, "21:00", "37.9"), measured(4, "01:00", "38.0")):
        assert crs.course(rows, vital_signs=[harmless]).episodes[0].resolved
    left_out = AstctOptions(vital_signs_count=False)
    assert crs.course(rows, vital_signs=[measured(3, "21:00", "38.0")], options=left_out).episodes[0].resolved


def test_what_was_read_can_be_copied() -> None:
    (row,) = crs_temperature.read([assessment(2, temperature=None)], [measured(2, "07:00", "38.4")])
    same = copy.copy(row)
    assert (same.temperature, same.fevers, same.steroid) == ("38.4", (moment(2, "07:00"),), "N")


def test_the_hour_that_the_clock_shows_twice_is_two_hours() -> None:
    """02:30 before the clock is put back is earlier than 02:10 after it."""
    zone = ZoneInfo("Europe/Berlin")
    first = datetime(2031, 10, 26, 2, 30, tzinfo=zone)
    again = datetime(2031, 10, 26, 2, 10, fold=1, tzinfo=zone)
    before, after = assessment(temperature=None), assessment(temperature="36.8")
    before.assessed_at, after.assessed_at = first, again
    fever = SimpleNamespace(measured_at=datetime(2031, 10, 26, 2, 20, fold=1, tzinfo=zone), temperature="39.0")
    assert crs_temperature.read([before, after], [fever])[0] is before
    later = SimpleNamespace(measured_at=datetime(2031, 10, 26, 2, 5, fold=1, tzinfo=zone), temperature="39.0")
    one, other = crs_temperature.read([before, after], [later])
    assert one is before and other.temperature == "39.0"


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
    """The same assessments as somebody would have typed them who looks through the vital signs: reckoned another way.

    Each fever has an assessment of its own, at its time. One after the last assessment leaves that day open.
    """
    found, start = [], INFUSED - timedelta(days=1)
    for row in rows:
        for one in sorted(signs, key=lambda one: one.measured_at):
            if start < one.measured_at <= row.assessed_at and float(one.temperature) >= 38:
                found.append(added(one.measured_at, one.temperature))
        since = [one.temperature for one in signs if start < one.measured_at <= row.assessed_at]
        if row.temperature is None and not any(float(one) >= 38 for one in since):
            since = [
                one.temperature for one in signs
                if start < one.measured_at <= row.assessed_at and one.measured_at.date() == row.assessed_at.date()
            ]  # fmt: skip
        highest = max([*since, *([row.temperature] if row.temperature else [])], key=float, default=None)
        found.append(SimpleNamespace(**{**vars(row), "temperature": highest}))
        start = row.assessed_at
    late = [one for one in signs if one.measured_at > start and float(one.temperature) >= 38]
    if rows and any(one.measured_at.date() == start.date() for one in late):
        found.append(added(start + timedelta(seconds=1), None))
    return found


def added(at: Any, temperature: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(assessment(temperature=temperature)), "assessed_at": at, "added": True})


@given(days=DAYS, signs=SIGNS)
def test_reading_it_gives_what_typing_it_gives(days: Any, signs: Rows) -> None:
    rows = rows_of(days)
    read, typed = (
        crs.course(rows, vital_signs=signs, infused_at=INFUSED), crs.course(typed_out(rows, signs), infused_at=INFUSED)
    )  # fmt: skip
    own = [not hasattr(row, "added") for row in typed_out(rows, signs)]
    assert [one.value for one in read.verdicts] == [
        one.value for one, mine in zip(typed.verdicts, own, strict=True) if mine
    ]
    assert [(e.onset, e.maximum, e.end, e.resolved) for e in read.episodes] == [
        (e.onset, e.maximum, e.end, e.resolved) for e in typed.episodes
    ]
    by_hand = lee_2014.course(_lee([row for row in typed_out(rows, signs) if not hasattr(row, "added")]))
    assert [one.value for one in lee_2014.course(_lee(rows), vital_signs=signs).verdicts] == [
        one.value for one in by_hand.verdicts
    ]


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
