"""Progressive disease: any one criterion, against the lowest value since baseline that the laboratory does not doubt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from trial.rules import imwg_values as values
from trial.rules.imwg_measurable import Baseline, Point
from trial.rules.imwg_options import NOTE, ImwgOptions, finding
from trial.rules.imwg_timeline import Assessment, Imaging, Laboratory
from trial.rules.imwg_values import plain
from trial.rules.verdict import Verdict

# IMWG 2016, table 4, progressive disease: rise in percent, and absolute rise in the unit of the component.
RISE_PERCENT, CELLS_RISE_PERCENT = Decimal(25), Decimal(50)
SERUM_RISE_G_DL = Decimal("0.5")
HIGH_SERUM_G_DL, HIGH_SERUM_RISE_G_DL = Decimal("5.0"), Decimal("1.0")
URINE_RISE_MG_24H = Decimal(200)
# 10 mg/dL; one older reprint prints mg/L.
FLC_RISE_ABOVE_MG_L = Decimal(100)
MARROW_RISE_POINTS = Decimal(10)
CELLS_AT_LEAST_PER_UL = Decimal(200)
# The reason that needs no second test stands before the one that does.
REASONS = ("IMAGING", "BM", "BIOCHEM", "CPC")
NO_SECOND_TEST = frozenset({"IMAGING", "BM"})
# Components that are not biochemical.
REASON_OF = {"LESIONS": "IMAGING", "MARROW": "BM", "CELLS": "CPC"}

SERUM_PD = (
    "Serum M-protein {value} g/dL on {day}, {rise} g/dL and {percent} % above the nadir of {nadir} g/dL "
    "({nadir_day}): progression from {absolute} g/dL and {relative} %."
)
SERUM_PD_HIGH = (
    "Serum M-protein {value} g/dL on {day}, {rise} g/dL above a nadir of {nadir} g/dL ({nadir_day}) that is "
    "{high} g/dL or more: progression from {absolute} g/dL."
)
SERUM_PD_NO = "Serum M-protein {value} g/dL on {day}, nadir {nadir} g/dL ({nadir_day}): no progression."
SERUM_OLIGOCLONAL = (
    "Serum M-protein {value} g/dL on {day} after it was gone is an oligoclonal band of another isotype: no progression."
)
URINE_PD = (
    "Urine M-protein {value} mg/24 h on {day}, {rise} mg/24 h and {percent} % above the nadir of {nadir} mg/24 "
    "h ({nadir_day}): progression from {absolute} mg/24 h and {relative} %."
)
URINE_PD_NO = "Urine M-protein {value} mg/24 h on {day}, nadir {nadir} mg/24 h ({nadir_day}): no progression."
FLC_PD = (
    "Difference of free light chains {value} mg/L on {day}, {rise} mg/L and {percent} % above the nadir of "
    "{nadir} mg/L ({nadir_day}): progression above {absolute} mg/L and from {relative} %."
)
FLC_PD_NO = "Difference of free light chains {value} mg/L on {day}, nadir {nadir} mg/L ({nadir_day}): no progression."
MARROW_PD = (
    "Plasma cells {value} % of the marrow on {day}, {rise} points and {percent} % above the nadir of {nadir} % "
    "({nadir_day}): progression from {absolute} points and {relative} %."
)
MARROW_PD_NO = "Plasma cells {value} % of the marrow on {day}, nadir {nadir} % ({nadir_day}): no progression."
CELLS_PD = (
    "Circulating plasma cells {value} per µL on {day}, {percent} % above the nadir of {nadir} per µL "
    "({nadir_day}): progression from {relative} % with at least {absolute} per µL."
)
CELLS_PD_NO = "Circulating plasma cells {value} per µL on {day}, nadir {nadir} per µL ({nadir_day}): no progression."
LESIONS_PD = "Imaging on {day} shows new or growing lesions: progression."

PROGRESSION_CLAUSES = (
    SERUM_PD, SERUM_PD_HIGH, SERUM_PD_NO, SERUM_OLIGOCLONAL, URINE_PD, URINE_PD_NO, FLC_PD, FLC_PD_NO, MARROW_PD,
    MARROW_PD_NO, CELLS_PD, CELLS_PD_NO, LESIONS_PD,
)  # fmt: skip


@dataclass(slots=True)
class Track:
    """One component over time: its baseline and every later value that may be a nadir, oldest first."""

    points: list[Point] = field(default_factory=list)

    def add(self, point: Point | None) -> None:
        """Take the next value; None = nothing was measured."""
        if point is not None:
            self.points.append(point)

    def nadir(self, before: date, *, confirmed: bool) -> Point | None:
        """The lowest value of earlier days, the first of several as low; None = there is none.

        `confirmed`: of every two consecutive values the higher counts, and the first value for itself.
        """
        earlier = [one for one in self.points if one.day < before]
        if confirmed:
            pairs = zip(earlier, earlier[1:], strict=False)
            earlier = [*earlier[:1], *(max(pair, key=lambda one: one.value) for pair in pairs)]
        return min(earlier, key=lambda one: (one.value, one.day), default=None)


@dataclass(slots=True)
class Nadirs:
    """The lowest values so far of everything that may progress."""

    serum: Track = field(default_factory=Track)
    urine: Track = field(default_factory=Track)
    flc: Track = field(default_factory=Track)
    marrow: Track = field(default_factory=Track)
    cells: Track = field(default_factory=Track)

    @classmethod
    def of(cls, baseline: Baseline) -> "Nadirs":
        """Before anything was measured after the infusion."""
        found = cls()
        for name in ("serum", "urine", "flc", "marrow", "cells"):
            getattr(found, name).add(getattr(baseline, name))
        return found

    def add(self, now: Assessment, baseline: Baseline, options: ImwgOptions) -> None:
        """Take the values of an assessment; doubted ones are left out."""
        sure = None if now.laboratory is None or now.laboratory.spurious else now.laboratory
        self.serum.add(serum_point(sure, options))
        self.urine.add(urine_point(sure, options))
        self.flc.add(flc_point(sure, baseline, options))
        self.marrow.add(marrow_point(now))
        self.cells.add(cells_point(now))

    def copy(self) -> "Nadirs":
        """As they stand now, for a second test against the same nadir."""
        return Nadirs(
            *(Track(list(track.points)) for track in (self.serum, self.urine, self.flc, self.marrow, self.cells))
        )


@dataclass(frozen=True, slots=True)
class Progression:
    """What an assessment says about progression; `findings` are the verdicts with value "PD" or "NO"."""

    findings: tuple[Verdict, ...]
    reasons: tuple[str, ...]  # in the order of REASONS; empty = no progression
    day: date | None  # the earliest positive component
    judged: frozenset[str] = frozenset()  # components with a value and a nadir
    positive: frozenset[str] = frozenset()

    @property
    def reason(self) -> str | None:
        """IMAGING, BM, BIOCHEM or CPC; None = no progression."""
        return self.reasons[0] if self.reasons else None


def progression(now: Assessment, nadirs: Nadirs, baseline: Baseline, options: ImwgOptions) -> Progression:
    """Judge every criterion that applies to this subject; carried results are not judged again."""
    protein = baseline.follows("SERUM") or baseline.follows("URINE")
    every = not options.pd_measurable_only
    lab = now.laboratory
    oligoclonal = lab is not None and lab.oligoclonal
    tried: list[Tried] = []
    if every or baseline.follows("SERUM"):
        point, nadir = serum_point(lab, options), nadirs.serum
        tried.append(_tried("SERUM", point, nadir, lambda p, n: _serum_rise(p, n, oligoclonal), options))
    if every or baseline.follows("URINE"):
        tried.append(_tried("URINE", urine_point(lab, options), nadirs.urine, _urine_rise, options))
    if not protein:
        tried.append(_tried("FLC", flc_point(lab, baseline, options), nadirs.flc, flc_rise, options))
    if not protein and not baseline.follows("FLC"):
        tried.append(_tried("MARROW", marrow_point(now), nadirs.marrow, marrow_rise, options))
    if not baseline.route:
        tried.append(_tried("CELLS", cells_point(now), nadirs.cells, lambda p, n: _cells_rise(p, n, options), options))
    if now.imaging is not None and now.imaging.verdict.value == "PD":
        tried.append(Tried("LESIONS", now.imaging.day, _lesions_grown(now.imaging)))
    return _collect([one for one in tried if one.verdict is not None])


class Tried(NamedTuple):
    """A component, the day of its value, and the verdict on its rise; None = no value, or no nadir to compare with."""

    component: str
    day: date | None
    verdict: Verdict | None


def _tried(
    component: str, point: Point | None, track: Track, judge: Callable[[Point, Point], Verdict], options: ImwgOptions
) -> Tried:
    nadir = track.nadir(point.day, confirmed=options.nadir_confirmed) if point else None
    return Tried(component, point.day if point else None, judge(point, nadir) if point and nadir else None)


def _collect(tried: Sequence[Tried]) -> Progression:
    positive = [one for one in tried if one.verdict is not None and one.verdict.value == "PD"]
    found = {REASON_OF.get(one.component, "BIOCHEM") for one in positive}
    return Progression(
        findings=tuple(one.verdict for one in tried if one.verdict is not None),
        reasons=tuple(reason for reason in REASONS if reason in found),
        day=min((one.day for one in positive if one.day is not None), default=None),
        judged=frozenset(one.component for one in tried),
        positive=frozenset(one.component for one in positive),
    )


def _serum_rise(now: Point, nadir: Point, oligoclonal: bool) -> Verdict:
    rise = now.value - nadir.value
    met = values.risen(now.value, nadir.value, RISE_PERCENT) and rise >= SERUM_RISE_G_DL
    if oligoclonal and nadir.value == 0 and met:
        shown = {"value": plain(now.value), "day": now.day.isoformat()}
        return finding("NO", SERUM_OLIGOCLONAL, basis=NOTE, flags=("OLIGOCLONAL",), shown=shown)
    if met:
        return _pd("PD1", SERUM_PD, now, nadir, absolute=SERUM_RISE_G_DL, relative=RISE_PERCENT)
    if nadir.value >= HIGH_SERUM_G_DL and rise >= HIGH_SERUM_RISE_G_DL:
        shown = {**_shown(now, nadir), "rise": plain(rise), "high": plain(HIGH_SERUM_G_DL)}
        return finding("PD", SERUM_PD_HIGH, flags=("PD2",), absolute=plain(HIGH_SERUM_RISE_G_DL), shown=shown)
    return finding("NO", SERUM_PD_NO, shown=_shown(now, nadir))


def _urine_rise(now: Point, nadir: Point) -> Verdict:
    if values.risen(now.value, nadir.value, RISE_PERCENT) and now.value - nadir.value >= URINE_RISE_MG_24H:
        return _pd("PD3", URINE_PD, now, nadir, absolute=URINE_RISE_MG_24H, relative=RISE_PERCENT)
    return finding("NO", URINE_PD_NO, shown=_shown(now, nadir))


def flc_rise(now: Point, nadir: Point) -> Verdict:
    """PD4: the difference of free light chains, mg/L."""
    if values.risen(now.value, nadir.value, RISE_PERCENT) and now.value - nadir.value > FLC_RISE_ABOVE_MG_L:
        return _pd("PD4", FLC_PD, now, nadir, absolute=FLC_RISE_ABOVE_MG_L, relative=RISE_PERCENT)
    return finding("NO", FLC_PD_NO, shown=_shown(now, nadir))


def marrow_rise(now: Point, nadir: Point) -> Verdict:
    """PD5: plasma cells of the marrow, %."""
    if values.risen(now.value, nadir.value, RISE_PERCENT) and now.value - nadir.value >= MARROW_RISE_POINTS:
        return _pd("PD5", MARROW_PD, now, nadir, absolute=MARROW_RISE_POINTS, relative=RISE_PERCENT)
    return finding("NO", MARROW_PD_NO, shown=_shown(now, nadir))


def _cells_rise(now: Point, nadir: Point, options: ImwgOptions) -> Verdict:
    measured = now.value - nadir.value if options.cpc_increase_at_least else now.value
    if values.risen(now.value, nadir.value, CELLS_RISE_PERCENT) and measured >= CELLS_AT_LEAST_PER_UL:
        shown = {**_shown(now, nadir), "percent": values.change(now.value, nadir.value)}
        return finding(
            "PD",
            CELLS_PD,
            flags=("PD7",),
            absolute=str(CELLS_AT_LEAST_PER_UL),
            relative=str(CELLS_RISE_PERCENT),
            shown=shown,
        )
    return finding("NO", CELLS_PD_NO, shown=_shown(now, nadir))


def _lesions_grown(imaging: Imaging) -> Verdict:
    return finding("PD", LESIONS_PD, because=(imaging.verdict,), flags=("PD6",), day=imaging.day.isoformat())


def _pd(flag: str, clause: str, now: Point, nadir: Point, *, absolute: Decimal, relative: Decimal) -> Verdict:
    shown = {
        **_shown(now, nadir),
        "rise": plain(now.value - nadir.value),
        "percent": values.change(now.value, nadir.value),
        "absolute": str(absolute),
        "relative": str(relative),
    }
    return finding("PD", clause, flags=(flag,), shown=shown)


def _shown(now: Point, nadir: Point) -> dict[str, str]:
    return {
        "value": plain(now.value),
        "day": now.day.isoformat(),
        "nadir": plain(nadir.value),
        "nadir_day": nadir.day.isoformat(),
    }


def serum_point(laboratory: Laboratory | None, options: ImwgOptions) -> Point | None:
    """Serum M-protein of a day; None = missing."""
    found = values.serum(laboratory, options)
    return Point(found.value, laboratory.day) if laboratory and found else None


def urine_point(laboratory: Laboratory | None, options: ImwgOptions) -> Point | None:
    """Urine M-protein of a day; None = missing."""
    found = values.urine(laboratory, options)
    return Point(found.value, laboratory.day) if laboratory and found else None


def flc_point(laboratory: Laboratory | None, baseline: Baseline, options: ImwgOptions) -> Point | None:
    """Difference of free light chains of a day; None = missing, or the involved chain is not known."""
    found = values.light_chains(laboratory, baseline.chain, options)
    return Point(found.difference, laboratory.day) if laboratory and found and found.difference is not None else None


def marrow_point(now: Assessment) -> Point | None:
    """Plasma cells of the marrow of this assessment; a carried one is not judged again."""
    if now.marrow is None or now.marrow.plasma_cells is None:
        return None
    return Point(now.marrow.plasma_cells, now.marrow.day)


def cells_point(now: Assessment) -> Point | None:
    """Circulating plasma cells of this assessment; None = not counted."""
    if now.circulating is None or now.circulating.cells is None:
        return None
    return Point(now.circulating.cells, now.circulating.day)
