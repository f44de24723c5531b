"""The value from which a component would be progression, as a figure draws it: the criteria of progression turned round."""

from decimal import Decimal

from trial.rules.imwg_progression import (
    FLC_RISE_ABOVE_MG_L,
    HIGH_SERUM_G_DL,
    HIGH_SERUM_RISE_G_DL,
    RISE_PERCENT,
    SERUM_RISE_G_DL,
    URINE_RISE_MG_24H,
)
from trial.rules.imwg_values import HUNDRED

# The rise that each component needs at least, in its unit; that of light chains must be more than this.
RISES = {"SERUM": SERUM_RISE_G_DL, "URINE": URINE_RISE_MG_24H, "FLC": FLC_RISE_ABOVE_MG_L}


def progression_from(component: str, nadir: Decimal) -> Decimal:
    """The lowest SERUM (g/dL) or URINE (mg/24 h) value that is progression after this nadir; FLC (mg/L): any value above it.

    Where the relative rise of light chains is the larger one, the value itself is progression already.
    """
    relative = nadir * (HUNDRED + RISE_PERCENT) / HUNDRED
    needed = max(relative, nadir + RISES[component])
    if component == "SERUM" and nadir >= HIGH_SERUM_G_DL:
        return min(needed, nadir + HIGH_SERUM_RISE_G_DL)
    return needed
