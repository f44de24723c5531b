"""A lane with one curve: points over time, the line between them, and the lines that they are read against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from crf.course.axis import LEFT, RIGHT, WIDTH, Axis
from crf.course.marks import Behind, Lane, Line, Mark, px
from crf.course.scale import Linear, Log
from crf.course.times import day_in_words, when

PAD = 8  # px above the highest point and below the lowest
# Shapes that are no point of the curve.
APART = frozenset({"doubted"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a form. shown: the value with its unit. shape: dot; hollow = at a limit it was below; doubted; ring."""

    at: date | datetime
    value: Decimal
    shown: str
    behind: Behind
    shape: str = "dot"
    note: str = ""

    @property
    def on(self) -> date:
        return self.at.date() if isinstance(self.at, datetime) else self.at


@dataclass(frozen=True, slots=True)
class Limit:
    """A value to read the curve against, from a day on (None = always). kind: limit, nadir or threshold."""

    value: Decimal
    text: str
    kind: str = "limit"
    since: date | None = None


def curve(
    axis: Axis,
    readings: Sequence[Reading],
    *,
    key: str,
    name: str,
    unit: str,
    height: int,
    log: bool = False,
    limits: Iterable[Limit] = (),
    note: str | None = None,
    full: str = "",
    empty: str = "",
    inner: bool = False,
) -> Lane:
    """The lane of these readings, in any order. note: None = the highest value with its day."""
    ordered = sorted(readings, key=lambda one: axis.at(one.at))
    if not ordered:
        return Lane(key, name, height, unit, full=full, empty=empty or _("no samples yet"), inner=inner)
    lines = list(limits)
    scale = _scale(ordered, lines, height, log=log)
    return Lane(
        key=key,
        name=name,
        full=full,
        unit=unit,
        full_height=height,
        note=_highest(axis, ordered) if note is None else note,
        marks=[_mark(axis, scale, one, full or name) for one in ordered],
        curves=[_points(axis, scale, [one for one in ordered if one.shape not in APART])],
        lines=[Line(px(LEFT - 4), px(WIDTH - RIGHT + 4), px(height - PAD), "base"), *_limits(axis, scale, lines)],
        ticks=scale.ticks(),
        inner=inner,
    )


def _scale(readings: Sequence[Reading], limits: Sequence[Limit], height: int, *, log: bool) -> Linear | Log:
    """Room for every point, and for a threshold that a point came near."""
    values = [one.value for one in readings]
    highest = max(values)
    near = [one.value for one in limits if one.value <= 2 * highest]
    return (Log if log else Linear)([*values, *near], top=PAD, bottom=height - PAD)


def _limits(axis: Axis, scale: Linear | Log, limits: Iterable[Limit]) -> Iterable[Line]:
    for one in limits:
        y, left = scale.at(one.value), LEFT - 4 if one.since is None else axis.at(one.since)
        inside = scale.low <= float(one.value.log10()) <= scale.high if isinstance(scale, Log) else (
            float(one.value) <= scale.highest
        )  # fmt: skip
        if inside:
            yield Line(px(left), px(WIDTH - RIGHT + 4), px(y), one.kind, one.text)


def _points(axis: Axis, scale: Linear | Log, readings: Iterable[Reading]) -> str:
    return " ".join(f"{px(axis.at(one.at))},{px(scale.at(one.value))}" for one in readings)


def _mark(axis: Axis, scale: Linear | Log, one: Reading, name: str) -> Mark:
    return Mark(
        on=one.on, when=when(axis, one.on), what=f"{name} {one.shown}", behind=one.behind, shape=one.shape,
        x=px(axis.at(one.at)), y=px(scale.at(one.value)), note=one.note,
    )  # fmt: skip


def _highest(axis: Axis, readings: Iterable[Reading]) -> str:
    most = max(readings, key=lambda one: one.value)
    return _("highest %(value)s, %(day)s") % {"value": bare(most.value), "day": day_in_words(axis, most.at)}


def bare(value: Decimal) -> str:
    """A number without trailing zeros: 84, 0.5, 15031."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
