"""Blood counts: the CTCAE grade before the infusion against the worst one after it, and whether log and laboratory agree."""

from collections.abc import Iterator

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adae import CYTOPENIAS
from analytics.datasets.adlb import ITEMS, by_subject
from analytics.datasets.adsl import POPULATIONS, members
from analytics.derive import plain
from analytics.endpoints.adverse_events import LABELS
from analytics.endpoints.groups import POPULATION, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.layout import Body, Column, Row, Words, count_percent, say
from analytics.registry import Option, endpoint
from trial import protocol
from trial.rules import ctcae

GRADES = (0, 1, 2, 3, 4)
ITEM_LABELS = {
    "neutrophils": Words(_("Neutrophils")),
    "leukocytes": Words(_("Leukocytes")),
    "haemoglobin": Words(_("Haemoglobin")),
    "platelets": Words(_("Platelets")),
    "lymphocytes": Words(_("Lymphocytes")),
}
WINDOW = Option(
    "window",
    Words(_("Values after the infusion")),
    default="all",
    choices={"all": Words(_("All")), "d28": Words(_("To day 28")), "d90": Words(_("To day 90"))},
)
LAST_DAY = {"all": None, "d28": 28, "d90": 90}
WINDOW_NOTES = {
    "all": Words(_("Worst grade: the highest of all values after the infusion, those after a later therapy included.")),
    "d28": Words(_("Worst grade: the highest of the values after the infusion up to study day 28.")),
    "d90": Words(_("Worst grade: the highest of the values after the infusion up to study day 90.")),
}
BASELINE_NOTE = Words(
    _("Baseline: the last value before the infusion, which may already be lowered by lymphodepletion.")
)
RULE_NOTE = say(
    _(
        "Grades are computed from the values by {basis}. Limits of normal: those of the site's laboratory for sex, age and "
        "day; where it states none, those of adults of WS/T 405-2012. A value does not give grade 4 of anaemia."
    ),
    basis=ctcae.TABLES[protocol.CTCAE_VERSION].basis,
)
WORSENED_NOTE = Words(
    _("By the laboratory: a worst grade after the infusion of 1 or more that is above the grade at baseline.")
)
LOG_NOTE = Words(
    _("In the log: an adverse event of the term with onset on or after the day of the infusion, of any cause.")
)
NOT_ALL = _("A value could not be graded; the worst grade may be higher: {subjects}.")


DETAILS = {
    "neutrophils_baseline": _("Neutrophils: grade at baseline"),
    "neutrophils_worst": _("Neutrophils: worst grade"),
    "leukocytes_baseline": _("Leukocytes: grade at baseline"),
    "leukocytes_worst": _("Leukocytes: worst grade"),
    "haemoglobin_baseline": _("Haemoglobin: grade at baseline"),
    "haemoglobin_worst": _("Haemoglobin: worst grade"),
    "platelets_baseline": _("Platelets: grade at baseline"),
    "platelets_worst": _("Platelets: worst grade"),
    "lymphocytes_baseline": _("Lymphocytes: grade at baseline"),
    "lymphocytes_worst": _("Lymphocytes: worst grade"),
}


@endpoint(
    title=_("Shifts of the blood count: grade before the infusion and worst grade after it"),
    definition=_(
        "Number and percentage of subjects by the CTCAE grade of each item of the blood count at baseline (lines) and the "
        "worst grade after the infusion (columns)."
    ),
    options=(POPULATION, WINDOW),
    details="adlb_subject",
    detail_columns=DETAILS,
)
def laboratory_shifts(
    adsl: pd.DataFrame, adlb: pd.DataFrame, adlb_subject: pd.DataFrame, *, population: str, window: str
) -> Body:
    """For each item the grades at baseline as lines, and a line of all; percentages are of the population."""
    chosen = members(adsl, population)
    every = adlb_subject if window == "all" else by_subject(adsl, adlb, last_day=LAST_DAY[window])
    frame = every[every["subject"].isin(chosen)]
    columns = [Column("all", POPULATIONS[population][0], len(chosen))]
    columns += [Column(f"worst_{n}", say(_("Worst grade {grade}"), grade=n)) for n in GRADES]
    columns.append(Column("worst_none", Words(_("No grade after"))))
    rows: list[Row] = []
    for item in ITEM_LABELS:
        rows.append(Row(ITEM_LABELS[item], kind="heading", key=item))
        rows.extend(_shifts(item, frame, len(chosen)))
    ungraded = sorted({code for item in ITEMS for code in where(frame, frame[f"{item}_not_graded"] > 0)})
    return Body(
        columns=tuple(columns),
        rows=tuple(rows),
        footnotes=(
            population_note(population), WINDOW_NOTES[window], BASELINE_NOTE, RULE_NOTE,
            Words(_("Percentages are of all subjects of the population.")),
            *([say(NOT_ALL, subjects=", ".join(ungraded))] if ungraded else []),
        ),
        population=POPULATIONS[population][0],
        stub=Words(_("Grade at baseline")),
        details=None if window == "all" else every,
    )  # fmt: skip


