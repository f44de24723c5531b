"""Kaplan-Meier curves with their limits, censored subjects, median and the numbers at risk under the axis."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from analytics import layout, statistics
from analytics.figures import style
from analytics.figures.canvas import Canvas, drawing
from analytics.layout import Figure, Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, PLOT, EDGE, MARGIN = 720, 290, 26, 14  # px: the sheet, height of the plot, right and other margins
LINE = 18  # px from base line to base line in the two small tables
LABELS = (72, 190)  # px left of the time axis, at least and at most: labels of the rows of numbers at risk
NUMBERS = (226, 168, 0)  # px from the right end of the axis: subjects, events, median
SAMPLE = 34  # px: a piece of the line before its label
BANDS = 3  # curves that keep their band; those of more cover each other
YS = (0.0, 0.25, 0.5, 0.75, 1.0)
STEPS = (1, 3, 6, 12, 24, 36, 60, 120)
SECTIONS = 8  # of the time axis, at most

Data = Mapping[str, Any]


# --- from times and events to the values of a figure -----------------------------------------------------------------


def figure_ticks(longest: float | None) -> tuple[int, ...]:
    """Where the time axis is marked up to the longest time observed, in steps usual for months; 0 to 12 without one."""
    longest = 12 if longest is None else longest
    step = next((step for step in STEPS if longest <= SECTIONS * step), STEPS[-1])
    return tuple(range(0, max(int(-(-longest // step)), 1) * step + 1, step))


def figure_curve(
    times: Sequence[float], events: Sequence[bool | int], *, ticks: Sequence[float], key: str = "all", label: Text = ""
) -> dict[str, Any]:
    """One curve as plain values; times, events and ticks in one unit, numbers at risk at the ticks."""
    curve = statistics.kaplan_meier(times, events)
    median = statistics.median(curve)
    return {
        "key": key,
        "label": label,
        "n": curve.n,
        "events": sum(curve.events),
        "times": list(curve.times),
        "survival": list(curve.survival),
        "low": list(curve.low),
        "high": list(curve.high),
        "censored_at": [time for time, left in zip(curve.times, curve.censored, strict=True) if left],
        "at_risk": list(statistics.at_risk(curve, ticks)),
        "median": median.value,
        "median_low": median.low,
        "median_high": median.high,
    }


def figure_of(
    curves: Iterable[Data],
    *,
    x_label: Text,
    y_label: Text,
    ticks: Sequence[float],
    unit: Text,
    percent: bool = True,
) -> Figure:
    """The figure of curves that share their ticks."""
    data = {"x_label": x_label, "y_label": y_label, "unit": unit, "ticks": list(ticks), "percent": percent}
    return Figure("kaplan_meier", data | {"curves": list(curves), "marks": []})


# --- from the values to the drawing ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where things are on the sheet, in px; `longest` is the time at the right end of the axis."""

    left: float
    right: float
    top: float
    bottom: float
    longest: float

    def x(self, time: float) -> float:
        """Where a time is."""
        return self.left + (self.right - self.left) * time / self.longest


def draw(data: Data, *, theme: str, title: str) -> str:
    """The figure as SVG; curves without subjects are left out."""
    curves = [curve for curve in data["curves"] if curve["n"]]
    heading = title if theme != "page" else ""
    with drawing():
        place = _place(data, curves, heading=bool(heading))
        canvas = Canvas(WIDTH, place.bottom + (92 + LINE * (len(curves) if len(curves) > 1 else 0) if curves else 52))
        canvas.text(MARGIN, MARGIN + style.HEADING, heading, size=style.HEADING, bold=True)
        axes = _frame(canvas, place, data)
        for curve, (role, dash) in zip(curves, _styles(curves), strict=True):
            _band(axes, curve, style.COLOUR[role], among=len(curves))
            _curve(axes, curve, style.COLOUR[role], dash)
        _medians(axes, curves)
        if curves:
            _legend(canvas, place, curves, unit=style.unit(data["unit"]))
            _numbers_at_risk(canvas, place, data["ticks"], curves)
        else:
            middle = (place.left + place.right) / 2, (place.top + place.bottom) / 2
            canvas.text(*middle, _("No subjects to show"), role="muted", anchor="middle")
        said = [_described(curve, data) for curve in curves] or [_("No subjects to show")]
        return canvas.svg(theme=theme, title=title or str(data["y_label"]), description=" ".join(said))


