"""Cellular kinetics: worked curves, every way of counting below quantification, horizons from both sides, half-life."""

import json
import math
import random
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trial.rules import kinetics, kinetics_points
from trial.rules.kinetics import Kinetics, KineticsOptions, Measure

INFUSED = date(2031, 3, 1)
COPIES, CELLS = "copies/ug", "cells/uL"
WORKED = json.loads((Path(__file__).parent.parent / "worked" / "kinetics.json").read_text(encoding="utf-8"))
LOG = "linear_up_log_down"


def on(day: int) -> date:
    return INFUSED + timedelta(days=day)


def sample(day: int | None, value: Any = None, **changes: Any) -> SimpleNamespace:
    """A PCR sample; without a value it is below quantification."""
    items: dict[str, Any] = {
        "sampled_on": None if day is None else on(day), "method": "QPCR", "value": None if value is None else Decimal(str(value)),
        "unit": COPIES, "below": "BLQ" if value is None else None, "limit": None,
    }  # fmt: skip
    assert set(changes) <= set(items)
    return SimpleNamespace(**{**items, **changes})


def curve(*points: tuple[int, Any]) -> list[SimpleNamespace]:
    return [sample(day, value) for day, value in points]


def judge(samples: list[SimpleNamespace], *, unit: str = COPIES, until: date | None = None, **options: Any) -> Kinetics:
    return kinetics.kinetics(samples, infused_on=INFUSED, unit=unit, until=until, options=KineticsOptions(**options))


def measures(found: Kinetics) -> list[Measure]:
    return [found.cmax, found.tmax, found.clast, found.tlast, found.half_life, *found.areas.values()]


def close(measure: Measure, expected: float | None) -> bool:
    if measure.value is None or expected is None:
        return measure.value is expected
    return math.isclose(measure.value, expected, rel_tol=1e-6, abs_tol=0.005)


@pytest.mark.parametrize("case", WORKED["cases"], ids=lambda case: case["name"])
def test_the_worked_curves(case: dict[str, Any]) -> None:
    assert case["source"]
    for trapezoids in ("linear", LOG):
        found = judge(curve(*case["points"]), trapezoids=trapezoids)
        for name in ("cmax", "tmax", "clast", "tlast", "half_life"):
            assert close(getattr(found, name), case[name]), name
        for horizon, expected in case[trapezoids].items():
            assert close(found.areas[int(horizon)], expected), (trapezoids, horizon)


def test_units_are_those_of_the_measure() -> None:
    found = judge(curve((0, None), (7, 10), (28, 5)))
    assert [one.unit for one in measures(found)] == [COPIES, "d", COPIES, "d", "d", "copies/ug·d", "copies/ug·d"]


# --- peak and last


def test_the_first_of_two_equal_peaks_is_tmax() -> None:
    found = judge(curve((7, 50), (14, 50), (21, 20)))
    assert (found.cmax.value, found.tmax.value) == (50, 7)
    assert found.cmax.sentence == "The highest value, on day 7."


def test_the_last_quantifiable_sample_is_not_the_last_sample() -> None:
    found = judge(curve((7, 50), (14, 20), (21, None)))
    assert (found.tlast.value, found.clast.value, found.flags) == (14, 20, ("PEAK_IS_FIRST",))


def test_a_peak_in_the_last_sample_is_flagged() -> None:
    assert judge(curve((7, 5), (14, 50))).flags == ("PEAK_IS_LAST",)


def test_a_peak_in_the_first_sample_may_have_come_before_it() -> None:
    assert judge(curve((28, 50), (35, 5))).flags == ("PEAK_IS_FIRST",)
    assert judge(curve((28, 50))).flags == ("PEAK_IS_FIRST", "PEAK_IS_LAST")
    assert judge(curve((7, None), (28, 50), (35, 5))).flags == ()  # it rose from below quantification
    assert "PEAK_IS_FIRST" not in judge(curve((0, 50), (35, 5))).flags  # nothing comes before the infusion


def test_cells_on_the_day_of_the_infusion_count_and_are_flagged() -> None:
    found = judge(curve((0, 5), (14, 50), (28, 1)))
    assert found.flags == ("QUANTIFIED_ON_DAY_0",)
    assert close(found.areas[28], 14 * 55 / 2 + 14 * 51 / 2)


