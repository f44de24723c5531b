"""IMWG 2016 at a time point: every rung of serum, urine, light chains, marrow and lesions, and every boundary from both sides."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.rules.imwg_records import (
    BANDS,
    BOTH,
    CLEAR_MARROW,
    DIRTY_MARROW,
    FLC,
    NOTHING,
    SERUM,
    URINE,
    at_month_1,
    course,
    laboratory,
    lesion_course,
    lesions,
    marrow,
)
from trial.rules import imwg
from trial.rules.imwg import ImwgOptions

OURS = ImwgOptions()
LEFT = {**BANDS, "serum_m_protein": 0, "urine_m_protein": 0}  # bands left, nothing to be measured


@pytest.mark.parametrize(
    ("serum", "response"),
    [
        ("0", "VGPR"), ("0.4", "VGPR"), ("0.41", "PR"), ("2", "PR"), ("2.01", "MR"), ("2.002", "MR"), ("3", "MR"),
        ("3.01", "SD"), ("4", "SD"), ("4.4", "SD"),
    ],
)  # fmt: skip
def test_a_fall_of_serum_m_protein_from_4(serum: str, response: str) -> None:
    assert at_month_1(**{**LEFT, "serum_m_protein": Decimal(serum)}).value == response


def test_a_fall_just_short_of_half_is_not_rounded_up_on_the_page_either() -> None:
    verdict = at_month_1(**{**LEFT, "serum_m_protein": Decimal("2.002")})
    assert verdict.because[1].shown["fall"] == "49.9"
    assert verdict.because[1].shown["baseline_day"] == "2031-02-26"


@pytest.mark.parametrize(
    ("urine", "response"),
    [
        ("0", "VGPR"), ("99.9", "VGPR"), ("100", "PR"), ("199.9", "PR"), ("200", "MR"), ("500", "MR"), ("500.1", "SD"),
        ("1000", "SD"),
    ],
)  # fmt: skip
def test_a_fall_of_urine_m_protein_from_1000(urine: str, response: str) -> None:
    assert at_month_1(URINE, **{**LEFT, "urine_m_protein": Decimal(urine)}).value == response


@pytest.mark.parametrize(("urine", "response"), [("300", "PR"), ("300.1", "MR"), ("1500", "MR"), ("1500.1", "SD")])
def test_urine_of_200_or_more_needs_a_fall_of_90_percent(urine: str, response: str) -> None:
    base = {**URINE, "urine_m_protein": 3000}
    assert at_month_1(base, **{**LEFT, "urine_m_protein": Decimal(urine)}).value == response


@pytest.mark.parametrize(
    ("kappa", "response"),  # the difference was 500 mg/L, lambda stays at 10
    [("60", "VGPR"), ("60.1", "PR"), ("260", "PR"), ("260.1", "SD"), ("510", "SD")],
)
def test_a_fall_of_light_chains_where_nothing_else_is_measurable(kappa: str, response: str) -> None:
    assert at_month_1(FLC, kappa_flc=Decimal(kappa), lambda_flc=10).value == response


def test_minimal_response_is_not_defined_by_light_chains() -> None:
    assert at_month_1(FLC, kappa_flc=350, lambda_flc=10).value == "SD"


def test_light_chains_of_exactly_90_percent_by_the_text_of_2011_are_partial() -> None:
    options = replace(OURS, vgpr_flc_above_90=True)
    assert at_month_1(FLC, options=options, kappa_flc=60, lambda_flc=10).value == "PR"
    assert at_month_1(FLC, options=options, kappa_flc=Decimal("59.9"), lambda_flc=10).value == "VGPR"


@pytest.mark.parametrize(
    ("kappa", "lambda_", "normal"),
    [("2.6", "10", True), ("2.59", "10", False), ("16.5", "10", True), ("16.51", "10", False), ("0", "0", None)],
)
def test_the_ratio_of_light_chains_is_normal_from_0_26_to_1_65(kappa: str, lambda_: str, normal: bool | None) -> None:
    verdict = at_month_1(kappa_flc=Decimal(kappa), lambda_flc=Decimal(lambda_))
    assert verdict.value == ("SCR" if normal else "CR")
    assert ("FLC_MISSING" in verdict.flags) == (normal is None)


def test_a_site_may_have_its_own_range_of_the_ratio() -> None:
    assert at_month_1(kappa_flc=18, lambda_flc=10, options=replace(OURS, flc_ratio_high=Decimal(2))).value == "SCR"


def test_light_chains_are_not_used_where_serum_or_urine_is_measurable() -> None:
    base = {**SERUM, "kappa_flc": 510}
    assert at_month_1(base, **{**LEFT, "kappa_flc": 510}).value == "VGPR"
    assert at_month_1(base, kappa_flc=510).value == "CR"


def test_serum_partial_and_urine_minimal_is_minimal() -> None:
    assert at_month_1(BOTH, **{**LEFT, "serum_m_protein": 2, "urine_m_protein": 400}).value == "MR"
    assert at_month_1(BOTH, **{**LEFT, "serum_m_protein": 3, "urine_m_protein": 150}).value == "MR"
    assert at_month_1(BOTH, **{**LEFT, "serum_m_protein": 4, "urine_m_protein": 0}).value == "SD"


def test_very_good_partial_response_needs_urine_below_100_even_where_not_measurable() -> None:
    assert at_month_1(**{**LEFT, "urine_m_protein": Decimal("99.9")}).value == "VGPR"
    assert at_month_1(**{**LEFT, "urine_m_protein": 100}).value == "PR"


def test_very_good_partial_response_of_urine_needs_clean_serum_even_where_not_measurable() -> None:
    base = {**URINE, "serum_m_protein": Decimal("0.6")}
    for serum, response in (("0.06", "VGPR"), ("0.061", "PR"), ("0", "VGPR")):
        assert at_month_1(base, **{**LEFT, "serum_m_protein": Decimal(serum)}).value == response


def test_light_chain_disease_needs_both_studies_for_very_good_partial_response() -> None:
    chains = {"kappa_flc": 30, "lambda_flc": 10}
    assert at_month_1(FLC, **{**LEFT, **chains}).value == "VGPR"
    assert at_month_1(FLC, **{**LEFT, **chains, "urine_m_protein": None, "urine_immunofixation": None}).value == "PR"
    assert at_month_1(FLC, **{**LEFT, **chains, "serum_m_protein": Decimal("0.1")}).value == "PR"


@pytest.mark.parametrize("chains", [{"kappa_flc": 17, "lambda_flc": 10}, {"kappa_flc": None, "lambda_flc": None}])
def test_complete_response_of_light_chain_disease_needs_a_normal_ratio(chains: dict[str, Any]) -> None:
    assert at_month_1(FLC, **chains).value == ("VGPR" if chains["kappa_flc"] else "NE")


@pytest.mark.parametrize("item", ["serum_immunofixation", "urine_immunofixation"])
@pytest.mark.parametrize("result", ["POSITIVE", "NOT_DONE", None])
def test_complete_response_needs_both_immunofixations_negative(item: str, result: str | None) -> None:
    verdict = at_month_1(**{item: result})
    assert verdict.value == "VGPR"
    assert ("CAPPED_BY_MISSING" in verdict.flags) == (result != "POSITIVE")


@pytest.mark.parametrize(
    ("aspirate", "biopsy", "response"),
    [("4.9", None, "SCR"), ("5", None, "VGPR"), ("1", "5", "VGPR"), ("1", "4.9", "SCR"), (None, "4", "SCR")],
)
def test_complete_response_needs_the_higher_of_aspirate_and_biopsy_below_5(
    aspirate: str | None, biopsy: str | None, response: str
) -> None:
    cells = {"plasma_cells_aspirate": aspirate, "plasma_cells_biopsy": biopsy}
    assert at_month_1(marrows=[marrow(28, **cells)]).value == response


def test_a_percentage_by_flow_cannot_prove_complete_response() -> None:
    flow = {"plasma_cells_aspirate": None, "plasma_cells_biopsy": None, "plasma_cells_flow": Decimal("0.01")}
    verdict = at_month_1(marrows=[marrow(28, **flow)])
    assert (verdict.value, "flow cytometry" in verdict.because[3].sentence) == ("VGPR", True)


@pytest.mark.parametrize(
    ("response", "overall"), [("CR", "SCR"), ("PR", "VGPR"), ("MR", "SD"), ("SD", "SD"), ("PD", "PD"), ("NE", "NE")]
)
def test_the_gate_of_plasmacytomas(response: str, overall: str) -> None:
    assert at_month_1(emd_course=lesions(d28=response)).value == overall


def test_options_of_the_gate_of_plasmacytomas() -> None:
    assert at_month_1(emd_course=lesions(d28="PR"), options=replace(OURS, vgpr_lesions="CR")).value == "PR"
    assert at_month_1(emd_course=lesions(d28="MR"), options=replace(OURS, mr_spd_rule="2011")).value == "MR"


def test_lesions_that_were_not_measured_must_be_gone_for_complete_response_and_limit_nothing_else() -> None:
    assert at_month_1(emd_course=lesion_course({28: "SD"}, spd=None)).value == "VGPR"
    assert at_month_1(emd_course=lesion_course({28: "CR"}, spd=None)).value == "SCR"
    worse = {**LEFT, "serum_m_protein": 2}
    assert at_month_1(emd_course=lesion_course({28: "SD"}, spd=None), **worse).value == "PR"


def test_without_lesions_at_baseline_no_imaging_is_needed() -> None:
    assert at_month_1(emd_course=lesion_course({}, spd=None, baseline=False)).value == "SCR"
    assert at_month_1(emd_course=lesion_course({28: None}, spd=None, baseline=False)).value == "SCR"


# -- stringent complete response ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chain", "ratio", "response"),
    [
        ("KAPPA", "4", "SCR"), ("KAPPA", "4.01", "CR"), ("LAMBDA", "0.5", "SCR"), ("LAMBDA", "0.49", "CR"),
        ("KAPPA", "0.1", "SCR"), ("LAMBDA", "9", "SCR"),
    ],
)  # fmt: skip
def test_clonality_by_the_ratio_of_stained_plasma_cells(chain: str, ratio: str, response: str) -> None:
    labs = [laboratory(-3, SERUM), laboratory(28)]
    found = course(labs, [marrow(28, kappa_lambda_ratio=Decimal(ratio), clonal=None)], light_chain=chain)
    assert found.verdicts[0].value == response


@pytest.mark.parametrize(("counted", "response"), [(100, "SCR"), (99, "CR"), (None, "CR")])
def test_fewer_than_100_plasma_cells_are_not_assessable(counted: int | None, response: str) -> None:
    verdict = at_month_1(marrows=[marrow(28, plasma_cells_counted=counted)])
    assert (verdict.value, "CAPPED_BY_MISSING" in verdict.flags) == (response, response == "CR")


@pytest.mark.parametrize(
    ("changes", "response"),
    [
        ({"clonality_method": "FLOW", "clonal": "N"}, "SCR"),
        ({"clonality_method": "FLOW", "clonal": "Y"}, "CR"),
        ({"clonality_method": "FLOW", "clonal": "U"}, "CR"),
        ({"clonality_method": "NOT_DONE"}, "CR"),
        ({"clonality_method": None}, "CR"),
        ({"kappa_lambda_ratio": None, "clonal": "N"}, "SCR"),
        ({"kappa_lambda_ratio": None, "clonal": "Y"}, "CR"),
        ({"kappa_lambda_ratio": None, "clonal": None}, "CR"),
    ],
)
def test_no_clonal_plasma_cells_make_complete_response_stringent(changes: dict[str, Any], response: str) -> None:
    assert at_month_1(marrows=[marrow(28, **changes)]).value == response


def test_flow_may_be_refused_for_stringent_complete_response() -> None:
    flow = [marrow(28, clonality_method="FLOW", clonal="N")]
    assert at_month_1(marrows=flow, options=replace(OURS, scr_by_flow=False)).value == "CR"


def test_the_ratio_decides_where_it_contradicts_what_is_ticked() -> None:
    verdict = at_month_1(marrows=[marrow(28, kappa_lambda_ratio=2, clonal="Y")])
    assert (verdict.value, "CLONALITY_CONTRADICTS" in verdict.flags) == ("SCR", True)


def test_a_subject_without_a_known_light_chain_is_judged_by_what_is_ticked() -> None:
    labs, bones = [laboratory(-3, SERUM), laboratory(28)], [marrow(28, kappa_lambda_ratio=9, clonal="N")]
    for chain in ("BICLONAL", "NONE", None):
        assert course(labs, bones, light_chain=chain).verdicts[0].value == "SCR"


# -- disease followed by the marrow or by lesions alone ------------------------------------------------------------


def non_secretory(cells: Any, baseline: Any = 40, **changes: Any) -> Any:
    bones = [marrow(-3, DIRTY_MARROW, plasma_cells_aspirate=baseline, plasma_cells_biopsy=None)]
    bones += [] if cells is None else [marrow(28, plasma_cells_aspirate=cells, plasma_cells_biopsy=None)]
    return at_month_1(NOTHING, marrows=bones, **changes)


@pytest.mark.parametrize(
    ("cells", "response"), [("4.9", "SCR"), ("5", "PR"), ("20", "PR"), ("20.1", "SD"), ("49", "SD")]
)
def test_non_secretory_disease_is_followed_by_the_marrow(cells: str, response: str) -> None:
    assert non_secretory(Decimal(cells)).value == response


def test_non_secretory_disease_needs_30_percent_at_baseline() -> None:
    assert non_secretory(10, baseline=30).value == "PR"
    assert non_secretory(10, baseline=Decimal("29.9")).value == "NE"
    assert non_secretory(4, baseline=Decimal("29.9")).value == "SCR"


def test_very_good_partial_response_is_not_defined_for_non_secretory_disease() -> None:
    verdict = non_secretory(2, serum_immunofixation=None)
    assert (verdict.value, "CAPPED_BY_MISSING" in verdict.flags) == ("PR", True)
    assert "CAPPED_BY_MISSING" not in non_secretory(2, serum_immunofixation="POSITIVE").flags


@pytest.mark.parametrize(
    ("response", "overall"), [("CR", "SCR"), ("PR", "PR"), ("MR", "SD"), ("SD", "SD"), ("NE", "NE")]
)
def test_disease_of_lesions_alone_is_judged_by_them(response: str, overall: str) -> None:
    verdict = at_month_1(NOTHING, marrows=[marrow(28)], emd_course=lesions(d28=response))
    assert verdict.value == overall
    assert verdict.because[0].value == "PLASMACYTOMA"


def test_complete_response_of_lesions_alone_needs_marrow_and_immunofixation() -> None:
    gone = lesions(d28="CR")
    assert at_month_1(NOTHING, marrows=[], emd_course=gone).value == "PR"
    assert at_month_1(NOTHING, emd_course=gone, marrows=[marrow(28)], urine_immunofixation="POSITIVE").value == "PR"


# -- immunofixation -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("serum", "reflex", "response", "flag"),
    [
        ("0.2", "NEGATIVE", "SCR", "REFLEX_NEGATIVE"),
        ("0.21", "NEGATIVE", "VGPR", "REFLEX_ABOVE_FAINT_BAND"),
        ("0.2", "POSITIVE", "VGPR", None),
        ("0.2", "NOT_DONE", "VGPR", "REFLEX_NOT_DONE"),
        ("0.21", "NOT_DONE", "VGPR", None),
    ],
)
def test_a_faint_band_after_anti_cd38_therapy(serum: str, reflex: str, response: str, flag: str | None) -> None:
    verdict = at_month_1(serum_m_protein=Decimal(serum), serum_immunofixation="POSITIVE", serum_reflex=reflex)
    assert verdict.value == response
    assert {one for one in verdict.flags if one.startswith("REFLEX")} == ({flag} if flag else set())


def test_no_reflex_test_is_asked_for_without_earlier_anti_cd38_therapy() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28, serum_immunofixation="POSITIVE")]
    assert "REFLEX_NOT_DONE" in course(labs, prior_anti_cd38="Y").verdicts[0].flags
    assert "REFLEX_NOT_DONE" in course(labs).verdicts[0].flags
    assert "REFLEX_NOT_DONE" not in course(labs, prior_anti_cd38="N").verdicts[0].flags


def test_an_oligoclonal_band_of_another_isotype_does_not_spoil_complete_response() -> None:
    faint = {"serum_immunofixation": "POSITIVE", "oligoclonal": "Y"}
    assert at_month_1(**faint, serum_m_protein=0).value == "SCR"
    assert at_month_1(**faint, serum_m_protein=Decimal("0.3")).value == "VGPR"
    assert "OLIGOCLONAL" in at_month_1(**faint).flags


def test_negative_immunofixation_beside_m_protein_contradicts_itself_and_counts_as_positive() -> None:
    verdict = at_month_1(serum_m_protein=2)
    assert (verdict.value, "IMMUNOFIXATION_CONTRADICTS" in verdict.flags) == ("PR", True)
    verdict = at_month_1(urine_m_protein=100)
    assert (verdict.value, "IMMUNOFIXATION_CONTRADICTS" in verdict.flags) == ("PR", True)
    assert at_month_1(serum_m_protein=Decimal("0.2"), urine_m_protein=99).value == "SCR"


def test_every_verdict_names_its_version_and_basis_and_begins_with_the_route() -> None:
    verdict = at_month_1()
    assert verdict.because[0].value == "SERUM"
    assert all(one.version == "imwg_2016" and one.basis in imwg.BASES for one in verdict.walk())
    assert CLEAR_MARROW["plasma_cells_biopsy"] == 2
    assert "2 % of the marrow on 2031-03-28" in verdict.because[3].sentence
