"""ICANS, CTCAE and extramedullary response against worked cases kept as data, each with the source of its answer."""

import json
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules.emd_images import INFUSED, gone, image, lesion
from tests.rules.icans_assessments import FULL_ICE, assessment, ice, judge
from trial.rules import ctcae, emd, icans

FOLDER = Path(__file__).parent.parent / "worked"
ICANS, CTCAE, EMD = (
    json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in ("icans_astct_2019", "ctcae", "emd")
)


@pytest.mark.parametrize("case", ICANS["cases"], ids=lambda case: case["name"])
def test_icans(case: dict[str, Any]) -> None:
    score = dict.fromkeys(FULL_ICE) if case["ice"] is None else ice(case["ice"])
    now = assessment(**{**score, **case["items"]})
    verdict = judge(now)
    assert verdict.value == case["grade"], verdict.sentence
    assert [part.value for part in verdict.because] == case["because"]
    assert icans.course([now]).verdicts == (verdict,)
    assert case["source"]


@pytest.mark.parametrize("case", CTCAE["cases"], ids=lambda case: case["source"])
def test_ctcae(case: dict[str, Any]) -> None:
    lln = None if case["lln"] is None else Decimal(case["lln"])
    assert ctcae.grade(case["term"], Decimal(case["value"]), lln=lln, version=case["version"]).value == case["grade"]


def rows(step: dict[str, Any]) -> list[SimpleNamespace]:
    found = [lesion(number, long, short) if long else gone(number) for number, long, short in step["lesions"]]
    return [*found, *([lesion(*step["new"], is_new="Y", target="N")] if "new" in step else [])]


def test_extramedullary_response() -> None:
    steps = EMD["follow_up"]
    images = [image(step["day"], *rows(step)) for step in (EMD["baseline"], *steps)]
    course = emd.course(images, infused_on=INFUSED)
    assert course.baseline_spd == EMD["baseline"]["spd"]
    assert [(float(spd or 0), one.value) for spd, one in zip(course.spds, course.verdicts, strict=True)] == [
        (step["spd"], step["value"]) for step in steps
    ]
    assert course.best is not None and course.best.value == EMD["best"]
    assert all(step["source"] for step in steps)
