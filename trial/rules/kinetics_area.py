"""Numbers of cellular kinetics: the area under a curve up to a horizon, and the half-life of its end."""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

__all__ = ["Slope", "area", "at", "slope", "terminal"]

# Digits of every step: the logarithms of Decimal are exact to them.
DIGITS = 28
# A window of points whose adjusted R squared is this close to the best counts as good (PKNCA's default).
AS_GOOD = Decimal("0.0001")
LEAST_POINTS = 3

# Day and cells; 0 = below quantification, by an option.
Spot = tuple[Decimal, Decimal]


class Slope(NamedTuple):
    """A line through the logarithms of `points` values: its fall a day, and the adjusted R squared."""

    rate: Decimal
    adjusted_r_squared: Decimal
    points: int


def area(spots: Sequence[Spot], horizon: int, *, log_down: bool) -> Decimal:
    """Trapezoids from the first spot to the horizon, in the unit of the cells times days; spots in order of days.

    Linear, or with `log_down` logarithmic where cells fall. The last piece ends at the horizon by interpolation; spots
    must reach it.
    """
    end = Decimal(horizon)
    total = Decimal(0)
    with localcontext() as context:
        context.prec = DIGITS
        for (day, cells), (later, cells_later) in zip(spots, spots[1:], strict=False):
            if day >= end:
                break
            stop = min(later, end)
            reached = cells_later if stop == later else at(stop, (day, cells), (later, cells_later), log_down=log_down)
            total += _piece(stop - day, cells, reached, log_down)
    return total


def at(day: Decimal, before: Spot, after: Spot, *, log_down: bool) -> Decimal:
    """Cells on a day between two spots, on the straight line, or on that of the logarithms where they fall."""
    share = (day - before[0]) / (after[0] - before[0])
    if log_down and _falls(before[1], after[1]):
        return (before[1].ln() + share * (after[1].ln() - before[1].ln())).exp()
    return before[1] + share * (after[1] - before[1])


def terminal(spots: Sequence[Spot], *, choice: str) -> Slope | None:
    """The line of the end of a curve; `spots` = values above 0 after the peak, in order. None = it does not fall.

    `choice`: "best_fit" = of all ends with 3 points or more, the longest whose adjusted R squared is within 0.0001 of
    the best; "all" = all spots; "last_three". Needs 3 spots.
    """
    if choice == "all":
        tried = [slope(spots)]
    elif choice == "last_three":
        tried = [slope(spots[-LEAST_POINTS:])]
    else:
        tried = [slope(spots[start:]) for start in range(len(spots) - LEAST_POINTS + 1)]
    best = max(one.adjusted_r_squared for one in tried)
    falling = [one for one in tried if one.rate > 0 and best - one.adjusted_r_squared < AS_GOOD]
    return max(falling, key=lambda one: one.points, default=None)


def slope(spots: Sequence[Spot]) -> Slope:
    """Least squares through the logarithms of 3 values or more; a flat line is perfectly flat: R squared 0."""
    with localcontext() as context:
        context.prec = DIGITS
        n = len(spots)
        days, logs = [day for day, _ in spots], [cells.ln() for _, cells in spots]
        mean_day, mean_log = sum(days, Decimal(0)) / n, sum(logs, Decimal(0)) / n
        across = sum(((day - mean_day) ** 2 for day in days), Decimal(0))
        up = sum(((log - mean_log) ** 2 for log in logs), Decimal(0))
        both = sum(((day - mean_day) * (log - mean_log) for day, log in zip(days, logs, strict=True)), Decimal(0))
        r_squared = both**2 / (across * up) if up else Decimal(0)
        adjusted = 1 - (1 - r_squared) * (n - 1) / (n - 2)
        return Slope(-both / across, adjusted, n)


def _piece(days: Decimal, cells: Decimal, later: Decimal, log_down: bool) -> Decimal:
    if log_down and _falls(cells, later):
        return days * (cells - later) / (cells / later).ln()
    return days * (cells + later) / 2


def _falls(cells: Decimal, later: Decimal) -> bool:
    """Whether a logarithm exists on both sides and the cells get fewer."""
    return cells > later > 0
