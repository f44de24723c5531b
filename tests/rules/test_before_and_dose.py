"""Body size, the dose that was given and the lines before the trial: worked cases, bounds, what is missing."""

import json
import math
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trial.rules import body_size, dose_given, prior_lines

FOLDER = Path(__file__).parent.parent / "worked"
BODY, DOSE, PRIOR = (
    json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("body_size", "dose_given", "prior_lines")
)
ITEMS = (
    "line",
    "proteasome_inhibitor",
    "refractory_pi",
    "immunomodulator",
    "refractory_imid",
    "anti_cd38",
    "refractory_cd38",
)
BLANK = (None, "", float("nan"))
NO_NUMBER = ("0", "-1", "Infinity", "1001", "1E+400", "1E-400")


def lines(*rows: Any) -> list[SimpleNamespace]:
    return [SimpleNamespace(**dict(zip(ITEMS, row, strict=True))) for row in rows]


@pytest.mark.parametrize("case", BODY["cases"], ids=lambda case: case["name"])
def test_body_surface_area(case: dict[str, Any]) -> None:
    found = body_size.surface(case["height"], case["weight"], body_size.BodyOptions(case["formula"]))
    assert found.value == case["value"]
    assert found.because[0].shown == {"index": case["index"]}


@pytest.mark.parametrize("blank", BLANK)
def test_body_size_names_what_is_missing(blank: Any) -> None:
    assert body_size.surface(blank, "70").clause == body_size.NO_HEIGHT
    assert body_size.surface("170", blank).clause == body_size.NO_WEIGHT
    assert body_size.surface("170", blank).value is None


@pytest.mark.parametrize("wrong", NO_NUMBER)
def test_a_body_size_that_nobody_has_gives_no_surface(wrong: str) -> None:
    for found in (body_size.surface(wrong, "70"), body_size.surface("170", wrong)):
        assert (found.value, found.clause) == (None, body_size.IMPOSSIBLE)


@given(
    st.decimals("100", "230", places=1), st.decimals("25", "250", places=1), st.decimals("0.1", "20", places=1)
)  # fmt: skip
def test_the_surface_is_that_of_binary_arithmetic_and_grows_with_weight(
    height: Decimal, weight: Decimal, more: Decimal
) -> None:
    def area(heavy: Decimal, formula: str) -> float:
        return float(str(body_size.surface(height, heavy, body_size.BodyOptions(formula)).value).split()[0])

    tall, heavy = float(height), float(weight)
    assert area(weight, "MOSTELLER") == pytest.approx(math.sqrt(tall * heavy / 3600), abs=0.00501)
    assert area(weight, "DU_BOIS") == pytest.approx(0.007184 * tall**0.725 * heavy**0.425, abs=0.00501)
    assert area(weight + more, "MOSTELLER") >= area(weight, "MOSTELLER")


def test_a_formula_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="MOSTELLER or DU_BOIS"):
        body_size.BodyOptions("HAYCOCK")


@pytest.mark.parametrize("case", DOSE["by_weight"], ids=lambda case: case["name"])
def test_dose_by_weight(case: dict[str, Any]) -> None:
    assert dose_given.by_weight(case["total"], case["weight"]).value == case["value"]


@pytest.mark.parametrize("case", DOSE["against_plan"], ids=lambda case: case["name"])
def test_dose_against_the_planned_level(case: dict[str, Any]) -> None:
    found = dose_given.against_plan(case["per_kg"], case["level"])
    assert found.value == case["value"]
    assert case["words"] in found.sentence


@pytest.mark.parametrize("blank", BLANK)
def test_a_dose_names_what_is_missing(blank: Any) -> None:
    assert dose_given.by_weight(blank, "70").clause == dose_given.NO_TOTAL
    assert dose_given.by_weight("140", blank).clause == dose_given.NO_WEIGHT
    assert dose_given.against_plan(blank, "2").clause == dose_given.NO_DOSE
    assert dose_given.against_plan("2", blank).clause == dose_given.NO_LEVEL
    assert dose_given.against_plan("0", blank).value == dose_given.NOT_TREATED


