"""ECOG, dose-limiting toxicity, residual disease and antigens against worked cases kept as data."""

import json
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules.emd_images import image, lesion
from trial.rules import dlt, ecog, mrd, mrd_imaging
from trial.rules.antigen import antigen_at_relapse

FOLDER = Path(__file__).parent.parent / "worked"
ECOG, DLT, MRD, ANTIGEN = (
    json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in ("ecog", "dlt", "mrd", "antigen")
)
INFUSED = date(2031, 3, 1)  # as in tests.rules.emd_images


def on(day: int) -> date:
    return INFUSED + timedelta(days=day)


def marrow(day: int, result: str, sensitivity: str | None, level: str | None) -> SimpleNamespace:
    return SimpleNamespace(
        sampled_on=on(day), mrd_method="NGF", mrd_sensitivity=sensitivity, mrd_result=result, mrd_level=level
    )


def pet(day: int, score: int | None) -> SimpleNamespace:
    lesions = [] if score is None else [lesion(1, 20, 10, deauville=score)]
    return image(day, *lesions, method="PET_CT")


@pytest.mark.parametrize("case", ECOG["cases"], ids=lambda case: case["name"])
def test_ecog(case: dict[str, Any]) -> None:
    found = ecog.ecog(case["code"])
    assert found.value == case["value"]
    assert case["words"] in found.sentence


@pytest.mark.parametrize("case", DLT["cases"], ids=lambda case: case["name"])
def test_dose_limiting_toxicity(case: dict[str, Any]) -> None:
    day = None if case["day"] is None else on(case["day"])
    found = dlt.evaluable(infused_on=INFUSED, answer=case["answer"], dlt=case["dlt"], evaluated_on=day)
    assert found.value == case["value"], found.sentence


@pytest.mark.parametrize("case", DLT["staggering"], ids=lambda case: case["source"])
def test_staggering(case: dict[str, Any]) -> None:
    assert dlt.staggered(on(case["second_on"]), [INFUSED]).value == case["value"]


@pytest.mark.parametrize("case", MRD["at_threshold"], ids=lambda case: case["source"])
def test_residual_disease_at_a_threshold(case: dict[str, Any]) -> None:
    found = mrd.at_threshold(marrow(*case["marrow"]), case["threshold"])
    assert found.value == case["value"], found.sentence


@pytest.mark.parametrize("case", MRD["courses"], ids=lambda case: case["source"])
def test_residual_disease_over_time(case: dict[str, Any]) -> None:
    followed = mrd.course([marrow(*one) for one in case["marrows"]], "1e-5", infused_on=INFUSED)
    responses = [(on(day), value) for day, value in case["responses"]]
    found = (mrd.any_time(followed), mrd.within_cr(followed, responses=responses), mrd.sustained(followed))
    assert [one.value for one in found] == [case["any"], case["in_cr"], case["sustained"]]


@pytest.mark.parametrize("case", MRD["imaging_plus"], ids=lambda case: case["source"])
def test_residual_disease_with_pet(case: dict[str, Any]) -> None:
    followed = mrd.course([marrow(*one) for one in case["marrows"]], "1e-5", infused_on=INFUSED)
    images = [pet(*one) for one in case["pets"]]
    for name, limit in mrd_imaging.LIMITS.items():
        seen = mrd_imaging.pets(images, infused_on=INFUSED, limit=limit)
        assert mrd_imaging.imaging_plus(followed, seen, limit=limit).value == case[name]


@pytest.mark.parametrize("case", ANTIGEN["cases"], ids=lambda case: case["name"])
def test_antigens_at_relapse(case: dict[str, Any]) -> None:
    relapse = on(300)
    marrows = [
        SimpleNamespace(sampled_on=relapse + timedelta(days=day), bcma_positive=bcma, cd38_positive=cd38)
        for day, bcma, cd38 in case["marrows"]
    ]
    assert antigen_at_relapse(marrows, progressed_on=relapse).value == case["value"]
