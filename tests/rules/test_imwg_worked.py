"""IMWG 2016 against worked cases kept as data, each with the source of its answer."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.rules.imwg_records import GONE, INFUSED, course, laboratory, lesion_course, marrow, on
from trial.rules import imwg, imwg_timeline
from trial.rules.imwg_confirmed import Ends, confirm
from trial.rules.imwg_measurable import Baseline, freeze
from trial.rules.imwg_progression import Nadirs, Progression
from trial.rules.imwg_response import TimePoint
from trial.rules.verdict import Verdict

WORKED = json.loads((Path(__file__).parent.parent / "worked" / "imwg_2016.json").read_text(encoding="utf-8"))


def exact(values: dict[str, Any]) -> dict[str, Any]:
    """Numbers of the file as the decimals that are written there."""
    return {name: Decimal(str(one)) if isinstance(one, float) else one for name, one in values.items()}


def test_the_record_without_disease_is_the_one_of_the_other_tests() -> None:
    assert exact(WORKED["gone"]) == exact(GONE)


def test_every_category_is_worked_and_every_case_has_a_source() -> None:
    assert {case["response"] for case in WORKED["time_points"]} == {"SCR", "CR", "VGPR", "PR", "MR", "SD", "PD", "NE"}
    assert all(case["source"] for case in WORKED["time_points"])


@pytest.mark.parametrize("case", WORKED["time_points"], ids=lambda case: case["name"])
def test_worked_time_point(case: dict[str, Any]) -> None:
    labs = [laboratory(-3, exact({**WORKED["gone"], **WORKED["baselines"][case["baseline"]]}))]
    labs.append(laboratory(28, exact({**WORKED["gone"], **case["now"]})))
    bone = dict(case["marrow"])
    before = bone.pop("baseline", None)
    bones = [marrow(28, **exact(bone))]
    if before is not None:
        bones.append(marrow(-3, plasma_cells_aspirate=None, plasma_cells_biopsy=before))
    image = lesion_course({28: case["lesions"]}) if "lesions" in case else None
    verdict = course(labs, bones, image).verdicts[0]
    assert verdict.value == case["response"], verdict.sentence
    assert set(case.get("flags", ())) <= set(verdict.flags)


# -- confirmation: pairs of responses, as published, whatever laboratory values they come from -----------------------------


def baseline() -> Baseline:
    before = imwg_timeline.laboratories([laboratory(-3, serum_m_protein=1)])
    return freeze(before, [], [], emd_course=None, light_chain="KAPPA", heavy_chain="IGG", options=imwg.RECOMMENDED)


def judged(day: int, level: str, reason: str | None) -> TimePoint:
    """A time point of this level; progression is a serum M-protein of 2 against a nadir of 1 g/dL."""
    serum = None if level == "NE" else Decimal(2 if level == "PD" else 1)
    lab = imwg_timeline.Laboratory(day=on(day), serum=serum)
    found = Progression((), (reason or "BIOCHEM",), on(day), positive=frozenset({"SERUM"}))
    nothing = Progression((), (), None)
    return TimePoint(
        imwg_timeline.Assessment(day=on(day), laboratory=lab),
        Verdict(level, "By hand.", "by hand"),
        found if level == "PD" else nothing,
        Nadirs.of(baseline()),
    )


@pytest.mark.parametrize("case", WORKED["confirmation"], ids=lambda case: f"{case['first']}-{case['second']}")
def test_confirmed_response_as_published(case: dict[str, Any]) -> None:
    second, died = case["second"], None
    points = [judged(30, case["first"], case.get("reason"))]
    if second == "DEATH":
        died = INFUSED + timedelta(days=40)
    elif second is not None:
        points.append(judged(60, second, None))
    found = confirm(points, baseline(), Ends(died_on=died), imwg.RECOMMENDED)
    assert found.own[0].value == case["confirmed"], found.own[0].sentence


def test_the_pairs_are_all_there() -> None:
    levels = ["SCR", "CR", "VGPR", "PR", "MR", "SD", "PD", "NE", None]
    pairs = {(case["first"], case["second"]) for case in WORKED["confirmation"]}
    assert {(first, second) for first in levels[:-1] for second in levels} <= pairs
    assert "admiralonco" in WORKED["confirmation_source"]
