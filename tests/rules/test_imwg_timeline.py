"""Which results belong to one assessment, what is carried forward, and what the baseline is."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.rules.imwg_records import (
    BANDS,
    DIRTY_MARROW,
    FLC,
    GONE,
    SERUM,
    URINE,
    cells,
    course,
    laboratory,
    lesion_course,
    lesions,
    marrow,
    on,
)
from trial.rules.imwg import ImwgOptions

OURS = ImwgOptions()


@pytest.mark.parametrize(("day", "days"), [(42, 1), (43, 2), (14, 1), (13, 2)])
def test_marrow_joins_a_laboratory_day_within_14_days(day: int, days: int) -> None:
    found = course([laboratory(-3, SERUM), laboratory(28)], [marrow(day)])
    assert len(found.assessments) == days
    assert max(found.days) in (on(28), on(day))


def test_the_window_of_a_visit_is_an_option() -> None:
    labs, bones = [laboratory(-3, SERUM), laboratory(28)], [marrow(36)]
    assert len(course(labs, bones, options=replace(OURS, join_days=7)).assessments) == 2
    assert len(course(labs, bones, options=replace(OURS, join_days=8)).assessments) == 1


def test_a_result_joins_the_nearest_laboratory_day_and_the_earlier_of_two_as_near() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(40)]
    assert course(labs, [marrow(35)]).assessments[1].marrow is not None
    assert course(labs, [marrow(34)]).assessments[0].marrow is not None


def test_of_two_results_of_a_visit_the_nearest_joins_and_the_other_keeps_its_day() -> None:
    found = course([laboratory(-3, SERUM), laboratory(28)], [], lesion_course({20: "PD", 29: "PR"}))
    assert [one.value for one in found.verdicts] == ["PD", "VGPR"]
    assert (found.days[0], found.progression_on) == (on(20), on(20))


def test_a_marrow_below_5_percent_is_carried_until_the_next() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28, **BANDS), laboratory(400), laboratory(800)]
    found = course(labs, [marrow(28), marrow(790, plasma_cells_biopsy=6)])
    assert [one.value for one in found.verdicts] == ["VGPR", "SCR", "VGPR"]
    assert "carried forward" in found.verdicts[1].because[3].sentence
    limited = course(labs, [marrow(28)], options=replace(OURS, marrow_carried_days=371))
    assert [one.value for one in limited.verdicts] == ["VGPR", "VGPR", "VGPR"]


def test_a_marrow_of_5_percent_or_more_caps_until_the_next() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(90)]
    found = course(labs, [marrow(28, plasma_cells_biopsy=5)])
    assert [one.value for one in found.verdicts] == ["VGPR", "VGPR"]
    assert "not below 5" in found.verdicts[1].because[3].sentence


def test_a_marrow_for_residual_disease_alone_leaves_the_last_count_standing_and_one_by_flow_does_not() -> None:
    blank: dict[str, Any] = {"plasma_cells_aspirate": None, "plasma_cells_biopsy": None}
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(90)]
    assert course(labs, [marrow(28), marrow(90, **blank)]).verdicts[1].value == "SCR"
    assert course(labs, [marrow(28), marrow(90, **blank, plasma_cells_flow=20)]).verdicts[1].value == "VGPR"


@pytest.mark.parametrize(("day", "response"), [(147, "SCR"), (148, "NE")])
def test_imaging_is_carried_119_days(day: int, response: str) -> None:
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(day)]
    assert course(labs, [marrow(28)], lesions(d28="CR")).verdicts[1].value == response


def test_imaging_that_cannot_be_evaluated_is_not_replaced_by_an_earlier_one() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(90)]
    assert course(labs, [marrow(28)], lesions(d28="CR", d90="NE")).verdicts[1].value == "NE"


def test_imaging_that_joins_no_laboratory_day_is_an_assessment_of_its_own() -> None:
    found = course([laboratory(-3, SERUM), laboratory(28)], [marrow(28)], lesions(d28="CR", d60="CR"))
    assert [one.value for one in found.verdicts] == ["SCR", "NE"]


def test_steroids_alone_make_no_assessment() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28)]
    assert len(course(labs, circulating=[cells(28, None, "Y"), cells(70, None, "Y")]).assessments) == 1
    assert len(course(labs, circulating=[cells(70, 0)]).assessments) == 2


def test_the_day_of_infusion_is_baseline_and_the_next_is_not() -> None:
    labs = [laboratory(day, SERUM, serum_m_protein=value) for day, value in ((-20, 2), (0, 4), (1, 1))]
    found = course(labs)
    assert found.days == (on(1),)
    assert found.verdicts[0].because[1].shown["baseline"] == "4"


def test_the_baseline_may_end_before_lymphodepletion() -> None:
    labs = [laboratory(day, SERUM, serum_m_protein=value) for day, value in ((-8, 4), (-1, 1), (28, 2))]
    assert course(labs).verdicts[0].value == "PD"
    assert course(labs, baseline_until=on(-5)).verdicts[0].value == "PR"


def test_each_component_has_its_own_last_value_before_the_infusion() -> None:
    labs = [laboratory(-20, URINE), laboratory(-2, {**SERUM, "urine_m_protein": None, "urine_immunofixation": None})]
    assert course(labs).measurable.value == "SERUM+URINE"


def test_measurability_lost_before_the_baseline_is_said() -> None:
    low = {**SERUM, "serum_m_protein": Decimal("0.5")}
    found = course([laboratory(-30, SERUM), laboratory(-3, low), laboratory(28)], [marrow(28)])
    assert (found.measurable.value, found.measurable.flags) == ("NONE", ("MEASURABLE_BEFORE_BASELINE",))
    assert "MEASURABLE_BEFORE_BASELINE" in found.verdicts[0].flags


@pytest.mark.parametrize(
    ("base", "changes", "route"),
    [
        (SERUM, {"serum_m_protein": "1.0"}, "SERUM"),
        (SERUM, {"serum_m_protein": "0.99"}, "NONE"),
        (URINE, {"urine_m_protein": 200}, "URINE"),
        (URINE, {"urine_m_protein": "199.9"}, "NONE"),
        (FLC, {"kappa_flc": 100}, "FLC"),
        (FLC, {"kappa_flc": "99.9"}, "NONE"),
        (FLC, {"kappa_flc": 165, "lambda_flc": 100}, "NONE"),
        (FLC, {"kappa_flc": "165.1", "lambda_flc": 100}, "FLC"),
        (FLC, {"kappa_flc": 500, "lambda_below_loq": "Y", "lambda_flc": 1}, "FLC"),
        ({**FLC, "serum_m_protein": 1}, {}, "SERUM"),
        ({**FLC, "urine_m_protein": 200}, {}, "URINE"),
        (URINE, {"serum_m_protein": 1}, "SERUM+URINE"),
    ],
)
def test_measurable_disease(base: dict[str, Any], changes: dict[str, Any], route: str) -> None:
    assert course([laboratory(-3, base, **changes)]).measurable.value == route


def test_the_threshold_of_serum_may_be_lower_and_lower_for_iga() -> None:
    labs = [laboratory(-3, {**SERUM, "serum_m_protein": Decimal("0.5")})]
    assert course(labs, options=replace(OURS, serum_measurable_g_dl=Decimal("0.5"))).measurable.value == "SERUM"
    iga = replace(OURS, serum_measurable_iga_g_dl=Decimal("0.5"))
    assert course(labs, heavy_chain="IGA", options=iga).measurable.value == "SERUM"
    assert course(labs, heavy_chain="IGG", options=iga).measurable.value == "NONE"


@pytest.mark.parametrize(("cells", "route"), [("30", "MARROW"), ("29.9", "NONE")])
def test_the_marrow_is_measurable_only_where_nothing_of_serum_urine_and_light_chains_is(cells: str, route: str) -> None:
    bones = [marrow(-3, DIRTY_MARROW, plasma_cells_aspirate=cells, plasma_cells_biopsy=None)]
    assert course([laboratory(-3, GONE)], bones).measurable.value == route
    assert course([laboratory(-3, FLC)], bones).measurable.value == "FLC"


def test_lesions_are_measurable_beside_anything_else() -> None:
    assert course([laboratory(-3, SERUM)], [], lesions()).measurable.value == "SERUM+PLASMACYTOMA"
    assert course([laboratory(-3, GONE)], [], lesions()).measurable.value == "PLASMACYTOMA"
    bones = [marrow(-3, DIRTY_MARROW)]
    assert course([laboratory(-3, GONE)], bones, lesions()).measurable.value == "MARROW+PLASMACYTOMA"
    assert course([], [], lesion_course({}, spd=0)).measurable.value == "NONE"


@pytest.mark.parametrize(("chain", "route"), [("LAMBDA", "NONE"), ("KAPPA", "FLC"), (None, "FLC"), ("BICLONAL", "FLC")])
def test_the_involved_light_chain_is_that_of_the_history_or_else_of_the_ratio(chain: str | None, route: str) -> None:
    assert course([laboratory(-3, FLC)], light_chain=chain).measurable.value == route
    swapped = {**FLC, "kappa_flc": 10, "lambda_flc": 510}
    assert course([laboratory(-3, swapped)], light_chain=None).measurable.value == "FLC"
    found = course([laboratory(-3, GONE)], light_chain=None)
    assert "No involved free light chain" in found.measurable.because[2].sentence


def test_two_samples_of_a_day_count_as_the_worst_and_a_doubted_one_not_at_all() -> None:
    worse = laboratory(28, **{**BANDS, "serum_m_protein": 2})
    assert course([laboratory(-3, SERUM), laboratory(28), worse], [marrow(28)]).verdicts[0].value == "PR"
    worse.spurious = "Y"
    assert course([laboratory(-3, SERUM), laboratory(28), worse], [marrow(28)]).verdicts[0].value == "SCR"
    two = [marrow(28), marrow(28, plasma_cells_biopsy=9)]
    assert course([laboratory(-3, SERUM), laboratory(28)], two).verdicts[0].value == "VGPR"
    blank = laboratory(28, dict.fromkeys(GONE))
    assert course([laboratory(-3, SERUM), laboratory(28), blank], [marrow(28)]).verdicts[0].value == "SCR"


def test_moments_are_read_as_their_day() -> None:
    late = laboratory(28)
    late.sampled_on = datetime(2031, 3, 29, 23, 30, tzinfo=UTC)
    assert course([laboratory(-3, SERUM), late], infused_on=datetime(2031, 3, 1, 9, tzinfo=UTC)).days == (on(28),)


def test_an_old_value_that_changes_changes_everything_after_it() -> None:
    def labs(month_1: str) -> list[Any]:
        later = [laboratory(day, **{**BANDS, "serum_m_protein": 1}) for day in (60, 90)]
        return [laboratory(-3, SERUM), laboratory(28, **{**BANDS, "serum_m_protein": Decimal(month_1)}), *later]

    assert course(labs("0.9")).best.value == "PR"
    assert course(labs("0.5")).progression_on == on(60)


@pytest.mark.parametrize(
    "wrong", [{"join_days": -1}, {"imaging_carried_days": -1}, {"vgpr_lesions": "SD"}, {"mr_spd_rule": "2014"}]
)
def test_an_option_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong)) if "days" not in next(iter(wrong)) else "days"):
        ImwgOptions(**wrong)
