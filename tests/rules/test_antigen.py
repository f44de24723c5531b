"""Antigens at relapse: which marrow is read, and from which percentage an antigen counts."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from trial.rules import antigen
from trial.rules.persistence import antigen_at_relapse

RELAPSE = date(2031, 9, 1)


def marrow(day: int | None, bcma: Any, cd38: Any) -> SimpleNamespace:
    sampled = None if day is None else RELAPSE + timedelta(days=day)
    return SimpleNamespace(sampled_on=sampled, bcma_positive=bcma, cd38_positive=cd38)


@pytest.mark.parametrize(("bcma", "cd38", "expected"), [
    (10, 10, "BCMA+CD38+"), ("9.9", 10, "BCMA-CD38+"), (10, "9.9", "BCMA+CD38-"), (0, 0, "BCMA-CD38-"), (98, 97, "BCMA+CD38+"),
])  # fmt: skip
def test_an_antigen_counts_from_ten_percent(bcma: Any, cd38: Any, expected: str) -> None:
    verdict = antigen_at_relapse([marrow(0, bcma, cd38)], progressed_on=RELAPSE)
    assert verdict.value == expected
    assert ("ANTIGEN_LOST" in verdict.flags) == ("-" in expected)
    assert all(part.clause in antigen.CLAUSES and "{" not in part.sentence for part in verdict.walk())


def test_the_cut_off_is_an_option() -> None:
    assert antigen_at_relapse([marrow(0, 15, 15)], progressed_on=RELAPSE, cutoff_percent=20).value == "BCMA-CD38-"


@pytest.mark.parametrize(("day", "read"), [(-28, True), (28, True), (-29, False), (29, False), (None, False)])
def test_a_marrow_within_28_days_on_either_side_is_read(day: int | None, read: bool) -> None:
    verdict = antigen_at_relapse([marrow(day, 90, 90)], progressed_on=RELAPSE)
    assert verdict.value == ("BCMA+CD38+" if read else None)
    assert verdict.clause == (antigen.ASSESSED if read else antigen.NO_MARROW)


def test_the_window_is_an_option() -> None:
    assert antigen_at_relapse([marrow(40, 90, 90)], progressed_on=RELAPSE, window_days=40).value == "BCMA+CD38+"


@pytest.mark.parametrize(("rows", "expected"), [
    ([marrow(-5, 90, 90), marrow(4, 1, 1)], "BCMA-CD38-"),  # the nearest
    ([marrow(-5, 90, 90), marrow(5, 1, 1)], "BCMA-CD38-"),  # the later of two as near
    ([marrow(0, 90, None), marrow(20, 1, 90)], "BCMA-CD38+"),  # both antigens before one
    ([marrow(0, None, None), marrow(20, 90, 90)], "BCMA+CD38+"),
])  # fmt: skip
def test_which_marrow_is_read(rows: list[SimpleNamespace], expected: str) -> None:
    assert antigen_at_relapse(rows, progressed_on=RELAPSE).value == expected
    assert antigen_at_relapse(rows[::-1], progressed_on=RELAPSE).value == expected


def test_one_antigen_alone_is_not_assessed() -> None:
    verdict = antigen_at_relapse([marrow(0, 90, None)], progressed_on=RELAPSE)
    assert (verdict.value, verdict.clause, verdict.flags) == (None, antigen.ONE_ANTIGEN, ("ANTIGEN_NOT_ASSESSED",))
    assert [part.value for part in verdict.because] == [1, None]


def test_without_progression_there_is_no_relapse_to_assess() -> None:
    verdict = antigen_at_relapse([marrow(0, 90, 90)], progressed_on=None)
    assert (verdict.value, verdict.clause, verdict.flags) == (None, antigen.NO_PROGRESSION, ())
    assert antigen_at_relapse([], progressed_on=RELAPSE).flags == ("ANTIGEN_NOT_ASSESSED",)
