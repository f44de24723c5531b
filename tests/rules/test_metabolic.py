"""Metabolic response by Deauville: worked cases, each rung, the score from both sides of the liver, each missing part."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.rules.emd_images import INFUSED, gone, image, lesion
from trial.rules import metabolic

WORKED = json.loads((Path(__file__).parent.parent / "worked" / "pet.json").read_text(encoding="utf-8"))


def pet(day: int, *lesions: Any, **more: Any) -> Any:
    return image(day, *lesions, method="PET_CT", **more)


def scored(day: int, scores: list[int]) -> Any:
    return pet(day, *(lesion(number, 20, 10, deauville=score) for number, score in enumerate(scores, 1)))


@pytest.mark.parametrize("case", WORKED["cases"], ids=lambda case: case["name"])
def test_the_worked_cases(case: dict[str, Any]) -> None:
    before = None if case["before"] is None else scored(-10, case["before"])
    now = scored(91, case["now"])
    if "new" in case:
        now.lesions = (*now.lesions, lesion(9, 15, 9, deauville=case["new"], is_new="Y"))
    found = metabolic.metabolic(now, before=before)
    assert found.value == case["value"], found.sentence
    assert "{" not in found.sentence and found.clause in metabolic.CLAUSES and set(found.flags) <= set(metabolic.FLAGS)


@pytest.mark.parametrize(("score", "value"), [(1, "CMR"), (3, "CMR"), (4, "SMD"), (5, "SMD")])
def test_residual_begins_above_the_liver(score: int, value: str) -> None:
    assert metabolic.metabolic(scored(91, [score]), before=scored(-10, [score])).value == value


def test_a_lesion_gone_by_size_with_uptake_is_residual_and_one_without_a_score_is_not() -> None:
    before = scored(-10, [5])
    assert metabolic.metabolic(pet(91, gone(1, deauville=4)), before=before).value == "PMR"
    assert metabolic.metabolic(pet(91, gone(1)), before=before).value == "CMR"


def test_what_merged_counts_in_the_lesion_that_it_became() -> None:
    merged = pet(91, lesion(1, 20, 10, deauville=4), lesion(2, state="MERGED", into=1, deauville=4))
    assert metabolic.metabolic(merged, before=scored(-10, [4, 4])).value == "PMR"


def test_a_lesion_that_is_there_without_a_score_leaves_it_open_unless_there_is_a_new_one() -> None:
    before, blank = scored(-10, [5, 5]), lesion(1, 20, 10)
    assert metabolic.metabolic(pet(91, blank), before=before).clause == metabolic.UNSCORED
    assert metabolic.metabolic(pet(91, blank, new_bone_lesion="Y"), before=before).value == "PMD"


def test_fewer_lesions_of_a_higher_score_are_no_partial_response() -> None:
    found = metabolic.metabolic(scored(91, [5]), before=scored(-10, [4, 4]))
    assert (found.value, "UPTAKE_ROSE" in found.flags) == ("SMD", True)


def test_on_a_form_the_last_pet_up_to_the_infusion_is_compared_with() -> None:
    images = [scored(-40, [4]), scored(-5, [5]), image(-3, lesion(1, 20, 10)), scored(91, [4])]
    whole = metabolic.follow(images, infused_on=INFUSED)
    now = images[-1]

    def on_day(day: int, method: str = "PET_CT") -> Any:
        return metabolic.on_day(whole, INFUSED + timedelta(days=day), method, "N", now.lesions)

    assert on_day(91).value == "PMR"
    assert on_day(0).clause == metabolic.BASELINE
    assert on_day(91, "CT").clause == metabolic.NO_PET
    assert metabolic.on_day(None, INFUSED, "PET_CT", "N", ()).clause == metabolic.NOT_INFUSED
    assert metabolic.follow([image(-3)], infused_on=INFUSED).before is None
