"""Measurable disease on the history page: before the infusion as of all values so far, after it frozen."""

from types import SimpleNamespace
from typing import Any

from tests.rules.emd_images import image, lesion
from tests.rules.imwg_records import FLC, GONE, INFUSED, SERUM, URINE, laboratory, marrow, on
from trial.rules import imwg, measurable_on


def history(**changes: Any) -> SimpleNamespace:
    return SimpleNamespace(**{"assessed_on": on(-10), "light_chain": "KAPPA", "heavy_chain": "IGG", **changes})


def known(*labs: Any, infused: bool = False, **forms: Any) -> Any:
    rows = {"myeloma_history": [history()], "bone_marrow": [marrow(-5)], "extramedullary_lesions": []}
    found = measurable_on.follow(
        {**rows, "myeloma_laboratory": list(labs), **forms}, infused_on=INFUSED if infused else None
    )
    return measurable_on.shown(found)


def test_each_class_is_told_while_the_subject_is_screened() -> None:
    assert [known(laboratory(-5, base)).value for base in (SERUM, URINE, FLC)] == ["SERUM", "URINE", "FLC"]
    found = known(laboratory(-5, SERUM))
    assert found.clause == measurable_on.SO_FAR
    assert found.because[0].value == "SERUM"


def test_a_lesion_alone_is_measurable_too() -> None:
    found = known(laboratory(-5), extramedullary_lesions=[image(-3, lesion(1, 30, 20))])
    assert "PLASMACYTOMA" in str(found.value)


def test_the_newest_values_count_until_the_infusion_and_none_after_it() -> None:
    labs = (laboratory(-30, SERUM), laboratory(-5, {**GONE}), laboratory(28, SERUM))
    assert known(*labs[:2]).value == "NONE"
    assert known(*labs, infused=True).value == "NONE"
    frozen = known(labs[0], labs[2], infused=True)
    assert (frozen.value, frozen.clause == measurable_on.SO_FAR) == ("SERUM", False)


def test_without_values_and_without_a_history_nothing_is_told() -> None:
    assert known(myeloma_history=[], bone_marrow=[]).value is None
    undated = known(laboratory(-5, SERUM), myeloma_history=[history(assessed_on=None), history()])
    assert undated.value == "SERUM"


def test_a_frozen_class_is_that_of_the_whole_course() -> None:
    for base in (SERUM, URINE, FLC, GONE):
        labs = [laboratory(-5, base), laboratory(28, GONE), laboratory(56, SERUM)]
        course = imwg.course(
            labs, [marrow(-5)], None, infused_on=INFUSED, light_chain="KAPPA", heavy_chain="IGG", died_on=on(90)
        )
        assert known(*labs, infused=True) == course.measurable
