"""BCMA and CD38 at relapse: whether the plasma cells kept what the CAR-T cells aim at."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adantigen import NOT_ASSESSED, antigens
from analytics.datasets.adsl import members
from analytics.endpoints.groups import POPULATION, Group, dose_levels, population_note, rate_rows
from analytics.endpoints.subgroups import where
from analytics.layout import Body, Cell, Row, Words, count_percent, say
from analytics.myeloma import Course
from analytics.registry import Option, endpoint
from trial.rules.antigen import CUTOFF_PERCENT, WINDOW_DAYS

CUTOFF = Option(
    "cutoff",
    Words(_("Expressed from")),
    default=f"{CUTOFF_PERCENT}",
    choices={
        percent: say(_("{percent} % of plasma cells"), percent=percent) for percent in ("1", "10", "20", "50")
    },
)  # fmt: skip
WINDOW = Option(
    "window",
    Words(_("Marrow within")),
    default=f"{WINDOW_DAYS}",
    choices={days: say(_("{days} days of progression"), days=days) for days in ("14", "28", "56")},
)
PATTERNS: tuple[tuple[str, str, Words], ...] = (
    ("both", "BCMA+CD38+", Words(_("BCMA and CD38 kept"))),
    ("bcma_only", "BCMA+CD38-", Words(_("BCMA kept, CD38 lost"))),
    ("cd38_only", "BCMA-CD38+", Words(_("BCMA lost, CD38 kept"))),
    ("neither", "BCMA-CD38-", Words(_("BCMA and CD38 lost"))),
)
RELAPSE_NOTE = Words(_("Relapse: the first confirmed progression by IMWG 2016."))
CUTOFF_NOTE = _(
    "An antigen counts as expressed from {cutoff} % of plasma cells, in the marrow nearest to the progression and within "
    "{window} days of it on either side; cut-off and window are assumed."
)


@endpoint(
    title=_("BCMA and CD38 at relapse"),
    definition=_(
        "Subjects whose disease progressed, by expression of BCMA and CD38 on the plasma cells of the marrow nearest to "
        "the progression."
    ),
    options=(POPULATION, CUTOFF, WINDOW),
    details="adantigen",
    detail_columns={
        "antigens": _("Antigens at relapse"),
        "bcma": _("BCMA, % of plasma cells"),
        "cd38": _("CD38, % of plasma cells"),
        "progression_day": _("Progression, study day"),
        "marrow_day": _("Marrow, study day"),
    },
)
def antigen_at_relapse(
    adsl: pd.DataFrame,
    adantigen: pd.DataFrame,
    courses_of_myeloma: dict[str, Course],
    *,
    population: str,
    cutoff: str,
    window: str,
) -> Body:
    """Of those who relapsed: assessed or not; of those assessed: which antigens were kept."""
    default = (cutoff, window) == (CUTOFF.default, WINDOW.default)
    frame = adantigen if default else antigens(adsl, courses_of_myeloma, cutoff=int(cutoff), window=int(window))
    groups = _relapsed(adsl, frame, population)
    assessed = where(frame, frame["progressed"] & (frame["antigens"] != NOT_ASSESSED))
    not_assessed = where(frame, frame["antigens"] == NOT_ASSESSED)
    rows = [
        Row(label, tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups), key=key)
        for key, label, codes in (
            ("assessed", Words(_("Assessed")), assessed),
            ("not_assessed", Words(_("Not assessed")), not_assessed),
        )
    ]
    among = tuple(Group(group.key, group.label, group.among(assessed)) for group in groups)
    sizes = tuple(Cell(f"N = {len(group.subjects)}", {"N": len(group.subjects)}, group.subjects) for group in among)
    rows.append(Row(Words(_("Among those assessed")), sizes, kind="heading", key="patterns"))
    for key, pattern, label in PATTERNS:
        rows.extend(rate_rows(key, label, where(frame, frame["antigens"] == pattern), among, indent=1))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), RELAPSE_NOTE, say(CUTOFF_NOTE, cutoff=cutoff, window=window),
            Words(_("95 % CI: exact (Clopper-Pearson), in percent of the N above the lines.")),
        ),
        population=groups[0].label,
        stub=Words(_("Antigens")),
        details=None if default else frame,
    )  # fmt: skip


def _relapsed(adsl: pd.DataFrame, frame: pd.DataFrame, population: str) -> tuple[Group, ...]:
    """Those of the population whose disease progressed, then by dose level."""
    chosen = set(members(adsl, population))
    codes = tuple(code for code in where(frame, frame["progressed"]) if code in chosen)
    return (Group("all", Words(_("Relapsed")), codes), *dose_levels(adsl, codes))
