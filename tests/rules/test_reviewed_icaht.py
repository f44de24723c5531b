"""Second reading of blood counts over time: ICAHT and T-ICAHT: a test a clause, both sides of each limit."""

from typing import Any

import pytest

from tests.rules.blood_counts import judge, on
from trial.rules import icaht
from trial.rules.icaht_days import Censoring, CountOptions

# --- 3.1 ICAHT, early: cumulative days from 0 to 30


def low_for(days: int, low: Any, high: Any = "0.6", first: int = 5) -> list[tuple[int, Any]]:
    """A draw every day up to day 31, so many days of them low in a row."""
    return [(day, low if first <= day < first + days else high) for day in range(32)]


@pytest.mark.parametrize(
    ("low", "days", "expected"),
    [("0.5", 0, 0), ("0.5", 1, 1), ("0.5", 6, 1), ("0.5", 7, 2), ("0.5", 13, 2), ("0.5", 14, 3), ("0.501", 14, 0),
     ("0.1", 6, 1), ("0.1", 7, 3), ("0.1", 13, 3), ("0.1", 14, 4), ("0.101", 13, 2), ("0.101", 14, 3)],
)  # fmt: skip
def test_early_icaht_days_at_or_below_500_and_at_or_below_100(low: str, days: int, expected: int) -> None:
    assert judge("early", low_for(days, low)).value == expected


def test_early_icaht_days_are_cumulative_and_end_on_day_30() -> None:
    apart = [(day, "0.4" if day in {2, 3, 4, 5, 15, 16, 17} else "1.0") for day in range(32)]
    assert judge("early", apart).value == 2  # 4 and 3 days
    assert judge("early", low_for(6, "0.4", first=25)).value == 1  # days 25 to 30
    assert judge("early", [*low_for(6, "0.4", first=25), (31, "0.4"), (32, "0.4")]).value == 1


def test_early_icaht_grade_4_is_never_above_500_from_day_0_through_day_30() -> None:
    assert judge("early", [(day, "0.5") for day in range(32)]).value == 4
    for above in (0, 15, 30):
        assert judge("early", [(day, "0.501" if day == above else "0.5") for day in range(32)]).value == 3


def test_early_icaht_one_of_two_counts_of_a_day_above_500_is_a_value_above_500() -> None:
    counts = [(day, "0.5") for day in range(32)]
    assert judge("early", [*counts, (15, "0.3")]).value == 4
    assert judge("early", [*counts, (15, "0.6")]).value == 3
    nadir = CountOptions(never_above="FROM_NADIR")
    after = [(day, "0.9" if day < 8 else "0.4") for day in range(32)]
    assert judge("early", [*after, (8, "0.6")], options=nadir).value == 4  # may have come before the first low one
    assert judge("early", [*after, (9, "0.6")], options=nadir).value == 3


def test_early_icaht_never_above_from_the_first_count_at_or_below_500_is_a_named_option() -> None:
    late_nadir = [(day, "0.9" if day < 8 else "0.5") for day in range(32)]
    assert judge("early", late_nadir).value == 3
    assert judge("early", late_nadir, options=CountOptions(never_above="FROM_NADIR")).value == 4


def test_early_icaht_draws_more_than_3_days_apart_give_both_readings() -> None:
    apart, near = [(0, "2"), (8, "0.4"), (12, "2"), (31, "2")], [(0, "0.9"), (3, "0.4"), (6, "0.9")]
    both = judge("early", apart)
    assert "DRAWS_FAR_APART" in both.flags
    assert both.because[-1].clause == icaht.OTHER_WAY_LINEAR
    assert "DRAWS_FAR_APART" not in judge("early", near).flags


def test_early_icaht_recovery_of_less_than_3_days_counts_in_the_total() -> None:
    def with_recovery(days: int) -> Any:
        above = set(range(10, 10 + days))
        return judge("early", [(day, "0.9" if day in above or not 6 <= day <= 14 else "0.4") for day in range(32)])

    assert [with_recovery(days).value for days in (2, 3)] == [2, 1]  # 9 days, or 6


@pytest.mark.parametrize("end", ["died_on", "progressed_on", "new_therapy_on"])
def test_early_icaht_is_censored_at_progression_next_therapy_and_death_and_flagged(end: str) -> None:
    found = judge("early", low_for(16, "0.4"), censoring=Censoring(**{end: on(10)}))
    assert (found.value, "CENSORED" in found.flags) == (1, True)  # days 5 to 10
    assert judge("early", low_for(16, "0.4")).value == 3


# --- 3.1 ICAHT, late: after day 30, on two consecutive draws


@pytest.mark.parametrize(
    ("count", "expected"),
    [("1.51", 0), ("1.5", 1), ("1.01", 1), ("1.0", 2), ("0.51", 2), ("0.5", 3), ("0.11", 3), ("0.1", 4)],
)
def test_late_icaht_at_or_below_1500_1000_500_and_100(count: str, expected: int) -> None:
    assert judge("late", [(31, count), (60, count)]).value == expected


def test_late_icaht_is_the_worst_level_held_on_two_consecutive_draws_after_day_30() -> None:
    assert judge("late", [(40, "0.45"), (47, "0.9")]).value == 2
    assert judge("late", [(40, "0.45"), (47, "2"), (54, "0.45")]).value == 0
    assert judge("late", [(30, "0.45"), (31, "0.45")]).value is None  # one draw after day 30
    assert judge("late", [(31, "0.45"), (32, "0.45")]).value == 3


# --- 3.1 T-ICAHT


@pytest.mark.parametrize(
    ("low", "days", "expected"),
    [(50, 10, 0), (49, 1, 1), (49, 6, 1), (49, 7, 2), (20, 14, 2), (19, 1, 3), (19, 13, 3), (19, 14, 4)],
)
def test_early_t_icaht_days_below_50_and_below_20(low: int, days: int, expected: int) -> None:
    assert judge("platelets_early", low_for(days, low, 150)).value == expected


@pytest.mark.parametrize(
    ("low", "days", "expected"),
    [(100, 20, 0), (99, 20, 1), (50, 20, 1), (49, 20, 2), (20, 20, 2), (19, 2, 3), (19, 13, 3), (19, 14, 4)],
)
def test_late_t_icaht_from_day_31_to_day_100(low: int, days: int, expected: int) -> None:
    counts = [(day, low if 40 <= day < 40 + days else 150) for day in range(31, 102)]
    assert judge("platelets_late", counts).value == expected
    outside = [(day, low if day in (29, 30, 101, 102) else 150) for day in range(25, 105)]
    assert judge("platelets_late", outside).value == 0
