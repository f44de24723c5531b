"""IMWG 2016 with something missing: what it caps, what it makes not evaluable, and what decides all the same."""

from dataclasses import replace
from typing import Any

import pytest

from tests.rules.imwg_records import (
    BANDS,
    BOTH,
    FLC,
    GONE,
    INFUSED,
    NOTHING,
    SERUM,
    URINE,
    at_month_1,
    cells,
    course,
    laboratory,
    lesion_course,
    lesions,
    marrow,
)
from trial.rules import imwg
from trial.rules.imwg import ImwgOptions

NO_SERUM = {"serum_m_protein": None, "serum_immunofixation": None}
NO_URINE = {"urine_m_protein": None, "urine_immunofixation": None}
NO_CHAINS = {"kappa_flc": None, "lambda_flc": None}
HALF = {**BANDS, "serum_m_protein": 2, "urine_m_protein": 50}
QUARTER = {**BANDS, "serum_m_protein": 3, "urine_m_protein": 50}


def test_serum_missing_is_not_evaluable() -> None:
    verdict = at_month_1(**NO_SERUM)
    assert (verdict.value, "SERUM_MISSING" in verdict.flags) == ("NE", True)
    assert at_month_1(serum_m_protein=None, serum_immunofixation="POSITIVE").value == "NE"


def test_serum_missing_where_it_was_not_measurable_is_an_option() -> None:
    assert at_month_1(URINE, **NO_SERUM).value == "NE"
    assert at_month_1(URINE, **NO_SERUM, options=ImwgOptions(serum_always_needed=False)).value == "PR"


def test_urine_missing_where_measurable_is_not_evaluable() -> None:
    for serum in ({}, HALF, QUARTER):
        assert at_month_1(BOTH, **{**serum, **NO_URINE}).value == "NE"


def test_urine_missing_where_not_measurable_allows_partial_and_minimal_response_only() -> None:
    verdict = at_month_1(**NO_URINE)
    assert (verdict.value, "CAPPED_BY_MISSING" in verdict.flags) == ("PR", True)
    assert at_month_1(**{**HALF, **NO_URINE}).value == "PR"
    assert at_month_1(**{**QUARTER, **NO_URINE}).value == "MR"


def test_a_positive_urine_band_without_an_amount_is_missing() -> None:
    assert at_month_1(urine_m_protein=None, urine_immunofixation="POSITIVE").value == "PR"


def test_a_present_component_that_allows_no_more_is_stable_disease_whatever_is_missing() -> None:
    unchanged = {**BANDS, "serum_m_protein": 4, "urine_m_protein": 1000}
    assert at_month_1(BOTH, **{**unchanged, **NO_URINE}).value == "SD"
    assert at_month_1(BOTH, **{**unchanged, **NO_SERUM}).value == "SD"
    assert at_month_1(BOTH, **NO_SERUM, emd_course=lesions(d28="SD")).value == "SD"


def test_immunofixation_missing_with_nothing_in_serum_is_very_good_partial() -> None:
    verdict = at_month_1(serum_immunofixation="NOT_DONE")
    assert verdict.value == "VGPR"
    assert {"CAPPED_BY_MISSING", "SERUM_IMMUNOFIXATION_MISSING"} <= set(verdict.flags)


def test_marrow_missing_caps_at_very_good_partial() -> None:
    verdict = at_month_1(marrows=[])
    assert verdict.value == "VGPR"
    assert {"CAPPED_BY_MISSING", "MARROW_MISSING"} <= set(verdict.flags)
    assert "caps at VGPR" in verdict.because[3].sentence


def test_a_clear_marrow_of_before_the_infusion_does_not_count() -> None:
    assert at_month_1(marrows=[marrow(-3)]).value == "VGPR"


def test_light_chains_or_clonality_missing_cap_at_complete_response() -> None:
    assert at_month_1(**NO_CHAINS).value == "CR"
    assert at_month_1(marrows=[marrow(28, clonality_method="NOT_DONE")]).value == "CR"


def test_imaging_missing_with_lesions_at_baseline_is_not_evaluable() -> None:
    for serum in ({}, HALF, QUARTER):
        verdict = at_month_1(emd_course=lesions(), **serum)
        assert (verdict.value, "IMAGING_MISSING" in verdict.flags) == ("NE", True)
    assert at_month_1(emd_course=lesions(), **{**BANDS, "serum_m_protein": 4}).value == "SD"


def test_light_chains_missing_where_the_response_is_read_from_them_is_not_evaluable() -> None:
    assert at_month_1(FLC, **NO_CHAINS).value == "NE"


def test_marrow_missing_where_the_response_is_read_from_it_is_not_evaluable() -> None:
    bones = [marrow(-3, plasma_cells_aspirate=40)]
    assert at_month_1(NOTHING, marrows=bones).value == "NE"


