"""Protocol deviations by category, major and minor, by site or by dose level."""

from collections.abc import Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.derive import plain
from analytics.endpoints.groups import Group, by_site, dose_levels
from analytics.endpoints.subject_disposition import COLUMNS
from analytics.layout import Body, Cell, Row, Words, count_percent
from analytics.registry import endpoint

CATEGORIES: dict[str, Words] = {
    "CONSENT": Words(_("Consent")),
    "ELIGIBILITY": Words(_("Eligibility")),
    "VISIT": Words(_("Visit outside its window")),
    "DOSE": Words(_("Dose")),
    "PROCEDURE": Words(_("Procedure not done, or done otherwise")),
    "OTHER": Words(_("Other")),
}
WEIGHTS: dict[str, Words] = {"MAJOR": Words(_("Major")), "MINOR": Words(_("Minor"))}


@endpoint(
    title=_("Protocol deviations"),
    definition=_(
        "Subjects with protocol deviations by category, major and minor, and the number of deviations; by site or by dose level."
    ),
    options=(COLUMNS,),
    details="addv",
    detail_columns={"deviations": _("Deviations"), "major": _("Major"), "unreported": _("Not reported yet")},
)
def deviations(adsl: pd.DataFrame, protocol_deviation: pd.DataFrame, *, by: str) -> Body:
    """Any deviation first, then each category."""
    everyone = tuple(plain(adsl["subject"]))
    parts = dose_levels(adsl, everyone) if by == "dose_level" else by_site(adsl, everyone)
    groups = (Group("all", Words(_("All screened")), everyone), *parts)
    made = protocol_deviation[protocol_deviation["status"] == "COMPLETE"]
    rows = _block("any", Words(_("Any deviation")), made, groups)
    for code, label in CATEGORIES.items():
        rows += _block(code.lower(), label, made[made["category"] == code], groups)
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            Words(_("Percentages are of the screened subjects of the column; a subject counts once in a line.")),
            Words(_("Category and weight as the site entered them. Number of deviations: entries of the log.")),
        ),
        population=groups[0].label,
        stub=Words(_("Category")),
    )


def _block(key: str, label: Words, rows: pd.DataFrame, groups: Sequence[Group]) -> list[Row]:
    def line(name: str, said: Words, chosen: pd.DataFrame, indent: int) -> Row:
        codes = set(chosen["subject"])
        return Row(said, tuple(count_percent(g.among(codes), len(g.subjects)) for g in groups), indent, key=name)

    sizes = rows.groupby("subject").size().to_dict()
    numbers = []
    for group in groups:
        codes = group.among(sizes)
        total = int(sum(sizes[code] for code in codes))
        numbers.append(Cell(str(total), {"n": len(codes), "deviations": total}, codes))
    return [
        line(key, label, rows, 0),
        *(line(f"{key}.{w.lower()}", said, rows[rows["severity"] == w], 1) for w, said in WEIGHTS.items()),
        Row(Words(_("Number of deviations")), tuple(numbers), 1, key=f"{key}.number"),
    ]
