"""Time from the infusion to the first, the best and the first complete response."""

from collections.abc import Callable, Iterator, Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.derive import months, plain
from analytics.endpoints.groups import POPULATION, Group, population_note
from analytics.endpoints.response_options import (
    CONFIRMATION,
    CONFIRMED_NOTES,
    LIGHT_CHAINS,
    LIGHT_CHAINS_NOTES,
    RESPONDER,
    RESPONDER_NOTES,
    RULE_NOTE,
    chosen_outcomes,
)
from analytics.endpoints.subgroups import BY, NOTES, split
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.layout import Body, Row, Words, count_percent, say
from analytics.myeloma import Course
from analytics.registry import endpoint
from trial import schedule
from trial.rules.imwg_options import ImwgOptions

OVERALL_COUNT = {"PR": Words(_("Responders (PR or better)")), "MR": Words(_("Responders (MR or better)"))}
# Scheduled assessments of response by which one may have come.
BY_VISIT = ("m1", "m2", "m3", "m6")


@endpoint(
    title=_("Time to response"),
    definition=_(
        "Months from the infusion to the first response, to the best response and to the first complete response, of "
        "subjects with such a response."
    ),
    options=(POPULATION, BY, RESPONDER, CONFIRMATION, LIGHT_CHAINS),
    details="adrs_subject",
    detail_columns={
        "best": _("Best response"),
        "first_response_day": _("First response, study day"),
        "best_day": _("Best response, study day"),
        "complete_day": _("First complete response, study day"),
    },
)
def time_to_response(
    adsl: pd.DataFrame,
    adrs_subject: pd.DataFrame,
    courses_of_myeloma: dict[str, Course],
    courses_again: Callable[[ImwgOptions], dict[str, Course]],
    *,
    population: str,
    by: str,
    responder: str,
    confirmation: str,
    light_chains: str,
) -> Body:
    """Responders only: a summary of observed times, not an estimate for those who have not responded yet."""
    frame = chosen_outcomes(
        adsl,
        adrs_subject,
        courses_of_myeloma,
        courses_again,
        responder=responder,
        confirmation=confirmation,
        light_chains=light_chains,
    )
    groups = split(adsl, adrs_subject, population, by)
    responders = set(plain(frame.loc[frame["responder"], "subject"]))
    rows = [
        Row(
            OVERALL_COUNT[responder],
            tuple(count_percent(group.among(responders), len(group.subjects)) for group in groups),
            key="responders",
        )
    ]
    first, best, complete = (_days(frame, name) for name in ("first_response_day", "best_day", "complete_day"))
    of_responders = {code: day for code, day in best.items() if code in responders}
    for key, label, days in (
        ("first", Words(_("First response, months")), first),
        ("best", Words(_("Best response, months")), of_responders),
        ("complete", Words(_("First complete response, months")), complete),
    ):
        rows.extend(summary_rows(key, label, {code: months(day) for code, day in days.items()}, groups, places=1))
    rows.append(Row(Words(_("Responded by")), kind="heading", key="by"))
    rows.extend(_by_month(first, groups))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), *NOTES[by], RULE_NOTE, RESPONDER_NOTES[responder],
            CONFIRMED_NOTES[confirmation], LIGHT_CHAINS_NOTES[light_chains],
            Words(_("Months: days from the infusion divided by 30.4375.")),
            Words(_("A response is dated by the first of the assessments that make it, and by the latest result it needs.")),
            QUARTILES_NOTE,
        ),
        population=groups[0].label,
        stub=Words(_("Time to response")),
        details=None if frame is adrs_subject else frame,
    )  # fmt: skip


def _days(frame: pd.DataFrame, column: str) -> dict[str, int]:
    """The days by subject, of those who have one."""
    pairs = zip(plain(frame["subject"]), plain(frame[column]), strict=True)
    return {code: day for code, day in pairs if day is not None}


def _by_month(first: dict[str, int], groups: Sequence[Group]) -> Iterator[Row]:
    """How many had responded by the end of the window of a visit, of all subjects of the column."""
    for code in BY_VISIT:
        visit = schedule.BY_CODE[code]
        assert visit.day is not None
        last = visit.day + visit.after
        have = [subject for subject, day in first.items() if day <= last]
        label = say(_("Month {month} with its window (day {day})"), month=code.removeprefix("m"), day=last)
        cells = tuple(count_percent(group.among(have), len(group.subjects)) for group in groups)
        yield Row(label, cells, indent=1, key=f"by.{code}")
