"""CTCAE: the cytopenias, every boundary from both sides in each version; what is missing; how a sentence is written.

The other analytes are in test_ctcae_analytes.py.
"""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trial.rules import ctcae
from trial.rules.ctcae_limits import Bound, Limit, Table

LLN = {"NEUTROPENIA": "1.8", "LEUKOPENIA": "3.5", "LYMPHOPENIA": "1.1", "THROMBOCYTOPENIA": "125", "ANAEMIA": "130"}
# Numbers printed in the criteria, read again from the table of the analysis conventions: grade begins below.
PRINTED: dict[str, dict[str, list[str]]] = {
    "ctcae_5": {
        "NEUTROPENIA": ["LLN", "1.5", "1.0", "0.5"], "LEUKOPENIA": ["LLN", "3.0", "2.0", "1.0"],
        "LYMPHOPENIA": ["LLN", "0.8", "0.5", "0.2"], "THROMBOCYTOPENIA": ["LLN", "75", "50", "25"],
        "ANAEMIA": ["LLN", "100", "80"],
    },
    "ctcae_6": {
        "NEUTROPENIA": ["1.5", "1.0", "0.5", "0.1"], "LEUKOPENIA": ["LLN", "3.0", "2.0", "1.0"],
        "THROMBOCYTOPENIA": ["LLN", "75", "50", "10"], "ANAEMIA": ["LLN", "100", "80"],
    },
}  # fmt: skip
PRINTED["ctcae_4_03"] = PRINTED["ctcae_5"]
EPSILON = Decimal("0.001")


def boundaries() -> list[tuple[str, str, int, Decimal]]:
    """Version, term, grade and the number it begins below."""
    return [
        (version, term, grade, Decimal(LLN[term] if bound == "LLN" else bound))
        for version, terms in PRINTED.items()
        for term, bounds in terms.items()
        for grade, bound in enumerate(bounds, start=1)
    ]


@pytest.mark.parametrize(("version", "term", "grade", "bound"), boundaries())
def test_each_limit_from_both_sides(version: str, term: str, grade: int, bound: Decimal) -> None:
    lln = Decimal(LLN[term])
    at, below = (ctcae.grade(term, value, lln=lln, version=version) for value in (bound, bound - EPSILON))
    assert (at.value, below.value) == (grade - 1, grade)
    assert below.version == version
    assert below.basis == ctcae.TABLES[version].basis


def test_every_version_grades_exactly_the_cytopenias_listed_here() -> None:
    assert {version: {row.term for row in table.rows} & set(LLN) for version, table in ctcae.TABLES.items()} == {
        version: set(terms) for version, terms in PRINTED.items()
    }


@pytest.mark.parametrize(("term", "value", "expected"), [
    ("NEUTROPENIA", "1.0", 2), ("NEUTROPENIA", "0.99", 3), ("THROMBOCYTOPENIA", "25", 3), ("THROMBOCYTOPENIA", "24.9", 4),
])  # fmt: skip
def test_the_examples_of_the_reading_rule(term: str, value: str, expected: int) -> None:
    assert ctcae.grade(term, Decimal(value), lln=Decimal(LLN[term])).value == expected


def test_version_5_is_the_default_and_versions_differ() -> None:
    assert ctcae.grade("NEUTROPENIA", 0.3).version == "ctcae_5"
    assert [ctcae.grade("NEUTROPENIA", 0.3, version=version).value for version in ctcae.TABLES] == [4, 4, 3]
    assert [ctcae.grade("THROMBOCYTOPENIA", 15, version=version).value for version in ctcae.TABLES] == [4, 4, 3]


@pytest.mark.parametrize("value", ["79.9", "40", "1", "0"])
@pytest.mark.parametrize("version", list(ctcae.TABLES))
def test_anaemia_is_never_grade_4_by_a_value(value: str, version: str) -> None:
    assert ctcae.grade("ANAEMIA", Decimal(value), version=version).value == 3


@pytest.mark.parametrize(("term", "bounds"), list(PRINTED["ctcae_5"].items()))
def test_without_the_lower_limit_of_normal_only_grade_1_is_lost(term: str, bounds: list[str]) -> None:
    second = Decimal(bounds[1])
    at, below = ctcae.grade(term, second), ctcae.grade(term, second - EPSILON)
    assert (at.value, at.clause, at.flags) == (None, ctcae.REFERENCE_MISSING, ("LLN_MISSING",))
    assert (below.value, below.flags) == (2, ())
    assert ctcae.grade(term, 10_000).value is None  # high, and still not known to be normal for this laboratory


