"""What matters after a CAR-T product against BCMA and CD38: criteria of section 8, one test a sentence."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.rules.imwg_records import (
    BANDS,
    FLC,
    SERUM,
    at_month_1,
    cells,
    course,
    laboratory,
    lesion_course,
    lesions,
    marrow,
    on,
)
from trial.rules.imwg import ImwgOptions
from trial.rules.verdict import Verdict

OURS = ImwgOptions()
BOTH_BELOW = {"kappa_flc": "0.6", "kappa_below_loq": "Y", "lambda_flc": "1.3", "lambda_below_loq": "Y"}


@pytest.mark.parametrize("limits", [{}, {"kappa_flc": None, "lambda_flc": None}])
def test_both_light_chains_below_quantification_count_as_a_normal_ratio(limits: dict[str, Any]) -> None:
    verdict = at_month_1(**{**BOTH_BELOW, **limits})
    assert (verdict.value, "FLC_BELOW_LOQ" in verdict.flags) == ("SCR", True)
    assert at_month_1(FLC, **{**BOTH_BELOW, **limits}).value == "SCR"


def test_both_light_chains_below_quantification_block_stringent_response_by_option() -> None:
    options = replace(OURS, flc_both_below_loq_is_normal=False)
    assert at_month_1(**BOTH_BELOW, options=options).value == "CR"
    assert at_month_1(FLC, **BOTH_BELOW, options=options).value == "VGPR"


@pytest.mark.parametrize(
    ("chains", "known"),
    [
        ({"kappa_flc": 1, "kappa_below_loq": "Y", "lambda_flc": 10}, True),  # < 0.1: abnormal
        ({"kappa_flc": 3, "kappa_below_loq": "Y", "lambda_flc": 10}, False),  # < 0.3: cannot be said
        ({"kappa_flc": 10, "lambda_flc": 1, "lambda_below_loq": "Y"}, True),  # > 10: abnormal
        ({"kappa_flc": 1, "lambda_flc": 1, "lambda_below_loq": "Y"}, False),  # > 1: cannot be said
        ({"kappa_flc": None, "kappa_below_loq": "Y", "lambda_flc": 10}, False),
    ],
)
def test_one_light_chain_below_quantification_bounds_the_ratio_only(chains: dict[str, Any], known: bool) -> None:
    verdict = at_month_1(**chains)
    assert (verdict.value, "FLC_MISSING" in verdict.flags) == ("CR", not known)


def test_an_uninvolved_chain_below_quantification_counts_as_zero_and_an_involved_one_as_its_limit() -> None:
    low = {"lambda_flc": 5, "lambda_below_loq": "Y"}
    verdict = at_month_1(FLC, **low, kappa_flc=Decimal("50"))
    assert (verdict.value, verdict.because[3].shown["value"]) == ("VGPR", "50")
    assert at_month_1(FLC, **low, kappa_flc=Decimal("50.1")).value == "PR"
    kappa = at_month_1(FLC, kappa_flc=3, kappa_below_loq="Y", lambda_flc=10)
    assert (kappa.value, "FLC_RATIO_UNKNOWN" in kappa.flags) == ("VGPR", True)


def test_marrow_clears_before_the_m_protein_and_a_later_visit_is_complete() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28, **{**BANDS, "serum_m_protein": 1}), laboratory(90)]
    assert [one.value for one in course(labs, [marrow(28)]).verdicts] == ["PR", "SCR"]


def test_total_immunoglobulin_is_never_used() -> None:
    assert at_month_1(igg=0, iga=0, igm=0) == at_month_1(igg=60, iga=30, igm=20)


def test_a_response_under_steroids_is_flagged() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(60, SERUM)]
    found = course(labs, [marrow(28)], circulating=[cells(30, None, "Y"), cells(60, None, "Y")])
    assert [("ON_STEROIDS" in one.flags) for one in found.verdicts] == [True, False]


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [(10, "9.9", True), (10, 10, False), ("9.9", 0, False), (90, None, False), (None, 0, False)],
)
@pytest.mark.parametrize("antigen", ["bcma", "cd38"])
def test_loss_of_an_antigen_is_an_escape_flag_and_no_progression(
    antigen: str, before: Any, after: Any, lost: bool
) -> None:
    name = f"{antigen}_positive"
    bones = [marrow(-3, **{name: before}), marrow(28, **{name: after})]
    verdict = course([laboratory(-3, SERUM), laboratory(28)], bones).verdicts[0]
    assert (verdict.value, f"{antigen.upper()}_LOST" in verdict.flags) == ("SCR", lost)


@pytest.mark.parametrize(("day", "flare"), [(35, True), (36, False)])
def test_lesions_that_grow_in_the_first_month_are_progression_and_flagged(day: int, flare: bool) -> None:
    found = course([laboratory(-3, SERUM), laboratory(30)], [], lesion_course({day: "PD"}))
    assert found.verdicts[0].value == "PD"
    assert ("POSSIBLE_FLARE" in found.verdicts[0].flags) == flare
    assert found.progression_on == on(day)


def test_a_flare_that_the_rule_of_the_lesions_sees_is_passed_on() -> None:
    seen = lesions(d28="PR")
    seen.verdicts = (Verdict("PR", "Lesions.", flags=("POSSIBLE_FLARE",)),)
    verdict = at_month_1(emd_course=seen)
    assert (verdict.value, "POSSIBLE_FLARE" in verdict.flags) == ("VGPR", True)