def _styles(curves: Sequence[Data]) -> list[tuple[str, style.Dash]]:
    return [style.CURVES[index % len(style.CURVES)] for index in range(len(curves))]


def _place(data: Data, curves: Sequence[Data], *, heading: bool) -> Place:
    labels = [style.width(style.plain_text(curve["label"]), style.SMALL) for curve in curves]
    widest = max(labels) if len(labels) > 1 else 1.15 * style.width(_("Number at risk"), style.SMALL)
    low, high = LABELS
    top = MARGIN + (style.HEADING + 12 if heading else 0) + (LINE * (len(curves) + 1) + 6 if curves else 0)
    longest = max([*data["ticks"], *(time for curve in curves for time in curve["times"][-1:])], default=0)
    return Place(MARGIN + min(max(widest, low), high) + 18, WIDTH - EDGE, top, top + PLOT, longest or 1)


def _frame(canvas: Canvas, place: Place, data: Data) -> Axes:
    """Axes with their marks and labels."""
    axes = canvas.axes(place.left, place.top, place.right, place.bottom)
    axes.set_xlim(0, place.longest)
    axes.set_ylim(0, 1.03)
    axes.set_xticks(data["ticks"])
    axes.set_yticks(YS)
    for y in YS:
        base = place.bottom - PLOT * y / 1.03 + 4
        label = f"{100 * y:.0f} %" if data["percent"] else f"{y:.2f}"
        canvas.text(place.left - 9, base, label, size=style.SMALL, anchor="end")
    for tick in data["ticks"]:
        canvas.text(place.x(tick), place.bottom + 19, f"{tick:g}", size=style.SMALL, anchor="middle")
    canvas.text((place.left + place.right) / 2, place.bottom + 38, data["x_label"], anchor="middle")
    canvas.text(place.left - 56, (place.top + place.bottom) / 2, data["y_label"], anchor="middle", turned=True)
    return axes


def _band(axes: Axes, curve: Data, colour: str, *, among: int) -> None:
    """The confidence limits: a shade with edges for a curve alone, a faint one for a few, nothing for many."""
    if among > BANDS:
        return
    times, low, high = _limits(curve)
    axes.fill_between(times, low, high, step="post", color=colour, alpha=0.15 if among == 1 else 0.07, linewidth=0)
    for limit in (low, high) if among == 1 else ():
        axes.step(times, limit, where="post", color=colour, linewidth=0.7)


def _limits(curve: Data) -> tuple[list[float], list[float], list[float]]:
    """Times and limits as steps: both 1 before the first event, and ended where the last subject had the event."""
    times, low, high = [0.0], [1.0], [1.0]
    for time, survival, lower, upper in zip(
        curve["times"], curve["survival"], curve["low"], curve["high"], strict=True
    ):
        times.append(time)
        low.append(low[-1] if lower is None else lower)
        high.append(high[-1] if upper is None else upper)
        if survival <= 0:
            break
    return times, low, high


def _curve(axes: Axes, curve: Data, colour: str, dash: style.Dash) -> None:
    """The steps, and a tick where a subject is censored."""
    times, survival = [0.0, *curve["times"]], [1.0, *curve["survival"]]
    axes.step(times, survival, where="post", color=colour, linestyle=dash, linewidth=2, clip_on=False)
    heights = [survival[bisect_right(curve["times"], time)] for time in curve["censored_at"]]
    ticks: dict[str, Any] = {"linestyle": "", "marker": "|", "markersize": 10, "markeredgewidth": 1.3}
    axes.plot(curve["censored_at"], heights, color=colour, clip_on=False, **ticks)


