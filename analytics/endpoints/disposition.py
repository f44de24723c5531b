"""Where the subjects stand: from screening to the CRS assessments, by site and by dose level."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adsl import POPULATIONS
from analytics.derive import plain
from analytics.endpoints.groups import Group, by_site, dose_levels
from analytics.layout import Body, Column, Row, Words, count, count_percent, say
from analytics.registry import endpoint

STAGES: tuple[tuple[str, Words], ...] = (
    ("screened", Words(_("Screened"))),
    ("screen_failed", Words(_("Screen failed"))),
    ("enrolled", Words(_("Enrolled"))),
    ("infused", Words(_("Infused"))),
    ("withdrawn", Words(_("Withdrawn"))),
    ("crs_evaluable", POPULATIONS["crs_evaluable"][0]),
)


@endpoint(
    title=_("Enrolment by site and by dose level"),
    definition=_("Subjects screened; of these screen failures, enrolled, infused, withdrawn, and evaluable for CRS."),
    details="adsl",
    detail_columns={
        "status": _("Status"),
        "screened_on": _("Screened"),
        "enrolled_on": _("Enrolled"),
        "infused_at": _("Infused"),
        "dose_level": _("Dose level"),
    },
)
def enrolment(adsl: pd.DataFrame) -> Body:
    """One line a site and one a dose level; percentages are of the line's screened subjects."""
    everyone = tuple(plain(adsl["subject"]))
    reached = _reached(adsl)
    lines = [_line(Group("all", Words(_("All sites")), everyone), reached)]
    lines.append(Row(Words(_("By site")), kind="heading", key="sites"))
    lines.extend(_line(group, reached, prefix="site.") for group in by_site(adsl, everyone))
    lines.append(Row(Words(_("By dose level")), kind="heading", key="dose_levels"))
    assigned = tuple(plain(adsl.loc[adsl["dose_level"].notna(), "subject"]))
    lines.extend(_line(group, reached, prefix="dose.") for group in dose_levels(adsl, assigned))
    return Body(
        columns=tuple(Column(key, label) for key, label in STAGES),
        rows=tuple(lines),
        footnotes=(
            Words(_("Percentages are of the screened subjects of the same line.")),
            Words(_("A subject that was transferred is counted at the site that screened it.")),
            Words(_("A dose level is assigned at enrolment: the lines by dose level leave out subjects without one.")),
            say(_("Evaluable for CRS: {definition}"), definition=POPULATIONS["crs_evaluable"][1]),
            Words(_("Withdrawn counts the present status; such a subject is also counted in every stage it reached.")),
        ),
        population=Words(_("All screened")),
        stub=Words(_("Site or dose level")),
    )


def _reached(adsl: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Who reached each stage."""
    flags = {
        "screened": pd.Series(True, index=adsl.index),
        "screen_failed": adsl["status"] == "SCREEN_FAILED",
        "enrolled": adsl["enrolled"],
        "infused": adsl["treated"],
        "withdrawn": adsl["status"] == "WITHDRAWN",
        "crs_evaluable": adsl["crs_evaluable"],
    }
    return {stage: tuple(plain(adsl.loc[flag.fillna(False).astype(bool), "subject"])) for stage, flag in flags.items()}


def _line(group: Group, reached: dict[str, tuple[str, ...]], *, prefix: str = "") -> Row:
    screened = group.among(reached["screened"])
    cells = [count(screened)]
    cells += [count_percent(group.among(reached[stage]), len(screened)) for stage, _label in STAGES[1:]]
    return Row(group.label, tuple(cells), indent=1 if prefix else 0, key=f"{prefix}{group.key}")
