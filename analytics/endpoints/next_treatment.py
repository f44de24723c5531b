"""Time to the next treatment of the myeloma, by Kaplan-Meier."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adtte import TTNT, Times
from analytics.endpoints.groups import POPULATION
from analytics.endpoints.kaplan_meier import CURVES
from analytics.endpoints.subgroups import BY, NOTES, split
from analytics.endpoints.survival import DETAILS, MONTHS_NOTE, OF_TREATMENT, Shown, survival_table
from analytics.layout import Body, Words
from analytics.registry import Option, endpoint
from trial.rules.time_to_event import TimeOptions

DEATH = Option(
    "untreated_death",
    Words(_("Death without a next treatment")),
    default="event",
    choices={"event": Words(_("Event")), "censored": Words(_("Censored"))},
)
DEATH_NOTES = {
    "event": Words(_("Death before any next treatment is an event.")),
    "censored": Words(_("Death before any next treatment is no event: censored on that day.")),
}
TREATMENT_NOTE = Words(
    _(
        "Next treatment: therapy against the myeloma after the infusion; what was given for CRS, ICANS or IEC-HS, a boost of stem "
        "cells or immunoglobulins is none. Without it: censored at the last day known to be alive."
    )
)


@endpoint(
    title=_("Time to next treatment"),
    definition=_(
        "Months from the infusion to the start of the next therapy against the myeloma, by Kaplan-Meier, with median and "
        "rates and their 95 % confidence intervals."
    ),
    options=(POPULATION, BY, DEATH, CURVES),
    details="adtte_ttnt",
    detail_columns=DETAILS,
)
def time_to_next_treatment(
    adsl: pd.DataFrame,
    adrs_subject: pd.DataFrame,
    times: Times,
    *,
    population: str,
    by: str,
    untreated_death: str,
    curves: str,
) -> Body:
    """Events, median and rates."""
    groups = split(adsl, adrs_subject, population, by)
    counts_death = untreated_death == "event"
    shown = Shown(
        n=Words(_("Subjects")),
        events=Words(_("Next treatment or death")) if counts_death else Words(_("Next treatment")),
        rate=Words(_("Alive without a next treatment, %")) if counts_death else Words(_("Without a next treatment, %")),
        y_label=Words(_("Alive without a next treatment")) if counts_death else Words(_("Without a next treatment")),
        notes=(MONTHS_NOTE, DEATH_NOTES[untreated_death], TREATMENT_NOTE, *NOTES[by]),
        reasons=OF_TREATMENT,
    )
    frame = times.frame(TTNT, TimeOptions(ttnt_death_is_event=counts_death))
    return survival_table(frame, groups, shown, population=population, curves=curves)
