"""Values from bottom to top: a linear scale from zero, or a logarithmic one in whole decades."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from math import ceil, floor, log10

from crf.course.marks import px

SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
# Ticks of a linear scale end at such a number.
ROUND = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
PLAIN_DECADES = range(-2, 5)  # 0.01 to 10000 are written out
TICKS_APART = 15  # px


class Linear:
    """From zero up to the next round number."""

    def __init__(self, values: Iterable[Decimal], *, top: float, bottom: float) -> None:
        highest = float(max(values, default=Decimal(1))) or 1.0
        power = 10.0 ** floor(log10(highest))
        self.highest = next(step * power for step in ROUND if step * power >= highest * (1 - 1e-9))
        self.top, self.bottom = top, bottom

    def at(self, value: Decimal | float) -> float:
        return self.bottom - (self.bottom - self.top) * min(max(float(value) / self.highest, 0.0), 1.0)

    def ticks(self) -> Sequence[tuple[str, str]]:
        """Zero and the highest, with y."""
        return [(px(self.bottom), "0"), (px(self.top), f"{self.highest:g}")]


class Log:
    """Whole decades around what is measured; zero and below stand at the bottom."""

    def __init__(self, values: Iterable[Decimal], *, top: float, bottom: float) -> None:
        above = [float(value) for value in values if value > 0] or [1.0]
        self.low, self.high = floor(log10(min(above)) + 1e-9), ceil(log10(max(above)) - 1e-9)
        self.high = max(self.high, self.low + 1)
        self.top, self.bottom = top, bottom

    def at(self, value: Decimal | float) -> float:
        exponent = log10(float(value)) if value > 0 else self.low
        share = (min(max(exponent, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * share

    def ticks(self) -> Sequence[tuple[str, str]]:
        """Decades with y; of many every second, or third."""
        step = ceil(TICKS_APART * (self.high - self.low) / (self.bottom - self.top))
        return [(px(self.at(10.0**power)), _power(power)) for power in range(self.low, self.high + 1, step)]


def _power(exponent: int) -> str:
    if exponent in PLAIN_DECADES:
        return f"{Decimal(10) ** exponent:f}"
    return f"10{str(exponent).translate(SUPERSCRIPT)}"