def _shifts(item: str, frame: pd.DataFrame, total: int) -> Iterator[Row]:
    """The lines of one item: each grade at baseline, none known, and all subjects."""
    columns = (plain(frame[name]) for name in ("subject", f"{item}_baseline", f"{item}_worst"))
    graded = list(zip(*columns, strict=True))
    lines: list[tuple[str, Words, tuple[int | None, ...]]] = [
        (f"baseline_{n}", say(_("Grade {grade}"), grade=n), (n,)) for n in GRADES
    ]
    lines.append(("baseline_none", Words(_("No grade at baseline")), (None,)))
    lines.append(("total", Words(_("All")), (*GRADES, None)))
    for key, label, before in lines:
        own = [(code, after) for code, at_baseline, after in graded if at_baseline in before]
        cells = [count_percent([code for code, _after in own], total)]
        cells += [count_percent([code for code, after in own if after == worst], total) for worst in (*GRADES, None)]
        yield Row(label, tuple(cells), indent=1, key=f"{item}.{key}")


OF_BOTH = {
    "neutropenia_log_grade": _("Neutropenia: worst grade in the log"),
    "neutropenia_worst": _("Neutropenia: worst grade by the laboratory"),
    "leukopenia_log_grade": _("Leukopenia: worst grade in the log"),
    "leukopenia_worst": _("Leukopenia: worst grade by the laboratory"),
    "anaemia_log_grade": _("Anaemia: worst grade in the log"),
    "anaemia_worst": _("Anaemia: worst grade by the laboratory"),
    "thrombocytopenia_log_grade": _("Thrombocytopenia: worst grade in the log"),
    "thrombocytopenia_worst": _("Thrombocytopenia: worst grade by the laboratory"),
}


@endpoint(
    title=_("Cytopenias: the adverse event log beside the laboratory"),
    definition=_(
        "For each of the four cytopenias, in how many subjects the adverse event log and the graded blood counts after the "
        "infusion agree that it occurred, and on its worst grade."
    ),
    options=(POPULATION,),
    details="adcytopenia",
    detail_columns=OF_BOTH,
)
def cytopenia_agreement(adsl: pd.DataFrame, adcytopenia: pd.DataFrame, *, population: str) -> Body:
    """Both, one of them, neither, by dose level; of those with both, whose grade is the higher."""
    groups = by_dose_level(adsl, population)
    rows: list[Row] = []
    for term in CYTOPENIAS:
        key = term.lower()
        rows.append(Row(LABELS[term], kind="heading", key=key))
        for name, label, condition, indent in _agreement(adcytopenia, key):
            codes = where(adcytopenia, condition)
            cells = tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups)
            rows.append(Row(label, cells, indent, key=f"{key}.{name}"))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), LOG_NOTE, WORSENED_NOTE, BASELINE_NOTE, RULE_NOTE,
            Words(_("The grade of the log is the investigator's; that of the laboratory is computed.")),
        ),
        population=groups[0].label,
        stub=Words(_("Log and laboratory")),
    )  # fmt: skip


def _agreement(frame: pd.DataFrame, key: str) -> Iterator[tuple[str, Words, pd.Series, int]]:
    """The lines of one cytopenia; those of grades are among "both", the other five part the subjects."""
    logged, measured = frame[f"{key}_logged"], frame[f"{key}_measured"]
    log, laboratory = frame[f"{key}_log_grade"], frame[f"{key}_worst"]
    known, both = laboratory.notna(), logged & measured
    yield "both", Words(_("In both")), both, 1
    yield "same_grade", Words(_("Same worst grade")), both & (log == laboratory), 2
    yield "log_higher", Words(_("Grade of the log higher")), both & (log > laboratory), 2
    yield "laboratory_higher", Words(_("Grade of the laboratory higher")), both & (log < laboratory), 2
    yield "log_only", Words(_("In the log only")), known & logged & ~measured, 1
    yield "laboratory_only", Words(_("By the laboratory only")), ~logged & measured, 1
    yield "neither", Words(_("In neither")), known & ~logged & ~measured, 1
    yield "not_measured", Words(_("No graded count after the infusion")), ~known, 1
