"""Disposition of subjects: every step from screening to the end of study, by dose level or by site."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.derive import plain
from analytics.endpoints.groups import Group, by_site, dose_levels
from analytics.endpoints.subgroups import where
from analytics.layout import Body, Row, Words, count_percent
from analytics.registry import Option, endpoint
from crf.codelists import EndReason

COLUMNS = Option(
    "by",
    Words(_("Columns")),
    default="dose_level",
    choices={"dose_level": Words(_("By dose level")), "site": Words(_("By site"))},
)
STEPS: tuple[tuple[str, Words], ...] = (
    ("screen_failed", Words(_("Screen failed"))),
    ("enrolled", Words(_("Enrolled"))),
    ("apheresis", Words(_("Leukapheresis"))),
    ("lymphodepleted", Words(_("Lymphodepleted"))),
    ("infused", Words(_("Infused"))),
    ("in_follow_up", Words(_("In follow-up"))),
    ("ended", Words(_("Study ended"))),
)
# Code of the form -> key of its line, and what stands there.
REASONS: dict[str, tuple[str, Words]] = {
    EndReason.COMPLETED: ("completed", Words(_("Completed as planned"))),
    EndReason.DEATH: ("death", Words(_("Death"))),
    EndReason.WITHDRAWN: ("withdrawn", Words(_("Consent withdrawn"))),
    EndReason.LOST: ("lost", Words(_("Lost to follow-up"))),
    EndReason.OTHER: ("other", Words(_("Another reason"))),
    "UNKNOWN": ("unknown", Words(_("No reason recorded"))),
}


@endpoint(
    title=_("Disposition"),
    definition=_(
        "Subjects screened; of these screen failures, enrolled, with leukapheresis, lymphodepleted, infused, in follow-up, and "
        "ended with the reason; by dose level or by site."
    ),
    options=(COLUMNS,),
    details="addisp",
    detail_columns={
        "dose_level": _("Dose level"),
        "apheresis_on": _("Leukapheresis"),
        "depleted_on": _("Lymphodepletion"),
        "infused": _("Infused"),
        "ended_on": _("Ended"),
        "end_reason": _("Reason"),
    },
)
def disposition(adsl: pd.DataFrame, addisp: pd.DataFrame, *, by: str) -> Body:
    """One line a step; every subject that was screened is in a column."""
    everyone = tuple(plain(adsl["subject"]))
    parts = dose_levels(adsl, everyone) if by == "dose_level" else by_site(adsl, everyone)
    groups = (Group("all", Words(_("All screened")), everyone), *parts)

    def line(key: str, label: Words, codes: tuple[str, ...], indent: int = 0) -> Row:
        cells = tuple(count_percent(group.among(codes), len(group.subjects)) for group in groups)
        return Row(label, cells, indent, key=key)

    rows = [line("screened", Words(_("Screened")), everyone)]
    rows += [line(key, label, where(addisp, addisp[key])) for key, label in STEPS]
    rows += [
        line(f"ended.{key}", label, where(addisp, addisp["end_reason"] == str(code)), indent=1)
        for code, (key, label) in REASONS.items()
    ]
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            Words(_("Percentages are of the screened subjects of the column.")),
            Words(_("A dose level is assigned at enrolment; who has none stands in a column of its own.")),
            Words(
                _(
                    "Ended: the form of the end of study; without it, a form of the death or the status of a withdrawal. In "
                    "follow-up: infused, and not ended."
                )
            ),
        ),
        population=groups[0].label,
        stub=Words(_("Step")),
    )
