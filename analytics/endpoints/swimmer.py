"""The course of each subject, one line a subject, longest followed first; the swimmer plot draws the same lines."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics import statistics
from analytics.datasets.adsl import POPULATIONS, members
from analytics.derive import months, records
from analytics.endpoints.groups import POPULATION, population_note
from analytics.layout import DASH, Body, Cell, Column, Figure, Row, Words, count, figure
from analytics.registry import endpoint

# Study day of the data set -> heading of the table, and kind of the mark in the figure.
MARKS: dict[str, tuple[Words, str]] = {
    "response_day": (Words(_("First response, month")), "response"),
    "progression_day": (Words(_("Progression, month")), "progression"),
    "new_therapy_day": (Words(_("New therapy, month")), "new_therapy"),
    "death_day": (Words(_("Death, month")), "death"),
}

NOTES = (
    Words(_("Months of 30.4375 days from the infusion. Followed: to death or to the day last known to be alive.")),
    Words(
        _(
            "Responses are computed from the forms and confirmed; a bar of the figure shows the confirmed status between "
            "assessments. First response and progression are dated at their first evidence."
        )
    ),
    Words(_("An arrow in the figure: alive and not progressed at the last contact.")),
)


@endpoint(
    title=_("Course of each subject"),
    definition=_(
        "One line a subject: months followed, best confirmed response, first response, progression, new anti-myeloma "
        "therapy and death; drawn as a swimmer plot."
    ),
    options=(POPULATION,),
    details="adcourse",
    detail_columns={
        "followed_shown": _("Months followed"),
        "best_shown": _("Best response"),
        "response_day": _("First response, study day"),
        "progression_day": _("Progression, study day"),
        "new_therapy_day": _("New therapy, study day"),
        "death_day": _("Death, study day"),
    },
)
def swimmer(adsl: pd.DataFrame, adcourse: pd.DataFrame, *, population: str) -> Body:
    """All subjects of the population together, then each of them; those not infused have no line."""
    chosen = set(members(adsl, population))
    lines = [one for one in records(adcourse, "course") if one.subject in chosen and one.followed_days is not None]
    lines.sort(key=lambda one: (-one.followed_days, one.subject))
    columns = (
        Column("followed", Words(_("Followed, months"))),
        Column("best", Words(_("Best response"))),
        *(Column(name.removesuffix("_day"), label) for name, (label, _kind) in MARKS.items()),
    )
    return Body(
        columns=columns,
        rows=(_together(lines), *(_row(one) for one in lines)),
        footnotes=(population_note(population), *NOTES),
        population=POPULATIONS[population][0],
        stub=Words(_("Subject")),
        figure=_figure(lines),
    )


def _together(lines: list[Any]) -> Row:
    """Median of the months followed, and how many had what."""
    codes = tuple(sorted(one.subject for one in lines))
    median = statistics.summary(months(one.followed_days) for one in lines).median
    judged = [one.subject for one in lines if one.best not in (None, "NE", "MISSING")]
    had = (count(one.subject for one in lines if getattr(one, name) is not None) for name in MARKS)
    followed = Cell(figure(median), {"n": len(codes), "median": median}, codes)
    return Row(Words(_("Median, or number of subjects")), (followed, count(judged), *had), key="all")


def _row(one: Any) -> Row:
    own = (one.subject,)
    followed = months(one.followed_days)
    cells = [
        Cell(figure(followed), {"days": one.followed_days, "months": followed}, own),
        Cell(one.best_shown or DASH, {"best": one.best}, own),
    ]
    for name in MARKS:
        day = getattr(one, name)
        at = None if day is None else months(day)
        cells.append(Cell(figure(at), {"day": day, "months": at}, own if day is not None else ()))
    return Row(one.subject, tuple(cells), key=one.subject)


def _figure(lines: list[Any]) -> Figure:
    data = {"x_label": Words(_("Months from the infusion")), "unit": "months", "lanes": [_lane(one) for one in lines]}
    return Figure("swimmer", data)


def _lane(one: Any) -> Mapping[str, Any]:
    days = ((getattr(one, name), kind) for name, (_label, kind) in MARKS.items())
    return {
        "subject": one.subject,
        "label": one.subject,
        "dose_level": one.dose_level or "",
        "months": months(one.followed_days),
        "ongoing": bool(one.ongoing),
        "died": one.death_day is not None,
        "bars": [{"from": months(a), "to": months(b), "level": level} for a, b, level in json.loads(one.bars)],
        "marks": [{"at": months(day), "kind": kind} for day, kind in days if day is not None],
    }
