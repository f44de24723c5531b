"""Adverse events by system organ class and term with the worst grade."""

import pandas as pd
from django.utils import translation
from django.utils.translation import gettext_noop as _

from analytics.datasets.adae import TERMS, by_subject
from analytics.endpoints.adverse_events import DETAILS, LABELS
from analytics.endpoints.events import ATTRIBUTION, ATTRIBUTION_NOTES, GRADES, ONSETS, ONSETS_NOTES, WORST_NOTE, chosen
from analytics.endpoints.groups import POPULATION, Group, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.layout import Body, Row, Text, Words, count_percent, say
from analytics.registry import endpoint
from crf.codelists import OrganClass

# The class of an event is that of its term, or the one chosen on the form for another term (crf.codelists.organ_class).
UNCLASSIFIED = "UNCLASSIFIED"
with translation.override(
    None
):  # the labels of the form's code list, as sentences that are translated when they are shown
    CLASSES: dict[str, Words] = {code: Words(str(label)) for code, label in OrganClass.choices}
CLASSES[UNCLASSIFIED] = Words(_("Not classified"))
CLASS_NOTE = Words(
    _(
        "Classes: system organ class of CTCAE 5.0 of the event that the term of the form means; terms of an organ (liver, kidney, "
        "nerves) stand in its class by convention, other terms in the class that the site chose. Not coded in MedDRA."
    )
)


@endpoint(
    title=_("Adverse events by class and term"),
    definition=_(
        "Subjects with adverse events of the log by system organ class and term: any grade, each worst grade, and grade 3 or "
        "higher; overall and by dose level."
    ),
    options=(POPULATION, ATTRIBUTION, ONSETS),
    details="adae_subject",
    detail_columns=DETAILS,
)
def adverse_events_by_class(
    adsl: pd.DataFrame, adae: pd.DataFrame, *, population: str, attribution: str, onsets: str
) -> Body:
    """All events, then the classes that occurred in alphabetical order, each with its terms."""
    groups = by_dose_level(adsl, population)
    events = chosen(adae, attribution=attribution, onsets=onsets)
    events = events[events["subject"].isin(groups[0].subjects)]
    rows = _lines("any", Words(_("Any adverse event")), events, groups)
    classes = events["organ_class"].fillna(UNCLASSIFIED)
    for code, label in CLASSES.items():
        own, key = events[classes == code], f"class.{code.lower()}"
        if not len(own):
            continue
        rows += _lines(key, label, own, groups)
        for term in TERMS:
            of_term = own[own["term"] == term]
            if len(of_term):
                # Another term may stand in several classes.
                rows += _lines(
                    f"{key}.other" if term == "OTHER" else term.lower(), LABELS[term], of_term, groups, indent=1
                )
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), ATTRIBUTION_NOTES[attribution], ONSETS_NOTES[onsets], WORST_NOTE, CLASS_NOTE,
        ),
        population=groups[0].label,
        stub=Words(_("Class and term")),
        details=by_subject(adsl, events),
    )  # fmt: skip


def _lines(key: str, label: Text, events: pd.DataFrame, groups: tuple[Group, ...], indent: int = 0) -> list[Row]:
    worst = events.groupby("subject", as_index=False)["grade"].max()

    def line(name: str, said: Text, codes: tuple[str, ...], depth: int) -> Row:
        cells = tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups)
        return Row(said, cells, indent + depth, key=name)

    found = [line(key, label, tuple(sorted(worst["subject"])), 0)]
    for grade in GRADES:
        codes = where(worst, worst["grade"] == grade)
        if codes:
            found.append(line(f"{key}.grade_{grade}", say(_("Worst grade {grade}"), grade=grade), codes, 1))
    found.append(line(f"{key}.grade_3_plus", Words(_("Grade 3 or higher")), where(worst, worst["grade"] >= 3), 1))
    return found
