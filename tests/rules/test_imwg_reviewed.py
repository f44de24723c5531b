"""IMWG 2016: cases of an independent review of criteria sections 4 and 8, each with the clause that it comes from."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.rules.imwg_records import (
    BANDS,
    FLC,
    NOTHING,
    SERUM,
    at_month_1,
    course,
    laboratory,
    lesion_course,
    marrow,
    on,
)

POSITIVE = {"serum_immunofixation": "POSITIVE"}
NO_SERUM = {"serum_m_protein": None, "serum_immunofixation": None}


def relapse(**now: Any) -> date | None:
    """Relapse from a complete response that days 28 and 56 show, by the laboratory of day 84."""
    labs = [laboratory(-3, SERUM), laboratory(28), laboratory(56), laboratory(84, **now)]
    return course(labs, [marrow(28)]).relapse_from_cr_on


@pytest.mark.parametrize(
    "now",
    [
        {"serum_m_protein": Decimal("0.3"), "serum_immunofixation": None},
        {"serum_m_protein": Decimal("0.3"), "serum_immunofixation": "NOT_DONE"},
        {"urine_m_protein": 100, "urine_immunofixation": None},
        POSITIVE,
        {"urine_immunofixation": "POSITIVE", "oligoclonal": "Y"},
        {**POSITIVE, "serum_m_protein": Decimal("0.1"), "serum_reflex": "POSITIVE"},
        {**POSITIVE, "serum_m_protein": 3},
    ],
)
def test_relapse_from_complete_response_by_electrophoresis_as_well_as_by_immunofixation(now: dict[str, Any]) -> None:
    """Criteria 4.3: reappearance by IFE, SPEP or UPEP; electrophoresis alone used to be missed."""
    assert relapse(**now) == on(84)


@pytest.mark.parametrize(
    "now",
    [
        {},
        NO_SERUM,
        {"serum_m_protein": Decimal("0.2"), "serum_immunofixation": None},
        {"urine_m_protein": 99, "urine_immunofixation": None},
        {**POSITIVE, "serum_m_protein": Decimal("0.1"), "oligoclonal": "Y"},
        {**POSITIVE, "serum_m_protein": Decimal("0.3"), "oligoclonal": "Y"},
        {**POSITIVE, "serum_m_protein": Decimal("0.6"), "oligoclonal": "Y"},
        {"serum_m_protein": Decimal("0.6"), "serum_immunofixation": None, "oligoclonal": "Y"},
        {**POSITIVE, "serum_m_protein": None, "serum_reflex": "NEGATIVE"},
        {**POSITIVE, "serum_m_protein": Decimal("0.1"), "serum_reflex": "NEGATIVE"},
        {"kappa_flc": 300},
        {"serum_m_protein": 3, "spurious": "Y"},
    ],
)
def test_no_relapse_from_complete_response_by_oligoclonal_bands_or_by_what_is_missing(now: dict[str, Any]) -> None:
    """Criteria 4.3 and 4.5: a band of another isotype is oligoclonal reconstitution."""
    assert relapse(**now) is None


@pytest.mark.parametrize("band", [{"serum_reflex": "NEGATIVE"}, {"oligoclonal": "Y"}])
def test_a_band_whose_amount_is_blank_is_not_a_faint_band(band: dict[str, Any]) -> None:
    """Criteria 4.5: the reflex test counts where SPEP is at most 0.2 g/dL, and serum missing is not evaluable."""
    verdict = at_month_1(**POSITIVE, **band, serum_m_protein=None)
    assert (verdict.value, "SERUM_MISSING" in verdict.flags) == ("NE", True)
    assert at_month_1(**POSITIVE, **band, serum_m_protein=0).value == "SCR"


@pytest.mark.parametrize(
    ("levels", "own", "progressed"),
    [
        ("PD PR PR", "NE PR SD", None),
        ("PD PD CR CR", "PD - - -", 28),
        ("PD NE PD", "PD - -", 28),
        ("PR PD NE PR", "PR NE NE SD", None),
        ("CR VGPR CR", "VGPR VGPR SD", None),
        ("VGPR NE VGPR PR", "VGPR NE PR SD", None),
    ],
)
def test_hostile_sequences_are_confirmed_as_section_4_6_says(levels: str, own: str, progressed: int | None) -> None:
    rows: dict[str, dict[str, Any]] = {
        "CR": {"serum_m_protein": Decimal("0.15"), "kappa_flc": 40},
        "VGPR": {**POSITIVE, "serum_m_protein": Decimal("0.15")},
        "PR": {**POSITIVE, "serum_m_protein": Decimal("0.6")},
        "PD": {**POSITIVE, "serum_m_protein": 3},
        "NE": NO_SERUM,
    }
    labs = [laboratory(28 * at, **rows[level]) for at, level in enumerate(levels.split(), 1)]
    found = course([laboratory(-3, SERUM, serum_m_protein=Decimal("1.6")), *labs], [marrow(27)])
    assert [one.value for one in found.verdicts] == levels.split()
    assert [one.value or "-" for one in found.own] == own.split()
    assert found.progression_on == (progressed and on(progressed))


@pytest.mark.parametrize(("lesions", "level"), [("CR", "SCR"), ("PR", "PR"), ("MR", "SD"), ("SD", "SD"), ("NE", "NE")])
def test_disease_of_lesions_alone_is_read_from_them(lesions: str, level: str) -> None:
    """Criteria 5: the table of the lesions is the overall response; CR also needs marrow and immunofixation."""
    labs = [laboratory(-3, NOTHING), laboratory(28)]
    assert course(labs, [marrow(28)], lesion_course({28: lesions})).verdicts[0].value == level
    with_band = [laboratory(-3, NOTHING), laboratory(28, **POSITIVE)]
    capped = "PR" if level == "SCR" else level
    assert course(with_band, [marrow(28)], lesion_course({28: lesions})).verdicts[0].value == capped


def test_light_chains_at_their_boundaries() -> None:
    """Criteria 4.2: the difference of 500 mg/L at baseline must fall by 90 % or 50 %; minimal response is not defined."""
    at = [at_month_1(FLC, **BANDS, kappa_flc=Decimal(one)).value for one in ("60", "60.1", "260", "260.1")]
    assert at == ["VGPR", "PR", "PR", "SD"]
