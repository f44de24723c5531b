"""What a laboratory day says about the myeloma protein: amounts, immunofixation, free light chains, falls and rises."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from trial.rules.imwg_options import ImwgOptions
from trial.rules.imwg_timeline import Laboratory
from trial.rules.verdict import figure

ZERO = Decimal(0)
HUNDRED = Decimal(100)
# IMWG 2016, table 4, very good partial response: urine below, mg/24 h. A negative immunofixation beside as much as
# this contradicts itself (convention).
URINE_VGPR_MG_24H = Decimal(100)


@dataclass(frozen=True, slots=True)
class Amount:
    """An M-protein in its unit; `by_immunofixation` = blank, and zero because immunofixation is negative."""

    value: Decimal
    by_immunofixation: bool = False


@dataclass(frozen=True, slots=True)
class LightChains:
    """Free light chains of a day, mg/L; None = cannot be computed from what is recorded."""

    involved: Decimal | None
    difference: Decimal | None  # involved minus uninvolved, never below zero
    normal: bool | None  # whether the ratio is normal
    ratio: str  # as text, empty where there is none
    both_below_loq: bool = False


def counts(laboratory: Laboratory | None, options: ImwgOptions) -> bool:
    """Whether its amounts may be used for response and PD: the laboratory does not doubt them."""
    return laboratory is not None and (options.spurious_counts or not laboratory.spurious)


def serum(laboratory: Laboratory | None, options: ImwgOptions) -> Amount | None:
    """Serum M-protein, g/dL; None = missing."""
    if laboratory is None or not counts(laboratory, options):
        return None
    return _amount(laboratory.serum, laboratory.serum_immunofixation, options)


def urine(laboratory: Laboratory | None, options: ImwgOptions) -> Amount | None:
    """Urine M-protein, mg/24 h; None = missing."""
    if laboratory is None or not counts(laboratory, options):
        return None
    return _amount(laboratory.urine, laboratory.urine_immunofixation, options)


def _amount(value: Decimal | None, immunofixation: str | None, options: ImwgOptions) -> Amount | None:
    if value is not None:
        return Amount(value)
    if immunofixation == "NEGATIVE" and options.negative_immunofixation_is_zero:
        return Amount(ZERO, by_immunofixation=True)
    return None


def serum_band(laboratory: Laboratory | None, options: ImwgOptions) -> tuple[str | None, tuple[str, ...]]:
    """Serum immunofixation as it counts, POSITIVE or NEGATIVE (None = not done), with flags.

    A faint band counts as negative where the reflex test finds no protein of the patient's own, or where the
    laboratory calls it oligoclonal; where its amount is blank that cannot be said. A negative result beside more than
    a faint band contradicts itself: positive.
    """
    if laboratory is None or not counts(laboratory, options):
        return None, ()
    faint = laboratory.serum is None or laboratory.serum <= options.faint_band_g_dl
    if laboratory.serum_immunofixation == "NEGATIVE":
        return ("NEGATIVE", ()) if faint else ("POSITIVE", ("IMMUNOFIXATION_CONTRADICTS",))
    if laboratory.serum_immunofixation != "POSITIVE":
        return None, ()
    if laboratory.serum is None and (laboratory.serum_reflex == "NEGATIVE" or laboratory.oligoclonal):
        return None, ()
    if laboratory.serum_reflex == "NEGATIVE":
        return ("NEGATIVE", ("REFLEX_NEGATIVE",)) if faint else ("POSITIVE", ("REFLEX_ABOVE_FAINT_BAND",))
    if laboratory.oligoclonal:
        return ("NEGATIVE", ("OLIGOCLONAL",)) if faint else ("POSITIVE", ("OLIGOCLONAL",))
    return "POSITIVE", ()


def urine_band(laboratory: Laboratory | None, options: ImwgOptions) -> tuple[str | None, tuple[str, ...]]:
    """Urine immunofixation as it counts, POSITIVE or NEGATIVE (None = not done), with flags."""
    if laboratory is None or not counts(laboratory, options):
        return None, ()
    result = laboratory.urine_immunofixation
    if result == "NEGATIVE" and laboratory.urine is not None and laboratory.urine >= URINE_VGPR_MG_24H:
        return "POSITIVE", ("IMMUNOFIXATION_CONTRADICTS",)
    return result, ()


def light_chains(laboratory: Laboratory | None, chain: str | None, options: ImwgOptions) -> LightChains | None:
    """Free light chains of a day with KAPPA or LAMBDA involved (None = not known); None = missing.

    A chain below the limit of quantification is at its limit where it is the involved one and zero where it is not:
    the difference is never made smaller than it may be.
    """
    if laboratory is None or not counts(laboratory, options):
        return None
    kappa, kappa_below = laboratory.kappa, laboratory.kappa_below_loq
    lambda_, lambda_below = laboratory.lambda_, laboratory.lambda_below_loq
    if (kappa is None and not kappa_below) or (lambda_ is None and not lambda_below):
        return None
    normal, ratio = _ratio(laboratory, options)
    involved = difference = None
    if chain in ("KAPPA", "LAMBDA"):
        mine, other = (kappa, lambda_) if chain == "KAPPA" else (lambda_, kappa)
        other_below = lambda_below if chain == "KAPPA" else kappa_below
        involved = mine if mine is not None else ZERO
        difference = max(ZERO, involved - (ZERO if other_below or other is None else other))
    return LightChains(involved, difference, normal, ratio, both_below_loq=kappa_below and lambda_below)


def _ratio(laboratory: Laboratory, options: ImwgOptions) -> tuple[bool | None, str]:
    """Whether kappa over lambda is normal, and the ratio as text; a chain below its limit bounds the ratio."""
    kappa, lambda_ = laboratory.kappa, laboratory.lambda_
    low, high = options.flc_ratio_low, options.flc_ratio_high
    if laboratory.kappa_below_loq and laboratory.lambda_below_loq:
        return (True if options.flc_both_below_loq_is_normal else None), ""
    if kappa is None or lambda_ is None or lambda_ == 0:
        return None, ""
    # Multiplied out: a quotient would be rounded at the boundary.
    under, over = kappa < low * lambda_, kappa > high * lambda_
    text = plain((kappa / lambda_).quantize(Decimal("0.01")))
    if laboratory.kappa_below_loq:  # the true ratio is lower
        return (False if under else None), f"< {text}"
    if laboratory.lambda_below_loq:  # the true ratio is higher
        return (False if over else None), f"> {text}"
    return not (under or over), text


def plain(value: Decimal) -> str:
    """A number as text for a clause: 200 and 0.5, not 200.0 and 0.50."""
    return figure(value).removesuffix(".0")


def fallen(value: Decimal, baseline: Decimal, percent: Decimal) -> bool:
    """Whether a value lies at least so many percent below its baseline; from zero nothing falls."""
    return baseline > 0 and (baseline - value) * HUNDRED >= percent * baseline


def risen(value: Decimal, nadir: Decimal, percent: Decimal) -> bool:
    """Whether a value lies at least so many percent above its nadir; from zero any rise does."""
    return value > nadir and (value - nadir) * HUNDRED >= percent * nadir


def change(value: Decimal, base: Decimal) -> str:
    """How far a value lies from its base, in percent without sign; rounded towards zero, so that 49.96 is not 50."""
    if base == 0:
        return "–"
    return plain((abs(value - base) * HUNDRED / base).quantize(Decimal("0.1"), rounding=ROUND_DOWN))
