"""How long the subjects were followed: as observed, and by the reverse Kaplan-Meier estimate."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adtte import FOLLOW_UP, Times
from analytics.endpoints.groups import POPULATION, population_note
from analytics.endpoints.kaplan_meier import KM_NOTE, Observed, drawn, median_rows, shares
from analytics.endpoints.subgroups import BY, NOTES, split
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.endpoints.survival import MONTHS_NOTE
from analytics.layout import Body, Row, Words
from analytics.registry import endpoint

OBSERVED_NOTE = Words(
    _(
        "Observed follow-up: from the infusion to death or to the day last known to be alive, of every subject, dead or "
        "alive."
    )
)
REVERSE_NOTE = Words(
    _("Reverse Kaplan-Meier: the end of follow-up alive is the event, and a death censors; deaths do not shorten it.")
)


@endpoint(
    title=_("Follow-up"),
    definition=_(
        "Months from the infusion to the last contact: as observed, and the potential follow-up by the reverse "
        "Kaplan-Meier estimate. Both are named, because reports give either."
    ),
    options=(POPULATION, BY),
    details="adtte_follow_up",
    detail_columns={
        "months_shown": _("Months"),
        "days": _("Days"),
        "event": _("Alive at the end"),
        "date": _("Last contact"),
        "dose_level": _("Dose level"),
    },
)
def follow_up(adsl: pd.DataFrame, adrs_subject: pd.DataFrame, times: Times, *, population: str, by: str) -> Body:
    """Observed follow-up with quartiles and range, then the reverse Kaplan-Meier median."""
    groups = split(adsl, adrs_subject, population, by)
    frame = times.frame(FOLLOW_UP)
    held = Observed.of(frame)
    label = Words(_("Observed follow-up, months"))
    rows = list(summary_rows("observed", label, held.months, groups, places=1))
    rows.append(Row(Words(_("Reverse Kaplan-Meier, months")), kind="heading", key="reverse"))
    died, alive = held.with_event(event=False), held.with_event()
    rows.append(Row(Words(_("Alive at the last contact")), shares(held, groups, alive), indent=1, key="reverse.alive"))
    rows.append(Row(Words(_("Dead: censored")), shares(held, groups, died), indent=1, key="reverse.dead"))
    rows.extend(median_rows(held, groups, Words(_("Median")), prefix="reverse."))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population),
            MONTHS_NOTE,
            OBSERVED_NOTE,
            QUARTILES_NOTE,
            REVERSE_NOTE,
            *NOTES[by],
            KM_NOTE,
        ),
        population=groups[0].label,
        figure=drawn(held, groups, curves="all", y_label=Words(_("Still under observation"))),
        details=frame,
    )
