"""Findings of IEC-HS: how many subjects had the ferritin criterion and what else beside it; and the list of them."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adiechs import FERRITIN, FINDINGS
from analytics.derive import records
from analytics.endpoints.groups import POPULATION, Group, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.layout import Body, Cell, Column, Row, Text, Words, count_percent, say
from analytics.registry import endpoint
from trial.rules.iec_hs import TABLE
from trial.rules.iec_hs_on import DAYS_BEFORE

# Finding -> its line in the table; and its column in the list, which has many.
LABELS: dict[str, Words] = {
    "transaminases": Words(_("ALT or AST above 5 × limit")),
    "fibrinogen": Words(_("Fibrinogen low")),
    "direct_bilirubin": Words(_("Direct bilirubin high")),
    "ldh": Words(_("Lactate dehydrogenase high")),
    "clotting": Words(_("Clotting times long")),
    "triglycerides": Words(_("Triglycerides high")),
    "cytopenia": Words(_("Cytopenia of grade 4")),
    "splenomegaly": Words(_("New splenomegaly")),
    "renal_insufficiency": Words(_("New renal insufficiency")),
    "pulmonary": Words(_("Pulmonary findings")),
    "fever": Words(_("New or persistent fever")),
    "neurotoxicity": Words(_("Neurotoxicity")),
    "haemophagocytosis": Words(_("Haemophagocytosis")),
}
COLUMNS: dict[str, Words] = {
    "transaminases": Words(_("ALT or AST")),
    "fibrinogen": Words(_("Fibrinogen")),
    "direct_bilirubin": Words(_("Direct bilirubin")),
    "ldh": Words(_("LDH")),
    "clotting": Words(_("Clotting times")),
    "triglycerides": Words(_("Triglycerides")),
    "cytopenia": Words(_("Cytopenia")),
    "splenomegaly": Words(_("Spleen")),
    "renal_insufficiency": Words(_("Kidneys")),
    "pulmonary": Words(_("Lungs")),
    "fever": Words(_("Fever")),
    "neurotoxicity": Words(_("Neurotoxicity")),
    "haemophagocytosis": Words(_("Haemophagocytosis")),
}
ANSWERS = {1: Words(_("present")), 0: Words(_("absent")), None: Words(_("not known"))}
RULE_NOTE = say(
    _(
        "Findings by {basis}. Limits of normal: those of the site's laboratory; where it states none, published ones for "
        "adults. Baseline: the last value up to the day of the infusion."
    ),
    basis=Words(TABLE),
)
FERRITIN_NOTE = Words(
    _("Ferritin criterion: above 2 × upper limit of normal, or above 2 × baseline, on any day after the infusion.")
)
DAYS_NOTE = say(
    _(
        "Supporting findings: on a day with the ferritin criterion or one of the {days} days before it; the worst value "
        "decides. Not known: on no such day can it be told."
    ),
    days=DAYS_BEFORE,
)
DECIDES_NOTE = Words(
    _(
        "No minimum number of findings is defined and none is counted: whether it is IEC-HS the investigator decides. A rapid "
        "rise of ferritin is not judged here. Clinical findings are those answered on the inflammation form; they are asked "
        "where the syndrome was looked for, and else not known."
    )
)
DETAILS = {
    "first_met_day": _("Ferritin criterion first met, study day"),
    "highest_shown": _("Highest ferritin, µg/L"),
    "highest_day": _("Highest ferritin, study day"),
    "met_days": _("Samples with the ferritin criterion"),
    "days": _("Samples of ferritin"),
}


def _notes(population: str) -> tuple[Text, ...]:
    return population_note(population), RULE_NOTE, FERRITIN_NOTE, DAYS_NOTE, DECIDES_NOTE


@endpoint(
    title=_("Findings of IEC-HS"),
    definition=_(
        "Number and percentage of subjects with the ferritin criterion of IEC-HS after the infusion, and among them those "
        "with each supporting finding on such a day."
    ),
    options=(POPULATION,),
    details="adiechs_subject",
    detail_columns=DETAILS,
)
def iec_hs(adsl: pd.DataFrame, adiechs_subject: pd.DataFrame, *, population: str) -> Body:
    """The criterion in all; then, among those with it, each finding by itself, with those in whom it is not known."""
    groups = by_dose_level(adsl, population)
    ferritin = adiechs_subject[FERRITIN]
    met = where(adiechs_subject, ferritin == 1)
    rows = [
        Row(label, _cells(where(adiechs_subject, condition), groups), key=f"ferritin.{key}")
        for key, label, condition in (
            ("met", Words(_("Ferritin criterion met")), ferritin == 1),
            ("not_met", Words(_("Ferritin criterion not met")), ferritin == 0),
            ("not_known", Words(_("Ferritin not measured, or not to be judged")), ferritin.isna()),
        )
    ]
    among = tuple(Group(group.key, group.label, group.among(met)) for group in groups)
    sizes = tuple(Cell(f"N = {len(group.subjects)}", {"N": len(group.subjects)}, group.subjects) for group in among)
    rows.append(Row(Words(_("Among those with the ferritin criterion")), sizes, kind="heading", key="supporting"))
    rows += list(_supporting(adiechs_subject, among))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=_notes(population),
        population=groups[0].label,
        stub=Words(_("Finding")),
    )


def _cells(codes: tuple[str, ...], groups: tuple[Group, ...]) -> tuple[Cell, ...]:
    return tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups)


def _supporting(frame: pd.DataFrame, among: tuple[Group, ...]) -> Iterator[Row]:
    for name in FINDINGS:
        yield Row(LABELS[name], _cells(where(frame, frame[name] == 1), among), indent=1, key=f"supporting.{name}")
        unknown = where(frame, frame[name].isna())
        yield Row(Words(_("Not known")), _cells(unknown, among), indent=2, key=f"supporting.{name}.not_known")


@endpoint(
    title=_("Findings of IEC-HS by subject"),
    definition=_(
        "Every subject with the ferritin criterion of IEC-HS after the infusion: when it was first met, the highest ferritin, "
        "and which supporting findings were there on such a day."
    ),
    options=(POPULATION,),
    details="adiechs_subject",
    detail_columns=DETAILS,
)
def iec_hs_listing(adsl: pd.DataFrame, adiechs_subject: pd.DataFrame, *, population: str) -> Body:
    """A line a subject, in order of the code; each cell opens its subject."""
    everybody = by_dose_level(adsl, population)[0]
    met = adiechs_subject[(adiechs_subject[FERRITIN] == 1) & adiechs_subject["subject"].isin(everybody.subjects)]
    columns = [Column("first", Words(_("First met, day"))), Column("highest", Words(_("Highest ferritin")))]
    columns += [Column(name, COLUMNS[name]) for name in FINDINGS]
    rows = [Row(Words(_("Subjects with the ferritin criterion")), kind="heading", key="subjects")]
    rows += [_listed(row) for row in records(met, "row")]
    return Body(
        columns=tuple(columns),
        rows=tuple(rows),
        footnotes=_notes(population),
        population=everybody.label,
        stub=Words(_("Subject")),
    )


def _listed(row: Any) -> Row:
    """One subject of the list."""
    own = (row.subject,)
    highest = say(_("{value} µg/L (day {day})"), value=row.highest_shown, day=row.highest_day)
    cells = [
        Cell(str(row.first_met_day), {"day": row.first_met_day}, own),
        Cell(highest, {"value": float(row.highest), "day": row.highest_day}, own),
    ]
    for name in FINDINGS:
        present = getattr(row, name)
        cells.append(Cell(ANSWERS[present], {"present": present}, own))
    return Row(row.subject, tuple(cells), indent=1, key=f"subject.{row.subject}")
