"""The findings around the day of a form: which days are read, and that it does not apply before the infusion."""

import re
from typing import Any

import pytest

from tests.rules.blood_counts import INFUSED, on
from tests.rules.iec_hs_rows import around
from trial.rules import iec_hs, iec_hs_on
from trial.rules.iec_hs import Rows
from trial.rules.reference import Limits
from trial.rules.verdict import Verdict

LIMITS = {"ferritin": (15, 300), "ldh": (100, 250), "alt": (0, 40), "ast": (0, 40)}


def said(verdict: Verdict, start: str) -> str:
    (found,) = (one.sentence for one in verdict.walk() if one.sentence.startswith(start))
    return found


def listed(day: int, **forms: Any) -> Verdict:
    return around(LIMITS, day, **forms)


@pytest.mark.parametrize(("drawn", "read"), [(10, True), (9, True), (7, True), (6, False), (11, False)])
def test_values_of_the_day_and_of_three_days_before_it_are_read(drawn: int, read: bool) -> None:
    found = listed(10, inflammation=[(10, {"ferritin": 900})], chemistry=[(drawn, {"ldh": 900})])
    assert said(found, "Lactate dehydrogenase").startswith("Lactate dehydrogenase 900.0") == read
    assert (found.shown["first"], found.shown["last"]) == (on(7).isoformat(), on(10).isoformat())


def test_no_day_before_the_first_after_the_infusion_is_read() -> None:
    found = listed(2, inflammation=[(0, {"ferritin": 900}), (2, {"ferritin": 200})])
    assert found.shown["first"] == on(1).isoformat()
    # The value of day 0 is the baseline: 200 is neither above 600 nor above 1800.
    assert said(found, "Ferritin at most 200.0")


def test_the_list_has_no_conclusion_and_says_who_decides() -> None:
    found = listed(10, inflammation=[(10, {"ferritin": 9000})], chemistry=[(10, {"ldh": 900, "alt": 900, "ast": 900})])
    assert found.value is None
    assert "the investigator decides" in found.sentence and "no minimum number" in found.sentence
    required, supporting = found.because
    assert [one.clause for one in (required, supporting)] == [iec_hs.REQUIRED_FINDINGS, iec_hs.SUPPORTING_FINDINGS]
    assert (required.value, supporting.value) == (None, None)
    assert [one.value for one in required.because] == [1, None]  # a rise is never judged
    assert not re.search(r"\d+ of \d+", found.sentence)


def test_limits_are_those_of_the_day_of_the_form() -> None:
    asked = []
    told = iec_hs_on.Told(INFUSED, Rows(), lambda item, day: asked.append((item, day)) or Limits())  # type: ignore[func-returns-value]
    iec_hs_on.listed_on(told, on(10))
    assert {day for _item, day in asked} == {on(10)}
    assert {item for item, _day in asked} >= {"ferritin", "alt", "fibrinogen"}


def test_assumed_limits_are_flagged_where_they_were_used() -> None:
    told = iec_hs_on.Told(
        INFUSED, Rows(chemistry=[{"sampled_on": on(9), "ldh": 900, "triglycerides": 4}]),
        lambda _item, _day: Limits(None, None, assumed=True),
    )  # fmt: skip
    flags = {one.sentence.split(" ")[0]: one.flags for one in iec_hs_on.listed_on(told, on(10)).walk()}
    assert "LIMITS_ASSUMED" in flags["Lactate"]
    assert "LIMITS_ASSUMED" not in flags["Triglycerides"]  # its limit is a number


@pytest.mark.parametrize(("day", "clause"), [(-3, iec_hs_on.BEFORE), (0, iec_hs_on.BEFORE), (1, iec_hs.LISTED_DAYS)])
def test_up_to_the_day_of_the_infusion_it_does_not_apply(day: int, clause: str) -> None:
    assert listed(day, inflammation=[(day, {"ferritin": 9000})]).clause == clause


def test_without_an_infusion_or_a_day_nothing_is_listed() -> None:
    assert iec_hs_on.listed_on(None, on(3)).clause == iec_hs_on.NOT_INFUSED
    assert (
        iec_hs_on.listed_on(iec_hs_on.Told(INFUSED, Rows(), lambda _i, _d: Limits()), None).clause == iec_hs_on.NO_DAY
    )