@pytest.mark.parametrize(("samples", "clause"), [
    ([], kinetics.NO_SAMPLE), (curve((-1, 5)), kinetics.NO_SAMPLE), (curve((7, None), (28, None)), kinetics.NEVER),
    ([sample(7, 0)], kinetics.NEVER), ([sample(7, 5, unit=CELLS)], kinetics.NO_SAMPLE),
])  # fmt: skip
def test_without_a_quantifiable_sample_there_is_no_result(samples: list[SimpleNamespace], clause: str) -> None:
    for one in measures(judge(samples)):
        assert (one.value, one.clause) == (None, clause)


# --- what is left out


@pytest.mark.parametrize(("left", "clause"), [
    (sample(None, 5), kinetics_points.UNDATED), (sample(-1, 500), kinetics_points.BEFORE_INFUSION),
    (sample(91, 500), kinetics_points.AFTER_LAST_DAY), (sample(20, 500, unit=None), kinetics_points.UNIT_MISSING),
    (sample(20, 500, unit=CELLS), kinetics_points.OTHER_UNIT), (sample(20, 500, method="FLOW"), kinetics_points.OTHER_METHOD),
    (sample(20, None, below=None), kinetics_points.NO_RESULT), (sample(20, -1), kinetics_points.IMPOSSIBLE),
    (sample(20, "NaN"), kinetics_points.NO_RESULT), (sample(20, "Infinity"), kinetics_points.IMPOSSIBLE),
    (sample(14, 49), kinetics_points.SAME_DAY),
])  # fmt: skip
def test_a_sample_that_cannot_be_used_is_left_out_with_its_reason(left: SimpleNamespace, clause: str) -> None:
    used = curve((0, None), (14, 50), (28, 10), (90, 1))
    options: dict[str, Any] = {"methods": frozenset({"QPCR"})}
    whole = judge(used, until=on(90), **options)
    for samples in ([*used, left], [left, *used]):
        found = judge(samples, until=on(90), **options)
        assert found.left_out == (kinetics_points.LeftOut(left.sampled_on, clause),)
        assert measures(found) == measures(whole)


def test_the_day_of_the_infusion_and_the_last_day_count() -> None:
    found = judge(curve((0, 3), (90, 1)), until=on(90))
    assert ([point.day for point in found.points], found.left_out) == ([0, 90], ())


def test_units_are_never_mixed() -> None:
    samples = [
        *curve((7, 100), (28, 10)),
        sample(7, 2, unit=CELLS, method="FLOW"),
        sample(14, 9000, unit=CELLS, method="FLOW"),
    ]
    found = kinetics.by_unit(samples, infused_on=INFUSED)
    assert {unit: one.cmax.value for unit, one in found.items()} == {CELLS: 9000, COPIES: 100}
    assert {one.cmax.unit for one in found.values()} == {CELLS, COPIES}
    assert all(len(one.left_out) == 2 for one in found.values())


def test_several_methods_in_one_unit_are_flagged_and_may_be_named() -> None:
    samples = [sample(7, 100), sample(28, 10, method="DDPCR")]
    assert (judge(samples).methods, judge(samples).flags) == (
        ("DDPCR", "QPCR"),
        ("SEVERAL_METHODS", "PEAK_IS_FIRST"),
    )
    assert judge(samples, methods=frozenset({"QPCR"})).flags == ("PEAK_IS_FIRST", "PEAK_IS_LAST")


@pytest.mark.parametrize(("changes", "value", "flags"), [
    ({"below": "BLD"}, None, ("VALUE_AND_LIMIT",)), ({"below": "BLQ"}, None, ("VALUE_AND_LIMIT",)),
    ({"limit": Decimal(51)}, None, ("VALUE_BELOW_LIMIT",)), ({"limit": Decimal(50)}, 50, ()), ({"below": ""}, 50, ()),
])  # fmt: skip
def test_a_value_with_a_limit(changes: Any, value: int | None, flags: tuple[str, ...]) -> None:
    found = judge([sample(7, 50, **changes), sample(14, 100), sample(21, 1)])
    assert (found.points[0].value, found.flags) == (value, flags)


