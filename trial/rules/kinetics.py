"""Cellular kinetics of one subject in one unit: peak, last quantifiable sample, areas under the curve, half-life."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from trial.rules import kinetics_points
from trial.rules.kinetics_area import LEAST_POINTS, Spot, area, terminal
from trial.rules.kinetics_points import LeftOut, Point

__all__ = ["BASES", "CLAUSES", "FLAGS", "Kinetics", "KineticsOptions", "Measure", "by_unit", "kinetics"]

VERSION = "kinetics_1"
BASIS = "Definition of this study; noncompartmental analysis as usual for CAR-T cells"
HALF = Decimal(2).ln()
START = (Decimal(0), Decimal(0))

CMAX = "The highest value, on day {day}."
TMAX = "The first day with the highest value."
TLAST = "The last day with a quantifiable value."
CLAST = "The last quantifiable value, on day {day}."
NEVER = "No sample after the infusion could be quantified."
NO_SAMPLE = "No sample after the infusion can be read."
AREA_LINEAR = "Area to day {horizon} by linear trapezoids over {count} points."
AREA_LOG = "Area to day {horizon} by trapezoids, logarithmic where the values fall, over {count} points."
AREA_SHORT = "The last point is on day {day}, before day {horizon}: no area."
AREA_EMPTY = "No point that is used lies from day 1 to day {horizon}: no area."
HALF_LIFE = "From a line through the logarithms of {count} points, days {day} to {last}; adjusted R squared {fit}."
HALF_LIFE_FEW = "{count} quantifiable points after the peak; 3 are needed."
HALF_LIFE_FLAT = "The values after the peak do not fall on a line: no half-life."

LEFT_BEFORE = "Below quantification before the first quantifiable sample: not used for areas."
LEFT_BETWEEN = "Below quantification between quantifiable samples: not used for areas."
NOT_TERMINAL = "After the peak, but before the points of the half-life."
LEFT_AFTER = "Below quantification after the last quantifiable sample: not used for areas."
ZERO_BEFORE = "Below quantification before the first quantifiable sample: counted as 0 for areas."
ZERO_BETWEEN = "Below quantification between quantifiable samples: counted as 0 for areas."
ZERO_AFTER = "Below quantification after the last quantifiable sample: counted as 0 for areas."

CLAUSES: tuple[str, ...] = (
    CMAX, TMAX, TLAST, CLAST, NEVER, NO_SAMPLE, AREA_LINEAR, AREA_LOG, AREA_SHORT, AREA_EMPTY, HALF_LIFE, HALF_LIFE_FEW,
    HALF_LIFE_FLAT, LEFT_BEFORE, LEFT_BETWEEN, LEFT_AFTER, ZERO_BEFORE, ZERO_BETWEEN, ZERO_AFTER, NOT_TERMINAL, *kinetics_points.CLAUSES,
)  # fmt: skip
BASES: tuple[str, ...] = (BASIS,)
FLAGS: dict[str, str] = {
    "DAY_0_ASSUMED": "There is no sample of the day of the infusion; the area starts from 0 cells on that day.",
    "AREA_STARTS_LATE": "The area starts at the first point that was used, not on the day of the infusion.",
    "QUANTIFIED_ON_DAY_0": "Cells were quantified on the day of the infusion; they may be the infused product itself.",
    "PEAK_IS_FIRST": "The highest value is that of the first sample; the peak may have come before it.",
    "PEAK_IS_LAST": "The highest value is that of the last sample; the peak may come later.",
    "SEVERAL_ON_ONE_DAY": "Several samples were taken on one day; the one with most cells was used.",
    "SEVERAL_METHODS": "The values were measured by several methods.",
    "VALUE_AND_LIMIT": "A sample is marked as below a limit and has a value; it was read as below the limit.",
    "VALUE_BELOW_LIMIT": "A value is lower than the limit recorded with it; it was read as below the limit.",
}

TRAPEZOIDS = ("linear", "linear_up_log_down")
BELOW = ("zero", "left_out")
TERMINAL = ("best_fit", "all", "last_three")


@dataclass(frozen=True, slots=True)
class KineticsOptions:
    """Choices that analyses of cellular kinetics differ in; the defaults are the study's."""

    # "linear", or "linear_up_log_down": logarithmic where the values fall.
    trapezoids: str = "linear"
    # Samples below quantification before the first, between two, after the last quantifiable one: "zero" or "left_out".
    before_first: str = "zero"
    between: str = "left_out"
    after_last: str = "zero"
    # Points of the half-life: "best_fit", "all" after the peak, or "last_three".
    terminal: str = "best_fit"
    # Days of the areas.
    horizons: tuple[int, ...] = (28, 90)
    # Methods that are read; empty = all.
    methods: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.trapezoids not in TRAPEZOIDS or self.terminal not in TERMINAL:
            raise ValueError("trapezoids is linear or linear_up_log_down; terminal is best_fit, all or last_three")
        if not {self.before_first, self.between, self.after_last} <= set(BELOW):
            raise ValueError("before_first, between and after_last are zero or left_out")
        if any(horizon < 1 for horizon in self.horizons):
            raise ValueError("a horizon is day 1 or later")