@pytest.mark.parametrize(
    ("base", "now", "reason"),
    [
        (SERUM, {**NO_URINE, **NO_CHAINS, "serum_m_protein": 5, "serum_immunofixation": None}, "BIOCHEM"),
        (BOTH, {**NO_SERUM, **NO_CHAINS, "urine_m_protein": 1250, "urine_immunofixation": None}, "BIOCHEM"),
        (FLC, {**NO_SERUM, **NO_URINE, "kappa_flc": 700}, "BIOCHEM"),
    ],
)
def test_progression_is_called_from_any_single_laboratory_value(
    base: dict[str, Any], now: dict[str, Any], reason: str
) -> None:
    found = course([laboratory(-3, base), laboratory(28, **now), laboratory(40, **now)])
    assert [one.value for one in found.verdicts] == ["PD", "PD"]
    assert (found.progression_on, found.progression_reason) == (found.days[0], reason)


def test_progression_is_called_from_imaging_marrow_or_circulating_cells_alone() -> None:
    before = [laboratory(-3, NOTHING)]
    alone = course([laboratory(-3, SERUM)], emd_course=lesion_course({50: "PD"}, spd=None, baseline=False))
    assert [(one.value, one.clause) for one in alone.verdicts][0][0] == "PD"
    assert course(before, [marrow(-3), marrow(50, plasma_cells_aspirate=12)]).verdicts[0].value == "PD"
    assert course(before, circulating=[cells(-3, 0), cells(50, 200)]).verdicts[0].value == "PD"


def test_nothing_measured_before_the_infusion_is_not_evaluable_but_may_progress() -> None:
    found = course([laboratory(28), laboratory(60, serum_m_protein=1), laboratory(90, serum_m_protein=1)], [marrow(28)])
    assert [one.value for one in found.verdicts] == ["NE", "PD", "PD"]
    assert found.measurable.value is None
    assert found.progression_on == found.days[1]


def test_without_measurable_disease_only_complete_response_and_progression_are_judged() -> None:
    assert at_month_1(NOTHING).value == "SCR"
    assert at_month_1(NOTHING, serum_immunofixation="POSITIVE").value == "NE"
    assert at_month_1(NOTHING, serum_m_protein="0.5").value == "PD"


def test_a_blank_m_protein_beside_a_negative_immunofixation_is_zero() -> None:
    blank = {"serum_m_protein": None, "urine_m_protein": None}
    assert at_month_1(**blank).value == "SCR"
    assert at_month_1(**{**blank, "urine_immunofixation": None}).value == "PR"
    found = course(
        [laboratory(-3, SERUM), laboratory(28, **blank), laboratory(60, serum_m_protein="0.5")], [marrow(28)]
    )
    assert found.verdicts[1].value == "PD"


def test_a_blank_m_protein_may_be_left_missing_by_option() -> None:
    options = ImwgOptions(negative_immunofixation_is_zero=False)
    blank = {"serum_m_protein": None, "serum_immunofixation": "NEGATIVE"}
    rise = [laboratory(-3, SERUM), laboratory(28, **blank), laboratory(60, serum_m_protein="0.5")]
    assert course(rise, options=options).verdicts[1].value == "PR"
    assert course(rise).verdicts[1].value == "PD"


def test_values_that_the_laboratory_doubts_are_not_used() -> None:
    verdict = at_month_1(spurious="Y")
    assert (verdict.value, "SPURIOUS" in verdict.flags) == ("NE", True)
    assert at_month_1(spurious="Y", options=replace(imwg.RECOMMENDED, spurious_counts=True)).value == "SCR"


@pytest.mark.parametrize("missing", [None, "", float("nan")])
def test_blank_text_none_and_nan_are_one_kind_of_missing(missing: Any) -> None:
    blank = dict.fromkeys(GONE, missing)
    found = course([laboratory(-3, SERUM), laboratory(28, blank)])
    assert found.verdicts[0].value == "NE"
    assert found.best.value == "NE"


def test_no_assessment_at_all_is_missing() -> None:
    found = course([laboratory(-3, SERUM), laboratory(0, SERUM)])
    assert (found.best.value, found.best_unconfirmed.value, found.verdicts) == ("MISSING", "MISSING", ())
    assert (found.best_on, found.first_response_on, found.progression_on) == (None, None, None)


def test_undated_rows_are_left_out() -> None:
    undated = laboratory(28)
    undated.sampled_on = None
    assert course([laboratory(-3, SERUM), undated]).verdicts == ()
    assert imwg.course([], infused_on=INFUSED, light_chain=None, heavy_chain=None).best.value == "MISSING"
