"""Which limits of normal hold, and the grade of an item that may be too low and too high."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from trial.rules import ctcae, laboratory
from trial.rules.reference import NONE, Limits, pick

ON = date(2020, 5, 1)
OPEN = {"sex": "", "age_from": None, "age_to": None, "valid_from": None, "valid_to": None, "low": None, "high": None}


def line(analyte="alp", **about):
    return SimpleNamespace(analyte=analyte, **OPEN | about)


ALP = (
    line(sex="M", low=45, high=125),
    line(sex="F", age_to=49, low=35, high=100),
    line(sex="F", age_from=50, low=50, high=135),
    line("alt", sex="F", high=40),
)


@pytest.mark.parametrize(
    ("sex", "age", "limits"),
    [
        ("M", 60, (45, 125)),
        ("F", 49, (35, 100)),
        ("F", 50, (50, 135)),
        ("M", None, (45, 125)),
        ("F", None, (None, None)),  # the two ages disagree
        (None, 60, (None, None)),
    ],
)
def test_a_limit_is_given_where_all_ranges_that_may_hold_agree(sex, age, limits):
    found = pick(ALP, "alp", sex=sex, age=age, on=ON)
    assert (found.low, found.high) == limits


def test_ranges_that_agree_on_one_limit_give_that_one():
    both = (line(sex="M", low=3, high=9), line(sex="F", low=2, high=9))
    assert pick(both, "alp", sex=None, age=None, on=ON) == Limits(None, 9)


def test_the_first_and_the_last_day_of_a_range_belong_to_it():
    two = (line(valid_to=date(2020, 4, 30), high=40), line(valid_from=date(2020, 5, 1), high=50))
    assert [pick(two, "alp", sex="M", age=60, on=day).high for day in (date(2020, 4, 30), ON)] == [40, 50]
    assert pick(two, "alp", sex="M", age=60, on=None).high is None


def test_without_a_range_of_the_analyte_there_is_no_limit_and_nothing_is_assumed():
    assert pick(ALP, "ast", sex="M", age=60, on=ON, assumed=True) == NONE


POTASSIUM = Limits(Decimal("3.5"), Decimal("5.3"))


@pytest.mark.parametrize(
    ("value", "grade"), [("2.4", 4), ("2.9", 3), ("3.4", 1), ("3.5", 0), ("5.3", 0), ("5.4", 1), ("6.5", 3), ("7.1", 4)]
)
def test_a_value_is_graded_on_the_side_on_which_it_is_abnormal(value, grade):
    assert laboratory.grade("potassium", Decimal(value), limits=POTASSIUM, version="ctcae_5").value == grade


def test_with_one_limit_the_side_that_is_known_is_graded_and_the_other_keeps_a_normal_value_open():
    low_only = Limits(low=Decimal("3.5"))
    assert laboratory.grade("potassium", Decimal("3.2"), limits=low_only, version="ctcae_5").value == 1
    open_one = laboratory.grade("potassium", Decimal("4.0"), limits=low_only, version="ctcae_5")
    assert (open_one.value, open_one.flags) == (None, ("ULN_MISSING",))


def test_calcium_is_graded_corrected_for_albumin_and_not_without_it():
    limits = Limits(Decimal("2.11"), Decimal("2.52"))
    graded = [
        laboratory.grade("calcium", Decimal("2.40"), limits=limits, albumin=albumin, version="ctcae_5")
        for albumin in (Decimal(40), Decimal(30), None)
    ]
    assert [one.value for one in graded] == [0, 1, None]  # 2.40, 2.60, not known


def test_anticoagulation_and_baseline_reach_the_rule():
    inr = {"limits": Limits(high=Decimal("1.2")), "baseline": Decimal("2.4"), "version": "ctcae_5"}
    assert laboratory.grade("inr", Decimal("2.4"), anticoagulated="N", **inr).value == 2
    assert laboratory.grade("inr", Decimal("2.4"), anticoagulated="Y", **inr).value == 0
    alt = {"limits": Limits(high=Decimal(40)), "version": "ctcae_5"}
    assert laboratory.grade("alt", Decimal(130), baseline=Decimal(35), **alt).value == 2
    assert laboratory.grade("alt", Decimal(130), baseline=Decimal(80), **alt).value == 1  # 1.6 x the baseline


def test_assumed_limits_are_told_with_every_grade_that_used_a_value():
    assumed = Limits(Decimal("3.5"), Decimal("5.3"), assumed=True)
    assert "LIMITS_ASSUMED" in laboratory.grade("potassium", Decimal(4), limits=assumed, version="ctcae_5").flags
    assert "LIMITS_ASSUMED" not in laboratory.grade("potassium", None, limits=assumed, version="ctcae_5").flags
    assert "LIMITS_ASSUMED" not in laboratory.grade("potassium", Decimal(4), limits=POTASSIUM, version="ctcae_5").flags


def test_every_term_of_an_item_is_one_that_the_criteria_print_in_a_version():
    names = {term for table in ctcae.TABLES.values() for term in table.names}
    assert {term for terms in laboratory.TERMS.values() for term in terms} <= names