@dataclass(frozen=True, slots=True)
class Measure:
    """One result with its unit and clause; `value` None = cannot be given, and the clause says why."""

    value: Decimal | None
    unit: str
    clause: str
    basis: str = BASIS
    version: str = VERSION
    shown: Mapping[str, str] = field(default_factory=dict, hash=False)
    flags: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()  # samples that this result did not use, beyond those that none used
    as_zero: tuple[LeftOut, ...] = ()  # samples below quantification that it counted as 0

    @property
    def sentence(self) -> str:
        """The clause in English with its placeholders filled."""
        return self.clause.format(**self.shown)


@dataclass(frozen=True, slots=True)
class Kinetics:
    """The results of one subject in one unit; days count from the infusion, the day of the infusion = 0."""

    unit: str
    points: tuple[Point, ...]
    cmax: Measure
    tmax: Measure
    clast: Measure
    tlast: Measure
    half_life: Measure
    areas: Mapping[int, Measure] = field(hash=False)  # by horizon
    methods: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()  # samples that no result used
    flags: tuple[str, ...] = ()


RECOMMENDED = KineticsOptions()


def by_unit(
    samples: Sequence[Any], *, infused_on: date, until: date | None = None, options: KineticsOptions = RECOMMENDED
) -> dict[str, Kinetics]:
    """The kinetics in each unit that was measured; no result mixes two of them."""
    return {
        unit: kinetics(samples, infused_on=infused_on, unit=unit, until=until, options=options)
        for unit in kinetics_points.units(samples)
    }


def kinetics(
    samples: Iterable[Any],
    *,
    infused_on: date,
    unit: str,
    until: date | None = None,
    options: KineticsOptions = RECOMMENDED,
) -> Kinetics:
    """Cmax, Tmax, Clast, Tlast, areas and half-life from the samples in one unit, "copies/ug" or "cells/uL".

    Samples in any order, with the items of the persistence form; from the day of the infusion to `until` (None = all).
    """
    read = kinetics_points.read(samples, infused_on=infused_on, unit=unit, methods=options.methods, until=until)
    points = read.points
    quantified = [point for point in points if point.value is not None]
    flags = read.flags
    if not quantified:
        none = NEVER if points else NO_SAMPLE
        per, day = Measure(None, unit, none), Measure(None, "d", none)
        areas = {horizon: Measure(None, f"{unit}·d", none) for horizon in options.horizons}
        return Kinetics(unit, points, per, day, per, day, day, areas, read.methods, read.left_out, flags)
    peak = max(quantified, key=lambda point: (_cells(point), -point.day))
    last = quantified[-1]
    flags += ("QUANTIFIED_ON_DAY_0",) if quantified[0].day == 0 else ()
    flags += ("PEAK_IS_FIRST",) if peak == points[0] and peak.day > 0 else ()
    flags += ("PEAK_IS_LAST",) if peak == points[-1] else ()
    return Kinetics(
        unit=unit,
        points=points,
        cmax=Measure(peak.value, unit, CMAX, shown={"day": str(peak.day)}),
        tmax=Measure(Decimal(peak.day), "d", TMAX),
        clast=Measure(last.value, unit, CLAST, shown={"day": str(last.day)}),
        tlast=Measure(Decimal(last.day), "d", TLAST),
        half_life=_half_life([point for point in quantified if point.day > peak.day], options),
        areas={horizon: _area(points, quantified, horizon, unit, options) for horizon in options.horizons},
        methods=read.methods,
        left_out=read.left_out,
        flags=flags,
    )


