"""Second reading of CRS by Lee 2014: a test a clause, both sides of each limit."""

from typing import Any

import pytest

from tests.rules.lee_assessments import FEVER, grade, pressor
from trial.rules.lee_options import LeeOptions
from trial.rules.lee_pressors import high_dose

# --- 1.2 Lee 2014


def test_lee_grade_1_is_constitutional_symptoms_only_and_grade_5_is_death() -> None:
    assert [grade(temperature=at, fever_due_to_crs="Y").value for at in ("37.9", "38.0")] == [0, 1]
    assert [grade(**FEVER, death_due_to_crs=death).value for death in ("N", "Y")] == [1, 5]


def test_lee_does_not_ask_for_fever_above_grade_1() -> None:
    assert grade(hypotension="Y").value == 2
    assert grade(oxygen="NASAL_CANNULA", fio2=28).value == 2
    assert grade(organ_toxicity="3").value == 3


@pytest.mark.parametrize(("fio2", "expected"), [("28", 2), ("39.9", 2), ("40", 3), ("100", 3), (None, 2)])
@pytest.mark.parametrize("device", ["NASAL_CANNULA", "HFNC", "FACE_MASK", "NON_REBREATHER"])
def test_lee_oxygen_is_grade_2_below_40_percent_and_grade_3_from_there(device: str, fio2: Any, expected: int) -> None:
    found = grade(oxygen=device, fio2=fio2)
    assert found.value == expected
    assert ("LOWER_BOUND" in found.flags) == (fio2 is None)  # "at least 2, 3 not excluded"


@pytest.mark.parametrize("device", ["INTUBATED", "CPAP", "BIPAP"])
def test_lee_ventilator_support_is_grade_4_and_cpap_and_bipap_by_a_named_option(device: str) -> None:
    items = {"oxygen": device, "fio2": 30, "ventilation_reason": "HYPOXIA"}
    assert grade(**items).value == 4
    by_fio2 = LeeOptions(niv_is_ventilator_support=False)
    assert grade(**items, options=by_fio2).value == (4 if device == "INTUBATED" else 2)


@pytest.mark.parametrize(
    ("organs", "transaminases", "expected"),
    [
        ("1", "0", 0),
        ("2", "0", 2),
        ("3", "0", 3),
        ("4", "0", 4),
        ("0", "4", 3),
        ("2", "4", 3),
        ("4", "4", 4),
        ("0", "1", 0),
    ],
)
def test_lee_organ_toxicity_by_its_grade_but_transaminitis_of_grade_4_is_grade_3(
    organs: str, transaminases: str, expected: int
) -> None:
    assert grade(organ_toxicity=organs, transaminase_grade=transaminases).value == expected


def test_lee_hypotension_answering_to_fluids_or_to_a_low_dose_of_one_vasopressor_is_grade_2() -> None:
    assert grade(hypotension="Y").value == 2
    assert grade(pressor("NOREPINEPHRINE", 8, hours=4)).value == 2


HIGH = [
    ("NOREPINEPHRINE", "ug/min", "20", "19.9"), ("DOPAMINE", "ug/kg/min", "10", "9.9"),
    ("PHENYLEPHRINE", "ug/min", "200", "199"), ("EPINEPHRINE", "ug/min", "10", "9.9"),
]  # fmt: skip


@pytest.mark.parametrize(("drug", "unit", "high", "low"), HIGH)
def test_lee_high_dose_of_one_agent_is_grade_3_from_its_limit_for_3_hours(
    drug: str, unit: str, high: str, low: str
) -> None:
    assert [grade(pressor(drug, dose, unit, hours)).value for dose, hours in ((high, 3), (high, "2.9"), (low, 9))] == [
        3,
        2,
        2,
    ]


def test_lee_doses_per_kg_use_the_weight() -> None:
    assert [grade(pressor("NOREPINEPHRINE", "0.25", "ug/kg/min", 3), weight=kg).value for kg in (80, 79)] == [3, 2]
    assert [grade(pressor("DOPAMINE", 700, "ug/min", 3), weight=kg).value for kg in (70, 71)] == [3, 2]
    unweighed = grade(pressor("NOREPINEPHRINE", "0.25", "ug/kg/min", 3))
    assert (unweighed.value, "LOWER_BOUND" in unweighed.flags) == (2, True)


@pytest.mark.parametrize(("norepinephrine", "high"), [("10", True), ("9.9", False)])
def test_lee_equivalent_of_agents_together_is_norepinephrine_half_dopamine_epinephrine_and_a_tenth_of_phenylephrine(
    norepinephrine: str, high: bool
) -> None:
    # 10 + 9/2 + 4 + 15/10 = 20
    rows = [
        pressor("NOREPINEPHRINE", norepinephrine, hours=3), pressor("DOPAMINE", 9, "ug/kg/min", 3),
        pressor("EPINEPHRINE", 4, hours=3), pressor("PHENYLEPHRINE", 15, hours=3),
    ]  # fmt: skip
    assert high_dose(rows, weight=None, now=None, options=LeeOptions()).high is high


@pytest.mark.parametrize(("dose", "expected"), [("10", 3), ("9.9", 2)])
def test_lee_on_vasopressin_an_equivalent_of_10_is_a_high_dose(dose: str, expected: int) -> None:
    rows = [pressor("NOREPINEPHRINE", dose, hours=3), pressor("VASOPRESSIN", "0.03", "U/min", 3)]
    assert grade(*rows, options=LeeOptions(vasopressin_counts_towards_multiple=False)).value == expected
    assert grade(*rows).value == 3  # vasopressin counts towards "multiple"


def test_lee_two_vasopressors_at_low_doses_are_grade_3_and_vasopressin_alone_is_grade_2_by_a_named_option() -> None:
    assert grade(pressor("NOREPINEPHRINE", 2, hours=1), pressor("PHENYLEPHRINE", 20, hours=1)).value == 3
    alone = pressor("VASOPRESSIN", "0.03", "U/min", 4)
    assert [grade(alone, options=LeeOptions(vasopressin_alone=at)).value for at in (2, 3)] == [2, 3]
    assert grade(alone).value == 2
