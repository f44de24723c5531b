"""The course of a response as a figure: M-protein and free light chains over study days, and the response as a ribbon."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from crf.response_cells import nadirs, written
from crf.verdicts import said
from trial.rules import imwg_values as values
from trial.rules.imwg_measurable import Point
from trial.rules.imwg_options import RECOMMENDED
from trial.rules.myeloma import Followed

# Measures of the drawing, in its own units; it is scaled to the page.
WIDTH, LEFT, RIGHT = 1200, 170, 24
BAND, GAP, TOP, RIBBON, AXIS = 66, 18, 12, 24, 26
# Ticks of the axis stand this many days apart: the first that gives no more than MOST of them.
STEPS, MOST = (7, 14, 30, 60, 90, 180, 360), 9
LABEL_AT_LEAST = 40  # as wide must a piece of the ribbon be to hold its word

NAMES: Mapping[str, Any] = {
    "SERUM": _("Serum M-protein"),
    "URINE": _("Urine M-protein"),
    "FLC": _("Difference of free light chains"),
}
SHORT: Mapping[str, Any] = {**NAMES, "FLC": "dFLC"}
UNITS = {"SERUM": "g/dL", "URINE": "mg/24 h", "FLC": "mg/L"}


@dataclass(frozen=True, slots=True)
class Dot:
    """One value; places are text, so that no language writes them its own way."""

    x: str
    y: str
    says: str
    nadir: bool


@dataclass(frozen=True, slots=True)
class Band:
    """One measurement over time, from zero to its highest value."""

    name: str
    unit: str
    highest: str
    top: str
    middle: str
    bottom: str
    line: str  # points of a polyline
    dots: tuple[Dot, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The response of one assessment, from its day to the next."""

    x: str
    width: str
    middle: str
    code: str
    word: str  # blank where there is no room
    says: str


@dataclass(frozen=True, slots=True)
class Figure:
    """What the template draws."""

    width: int
    height: int
    left: int
    right: int
    infusion: str
    bands: tuple[Band, ...]
    ribbon: tuple[Piece, ...]
    ribbon_top: int
    ribbon_height: int
    ribbon_middle: int
    axis: int
    ticks: tuple[tuple[str, int], ...]
    says: str


class Scale:
    """Study days as places from left to right."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, max(last, first + 1)

    def at(self, day: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - self.first) / (self.last - self.first)

    def ticks(self) -> Iterator[int]:
        step = next((one for one in STEPS if self.last // one <= MOST), STEPS[-1])
        yield from range(0, self.last + 1, step)


def figure(followed: Followed) -> Figure | None:
    """The drawing; None where there are not two values of anything to draw a line between."""
    series = {name: points for name, points in _series(followed).items() if len(points) > 1}
    if not series:
        return None
    days = [(point.day - followed.infused_on).days for points in series.values() for point in points]
    assessed = [(day - followed.infused_on).days for day in followed.response.days]
    last = max(days + assessed)
    scale = Scale(min(0, *days), last + max(7, last // 16))  # room for the word of the last response
    lowest = nadirs(followed)
    bands = tuple(
        _band(name, points, TOP + at * (BAND + GAP), scale, followed, lowest.get(name))
        for at, (name, points) in enumerate(series.items())
    )
    ribbon = TOP + len(bands) * (BAND + GAP)
    return Figure(
        width=WIDTH,
        height=ribbon + RIBBON + AXIS,
        left=LEFT,
        right=WIDTH - RIGHT,
        infusion=_place(scale.at(0)),
        bands=bands,
        ribbon=tuple(_pieces(followed, scale)),
        ribbon_top=ribbon,
        ribbon_height=RIBBON,
        ribbon_middle=ribbon + RIBBON // 2,
        axis=ribbon + RIBBON + 16,
        ticks=tuple((_place(scale.at(day)), day) for day in scale.ticks()),
        says=" ".join(band.says for band in bands),
    )


def _series(followed: Followed) -> dict[str, list[Point]]:
    """Values that count, from the baseline on; urine only where the response follows it."""
    base, course = followed.response.baseline, followed.response
    labs = [one.laboratory for one in course.assessments if one.laboratory is not None]
    serum = [Point(found.value, lab.day) for lab in labs if (found := values.serum(lab, RECOMMENDED))]
    urine = [Point(found.value, lab.day) for lab in labs if (found := values.urine(lab, RECOMMENDED))]
    chains = [(lab.day, values.light_chains(lab, base.chain, RECOMMENDED)) for lab in labs]
    flc = [Point(one.difference, day) for day, one in chains if one is not None and one.difference is not None]
    every = {"SERUM": _from(base.serum, serum), "URINE": _from(base.urine, urine), "FLC": _from(base.flc, flc)}
    # Nothing but zeros is no curve.
    kept = {name: points for name, points in every.items() if any(point.value for point in points)}
    return {name: points for name, points in kept.items() if name != "URINE" or base.follows("URINE")}


def _from(first: Point | None, later: Iterable[Point]) -> list[Point]:
    return ([first] if first is not None else []) + list(later)


def _band(name: str, points: list[Point], top: int, scale: Scale, followed: Followed, nadir: date | None) -> Band:
    highest = max(point.value for point in points)
    unit = UNITS[name]

    def place(point: Point) -> tuple[str, str]:
        height = float(point.value / highest) * BAND
        return _place(scale.at((point.day - followed.infused_on).days)), _place(top + BAND - height)

    def words(point: Point) -> str:
        day = (point.day - followed.infused_on).days
        return __("%(value)s %(unit)s on day %(day)s") % {"value": written(point.value), "unit": unit, "day": day}

    lowest = next((point for point in points if point.day == nadir), min(points, key=lambda point: point.value))
    says = __("%(name)s: %(first)s, lowest %(lowest)s, last %(last)s.") % {
        "name": NAMES[name],
        "first": words(points[0]),
        "lowest": words(lowest),
        "last": words(points[-1]),
    }
    return Band(
        name=str(SHORT[name]),
        unit=unit,
        highest=written(highest),
        top=str(top),
        middle=str(top + BAND // 2),
        bottom=str(top + BAND),
        line=" ".join(",".join(place(point)) for point in points),
        dots=tuple(Dot(*place(point), words(point), point.day == nadir) for point in points),
        says=says,
    )


def _pieces(followed: Followed, scale: Scale) -> Iterator[Piece]:
    course = followed.response
    starts = [(day - followed.infused_on).days for day in course.days]
    for start, end, verdict in zip(starts, [*starts[1:], scale.last], course.verdicts, strict=True):
        x, width = scale.at(start), scale.at(end) - scale.at(start)
        spoken, code = said(verdict), str(verdict.value)
        word = "NE" if code == "NE" else spoken.value
        says = __("%(response)s on day %(day)s") % {"response": spoken.full or word, "day": start}
        shown = word if width >= LABEL_AT_LEAST else ""
        yield Piece(_place(x), _place(width - 2), _place(x + width / 2), code, shown, says)


def _place(value: float | Decimal) -> str:
    return f"{value:.1f}"
