"""A waterfall plot: one bar a subject, the greatest rise on the left, with lines at no change and at one half."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from analytics.figures import style
from analytics.figures.canvas import Canvas, drawing
from analytics.figures.levels import axis, legend, levels_in, lines_of, range_of
from analytics.figures.swimmer import LEVELS

WIDTH, LEFT, EDGE, MARGIN, PLOT = 760, 64, 20, 14, 280  # px: the sheet, margins, height of the plot
LABELS = 70  # px under the axis, for the subjects

Data = Mapping[str, Any]


def draw(data: Data, *, theme: str, title: str) -> str:
    """The figure as SVG."""
    bars, heading = list(data["bars"]), title if theme != "page" else ""
    with drawing():
        entries = levels_in(bar["level"] for bar in bars)
        top = MARGIN + (style.HEADING + 12 if heading else 0) + lines_of(entries, WIDTH) + 10
        canvas = Canvas(WIDTH, top + PLOT + LABELS)
        canvas.text(MARGIN, MARGIN + style.HEADING, heading, size=style.HEADING, bold=True)
        low, high = range_of(bar["change"] for bar in bars)
        axes = axis(canvas, (LEFT, top, WIDTH - EDGE, top + PLOT), low, high, data["y_label"])
        axes.set_xlim(-0.6, max(len(bars), 4) - 0.4)
        axes.set_xticks([])
        for place, bar in enumerate(bars):
            look, level = LEVELS.get(bar["level"] or "", LEVELS["NE"]), max(min(bar["change"], high), low)
            axes.bar(
                place, level, 0.78, color=style.COLOUR[look.fill], alpha=look.alpha, linewidth=0, zorder=3,
                hatch=look.hatch or None, hatchcolor=style.COLOUR[look.ruled],
            )  # fmt: skip
            axes.bar(place, level, 0.78, facecolor="none", edgecolor=style.COLOUR[look.edge], linewidth=1, zorder=3.1)
            x = LEFT + (WIDTH - EDGE - LEFT) * (place + 0.6) / (max(len(bars), 4) + 0.2)
            canvas.text(x + 4, top + PLOT + 62, bar["label"], size=style.SMALL, turned=True)
        legend(canvas, entries, MARGIN + (style.HEADING + 12 if heading else 0), WIDTH)
        if not bars:
            canvas.text(WIDTH / 2, top + PLOT / 2, _("No subjects to show"), role="muted", anchor="middle")
        said = " ".join(f"{bar['label']}: {bar['change']:.1f} %, {bar['level'] or '–'}." for bar in bars)
        return canvas.svg(
            theme=theme, title=title or _("Greatest change from baseline"), description=said or _("No subjects to show")
        )
