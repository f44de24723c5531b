"""Cells: what is printed, which numbers stand behind it, and that no language is chosen before it is read."""

import json
from fractions import Fraction

import pytest
from django.utils import translation

from analytics import layout
from analytics.layout import Cell, Column, Row, Table, Words, say
from analytics.registry import Cut

TWENTY = tuple(f"01-{n:03d}" for n in range(1, 21))


def test_20_of_23_is_printed_with_its_percentage():
    cell = layout.count_percent(TWENTY, 23)
    assert cell.text == "20 (87.0 %)"
    assert cell.subjects == TWENTY
    assert cell.numbers["percent"] == pytest.approx(86.9565217)


def test_numbers_carry_n_denominator_and_limits_in_percent():
    numbers = layout.exact_interval(TWENTY, 23).numbers
    assert (numbers["n"], numbers["N"]) == (20, 23)
    assert (round(numbers["low"], 1), round(numbers["high"], 1)) == (66.4, 97.2)
    assert str(layout.exact_interval(TWENTY, 23).text) == "66.4 to 97.2"


def test_none_of_none_is_a_dash_and_its_numbers_are_none():
    for cell in (layout.count_percent((), 0), layout.exact_interval((), 0)):
        assert cell.text == "–"
        assert cell.numbers == {"n": 0, "N": 0, "percent": None, "low": None, "high": None}


def test_percentages_round_half_up_not_half_even():
    # 1 of 16 is 6.25 %: 6.3 in a statistical table, 6.2 by the rounding of floats.
    assert layout.count_percent(("01-001",), 16).text == "1 (6.3 %)"
    assert str(layout.rounded(Fraction(1, 8), 2)) == "0.13"
    assert str(layout.rounded(2.5, 0)) == "3"
    assert str(layout.rounded(-2.5, 0)) == "-3"


def test_a_missing_limit_is_named_and_two_missing_ones_are_one_sign():
    assert str(layout.between(7.6, None, missing="NE")) == "7.6 to NE"
    assert layout.between(None, None, missing="NE") == "NE"


def test_a_number_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="median is nan"):
        Cell("x", {"median": float("nan")})


def test_a_row_with_a_cell_too_few_is_refused():
    with pytest.raises(ValueError, match="row any has 1 cells, not 2"):
        _table(columns=2, rows=(Row("Any", (Cell("1"),), key="any"),))


def test_two_rows_with_one_key_are_refused():
    with pytest.raises(ValueError, match="key of its own"):
        _table(columns=1, rows=(Row("a", (Cell("1"),), key="x"), Row("b", (Cell("2"),), key="x")))


def test_a_cell_that_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="no cell any, 3.0"):
        _table(columns=1, rows=(Row("Any", (Cell("1"),), key="any"),)).cell("any", "3.0")


def test_words_are_said_in_the_language_of_the_reader():
    # "Yes" and "No" are translated by Django itself: no catalogue of our own is needed here.
    words = say("{answer}", answer=Words("Yes"))
    with translation.override("zh-hans"):
        chinese = str(words)
    with translation.override("en"):
        english = str(words)
    assert english == "Yes"
    assert chinese == "是"


def test_a_kept_table_comes_back_as_it_was_and_without_a_language(frames):
    for name in ("crs_by_grade", "crs_onset_duration", "crs_treatment", "enrolment"):
        table = Cut(frames).table(name)
        with translation.override("zh-hans"):
            kept = json.dumps(layout.pack(table), allow_nan=False)
        assert layout.unpack(json.loads(kept)) == table


def _table(*, columns, rows):
    headings = tuple(Column(f"{n}.0", str(n)) for n in range(1, columns + 1))
    return Table("t", "T", headings, rows, (), "", "", {})