def test_a_dose_of_impossible_numbers_is_not_judged() -> None:
    impossible = [
        dose_given.by_weight("-1", "70"), dose_given.by_weight("140", "0"), dose_given.by_weight("Infinity", "70"),
        dose_given.against_plan("-1", "2"), dose_given.against_plan("2", "0"), dose_given.against_plan("Infinity", "2"),
        dose_given.against_plan("2", "Infinity"), dose_given.against_plan("1E+400", "2"), dose_given.by_weight("1", "1E-9"),
    ]  # fmt: skip
    assert {(one.value, one.clause) for one in impossible} == {(None, dose_given.IMPOSSIBLE)}


def test_the_tolerance_is_a_named_parameter() -> None:
    strict = dose_given.DoseOptions(tolerance=Decimal(10))
    assert dose_given.against_plan("1.7", "2").value == dose_given.AS_PLANNED
    assert dose_given.against_plan("1.7", "2", strict).value == dose_given.BELOW
    assert "10 %" in dose_given.against_plan("1.7", "2", strict).sentence


@given(st.decimals(), st.decimals())
def test_no_number_that_can_be_typed_breaks_a_rule(one: Decimal, other: Decimal) -> None:
    for found in (
        body_size.surface(one, other), body_size.surface(other, "70", body_size.BodyOptions("DU_BOIS")),
        dose_given.by_weight(one, other), dose_given.against_plan(one, other), dose_given.against_plan(one, "2"),
    ):  # fmt: skip
        assert found.sentence


@given(st.decimals("0.01", "20", places=2), st.decimals("0.01", "20", places=2))
def test_more_cells_never_make_a_dose_lower(one: Decimal, other: Decimal) -> None:
    order = [dose_given.BELOW, dose_given.AS_PLANNED, dose_given.ABOVE]
    found = [order.index(str(dose_given.against_plan(dose, "2").value)) for dose in sorted((one, other))]
    assert found == sorted(found)


@pytest.mark.parametrize("case", PRIOR["cases"], ids=lambda case: case["name"])
def test_lines_and_refractory_classes(case: dict[str, Any]) -> None:
    rows = lines(*case["lines"])
    assert prior_lines.counted(rows).value == case["count"]
    assert prior_lines.refractory(rows).value == case["value"]


def test_numbers_that_skip_or_lack_are_remarked() -> None:
    skipped = lines([1, *"NNNNNN"], [3, *"NNNNNN"])
    assert prior_lines.counted(skipped).flags == ("LINES_MISSING",)
    for number in (float("nan"), float("inf"), "1E+400", 0, -1):
        assert prior_lines.counted(lines([number, *"YYYYYY"])).flags == ("LINE_UNNUMBERED",)
        assert "line ?" in prior_lines.refractory(lines([number, *"YYYYYY"])).because[0].sentence
    unnumbered = prior_lines.counted(lines([1, *"NNNNNN"], [None, *"NNNNNN"]))
    assert (unnumbered.value, unnumbered.flags) == (1, ("LINE_UNNUMBERED",))


def test_entries_without_a_number_are_not_told_as_no_line_before() -> None:
    found = prior_lines.counted(lines([None, *"YYYYYY"], ["", *"YYYYYY"]))
    assert (found.value, found.flags) == (None, ("LINE_UNNUMBERED",))
    assert found.sentence.endswith("log: ?.")


def test_the_finding_of_a_class_names_its_lines() -> None:
    rows = lines([1, "Y", "N", "Y", "U", "N", None], [4, "Y", "Y", "Y", "N", "N", None])
    found = prior_lines.refractory(rows)
    assert [one.sentence for one in found.because] == [
        "Proteasome inhibitor: refractory in line 4.",
        "Immunomodulatory drug: not answered in line 1.",
        "Antibody against CD38: not given.",
    ]
    assert found.sentence.startswith("Refractory to at least 1 of the three classes")


@given(
    st.lists(st.tuples(st.integers(1, 9), *[st.sampled_from(["Y", "N", "U", None]) for _ in range(6)]), min_size=1),
    st.integers(1, 9),
)
def test_one_more_line_to_which_it_was_refractory_never_takes_a_class_away(rows: list[Any], number: int) -> None:
    before = prior_lines.refractory(lines(*rows)).because
    after = prior_lines.refractory(lines(*rows, (number, *"YYYYYY")))
    assert after.value == prior_lines.TRIPLE
    assert all(now.value == 1 for then, now in zip(before, after.because, strict=True) if then.value == 1)
