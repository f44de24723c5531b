"""Calcium corrected for albumin, which is what the rows of hypocalcaemia and hypercalcaemia ask for."""

from decimal import Decimal

from trial.rules.verdict import decimal

# Payne RB et al. Br Med J 1973;4:643-646, in its rounded form: 0.02 mmol/L for each g/L of albumin below 40 g/L.
PER_G_PER_L = Decimal("0.02")
ALBUMIN_G_PER_L = Decimal(40)


def corrected_calcium(calcium: Decimal | float | None, albumin: Decimal | float | None) -> Decimal | None:
    """Total calcium (mmol/L) as it would be at an albumin of 40 g/L; None where either is not recorded or cannot be measured.

    calcium mmol/L, albumin g/L. An albumin above 40 g/L lowers the result. The paraprotein of a myeloma may bind calcium,
    which no correction for albumin sees: ionised calcium decides where the two disagree.
    """
    total, bound = decimal(calcium), decimal(albumin)
    if total is None or bound is None or not total.is_finite() or not bound.is_finite() or total < 0 or bound < 0:
        return None
    return total + PER_G_PER_L * (ALBUMIN_G_PER_L - bound)