def test_neutropenia_of_version_6_begins_at_a_number_and_needs_no_limit_of_normal() -> None:
    assert ctcae.grade("NEUTROPENIA", Decimal("1.5"), version="ctcae_6").value == 0
    assert ctcae.grade("NEUTROPENIA", Decimal("1.7"), lln=2, version="ctcae_6").value == 0
    assert ctcae.grade("NEUTROPENIA", Decimal("1.7"), lln=2).value == 1


def test_lymphopenia_has_no_row_in_version_6() -> None:
    verdict = ctcae.grade("LYMPHOPENIA", Decimal("0.1"), lln=1, version="ctcae_6")
    assert (verdict.value, verdict.clause) == (None, ctcae.NO_ROWS)


def test_a_term_without_laboratory_rows_is_not_graded() -> None:
    assert ctcae.grade("INFECTION", 1).clause == ctcae.NO_ROWS


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(KeyError):
        ctcae.grade("ANAEMIA", 90, version="ctcae_3")


@pytest.mark.parametrize("blank", [None, "", float("nan")])
def test_a_value_not_recorded_is_not_graded(blank: Any) -> None:
    assert ctcae.grade("ANAEMIA", blank, lln=130).clause == ctcae.VALUE_MISSING


@pytest.mark.parametrize("value", [Decimal("-0.1"), Decimal("Infinity")])
def test_an_impossible_value_is_not_graded(value: Decimal) -> None:
    verdict = ctcae.grade("NEUTROPENIA", value, lln=2)
    assert (verdict.value, verdict.clause) == (None, ctcae.IMPOSSIBLE)


def test_a_value_that_the_laboratory_calls_normal_is_graded_by_the_number_and_flagged() -> None:
    verdict = ctcae.grade("NEUTROPENIA", Decimal("1.45"), lln=Decimal("1.4"))
    assert (verdict.value, verdict.flags) == (2, ("WITHIN_REFERENCE_RANGE",))
    assert ctcae.grade("NEUTROPENIA", Decimal("1.39"), lln=Decimal("1.4")).flags == ()


def test_binary_noise_does_not_move_a_value_across_a_limit() -> None:
    assert ctcae.grade("LYMPHOPENIA", 0.1 + 0.1 + 0.3, lln=1).value == 2  # 0.5
    assert ctcae.grade("LYMPHOPENIA", 0.7 + 0.1, lln=1).value == 1  # 0.7999999999999999 is 0.8
    assert ctcae.rounded(3 * 1.1) == Decimal("3.3")
    assert ctcae.rounded(0.49999999999999) == Decimal("0.49999999999999")  # 14 digits are a measured difference


def test_a_sentence_names_value_unit_and_limits() -> None:
    verdict = ctcae.grade("NEUTROPENIA", Decimal("0.7"), lln=Decimal("1.8"))
    assert verdict.sentence == "0.7 10^9/L lies within the limits of grade 3: 0.5 ≤ x < 1.0."
    first = ctcae.grade("ANAEMIA", 125, lln=130)
    assert first.sentence == "125.0 g/L lies within the limits of grade 1: 100.0 ≤ x < LLN (130.0)."
    assert ctcae.grade("ANAEMIA", 130, lln=130).clause == ctcae.MEETS_NONE


def test_the_terms_of_the_haematology_form_are_graded() -> None:
    assert set(ctcae.TERM_OF_ITEM.values()) == set(PRINTED["ctcae_5"])


@pytest.mark.parametrize("table", list(ctcae.TABLES.values()), ids=lambda table: table.version)
def test_the_rows_of_a_cytopenia_follow_each_other_without_gap_or_overlap(table: Table) -> None:
    for term in PRINTED[table.version]:
        rows = sorted((row for row in table.rows if row.term == term), key=lambda row: row.grade)
        assert [row.grade for row in rows] == list(range(1, len(rows) + 1))
        assert rows[-1].lower is None
        for mild, severe in zip(rows, rows[1:], strict=False):
            assert mild.lower == severe.upper
            assert mild.lower_included and not severe.upper_included
            assert mild.unit == severe.unit


# --- rows of the other kinds, as later terms will need them: multiples of a limit of normal, rising values

