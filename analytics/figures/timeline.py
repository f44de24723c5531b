"""A timeline: one lane a subject, one square a day with the grade in it, and letters for what was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from analytics.figures import style
from analytics.figures.canvas import Canvas, drawing

SIDE, GAP, MARGIN, NAMES, UNDER = 22, 3, 14, 70, 48  # px: a square, between two, margins, column of the names, the axis
DRUG = 13  # px over the squares of a lane, for the letters
# How solid the square of a grade is; the number in it says the same.
SOLID = {0: 0.0, 1: 0.16, 2: 0.38, 3: 0.7, 4: 1.0, 5: 1.0}
LIGHT_FROM = 3  # the number stands in the colour of the surface from this grade on

Data = Mapping[str, Any]


def draw(data: Data, *, theme: str, title: str) -> str:
    """The figure as SVG."""
    lanes, heading = list(data["lanes"]), title if theme != "page" else ""
    step, lane = SIDE + GAP, SIDE + GAP + DRUG
    top = MARGIN + (style.HEADING + 12 if heading else 0)
    width = max(2 * MARGIN + NAMES + step * (data["last"] + 1), 420)
    bottom = top + lane * max(len(lanes), 3)
    with drawing():
        canvas = Canvas(width, bottom + UNDER)
        canvas.text(MARGIN, MARGIN + style.HEADING, heading, size=style.HEADING, bold=True)
        sheet = canvas.sheet()
        for line, one in enumerate(lanes):
            y = top + lane * line + DRUG
            canvas.text(MARGIN, y + SIDE / 2 + 4, one["label"])
            for day in one["days"]:
                _day(canvas, sheet, MARGIN + NAMES + step * day["day"], y, day)
        for day in range(0, data["last"] + 1, 1 if data["last"] <= 15 else 7):
            x = MARGIN + NAMES + step * day + SIDE / 2
            canvas.text(x, bottom + 16, day, size=style.SMALL, anchor="middle")
        canvas.text(MARGIN + NAMES + (width - NAMES - 2 * MARGIN) / 2, bottom + 36, data["x_label"], anchor="middle")
        if not lanes:
            canvas.text(width / 2, (top + bottom) / 2, _("No subjects to show"), role="muted", anchor="middle")
        said = " ".join(_described(one) for one in lanes)
        return canvas.svg(theme=theme, title=title or _("CRS day by day"), description=said or _("No subjects to show"))


def _day(canvas: Canvas, sheet: Any, x: float, y: float, day: Data) -> None:
    grade = day["grade"]
    edge = style.COLOUR["muted" if grade is None else "accent" if grade else "line-strong"]
    if grade:
        sheet.barh(y + SIDE / 2, SIDE, SIDE, x, color=style.COLOUR["accent"], alpha=SOLID[grade], linewidth=0, zorder=2)
    sheet.barh(y + SIDE / 2, SIDE, SIDE, x, facecolor="none", edgecolor=edge, linewidth=1, zorder=2.1)
    said = "–" if grade is None else grade
    role = "surface" if grade is not None and grade >= LIGHT_FROM else "ink" if grade else "muted"
    canvas.text(x + SIDE / 2, y + SIDE / 2 + 4, said, size=style.SMALL, role=role, anchor="middle")
    if day["given"]:
        canvas.text(
            x + SIDE / 2, y - 3, "".join(day["given"]), size=style.SMALL, role="ink", anchor="middle", bold=True
        )


def _described(one: Data) -> str:
    days = ", ".join(
        f"{day['day']}: {'–' if day['grade'] is None else day['grade']}{''.join(day['given'])}" for day in one["days"]
    )
    return f"{one['label']}: {days}."
