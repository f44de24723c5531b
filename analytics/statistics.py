"""Numbers only: exact intervals of proportions, summaries, and Kaplan-Meier estimates with their limits."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import numpy as np
from scipy import stats

LEVEL = 0.95

# Quantiles: SAS PCTLDEF=5, R type 2: the observation at which the distribution function crosses p, the mean of the two
# neighbours where it equals p. For p = 0.5 it is the usual median.
QUANTILE_METHOD: Literal["averaged_inverted_cdf"] = "averaged_inverted_cdf"

# Estimates closer to the sought probability than this count as equal to it: products of fractions carry rounding.
EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Proportion:
    """n of total, as fractions of one; fraction and limits are None where total is 0."""

    n: int
    total: int
    fraction: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """Describes a sample; every figure is None where n is 0, and sd is None where n is 1."""

    n: int
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    q1: float | None = None
    q3: float | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with confidence limits; None = not estimable from this sample."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """A Kaplan-Meier curve: one entry per distinct observed time, ascending; a limit not defined there is None."""

    n: int
    times: tuple[float, ...]
    at_risk: tuple[int, ...]
    events: tuple[int, ...]
    censored: tuple[int, ...]
    survival: tuple[float, ...]
    error: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@lru_cache(maxsize=4096)
def proportion(n: int, total: int, *, level: float = LEVEL) -> Proportion:
    """The exact (Clopper-Pearson) interval of n of total; ValueError where n is not within 0 and total."""
    if not 0 <= n <= total:
        raise ValueError(f"{n} of {total} is no proportion")
    if total == 0:
        return Proportion(n, total, None, None, None)
    interval = stats.binomtest(n, total).proportion_ci(confidence_level=level, method="exact")
    return Proportion(n, total, n / total, float(interval.low), float(interval.high))


def summary(values: Iterable[float | None]) -> Summary:
    """Summarise the values that are present (None, NaN are left out); quantiles by QUANTILE_METHOD, sd with n - 1."""
    present = np.array([float(value) for value in values if value is not None and not math.isnan(value)])
    n = len(present)
    if n == 0:
        return Summary(n=0)
    q1, median, q3 = (float(x) for x in np.quantile(present, [0.25, 0.5, 0.75], method=QUANTILE_METHOD))
    sd = float(present.std(ddof=1)) if n > 1 else None
    return Summary(n, float(present.mean()), sd, median, q1, q3, float(present.min()), float(present.max()))


def kaplan_meier(times: Sequence[float], events: Sequence[bool | int], *, level: float = LEVEL) -> Curve:
    """Estimate survival from times >= 0 and events (1 event, 0 censored); Greenwood's error, log-log limits.

    A subject censored at the time of an event was at risk of it. Reverse Kaplan-Meier: give the events negated.
    ValueError where a time is negative, missing or without its event.
    """
    at, died = _checked(times, events)
    distinct, index = np.unique(at, return_inverse=True)
    deaths = np.bincount(index, weights=died, minlength=len(distinct)).astype(int)
    leaving = np.bincount(index, minlength=len(distinct))
    risk = len(at) - np.concatenate(([0], np.cumsum(leaving)[:-1])).astype(int) if len(at) else leaving
    survival = np.cumprod((risk - deaths) / risk) if len(at) else np.array([])
    with np.errstate(divide="ignore", invalid="ignore"):
        # Greenwood's sum; infinite from the time at which the last subject at risk has the event.
        greenwood = np.cumsum(deaths / (risk * (risk - deaths)))
    limits = [_log_log(s, g, level=level) for s, g in zip(survival.tolist(), greenwood.tolist(), strict=True)]
    return Curve(
        n=len(at),
        times=tuple(distinct.tolist()),
        at_risk=tuple(risk.tolist()),
        events=tuple(deaths.tolist()),
        censored=tuple((leaving - deaths).tolist()),
        survival=tuple(survival.tolist()),
        error=tuple(
            s * math.sqrt(g) if math.isfinite(g) else None
            for s, g in zip(survival.tolist(), greenwood.tolist(), strict=True)
        ),
        low=tuple(low for low, _ in limits),
        high=tuple(high for _, high in limits),
    )


def _checked(times: Sequence[float], events: Sequence[bool | int]) -> tuple[np.ndarray, np.ndarray]:
    at = np.asarray(list(times), dtype=float)
    died = np.asarray(list(events), dtype=float)
    if len(at) != len(died):
        raise ValueError("every time needs its event")
    if not np.all(np.isfinite(at)) or np.any(at < 0):
        raise ValueError("times are finite and not negative")
    if not np.all(np.isin(died, (0.0, 1.0))):
        raise ValueError("an event is 1, a censored time 0")
    return at, died


def _log_log(survival: float, greenwood: float, *, level: float) -> tuple[float | None, float | None]:
    """Limits on the log(-log S) scale; not defined where S is 0 or 1."""
    if not math.isfinite(greenwood) or survival <= 0.0 or survival >= 1.0:
        return None, None
    width = _deviate(level) * math.sqrt(greenwood) / -math.log(survival)
    return survival ** math.exp(width), survival ** math.exp(-width)


@cache
def _deviate(level: float) -> float:
    """The normal deviate of a two-sided level: 1.96 for 0.95. SciPy takes longer over it than over all the rest of a curve."""
    return float(stats.norm.ppf(0.5 + level / 2))


def median(curve: Curve) -> Estimate:
    """Median time with the Brookmeyer-Crowley interval on the log-log scale; None where the curve does not come so low.

    Where S is exactly 0.5 on a flat piece: the midpoint of the piece, as R and SAS do; a piece that runs to the end of
    the follow-up ends at the last observed time, as in R.
    """
    return Estimate(
        _crossing(curve.times, curve.survival, at=0.5),
        _crossing(curve.times, curve.low, at=0.5),
        _crossing(curve.times, curve.high, at=0.5),
    )


def _crossing(times: Sequence[float], heights: Sequence[float | None], *, at: float) -> float | None:
    """First time at which the step function is at or below a height."""
    steps = [(time, height) for time, height in zip(times, heights, strict=True) if height is not None]
    for index, (time, height) in enumerate(steps):
        if height < at - EQUAL:
            return time
        if height <= at + EQUAL:
            later = (t for t, h in steps[index + 1 :] if h < at - EQUAL)
            return (time + next(later, times[-1])) / 2
    return None


def survival_at(curve: Curve, time: float) -> Estimate:
    """S(time) with log-log limits; not estimable beyond the last observed time, unless every subject had the event."""
    if curve.n == 0:
        return Estimate(None)
    if time > curve.times[-1] and curve.survival[-1] > 0:
        return Estimate(None)
    index = int(np.searchsorted(curve.times, time, side="right")) - 1
    if index < 0:
        return Estimate(1.0)
    return Estimate(curve.survival[index], curve.low[index], curve.high[index])


def at_risk(curve: Curve, times: Iterable[float]) -> tuple[int, ...]:
    """How many subjects are at risk at each of the times: those whose own time is not earlier (R's n.risk)."""
    later = (*curve.at_risk, 0)
    return tuple(later[bisect_left(curve.times, time)] for time in times)
