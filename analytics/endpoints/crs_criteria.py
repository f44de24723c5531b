"""Cytokine release syndrome by the criteria in force against the older ones: the maximum grade of each subject by both."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adsl import members
from analytics.derive import plain
from analytics.endpoints.crs import GRADES, MAXIMUM_NOTE
from analytics.endpoints.groups import POPULATION, Group, population_note
from analytics.layout import Body, Column, Row, Words, count, say
from analytics.registry import endpoint
from trial.rules import crs_axes, crs_options, lee_options

NOT_GRADED = Words(_("Not assessed or not gradable"))
DETAILS = {
    "maximum": _("Maximum grade, ASTCT 2019"),
    "maximum_day": _("Study day of the maximum, ASTCT 2019"),
    "lee_maximum": _("Maximum grade, Lee 2014"),
    "lee_day": _("Study day of the maximum, Lee 2014"),
    "difference": _("Lee 2014 minus ASTCT 2019"),
}
BOTH_NOTE = _(
    "Both grades are computed from the same CRS assessments, by rules {astct} and {lee}; the investigator's grade is not "
    "used. Every other table of CRS reads {astct} alone."
)
WEIGHT_NOTE = Words(
    _("Lee 2014 tells a high dose of a vasopressor by the last weight measured until the day, else that of screening.")
)
OPTIONS_NOTE = _("Conventions of {version}: {options}.")
HIGHER_NOTE = _("An assessment lacks an item that Lee 2014 needs; its maximum may be higher: {subjects}.")


@endpoint(
    title=_("Cytokine release syndrome: ASTCT 2019 against Lee 2014"),
    definition=_(
        "Number of subjects by the highest CRS grade after the infusion: in rows by ASTCT 2019, the criteria in force, in "
        "columns by Lee 2014, the former criteria."
    ),
    options=(POPULATION,),
    details="adcrs_criteria",
    detail_columns=DETAILS,
)
def crs_by_criteria(adsl: pd.DataFrame, adcrs_criteria: pd.DataFrame, *, population: str) -> Body:
    """Every pair of grades, then how many subjects have the same, a higher or a lower one by Lee 2014."""
    chosen = set(members(adsl, population))
    frame = adcrs_criteria[adcrs_criteria["subject"].isin(chosen)]
    groups = (
        Group("all", Words(_("All")), tuple(sorted(chosen))),
        *(
            Group(f"lee_{n}", say(_("Lee 2014 grade {grade}"), grade=n), _codes(frame, frame["lee_maximum"] == n))
            for n in GRADES
        ),
        Group("lee_none", say(_("Lee 2014: {what}"), what=NOT_GRADED), _codes(frame, frame["lee_maximum"].isna())),
    )
    rows = [
        _row(f"astct_{n}", say(_("ASTCT 2019 grade {grade}"), grade=n), frame, frame["maximum"] == n, groups)
        for n in GRADES
    ]
    ungraded = say(_("ASTCT 2019: {what}"), what=NOT_GRADED)
    rows.append(_row("astct_none", ungraded, frame, frame["maximum"].isna(), groups))
    rows.append(Row(Words(_("Both criteria compared")), kind="heading", key="compared"))
    difference = frame["difference"]
    for key, label, condition in (
        ("same", Words(_("The same grade")), difference == 0),
        ("higher", Words(_("Higher by Lee 2014")), difference > 0),
        ("lower", Words(_("Lower by Lee 2014")), difference < 0),
    ):
        rows.append(_row(key, label, frame, condition, groups, indent=1))
    return Body(
        columns=tuple(Column(group.key, group.label, len(group.subjects)) for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), MAXIMUM_NOTE, say(BOTH_NOTE, astct=crs_axes.VERSION, lee=lee_options.VERSION),
            WEIGHT_NOTE, options_note(crs_axes.VERSION, crs_options.RECOMMENDED),
            options_note(lee_options.VERSION, lee_options.RECOMMENDED), *_higher(frame),
        ),
        population=groups[0].label,
        stub=Words(_("Maximum grade")),
    )  # fmt: skip


def _codes(frame: pd.DataFrame, condition: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(plain(frame.loc[condition.fillna(False).astype(bool), "subject"])))


def _row(
    key: str, label: Words, frame: pd.DataFrame, condition: pd.Series, groups: Sequence[Group], *, indent: int = 0
) -> Row:
    have = _codes(frame, condition)
    return Row(label, tuple(count(group.among(have)) for group in groups), indent, key=key)


def options_note(version: str, options: Any) -> Words:
    """The conventions under which a rule graded, by name, as a footnote: read off the options, so never out of date."""
    said = (f"{field.name} = {_value(getattr(options, field.name))}" for field in fields(options))
    return say(OPTIONS_NOTE, version=version, options="; ".join(said))


def _value(value: Any) -> str:
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def _higher(frame: pd.DataFrame) -> tuple[Words, ...]:
    """Names the subjects whose grade by Lee 2014 may be higher."""
    codes = _codes(frame, (frame["lee_uncertain"] > 0) & frame["lee_maximum"].notna())
    return (say(HIGHER_NOTE, subjects=", ".join(codes)),) if codes else ()
