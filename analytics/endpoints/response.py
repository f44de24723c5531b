"""Best overall response of the myeloma, with its rates."""

from collections.abc import Callable, Iterator, Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adrs import at_least
from analytics.derive import plain
from analytics.endpoints.groups import EXACT_NOTE, POPULATION, Group, population_note, rate_rows
from analytics.endpoints.response_options import (
    CONFIRMATION,
    CONFIRMED_NOTES,
    LIGHT_CHAINS,
    LIGHT_CHAINS_NOTES,
    RESPONDER,
    RESPONDER_NOTES,
    RULE_NOTE,
    chosen_outcomes,
)
from analytics.endpoints.subgroups import BY, NOTES, split
from analytics.layout import Body, Row, Words, count_percent
from analytics.myeloma import Course
from analytics.registry import endpoint
from trial.rules.imwg_options import ImwgOptions

# Best first, as physicians read them; keys of the rows are "best." and the code.
CATEGORIES: tuple[tuple[str, Words], ...] = (
    ("SCR", Words(_("Stringent complete response (sCR)"))),
    ("CR", Words(_("Complete response (CR)"))),
    ("VGPR", Words(_("Very good partial response (VGPR)"))),
    ("PR", Words(_("Partial response (PR)"))),
    ("MR", Words(_("Minimal response (MR)"))),
    ("SD", Words(_("Stable disease (SD)"))),
    ("PD", Words(_("Progressive disease (PD)"))),
    ("NE", Words(_("Not evaluable (NE)"))),
    ("MISSING", Words(_("No assessment"))),
)
# Row -> its name and the lowest category that counts.
RATES: tuple[tuple[str, Words, str], ...] = (
    ("crr", Words(_("Complete response rate (CR or sCR)")), "CR"),
    ("scr", Words(_("Stringent complete response rate")), "SCR"),
    ("vgpr_or_better", Words(_("Very good partial response or better")), "VGPR"),
    ("clinical_benefit", Words(_("Clinical benefit rate (MR or better)")), "MR"),
    ("disease_control", Words(_("Disease control rate (SD or better)")), "SD"),
)
OVERALL = {
    "PR": Words(_("Objective response rate (PR or better)")),
    "MR": Words(_("Objective response rate (MR or better)")),
}
BEST_NOTE = Words(
    _("Best response: from the infusion to the first confirmed progression or the start of a new therapy.")
)
MISSING_NOTE = Words(_("Subjects who cannot be evaluated or were not assessed stay in the denominator."))
DETAILS = {
    "best": _("Best response"),
    "best_day": _("Best response, study day"),
    "first_response_day": _("First response, study day"),
    "best_confirmed": _("Confirmed"),
    "best_unconfirmed": _("Without confirmation"),
    "progression_day": _("Progression, study day"),
    "progression_reason": _("Progression by"),
    "relapse_from_cr_day": _("Relapse from CR, study day"),
    "clinical_relapse_day": _("Clinical relapse, study day"),
    "measurable": _("Measurable disease"),
}


def _best(frame: pd.DataFrame) -> dict[str, str]:
    return dict(zip(plain(frame["subject"]), plain(frame["best"]), strict=True))


@endpoint(
    title=_("Best overall response"),
    definition=_(
        "Number and percentage of subjects by best response (IMWG 2016) from the infusion to progression or a new therapy, "
        "and response rates with exact 95 % confidence intervals."
    ),
    options=(POPULATION, BY, RESPONDER, CONFIRMATION, LIGHT_CHAINS),
    details="adrs_subject",
    detail_columns=DETAILS,
)
def best_response(
    adsl: pd.DataFrame,
    adrs_subject: pd.DataFrame,
    courses_of_myeloma: dict[str, Course],
    courses_again: Callable[[ImwgOptions], dict[str, Course]],
    *,
    population: str,
    by: str,
    responder: str,
    confirmation: str,
    light_chains: str,
) -> Body:
    """Rates first, then every category; the categories of a column add up to its N."""
    frame = chosen_outcomes(
        adsl,
        adrs_subject,
        courses_of_myeloma,
        courses_again,
        responder=responder,
        confirmation=confirmation,
        light_chains=light_chains,
    )
    groups = split(adsl, adrs_subject, population, by)
    best = _best(frame)
    rows: list[Row] = []
    for key, label, level in (("orr", OVERALL[responder], responder), *RATES):
        rows.extend(rate_rows(key, label, [code for code in best if at_least(best[code], level)], groups))
    rows.append(Row(Words(_("Best response")), kind="heading", key="best"))
    rows.extend(_category_rows(best, groups))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), *NOTES[by], RULE_NOTE, BEST_NOTE, RESPONDER_NOTES[responder],
            CONFIRMED_NOTES[confirmation], LIGHT_CHAINS_NOTES[light_chains], MISSING_NOTE, EXACT_NOTE,
        ),
        population=groups[0].label,
        stub=Words(_("Response")),
        details=None if frame is adrs_subject else frame,
    )  # fmt: skip


def _category_rows(best: dict[str, str], groups: Sequence[Group]) -> Iterator[Row]:
    for code, label in CATEGORIES:
        have = [subject for subject, value in best.items() if value == code]
        cells = tuple(count_percent(group.among(have), len(group.subjects)) for group in groups)
        yield Row(label, cells, indent=1, key=f"best.{code}")
