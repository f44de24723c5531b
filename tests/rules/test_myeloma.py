"""One subject's forms followed together: what each form's day belongs to, and what ends the counting."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules.imwg_records import GONE, INFUSED, SERUM, laboratory, marrow, on
from trial.rules import antigen, myeloma
from trial.rules.time_to_event import Due

HISTORY = SimpleNamespace(assessed_on=on(-10), light_chain="KAPPA", heavy_chain="IGG", prior_anti_cd38="N")
LABS = [laboratory(-5, SERUM), laboratory(28, serum_m_protein=1.5, serum_immunofixation="POSITIVE"), laboratory(61)]
MARROWS = [marrow(-5), marrow(30), marrow(61)]


def followed(**forms: Any) -> myeloma.Followed:
    rows = {"myeloma_history": [HISTORY], "myeloma_laboratory": LABS, "bone_marrow": MARROWS, **forms}
    return myeloma.follow(rows, infused_on=INFUSED, schedule=[Due(28, 2, 7), Due(61, 7, 7)])


def therapy(day: int, intent: str | None = "ANTI_MYELOMA") -> SimpleNamespace:
    return SimpleNamespace(started_on=on(day), intent=intent)


def died(day: int, cause: str | None = "MYELOMA") -> SimpleNamespace:
    return SimpleNamespace(died_on=on(day), cause=cause)


def alive(day: int | None) -> SimpleNamespace:
    return SimpleNamespace(last_known_alive_on=None if day is None else on(day))


def test_the_response_of_a_form_is_that_of_the_assessment_its_day_belongs_to() -> None:
    found = followed()
    assert [verdict.value for verdict in found.response.verdicts] == ["PR", "SCR"]
    assert myeloma.response_on(found, on(28)).value == "PR"
    assert myeloma.response_on(found, on(30)).value == "PR"  # the marrow of that assessment
    assert myeloma.response_on(found, on(61)).value == "SCR"
    assert myeloma.confirmed_on(found, on(28)).value == "PR"


@pytest.mark.parametrize(
    ("day", "place"), [(14, 0), (13, None), (42, 0), (43, None), (46, None), (47, 1), (75, 1), (76, None)]
)
def test_a_day_without_a_result_takes_the_nearest_assessment_within_fourteen_days(day: int, place: int | None) -> None:
    assert followed(bone_marrow=[]).place(on(day)) == place


def test_what_cannot_be_placed_says_why() -> None:
    found = followed()
    assert myeloma.response_on(None, on(28)).clause == myeloma.NOT_INFUSED
    assert myeloma.response_on(found, INFUSED).clause == myeloma.BEFORE
    assert myeloma.response_on(found, on(200)).clause == myeloma.NOTHING_NEAR
    assert myeloma.response_on(found, None).clause == myeloma.NOTHING_NEAR
    assert {myeloma.response_on(found, day).value for day in (INFUSED, on(200), None)} == {None}


def test_lesions_are_read_on_the_imaging_of_the_assessment() -> None:
    found = followed()
    assert myeloma.lesions_on(found, on(28)).clause == myeloma.NOTHING_NEAR  # no imaging at all


def test_a_supportive_therapy_ends_nothing_and_one_before_the_infusion_neither() -> None:
    assert followed(subsequent_therapy=[therapy(40, "SUPPORTIVE"), therapy(-3), therapy(0)]).new_therapy_on is None
    assert followed(subsequent_therapy=[therapy(40, None)]).new_therapy_on is None
    found = followed(subsequent_therapy=[therapy(50), therapy(40)])
    assert found.new_therapy_on == on(40)
    assert (found.pfs.event, found.pfs.on) == (False, on(28))
    assert (found.ttnt.event, found.ttnt.on) == (True, on(40))


def test_the_first_recorded_death_counts_with_its_cause() -> None:
    found = followed(death=[died(90, "OTHER"), died(80), SimpleNamespace(died_on=None, cause="UNKNOWN")])
    assert (found.died_on, found.death_cause) == (on(80), "MYELOMA")
    assert (found.os.event, found.os.days) == (True, 80)
    assert (found.pfs.event, found.pfs.on) == (True, on(80))
    assert followed(death=[died(80, None)]).death_cause is None


def test_survival_is_censored_when_last_known_to_be_alive() -> None:
    found = followed(survival_status=[alive(70), alive(200), alive(None)])
    assert (found.last_alive_on, found.os.event, found.os.days) == (on(200), False, 200)


def test_the_newest_history_names_the_chains() -> None:
    old = SimpleNamespace(assessed_on=on(-30), light_chain="LAMBDA", heavy_chain="IGA", prior_anti_cd38="Y")
    undated = SimpleNamespace(assessed_on=None, light_chain="LAMBDA", heavy_chain="IGA", prior_anti_cd38="Y")
    assert followed(myeloma_history=[HISTORY, old, undated]).response == followed().response


def test_an_old_value_moves_everything_after_it() -> None:
    labs = [laboratory(-5, SERUM, serum_m_protein=1.8), *LABS[1:]]
    found = followed(myeloma_laboratory=labs)
    assert [verdict.value for verdict in found.response.verdicts] == ["SD", "SCR"]
    assert found.response.first_response_on is None
    assert found.dor.event is None


def test_a_subject_without_any_form_has_nothing_and_fails_nothing() -> None:
    found = myeloma.follow({}, infused_on=INFUSED)
    assert (found.response.best.value, found.response.measurable.value) == ("MISSING", None)
    assert (found.pfs.event, found.pfs.days, found.os.days) == (False, 0, 0)
    assert found.dor.event is None
    assert myeloma.response_on(found, date(2031, 4, 1)).value is None


def test_rows_of_any_order_give_the_same() -> None:
    assert followed(myeloma_laboratory=LABS[::-1], bone_marrow=MARROWS[::-1]).response == followed().response
    assert GONE["serum_m_protein"] == 0


def test_the_antigens_at_the_progression_are_told_by_any_marrow() -> None:
    assert myeloma.antigens_on(None).clause == myeloma.NOT_INFUSED
    assert myeloma.antigens_on(followed()).clause == antigen.NO_PROGRESSION
    relapse = [*LABS, laboratory(120, SERUM), laboratory(127, SERUM)]
    marrows = [*MARROWS, marrow(121, bcma_positive=60, cd38_positive=3)]
    verdict = myeloma.antigens_on(followed(myeloma_laboratory=relapse, bone_marrow=marrows))
    assert verdict.value == "BCMA+CD38-"
    assert verdict.shown["on"] == on(121).isoformat()
