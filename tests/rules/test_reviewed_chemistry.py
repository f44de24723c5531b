"""Second reading of CTCAE for liver, kidney, clotting, salts, glucose, CPK and LDH: printed cells, read by a reader of their own.

A cell is typed as it is printed, in SI units, with the references by name: ">3.0 - 5.0 ULN", "1.5 - 3.0 BASE", "<LLN - 30".
A bound is left out only where "<" or ">" stands before it. Beside each bound the worst cell that holds the value is the grade.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from trial.rules import ctcae
from trial.rules.ctcae import TABLES, grade
from trial.rules.laboratory import grade as grade_of_item
from trial.rules.reference import Limits

V4, V5, V6 = "ctcae_4_03", "ctcae_5", "ctcae_6"
NORMAL = {"uln": "40", "baseline": "40"}  # a baseline at the limit is normal
HIGH = {"uln": "40", "baseline": "41"}
OF_LIMIT = ">ULN - 3.0 ULN", ">3.0 ULN - 5.0 ULN", ">5.0 ULN - 20.0 ULN", ">20.0 ULN"
OF_ENZYME = ">ULN - 2.5 ULN", ">2.5 ULN - 5.0 ULN", ">5.0 ULN - 20.0 ULN", ">20.0 ULN"
OF_BILIRUBIN = ">ULN - 1.5 ULN", ">1.5 ULN - 3.0 ULN", ">3.0 ULN - 10.0 ULN", ">10.0 ULN"
NO = ""  # no cell, or one that no number decides

# Versions, term, what is given, cells of grade 1 to 4. Two ways to a grade, "or": parted by "|".
PRINTED: list[tuple[tuple[str, ...], str, dict[str, str], tuple[str, ...]]] = [
    *(((V5, V6), term, NORMAL, OF_LIMIT) for term in ("ALT_INCREASED", "AST_INCREASED")),
    *(((V4,), term, HIGH, OF_LIMIT) for term in ("ALT_INCREASED", "AST_INCREASED")),
    *(((V5,), term, HIGH, ("1.5 BASE - 3.0 BASE", ">3.0 BASE - 5.0 BASE", ">5.0 BASE - 20.0 BASE", ">20.0 BASE"))
      for term in ("ALT_INCREASED", "AST_INCREASED")),
    *(((V6,), term, HIGH, ("1.0 BASE - 1.5 BASE", ">1.5 BASE - 2.0 BASE", ">2.0 BASE - 4.0 BASE", ">4.0 BASE"))
      for term in ("ALT_INCREASED", "AST_INCREASED")),
    *(((V5,), term, NORMAL, OF_ENZYME) for term in ("ALP_INCREASED", "GGT_INCREASED")),
    *(((V4,), term, HIGH, OF_ENZYME) for term in ("ALP_INCREASED", "GGT_INCREASED")),
    *(((V5,), term, HIGH, ("2.0 BASE - 2.5 BASE", ">2.5 BASE - 5.0 BASE", ">5.0 BASE - 20.0 BASE", ">20.0 BASE"))
      for term in ("ALP_INCREASED", "GGT_INCREASED")),
    ((V6,), "ALP_INCREASED", NORMAL, (">ULN", NO, NO, NO)),
    ((V6,), "ALP_INCREASED", HIGH, (">BASE", NO, NO, NO)),
    ((V6,), "GGT_INCREASED", NORMAL, OF_ENZYME),
    ((V6,), "GGT_INCREASED", HIGH, ("1.0 BASE - 1.5 BASE", ">1.5 BASE - 3.0 BASE", ">3.0 BASE - 10.0 BASE", ">10.0 BASE")),
    ((V5, V6), "BILIRUBIN_INCREASED", NORMAL, OF_BILIRUBIN),
    ((V4,), "BILIRUBIN_INCREASED", HIGH, OF_BILIRUBIN),
    ((V5,), "BILIRUBIN_INCREASED", HIGH, (">1.0 BASE - 1.5 BASE", ">1.5 BASE - 3.0 BASE", ">3.0 BASE - 10.0 BASE", ">10.0 BASE")),
    ((V6,), "BILIRUBIN_INCREASED", HIGH, ("1.0 BASE - 1.5 BASE", ">1.5 BASE - 2.5 BASE", ">2.5 BASE - 10.0 BASE", ">10.0 BASE")),
    ((V5, V6), "LDH_INCREASED", {"uln": "250"}, (">ULN", NO, NO, NO)),
    ((V4, V5, V6), "HYPOALBUMINAEMIA", {"lln": "40"}, ("<LLN - 30", "<30 - 20", "<20", NO)),
    ((V4,), "CREATININE_INCREASED", {"uln": "97", "baseline": "60"},
     (">ULN - 1.5 ULN|>BASE - 1.5 BASE", ">1.5 ULN - 3.0 ULN|>1.5 BASE - 3.0 BASE", ">3.0 ULN - 6.0 ULN|>3.0 BASE", ">6.0 ULN")),
    ((V5,), "CREATININE_INCREASED", {"uln": "97", "baseline": "60"},
     (">ULN - 1.5 ULN", ">1.5 ULN - 3.0 ULN|>1.5 BASE - 3.0 BASE", ">3.0 ULN - 6.0 ULN|>3.0 BASE", ">6.0 ULN")),
    ((V6,), "CREATININE_INCREASED", {"lln": "57", "uln": "97", "baseline": "57"},
     (">ULN - 1.5 ULN", ">1.5 ULN - 3.0 ULN", ">3.0 ULN - 6.0 ULN", ">6.0 ULN")),
    ((V6,), "CREATININE_INCREASED", {"lln": "57", "uln": "97", "baseline": "56"},  # "if baseline is below LLN"
     (">ULN - 1.5 ULN", ">1.5 ULN - 3.0 ULN|>1.5 BASE - 3.0 BASE", ">3.0 ULN - 6.0 ULN|>3.0 BASE", ">6.0 ULN")),
    ((V4, V5), "CPK_INCREASED", {"uln": "310"}, (">ULN - 2.5 ULN", ">2.5 ULN - 5 ULN", ">5 ULN - 10 ULN", ">10 ULN")),
    ((V4,), "INR_INCREASED", {"uln": "1.15"}, (">1 ULN - 1.5 ULN", ">1.5 ULN - 2.5 ULN", ">2.5 ULN", NO)),
    ((V5, V6), "INR_INCREASED", {"anticoagulated": "N"}, (">1.2 - 1.5", ">1.5 - 2.5", ">2.5", NO)),
    ((V4, V5, V6), "INR_INCREASED", {"uln": "1.15", "baseline": "2.2", "anticoagulated": "Y"},
     (">1 BASE - 1.5 BASE", ">1.5 BASE - 2.5 BASE", ">2.5 BASE", NO)),
    ((V4, V5, V6), "APTT_PROLONGED", {"uln": "37"}, (">ULN - 1.5 ULN", ">1.5 ULN - 2.5 ULN", ">2.5 ULN", NO)),
    ((V5, V6), "FIBRINOGEN_DECREASED", {"lln": "2.4", "baseline": "2.4"},  # at the limit: not abnormal
     ("<1.0 LLN - 0.75 LLN", "<0.75 LLN - 0.5 LLN", "<0.5 LLN - 0.25 LLN", "<0.25 LLN|<0.5")),
    ((V4, V5, V6), "HYPOKALAEMIA", {"lln": "3.5", "symptomatic": "N"}, ("<LLN - 3.0", NO, "<3.0 - 2.5", "<2.5")),
    ((V4, V5, V6), "HYPOKALAEMIA", {"lln": "3.5", "symptomatic": "Y"}, (NO, "<LLN - 3.0", "<3.0 - 2.5", "<2.5")),
    ((V4, V5, V6), "HYPERKALAEMIA", {"uln": "5.3"}, (">ULN - 5.5", ">5.5 - 6.0", ">6.0 - 7.0", ">7.0")),
    ((V4,), "HYPONATRAEMIA", {"lln": "137"}, ("<LLN - 130", NO, "<130 - 120", "<120")),
    # 5.0 prints "125-129" and "120-124" in whole numbers; 6.0 prints what it means.
    ((V5, V6), "HYPONATRAEMIA", {"lln": "137", "symptomatic": "N"}, ("<LLN - 130", "125 - <130", "120 - <125", "<120")),
    ((V5, V6), "HYPONATRAEMIA", {"lln": "137", "symptomatic": "Y"}, ("<LLN - 130", NO, "125 - <130|120 - <125", "<120")),
    ((V4, V5, V6), "HYPERNATRAEMIA", {"uln": "147"}, (">ULN - 150", ">150 - 155", ">155 - 160", ">160")),
    ((V4, V5, V6), "HYPOCALCAEMIA", {"lln": "2.11"}, ("<LLN - 2.0", "<2.0 - 1.75", "<1.75 - 1.5", "<1.5")),
    ((V4, V5, V6), "HYPERCALCAEMIA", {"uln": "2.52"}, (">ULN - 2.9", ">2.9 - 3.1", ">3.1 - 3.4", ">3.4")),
    ((V4, V5, V6), "HYPOMAGNESAEMIA", {"lln": "0.75"}, ("<LLN - 0.5", "<0.5 - 0.4", "<0.4 - 0.3", "<0.3")),
    ((V4, V5, V6), "HYPERMAGNESAEMIA", {"uln": "1.02"}, (">ULN - 1.23", NO, ">1.23 - 3.30", ">3.30")),
    ((V4,), "HYPOPHOSPHATAEMIA", {"lln": "0.85"}, ("<LLN - 0.8", "<0.8 - 0.6", "<0.6 - 0.3", "<0.3")),
    ((V4, V5, V6), "HYPOGLYCAEMIA", {"lln": "3.9"}, ("<LLN - 3.0", "<3.0 - 2.2", "<2.2 - 1.7", "<1.7")),
]  # fmt: skip
BOUND = re.compile(r"([<>]?)\s*([\d.]*)\s*(LLN|ULN|BASE|)")
STEP = Decimal("0.001")


def bound(text: str, given: dict[str, str]) -> tuple[str, Decimal]:
    """The sign before a bound, and the bound as a number."""
    sign, number, of = BOUND.fullmatch(text.strip()).groups()  # type: ignore[union-attr]
    reference = {"": "1", "LLN": given.get("lln"), "ULN": given.get("uln"), "BASE": given.get("baseline")}[of]
    return sign, Decimal(number or 1) * Decimal(str(reference))


def holds(cell: str, value: Decimal, given: dict[str, str]) -> bool:
    """Whether a printed cell holds the value: "<a - b" is b <= x < a, ">a - b" is a < x <= b, "a - <b" is a <= x < b."""
    ends = [bound(end, given) for end in cell.split(" - ")]
    (sign, first), (second_sign, second) = ends[0], ends[-1]
    if len(ends) == 1:
        return value < first if sign == "<" else value > first
    if sign == "<":
        return second <= value < first
    lower = value > first if sign == ">" else value >= first
    return lower and (value < second if second_sign == "<" else value <= second)


def printed_grade(cells: tuple[str, ...], value: Decimal, given: dict[str, str]) -> int:
    ways = [(number, way) for number, cell in enumerate(cells, 1) if cell for way in cell.split("|")]
    return max((number for number, way in ways if holds(way, value, given)), default=0)


def readings() -> Iterator[tuple[str, str, dict[str, str], Decimal, int]]:
    """Each bound of each cell, and a step to both sides of it, with the grade as printed."""
    for versions, term, given, cells in PRINTED:
        ends = {bound(end, given)[1] for cell in cells if cell for way in cell.split("|") for end in way.split(" - ")}
        for value in sorted({end + step for end in ends for step in (-STEP, Decimal(0), STEP)}):
            for version in versions:
                yield version, term, given, value, printed_grade(cells, value, given)


@pytest.mark.parametrize(("version", "term", "given", "value", "expected"), list(readings()))
def test_a_value_at_and_beside_each_printed_bound(
    version: str, term: str, given: dict[str, str], value: Decimal, expected: int
) -> None:
    numbers = {
        name: text if name in ("symptomatic", "anticoagulated") else Decimal(text) for name, text in given.items()
    }
    found: Any = grade(term, value, version=version, **numbers)  # type: ignore[arg-type]
    assert found.value == expected, found.sentence


def test_every_term_of_every_version_was_read_but_the_cytopenias() -> None:
    read = {(version, term) for versions, term, *_ in PRINTED for version in versions}
    rows = {(version, row.term) for version, table in TABLES.items() for row in table.rows}
    blood = set(ctcae.TERM_OF_ITEM.values())
    assert {one for one in rows if one[1] not in blood} - read == {(V4, "FIBRINOGEN_DECREASED")}  # read below


# --- clauses that a cell does not show


@pytest.mark.parametrize("version", [V5, V6])
@pytest.mark.parametrize(
    ("value", "expected"),
    [("1.6", 0), ("1.59", 1), ("1.21", 1), ("1.20", 2), ("0.81", 2), ("0.80", 3), ("0.50", 3), ("0.49", 4)],
)
def test_fibrinogen_from_an_abnormal_baseline_is_graded_by_its_fall_and_always_4_below_half_a_gram(
    version: str, value: str, expected: int
) -> None:
    """From 1.6 g/L, below the limit of 2.0: 25 % less is 1.2, 50 % 0.8, 75 % 0.4; below 0.5 g/L is grade 4 before that."""
    found = grade("FIBRINOGEN_DECREASED", Decimal(value), lln=Decimal(2), baseline=Decimal("1.6"), version=version)
    assert found.value == expected


def test_fibrinogen_fallen_by_three_quarters_is_grade_4_above_half_a_gram() -> None:
    found = [
        grade("FIBRINOGEN_DECREASED", Decimal(value), lln=Decimal(4), baseline=Decimal("3.6"), version=V5).value
        for value in ("0.91", "0.90")
    ]
    assert found == [3, 4]


@pytest.mark.parametrize(("value", "expected"), [("4.0", 0), ("3.9", 1), ("3.0", 2), ("2.0", 3), ("1.0", 4)])
def test_fibrinogen_of_4_03_counts_a_fall_within_normal_limits(value: str, expected: int) -> None:
    assert (
        grade("FIBRINOGEN_DECREASED", Decimal(value), lln=Decimal(1), baseline=Decimal(4), version=V4).value == expected
    )


@pytest.mark.parametrize(
    ("term", "value", "given", "expected", "flag"),
    [
        ("HYPOALBUMINAEMIA", "29", {}, 2, ""),  # an absolute cell needs no limit of normal
        ("HYPOALBUMINAEMIA", "30", {}, None, "LLN_MISSING"),  # grade 1 or 0
        ("HYPOKALAEMIA", "2.9", {}, 3, ""),
        ("HYPERKALAEMIA", "5.5", {}, None, "ULN_MISSING"),
        ("HYPERKALAEMIA", "5.6", {}, 2, ""),
        ("ALT_INCREASED", "1000", {"baseline": "30"}, None, "ULN_MISSING"),
        (
            "CREATININE_INCREASED",
            "120",
            {"baseline": "60"},
            2,
            "ULN_MISSING",
        ),  # twice the baseline, perhaps more by the limit
        ("CREATININE_INCREASED", "150", {"uln": "97"}, 2, "BASELINE_VALUE_MISSING"),
        ("FIBRINOGEN_DECREASED", "0.4", {}, 4, ""),
        ("LDH_INCREASED", "900", {}, None, "ULN_MISSING"),
    ],
)
def test_a_limit_that_is_missing_leaves_open_what_depends_on_it_and_nothing_else(
    term: str, value: str, given: dict[str, str], expected: int | None, flag: str
) -> None:
    found = grade(term, Decimal(value), version=V5, **{name: Decimal(text) for name, text in given.items()})  # type: ignore[arg-type]
    assert found.value == expected
    assert flag in found.flags if flag else not {one for one in found.flags if one.endswith("_MISSING")}


@pytest.mark.parametrize("version", [V5, V6])
def test_an_anticoagulated_inr_without_its_baseline_is_not_graded_and_without_the_answer_it_is_by_the_numbers(
    version: str,
) -> None:
    assert grade("INR_INCREASED", Decimal("2.4"), anticoagulated="Y", version=version).value is None
    unknown = grade("INR_INCREASED", Decimal("2.4"), version=version)
    assert (unknown.value, "ANTICOAGULATION_NOT_RECORDED" in unknown.flags) == (2, True)


def test_magnesium_is_graded_on_both_sides() -> None:
    limits = Limits(Decimal("0.75"), Decimal("1.02"))
    found = [
        grade_of_item("magnesium", Decimal(v), limits=limits, version=V5).value for v in ("0.6", "0.9", "1.1", "2.0")
    ]
    assert found == [1, 0, 1, 3]


def test_5_and_6_print_no_numbers_for_phosphate_and_no_grade_is_made_up() -> None:
    limits = Limits(Decimal("0.85"), Decimal("1.51"))
    verdicts = [grade_of_item("phosphate", Decimal("0.2"), limits=limits, version=version) for version in (V4, V5, V6)]
    assert [one.value for one in verdicts] == [4, None, None]
