"""Consent, demographics, eligibility and infusion of the demonstration subjects, as the sites typed them."""

from decimal import Decimal

from crf.demo.calendar import Placement, as_typed
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread, tenths

CRITERIA = 8  # of each kind
CONSENT_VERSION = "1.0"
# Invented, like everything about these subjects.
NOT_HAN = ("RECON-10", "RECON-17")
ETHNICITY_UNKNOWN = ("RECON-05",)
HEIGHT_CM_TENTHS = {"M": (1645, 1785), "F": (1520, 1660)}
BMI_TENTHS = {"M": (205, 272), "F": (195, 262)}  # kg/m2


def height_and_weight(row: Row) -> tuple[str, str]:
    """Height in cm and weight in kg, one decimal each, the same every time for the same subject."""
    height = spread(*HEIGHT_CM_TENTHS[row.sex], row.subject_id, "height")
    bmi = spread(*BMI_TENTHS[row.sex], row.subject_id, "bmi")
    weight = Decimal(bmi) / 10 * (Decimal(height) / 1000) ** 2
    return tenths(height), str(weight.quantize(Decimal("0.1")))


def screening(row: Row, place: Placement) -> list[Typed]:
    """Consent and demographics on the day of screening; eligibility on the day the last result was in."""
    return [
        Typed("informed_consent", "screening", place.screened_on, _consent(place), "coordinator"),
        Typed("demographics", "screening", place.screened_on, _demographics(row, place), "coordinator"),
        Typed("eligibility", "screening", place.enrolled_on, _eligibility(place), "investigator"),
    ]


def infusion(row: Row, place: Placement) -> Typed:
    """The infusion on day 0: what was in the bag, which is within 2 % of the planned dose."""
    _, weight = height_and_weight(row)
    planned = Decimal(row.dose_level)
    per_kg = (planned * (1000 + spread(-20, 20, row.subject_id, "dose")) / 1000).quantize(Decimal("0.01"))
    data: dict[str, object] = {
        "infused_at": as_typed(place.infused_at),
        "dose_level": row.dose_level,
        "cells_per_kg": str(per_kg),
        "cells_total": str((per_kg * Decimal(weight)).quantize(Decimal("0.1"))),
        "interrupted": "N",
    }
    return Typed("car_t_infusion", "d0", place.infused_at.date(), data, "investigator")


def _consent(place: Placement) -> dict[str, object]:
    return {
        "consent_date": place.screened_on.isoformat(),
        "consent_version": CONSENT_VERSION,
    }


def _demographics(row: Row, place: Placement) -> dict[str, object]:
    height, weight = height_and_weight(row)
    known = "UNKNOWN" if row.subject_id in ETHNICITY_UNKNOWN else "HAN"
    return {
        # The full birth date is not collected, so the age is a difference of years.
        "birth_year": str(place.infused_at.year - row.age),
        "sex": row.sex,
        "ethnicity": "OTHER" if row.subject_id in NOT_HAN else known,
        "height": height,
        "weight": weight,
    }


def _eligibility(place: Placement) -> dict[str, object]:
    met = {f"inclusion_{number:02d}": "Y" for number in range(1, CRITERIA + 1)}
    absent = {f"exclusion_{number:02d}": "N" for number in range(1, CRITERIA + 1)}
    return {"assessed_on": place.enrolled_on.isoformat(), **met, **absent, "waiver": "N"}
