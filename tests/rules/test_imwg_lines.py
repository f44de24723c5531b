"""The line that a figure draws is the boundary of the rule: on it (light chains: just above) is progression, below is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from trial.rules import imwg_progression as rule
from trial.rules.imwg_lines import progression_from
from trial.rules.imwg_measurable import Point
from trial.rules.verdict import Verdict

STEP = Decimal("0.0001")
NADIRS = ("0", "0.4", "0.83", "1.9", "2", "2.1", "3.9", "4", "4.9", "4.99", "5", "7.3")
JUDGES: dict[str, Callable[[Point, Point], Verdict]] = {
    "SERUM": lambda now, nadir: rule._serum_rise(now, nadir, False),
    "URINE": rule._urine_rise,
    "FLC": rule.flc_rise,
}


def judged(component: str, value: Decimal, nadir: Decimal) -> str | int | None:
    return JUDGES[component](Point(value, date(2020, 2, 1)), Point(nadir, date(2020, 1, 1))).value


@pytest.mark.parametrize("text", NADIRS)
@pytest.mark.parametrize("component", JUDGES)
def test_the_line_is_where_the_rule_turns(component: str, text: str) -> None:
    nadir = Decimal(text) * (1 if component == "SERUM" else 200)  # up to 1460: both rises come to decide
    line = progression_from(component, nadir)
    assert judged(component, line - STEP, nadir) == "NO"
    assert judged(component, line + STEP, nadir) == "PD"


def test_a_serum_or_urine_value_on_the_line_is_progression_and_light_chains_must_pass_100() -> None:
    assert judged("SERUM", progression_from("SERUM", Decimal(0)), Decimal(0)) == "PD"
    assert judged("URINE", progression_from("URINE", Decimal(0)), Decimal(0)) == "PD"
    assert judged("FLC", progression_from("FLC", Decimal(0)), Decimal(0)) == "NO"


def test_the_lines_of_table_4() -> None:
    """IMWG 2016, table 4: 25 % and 0.5 g/dL; 1 g/dL from a nadir of 5 g/dL; 200 mg/24 h; 100 mg/L."""
    assert progression_from("SERUM", Decimal("0.83")) == Decimal("1.33")
    assert progression_from("SERUM", Decimal("3.61")) == Decimal("4.5125")
    assert progression_from("SERUM", Decimal("5.2")) == Decimal("6.2")
    assert progression_from("URINE", Decimal(40)) == Decimal(240)
    assert progression_from("FLC", Decimal(600)) == Decimal(750)
