"""A swimmer plot: one lane a subject, longest first, with its responses over time and what happened on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.figures import style
from analytics.figures.canvas import Canvas, drawing
from analytics.figures.kaplan_meier import figure_ticks
from crf.codelists import Response

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, EDGE, MARGIN = 760, 34, 14  # px: the sheet, right and other margins
LANE, BAR = 24, 14  # px: from lane to lane, height of a bar
LINE, KEY, GAP = 20, 26, 22  # px: lines of the legend, width of a sign in it, between two entries
DOSE = 78  # px: column of the dose levels
ARROW = 13  # px
NEAR = 11  # px: marks nearer than this are put above each other

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Look:
    """Fill and outline by role, how solid the fill is, and hatching in the colour of a role."""

    fill: str
    edge: str
    alpha: float = 1.0
    hatch: str = ""
    ruled: str = "surface"


# The deeper the response, the darker; what is no response is hatched or empty. Each differs from the others without hue.
LEVELS: dict[str, Look] = {
    "SCR": Look("accent", "accent"),
    "CR": Look("accent", "accent", hatch="////"),
    "VGPR": Look("accent", "accent", alpha=0.5),
    "PR": Look("accent", "accent", alpha=0.16),
    "MR": Look("surface", "verified", hatch="....", ruled="verified"),
    "SD": Look("surface", "locked", hatch="----", ruled="locked"),
    "PD": Look("surface", "overdue", hatch="xxxx", ruled="overdue"),
    "NE": Look("surface", "muted"),
}
# Kind of mark: its name, sign and size.
MARKS: dict[str, tuple[Any, str, float]] = {
    "response": (gettext_lazy("First response"), "^", 9),
    "mrd_negative": (gettext_lazy("MRD negative"), "o", 8),
    "progression": (gettext_lazy("Progression"), "s", 7.5),
    "new_therapy": (gettext_lazy("New therapy"), "D", 7.5),
    "death": (gettext_lazy("Death"), "X", 10),
}


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

    def y(self, line: int) -> float:
        """The middle of a lane, the first on top."""
        return self.top + LANE * (line + 0.5) + 4


def draw(data: Data, *, theme: str, title: str) -> str:
    """The figure as SVG."""
    lanes = sorted(data["lanes"], key=lambda lane: (-lane["months"], lane["subject"]))
    heading = title if theme != "page" else ""
    with drawing():
        entries = list(_entries(lanes))
        place = _place(data, lanes, legend=_lines(entries), heading=bool(heading))
        canvas = Canvas(WIDTH, place.bottom + 52)
        canvas.text(MARGIN, MARGIN + style.HEADING, heading, size=style.HEADING, bold=True)
        _axis(canvas, place, data)
        sheet = canvas.sheet()
        _legend(canvas, sheet, place, entries)
        if not lanes:
            middle = (place.left + place.right) / 2, (place.top + place.bottom) / 2 + 4
            canvas.text(*middle, _("No subjects to show"), role="muted", anchor="middle")
        else:
            canvas.text(place.left - 14, place.top, _("Dose level"), role="muted", size=style.SMALL, anchor="end")
            canvas.text(MARGIN, place.top, _("Subject"), role="muted", size=style.SMALL)
        for line, lane in enumerate(lanes):
            _lane(canvas, sheet, place, line, lane)
        said = " ".join(_described(lane, data) for lane in lanes) or _("No subjects to show")
        return canvas.svg(theme=theme, title=title or _("Course of each subject"), description=said)


def _place(data: Data, lanes: Sequence[Data], *, legend: int, heading: bool) -> Place:
    widest = max((style.width(style.plain_text(lane["label"])) for lane in lanes), default=60)
    top = MARGIN + (style.HEADING + 12 if heading else 0) + LINE * legend + (14 if legend else 0)
    longest = max((lane["months"] for lane in lanes), default=12)
    ends = [bar["to"] for lane in lanes for bar in lane["bars"]]
    ends += [mark["at"] for lane in lanes for mark in lane["marks"]]
    left = MARGIN + min(max(widest, 50), 150) + DOSE + 14
    return Place(left, WIDTH - EDGE, top, top + LANE * max(len(lanes), 3) + 8, max([longest, *ends]) or 1)


def _axis(canvas: Canvas, place: Place, data: Data) -> None:
    axes = canvas.axes(place.left, place.top, place.right, place.bottom)
    axes.set_xlim(0, place.longest)
    axes.set_yticks([])
    ticks = [tick for tick in data.get("ticks") or figure_ticks(place.longest) if tick <= place.longest]
    axes.set_xticks(ticks)
    axes.grid(axis="x", color=style.COLOUR["line"], linewidth=1)
    axes.set_axisbelow(True)
    for tick in ticks:
        canvas.text(place.x(tick), place.bottom + 19, f"{tick:g}", size=style.SMALL, anchor="middle")
    canvas.text((place.left + place.right) / 2, place.bottom + 38, data["x_label"], anchor="middle")


def _lane(canvas: Canvas, sheet: Axes, place: Place, line: int, lane: Data) -> None:
    """One subject: names, a line over the whole time, bars over it, marks over these, an arrow if it goes on."""
    y, end = place.y(line), place.x(lane["months"])
    canvas.text(MARGIN, y + 4, style.shortened(style.plain_text(lane["label"]), place.left - MARGIN - DOSE - 14))
    dose = style.shortened(style.plain_text(lane["dose_level"] or ""), DOSE - 8)
    canvas.text(place.left - 14, y + 4, dose, role="muted", anchor="end")
    sheet.plot([place.left, end], [y, y], color=style.COLOUR["muted"], linewidth=1.2, solid_capstyle="butt")
    for bar in lane["bars"]:
        start = place.x(max(bar["from"], 0))
        _bar(sheet, start, y, place.x(bar["to"]) - start, LEVELS.get(bar["level"], LEVELS["NE"]))
    if lane["ongoing"]:
        _arrow(sheet, end, y)
    for x, above, kind in _apart(sorted((place.x(at), kind) for at, kind in _marks(lane))):
        _mark(sheet, x, y + above, kind)


def _marks(lane: Data) -> list[tuple[float, str]]:
    """Time and kind of what happened; a death without a mark of its own stands at the end of the lane."""
    marks = [(mark["at"], mark["kind"]) for mark in lane["marks"] if mark["kind"] in MARKS]
    if lane["died"] and "death" not in [kind for _time, kind in marks]:
        marks.append((lane["months"], "death"))
    return marks


def _bar(sheet: Axes, x: float, y: float, width: float, look: Look) -> None:
    edge, fill = style.COLOUR[look.edge], style.COLOUR[look.fill]
    if look.alpha < 1:  # on the surface, not on the line below
        sheet.barh(y, width, BAR, x, color=style.COLOUR["surface"], zorder=3)
    sheet.barh(
        y, width, BAR, x, color=fill, alpha=look.alpha, linewidth=0, zorder=3,
        hatch=look.hatch or None, hatchcolor=style.COLOUR[look.ruled],
    )  # fmt: skip
    sheet.barh(y, width, BAR, x, facecolor="none", edgecolor=edge, linewidth=1, zorder=3.1)


def _arrow(sheet: Axes, x: float, y: float) -> None:
    ink = style.COLOUR["ink"]
    sheet.plot([x, x + ARROW - 4], [y, y], color=ink, linewidth=1.6, zorder=4)
    sheet.plot([x + ARROW - 3], [y], color=ink, marker=">", markersize=7, markeredgewidth=0, zorder=4)


def _mark(sheet: Axes, x: float, y: float, kind: str) -> None:
    """A light sign with a dark outline, to be seen on every bar; a death the other way round."""
    _name, sign, size = MARKS[kind]
    face, edge = ("ink", "surface") if kind == "death" else ("surface", "ink")
    look: dict[str, Any] = {"markerfacecolor": style.COLOUR[face], "markeredgecolor": style.COLOUR[edge]}
    look["color"] = style.COLOUR[edge]  # else the next of matplotlib's own
    sheet.plot([x], [y], linestyle="", marker=sign, markersize=size, markeredgewidth=1.1, zorder=5, **look)


def _apart(marks: Iterable[tuple[float, str]]) -> Iterable[tuple[float, float, str]]:
    """Marks from left to right with px up or down: those that would cover each other stand above each other."""
    near: list[tuple[float, str]] = []
    groups = [near]
    for x, kind in marks:
        if near and x - near[-1][0] >= NEAR:
            near = []
            groups.append(near)
        near.append((x, kind))
    for group in groups:
        for place, (x, kind) in enumerate(group):
            yield x, (place - (len(group) - 1) / 2) * NEAR * 0.85, kind


# --- the legend ------------------------------------------------------------------------------------------------------


def _entries(lanes: Sequence[Data]) -> Iterable[tuple[str, str]]:
    """What occurs, as kind and text: levels from the deepest response down, then marks, then the arrow."""
    levels = {bar["level"] for lane in lanes for bar in lane["bars"]}
    marks = {kind for lane in lanes for _time, kind in _marks(lane)}
    yield from ((level, str(Response(level).label)) for level in LEVELS if level in levels)
    yield from ((kind, str(name)) for kind, (name, _sign, _size) in MARKS.items() if kind in marks)
    if any(lane["ongoing"] for lane in lanes):
        yield "ongoing", _("Ongoing")


def _at(entries: Sequence[tuple[str, str]]) -> Iterable[tuple[float, int, str, str]]:
    """Each entry with its place: px from the left, number of its line."""
    x, line = float(MARGIN), 0
    for kind, text in entries:
        taken = KEY + 6 + style.width(text, style.SMALL)
        if x > MARGIN and x + taken > WIDTH - MARGIN:
            x, line = float(MARGIN), line + 1
        yield x, line, kind, text
        x += taken + GAP


def _lines(entries: Sequence[tuple[str, str]]) -> int:
    return max((line + 1 for _x, line, _kind, _text in _at(entries)), default=0)


def _legend(canvas: Canvas, sheet: Axes, place: Place, entries: Sequence[tuple[str, str]]) -> None:
    top = place.top - 14 - LINE * _lines(entries)
    for x, line, kind, text in _at(entries):
        y = top + LINE * line + 8
        if kind in LEVELS:
            _bar(sheet, x, y, KEY, LEVELS[kind])
        elif kind in MARKS:
            _mark(sheet, x + KEY / 2, y, kind)
        else:
            _arrow(sheet, x + KEY / 2 - ARROW / 2, y)
        canvas.text(x + KEY + 6, y + 4, text, size=style.SMALL)


def _described(lane: Data, data: Data) -> str:
    """The lane in words."""
    unit = style.unit(data["unit"])
    parts = [f"{bar['level']} {bar['from']:.1f}–{bar['to']:.1f}" for bar in lane["bars"]]
    parts += [f"{MARKS[kind][0]} {time:.1f}" for time, kind in _marks(lane)]
    parts += [_("Ongoing")] if lane["ongoing"] else []
    length = _("{subject}, {length} {unit}").format(subject=lane["label"], length=f"{lane['months']:.1f}", unit=unit)
    return f"{length}: {', '.join(parts)}."