def _medians(axes: Axes, curves: Iterable[Data]) -> None:
    """From the axis at one half to each curve, and down to its time."""
    found = [curve["median"] for curve in curves if curve["median"] is not None]
    look: dict[str, Any] = {"color": style.COLOUR["muted"], "linewidth": 1, "linestyle": (0, (4, 3)), "zorder": 1.5}
    if found:
        axes.plot([0, max(found)], [0.5, 0.5], **look)
    for time in found:
        axes.plot([time, time], [0, 0.5], **look)


def _legend(canvas: Canvas, place: Place, curves: Sequence[Data], *, unit: str) -> None:
    """What each curve is and comes to, above the plot; a piece of its line where there are several."""
    sheet = canvas.sheet()
    indent = SAMPLE + 8 if len(curves) > 1 else 0
    base = place.top - 10 - LINE * len(curves)
    ends = [place.right - back for back in NUMBERS]
    heads = _("Subjects"), _("Events"), _("Median in {unit} (95 % CI)").format(unit=unit)
    for end, head in zip(ends, heads, strict=True):
        canvas.text(end, base, head, role="muted", size=style.SMALL, anchor="end")
    for line, (curve, (role, dash)) in enumerate(zip(curves, _styles(curves), strict=True), start=1):
        y = base + LINE * line
        if indent:
            ends_of_sample = [place.left, place.left + SAMPLE]
            sheet.plot(ends_of_sample, [y - 4, y - 4], color=style.COLOUR[role], linestyle=dash, linewidth=2)
        room = ends[0] - 34 - place.left - indent
        canvas.text(place.left + indent, y, style.shortened(style.plain_text(curve["label"]), room))
        for end, number in zip(ends, (curve["n"], curve["events"], _median(curve)), strict=True):
            canvas.text(end, y, number, anchor="end")


def _median(curve: Data) -> str:
    """Median with its limits where they are known."""
    missing = _("NE")
    value = str(layout.figure(curve["median"], missing=missing))
    low, high = curve.get("median_low"), curve.get("median_high")
    return value if low is high is None else f"{value} ({layout.between(low, high, missing=missing)})"


def _numbers_at_risk(canvas: Canvas, place: Place, ticks: Sequence[float], curves: Sequence[Data]) -> None:
    """One row a curve under the marks of the axis; a curve alone stands in the line of the heading."""
    base, alone = place.bottom + 62, len(curves) == 1
    canvas.text(MARGIN, base, _("Number at risk"), size=style.SMALL, bold=True)
    for line, (curve, (role, _dash)) in enumerate(zip(curves, _styles(curves), strict=True), start=1):
        y = base if alone else base + LINE * line
        if not alone:
            label = style.shortened(style.plain_text(curve["label"]), place.left - MARGIN - 18, style.SMALL)
            canvas.text(MARGIN, y, label, role=role, size=style.SMALL)
        for tick, number in zip(ticks, curve["at_risk"], strict=True):
            canvas.text(place.x(tick), y, number, role="ink" if alone else role, size=style.SMALL, anchor="middle")
    shaded = len(curves) <= BANDS and any(low is not None for curve in curves for low in curve["low"])
    note = (
        _("Ticks on a curve: censored. Shaded: 95 % confidence limits.") if shaded else _("Ticks on a curve: censored.")
    )
    canvas.text(WIDTH - EDGE, canvas.height - 9, note, role="muted", size=style.SMALL, anchor="end")


def _described(curve: Data, data: Data) -> str:
    """The curve in words."""
    return _(
        "{label}: subjects {n}, events {events}, median in {unit} (95 % CI) {median}; "
        "number at risk at {ticks}: {numbers}."
    ).format(
        label=str(curve["label"]) or str(data["y_label"]),
        n=curve["n"],
        events=curve["events"],
        unit=style.unit(data["unit"]),
        median=_median(curve),
        ticks=", ".join(f"{tick:g}" for tick in data["ticks"]),
        numbers=", ".join(str(number) for number in curve["at_risk"]),
    )
