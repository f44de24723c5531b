"""Exposure: what was given, from the collection of the cells to the infusion."""

from collections.abc import Iterator, Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adex import DRUGS
from analytics.derive import plain
from analytics.endpoints.groups import Group, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.layout import Body, Row, Words, count_percent
from analytics.registry import endpoint

# Percent of the planned level, both ends included: the limits beyond which the form of the infusion asks.
NEAR = (80, 120)
SUMMARIES: tuple[tuple[str, Words, int], ...] = (
    ("cells_per_kg", Words(_("CAR-T cells per kg, 10⁶")), 2),
    ("cells_total", Words(_("CAR-T cells in total, 10⁶")), 1),
    ("ratio_percent", Words(_("Cells per kg in percent of the planned level")), 1),
    ("fludarabine", Words(_("Fludarabine over the course, mg/m²")), 0),
    ("cyclophosphamide", Words(_("Cyclophosphamide over the course, mg/m²")), 0),
    ("days_to_infusion", Words(_("Days from leukapheresis to infusion")), 0),
)


@endpoint(
    title=_("Exposure"),
    definition=_(
        "CAR-T cells given per kg, in total and in percent of the planned level; doses of lymphodepletion; days from "
        "leukapheresis to infusion; bridging therapy. Overall and by dose level."
    ),
    details="adex",
    detail_columns={
        "cells_per_kg": _("10⁶/kg"),
        "cells_total": _("10⁶ in total"),
        "ratio_shown": _("Percent of the level"),
        "fludarabine": _("Fludarabine, mg/m²"),
        "cyclophosphamide": _("Cyclophosphamide, mg/m²"),
        "days_to_infusion": _("Days from leukapheresis"),
        "bridging": _("Bridging therapy"),
    },
)
def exposure(adsl: pd.DataFrame, adex: pd.DataFrame) -> Body:
    """Treated subjects; summaries of what is recorded, then numbers of subjects."""
    groups = by_dose_level(adsl, "treated")
    rows: list[Row] = []
    for key, label, places in SUMMARIES:
        values = dict(zip(plain(adex["subject"]), plain(adex[key]), strict=True))
        numbers = {code: None if value is None else float(value) for code, value in values.items()}
        rows.extend(summary_rows(key, label, numbers, groups, places=places))
    rows.extend(_counts(adex, groups))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note("treated"),
            Words(_("First infusion, first course of lymphodepletion, first leukapheresis of each subject.")),
            Words(_("Doses of lymphodepletion are summed over the days of the course.")),
            Words(_("Planned level: as on the form of the infusion, else as assigned at enrolment.")),
            QUARTILES_NOTE,
        ),
        population=groups[0].label,
        stub=Words(_("Exposure")),
    )


def _counts(adex: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    low, high = NEAR
    ratio = adex["ratio_percent"]
    lines = (
        ("near", Words(_("Within 80 to 120 % of the planned level")), (ratio >= low) & (ratio <= high)),
        ("far", Words(_("Less or more")), (ratio < low) | (ratio > high)),
        ("interrupted", Words(_("Infusion interrupted")), adex["interrupted"] == "Y"),
        *((f"{name}.given", label, adex[name].notna()) for name, label in zip(DRUGS, GIVEN, strict=True)),
        ("reduced", Words(_("Lymphodepletion reduced")), adex["reduced"] == "Y"),
        ("bridged", Words(_("Bridging therapy")), adex["bridged"] == "Y"),
    )
    yield Row(Words(_("Subjects")), kind="heading", key="subjects")
    for key, label, condition in lines:
        codes = where(adex, condition)
        cells = tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups)
        yield Row(label, cells, 1, key=key)


GIVEN = (Words(_("Fludarabine given")), Words(_("Cyclophosphamide given")))
