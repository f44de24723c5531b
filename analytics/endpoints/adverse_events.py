"""Adverse events by term, worst grade, frequency and duration; and the four cytopenias that the publication counts."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adae import CYTOPENIAS, TERMS, by_subject
from analytics.endpoints.events import ATTRIBUTION, ONSETS, chosen, event_rows, notes
from analytics.endpoints.groups import EXACT_NOTE, POPULATION, by_dose_level, population_note
from analytics.layout import Body, Row, Words
from analytics.registry import endpoint

# The labels of the form's code list, as sentences that are translated when the table is shown.
LABELS = {
    "NEUTROPENIA": Words(_("Neutropenia")),
    "LEUKOPENIA": Words(_("Leukopenia")),
    "ANAEMIA": Words(_("Anaemia")),
    "THROMBOCYTOPENIA": Words(_("Thrombocytopenia")),
    "LYMPHOPENIA": Words(_("Lymphopenia")),
    "FEBRILE_NEUTROPENIA": Words(_("Febrile neutropenia")),
    "CRS": Words(_("Cytokine release syndrome")),
    "ICANS": Words(_("Immune effector cell-associated neurotoxicity syndrome (ICANS)")),
    "HEPATOTOXICITY": Words(_("Hepatotoxicity")),
    "NEPHROTOXICITY": Words(_("Nephrotoxicity")),
    "NEUROTOXICITY": Words(_("Neurotoxicity")),
    "INFECTION": Words(_("Infection")),
    "OTHER": Words(_("Other")),
}
DETAILS = {
    "events": _("Events"),
    "worst": _("Worst grade"),
    "serious_events": _("Serious"),
    "related_events": _("Related to the CAR-T cells"),
    "ongoing_events": _("Ongoing"),
}
INVENTED_NOTE = Words(
    _(
        "The publication counts these cytopenias without a grade: in the demonstration study grades, days and durations are "
        "invented, and only the line of any grade has a published counterpart."
    )
)


@endpoint(
    title=_("Adverse events by term and worst grade"),
    definition=_(
        "Subjects with adverse events of the log by term: any grade with exact 95 % confidence interval, worst grade, "
        "serious, related; number of events; median duration by Kaplan-Meier."
    ),
    options=(POPULATION, ATTRIBUTION, ONSETS),
    details="adae_subject",
    detail_columns=DETAILS,
)
def adverse_events(adsl: pd.DataFrame, adae: pd.DataFrame, *, population: str, attribution: str, onsets: str) -> Body:
    """All events together, then each term that occurred, in the order of the code list."""
    groups = by_dose_level(adsl, population)
    events = chosen(adae, attribution=attribution, onsets=onsets)
    events = events[events["subject"].isin(groups[0].subjects)]
    rows = list(event_rows("any", Words(_("Any adverse event")), events, groups))
    for term in TERMS:
        own = events[events["term"] == term]
        if len(own):
            rows.extend(event_rows(term.lower(), LABELS[term], own, groups))
    uncoded = events[events["term"].isna()]
    if len(uncoded):
        rows.extend(event_rows("no_term", Words(_("No term recorded")), uncoded, groups))
    options = {"attribution": attribution, "onsets": onsets}
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), *notes(events, groups[0], options), EXACT_NOTE,
            Words(_("A term without an event has no lines. Terms are those of the form; the log is not coded further.")),
        ),
        population=groups[0].label,
        stub=Words(_("Term")),
        details=by_subject(adsl, events),
    )  # fmt: skip


@endpoint(
    title=_("Cytopenias in the adverse event log"),
    definition=_(
        "Subjects with neutropenia, leukopenia, anaemia and thrombocytopenia in the adverse event log with onset on or "
        "after the infusion: any grade with exact 95 % confidence interval, worst grade, frequency and duration."
    ),
    options=(POPULATION, ATTRIBUTION),
    details="adae_subject",
    detail_columns=DETAILS | {f"worst_{term.lower()}": LABELS[term].msgid for term in CYTOPENIAS},
)
def cytopenias(adsl: pd.DataFrame, adae: pd.DataFrame, *, population: str, attribution: str) -> Body:
    """The four terms, whether or not they occurred; any of them first."""
    groups = by_dose_level(adsl, population)
    events = chosen(adae, attribution=attribution, onsets="emergent")
    events = events[events["subject"].isin(groups[0].subjects) & events["term"].isin(list(CYTOPENIAS))]
    rows: list[Row] = list(event_rows("any", Words(_("Any of the four")), events, groups))
    for term in CYTOPENIAS:
        rows.extend(event_rows(term.lower(), LABELS[term], events[events["term"] == term], groups))
    options = {"attribution": attribution, "onsets": "emergent"}
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(population_note(population), *notes(events, groups[0], options), EXACT_NOTE, INVENTED_NOTE),
        population=groups[0].label,
        stub=Words(_("Cytopenia")),
        details=by_subject(adsl, events),
    )
