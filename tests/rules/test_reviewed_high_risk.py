"""Second reading of high risk by IMS/IMWG 2025: each criterion alone, its limits from both sides, what leaves it open.

Source: Avet-Loiseau H et al. J Clin Oncol 2025;43:2739-51. High risk is any of (1) del(17p) in more than 20 % of clonal cells
and/or a mutation of TP53; (2) t(4;14), t(14;16) or t(14;20) with 1q+ and/or del(1p32); (3) monoallelic del(1p32) with 1q+, or
biallelic del(1p32); (4) β2-microglobulin of 5.5 mg/L or more with creatinine below 1.2 mg/dL.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crf import risk
from trial.rules.high_risk import HighRisk2025Options, high_risk_2025

NONE: dict[str, Any] = {
    "del_17p": "N", "del_17p_percent": None, "tp53_mutation": "N", "t_4_14": "N", "t_14_16": "N", "t_14_20": "N", "gain_1q": "N",
    "gain_1q_copies": None, "del_1p32": "N", "del_1p32_biallelic": None, "b2_microglobulin": Decimal(3), "creatinine": Decimal(80),
}  # fmt: skip
GAIN = {"gain_1q": "Y", "gain_1q_copies": 3}
MONO = {"del_1p32": "Y", "del_1p32_biallelic": "N"}


def judge(**changes: Any) -> Any:
    options = changes.pop("options", HighRisk2025Options())
    return high_risk_2025(**{**NONE, **changes}, options=options)


def test_without_any_of_them_it_is_not_high_risk() -> None:
    assert judge().value == "N"
    assert [one.value for one in judge().because] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({"del_17p": "Y", "del_17p_percent": "20.5"}, [1, 0, 0, 0]),
        ({"tp53_mutation": "Y"}, [1, 0, 0, 0]),
        ({"t_4_14": "Y", **GAIN}, [0, 1, 0, 0]),
        ({"t_14_16": "Y", **MONO}, [0, 1, 0, 0]),
        ({"t_14_20": "Y", **GAIN}, [0, 1, 0, 0]),
        ({**MONO, **GAIN}, [0, 0, 1, 0]),
        ({"del_1p32": "Y", "del_1p32_biallelic": "Y"}, [0, 0, 1, 0]),
        ({"b2_microglobulin": Decimal("5.5")}, [0, 0, 0, 1]),
    ],
)
def test_one_criterion_is_enough(changes: dict[str, Any], met: list[int]) -> None:
    found = judge(**changes)
    assert found.value == "Y"
    assert [one.value for one in found.because] == met


@pytest.mark.parametrize(
    "changes",
    [
        {"del_17p": "Y", "del_17p_percent": "20"}, {"t_4_14": "Y"}, {"t_14_16": "Y"}, {"t_14_20": "Y"}, GAIN, MONO,
        {"gain_1q": "Y", "gain_1q_copies": 8}, {"b2_microglobulin": Decimal("5.4"), "creatinine": Decimal(60)},
        # Renal failure explains the β2-microglobulin: 106.08 umol/L is 1.2 mg/dL.
        {"b2_microglobulin": Decimal(12), "creatinine": Decimal("106.08")},
    ],
    ids=str,
)  # fmt: skip
def test_high_risk_of_2016_and_half_a_criterion_are_not_high_risk_of_2025(changes: dict[str, Any]) -> None:
    assert judge(**changes).value == "N"


@pytest.mark.parametrize(
    "changes",
    [
        {"del_17p": "Y", "del_17p_percent": None}, {"tp53_mutation": "U"}, {"t_4_14": "Y", "gain_1q": "U"},
        {"t_4_14": "U", **GAIN}, {"del_1p32": "Y", "del_1p32_biallelic": "U"}, {"del_1p32": "U", **GAIN},
        {"b2_microglobulin": Decimal(6), "creatinine": None}, {"b2_microglobulin": None},
        {"del_17p": "Y", "del_17p_percent": 0},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_known_leaves_it_open_unless_another_criterion_is_met(changes: dict[str, Any]) -> None:
    assert judge(**changes).value is None
    if changes.get("tp53_mutation") is None:
        assert judge(**{**changes, "tp53_mutation": "Y"}).value == "Y"


def test_at_least_20_percent_is_a_named_option() -> None:
    reached = {"del_17p": "Y", "del_17p_percent": "20"}
    assert judge(**reached, options=HighRisk2025Options(share_included=True)).value == "Y"
    assert judge(**reached).value == "N"


def test_the_creatinine_is_the_newest_at_or_before_the_history() -> None:
    rows = [(date(2026, 3, 1), Decimal(80)), (date(2026, 3, 9), Decimal(300)), (date(2026, 3, 10), Decimal(90))]
    assert risk.creatinine_at(rows, date(2026, 3, 9)) == 300
    assert risk.creatinine_at(rows, date(2026, 3, 8)) == 80
    assert risk.creatinine_at(rows, date(2026, 2, 28)) is None
    assert risk.creatinine_at(rows, None) is None