def test_of_two_samples_of_a_day_the_one_with_most_cells_counts() -> None:
    for pair in (curve((14, 50), (14, None)), curve((14, None), (14, 50))):
        found = judge([*pair, sample(28, 1)])
        assert (found.cmax.value, found.flags) == (50, ("SEVERAL_ON_ONE_DAY", "PEAK_IS_FIRST"))


# --- below quantification

GAPS = curve((0, None), (7, None), (14, 100), (21, None), (28, 100), (35, None), (42, None))
FULL = {"before_first": "zero", "between": "zero", "after_last": "zero"}


@pytest.mark.parametrize(("changes", "expected", "left"), [
    # To day 42: 7-14 350, 14-21 350, 21-28 350, 28-35 350.
    ({}, 1400, []), ({"between": "left_out"}, 350 + 1400 + 350, [21]),
    ({"before_first": "left_out"}, 1050, [0, 7]), ({"after_last": "left_out"}, None, [35, 42]),
])  # fmt: skip
def test_below_quantification_counts_as_0_or_not_by_its_place(
    changes: Any, expected: float | None, left: list[int]
) -> None:
    measure = judge(GAPS, horizons=(42,), **{**FULL, **changes}).areas[42]
    assert close(measure, expected)
    assert [one.sampled_on for one in measure.left_out] == [on(day) for day in left]


def test_the_defaults_are_0_before_and_after_and_nothing_between() -> None:
    assert judge(GAPS, horizons=(42,)).areas == judge(GAPS, horizons=(42,), **{**FULL, "between": "left_out"}).areas


def test_without_a_sample_of_the_day_of_the_infusion_the_area_starts_from_0_or_late_by_name() -> None:
    samples = curve((14, 100), (28, 100))
    assumed, late = judge(samples).areas[28], judge(samples, before_first="left_out").areas[28]
    assert (assumed.value, assumed.flags) == (2100, ("DAY_0_ASSUMED",))
    assert (late.value, late.flags) == (1400, ("AREA_STARTS_LATE",))


# --- horizons


@pytest.mark.parametrize(("last", "expected"), [(27, None), (28, 2100), (29, 2100)])
def test_the_last_point_must_reach_the_horizon(last: int, expected: float | None) -> None:
    measure = judge(curve((0, None), (14, 100), (last, 100))).areas[28]
    assert close(measure, expected)
    if expected is None:
        assert measure.sentence == "The last point is on day 27, before day 28: no area."


@pytest.mark.parametrize(("first", "given_up"), [(28, False), (29, True)])
def test_an_area_needs_a_point_up_to_its_horizon(first: int, given_up: bool) -> None:
    measure = judge(curve((0, None), (first, 100), (60, 100))).areas[28]
    assert (measure.clause == kinetics.AREA_EMPTY, measure.value is None) == (given_up, given_up)


def test_what_the_clause_of_an_area_counts() -> None:
    measure = judge(curve((0, None), (14, 100), (35, 50), (90, 1)), trapezoids=LOG).areas[28]
    assert measure.sentence == "Area to day 28 by trapezoids, logarithmic where the values fall, over 3 points."


# --- half-life


def test_three_points_after_the_peak_are_needed() -> None:
    assert judge(curve((10, 80), (17, 40), (24, 20))).half_life.sentence == (
        "2 quantifiable points after the peak; 3 are needed."
    )
    found = judge(curve((10, 80), (17, 40), (24, 20), (31, 10), (38, None))).half_life
    assert close(found, 7)
    assert found.sentence == "From a line through the logarithms of 3 points, days 17 to 31; adjusted R squared 1.000."


def test_values_that_do_not_fall_have_no_half_life() -> None:
    for values in ((20, 20, 20), (20, 30, 40)):
        points = [(14 + 7 * place, value) for place, value in enumerate(values)]
        for choice in kinetics.TERMINAL:
            found = judge(curve((7, 80), *points), terminal=choice).half_life
            assert (found.value, found.clause) == (None, kinetics.HALF_LIFE_FLAT)


TWO_PHASES = [(7, 1024), (8, 512), (9, 256), (10, 128), (20, 64), (30, 32), (40, 16)]


