"""Progression-free survival, overall survival and duration of response, by Kaplan-Meier."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adtte import DOR, OS, PFS, Times
from analytics.derive import plain
from analytics.endpoints.groups import POPULATION, Group, population_note
from analytics.endpoints.kaplan_meier import (
    CURVES,
    FROM_INFUSION,
    KM_NOTE,
    MONTHS,
    Observed,
    counts,
    drawn,
    median_rows,
    rate_rows,
    shares,
)
from analytics.endpoints.subgroups import BY, NOTES, split
from analytics.layout import Body, Row, Text, Words, say
from analytics.registry import Option, endpoint
from trial.rules import time_to_event_terms as terms
from trial.rules.time_to_event import TimeOptions

NEW_THERAPY = Option(
    "new_therapy",
    Words(_("New anti-myeloma therapy")),
    default="censors",
    choices={"censors": Words(_("Censors (FDA)")), "ignored": Words(_("Ignored"))},
)
MISSED = Option(
    "missed",
    Words(_("Missed assessments")),
    default="2",
    choices={"2": Words(_("Two in a row censor")), "never": Words(_("Never censor"))},
)
DEATH = Option(
    "death",
    Words(_("Death in response")),
    default="event",
    choices={"event": Words(_("Event")), "censored": Words(_("Censored"))},
)
# Value of an option -> the sentence that the table prints for it.
OPTION_NOTES: dict[tuple[str, str], Words] = {
    ("new_therapy", "censors"): Words(
        _("New anti-myeloma therapy before progression or death: censored at the last adequate assessment before it (FDA).")
    ),
    ("new_therapy", "ignored"): Words(_("New anti-myeloma therapy before progression or death is ignored.")),
    ("missed", "2"): Words(
        _(
            "Progression or death right after two or more missed scheduled assessments: censored at the last adequate "
            "assessment before them."
        )
    ),
    ("missed", "never"): Words(_("Missed scheduled assessments before progression or death do not censor.")),
    ("death", "event"): Words(_("Death without progression ends the duration of response as an event.")),
    ("death", "censored"): Words(
        _("Death without progression is no event: censored at the last adequate assessment before it.")
    ),
}  # fmt: skip
MONTHS_NOTE = Words(_("Months of 30.4375 days, from the day of the infusion."))
RESPONSE_NOTE = Words(_("Months of 30.4375 days, from the first response that was later confirmed."))
ADEQUATE_NOTE = Words(_("Adequate: everything that was measurable at baseline was read."))
RULE_NOTE = _("Times are computed from the forms by rule {version}; the investigator's response is not used.")
DETAILS = {
    "months_shown": _("Months"),
    "days": _("Days"),
    "event": _("Event"),
    "date": _("Date of the event or of censoring"),
    "dose_level": _("Dose level"),
}
# How a time ended -> the clauses of the rule that say so; the keys are those of the rows.
EVENTS: dict[str, tuple[Words, tuple[str, ...]]] = {
    "events.progression": (Words(_("Progression")), (terms.PROGRESSED,)),
    "events.treatment": (Words(_("Next treatment")), (terms.TREATED,)),
    "events.death": (
        Words(_("Death")),
        (terms.DIED, terms.DIED_EARLY, terms.DIED_WITHOUT_BASELINE, terms.DIED_UNTREATED),
    ),
}
CENSORED: dict[str, tuple[Words, tuple[str, ...]]] = {
    "censored.followed": (Words(_("No progression at the last assessment")), (terms.FOLLOWED,)),
    "censored.new_therapy": (Words(_("New anti-myeloma therapy")), (terms.NEW_THERAPY, terms.NEW_THERAPY_AT_START)),
    "censored.missed": (Words(_("Assessments missed before the event")), (terms.GAP, terms.GAP_AT_START)),
    "censored.no_assessment": (Words(_("No adequate assessment")), (terms.NO_ASSESSMENT,)),
    "censored.no_baseline": (Words(_("No baseline")), (terms.NO_BASELINE,)),
    "censored.death": (Words(_("Death without progression")), (terms.DEATH_CENSORED,)),
    "censored.untreated": (Words(_("No next treatment so far")), (terms.UNTREATED, terms.NEVER_SEEN_ALIVE)),
    "censored.untreated_death": (Words(_("Death without a next treatment")), (terms.DIED_UNTREATED_CENSORED,)),
}


# Which of them each table names.
OF_TREATMENT = ("events.treatment", "events.death", "censored.untreated", "censored.untreated_death")
OF_PROGRESSION = tuple(key for key in EVENTS | CENSORED if key == "events.death" or key not in OF_TREATMENT)


@dataclass(frozen=True, slots=True)
class Shown:
    """What one of these tables calls its lines."""

    n: Text
    events: Text
    rate: Text  # heading over the rates
    y_label: Text
    notes: tuple[Words, ...]
    x_label: Text = FROM_INFUSION
    reasons: tuple[str, ...] = ()  # keys of EVENTS and CENSORED that can occur


def survival_table(
    frame: pd.DataFrame, groups: tuple[Group, ...], shown: Shown, *, population: str, curves: str
) -> Body:
    """The table of one endpoint from its frame with one row a subject."""
    held = Observed.of(frame)
    rows: list[Row] = []
    for row in counts(held, groups, n=shown.n, events=shown.events, censored=Words(_("Censored"))):
        rows.append(row)
        kinds = {key: kind for key, kind in (EVENTS | CENSORED).items() if key.startswith(f"{row.key}.")}
        rows.extend(_reasons(frame, held, groups, {key: kinds[key] for key in kinds if key in shown.reasons}))
    rows.extend(median_rows(held, groups, Words(_("Median, months"))))
    rows.append(Row(shown.rate, kind="heading", key="rates"))
    rows.extend(rate_rows(held, groups, MONTHS))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(population_note(population), *shown.notes, say(RULE_NOTE, version=terms.VERSION), KM_NOTE),
        population=groups[0].label,
        figure=drawn(held, groups, curves=curves, y_label=shown.y_label, x_label=shown.x_label),
        details=frame,
    )


def _reasons(
    frame: pd.DataFrame, held: Observed, groups: Sequence[Group], kinds: dict[str, tuple[Words, tuple[str, ...]]]
) -> Iterator[Row]:
    for key, (label, clauses) in kinds.items():
        codes = plain(frame.loc[frame["clause"].isin(clauses), "subject"])
        yield Row(label, shares(held, groups, codes), indent=1, key=key)


def _options(*, new_therapy: str, missed: str, death: str = "event") -> TimeOptions:
    return TimeOptions(
        new_therapy_censors=new_therapy == "censors",
        missed_censor=None if missed == "never" else int(missed),
        dor_death_is_event=death == "event",
    )


@endpoint(
    title=_("Progression-free survival"),
    definition=_(
        "Months from the infusion to confirmed progression or death of any cause, by Kaplan-Meier, with median and "
        "rates and their 95 % confidence intervals."
    ),
    options=(POPULATION, BY, NEW_THERAPY, MISSED, CURVES),
    details="adtte_pfs",
    detail_columns=DETAILS,
)
def progression_free_survival(
    adsl: pd.DataFrame,
    adrs_subject: pd.DataFrame,
    times: Times,
    *,
    population: str,
    by: str,
    new_therapy: str,
    missed: str,
    curves: str,
) -> Body:
    """Events by kind, censored subjects by reason, median and rates."""
    groups = split(adsl, adrs_subject, population, by)
    chosen = (OPTION_NOTES["new_therapy", new_therapy], OPTION_NOTES["missed", missed])
    shown = Shown(
        n=Words(_("Subjects")),
        events=Words(_("Progression or death")),
        rate=Words(_("Alive without progression, %")),
        y_label=Words(_("Alive without progression")),
        notes=(MONTHS_NOTE, *chosen, ADEQUATE_NOTE, *NOTES[by]),
        reasons=tuple(key for key in OF_PROGRESSION if key != "censored.death"),
    )
    frame = times.frame(PFS, _options(new_therapy=new_therapy, missed=missed))
    return survival_table(frame, groups, shown, population=population, curves=curves)


@endpoint(
    title=_("Overall survival"),
    definition=_(
        "Months from the infusion to death of any cause, by Kaplan-Meier, with median and rates and their 95 % "
        "confidence intervals."
    ),
    options=(POPULATION, BY, CURVES),
    details="adtte_os",
    detail_columns=DETAILS,
)
def overall_survival(
    adsl: pd.DataFrame,
    adrs_subject: pd.DataFrame,
    times: Times,
    *,
    population: str,
    by: str,
    curves: str,
) -> Body:
    """Deaths, median and rates."""
    groups = split(adsl, adrs_subject, population, by)
    alive = Words(_("Alive: censored at the later of the last survival status and the last assessment."))
    shown = Shown(
        n=Words(_("Subjects")),
        events=Words(_("Death")),
        rate=Words(_("Alive, %")),
        y_label=Words(_("Alive")),
        notes=(MONTHS_NOTE, alive, *NOTES[by]),
    )
    return survival_table(times.frame(OS), groups, shown, population=population, curves=curves)


@endpoint(
    title=_("Duration of response"),
    definition=_(
        "Months from the first confirmed partial response or better to confirmed progression or death, of responders, "
        "by Kaplan-Meier, with median and rates and their 95 % confidence intervals."
    ),
    options=(POPULATION, BY, DEATH, NEW_THERAPY, MISSED, CURVES),
    details="adtte_dor",
    detail_columns={"start": _("First response"), **DETAILS},
)
def duration_of_response(
    adsl: pd.DataFrame,
    adrs_subject: pd.DataFrame,
    times: Times,
    *,
    population: str,
    by: str,
    death: str,
    new_therapy: str,
    missed: str,
    curves: str,
) -> Body:
    """Responders alone; the N over a column counts the others too."""
    groups = split(adsl, adrs_subject, population, by)
    given = {"death": death, "new_therapy": new_therapy, "missed": missed}
    chosen = tuple(OPTION_NOTES[one] for one in given.items())
    shown = Shown(
        n=Words(_("Subjects with a confirmed response")),
        events=Words(_("Progression or death")) if death == "event" else Words(_("Progression")),
        rate=Words(_("Still in response, %")),
        y_label=Words(_("Still in response")),
        x_label=Words(_("Months from the first response")),
        notes=(RESPONSE_NOTE, *chosen, ADEQUATE_NOTE, *NOTES[by]),
        reasons=tuple(key for key in OF_PROGRESSION if key != "censored.no_baseline"),
    )
    return survival_table(times.frame(DOR, _options(**given)), groups, shown, population=population, curves=curves)
