"""Cellular kinetics of CAR-T cells: peak, its day, the last quantifiable day, and areas under the curve."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adpk import DEFAULT_METHOD, DEFAULT_TRAPEZOIDS, Curves
from analytics.derive import plain
from analytics.endpoints.groups import POPULATION, by_dose_level, population_note
from analytics.endpoints.subgroups import where
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.layout import Body, Row, Words, count_percent, say
from analytics.registry import Option, endpoint
from crf.checks.blood import UNITS
from trial.rules.kinetics import VERSION

METHOD = Option(
    "method",
    Words(_("Method")),
    default=DEFAULT_METHOD,
    choices={
        "QPCR": Words(_("Quantitative PCR")), "DDPCR": Words(_("Droplet digital PCR")), "FLOW": Words(_("Flow cytometry")),
    },
)  # fmt: skip
TRAPEZOIDS = Option(
    "trapezoids",
    Words(_("Areas")),
    default=DEFAULT_TRAPEZOIDS,
    choices={
        "linear": Words(_("Linear trapezoids")), "linear_up_log_down": Words(_("Linear up, logarithmic down")),
    },
)  # fmt: skip
TRAPEZOID_NOTES = {
    "linear": Words(_("Areas: linear trapezoids from day 0, interpolated at the last day; nothing is extrapolated.")),
    "linear_up_log_down": Words(
        _(
            "Areas: trapezoids from day 0, linear where values rise and logarithmic where they fall, interpolated at the last "
            "day; nothing is extrapolated."
        )
    ),
}
METHOD_NOTE = _("Samples by this method alone: {method}, in {unit}. Methods and units are never mixed.")
BELOW_NOTE = Words(
    _(
        "Below quantification: 0 before the first and after the last quantifiable sample, not used between two. Without a sample "
        "of day 0 the area starts from 0 cells on that day."
    )
)
NO_AREA_NOTE = Words(_("No area where the last sample is before its last day: such subjects are not among the n."))
PEAK_NOTE = _("The highest value is that of the first sample, and the peak may have come before it: {subjects}.")
RULE_NOTE = say(_("Computed by rule {version}; the day of the infusion is day 0."), version=VERSION)
# Unit of a method -> as a person writes it, and its product with days.
UNIT_WORDS = {"copies/ug": Words(_("copies/µg")), "cells/uL": Words(_("cells/µL"))}
DETAILS = {
    "cmax_shown": _("Cmax"),
    "tmax_shown": _("Tmax, day"),
    "tlast_shown": _("Tlast, day"),
    "area_28_shown": _("AUC, days 0 to 28"),
    "area_90_shown": _("AUC, days 0 to 90"),
    "samples": _("Samples"),
}


@endpoint(
    title=_("Cellular kinetics of CAR-T cells"),
    definition=_(
        "Highest value (Cmax) and its day (Tmax), last quantifiable day (Tlast), and areas under the curve to days 28 and 90 of "
        "CAR-T cells in the blood: n, median, quartiles and range, overall and by dose level."
    ),
    options=(POPULATION, METHOD, TRAPEZOIDS),
    details="adpk",
    detail_columns=DETAILS,
)
def kinetics(adsl: pd.DataFrame, kinetic_curves: Curves, *, population: str, method: str, trapezoids: str) -> Body:
    """Subjects with a sample by the method, then each result of those in whom it can be given."""
    groups = by_dose_level(adsl, population)
    every = kinetic_curves.frame(method, trapezoids)
    frame = every[every["subject"].isin(groups[0].subjects)]
    unit = UNIT_WORDS[UNITS[method]]
    sampled = where(frame, frame["samples"] > 0)
    first = Row(
        Words(_("Subjects with a sample")),
        tuple(count_percent(group.among(sampled), len(group.subjects)) for group in groups),
        key="sampled",
    )
    results = (
        ("cmax", say(_("Cmax, {unit}"), unit=unit)),
        ("tmax", Words(_("Tmax, day"))),
        ("tlast", Words(_("Tlast, day"))),
        ("area_28", say(_("AUC, days 0 to 28, {unit}·d"), unit=unit)),
        ("area_90", say(_("AUC, days 0 to 90, {unit}·d"), unit=unit)),
    )
    codes = plain(frame["subject"])
    rows = [first]
    for name, label in results:
        values = {
            code: None if one is None else float(one) for code, one in zip(codes, plain(frame[name]), strict=True)
        }
        rows.extend(summary_rows(name, label, values, groups))
    early = [code for code, flags in zip(codes, plain(frame["flags"]), strict=True) if _peak_first(flags)]
    usual = (method, trapezoids) == (DEFAULT_METHOD, DEFAULT_TRAPEZOIDS)
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), say(METHOD_NOTE, method=METHOD.choices[method], unit=unit),
            TRAPEZOID_NOTES[trapezoids], BELOW_NOTE, NO_AREA_NOTE, RULE_NOTE, QUARTILES_NOTE,
            *([say(PEAK_NOTE, subjects=", ".join(early))] if early else []),
        ),
        population=groups[0].label,
        stub=Words(_("Kinetics")),
        details=None if usual else every,
    )  # fmt: skip


def _peak_first(flags: str | None) -> bool:
    return "PEAK_IS_FIRST" in (flags or "").split()
