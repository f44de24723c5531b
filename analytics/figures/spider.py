"""A spider plot: one line a subject from the baseline on, the change of its measure over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from analytics.figures import style
from analytics.figures.canvas import Canvas, drawing
from analytics.figures.kaplan_meier import figure_ticks
from analytics.figures.levels import axis, legend, levels_in, lines_of, range_of

WIDTH, LEFT, EDGE, MARGIN, PLOT, UNDER = 760, 64, 70, 14, 300, 50  # px: the sheet, margins, the plot, the time axis

# Colour and dash by depth of the response: either alone tells the three apart.
DEEP = ("SCR", "CR", "VGPR")
LOOKS: dict[str, tuple[str, Any]] = {
    "deep": ("accent", "solid"), "partial": ("verified", (0, (6, 2))), "none": ("overdue", (0, (1.5, 1.5))),
}  # fmt: skip

Data = Mapping[str, Any]


def draw(data: Data, *, theme: str, title: str) -> str:
    """The figure as SVG."""
    lines, heading = list(data["lines"]), title if theme != "page" else ""
    with drawing():
        entries = levels_in(line["level"] for line in lines)
        top = MARGIN + (style.HEADING + 12 if heading else 0) + lines_of(entries, WIDTH) + 10
        canvas = Canvas(WIDTH, top + PLOT + UNDER)
        canvas.text(MARGIN, MARGIN + style.HEADING, heading, size=style.HEADING, bold=True)
        low, high = range_of(point["change"] for line in lines for point in line["points"])
        longest = max((point["at"] for line in lines for point in line["points"]), default=12) or 1
        axes = axis(canvas, (LEFT, top, WIDTH - EDGE, top + PLOT), low, high, data["y_label"])
        axes.set_xlim(0, longest)
        ticks = [tick for tick in figure_ticks(longest) if tick <= longest]
        axes.set_xticks(ticks)
        for tick in ticks:
            x = LEFT + (WIDTH - EDGE - LEFT) * tick / longest
            canvas.text(x, top + PLOT + 19, f"{tick:g}", size=style.SMALL, anchor="middle")
        canvas.text((LEFT + WIDTH - EDGE) / 2, top + PLOT + 38, data["x_label"], anchor="middle")
        for line in lines:
            role, dash = LOOKS[_depth(line["level"])]
            points = [(point["at"], max(min(point["change"], high), low)) for point in line["points"]]
            at, change = [one[0] for one in points], [one[1] for one in points]
            axes.plot(
                at, change, color=style.COLOUR[role], linestyle=dash, linewidth=1.5, marker="o", markersize=3.5,
                markeredgewidth=0, zorder=3, clip_on=False,
            )  # fmt: skip
        legend(canvas, entries, MARGIN + (style.HEADING + 12 if heading else 0), WIDTH, lines=LOOKS, of=_depth)
        if not lines:
            canvas.text(WIDTH / 2, top + PLOT / 2, _("No subjects to show"), role="muted", anchor="middle")
        said = " ".join(_described(line) for line in lines)
        return canvas.svg(
            theme=theme, title=title or _("Change over time"), description=said or _("No subjects to show")
        )


def _depth(level: str | None) -> str:
    return "deep" if level in DEEP else "partial" if level == "PR" else "none"


def _described(line: Data) -> str:
    points = ", ".join(f"{point['at']:.1f}: {point['change']:.0f} %" for point in line["points"])
    return f"{line['label']}, {line['level'] or '–'}: {points}."
