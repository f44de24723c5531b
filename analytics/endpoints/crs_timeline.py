"""CRS day by day: the worst grade of each day of each subject, and what was given."""

from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adsl import POPULATIONS, members
from analytics.derive import records
from analytics.endpoints.groups import POPULATION, population_note
from analytics.layout import DASH, Body, Cell, Column, Figure, Row, Words, count, say
from analytics.registry import endpoint

LAST_DAY = 28  # study days shown


@endpoint(
    title=_("CRS day by day"),
    definition=_(
        "One line a subject, one column a study day from the infusion to day 28: the worst grade of CRS of the day by ASTCT "
        "2019; drawn as a timeline with tocilizumab and steroids."
    ),
    options=(POPULATION,),
    details="adcrs_subject",
    detail_columns={
        "maximum": _("Maximum grade"),
        "onset_day": _("Onset, day"),
        "duration_days": _("Duration, days"),
        "tocilizumab": _("Tocilizumab"),
        "steroid": _("Steroid"),
    },
)
def crs_timeline(adsl: pd.DataFrame, adcrs: pd.DataFrame, adcrs_subject: pd.DataFrame, *, population: str) -> Body:
    """Subjects with an assessment after the infusion; the highest grade first, then the earliest onset."""
    chosen = set(members(adsl, population))
    days: dict[str, dict[int, dict[str, Any]]] = {}
    for one in records(adcrs, "assessment"):
        if one.subject in chosen and one.assessed_day is not None and 0 <= one.assessed_day <= LAST_DAY:
            _add(days.setdefault(one.subject, {}).setdefault(one.assessed_day, {"grade": None, "given": []}), one)
    about = {one.subject: one for one in records(adcrs_subject, "subject")}
    order = sorted(days, key=lambda code: (-(about[code].maximum or 0), about[code].onset_day or LAST_DAY, code))
    shown = sorted({day for own in days.values() for day in own})
    had = [count(code for code in order if days[code].get(day, {}).get("grade")) for day in shown]
    return Body(
        columns=tuple(Column(f"d{day}", say(_("Day {day}"), day=day)) for day in shown),
        rows=(
            Row(Words(_("Subjects with CRS")), tuple(had), key="all"),
            *(Row(code, tuple(_cell(code, days[code].get(day)) for day in shown), key=code) for code in order),
        ),
        footnotes=(
            population_note(population),
            Words(_("Grades by the rule, the worst of a day; a dash where nothing was assessed or it could not be graded.")),
            Words(_("Figure: T tocilizumab or another drug against cytokines, S steroid, given for CRS on that day.")),
        ),
        population=POPULATIONS[population][0],
        stub=Words(_("Subject")),
        figure=Figure("timeline", {
            "x_label": Words(_("Study day")),
            "last": max(shown, default=14),
            "lanes": [
                {"label": code, "days": [{"day": day, **days[code][day]} for day in sorted(days[code])]} for code in order
            ],
        }),
    )  # fmt: skip


def _add(day: dict[str, Any], one: Any) -> None:
    """The worst grade of a day, and each drug once."""
    if one.grade is not None:
        day["grade"] = max(day["grade"] or 0, one.grade)
    for name, answer in (("T", one.anticytokine), ("S", one.steroid)):
        if answer == "Y" and name not in day["given"]:
            day["given"].append(name)


def _cell(code: str, day: dict[str, Any] | None) -> Cell:
    if day is None or day["grade"] is None:
        return Cell(DASH)
    return Cell(str(day["grade"]), {"grade": day["grade"]}, (code,))
