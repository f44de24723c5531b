"""Imaging-plus MRD: each line of PET, both limits of uptake, the window from both sides, each missing part."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules.emd_images import INFUSED, Manager, gone, image, lesion
from trial.rules import mrd, mrd_imaging
from trial.rules.mrd_imaging import BLOOD_POOL, LIVER


def marrow(day: int, result: str = "NEGATIVE", sensitivity: str | None = "1e-5") -> SimpleNamespace:
    on = INFUSED + timedelta(days=day)
    return SimpleNamespace(
        sampled_on=on, mrd_method="NGF", mrd_sensitivity=sensitivity, mrd_result=result, mrd_level=None
    )


def pet(day: int, *lesions: Any, **more: Any) -> SimpleNamespace:
    return image(day, *lesions, method="PET_CT", **more)


def plus(marrows: Any, images: Any, *, limit: int = BLOOD_POOL) -> Any:
    seen = mrd_imaging.pets(images, infused_on=INFUSED, limit=limit)
    return mrd_imaging.imaging_plus(mrd.course(marrows, "1e-5", infused_on=INFUSED), seen, limit=limit)


# IMWG 2016, table 4: every area of uptake gone, or below the mediastinal blood pool (Deauville 1-2); Zamagni 2021: the liver (1-3).
@pytest.mark.parametrize(
    ("images", "blood_pool", "liver", "clause"),
    [
        (pet(28), "NEG", "NEG", mrd_imaging.NO_LESION),
        (pet(28, gone(1, deauville=1)), "NEG", "NEG", mrd_imaging.QUIET),
        (pet(28, lesion(1, 20, 10, deauville=2)), "NEG", "NEG", mrd_imaging.QUIET),
        (pet(28, lesion(1, 20, 10, deauville=3)), "POS", "NEG", mrd_imaging.AVID),
        (pet(28, lesion(1, 20, 10, deauville=4)), "POS", "POS", mrd_imaging.AVID),
        (pet(28, gone(1, deauville=4)), "POS", "POS", mrd_imaging.AVID),
        (pet(28, lesion(1, 20, 10)), None, None, mrd_imaging.UNSCORED),
        (pet(28, lesion(1, 20, 10, deauville=2, is_new="Y")), "POS", "POS", mrd_imaging.NEW),
        (pet(28, new_bone_lesion="Y"), "POS", "POS", mrd_imaging.NEW),
        (pet(28, lesion(1, deauville=None, state="MERGED"), lesion(2, 20, 9, deauville=1)), "NEG", "NEG", mrd_imaging.QUIET),
    ],
)  # fmt: skip
def test_a_pet_is_negative_positive_or_open(images: Any, blood_pool: Any, liver: Any, clause: str) -> None:
    found = [mrd_imaging.pet(images, limit=limit) for limit in (BLOOD_POOL, LIVER)]
    assert [one.value for one in found] == [blood_pool, liver]
    assert found[0].clause == clause
    assert all("{" not in one.sentence and one.clause in mrd_imaging.CLAUSES for one in found)


def test_a_lesion_gone_without_a_score_counts_as_not_active_and_is_flagged() -> None:
    found = mrd_imaging.pet(pet(28, gone(1)))
    assert (found.value, found.flags) == ("NEG", ("GONE_WITHOUT_SCORE",))


def test_only_pet_after_the_infusion_is_read_and_rows_may_stand_behind_a_manager() -> None:
    images = [image(28), pet(0), pet(-5), pet(61)]
    assert [one.day for one in mrd_imaging.pets(images, infused_on=INFUSED)] == [INFUSED + timedelta(days=61)]
    images[-1].lesions = Manager([lesion(1, 20, 10, deauville=5)])
    assert [one.verdict.value for one in mrd_imaging.pets(images, infused_on=INFUSED)] == ["POS"]


@pytest.mark.parametrize(
    ("day", "value"), [(0, "NEG"), (28, "NEG"), (-28, "NEG"), (29, "NOT_EVALUABLE"), (-29, "NOT_EVALUABLE")]
)
def test_the_pet_lies_within_28_days_of_the_marrow_on_either_side(day: int, value: str) -> None:
    assert plus([marrow(91)], [pet(91 + day)]).value == value


AVID = pet(28, lesion(1, 20, 10, deauville=4))


@pytest.mark.parametrize(
    ("marrows", "images", "value", "clause"),
    [
        ([marrow(28)], [pet(28)], "NEG", mrd_imaging.PLUS),
        ([marrow(28)], [AVID], "POS", mrd_imaging.PLUS_NOT),
        ([marrow(28)], [], "NOT_EVALUABLE", mrd_imaging.NO_PET),
        ([marrow(28)], [image(28)], "NOT_EVALUABLE", mrd_imaging.NO_PET),
        ([marrow(28)], [pet(28, lesion(1, 20, 10))], "NOT_EVALUABLE", mrd_imaging.NO_PET),
        ([marrow(28)], [pet(20), AVID], "POS", mrd_imaging.PLUS_NOT),
        ([marrow(28), marrow(183)], [AVID, pet(183)], "NEG", mrd_imaging.PLUS),
        ([marrow(28), marrow(183)], [AVID], "NOT_EVALUABLE", mrd_imaging.NO_PET),
        ([marrow(28, "POSITIVE")], [pet(28)], "POS", mrd_imaging.NOT_NEGATIVE),
        ([marrow(28, sensitivity="1e-4")], [pet(28)], "NOT_EVALUABLE", mrd_imaging.NO_MARROW),
        ([], [pet(28)], "NOT_EVALUABLE", mrd_imaging.NO_MARROW),
    ],
)
def test_marrow_and_pet_together(marrows: Any, images: Any, value: str, clause: str) -> None:
    found = plus(marrows, images)
    assert (found.value, found.clause) == (value, clause)
    assert all("{" not in one.sentence for one in found.walk())


def test_uptake_between_blood_pool_and_liver_tells_the_two_limits_apart() -> None:
    images = [pet(28, lesion(1, 20, 10, deauville=3))]
    assert [plus([marrow(28)], images, limit=limit).value for limit in (BLOOD_POOL, LIVER)] == ["POS", "NEG"]
    assert plus([marrow(28)], images, limit=LIVER).basis == mrd_imaging.LIVER_BASIS
