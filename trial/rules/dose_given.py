"""The dose of cells that an infusion came to: per kg of body weight, and against the planned dose level."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from trial.rules.verdict import Verdict, decimal, figure

__all__ = ["BASES", "CLAUSES", "RECOMMENDED", "DoseOptions", "against_plan", "by_weight"]

VERSION = "dose_given_1"
WEIGHT_VERSION = "dose_by_weight_1"
BASIS = "Protocol of the study: dose of cells"
BASES: tuple[str, ...] = (BASIS,)
AS_PLANNED, BELOW, ABOVE, NOT_TREATED = "AS_PLANNED", "BELOW", "ABOVE", "NOT_TREATED"

PER_KG = "{total} × 10⁶ cells, divided by a weight of {weight} kg."
NO_TOTAL = "The cells given in total are not recorded."
NO_WEIGHT = "No weight is recorded by the day of the infusion."
IMPOSSIBLE = "Cells, dose or weight is no possible value."
WITHIN = "{given} × 10⁶/kg is {percent} % of the planned {level} × 10⁶/kg: within {tolerance} % of it."
TOO_LITTLE = "{given} × 10⁶/kg is {percent} % of the planned {level} × 10⁶/kg: more than {tolerance} % below it."
TOO_MUCH = "{given} × 10⁶/kg is {percent} % of the planned {level} × 10⁶/kg: more than {tolerance} % above it."
NOTHING = "No cells were given: the subject is not treated, and no day is counted from here."
NO_DOSE = "The cells given per kg are not recorded."
NO_LEVEL = "The planned dose level is not recorded."
CLAUSES: tuple[str, ...] = (
    PER_KG, NO_TOTAL, NO_WEIGHT, IMPOSSIBLE, WITHIN, TOO_LITTLE, TOO_MUCH, NOTHING, NO_DOSE, NO_LEVEL,
)  # fmt: skip

# What no dose, weight or number of cells is below or above, so that a slip of the keyboard is no arithmetic.
SMALLEST, LARGEST = Decimal("0.001"), Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class DoseOptions:
    """How far, in percent of the planned level, a dose may lie from it and still be that level."""

    tolerance: Decimal = Decimal(20)


RECOMMENDED = DoseOptions()


def by_weight(total: Any, weight: Any) -> Verdict:
    """Cells per kg in 10^6/kg with two decimals, from all cells given (10^6) and the weight (kg)."""
    cells, heavy = decimal(total), decimal(weight)
    if cells is None or heavy is None:
        return _said(None, NO_TOTAL if cells is None else NO_WEIGHT, version=WEIGHT_VERSION)
    if not (_possible(cells) and _possible(heavy, SMALLEST)):
        return _said(None, IMPOSSIBLE, version=WEIGHT_VERSION)
    shown = {"total": figure(cells), "weight": figure(heavy)}
    return _said(f"{_places(cells / heavy)} 10*6/kg", PER_KG, version=WEIGHT_VERSION, **shown)


def against_plan(per_kg: Any, level: Any, options: DoseOptions = RECOMMENDED) -> Verdict:
    """AS_PLANNED, BELOW, ABOVE or NOT_TREATED, from cells per kg and planned level, both in 10^6/kg; a bound is within."""
    given, planned = decimal(per_kg), decimal(level)
    if given is None:
        return _said(None, NO_DOSE)
    if not _possible(given):
        return _said(None, IMPOSSIBLE)
    if given == 0:
        return _said(NOT_TREATED, NOTHING)
    if planned is None:
        return _said(None, NO_LEVEL)
    if not _possible(planned, SMALLEST):
        return _said(None, IMPOSSIBLE)
    off = given / planned - 1
    value, clause = AS_PLANNED, WITHIN
    if abs(off) * 100 > options.tolerance:
        value, clause = (BELOW, TOO_LITTLE) if off < 0 else (ABOVE, TOO_MUCH)
    shown = {"percent": _percent(given / planned), "tolerance": f"{options.tolerance.normalize():f}"}
    return _said(value, clause, given=_dose(given), level=_dose(planned), **shown)


def _possible(value: Decimal, least: Decimal = Decimal(0)) -> bool:
    return value.is_finite() and least <= value <= LARGEST


def _dose(value: Decimal) -> str:
    """A dose without the zeros that a column adds: 0.5, 1, 2.05."""
    return f"{value.normalize():f}"


def _percent(part: Decimal) -> str:
    """Whole percent; with one decimal where the whole number would hide on which side of a bound it lies."""
    exact = part * 100
    whole = exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return str(whole) if whole == exact else str(exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))


def _places(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def _said(value: str | None, clause: str, /, version: str = VERSION, **shown: str) -> Verdict:
    return Verdict(value, clause, BASIS, (), version, shown)