def _area(
    points: Sequence[Point], quantified: Sequence[Point], horizon: int, unit: str, options: KineticsOptions
) -> Measure:
    """The area to one horizon; below quantification counts as 0 or not at all, by its place on the curve."""
    spots, left, zeros = _spots(points, quantified, options)
    if not any(0 < day <= horizon for day, _ in spots):
        return Measure(None, f"{unit}·d", AREA_EMPTY, shown={"horizon": str(horizon)}, left_out=left, as_zero=zeros)
    flags: tuple[str, ...] = ()
    if spots[0][0] > 0:
        assumed = options.before_first == "zero"
        flags = ("DAY_0_ASSUMED",) if assumed else ("AREA_STARTS_LATE",)
        spots = [START, *spots] if assumed else spots
    per_day, end = f"{unit}·d", spots[-1][0]
    if end < horizon:
        shown = {"day": str(int(end)), "horizon": str(horizon)}
        return Measure(None, per_day, AREA_SHORT, shown=shown, left_out=left, as_zero=zeros)
    log_down = options.trapezoids == "linear_up_log_down"
    used = sum(1 for place, _ in enumerate(spots) if place == 0 or spots[place - 1][0] < horizon)
    return Measure(
        area(spots, horizon, log_down=log_down),
        per_day,
        AREA_LOG if log_down else AREA_LINEAR,
        shown={"horizon": str(horizon), "count": str(used)},
        flags=flags,
        left_out=left,
        as_zero=zeros,
    )


def _spots(
    points: Sequence[Point], quantified: Sequence[Point], options: KineticsOptions
) -> tuple[list[Spot], tuple[LeftOut, ...], tuple[LeftOut, ...]]:
    """The points of the areas; the samples below quantification that were left out, and those that count as 0."""
    first, last = quantified[0].day, quantified[-1].day
    spots: list[Spot] = []
    left: list[LeftOut] = []
    zeros: list[LeftOut] = []
    for point in points:
        if point.value is not None:
            spots.append((Decimal(point.day), point.value))
            continue
        if point.day < first:
            choice, out, zero = options.before_first, LEFT_BEFORE, ZERO_BEFORE
        elif point.day < last:
            choice, out, zero = options.between, LEFT_BETWEEN, ZERO_BETWEEN
        else:
            choice, out, zero = options.after_last, LEFT_AFTER, ZERO_AFTER
        if choice == "zero":
            spots.append((Decimal(point.day), Decimal(0)))
            zeros.append(LeftOut(point.on, zero))
        else:
            left.append(LeftOut(point.on, out))
    return spots, tuple(left), tuple(zeros)


def _half_life(after: Sequence[Point], options: KineticsOptions) -> Measure:
    """The half-life of the end of the curve, days; `after` = quantifiable points after the peak."""
    if len(after) < LEAST_POINTS:
        return Measure(None, "d", HALF_LIFE_FEW, shown={"count": str(len(after))})
    spots = [(Decimal(point.day), _cells(point)) for point in after]
    line = terminal(spots, choice=options.terminal)
    if line is None:
        return Measure(None, "d", HALF_LIFE_FLAT)
    used, unused = after[-line.points :], after[: -line.points]
    shown = {
        "count": str(line.points), "day": str(used[0].day), "last": str(used[-1].day),
        "fit": f"{max(line.adjusted_r_squared, Decimal(0)):.3f}",
    }  # fmt: skip
    left = tuple(LeftOut(point.on, NOT_TERMINAL) for point in unused)
    return Measure(HALF / line.rate, "d", HALF_LIFE, shown=shown, left_out=left)


def _cells(point: Point) -> Decimal:
    assert point.value is not None
    return point.value
