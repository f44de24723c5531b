"""Cellular kinetics of a cut: the worked curves, methods apart, and each number that of the page of the sample."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from analytics import details
from analytics.registry import Cut
from crf import sheet
from crf.declare.form import form_named
from tests import database, study
from tests.analytics.by_hand import empty, made
from tests.analytics.conftest import INFUSED_AT
from trial.models import Subject
from trial.rules import kinetics

NAME = "kinetics"
WORKED = json.loads((Path(__file__).parents[1] / "worked" / "kinetics.json").read_text(encoding="utf-8"))["cases"]


def of(curves) -> Cut:
    """Infused subjects with samples (day, value or None = below quantification, method)."""
    on = INFUSED_AT.date()
    units = {"QPCR": "copies/ug", "DDPCR": "copies/ug", "FLOW": "cells/uL"}
    subjects = [
        {"subject": code, "timezone": "UTC", "status": "INFUSED", "dose_level": "1.0", "infused_at": INFUSED_AT}
        for code in curves
    ]
    lines = [
        {"subject": code, "visit": f"u{number}", "sampled_on": on + timedelta(days=day), "method": method,
         "unit": units[method], "below": "BLQ" if value is None else None,
         "value": None if value is None else float(value)}
        for code, own in curves.items()
        for number, (day, value, method) in enumerate(own, start=1)
    ]  # fmt: skip
    return Cut(empty() | {"subject": made("subject", subjects), "cart_persistence": made("cart_persistence", lines)})


@pytest.fixture(scope="module")
def cut():
    curves = {f"01-{at:03}": [(*point, "QPCR") for point in case["points"]] for at, case in enumerate(WORKED, 1)}
    return of(curves | {"02-001": [(7, 2, "FLOW"), (14, 8, "FLOW"), (30, 1, "FLOW")], "02-002": []})


@pytest.mark.parametrize("trapezoids", ["linear", "linear_up_log_down"])
def test_results_are_those_of_the_worked_curves(cut, trapezoids):
    lines = cut["kinetic_curves"].frame("QPCR", trapezoids).set_index("subject")
    for at, case in enumerate(WORKED, 1):
        line = lines.loc[f"01-{at:03}"]
        assert (line["cmax"], line["tmax"], line["tlast"]) == (case["cmax"], case["tmax"], case["tlast"]), case["name"]
        for name, horizon in (("area_28", "28"), ("area_90", "90")):
            expected = case[trapezoids][horizon]
            assert (line[name] != line[name]) if expected is None else line[name] == pytest.approx(expected, abs=0.01)


def test_the_table_summarises_what_can_be_given(cut):
    table = cut.table(NAME)
    assert table.cell("sampled", "all").subjects == tuple(f"01-{at:03}" for at in range(1, 6))
    # Cmax 1000, 400, 800, 200, 60: median 400. AUC to day 90 of three curves only: 15031, 2800, 1732, median 2800.
    assert (str(table.cell("cmax.n", "all").text), str(table.cell("cmax.median", "all").text)) == ("5", "400.0")
    assert str(table.cell("cmax.range", "all").text) == "60 to 1000"
    assert (table.cell("area_90.n", "all").text, table.cell("area_90.median", "all").text) == ("3", "2800.0")
    assert table.cell("area_90.n", "all").subjects == ("01-001", "01-004", "01-005")
    assert any("linear trapezoids" in str(note) for note in table.footnotes)
    assert any("logarithmic" in str(note) for note in cut.table(NAME, trapezoids="linear_up_log_down").footnotes)


def test_methods_are_never_mixed(cut):
    table = cut.table(NAME, method="FLOW")
    assert table.cell("cmax.n", "all").subjects == ("02-001",)
    assert [str(row.label) for row in table.rows if row.key == "cmax"] == ["Cmax, cells/µL"]
    assert cut.table(NAME, method="DDPCR").cell("sampled", "all").subjects == ()


def test_a_peak_in_the_first_sample_is_named():
    table = of({"01-001": [(28, 100, "QPCR"), (60, 10, "QPCR")], "01-002": [(7, 1, "QPCR"), (14, 9, "QPCR")]}).table(
        NAME
    )
    assert str(table.footnotes[-1]).endswith(": 01-001.")


def test_behind_a_cell_stand_the_clauses_and_the_samples_of_the_curve(cut):
    kept = details.records(cut.details(NAME, ("01-002", "02-001"), method="FLOW"), NAME)
    first, second = details.of(NAME, kept, ("01-002", "02-001"))
    assert first.why == kinetics.NO_SAMPLE and first.forms == ()
    assert second.why.startswith("The highest value, on day 14.")
    assert "linear trapezoids" in second.why and "before day 90: no area" in second.why
    assert [one.visit for one in second.forms] == ["u1", "u2", "u3"]


def test_every_number_of_the_demonstration_is_that_on_the_page(demo_cut, demo_database, django_db_blocker):
    lines = demo_cut["adpk"].set_index("subject")
    form, compared = form_named("cart_persistence"), 0
    with django_db_blocker.unblock(), database.using(demo_database, read_only=True), study.seeing_everything():
        for subject in Subject.objects.filter(code__in=lines.index).select_related("site"):
            row = form.objects.filter(subject=subject).select_related("visit").order_by("id").first()
            row.subject = subject
            page, line = sheet.of_row(row), lines.loc[subject.code]
            for name in ("cmax", "tmax", "tlast", "area_28", "area_90", "half_life"):
                verdict, text = getattr(page, name), line[f"{name}_shown"]
                said = None if verdict.value is None else str(verdict.value).split(" ")[0]
                assert said == (None if text != text else text), (subject.code, name)
                compared += said is not None
    assert compared > 80
