"""IMWG 2016, confirmation: two consecutive assessments, progression and its second test, best response, new therapy, death."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.rules.imwg_records import BANDS, BOTH, NOTHING, SERUM, cells, course, laboratory, lesions, marrow, on
from trial.rules import imwg
from trial.rules.imwg import ImwgOptions, ResponseCourse

OURS = ImwgOptions()
# Serum M-protein in g/dL that gives this level from a baseline of 4; a rise of less than 0.5 from VGPR is no progression.
LEVELS: dict[str, dict[str, Any]] = {
    "CR": {},
    "SCR": {},
    "VGPR": {**BANDS, "serum_m_protein": Decimal("0.4")},
    "PR": {**BANDS, "serum_m_protein": Decimal("0.8")},
    "PD": {**BANDS, "serum_m_protein": Decimal(5)},
    "NE": {"serum_m_protein": None, "serum_immunofixation": None},
}


def follow(*levels: str, **more: Any) -> ResponseCourse:
    """One assessment every 30 days, each of this level; the marrow is clear from day 30 on."""
    labs = [laboratory(-3, SERUM), *(laboratory(30 * at, **LEVELS[level]) for at, level in enumerate(levels, 1))]
    clonality = {} if "SCR" in levels else {"clonality_method": "NOT_DONE"}
    found = course(labs, [marrow(30, **clonality)], **more)
    assert [one.value for one in found.verdicts] == list(levels)
    return found


def own(*levels: str, **more: Any) -> list[Any]:
    return [one.value for one in follow(*levels, **more).own]


def status(*levels: str, **more: Any) -> list[Any]:
    return [one.value for one in follow(*levels, **more).confirmed]


def test_a_response_is_confirmed_at_the_lower_of_two_consecutive_levels() -> None:
    assert own("PR", "VGPR", "CR", "CR") == ["PR", "VGPR", "CR", "SD"]
    assert own("CR", "VGPR") == ["VGPR", "SD"]


def test_the_confirmed_status_stays_until_it_improves() -> None:
    assert status("PR", "VGPR", "CR", "CR") == ["PR", "VGPR", "CR", "CR"]
    assert status("VGPR", "VGPR", "PR", "NE", "PR") == ["VGPR"] * 5


def test_a_response_without_a_later_assessment_is_stable_disease() -> None:
    found = follow("PR")
    assert (found.best.value, found.best_unconfirmed.value, found.first_response_on) == ("SD", "PR", None)
    assert "no later assessment" in found.own[0].sentence


def test_not_evaluable_assessments_between_are_set_aside() -> None:
    assert own("PR", "NE", "PR") == ["PR", "NE", "SD"]


def test_the_date_of_a_response_is_that_of_the_first_of_two() -> None:
    found = follow("NE", "PR", "VGPR", "VGPR")
    assert (found.first_response_on, found.best.value, found.best_on) == (on(60), "VGPR", on(90))


def test_marrow_and_imaging_are_not_repeated_to_confirm() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(60)]
    found = course(labs, [marrow(28)], lesions(d28="CR"))
    assert [one.value for one in found.own] == ["SCR", "SD"]
    assert found.best.value == "SCR"


def test_the_date_of_a_response_is_that_of_the_latest_component_it_needs() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(60)]
    assert course(labs, [marrow(35)]).dates[0] == on(35)
    assert course(labs, [marrow(35)], lesions(d38="CR")).dates[0] == on(38)
    partial = [laboratory(-3, SERUM), laboratory(28, **LEVELS["PR"]), laboratory(60, **LEVELS["PR"])]
    assert course(partial, [marrow(35)]).dates[0] == on(28)
    assert course(partial, [marrow(35)], lesions(d38="PR")).first_response_on == on(38)
    # Confirmed as partial only, the response does not wait for the marrow of the complete one.
    assert course([*labs[:2], laboratory(60, **LEVELS["PR"])], [marrow(35)]).dates[0] == on(28)


# -- progression ------------------------------------------------------------------------------------------------------


def test_biochemical_progression_needs_a_second_test() -> None:
    found = follow("PR", "PD", "PD")
    assert [one.value for one in found.own] == ["SD", "PD", None]
    assert (found.progression_on, found.progression_reason) == (on(60), "BIOCHEM")
    assert follow("PR", "PD").progression_on is None


def test_after_progression_nothing_counts() -> None:
    found = follow("PR", "PR", "PD", "PD", "CR", "CR")
    assert status("PR", "PR", "PD", "PD", "CR", "CR") == ["PR", "PR", "PD", None, None, None]
    assert (found.best.value, found.best_unconfirmed.value) == ("PR", "PR")


def test_unconfirmed_progression_becomes_not_evaluable_and_responses_around_it_confirm_each_other() -> None:
    assert own("PR", "PD", "PR") == ["PR", "NE", "SD"]
    admiral = replace(OURS, unconfirmed_pd_set_aside=False)
    assert own("PR", "PD", "PR", options=admiral) == ["SD", "NE", "SD"]
    assert "PD_NOT_CONFIRMED" in follow("PR", "PD", "PR").own[1].flags


def test_progression_next_leaves_stable_disease() -> None:
    assert own("VGPR", "PD", "PD")[0] == "SD"
    assert follow("VGPR", "PD", "PD").best.value == "SD"


def test_an_earlier_confirmed_response_survives_unconfirmed_progression() -> None:
    assert status("VGPR", "VGPR", "PD") == ["VGPR"] * 3


def test_progression_by_imaging_or_marrow_needs_no_second_test() -> None:
    found = course([laboratory(-3, SERUM), laboratory(28)], [marrow(28)], lesions(d28="PD"))
    assert (found.best.value, found.progression_on, found.progression_reason) == ("PD", on(28), "IMAGING")
    assert "no second test" in found.own[0].sentence


def test_a_second_test_is_held_against_the_same_nadir() -> None:
    def urine(second: int) -> ResponseCourse:
        # The urine falls while serum progresses; against its own new nadir of 300 it would rise by 200.
        rows = [(Decimal("0.5"), 1000), (Decimal("1.1"), 300), (Decimal("0.9"), second)]
        labs = [laboratory(-3, BOTH)]
        labs += [
            laboratory(30 * at, **{**BANDS, "serum_m_protein": serum, "urine_m_protein": urine})
            for at, (serum, urine) in enumerate(rows, 1)
        ]
        return course(labs)

    assert [one.value for one in urine(500).verdicts][1:] == ["PD", "PD"]
    assert urine(500).progression_on is None
    assert urine(1250).progression_on == on(60)


def test_any_criterion_confirms_progression() -> None:
    labs = [laboratory(-3, SERUM), laboratory(30, **LEVELS["PD"]), laboratory(60, **LEVELS["NE"])]
    found = course(labs, emd_course=lesions(d60="PD"))
    assert (found.progression_on, found.progression_reason) == (on(30), "BIOCHEM")


def test_an_assessment_that_did_not_test_again_neither_confirms_nor_refutes() -> None:
    assert follow("PR", "PD", "NE", "PD").progression_on == on(60)
    urine_only = {**LEVELS["NE"], "urine_m_protein": 100}
    labs = [laboratory(-3, SERUM), laboratory(30, **LEVELS["PD"]), laboratory(60, **urine_only)]
    assert course([*labs, laboratory(90, **LEVELS["PD"])]).progression_on == on(30)


def test_circulating_cells_count_as_biochemical() -> None:
    labs = [laboratory(-3, NOTHING), laboratory(30), laboratory(60)]
    rows = [cells(-3, 0), cells(30, 500)]
    assert course(labs, circulating=rows).progression_on is None
    assert course(labs, circulating=[*rows, cells(60, 400)]).progression_on == on(30)


def test_death_before_the_second_test_confirms_progression() -> None:
    found = follow("PR", "PD", died_on=on(75))
    assert (found.progression_on, found.own[1].flags) == (on(60), ("PD_CONFIRMED_BY_DEATH",))
    assert follow("PR", "PD", died_on=on(75), death_cause="MYELOMA").progression_on == on(60)
    assert follow("PR", "PD", died_on=on(75), death_cause="TOXICITY").progression_on is None
    assert follow("PR", "PD", "PR", died_on=on(100)).progression_on is None


# -- new therapy --------------------------------------------------------------------------------------------------------


def test_assessments_after_the_start_of_a_new_therapy_do_not_count() -> None:
    assert own("PR", "CR", "CR", new_therapy_on=on(45)) == ["SD", None, None]
    assert own("PR", "CR", "CR", new_therapy_on=on(60)) == ["PR", "SD", None]
    assert follow("PR", "CR", "CR", new_therapy_on=on(60)).best_unconfirmed.value == "CR"


def test_progression_may_be_confirmed_after_the_start_of_a_new_therapy() -> None:
    assert follow("PR", "PD", "PD", new_therapy_on=on(60)).progression_on == on(60)
    assert follow("PR", "PD", "PD", new_therapy_on=on(59)).progression_on is None


def test_results_do_not_join_a_visit_on_the_other_side_of_a_new_therapy() -> None:
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(60)]
    joined = course(labs, [marrow(32)])
    assert joined.verdicts[0].value == "SCR"
    parted = course(labs, [marrow(32)], new_therapy_on=on(30))
    assert [one.value for one in parted.verdicts] == ["VGPR", "NE", "SCR"]


# -- best response --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "best", "unconfirmed"),
    [
        (("SCR", "SCR"), "SCR", "SCR"),
        (("CR", "CR"), "CR", "CR"),
        (("NE", "NE"), "NE", "NE"),
        (("NE", "PD"), "NE", "PD"),
        (("PD", "PD"), "PD", "PD"),
        (("NE", "VGPR"), "SD", "VGPR"),
        (("VGPR", "PR"), "PR", "VGPR"),
    ],
)
def test_best_response(levels: tuple[str, ...], best: str, unconfirmed: str) -> None:
    found = follow(*levels)
    assert (found.best.value, found.best_unconfirmed.value) == (best, unconfirmed)


def test_relapse_from_complete_response() -> None:
    assert follow("SCR", "SCR", "VGPR").relapse_from_cr_on == on(90)
    assert follow("PR", "PR", "VGPR").relapse_from_cr_on is None
    labs = [laboratory(-3, SERUM), laboratory(30), laboratory(60), laboratory(90)]
    assert course(labs, [marrow(30), marrow(92, plasma_cells_biopsy=5)]).relapse_from_cr_on == on(92)
    assert course(labs, [marrow(30), marrow(92, plasma_cells_biopsy="4.9")]).relapse_from_cr_on is None
    assert course(labs, [marrow(30)], lesions(d30="CR", d90="PD")).relapse_from_cr_on == on(90)


def test_everything_runs_beside_the_assessments() -> None:
    found = follow("PR", "PR", "PD", "PD")
    assert len({len(getattr(found, name)) for name in ("assessments", "verdicts", "own", "confirmed", "dates")}) == 1
    assert found.days == tuple(on(30 * at) for at in range(1, 5))
    assert found.confirmed[2].because[0] == found.verdicts[2]
    assert isinstance(imwg.RECOMMENDED, ImwgOptions)
