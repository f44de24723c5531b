"""What a second reader of the criteria found: each test stands for a case that was answered wrongly, or not at all."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from types import SimpleNamespace

import pytest

from tests.rules.emd_images import INFUSED as IMAGED_FROM
from tests.rules.emd_images import gone, image, lesion
from tests.rules.icans_assessments import UNAROUSABLE, grade, ice
from trial.rules import emd
from trial.rules import time_to_event as tte
from trial.rules.antigen import antigen_at_relapse
from trial.rules.time_to_event import Assessed, Due, TimeOptions

INFUSED = date(2031, 3, 1)
SCHEDULE = [Due(28, 2, 7), Due(61, 7, 7), Due(91, 7, 7), Due(183, 14, 14)]
BASELINE = image(-7, lesion(1, 40, 25), lesion(2, 40, 25))


def on(day: int) -> date:
    return INFUSED + timedelta(days=day)


def values(*images: SimpleNamespace) -> list[str | int | None]:
    return [verdict.value for verdict in emd.course(images, infused_on=IMAGED_FROM).verdicts]


# --- ICANS: "do not enter numeric 0"


@pytest.mark.parametrize("status", ["UNAROUSABLE", "SEDATED", "NOT_DONE"])
def test_zeros_entered_beside_a_status_without_a_number_are_flagged(status: str) -> None:
    assert "ICE_STATUS_CONFLICT" in grade(**{**ice(0), "ice_status": status}).flags
    assert "ICE_STATUS_CONFLICT" not in grade(**{**UNAROUSABLE, "ice_status": status}).flags


# --- extramedullary disease: CR = all gone


@pytest.mark.parametrize("state", ["MEASURED", "TOO_SMALL", "NOT_EVALUABLE"])
def test_a_lesion_that_the_baseline_missed_excludes_a_complete_response_while_it_is_there(state: str) -> None:
    missed = image(60, gone(1), gone(2), lesion(3, 12, 9, state=state, is_new="N"))
    assert values(BASELINE, missed, image(90, gone(1), gone(2), gone(3))) == ["PR", "CR"]


def test_with_an_empty_baseline_a_lesion_said_not_to_be_new_is_not_evaluable() -> None:
    found = emd.course([image(-7), image(60, lesion(3, 12, 9, is_new="N"))], infused_on=IMAGED_FROM)
    assert (found.verdicts[0].value, found.verdicts[0].clause) == ("NE", emd.NO_TARGET_RESPONSE)
    assert values(image(-7), image(60, gone(3, is_new="N"))) == [None]


# --- extramedullary disease: two forms of one day, in any order


@pytest.mark.parametrize(("one", "other", "expected"), [
    ((gone(1, deauville=5), gone(2)), (gone(1), gone(2)), "PR"),  # the score stands on one form only
    ((gone(1), gone(2), lesion(3, 12, 9, is_new="N")), (lesion(3, 11, 9, is_new="Y"),), "PD"),
    ((lesion(1, 10, 10), lesion(2, 10, 10)), (lesion(1, 9, 9, treated_locally="Y"),), "NE"),
    ((gone(1), gone(2)), (lesion(1, 30, None),), "NE"),  # seen, if not fully measured: not gone
    ((lesion(1, 10, 10), gone(2)), (lesion(1, 20, 10), gone(2)), "PR"),  # the larger reading
    ((lesion(1, 60, 20), lesion(2, state="MERGED", into=1)), (lesion(1, 50, 20), gone(2)), "MR"),
    ((lesion(1, 80, 13), gone(2)), (lesion(1, 52, 20), gone(2)), "PD"),  # 1040 mm2 twice; the longer one is twice 40 mm
    ((gone(1), gone(2)), (lesion(1, state="NOT_EVALUABLE"),), "CR"),  # what one method cannot read another may
])  # fmt: skip
def test_two_forms_of_a_day_give_one_answer_in_either_order(
    one: tuple[SimpleNamespace, ...], other: tuple[SimpleNamespace, ...], expected: str
) -> None:
    forms = [image(60, *one, method="PET_CT"), image(60, *other, method="CT")]
    assert [values(BASELINE, *order) for order in permutations(forms)] == [[expected]] * 2


def test_a_lesion_called_a_target_on_one_of_two_baseline_forms_is_one() -> None:
    forms = [image(-7, lesion(1, 40, 25, target="N")), image(-7, lesion(1, 39, 25, target="Y"))]
    for order in permutations(forms):
        assert emd.course(order, infused_on=IMAGED_FROM).baseline_spd == Decimal(1000)


# --- PFS: without a baseline nothing can have progressed


@pytest.mark.parametrize(
    ("therapy", "event", "days"), [(90, False, 0), (399, False, 0), (400, True, 400), (450, True, 400)]
)
def test_without_a_baseline_a_new_therapy_before_death_censors_although_a_progression_is_recorded_earlier(
    therapy: int, event: bool, days: int
) -> None:
    assessments = [Assessed(on(28), "PR", True), Assessed(on(61), "PD", True)]

    def found(options: TimeOptions) -> tte.Timed:
        return tte.pfs(
            infused_on=INFUSED, assessments=assessments, progression_on=on(61), died_on=on(400), new_therapy_on=on(therapy),
            has_baseline=False, schedule=SCHEDULE, options=options,
        )  # fmt: skip

    censoring = found(TimeOptions())
    assert (censoring.event, censoring.days) == (event, days)
    assert ("PROGRESSION_NOT_COUNTED" in censoring.flags) == (not event)
    ignoring = found(TimeOptions(new_therapy_censors=False))
    assert (ignoring.event, ignoring.days) == (True, 400)


# --- antigens at relapse: not from a marrow before the infusion


def test_a_marrow_up_to_the_infusion_tells_nothing_of_the_relapse() -> None:
    before = SimpleNamespace(sampled_on=on(-3), bcma_positive=Decimal(90), cd38_positive=Decimal(90))
    same_day = SimpleNamespace(sampled_on=on(0), bcma_positive=Decimal(90), cd38_positive=Decimal(90))
    after = SimpleNamespace(sampled_on=on(40), bcma_positive=Decimal(2), cd38_positive=Decimal(90))
    assert antigen_at_relapse([before], progressed_on=on(20)).value == "BCMA+CD38+"
    for marrows, expected in (([before, same_day], None), ([before, same_day, after], "BCMA-CD38+")):
        assert antigen_at_relapse(marrows, progressed_on=on(20), infused_on=INFUSED).value == expected
