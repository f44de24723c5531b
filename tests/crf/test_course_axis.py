"""The axis of the course and its scales: which day stands where, and which figures stand beside it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from crf.course.axis import EARLY_FIRST, EARLY_LAST, LEFT, RIGHT, WIDTH, Axis
from crf.course.scale import Linear, Log

INFUSED = date(2020, 1, 15)


def axis(*days: int) -> Axis:
    return Axis(INFUSED, [INFUSED + timedelta(days=day) for day in days])


def texts(of: Axis) -> list[str]:
    return [tick.text for tick in of.ticks()]


# --- days from left to right


@pytest.mark.parametrize("days", [(-42, 730), (-30, 60), (0, 10), (-7, 36), (-400, 2000), (0, 0)])
def test_later_days_stand_further_right_and_all_of_them_within_the_lane(days: tuple[int, int]) -> None:
    of = axis(*days)
    places = [of.of(day) for day in range(min(*days, EARLY_FIRST), max(*days, EARLY_LAST) + 1)]
    assert all(one < other for one, other in pairwise(places))
    assert places[0] >= LEFT
    assert places[-1] <= WIDTH - RIGHT + 1e-6


def test_the_first_five_weeks_have_more_room_than_months_do() -> None:
    of = axis(-42, 730)
    before, early, later = of.stretches
    assert (early.first, early.last) == (-7, 35)
    assert early.of_day >= 9  # room for a digit
    assert early.of_day > 8 * later.of_day
    assert early.of_day > 3 * before.of_day


def test_a_late_day_is_never_wider_than_an_early_one() -> None:
    for last in (36, 40, 60, 90):
        early, later = axis(0, last).stretches
        assert later.of_day <= early.of_day * (1 + 1e-9)


def test_a_subject_of_day_10_has_the_frame_of_all_others_up_to_day_35() -> None:
    of = axis(-5, 10)
    assert texts(of) == ["−7", "0", "7", "14", "21", "28", "35"]
    assert [part.says for part in of.stretches] == ["day by day, infusion = day 0"]


def test_the_ticks_are_days_before_and_around_the_infusion_and_months_after() -> None:
    assert texts(axis(-42, 730)) == [
        "−42", "−28", "−7", "0", "7", "14", "21", "28", "35", "4 mo", "6 mo", "8 mo", "10 mo", "12 mo", "14 mo",
        "16 mo", "18 mo", "20 mo", "22 mo",
    ]  # fmt: skip


@pytest.mark.parametrize("last", range(36, 1500, 37))
def test_no_two_ticks_touch(last: int) -> None:
    places = [float(tick.x) for tick in axis(-last // 4, last).ticks()]
    assert min(other - one for one, other in pairwise(places)) >= 25


def test_a_day_without_a_time_stands_in_its_middle_and_a_time_within_its_day() -> None:
    of = axis(0, 30)
    assert of.at(INFUSED) == of.of(0)
    assert of.at(datetime(2020, 1, 18, 12, 0)) == of.at(date(2020, 1, 18))  # noqa: DTZ001 - the site's clock
    assert of.at(datetime(2020, 1, 18, 0, 0)) == of.of(2.5)  # noqa: DTZ001
    assert of.of(3) < of.at(datetime(2020, 1, 18, 23, 0)) < of.of(3.5)  # noqa: DTZ001


def test_what_lies_outside_stands_at_the_end() -> None:
    of = axis(-10, 100)
    assert of.of(-500) == LEFT
    assert of.of(5000) == of.of(100)


def test_without_an_infusion_it_is_the_calendar() -> None:
    of = Axis(None, [date(2020, 3, 20), date(2020, 4, 2)])
    assert of.study_day(date(2020, 4, 2)) is None
    assert of.day(date(2020, 4, 2)) == 13
    assert texts(of)[:2] == ["2020-03-20", "2020-03-27"]
    assert of.stretches[0].says == "calendar: not infused yet"


def test_a_long_calendar_has_a_tick_at_first_days_of_months() -> None:
    shown = texts(Axis(None, [date(2020, 3, 20), date(2021, 4, 2)]))
    assert shown[:2] == ["2020-04-01", "2020-05-01"]


# --- values from bottom to top


@pytest.mark.parametrize(
    ("highest", "top"), [("4.22", "5"), ("0", "1"), ("1", "1"), ("331.3", "400"), ("1182.1", "1500"), ("0.04", "0.04")]
)
def test_a_linear_scale_ends_at_a_round_number(highest: str, top: str) -> None:
    scale = Linear([Decimal(highest), Decimal(0)], top=8, bottom=56)
    assert scale.ticks() == [("56.0", "0"), ("8.0", top)]
    assert scale.at(Decimal(0)) == 56
    assert 8 <= scale.at(Decimal(highest)) <= 56


def test_a_logarithmic_scale_holds_whole_decades_and_puts_zero_at_the_bottom() -> None:
    scale = Log([Decimal("2.5"), Decimal(310), Decimal(0)], top=8, bottom=42)
    assert (scale.low, scale.high) == (0, 3)
    assert scale.at(Decimal(0)) == scale.at(Decimal(1)) == 42
    assert scale.at(Decimal(1000)) == 8
    assert scale.at(Decimal(10)) - scale.at(Decimal(100)) == pytest.approx(34 / 3)


@pytest.mark.parametrize("highest", ["3", "40", "2000", "33556", "900000"])
def test_ticks_of_a_logarithmic_scale_do_not_touch(highest: str) -> None:
    scale = Log([Decimal("0.5"), Decimal(highest)], top=8, bottom=42)
    places = [float(y) for y, _text in scale.ticks()]
    assert min(one - other for one, other in pairwise(places)) >= 11


def test_a_value_on_a_decade_does_not_ask_for_another_one() -> None:
    assert [text for _y, text in Log([Decimal(1), Decimal(1000)], top=8, bottom=80).ticks()] == [
        "1",
        "10",
        "100",
        "1000",
    ]


def test_large_decades_are_written_as_powers() -> None:
    assert Log([Decimal(90000)], top=8, bottom=42).ticks()[-1][1] == "10⁵"
