"""CTCAE for liver, kidney, clotting and salts: ladders typed from the criteria, and a walk over every row of the tables."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.rules.ctcae_ladders import LADDERS
from trial.rules import ctcae, ctcae_conditions
from trial.rules.ctcae_conditions import Situation, applies
from trial.rules.ctcae_limits import Bound, Limit, Table
from trial.rules.verdict import Verdict

VERSIONS = list(ctcae.TABLES)
TERMS = sorted({term for table in ctcae.TABLES.values() for term in table.names})
EPSILON = Decimal("0.0001")
WORKED = json.loads((Path(__file__).parent.parent / "worked" / "ctcae.json").read_text(encoding="utf-8"))["analytes"]


def grade(term: str, value: Any, version: str = "ctcae_5", **given: Any) -> Verdict:
    return ctcae.grade(term, value, version=version, **given)


# --- ladders typed from the criteria


def rungs() -> Iterator[tuple[str, str, dict[str, Any], Decimal, int, int, int]]:
    """Version, term, what is given, a bound, and the grades just on its better side, at it and just on its worse side."""
    for versions, term, given, ladder in LADDERS:
        steps = ladder.split()
        for mild, step, severe in zip(steps[::2], steps[1::2], steps[2::2], strict=False):
            near, number, far = re.fullmatch(r"([<≤>≥])([\d.]+)([<≤>≥])", step).groups()  # type: ignore[union-attr]
            assert (near in "<≤") == (far in "<≤") and (near in "≤≥") != (far in "≤≥"), step
            at = int(mild) if near in "≤≥" else int(severe)
            better, worse = (int(mild), int(severe)) if near in "<≤" else (int(severe), int(mild))
            for version in versions.split():
                yield version, term, given, Decimal(number), better, at, worse


@pytest.mark.parametrize(("version", "term", "given", "bound", "below", "at", "above"), list(rungs()))
def test_each_rung_from_both_sides(
    version: str, term: str, given: dict[str, Any], bound: Decimal, below: int, at: int, above: int
) -> None:
    verdicts = [grade(term, value, version, **given) for value in (bound - EPSILON, bound, bound + EPSILON)]
    assert [one.value for one in verdicts] == [below, at, above], [one.sentence for one in verdicts]
    assert all(one.version == version and one.basis == ctcae.TABLES[version].basis for one in verdicts)


def test_the_ladders_cover_every_term_of_every_version_but_the_cytopenias() -> None:
    typed = {(version, term) for versions, term, *_ in LADDERS for version in versions.split()}
    printed = {(version, term) for version, table in ctcae.TABLES.items() for term in table.names}
    assert printed - typed == {(version, term) for version, term in printed if term in ctcae.TERM_OF_ITEM.values()}
    assert typed <= printed


@pytest.mark.parametrize(("version", "absent"), [
    ("ctcae_4_03", {"LDH_INCREASED"}), ("ctcae_5", {"HYPOPHOSPHATAEMIA"}),
    ("ctcae_6", {"LYMPHOPENIA", "CPK_INCREASED", "HYPOPHOSPHATAEMIA"}),
])  # fmt: skip
def test_what_a_version_does_not_print_it_does_not_grade(version: str, absent: set[str]) -> None:
    table = ctcae.TABLES[version]
    assert set(table.names) == {row.term for row in table.rows} == set(TERMS) - absent
    for term in absent:
        assert grade(term, 1, version, lln=2, uln=3, baseline=2).clause == ctcae.NO_ROWS
        assert ctcae.unit_of(term, version) is None


# --- the walk: every row of every table

# References of each term as (LLN, ULN, a normal baseline, a high one, a low one).
REFERENCES = {
    "ALT_INCREASED": (7, 40, 30, 90, 5), "AST_INCREASED": (13, 35, 20, 80, 9), "ALP_INCREASED": (45, 125, 70, 300, 30),
    "GGT_INCREASED": (10, 60, 30, 200, 8), "BILIRUBIN_INCREASED": (3, 21, 12, 40, 2), "LDH_INCREASED": (120, 250, 180, 600, 90),
    "CREATININE_INCREASED": (57, 111, 80, 190, 40), "CPK_INCREASED": (50, 310, 100, 700, 30),
    "FIBRINOGEN_DECREASED": (2, 4, 3, 5, Decimal("1.6")), "INR_INCREASED": (Decimal("0.8"), Decimal("1.2"), 1, 2, Decimal("0.7")),
    "APTT_PROLONGED": (25, 37, 30, 50, 20), "HYPOALBUMINAEMIA": (40, 55, 45, 60, 32),
}  # fmt: skip
SALT = {"sodium": (137, 147), "potassium": (Decimal("3.5"), Decimal("5.3")), "corrected_calcium": (Decimal("2.1"), Decimal("2.6")),
        "magnesium": (Decimal("0.75"), 1), "phosphate": (Decimal("0.85"), Decimal("1.5")), "glucose": (Decimal("3.9"), 6)}  # fmt: skip
COUNTS = {"NEUTROPENIA": 2, "LEUKOPENIA": 4, "LYMPHOPENIA": 1, "THROMBOCYTOPENIA": 125, "ANAEMIA": 130}
REFERENCES |= {
    term: (low, high, low, high, low) for item, (low, high) in SALT.items() for term in ctcae.TERMS_OF_ITEM[item]
}
REFERENCES |= {term: (low, 9 * low, low, low, low) for term, low in COUNTS.items()}


def situations(term: str) -> Iterator[dict[str, Any]]:
    lln, uln, *baselines = REFERENCES[term]
    for baseline, yes, option in product(baselines, "YN", ("BY_BASELINE", "WORST")):
        yield {
            "lln": lln, "uln": uln, "baseline": baseline, "symptomatic": yes, "anticoagulated": yes,
            "options": ctcae.CtcaeOptions(fibrinogen=option),
        }  # fmt: skip


def holds(row: Limit, value: Decimal, given: dict[str, Any]) -> bool:
    """Whether a row takes a value, by its bounds alone."""

    def number(bound: Bound) -> Decimal:
        return bound.number * Decimal(given[bound.of.lower()] if bound.of else 1)

    above = row.lower is None or value > number(row.lower) or (row.lower_included and value == number(row.lower))
    below = row.upper is None or value < number(row.upper) or (row.upper_included and value == number(row.upper))
    names = {"LLN": given["lln"], "ULN": given["uln"], "BASELINE": given["baseline"]}
    yes = given["symptomatic"] == "Y"
    return above and below and bool(applies(row.when, Situation(value, names, yes, yes, given["options"])))


def probes(rows: list[Limit], given: dict[str, Any]) -> Iterator[Decimal]:
    bounds = {
        bound.number * Decimal(given[bound.of.lower()] if bound.of else 1)
        for row in rows for bound in (row.lower, row.upper) if bound
    }  # fmt: skip
    for bound in sorted(bounds):
        yield from (bound - EPSILON, bound, bound + EPSILON)
    yield from (min(bounds) / 2, max(bounds) * 3)


@pytest.mark.parametrize("table", list(ctcae.TABLES.values()), ids=lambda table: table.version)
def test_no_value_lies_in_two_rows_and_every_row_is_the_answer_to_some_value(table: Table) -> None:
    decided = set()
    for term in table.names:
        rows = [row for row in table.rows if row.term == term]
        for given in situations(term):
            for value in probes(rows, given):
                inside = [row for row in rows if holds(row, value, given)]
                ways = [row.way for row in inside]
                assert len(ways) == len(set(ways)), (term, value, given)
                worst = max((row.grade for row in inside), default=0)
                verdict = grade(term, value, table.version, **given)
                assert verdict.value == worst, (term, value, given, verdict.sentence)
                assert set(verdict.flags) <= {"WITHIN_REFERENCE_RANGE"}, "all is recorded: nothing is assumed"
                decided |= {row for row in inside if row.grade == worst}
    assert decided == set(table.rows)


@pytest.mark.parametrize("table", list(ctcae.TABLES.values()), ids=lambda table: table.version)
def test_a_term_has_one_unit_and_one_direction_and_grades_1_to_4(table: Table) -> None:
    for term in table.names:
        rows = [row for row in table.rows if row.term == term]
        assert {row.unit for row in rows} == {ctcae.unit_of(term, table.version)}
        assert len({row.direction for row in rows}) == 1
        assert {row.grade for row in rows} <= {1, 2, 3, 4}
        assert all(row.when in ("", *ctcae_conditions.CONDITIONS) for row in rows)


def test_units_are_those_of_the_forms() -> None:
    units = {item: {ctcae.unit_of(term, "ctcae_4_03") for term in terms} for item, terms in ctcae.TERMS_OF_ITEM.items()}
    assert units.pop("ldh") == {None} and ctcae.unit_of("LDH_INCREASED") == "U/L"
    assert units == {
        **dict.fromkeys(("alt", "ast", "alp", "ggt", "ck"), {"U/L"}), **dict.fromkeys(("bilirubin", "creatinine"), {"umol/L"}),
        **dict.fromkeys(("potassium", "sodium", "corrected_calcium", "magnesium", "phosphate", "glucose"), {"mmol/L"}),
        **dict.fromkeys(("albumin", "fibrinogen"), {"g/L"}), "inr": {"ratio"}, "aptt": {"s"},
    }  # fmt: skip
    both = [*ctcae.TERM_OF_ITEM.values(), *(term for terms in ctcae.TERMS_OF_ITEM.values() for term in terms)]
    assert sorted(both) == TERMS


# --- what is not recorded


@pytest.mark.parametrize(("term", "version", "value", "given", "expected", "flags"), [
    # every grade is a multiple of the limit of normal
    ("ALT_INCREASED", "ctcae_5", 9000, {}, None, ("ULN_MISSING",)),
    ("ALT_INCREASED", "ctcae_5", 9000, {"baseline": 30}, None, ("ULN_MISSING",)),
    ("CPK_INCREASED", "ctcae_5", 1, {}, None, ("ULN_MISSING",)),
    # baseline missing: taken to have been normal; a normal value is grade 0 in any case
    ("ALT_INCREASED", "ctcae_5", 130, {"uln": 40}, 2, ("BASELINE_ASSUMED_NORMAL",)),
    ("ALT_INCREASED", "ctcae_5", 40, {"uln": 40}, 0, ()),
    ("ALT_INCREASED", "ctcae_4_03", 130, {"uln": 40}, 2, ()),
    ("ALP_INCREASED", "ctcae_6", 126, {"uln": 125}, 1, ("BASELINE_ASSUMED_NORMAL",)),
    # only grade 1 and less depend on the limit of normal
    ("HYPERKALAEMIA", "ctcae_5", "5.5", {}, None, ("ULN_MISSING",)),
    ("HYPERKALAEMIA", "ctcae_5", "5.51", {}, 2, ()),
    ("HYPOMAGNESAEMIA", "ctcae_6", "0.5", {}, None, ("LLN_MISSING",)),
    # creatinine: the baseline may add a grade, the limit of normal may add one
    ("CREATININE_INCREASED", "ctcae_5", 100, {"uln": 111}, 0, ("BASELINE_VALUE_MISSING",)),
    ("CREATININE_INCREASED", "ctcae_5", 200, {"uln": 111}, 2, ("BASELINE_VALUE_MISSING",)),
    ("CREATININE_INCREASED", "ctcae_5", 400, {"uln": 111}, 3, ()),
    ("CREATININE_INCREASED", "ctcae_5", 90, {"baseline": 80}, None, ("ULN_MISSING",)),
    ("CREATININE_INCREASED", "ctcae_5", 130, {"baseline": 80}, 2, ("ULN_MISSING",)),
    ("CREATININE_INCREASED", "ctcae_5", 250, {"baseline": 80}, 3, ("ULN_MISSING",)),
    ("CREATININE_INCREASED", "ctcae_5", 250, {}, None, ("ULN_MISSING", "BASELINE_VALUE_MISSING")),
    ("CREATININE_INCREASED", "ctcae_6", 100, {"uln": 111, "baseline": 80}, 0, ()),
    ("CREATININE_INCREASED", "ctcae_6", 100, {"uln": 111, "baseline": 50}, 0, ("BASELINE_ASSUMED_NOT_LOW",)),
    ("CREATININE_INCREASED", "ctcae_6", 100, {"uln": 111, "baseline": 50, "lln": 57}, 2, ("WITHIN_REFERENCE_RANGE",)),
    ("CREATININE_INCREASED", "ctcae_6", 100, {"uln": 111, "lln": 57}, 0, ("BASELINE_ASSUMED_NOT_LOW",)),
    # fibrinogen: below 0.5 g/L always grade 4
    ("FIBRINOGEN_DECREASED", "ctcae_5", "0.49", {}, 4, ()),
    ("FIBRINOGEN_DECREASED", "ctcae_5", "0.5", {}, None, ("LLN_MISSING",)),
    ("FIBRINOGEN_DECREASED", "ctcae_5", "1.2", {"lln": 2}, 2, ("BASELINE_ASSUMED_NOT_LOW",)),
    ("FIBRINOGEN_DECREASED", "ctcae_5", "2", {"lln": 2}, 0, ()),
    ("FIBRINOGEN_DECREASED", "ctcae_4_03", "1.2", {"lln": 2}, 2, ("BASELINE_VALUE_MISSING",)),
    ("FIBRINOGEN_DECREASED", "ctcae_4_03", "1.2", {"baseline": 3}, 3, ("LLN_MISSING",)),
    ("FIBRINOGEN_DECREASED", "ctcae_4_03", "2.9", {"lln": 2}, 0, ("BASELINE_VALUE_MISSING",)),
    ("FIBRINOGEN_DECREASED", "ctcae_4_03", "2.9", {"lln": 2, "baseline": 5}, 2, ("WITHIN_REFERENCE_RANGE",)),
    # anticoagulation
    ("INR_INCREASED", "ctcae_5", "1.6", {}, 2, ("ANTICOAGULATION_NOT_RECORDED",)),
    ("INR_INCREASED", "ctcae_5", "1.1", {"anticoagulated": "U"}, 0, ("ANTICOAGULATION_NOT_RECORDED",)),
    ("INR_INCREASED", "ctcae_5", "1.6", {"baseline": 1}, 2, ()),
    ("INR_INCREASED", "ctcae_5", "2.6", {"baseline": 2}, 3, ("ANTICOAGULATION_NOT_RECORDED",)),
    ("INR_INCREASED", "ctcae_5", "1.6", {"anticoagulated": "N"}, 2, ()),
    ("INR_INCREASED", "ctcae_5", "1.6", {"anticoagulated": "Y"}, None, ("BASELINE_VALUE_MISSING",)),
    ("INR_INCREASED", "ctcae_4_03", "1.6", {"anticoagulated": "N"}, None, ("ULN_MISSING",)),
    # a range of two grades: the milder one unless symptoms are recorded
    ("HYPOKALAEMIA", "ctcae_5", "3.2", {"lln": "3.5"}, 1, ("SYMPTOMS_NOT_RECORDED",)),
    ("HYPOKALAEMIA", "ctcae_5", "3.2", {"lln": "3.5", "symptomatic": "U"}, 1, ("SYMPTOMS_NOT_RECORDED",)),
    ("HYPOKALAEMIA", "ctcae_5", "3.2", {"lln": "3.5", "symptomatic": "N"}, 1, ()),
    ("HYPOKALAEMIA", "ctcae_5", "3.2", {"lln": "3.5", "symptomatic": "Y"}, 2, ()),
    ("HYPOKALAEMIA", "ctcae_5", "2.9", {"lln": "3.5"}, 3, ()),
    ("HYPOKALAEMIA", "ctcae_5", "3.5", {"lln": "3.5"}, 0, ()),
    ("HYPOKALAEMIA", "ctcae_5", "3.2", {}, None, ("LLN_MISSING",)),
    ("HYPONATRAEMIA", "ctcae_5", 127, {}, 2, ("SYMPTOMS_NOT_RECORDED",)),
    ("HYPONATRAEMIA", "ctcae_5", 124, {}, 3, ()),
    ("HYPONATRAEMIA", "ctcae_4_03", 127, {}, 3, ()),
])  # fmt: skip
def test_what_is_not_recorded_is_said(
    term: str, version: str, value: Any, given: dict[str, Any], expected: int | None, flags: tuple[str, ...]
) -> None:
    verdict = grade(term, Decimal(value), version, **given)
    assert (verdict.value, verdict.flags) == (expected, flags), verdict.sentence


@pytest.mark.parametrize("reference", [0, -1, float("nan"), float("inf"), ""])
def test_a_reference_that_is_no_positive_number_counts_as_not_recorded(reference: Any) -> None:
    assert grade("LDH_INCREASED", 300, uln=reference).flags == ("ULN_MISSING",)
    assert grade("CREATININE_INCREASED", 100, uln=111, baseline=reference).flags == ("BASELINE_VALUE_MISSING",)


# --- readings


def test_with_an_abnormal_baseline_version_6_is_stricter_than_version_5() -> None:
    values = {version: grade("ALT_INCREASED", 370, version, uln=40, baseline=90).value for version in VERSIONS}
    assert values == {"ctcae_4_03": 3, "ctcae_5": 2, "ctcae_6": 4}


def test_a_baseline_at_the_limit_of_normal_is_normal() -> None:
    assert grade("ALT_INCREASED", 41, uln=40, baseline=40).value == 1
    assert grade("ALT_INCREASED", 41, uln=40, baseline=Decimal("40.1")).value == 0
    assert grade("FIBRINOGEN_DECREASED", Decimal("1.9"), lln=2, baseline=2).shown["limits"].endswith("LLN (2.0)")
    assert "BASELINE" in grade("FIBRINOGEN_DECREASED", Decimal("1.9"), lln=2, baseline=Decimal("1.95")).shown["limits"]


def test_alkaline_phosphatase_of_version_6_must_exceed_baseline_and_limit() -> None:
    both = [(126, 100), (126, 125), (126, 126), (300, 290), (290, 290), (1, 290)]
    assert [grade("ALP_INCREASED", value, "ctcae_6", uln=125, baseline=base).value for value, base in both] == [
        1, 1, 0, 1, 0, 0,
    ]  # fmt: skip


def test_the_worst_way_of_creatinine_counts() -> None:
    by_baseline = grade("CREATININE_INCREASED", 100, uln=111, baseline=30)
    assert (by_baseline.value, by_baseline.flags) == (3, ("WITHIN_REFERENCE_RANGE",))
    assert grade("CREATININE_INCREASED", 400, uln=111, baseline=300).value == 3  # 3.6 x ULN, 1.3 x baseline
    assert grade("CREATININE_INCREASED", 700, uln=111, baseline=690).value == 4
    assert (
        grade("CREATININE_INCREASED", 81, "ctcae_4_03", uln=111, baseline=80).value == 1
    )  # any rise above the baseline


@pytest.mark.parametrize(("value", "baseline", "by_baseline", "worst", "printed_with_or"), [
    ("1.2", "4.0", 2, 3, 3), ("1.2", "6.0", 2, 4, 4), ("1.2", "1.6", 2, 2, 2), ("1.5", "1.6", 1, 1, 1),
    ("0.9", "1.6", 2, 3, 3), ("1.6", "1.6", 0, 1, 1), ("1.9", "1.6", 0, 1, 1), ("2.0", "9.0", 0, 0, 4),
    ("0.49", "0.5", 4, 4, 4),
])  # fmt: skip
def test_fibrinogen_by_baseline_or_the_worse_of_both(
    value: str, baseline: str, by_baseline: int, worst: int, printed_with_or: int
) -> None:
    given = {"lln": 2, "baseline": Decimal(baseline)}
    found = [
        grade("FIBRINOGEN_DECREASED", Decimal(value), version, options=ctcae.CtcaeOptions(fibrinogen=option), **given).value
        for version in ("ctcae_5", "ctcae_6") for option in ("BY_BASELINE", "WORST")
    ]  # fmt: skip
    assert found == [by_baseline, worst] * 2
    assert grade("FIBRINOGEN_DECREASED", Decimal(value), "ctcae_4_03", **given).value == printed_with_or


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError):
        ctcae.CtcaeOptions(fibrinogen="BEST")


def test_a_sentence_names_every_way_to_the_mildest_grade() -> None:
    verdict = grade("CREATININE_INCREASED", 80, "ctcae_4_03", uln=111, baseline=80)
    assert verdict.sentence == (
        "80.0 umol/L lies within the limits of no grade; grade 1 would be "
        "ULN (111.0) < x ≤ 1.5 × ULN (166.5); BASELINE (80.0) < x ≤ 1.5 × BASELINE (120.0)."
    )


def test_binary_noise_of_a_multiple_does_not_change_the_grade() -> None:
    assert 3 * 36.7 > 110.1  # binary
    assert grade("ALT_INCREASED", 110.1, uln=36.7, baseline=20.1).value == 1
    assert grade("ALT_INCREASED", 3 * 36.7, uln=36.7, baseline=20.1).value == 1


# --- corrected calcium


@pytest.mark.parametrize(("calcium", "albumin", "expected"), [
    ("2.30", "40", "2.30"), ("2.00", "30", "2.20"), ("1.83", "26", "2.11"), ("2.60", "45", "2.50"), (2.1, 30, "2.3"),
])  # fmt: skip
def test_calcium_is_corrected_by_a_fiftieth_of_a_millimole_for_each_gram_of_albumin(
    calcium: Any, albumin: Any, expected: str
) -> None:
    assert ctcae.corrected_calcium(calcium, albumin) == Decimal(expected)


@pytest.mark.parametrize("missing", [None, "", float("nan"), float("inf"), -1])
def test_calcium_is_not_corrected_without_both_values(missing: Any) -> None:
    assert ctcae.corrected_calcium(missing, 40) is None
    assert ctcae.corrected_calcium(2.3, missing) is None


def test_a_correction_may_change_the_grade() -> None:
    total, corrected = Decimal("1.95"), ctcae.corrected_calcium(Decimal("1.95"), 25)
    assert [grade("HYPOCALCAEMIA", value, lln=Decimal("2.1")).value for value in (total, corrected)] == [2, 0]


# --- worked examples


@pytest.mark.parametrize("case", WORKED, ids=lambda case: case["source"])
def test_a_worked_example(case: dict[str, Any]) -> None:
    given = {name: Decimal(case[name]) for name in ("lln", "uln", "baseline") if name in case}
    given |= {name: case[name] for name in ("symptomatic", "anticoagulated") if name in case}
    verdict = grade(case["term"], Decimal(case["value"]), case["version"], **given)
    assert verdict.value == case["grade"], verdict.sentence
    assert verdict.flags == tuple(case.get("flags", ()))


def test_there_is_a_worked_example_of_every_term() -> None:
    assert {case["term"] for case in WORKED} == set(TERMS) - set(ctcae.TERM_OF_ITEM.values())


# --- properties

SCALE = {term: max(REFERENCES[term]) for term in TERMS}
PARTS = st.decimals(min_value=0, max_value=25, places=2)
GIVEN = st.fixed_dictionaries({
    **{name: st.one_of(st.none(), st.decimals(min_value="0.05", max_value=4, places=2)) for name in ("lln", "uln", "baseline")},
    "symptomatic": st.sampled_from(["Y", "N", "U", None]), "anticoagulated": st.sampled_from(["Y", "N", "U", None]),
    "options": st.sampled_from([ctcae.CtcaeOptions(), ctcae.CtcaeOptions(fibrinogen="WORST")]),
})  # fmt: skip


def scaled(term: str, given: dict[str, Any]) -> dict[str, Any]:
    """References as parts of a usual size of this term."""
    return {
        name: part * SCALE[term] if isinstance(part, Decimal) else part for name, part in given.items()
    }  # fmt: skip


@hypothesis.settings(max_examples=600, deadline=None)
@hypothesis.given(
    term=st.sampled_from(TERMS), version=st.sampled_from(VERSIONS), parts=st.tuples(PARTS, PARTS), given=GIVEN
)
def test_a_worse_value_never_lowers_the_grade(
    term: str, version: str, parts: tuple[Decimal, Decimal], given: dict[str, Any]
) -> None:
    rows = [row for row in ctcae.TABLES[version].rows if row.term == term]
    if not rows:
        return
    mild, severe = sorted((part * SCALE[term] for part in parts), reverse=rows[0].direction == "LOW")
    better, worse = (grade(term, value, version, **scaled(term, given)).value for value in (mild, severe))
    if isinstance(better, int) and better > 0:
        assert isinstance(worse, int)
    if isinstance(better, int) and isinstance(worse, int):
        assert worse >= better


@hypothesis.settings(max_examples=400, deadline=None)
@hypothesis.given(term=st.sampled_from([*TERMS, "OTHER"]), version=st.sampled_from(VERSIONS), part=PARTS, given=GIVEN)
def test_every_clause_flag_and_basis_is_listed_and_every_placeholder_filled(
    term: str, version: str, part: Decimal, given: dict[str, Any]
) -> None:
    size = SCALE.get(term, 1)
    given = scaled(term, given) if term in SCALE else given
    verdict = grade(term, part * size, version, **given)
    assert verdict.clause in ctcae.CLAUSES
    assert set(verdict.flags) <= set(ctcae.FLAGS)
    assert len(set(verdict.flags)) == len(verdict.flags)
    assert verdict.basis in ctcae.BASES
    assert set(re.findall(r"{(\w+)}", verdict.clause)) == set(verdict.shown)
    if verdict.value is not None:
        assert given["symptomatic"] not in ("Y", "N") or "SYMPTOMS_NOT_RECORDED" not in verdict.flags


@hypothesis.settings(max_examples=400, deadline=None)
@hypothesis.given(term=st.sampled_from(TERMS), version=st.sampled_from(VERSIONS), part=PARTS, given=GIVEN)
def test_recording_more_never_contradicts_a_grade_given_without_a_flag(
    term: str, version: str, part: Decimal, given: dict[str, Any]
) -> None:
    """What is missing is either flagged or does not matter: filling it in leaves an unflagged grade as it is."""
    given = scaled(term, given)
    value = part * SCALE[term]
    verdict = grade(term, value, version, **given)
    if verdict.value is None or set(verdict.flags) - {"WITHIN_REFERENCE_RANGE"}:
        return
    lln, uln, *baselines = REFERENCES[term]
    for baseline, yes in product(baselines, "YN"):
        usual = {"lln": lln, "uln": uln, "baseline": baseline, "symptomatic": yes, "anticoagulated": yes}
        filled = {name: usual.get(name) if part in (None, "U") else part for name, part in given.items()}
        later = grade(term, value, version, **filled)
        low, high = filled["lln"], filled["uln"]
        if low < high:
            assert later.value == verdict.value, (verdict.sentence, later.sentence)
