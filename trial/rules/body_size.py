"""Body surface area and body mass index, from height and weight."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from trial.rules.verdict import Verdict, decimal, figure

__all__ = ["BASES", "CLAUSES", "RECOMMENDED", "BodyOptions", "surface"]

VERSION = "body_size_1"
MOSTELLER, DU_BOIS = "MOSTELLER", "DU_BOIS"
BASES: tuple[str, ...] = (
    "Formula of Mosteller (N Engl J Med 1987;317:1098)",
    "Formula of Du Bois (Arch Intern Med 1916;17:863-71)",
)
OF_FORMULA = dict(zip((MOSTELLER, DU_BOIS), BASES, strict=True))

BY_MOSTELLER = "Square root of height × weight / 3600, with {height} cm and {weight} kg."
BY_DU_BOIS = "0.007184 × height^0.725 × weight^0.425, with {height} cm and {weight} kg."
NO_HEIGHT = "The height is not recorded."
NO_WEIGHT = "The weight is not recorded."
IMPOSSIBLE = "Height or weight is no measured value."
MASS_INDEX = "Body mass index {index} kg/m²: weight by the square of the height."
CLAUSES: tuple[str, ...] = (BY_MOSTELLER, BY_DU_BOIS, NO_HEIGHT, NO_WEIGHT, IMPOSSIBLE, MASS_INDEX)

# cm and kg that no person is below or above, so that a slip of the keyboard is no arithmetic.
SMALLEST, LARGEST = Decimal(1), Decimal(1000)
_EXACT = Context(prec=20)


@dataclass(frozen=True, slots=True)
class BodyOptions:
    """Which formula the study reads the surface by: no one of them is prescribed for CAR-T trials."""

    formula: str = MOSTELLER

    def __post_init__(self) -> None:
        if self.formula not in OF_FORMULA:
            raise ValueError("formula is MOSTELLER or DU_BOIS")


RECOMMENDED = BodyOptions()


def surface(height: Any, weight: Any, options: BodyOptions = RECOMMENDED) -> Verdict:
    """Body surface area in m² with two decimals, from height in cm and weight in kg; the body mass index under it."""
    tall, heavy = decimal(height), decimal(weight)
    if tall is None or heavy is None:
        return _said(None, NO_HEIGHT if tall is None else NO_WEIGHT, options)
    if not all(number.is_finite() and SMALLEST <= number <= LARGEST for number in (tall, heavy)):
        return _said(None, IMPOSSIBLE, options)
    index = Verdict(None, MASS_INDEX, version=VERSION, shown={"index": _places(heavy / (tall / 100) ** 2, "0.1")})
    if options.formula == MOSTELLER:
        area, clause = _EXACT.sqrt(tall * heavy / 3600), BY_MOSTELLER
    else:
        exact = _EXACT.multiply(_EXACT.power(tall, Decimal("0.725")), _EXACT.power(heavy, Decimal("0.425")))
        area, clause = exact * Decimal("0.007184"), BY_DU_BOIS
    shown = {"height": figure(tall), "weight": figure(heavy)}
    return _said(f"{_places(area, '0.01')} m2", clause, options, (index,), **shown)


def _places(value: Decimal, places: str) -> str:
    return str(value.quantize(Decimal(places), rounding=ROUND_HALF_UP))


def _said(
    value: str | None, clause: str, options: BodyOptions, because: tuple[Verdict, ...] = (), /, **shown: str
) -> Verdict:
    return Verdict(value, clause, OF_FORMULA[options.formula], because, VERSION, shown)
