"""The regularised incomplete beta function, by its continued fraction."""

import math

__all__ = ["exceeds", "incomplete"]

# The fraction has settled where a step changes it by less than this share.
SETTLED = 1e-15
TINY = 1e-300
MOST_STEPS = 10_000


def incomplete(a: float, b: float, x: float) -> float:
    """I_x(a, b), the probability that a beta variable with parameters a and b is at most x; 0 <= x <= 1.

    Continued fraction 26.5.8 of Abramowitz and Stegun, evaluated by the method of Lentz. ValueError outside a, b > 0.
    """
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        raise ValueError("a and b are above 0, x lies from 0 to 1")
    if x in (0, 1):
        return float(x)
    # The fraction settles fast below the mean; above it the other tail is computed.
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete(b, a, 1 - x)
    front = a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(front) / a / _fraction(a, b, x)


def exceeds(limit: float, *, events: int, of: int) -> float:
    """Pr(p > limit | events of n) for a rate with a uniform prior, beta(1, 1)."""
    return 1 - incomplete(events + 1, of - events + 1, limit)


def _fraction(a: float, b: float, x: float) -> float:
    """1 + d1/(1 + d2/(1 + ...)), to the last digit."""
    whole, above, below = 1.0, 1.0, 0.0
    for step in range(1, MOST_STEPS):
        part = _coefficient(step, a, b) * x
        below = 1 / ((1 + part * below) or TINY)
        above = (1 + part / above) or TINY
        whole *= above * below
        if abs(above * below - 1) < SETTLED:
            return whole
    raise ArithmeticError("the continued fraction did not settle")


def _coefficient(step: int, a: float, b: float) -> float:
    half = step // 2
    if step % 2:
        return -(a + half) * (a + b + half) / ((a + 2 * half) * (a + 2 * half + 1))
    return half * (b - half) / ((a + 2 * half - 1) * (a + 2 * half))
