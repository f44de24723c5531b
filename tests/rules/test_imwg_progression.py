"""IMWG 2016, progressive disease: PD1 to PD7 with both sides of every boundary, what each applies to, and what is none."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.rules.imwg_records import (
    BANDS,
    BOTH,
    FLC,
    NOTHING,
    SERUM,
    URINE,
    cells,
    course,
    laboratory,
    lesions,
    marrow,
    on,
)
from trial.rules.imwg import ImwgOptions, ResponseCourse

OURS = ImwgOptions()


def series(item: str, *values: Any, base: dict[str, Any] = SERUM, options: ImwgOptions = OURS) -> ResponseCourse:
    """The first value at baseline, the others every 30 days; nothing else is left of the disease."""
    labs = [laboratory(-3, {**base, item: Decimal(values[0])})]
    labs += [laboratory(30 * at, **{**BANDS, item: Decimal(value)}) for at, value in enumerate(values[1:], 1)]
    return course(labs, options=options)


def last(found: ResponseCourse) -> Any:
    return found.verdicts[-1].value


@pytest.mark.parametrize(
    ("nadir", "value", "progressed"),
    [
        ("1", "1.5", True), ("1", "1.49", False),  # 0.5 g/dL decides below 2 g/dL
        ("2", "2.5", True), ("2", "2.49", False),
        ("4", "5", True), ("4", "4.99", False),  # 25 % decides above
        ("4.9", "5.9", False), ("4.9", "6.125", True),
        ("5", "6", True), ("5", "5.99", False),  # 1 g/dL is enough from 5 g/dL on
        ("8", "9", True), ("8", "8.9", False),
        ("0", "0.5", True), ("0", "0.49", False),  # from nothing, the percentage is deemed met
    ],
)  # fmt: skip
def test_progression_by_serum(nadir: str, value: str, progressed: bool) -> None:
    assert (last(series("serum_m_protein", "10", nadir, value)) == "PD") == progressed


def test_the_clause_for_a_high_nadir_is_its_own() -> None:
    assert "PD2" in series("serum_m_protein", "10", "5", "6").verdicts[-1].flags
    assert "PD1" in series("serum_m_protein", "10", "4", "5").verdicts[-1].flags


@pytest.mark.parametrize(
    ("nadir", "value", "progressed"),
    [("300", "500", True), ("300", "499", False), ("800", "1000", True), ("1000", "1249", False), ("1000", "1250", True),
     ("0", "200", True), ("0", "199", False)],
)  # fmt: skip
def test_progression_by_urine(nadir: str, value: str, progressed: bool) -> None:
    assert (last(series("urine_m_protein", "5000", nadir, value, base=URINE)) == "PD") == progressed


@pytest.mark.parametrize(
    ("nadir", "value", "progressed"),  # the difference is kappa less 10 mg/L of lambda
    [("60", "160", False), ("60", "160.1", True), ("510", "635", True), ("510", "634.9", False), ("10", "110", False)],
)
def test_progression_by_light_chains_is_above_100(nadir: str, value: str, progressed: bool) -> None:
    assert (last(series("kappa_flc", "2000", nadir, value, base=FLC)) == "PD") == progressed


def test_light_chains_are_progression_only_where_serum_and_urine_were_not_measurable() -> None:
    for base in (SERUM, URINE, BOTH):
        found = series("kappa_flc", "40", "40", "400", base=base)
        assert last(found) != "PD"
        assert "FLC_ESCAPE" in found.verdicts[-1].flags
    assert "FLC_ESCAPE" not in series("kappa_flc", "40", "40", "130", base=SERUM).verdicts[-1].flags


def bones(*cells: Any, base: dict[str, Any] = NOTHING, options: ImwgOptions = OURS, **lab: Any) -> ResponseCourse:
    """Marrow at baseline and then every 30 days, with a laboratory day each."""
    labs = [laboratory(-3, base), *(laboratory(30 * at, **lab) for at in range(1, len(cells)))]
    marrows = [marrow(-3 if at == 0 else 30 * at, plasma_cells_aspirate=one) for at, one in enumerate(cells)]
    for one in marrows:
        one.plasma_cells_biopsy = None
    return course(labs, marrows, options=options)


@pytest.mark.parametrize(
    ("nadir", "value", "progressed"),
    [(2, 12, True), (2, "11.9", False), (30, 40, True), (50, 62, False), (50, "62.5", True), (0, 10, True)],
)
def test_progression_by_the_marrow(nadir: Any, value: Any, progressed: bool) -> None:
    found = bones(60, nadir, value)
    assert (last(found) == "PD") == progressed
    assert found.progression_reason == ("BM" if progressed else None)


@pytest.mark.parametrize("base", [SERUM, URINE, FLC])
def test_the_marrow_is_progression_only_where_serum_urine_and_light_chains_were_not_measurable(
    base: dict[str, Any],
) -> None:
    found = bones(60, 2, 40, base=base)
    assert last(found) == "VGPR"
    assert "MARROW_ESCAPE" in found.verdicts[-1].flags  # immunofixation is negative


def test_marrow_escape_is_flagged_only_in_serological_complete_response() -> None:
    found = bones(60, 2, 40, base=SERUM, serum_immunofixation="POSITIVE")
    assert "MARROW_ESCAPE" not in found.verdicts[-1].flags


@pytest.mark.parametrize(
    ("nadir", "value", "progressed"),
    [(0, 200, True), (0, 199, False), (200, 300, True), (200, 299, False), (150, 225, True), (100, 199, False)],
)
def test_progression_by_circulating_plasma_cells(nadir: int, value: int, progressed: bool) -> None:
    labs = [laboratory(-3, NOTHING), laboratory(30), laboratory(60)]
    found = course(labs, circulating=[cells(-3, 5000), cells(30, nadir), cells(60, value), cells(70, value)])
    assert (found.verdicts[1].value == "PD") == progressed
    assert found.progression_reason == ("CPC" if progressed else None)


def test_200_circulating_plasma_cells_may_be_the_increase_by_option() -> None:
    rows = [cells(-3, 150), cells(30, 225)]
    labs = [laboratory(-3, NOTHING), laboratory(30)]
    assert course(labs, circulating=rows).verdicts[0].value == "PD"
    assert course(labs, circulating=rows, options=replace(OURS, cpc_increase_at_least=True)).verdicts[0].value != "PD"


def test_circulating_plasma_cells_are_progression_only_as_the_only_measure_of_disease() -> None:
    labs = [laboratory(-3, SERUM), laboratory(30)]
    assert course(labs, circulating=[cells(-3, 0), cells(30, 9000)]).verdicts[0].value != "PD"


def test_progression_by_lesions_needs_nothing_else() -> None:
    found = course([laboratory(-3, SERUM), laboratory(60)], [marrow(60)], lesions(d60="PD"))
    assert (found.verdicts[0].value, found.progression_reason) == ("PD", "IMAGING")
    assert "CLINICAL_RELAPSE" in found.verdicts[0].flags


def test_serum_and_urine_progress_in_every_subject_unless_an_option_says_otherwise() -> None:
    strict = replace(OURS, pd_measurable_only=True)
    for item, base, value in (("serum_m_protein", URINE, "0.5"), ("urine_m_protein", SERUM, "200")):
        assert last(series(item, base[item], "0", value, base=base)) == "PD"
        assert last(series(item, base[item], "0", value, base=base, options=strict)) != "PD"


# -- nadir ----------------------------------------------------------------------------------------------------------


def test_the_nadir_is_the_lowest_value_since_baseline_and_not_the_last() -> None:
    found = series("serum_m_protein", "4", "1", "1.3", "1.5")
    assert last(found) == "PD"
    assert found.verdicts[-1].because[-2].shown["nadir"] == "1"
    assert found.verdicts[-1].because[-2].shown["nadir_day"] == on(30).isoformat()


def test_the_baseline_is_a_nadir() -> None:
    assert last(series("serum_m_protein", "4", "5")) == "PD"
    assert last(series("serum_m_protein", "4", "4.9")) == "SD"


def test_a_value_before_the_baseline_is_no_nadir() -> None:
    labs = [laboratory(day, SERUM, serum_m_protein=value) for day, value in ((-40, 1), (-3, 4), (30, 4))]
    assert course(labs).verdicts[0].value == "SD"


def test_a_value_that_the_laboratory_doubts_is_no_nadir() -> None:
    def labs(spurious: str) -> list[Any]:
        low = {**BANDS, "serum_m_protein": Decimal("0.2"), "spurious": spurious}
        after = {**BANDS, "serum_m_protein": 1}
        return [laboratory(-3, SERUM), laboratory(30, **low), laboratory(60, **after)]

    counted = replace(OURS, spurious_counts=True)
    assert course(labs("Y")).verdicts[-1].value == "PR"
    assert course(labs("Y"), options=counted).verdicts[-1].value == "PR"
    assert course(labs("N")).verdicts[-1].value == "PD"


def test_the_lowest_confirmed_value_is_a_named_option() -> None:
    confirmed = replace(OURS, nadir_confirmed=True)
    assert last(series("serum_m_protein", "4", "0.2", "1")) == "PD"
    assert last(series("serum_m_protein", "4", "0.2", "1", options=confirmed)) == "PR"
    assert last(series("serum_m_protein", "4", "0.2", "0.3", "0.8", options=confirmed)) == "PD"


# -- what is no progression -------------------------------------------------------------------------------------------


def test_immunofixation_alone_is_no_progression_after_complete_response() -> None:
    labs = [laboratory(-3, SERUM), laboratory(30), laboratory(60), laboratory(90, serum_immunofixation="POSITIVE")]
    found = course(labs, [marrow(30)])
    assert [one.value for one in found.verdicts] == ["SCR", "SCR", "VGPR"]
    assert found.progression_on is None
    assert found.relapse_from_cr_on == on(90)


def test_a_new_oligoclonal_band_of_another_isotype_is_no_progression() -> None:
    band = {"serum_immunofixation": "POSITIVE", "serum_m_protein": Decimal("0.6")}
    for oligoclonal, response in (("Y", "PR"), ("N", "PD"), ("U", "PD")):
        labs = [laboratory(-3, SERUM), laboratory(30), laboratory(60, **band, oligoclonal=oligoclonal)]
        assert course(labs, [marrow(30)]).verdicts[-1].value == response, oligoclonal


def test_an_increase_of_a_band_that_never_went_away_counts_although_oligoclonal() -> None:
    low, high = ({**BANDS, "serum_m_protein": one, "oligoclonal": "Y"} for one in (Decimal("0.5"), 1))
    found = course([laboratory(-3, SERUM), laboratory(30, **low), laboratory(60, **high)])
    assert found.verdicts[-1].value == "PD"


def test_calcium_alone_is_a_clinical_relapse_and_no_progression() -> None:
    labs = [laboratory(-3, SERUM), laboratory(30, calcium=Decimal("2.75")), laboratory(60, calcium=Decimal("2.76"))]
    found = course(labs, [marrow(30)])
    assert [one.value for one in found.verdicts] == ["SCR", "SCR"]
    assert found.clinical_relapse_on == on(60)


def test_a_carried_marrow_or_imaging_is_not_a_second_progression() -> None:
    found = course([laboratory(-3, SERUM), laboratory(60), laboratory(90)], [marrow(60)], lesions(d60="PD"))
    assert [one.value for one in found.verdicts] == ["PD", "SD"]
    marrows = bones(60, 2, 40).verdicts[-1]
    assert marrows.value == "PD"


def test_of_several_reasons_the_one_that_needs_no_second_test_is_named_and_the_earliest_day_is_the_date() -> None:
    labs = [laboratory(-3, SERUM), laboratory(60, serum_m_protein=5), laboratory(90, serum_m_protein=5)]
    found = course(labs, emd_course=lesions(d64="PD"))
    assert found.verdicts[0].shown["reasons"] == "IMAGING, BIOCHEM"
    assert (found.progression_reason, found.progression_on) == ("IMAGING", on(60))


def test_a_difference_of_light_chains_is_never_below_zero() -> None:
    labs = [laboratory(-3, FLC), laboratory(30, **{**BANDS, "kappa_flc": 10, "lambda_flc": 100})]
    labs.append(laboratory(60, **{**BANDS, "kappa_flc": 25, "lambda_flc": 10}))  # 15 above zero, 105 above minus 90
    assert course(labs).verdicts[-1].value == "VGPR"


def test_a_doubted_value_is_no_baseline_even_where_doubted_values_count() -> None:
    labs = [laboratory(-9, SERUM), laboratory(-3, SERUM, serum_m_protein=40, spurious="Y")]
    labs.append(laboratory(30, **{**BANDS, "serum_m_protein": 2}))
    for counted in (False, True):
        verdict = course(labs, options=replace(OURS, spurious_counts=counted)).verdicts[0]
        assert verdict.because[1].shown["baseline"] == "4"
