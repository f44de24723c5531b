"""Change of M-protein, light chains and lesions: the greatest fall of each subject (waterfall), and the way there (spider)."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics import statistics
from analytics.datasets.adsl import POPULATIONS, members
from analytics.derive import months, records
from analytics.endpoints.groups import POPULATION, population_note
from analytics.layout import DASH, Body, Cell, Column, Figure, Row, Text, Words, count, figure
from analytics.registry import Option, endpoint

MEASURE = Option(
    "measure",
    Words(_("Measure")),
    default="protein",
    choices={"protein": Words(_("M-protein or light chains")), "spd": Words(_("Sum of products of lesions"))},
)
SOURCES: dict[str | None, Words] = {
    "SERUM": Words(_("serum M-protein")),
    "URINE": Words(_("urine M-protein")),
    "FLC": Words(_("free light chains, involved minus uninvolved")),
    "SPD": Words(_("sum of products of lesions")),
}
NOTES: dict[str, Words] = {
    "protein": Words(
        _(
            "Measure: serum M-protein where it was measurable before the infusion, else urine M-protein, else the difference of "
            "free light chains (involved minus uninvolved). Baseline: the last value up to the infusion."
        )
    ),
    "spd": Words(_("Sum of products of the target lesions; baseline: the last imaging up to the infusion.")),
}
UNTIL = Words(_("Values up to the first confirmed progression, that one included, or a new anti-myeloma therapy."))
LINES_AT = Words(_("Lines of the figure: no change, and a fall by one half (partial response by this measure)."))
DETAILS = {
    "protein_source": _("Measure"),
    "protein_baseline": _("Baseline"),
    "protein_change_shown": _("Greatest fall, %"),
    "spd_change_shown": _("Lesions, %"),
    "best": _("Best response"),
}


@endpoint(
    title=_("Greatest change from baseline"),
    definition=_(
        "One line a subject: lowest value after the infusion as a change from baseline in percent, with the best confirmed "
        "response; drawn as a waterfall plot."
    ),
    options=(POPULATION, MEASURE),
    details="adchange_subject",
    detail_columns=DETAILS,
)
def waterfall(adsl: pd.DataFrame, adchange_subject: pd.DataFrame, *, population: str, measure: str) -> Body:
    """Subjects with a value after the infusion, the greatest rise first."""
    chosen = set(members(adsl, population))
    name = f"{measure}_change"
    lines = [
        one for one in records(adchange_subject, "line") if one.subject in chosen and getattr(one, name) is not None
    ]
    lines.sort(key=lambda one: (-getattr(one, name), one.subject))
    changes = {one.subject: float(getattr(one, name)) for one in lines}
    median = statistics.summary(changes.values()).median
    codes = tuple(sorted(changes))
    halved = count(code for code, fall in changes.items() if fall <= -50)
    return Body(
        columns=(
            Column("change", Words(_("Change, %"))), Column("day", Words(_("Study day"))),
            Column("halved", Words(_("Fallen by one half"))), Column("best", Words(_("Best response"))),
        ),
        rows=(
            Row(
                Words(_("Median, or number of subjects")),
                (Cell(figure(median), {"n": len(codes), "median": median}, codes), Cell(DASH), halved, Cell(DASH)),
                key="all",
            ),
            *(_fall(one, changes[one.subject], getattr(one, f"{measure}_day")) for one in lines),
        ),
        footnotes=(population_note(population), NOTES[measure], UNTIL, LINES_AT),
        population=POPULATIONS[population][0],
        stub=Words(_("Subject")),
        figure=Figure("waterfall", {
            "y_label": Words(_("Change from baseline, %")),
            "bars": [{"label": one.subject, "change": changes[one.subject], "level": one.best} for one in lines],
        }),
    )  # fmt: skip


def _fall(one: Any, change: float, day: int | None) -> Row:
    own = (one.subject,)
    cells = (
        Cell(figure(change), {"percent": change}, own),
        Cell(DASH if day is None else str(day), {"day": day}, own),
        Cell(Words(_("Yes")) if change <= -50 else Words(_("No")), {}, own),
        Cell(level(one.best), {"best": one.best}, own),
    )
    return Row(one.subject, cells, key=one.subject)


def level(best: str | None) -> Text:
    """A category of response as physicians abbreviate it."""
    return {"SCR": "sCR", "MISSING": DASH}.get(best or "MISSING", best or DASH)


@endpoint(
    title=_("Change over time"),
    definition=_(
        "One line a subject: number of values after the infusion, the lowest and the last change from baseline in percent with "
        "its month; drawn as a spider plot."
    ),
    options=(POPULATION, MEASURE),
    details="adchange_subject",
    detail_columns=DETAILS,
)
def spider(
    adsl: pd.DataFrame, adchange: pd.DataFrame, adrs_subject: pd.DataFrame, *, population: str, measure: str
) -> Body:
    """Subjects with a value after the infusion, by code."""
    chosen = set(members(adsl, population))
    best = {one.subject: one.best for one in records(adrs_subject[["subject", "best"]], "subject")}
    own: dict[str, list[Any]] = {}
    for one in records(adchange, "measured"):
        if one.subject in chosen and one.kind == measure and one.change_percent is not None:
            own.setdefault(one.subject, []).append(one)
    followed = {code: rows for code, rows in sorted(own.items()) if any(row.day > 0 for row in rows)}
    everyone = count(followed)
    return Body(
        columns=(
            Column("values", Words(_("Values after the infusion"))), Column("lowest", Words(_("Lowest change, %"))),
            Column("last", Words(_("Last change, %"))), Column("month", Words(_("Last value, month"))),
        ),
        rows=(
            Row(Words(_("Number of subjects")), (everyone, Cell(DASH), Cell(DASH), Cell(DASH)), key="all"),
            *(_course(code, rows) for code, rows in followed.items()),
        ),
        footnotes=(population_note(population), NOTES[measure], UNTIL, Words(_("Months of 30.4375 days."))),
        population=POPULATIONS[population][0],
        stub=Words(_("Subject")),
        figure=Figure("spider", {
            "x_label": Words(_("Months from the infusion")),
            "y_label": Words(_("Change from baseline, %")),
            "lines": [_line(code, rows, best.get(code)) for code, rows in followed.items()],
        }),
    )  # fmt: skip


def _course(code: str, rows: list[Any]) -> Row:
    after = [row for row in rows if row.day > 0]
    lowest, last = min(float(row.change_percent) for row in after), after[-1]
    own = (code,)
    cells = (
        Cell(str(len(after)), {"values": len(after)}, own),
        Cell(figure(lowest), {"percent": lowest}, own),
        Cell(figure(float(last.change_percent)), {"percent": float(last.change_percent)}, own),
        Cell(figure(months(last.day)), {"day": last.day}, own),
    )
    return Row(code, cells, key=code)


def _line(code: str, rows: list[Any], best: str | None) -> Mapping[str, Any]:
    points = [{"at": months(row.day), "change": float(row.change_percent)} for row in rows]
    # Imaging of the baseline lies before the infusion: the line starts at it.
    return {"label": code, "level": best, "points": [{**one, "at": max(one["at"], 0.0)} for one in points]}