RISING = Table(
    version="made_up",
    basis="made up for this test",
    rows=(
        Limit("ALT", 1, "HIGH", Bound(Decimal(1), "ULN"), False, Bound(Decimal(3), "ULN"), True, "U/L"),
        Limit("ALT", 2, "HIGH", Bound(Decimal(3), "ULN"), False, None, False, "U/L"),
        Limit("ALT_ABNORMAL", 1, "HIGH", Bound(Decimal("1.5"), "BASELINE"), True, None, False, "U/L"),
        Limit("FLAT", 1, "HIGH", Bound(Decimal(10)), False, None, False, "U/L"),
    ),
    names={},
)


@pytest.mark.parametrize(("term", "value", "references", "expected"), [
    ("ALT", 1.1, {"uln": 1.1}, 0), ("ALT", 1.2, {"uln": 1.1}, 1), ("ALT", 3 * 1.1, {"uln": 1.1}, 1),
    ("ALT", 3.31, {"uln": 1.1}, 2), ("ALT", 3.31, {}, None),
    ("ALT_ABNORMAL", 150, {"baseline": 100}, 1), ("ALT_ABNORMAL", 149.9, {"baseline": 100}, 0),
    ("ALT_ABNORMAL", 150, {}, None), ("FLAT", 11, {"uln": 12}, 1),
])  # fmt: skip
def test_rows_may_rise_and_may_be_multiples(
    monkeypatch: pytest.MonkeyPatch, term: str, value: float, references: dict[str, float], expected: int | None
) -> None:
    monkeypatch.setitem(ctcae.TABLES, "made_up", RISING)
    verdict = ctcae.grade(term, value, version="made_up", **references)  # type: ignore[arg-type]
    assert verdict.value == expected
    assert ("WITHIN_REFERENCE_RANGE" in verdict.flags) == (term == "FLAT")
    if expected is None:
        assert set(verdict.flags) < set(ctcae.FLAGS)


def test_limits_are_written_as_signs() -> None:
    rows = RISING.rows
    assert ctcae.limits(rows[0], {"ULN": Decimal("1.1")}) == "ULN (1.1) < x ≤ 3.0 × ULN (3.3)"
    assert ctcae.limits(rows[2], {"BASELINE": None}) == "1.5 × BASELINE ≤ x"
    assert ctcae.limits(replace(rows[3], lower_included=True), {}) == "10.0 ≤ x"


def test_where_several_grades_depend_on_a_missing_reference_the_sentence_names_the_worst(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ctcae.TABLES, "made_up", RISING)
    several = ctcae.grade("ALT", 3.31, version="made_up")
    assert several.sentence == ("3.31 U/L: the reference limit (ULN) is not recorded. Any grade up to 2 remains.")
    one = ctcae.grade("ALT_ABNORMAL", 150, version="made_up")
    assert one.sentence == "150.0 U/L: the reference limit (BASELINE) is not recorded. Grade 0 and grade 1 remain."


# --- properties

VALUES = st.decimals(min_value=0, max_value=400, places=2)


@settings(max_examples=200, deadline=None)
@given(
    term=st.sampled_from(list(LLN)), version=st.sampled_from(list(ctcae.TABLES)), values=st.tuples(VALUES, VALUES),
    lln=st.one_of(st.none(), VALUES),
)  # fmt: skip
def test_a_lower_count_never_lowers_the_grade(
    term: str, version: str, values: tuple[Decimal, Decimal], lln: Decimal | None
) -> None:
    low, high = (ctcae.grade(term, value, lln=lln, version=version).value for value in sorted(values))
    if isinstance(high, int):
        assert isinstance(low, int)
        assert low >= high


@settings(max_examples=200, deadline=None)
@given(
    term=st.sampled_from([*LLN, "OTHER"]), version=st.sampled_from(list(ctcae.TABLES)),
    value=st.one_of(st.none(), VALUES, VALUES.map(lambda one: -one)), lln=st.one_of(st.none(), VALUES),
)  # fmt: skip
def test_every_clause_flag_and_basis_is_listed(
    term: str, version: str, value: Decimal | None, lln: Decimal | None
) -> None:
    verdict = ctcae.grade(term, value, lln=lln, version=version)
    assert verdict.clause in ctcae.CLAUSES
    assert set(verdict.flags) <= set(ctcae.FLAGS)
    assert verdict.basis in ctcae.BASES
    assert set(re.findall(r"{(\w+)}", verdict.clause)) == set(verdict.shown)


def test_a_limit_that_is_no_number_of_any_kind_is_not_recorded() -> None:
    from decimal import Decimal

    blank = ctcae.grade("ALT increased", Decimal(100), uln=None)
    assert [ctcae.grade("ALT increased", Decimal(100), uln=Decimal(one)) for one in ("sNaN", "NaN")] == [blank, blank]
