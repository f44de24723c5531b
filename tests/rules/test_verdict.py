"""What every rule shares: verdicts, numbers, and what counts as not recorded."""

import pickle
from decimal import Decimal

import numpy
import pandas
import pytest

from trial.rules.verdict import Verdict, decimal, figure, joined, known


def test_a_sentence_is_the_clause_with_its_placeholders_filled() -> None:
    verdict = Verdict(value=1, clause="Temperature {temperature} °C.", shown={"temperature": "38.6"})
    assert verdict.sentence == "Temperature 38.6 °C."


def test_a_verdict_walks_its_tree_top_down() -> None:
    leaf = Verdict(value=0, clause="leaf")
    middle = Verdict(value=1, clause="middle", because=(leaf,))
    top = Verdict(value=2, clause="top", because=(middle, leaf))
    assert [each.clause for each in top.walk()] == ["top", "middle", "leaf", "leaf"]


def test_a_verdict_can_be_hashed_and_pickled() -> None:
    verdict = Verdict(value=1, clause="{a}", shown={"a": "b"}, because=(Verdict(value=None, clause="c"),))
    assert pickle.loads(pickle.dumps(verdict)) == verdict
    assert len({verdict, pickle.loads(pickle.dumps(verdict))}) == 1


@pytest.mark.parametrize("blank", [None, "", float("nan"), Decimal("NaN"), numpy.float64("nan"), pandas.NaT, pandas.NA])
def test_every_kind_of_blank_is_not_recorded(blank: object) -> None:
    assert not known(blank)
    assert decimal(blank) is None


@pytest.mark.parametrize("value", [0, 0.0, Decimal(0), "N", False, (), pandas.Timestamp("2031-03-01", tz="UTC")])
def test_zero_and_empty_rows_are_recorded(value: object) -> None:
    assert known(value)


@pytest.mark.parametrize("value", [Decimal("38.1"), 38.1, "38.1", numpy.float64(38.1), numpy.float32(38.1)])
def test_a_number_is_compared_as_it_was_written(value: object) -> None:
    assert decimal(value) == Decimal("38.1")


@pytest.mark.parametrize(("value", "text"), [("38", "38.0"), ("38.00", "38.0"), ("6.05", "6.05"), ("37.950", "37.95")])
def test_a_figure_is_never_rounded_across_a_threshold(value: str, text: str) -> None:
    assert figure(Decimal(value)) == text


def test_joined_flags_keep_their_order_and_appear_once() -> None:
    assert joined(("B", "A"), (), ("A", "C")) == ("B", "A", "C")