@pytest.mark.parametrize(("choice", "first"), [("best_fit", 10), ("last_three", 20), ("all", 8)])
def test_the_points_of_the_half_life_are_chosen_by_name(choice: str, first: int) -> None:
    found = judge(curve(*TWO_PHASES), terminal=choice).half_life
    assert (found.shown["day"], found.shown["last"]) == (str(first), "40")
    used = [(day, value) for day, value in TWO_PHASES if day >= first]
    slope = stats.linregress([day for day, _ in used], np.log([value for _, value in used])).slope
    assert close(found, math.log(2) / -slope)
    assert [one.sampled_on for one in found.left_out] == [on(day) for day, _ in TWO_PHASES[1:] if day < first]


@pytest.mark.parametrize(("off", "first"), [(1.005, 17), (1.2, 24)])
def test_a_longer_line_is_taken_where_it_is_as_good(off: float, first: int) -> None:
    # Halved every 7 days but for one value; the adjusted R squared of all five is 0.99999 or 0.994, of the last four 1.
    points = [(10, 1024), (17, 512 * off), (24, 256), (31, 128), (38, 64), (45, 32)]
    assert judge(curve(*points)).half_life.shown["day"] == str(first)


def test_unknown_options_are_refused() -> None:
    for wrong in ({"trapezoids": "log"}, {"terminal": "any"}, {"between": "half"}, {"horizons": (0,)}):
        with pytest.raises(ValueError):
            KineticsOptions(**wrong)  # type: ignore[arg-type]


# --- properties

VALUES = st.one_of(st.none(), st.decimals("0.1", "100000", places=1))
SAMPLES = st.lists(
    st.builds(sample, st.integers(-5, 120), VALUES, unit=st.sampled_from([COPIES, CELLS, None])), max_size=12
)
OPTIONS = st.builds(
    KineticsOptions, trapezoids=st.sampled_from(kinetics.TRAPEZOIDS), before_first=st.sampled_from(kinetics.BELOW),
    between=st.sampled_from(kinetics.BELOW), after_last=st.sampled_from(kinetics.BELOW), terminal=st.sampled_from(kinetics.TERMINAL),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(samples=SAMPLES, options=OPTIONS, seed=st.integers(0, 99))
def test_the_order_of_samples_does_not_matter_and_everything_said_is_listed(
    samples: list[SimpleNamespace], options: KineticsOptions, seed: int
) -> None:
    found = kinetics.kinetics(samples, infused_on=INFUSED, unit=COPIES, options=options)
    mixed = random.Random(seed).sample(samples, len(samples))
    assert kinetics.kinetics(mixed, infused_on=INFUSED, unit=COPIES, options=options) == found
    assert len(found.points) + len(found.left_out) == len(samples)
    for one in measures(found):
        assert one.clause in kinetics.CLAUSES
        assert one.basis in kinetics.BASES
        assert set(re.findall(r"{(\w+)}", one.clause)) == set(one.shown)
        assert {*one.flags, *found.flags} <= set(kinetics.FLAGS)
        assert {left.clause for left in (*one.left_out, *found.left_out)} <= set(kinetics.CLAUSES)
        assert one.value is None or one.value >= 0


@settings(max_examples=200, deadline=None)
@given(values=st.dictionaries(st.integers(1, 120), st.integers(1, 10**6), min_size=1, max_size=12))
def test_areas_grow_with_the_horizon_and_are_those_of_numpy(values: dict[int, int]) -> None:
    samples = curve((0, None), *values.items(), (121, None))
    days = [0, *sorted(values), 121]
    cells = [0.0, *(float(values[day]) for day in sorted(values)), 0.0]
    found, log = judge(samples, horizons=(60, 120)).areas, judge(samples, horizons=(60, 120), trapezoids=LOG).areas
    for horizon in (60, 120):
        grid = sorted({*[day for day in days if day < horizon], horizon})
        area = found[horizon].value
        assert (area is None) == (min(values) > horizon)
        if area is not None:
            assert math.isclose(area, np.trapezoid(np.interp(grid, days, cells), grid), rel_tol=1e-9)
            # A logarithmic fall lies below the straight line.
            other = log[horizon].value
            assert other is not None and other <= area + Decimal("1e-15")
    if found[60].value is not None and found[120].value is not None:
        assert found[60].value <= found[120].value
