"""The curve at one sample: of its own method and unit, each result a verdict, every unused sample with its day."""

from decimal import Decimal
from typing import Any

import pytest

from tests.rules.test_kinetics import CELLS, COPIES, INFUSED, WORKED, curve, on, sample
from trial.rules import kinetics, kinetics_on, kinetics_points

MIXED = [
    *curve((7, 100), (14, 1000), (28, 10)),
    sample(7, 2, unit=CELLS, method="FLOW"),
    sample(21, 9000, method="DDPCR"),
]


def said(
    name: str, samples: Any = MIXED, *, method: str | None = "QPCR", unit: str | None = COPIES, day: int = 28
) -> Any:
    return kinetics_on.result(name)(kinetics_on.follow(samples, infused_on=INFUSED), on(day), method, unit)


@pytest.mark.parametrize("case", WORKED["cases"], ids=lambda case: case["name"])
def test_the_worked_curves_as_a_page_says_them(case: dict[str, Any]) -> None:
    samples = curve(*case["points"])
    assert said("cmax", samples).value == f"{case['cmax']} copies/ug"
    assert (said("tmax", samples).value, said("tlast", samples).value) == (f"{case['tmax']} d", f"{case['tlast']} d")
    for name, horizon in (("area_28", "28"), ("area_90", "90")):
        area, found = case["linear"][horizon], said(name, samples)
        if area is None:
            assert found.value is None and found.clause == kinetics.AREA_SHORT
        else:
            number, unit = found.value.split(" ")
            assert float(number) == pytest.approx(area, abs=0.06) and unit == "copies/ug·d"
            assert "linear trapezoids" in found.clause


def test_samples_of_another_method_take_no_part_and_are_named() -> None:
    found = said("cmax")
    assert found.value == "1000 copies/ug"
    assert {(one.clause, one.value) for one in found.because} == {
        (kinetics_points.OTHER_METHOD, on(21).isoformat()), (kinetics_points.OTHER_UNIT, on(7).isoformat()),
    }  # fmt: skip
    assert "SEVERAL_METHODS" not in found.flags
    assert said("cmax", method="DDPCR").value == "9000 copies/ug"
    assert said("cmax", method="FLOW", unit=CELLS).value == "2 cells/uL"


def test_below_quantification_stands_under_the_area_with_what_was_done() -> None:
    points = curve((0, None), (7, None), (14, 100), (21, None), (28, 100), (35, None), (120, None))
    assert [(one.value, one.clause) for one in said("area_28", points).because] == [
        (on(0).isoformat(), kinetics.ZERO_BEFORE), (on(7).isoformat(), kinetics.ZERO_BEFORE),
        (on(35).isoformat(), kinetics.ZERO_AFTER), (on(120).isoformat(), kinetics.ZERO_AFTER),
        (on(21).isoformat(), kinetics.LEFT_BETWEEN),
    ]  # fmt: skip
    assert said("tmax", points).because == ()


def test_each_way_of_counting_below_quantification_has_its_sentence() -> None:
    points = curve((0, None), (14, 100), (21, None), (28, 100), (35, None))
    curves = kinetics_on.follow(points, infused_on=INFUSED)
    for choice, clauses in (
        ("zero", {kinetics.ZERO_BEFORE, kinetics.ZERO_BETWEEN, kinetics.ZERO_AFTER}),
        ("left_out", {kinetics.LEFT_BEFORE, kinetics.LEFT_BETWEEN, kinetics.LEFT_AFTER}),
    ):
        options = kinetics.KineticsOptions(before_first=choice, between=choice, after_last=choice)
        found = kinetics_on.as_verdict(curves.of("QPCR", COPIES, options=options), "area_28")
        assert {one.clause for one in found.because} == clauses


def test_before_the_infusion_and_without_a_method_there_is_no_result() -> None:
    for name in kinetics_on.RESULTS:
        assert said(name, day=-1).clause == kinetics_on.BEFORE
        assert said(name, day=0).clause != kinetics_on.BEFORE
        assert said(name, method=None).clause == kinetics_on.NO_METHOD
        assert said(name, unit="").clause == kinetics_on.NO_METHOD
        assert kinetics_on.result(name)(None, on(1), "QPCR", COPIES).clause == kinetics_on.NOT_INFUSED
        assert said(name, []).clause == kinetics.NO_SAMPLE


@pytest.mark.parametrize(("value", "text"), [
    ("28000.00", "28000"), ("0", "0"), ("10.25", "10.3"), ("9.99951", "10.000"), ("0.35", "0.350"), ("10985.714", "10985.7"),
])  # fmt: skip
def test_a_number_has_the_places_it_needs(value: str, text: str) -> None:
    assert kinetics_on.amount(Decimal(value)) == text
