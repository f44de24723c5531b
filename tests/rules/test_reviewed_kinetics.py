"""Second reading of cellular kinetics: a test a clause, both sides of each limit."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules.blood_counts import on
from trial.rules import kinetics
from trial.rules.kinetics import KineticsOptions

# --- 7 cellular kinetics


def curve(*points: tuple[int, Any], **options: Any) -> kinetics.Kinetics:
    samples = [
        SimpleNamespace(sampled_on=on(day), method="QPCR", unit="copies/ug", limit=None, below="BLQ" if value is None else None,
                        value=None if value is None else Decimal(str(value)))
        for day, value in points
    ]  # fmt: skip
    return kinetics.kinetics(samples, infused_on=on(0), unit="copies/ug", options=KineticsOptions(**options))


def test_kinetics_cmax_is_the_most_tmax_the_first_day_of_it_and_tlast_the_last_quantifiable() -> None:
    found = curve((0, None), (7, 500), (10, 900), (14, 900), (28, 30), (60, None))
    assert [one.value for one in (found.cmax, found.tmax, found.clast, found.tlast)] == [900, 10, 30, 28]


def test_kinetics_areas_to_day_28_and_90_interpolate_at_the_horizon() -> None:
    found = curve((0, None), (14, 140), (30, 60), (90, 0.5))
    # 14 x 140 / 2 = 980; day 28 on the line: 70, 14 x (140 + 70) / 2 = 1470
    assert found.areas[28].value == 2450
    # 980; 16 x 200 / 2 = 1600; 60 x 60.5 / 2 = 1815
    assert found.areas[90].value == 4395
    assert curve((0, None), (14, 140), (27, 60)).areas[28].value is None


def test_kinetics_trapezoids_are_linear_or_linear_up_and_logarithmic_down_by_name() -> None:
    points = ((0, None), (14, 100), (28, 25))
    assert curve(*points).areas[28].value == 700 + 875
    log = curve(*points, trapezoids="linear_up_log_down").areas[28].value
    assert float(log or 0) == pytest.approx(700 + 14 * 75 / 1.3862943611, rel=1e-9)  # ln(100 / 25)


def test_kinetics_below_quantification_is_0_before_the_first_and_0_or_excluded_after_the_last() -> None:
    assert curve((0, None), (4, None), (14, 100), (28, 100)).areas[28].value == 500 + 1400  # 10 x 100 / 2
    after = ((0, None), (14, 100), (28, None))
    assert curve(*after).areas[28].value == 700 + 700
    assert curve(*after, after_last="left_out").areas[28].value is None


def test_kinetics_half_life_needs_3_terminal_points() -> None:
    three = curve((0, None), (10, 800), (17, 400), (24, 200), (31, 100))
    assert float(three.half_life.value or 0) == pytest.approx(7)
    assert curve((0, None), (10, 800), (17, 400), (24, 200)).half_life.value is None
