"""Second reading of MRD over several marrows and one subject's forms together: a test a clause, both sides of each limit."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules import emd_images
from tests.rules.blood_counts import on
from tests.rules.imwg_records import INFUSED, SERUM, laboratory, marrow
from trial.rules import mrd, myeloma
from trial.rules.time_to_event import Due

# --- 4.4 MRD over several marrows


def read(day: int, result: str, sensitivity: str | None = "1e-5", level: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(
        sampled_on=on(day), mrd_method="NGF", mrd_sensitivity=sensitivity, mrd_result=result, mrd_level=level
    )


@pytest.mark.parametrize(
    ("other", "expected"),
    [(("NEGATIVE", "1e-4"), "NOT_EVALUABLE"), (("POSITIVE", "1e-4", "5e-6"), "NOT_EVALUABLE"),
     (("NEGATIVE", None), "NOT_EVALUABLE"), (("NEGATIVE", "1e-5"), "NEG"), (("POSITIVE", "1e-5"), "POS"),
     (("INDETERMINATE", "1e-5"), "POS")],
)  # fmt: skip
def test_mrd_is_positive_at_1e_5_only_where_no_other_marrow_could_have_been_negative(
    other: tuple[Any, ...], expected: str
) -> None:
    rows = [read(28, "POSITIVE", "1e-5", "1e-4"), read(61, *other)]
    followed = mrd.course(rows, "1e-5", infused_on=on(0))
    found = (mrd.any_time(followed), mrd.within_cr(followed, responses=[(on(28), "CR"), (on(61), "SCR")]))
    assert [one.value for one in found] == [expected] * 2
    if expected == "NOT_EVALUABLE":  # the reason is the other marrow: one of them was judged, as positive
        assert {one.clause for one in found} == {mrd.ANY_TOO_COARSE}
        assert {one.shown["on"] for one in found} == {on(28).isoformat()}


def test_mrd_within_complete_response_is_not_left_open_by_a_marrow_outside_it() -> None:
    followed = mrd.course(
        [read(28, "NEGATIVE", "1e-4"), read(91, "POSITIVE", "1e-5", "1e-4")], "1e-5", infused_on=on(0)
    )
    assert mrd.within_cr(followed, responses=[(on(28), "PR"), (on(91), "CR")]).value == "POS"
    assert mrd.any_time(followed).value == "NOT_EVALUABLE"


# --- 4, 5 and 7: one subject's forms together

HISTORY = SimpleNamespace(assessed_on=on(-10), light_chain="KAPPA", heavy_chain="IGG", prior_anti_cd38="N")
BAND: dict[str, Any] = {"serum_immunofixation": "POSITIVE"}
SCHEDULE = [Due(28, 2, 7), Due(61, 7, 7), Due(91, 7, 7), Due(183, 14, 14)]


def follow(*later: SimpleNamespace, **forms: Any) -> myeloma.Followed:
    rows = {
        "myeloma_history": [HISTORY],
        "myeloma_laboratory": [laboratory(-5, SERUM), *later],
        "bone_marrow": [marrow(-5)],
    }
    return myeloma.follow({**rows, **forms}, infused_on=INFUSED, schedule=SCHEDULE)


def values(found: myeloma.Followed) -> list[Any]:
    return [one.value for one in found.response.verdicts]


PR, RISEN = laboratory(28, serum_m_protein=1, **BAND), laboratory(61, serum_m_protein=2, **BAND)


def test_biochemical_progression_is_an_event_of_pfs_at_its_first_evidence_once_confirmed() -> None:
    confirmed = follow(PR, RISEN, laboratory(91, serum_m_protein=3, **BAND))
    assert (confirmed.pfs.event, confirmed.pfs.on, confirmed.pfs.aval) == (True, on(61), 62)
    assert (follow(PR, RISEN).pfs.event, follow(PR, RISEN).response.progression_on) == (False, None)


def test_progression_may_be_confirmed_after_a_new_therapy_that_started_after_its_first_evidence() -> None:
    therapy = [SimpleNamespace(started_on=on(70), intent="ANTI_MYELOMA")]
    found = follow(PR, RISEN, laboratory(91, serum_m_protein=3, **BAND), subsequent_therapy=therapy)
    assert (found.pfs.event, found.pfs.on, found.ttnt.on) == (True, on(61), on(70))


def test_death_from_progression_before_the_retest_confirms_and_another_cause_does_not() -> None:
    by_cause = {
        cause: follow(PR, RISEN, death=[SimpleNamespace(died_on=on(80), cause=cause)]) for cause in ("MYELOMA", "OTHER")
    }
    assert [by_cause[cause].pfs.on for cause in ("MYELOMA", "OTHER")] == [on(61), on(80)]
    assert {one.pfs.event for one in by_cause.values()} == {True}


def test_a_therapy_against_crs_is_no_new_anti_myeloma_therapy() -> None:
    supportive = [SimpleNamespace(started_on=on(40), intent="SUPPORTIVE")]
    assert follow(PR, RISEN, subsequent_therapy=supportive).new_therapy_on is None


def test_two_missed_assessments_before_progression_censor_at_the_last_adequate_one_and_one_does_not() -> None:
    def progressed(day: int) -> myeloma.Followed:
        return follow(PR, *(laboratory(at, serum_m_protein=3, **BAND) for at in (day, day + 10)))

    assert [(progressed(day).pfs.event, progressed(day).pfs.on) for day in (183, 80)] == [
        (False, on(28)),
        (True, on(80)),
    ]


def test_an_assessment_that_is_not_evaluable_is_not_adequate() -> None:
    found = follow(PR, laboratory(61, serum_m_protein=None, serum_immunofixation=None))
    assert values(found) == ["PR", "NE"]
    assert (found.pfs.event, found.pfs.on) == (False, on(28))


def test_a_clear_marrow_is_carried_to_a_later_visit_without_bands() -> None:
    gone = laboratory(61)
    assert values(follow(PR, gone, bone_marrow=[marrow(-5), marrow(30)]))[-1] in {"CR", "SCR"}
    assert values(follow(PR, gone, bone_marrow=[marrow(-5)]))[-1] == "VGPR"


def test_a_new_lesion_is_progression_without_confirmation_and_the_lesions_stand_with_the_assessment() -> None:
    assert emd_images.INFUSED == INFUSED
    images = [emd_images.image(-7, emd_images.lesion(1, 40, 25)),
              emd_images.image(61, emd_images.lesion(1, 40, 25), emd_images.lesion(2, 30, 20, is_new="Y"))]  # fmt: skip
    found = follow(PR, laboratory(61, serum_m_protein=1, **BAND), extramedullary_lesions=images)
    assert values(found)[-1] == "PD"
    assert (found.pfs.event, found.pfs.on, found.response.progression_reason) == (True, on(61), "IMAGING")
    assert myeloma.lesions_on(found, on(61)).value == "PD"


def test_duration_of_response_starts_with_the_first_confirmed_partial_response() -> None:
    found = follow(
        PR, laboratory(61, serum_m_protein=1, **BAND), *(laboratory(at, serum_m_protein=3, **BAND) for at in (91, 120))
    )
    assert (found.dor.start, found.dor.event, found.dor.on) == (on(28), True, on(91))
    assert follow(laboratory(28, serum_m_protein=3, **BAND)).dor.event is None


def test_survival_is_death_or_last_known_alive_and_death_without_a_baseline_is_an_event_of_pfs() -> None:
    alive = [SimpleNamespace(last_known_alive_on=on(day)) for day in (90, 300)]
    assert (follow(PR, survival_status=alive).os.event, follow(PR, survival_status=alive).os.on) == (False, on(300))
    died = {"death": [SimpleNamespace(died_on=on(50), cause="OTHER")]}
    empty = myeloma.follow(died, infused_on=INFUSED, schedule=SCHEDULE)
    assert (empty.pfs.event, empty.pfs.on, empty.os.on) == (True, on(50), on(50))
    assert myeloma.follow({}, infused_on=INFUSED, schedule=SCHEDULE).pfs.days == 0


@pytest.mark.parametrize(("started", "expected"), [(35, None), (28, None), (36, 0), (27, 0), (None, 0)])
def test_a_form_is_not_placed_with_an_assessment_on_the_other_side_of_a_new_therapy(
    started: int | None, expected: int | None
) -> None:
    therapy = [] if started is None else [SimpleNamespace(started_on=on(started), intent="ANTI_MYELOMA")]
    assert follow(PR, subsequent_therapy=therapy).place(on(36)) == expected
    assert follow(PR, subsequent_therapy=therapy).place(on(28)) == 0


# --- 4.3 clinical relapse: recorded, and no progression by itself


def judged(day: int, relapse: str | None) -> SimpleNamespace:
    return SimpleNamespace(
        assessed_on=on(day), circulating_plasma_cells=None, on_steroids="N", clinical_relapse=relapse
    )


@pytest.mark.parametrize(("answer", "told"), [("Y", True), ("N", False), ("U", False), (None, False)])
def test_a_clinical_relapse_by_the_investigators_word_is_recorded_and_changes_no_response(
    answer: Any, told: bool
) -> None:
    found = follow(PR, laboratory(61, serum_m_protein=1, **BAND), response_assessment=[judged(61, answer)])
    assert values(found) == values(follow(PR, laboratory(61, serum_m_protein=1, **BAND)))
    assert found.response.clinical_relapse_on == (on(61) if told else None)
    assert found.response.progression_on is None and not found.pfs.event


@pytest.mark.parametrize(("calcium", "told"), [("2.75", False), ("2.76", True)])
def test_calcium_above_11_mg_per_dl_is_a_clinical_relapse(calcium: str, told: bool) -> None:
    found = follow(PR, laboratory(61, serum_m_protein=1, calcium=calcium, **BAND))
    assert found.response.clinical_relapse_on == (on(61) if told else None)
