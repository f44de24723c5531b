"""Cytopenia after CAR-T cells: ICAHT and T-ICAHT, early and late, by grade and dose level."""

from collections.abc import Iterator, Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adicaht import Cytopenias
from analytics.endpoints.groups import POPULATION, Group, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.layout import Body, Row, Words, count_percent, say
from analytics.registry import Option, endpoint
from trial.rules import icaht, t_icaht
from trial.rules.icaht_days import CountOptions

# Column of adicaht -> heading.
RULES: dict[str, Words] = {
    "early": Words(_("Early ICAHT: neutrophils, days 0 to 30")),
    "late": Words(_("Late ICAHT: neutrophils after day 30")),
    "platelets_early": Words(_("Early T-ICAHT: platelets, days 0 to 30")),
    "platelets_late": Words(_("Late T-ICAHT: platelets, days 31 to 100")),
}
GRADES = (0, 1, 2, 3, 4)
SEVERE = 3
USUAL = CountOptions()

INTERPOLATION = Option(
    "interpolation",
    Words(_("Days between draws")),
    default=USUAL.interpolation,
    choices={
        "LOCF": Words(_("A count stands until the next draw")),
        "LINEAR": Words(_("A straight line between draws")),
    },
)
NEVER_ABOVE = Option(
    "never_above",
    Words(_("Never above 0.5 × 10⁹/L")),
    default=USUAL.never_above,
    choices={"STRICT": Words(_("From day 0 to day 30")), "FROM_NADIR": Words(_("From the first low count to day 30"))},
)
INTERPOLATION_NOTES = {
    "LOCF": Words(
        _("Between two draws the earlier count stands until the next draw; the last count is of its own day only.")
    ),
    "LINEAR": Words(_("Between two draws counts lie on a straight line; the last count is of its own day only.")),
}
NEVER_ABOVE_NOTES = {
    "STRICT": Words(
        _("Early ICAHT of grade 4 as never above: every day from 0 to 30 has a count at or below 0.5 × 10⁹/L.")
    ),
    "FROM_NADIR": Words(
        _(
            "Early ICAHT of grade 4 as never above: every day from the first count at or below 0.5 × 10⁹/L to day 30, at "
            "least 14 days."
        )
    ),
}
RULE_NOTE = say(
    _("Grades are computed from the counts by {icaht} and {platelets}."),
    icaht=Words(icaht.TABLE),
    platelets=Words(t_icaht.TABLE),
)
DAYS_NOTE = say(
    _(
        "Days add up and need not be in a row; fewer than {least} days in a row above a limit, between low days, count as low. "
        "Late: the worst level that two consecutive draws both reach; late T-ICAHT of grade 3 or 4 counts days."
    ),
    least=USUAL.recovery_days,
)  # fmt: skip
CENSOR_NOTE = Words(
    _(
        "Counting ends with the day of death, confirmed progression or the next therapy. Growth factors and transfusions are not read."
    )
)
NOT_GRADED_NOTE = Words(_("Not graded: no count in the period, or a single late one that is low."))
LOWER_BOUND = _(
    "Days without a count, or a last low count that no second one confirms; the grade may be higher: {subjects}."
)
DETAILS = {
    "early": _("Early ICAHT"),
    "low_days": _("Days at or below 0.5 × 10⁹/L"),
    "profound_days": _("Days at or below 0.1 × 10⁹/L"),
    "late": _("Late ICAHT"),
    "platelets_early": _("Early T-ICAHT"),
    "platelets_low_days": _("Days below 50 × 10⁹/L"),
    "platelets_severe_days": _("Days below 20 × 10⁹/L"),
    "platelets_late": _("Late T-ICAHT"),
}


@endpoint(
    title=_("Cytopenia over time: ICAHT and T-ICAHT"),
    definition=_(
        "Number and percentage of subjects by grade of early and late ICAHT (neutrophils) and T-ICAHT (platelets) after the "
        "infusion, overall and by dose level."
    ),
    options=(POPULATION, INTERPOLATION, NEVER_ABOVE),
    details="adicaht",
    detail_columns=DETAILS,
)
def haematotoxicity(
    adsl: pd.DataFrame, cytopenias: Cytopenias, *, population: str, interpolation: str, never_above: str
) -> Body:
    """For each of the four grades: the grades 0 to 4, 3 or higher, and those not graded; they part the column."""
    groups = by_dose_level(adsl, population)
    every = cytopenias.frame(interpolation, never_above)
    frame = every[every["subject"].isin(groups[0].subjects)]
    rows = [row for name, heading in RULES.items() for row in _block(name, heading, frame, groups)]
    uncertain = where(frame, frame["uncertain"])
    usual = (interpolation, never_above) == (USUAL.interpolation, USUAL.never_above)
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), RULE_NOTE, INTERPOLATION_NOTES[interpolation], NEVER_ABOVE_NOTES[never_above],
            DAYS_NOTE, CENSOR_NOTE, NOT_GRADED_NOTE,
            *([say(LOWER_BOUND, subjects=", ".join(uncertain))] if uncertain else []),
        ),
        population=groups[0].label,
        stub=Words(_("Grade")),
        details=None if usual else every,
    )  # fmt: skip


def _block(name: str, heading: Words, frame: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    grade = frame[name]
    lines = [(f"grade_{n}", say(_("Grade {grade}"), grade=n), grade == n) for n in GRADES]
    lines.append(("grade_3_plus", Words(_("Grade 3 or higher")), grade >= SEVERE))
    lines.append(("not_graded", Words(_("Not graded")), grade.isna()))
    yield Row(heading, kind="heading", key=name)
    for key, label, condition in lines:
        codes = where(frame, condition)
        cells = tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups)
        yield Row(label, cells, indent=1, key=f"{name}.{key}")
