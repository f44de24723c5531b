"""What figures of a change in percent share: the axis of the change, and the legend of the best responses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analytics.figures import style
from analytics.figures.canvas import Canvas
from analytics.figures.swimmer import LEVELS
from crf.codelists import Response

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARGIN, LINE, KEY, GAP = 14, 20, 26, 22  # px
LOWEST, HIGHEST, STEP = -100.0, 100.0, 25  # percent; a greater rise is drawn at the upper end
HALF = -50.0

Entries = Sequence[tuple[str, str]]


def range_of(changes: Iterable[float]) -> tuple[float, float]:
    """Lower and upper end of the axis in percent: from a complete loss to the greatest rise, 25 at least, 100 at most."""
    highest = max([25.0, *changes])
    return LOWEST, min(HIGHEST, -(-highest // STEP) * STEP)


def axis(canvas: Canvas, box: tuple[float, float, float, float], low: float, high: float, label: object) -> Axes:
    """Axes of a change in percent, marked every 25, with lines at no change and at one half."""
    left, top, right, bottom = box
    axes = canvas.axes(left, top, right, bottom)
    axes.set_ylim(low, high)
    ticks = [low + STEP * step for step in range(int((high - low) // STEP) + 1)]
    axes.set_yticks(ticks)
    axes.grid(axis="y", color=style.COLOUR["line"], linewidth=1)
    axes.set_axisbelow(True)
    axes.axhline(0, color=style.COLOUR["ink"], linewidth=1, zorder=4)
    axes.axhline(HALF, color=style.COLOUR["muted"], linewidth=1.2, linestyle=(0, (5, 3)), zorder=4)
    for tick in ticks:
        y = bottom - (bottom - top) * (tick - low) / (high - low)
        canvas.text(left - 8, y + 4, f"{tick:g}", size=style.SMALL, anchor="end")
    canvas.text(MARGIN + 6, (top + bottom) / 2 + style.width(str(label)) / 2, label, turned=True)
    return axes


def levels_in(levels: Iterable[str | None]) -> Entries:
    """The best responses that occur with their names, the deepest first."""
    found = {level or "NE" for level in levels}
    found = {level if level in LEVELS else "NE" for level in found}
    return [(level, str(Response(level).label)) for level in LEVELS if level in found]


def lines_of(entries: Entries, width: float) -> float:
    """Height that the legend takes, in px."""
    return LINE * max((line + 1 for _x, line, _level, _text in _at(entries, width)), default=0)


def legend(
    canvas: Canvas,
    entries: Entries,
    top: float,
    width: float,
    *,
    lines: Mapping[str, tuple[str, Any]] | None = None,
    of: Callable[[str | None], str] | None = None,
) -> None:
    """Each response with its bar; with `lines` and `of` with its line instead."""
    sheet = canvas.sheet()
    for x, line, level, text in _at(entries, width):
        y = top + LINE * line + 8
        if lines is not None and of is not None:
            role, dash = lines[of(level)]
            sheet.plot([x, x + KEY], [y, y], color=style.COLOUR[role], linestyle=dash, linewidth=1.6)
        else:
            look = LEVELS[level]
            sheet.barh(
                y, KEY, 14, x, color=style.COLOUR[look.fill], alpha=look.alpha, linewidth=0, hatch=look.hatch or None,
                hatchcolor=style.COLOUR[look.ruled],
            )  # fmt: skip
            sheet.barh(y, KEY, 14, x, facecolor="none", edgecolor=style.COLOUR[look.edge], linewidth=1)
        canvas.text(x + KEY + 6, y + 4, text, size=style.SMALL)


def _at(entries: Entries, width: float) -> Iterable[tuple[float, int, str, str]]:
    """Each entry with its place: px from the left, number of its line."""
    x, line = float(MARGIN), 0
    for level, text in entries:
        taken = KEY + 6 + style.width(text, style.SMALL)
        if x > MARGIN and x + taken > width - MARGIN:
            x, line = float(MARGIN), line + 1
        yield x, line, level, text
        x += taken + GAP
