"""Second reading of what a form of one day shows: blood counts over time, findings of IEC-HS, the curve of CAR-T cells.

Sources: Rejeski K et al. Blood 2023;142:865-877, table 2 (ICAHT: early days 0 to 30, late after day 30; censored at progression,
next therapy and death). Hines MR et al. Transplant Cell Ther 2023;29:438.e1 (IEC-HS: listed, no minimum number). Kinetics: Cmax =
highest observed, Tmax = first time at it, AUC to day 28 and 90 by a named method, below quantification 0 before the first
quantifiable sample and 0 or left out after the last.
"""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from tests.rules.blood_counts import INFUSED, on
from trial.rules import haematotoxicity, iec_hs, iec_hs_on, kinetics, kinetics_on
from trial.rules.icaht_days import Censoring
from trial.rules.iec_hs import Rows
from trial.rules.reference import Limits

# --- ICAHT at a blood count


def counted(*draws: tuple[int, Any], **ends: Any) -> haematotoxicity.Followed:
    rows = [SimpleNamespace(sampled_on=on(day), neutrophils=anc, platelets=150) for day, anc in draws]
    return haematotoxicity.follow(rows, infused_on=INFUSED, censoring=Censoring(**ends))


DAILY = [(day, "0.4" if 5 <= day < 12 else "2") for day in range(32)]  # 7 days at or below 500/uL


def test_a_form_shows_the_subjects_grade_early_and_late_apart() -> None:
    whole = counted(*DAILY, (40, "0.9"), (47, "0.9"))
    assert haematotoxicity.early_on(whole, on(3)).value == 2  # 7 to 13 days
    assert haematotoxicity.late_on(whole, on(47)).value == 2  # at or below 1000/uL, twice
    assert haematotoxicity.early_on(whole, on(0)).value == 2
    assert haematotoxicity.early_on(whole, on(-1)).value is None


@pytest.mark.parametrize("end", ["died_on", "progressed_on", "new_therapy_on"])
def test_progression_next_therapy_and_death_end_both(end: str) -> None:
    whole = counted(*DAILY, (40, "0.9"), (47, "0.9"), **{end: on(8)})
    assert haematotoxicity.early_on(whole, on(8)).value == 1  # days 5 to 8
    assert haematotoxicity.late_on(whole, on(47)).value is None


# --- IEC-HS at a laboratory form

LIMITS = {"ferritin": Limits(Decimal(15), Decimal(300))}
ASKED = ("splenomegaly", "renal_insufficiency", "pulmonary", "fever", "neurotoxicity", "haemophagocytosis")


def listed(day: int, *forms: tuple[int, dict[str, Any]]) -> iec_hs.IecHs:
    rows = [{"sampled_on": on(at), **values} for at, values in forms]
    told = iec_hs_on.Told(INFUSED, Rows(inflammation=rows), lambda item, _day: LIMITS.get(item, Limits()))
    return iec_hs_on.around(told, on(day))


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(("answer", "value"), [("Y", 1), ("N", 0), ("U", None), (None, None)])
def test_a_clinical_finding_is_what_the_form_answers(name: str, answer: str | None, value: int | None) -> None:
    assert listed(10, (10, {"ferritin": 9000, name: answer})).of(name.upper()).verdict.value == value


@pytest.mark.parametrize(("day", "value"), [(10, 1), (7, 1), (6, None), (11, None), (0, None)])
def test_a_clinical_finding_counts_on_the_days_whose_values_are_read_together(day: int, value: int | None) -> None:
    assert listed(10, (day, {"fever": "Y"})).of("FEVER").verdict.value == value


def test_of_several_forms_a_finding_that_is_there_is_there() -> None:
    assert listed(10, (8, {"fever": "Y"}), (10, {"fever": "N"})).of("FEVER").verdict.value == 1
    assert listed(10, (8, {"fever": "U"}), (10, {"fever": "N"})).of("FEVER").verdict.value == 0


def test_however_many_findings_there_are_nothing_is_concluded() -> None:
    found = listed(10, (10, {"ferritin": 9000, **dict.fromkeys(ASKED, "Y")}))
    assert found.verdict.value is None
    assert "no minimum number" in found.verdict.sentence
    assert found.of("FERRITIN").verdict.value == 1


# --- CAR-T cells at a sample


def sample(day: int, value: Any, *, method: str = "QPCR", unit: str = "copies/ug") -> SimpleNamespace:
    below = "BLQ" if value is None else None
    number = None if value is None else Decimal(str(value))
    return SimpleNamespace(
        sampled_on=on(day), method=method, unit=unit, value=number, below=below, limit=50 if below else None
    )


EARLY = [sample(4, None), sample(7, 1000), sample(10, 9000), sample(14, 9000), sample(28, 2000), sample(91, None)]


def said(name: str, samples: Any = EARLY, *, method: str = "QPCR", unit: str = "copies/ug") -> Any:
    return kinetics_on.result(name)(kinetics_on.follow(samples, infused_on=INFUSED), on(28), method, unit)


def test_peak_its_first_day_and_the_last_quantifiable_sample() -> None:
    assert [said(name).value for name in ("cmax", "tmax", "tlast")] == ["9000 copies/ug", "10 d", "28 d"]


def test_the_area_names_its_method_and_what_it_did_with_samples_below_quantification() -> None:
    # 0 to day 4; 4-7: 3 x 1000/2; 7-10: 3 x 10000/2; 10-14: 4 x 9000; 14-28: 14 x 11000/2 = 129500.
    area = said("area_28")
    assert area.value == "129500 copies/ug·d"
    assert "linear trapezoids" in area.sentence
    assert {one.clause for one in area.because} == {kinetics.ZERO_BEFORE, kinetics.ZERO_AFTER}
    # 28-90 on the line from 2000 on day 28 to 0 on day 91: 62 x (2000 + 2000/63)/2.
    late = Decimal(129500) + Decimal(62) * (Decimal(2000) + Decimal(2000) / 63) / 2
    assert said("area_90").value == f"{late:.1f} copies/ug·d"


def test_only_samples_of_the_same_method_and_unit_make_a_curve() -> None:
    mixed = [*EARLY, sample(12, 99999, method="DDPCR"), sample(12, 700, method="FLOW", unit="cells/uL")]
    assert said("cmax", mixed).value == "9000 copies/ug"
    assert said("cmax", mixed, method="FLOW", unit="cells/uL").value == "700 cells/uL"


def test_without_samples_before_month_1_the_peak_is_marked_as_the_first_sample() -> None:
    """Why the schedule has samples from day 4 on: a first sample on day 28 says little of the peak."""
    assert "PEAK_IS_FIRST" in said("cmax", EARLY[4:]).flags
    assert "PEAK_IS_FIRST" not in said("cmax").flags
