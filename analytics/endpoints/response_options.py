"""What may be chosen about response: who is a responder, with or without confirmation, light chains below quantification."""

from collections.abc import Callable, Mapping

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adrs import outcomes
from analytics.layout import Words, say
from analytics.myeloma import Course
from analytics.registry import Option
from trial.rules.imwg_options import VERSION, ImwgOptions

RESPONDER = Option(
    "responder",
    Words(_("Responder")),
    default="PR",
    choices={
        "PR": Words(_("Partial response or better (IMWG)")),
        "MR": Words(_("Minimal response or better")),
    },
)
CONFIRMATION = Option(
    "confirmation",
    Words(_("Confirmation")),
    default="confirmed",
    choices={
        "confirmed": Words(_("Confirmed by the next assessment")),
        "unconfirmed": Words(_("Without confirmation")),
    },
)
LIGHT_CHAINS = Option(
    "light_chains",
    Words(_("Both light chains below quantification")),
    default="normal",
    choices={
        "normal": Words(_("Normal ratio")),
        "unknown": Words(_("Ratio not known")),
    },
)
RULE_NOTE = say(
    _(
        "Responses are computed from laboratory, marrow and imaging by rule {version} (IMWG 2016); the investigator's "
        "response is not used."
    ),
    version=VERSION,
)
CONFIRMED_NOTES = {
    "confirmed": Words(
        _(
            "Confirmed: two consecutive evaluable assessments; a response that the next one does not confirm counts as "
            "what both of them reach, and stable disease needs no confirmation."
        )
    ),
    "unconfirmed": Words(_("Without confirmation: each assessment counts as it stands, on its own day.")),
}
RESPONDER_NOTES = {
    "PR": Words(_("Responder: partial response or better (IMWG 2016).")),
    "MR": Words(_("Responder: minimal response or better; IMWG 2016 asks for a partial response.")),
}
LIGHT_CHAINS_NOTES = {
    "normal": Words(
        _("Both free light chains below the limit of quantification count as a normal ratio (convention).")
    ),
    "unknown": Words(
        _(
            "With both free light chains below the limit of quantification the ratio is not known: a response that needs a "
            "normal ratio is not given."
        )
    ),
}


def chosen_outcomes(
    adsl: pd.DataFrame,
    adrs_subject: pd.DataFrame,
    courses: Mapping[str, Course],
    again: Callable[[ImwgOptions], Mapping[str, Course]],
    *,
    responder: str,
    confirmation: str,
    light_chains: str,
) -> pd.DataFrame:
    """adrs_subject as the options ask; the data set itself where they are the defaults."""
    chosen = (responder, confirmation, light_chains)
    if chosen == (RESPONDER.default, CONFIRMATION.default, LIGHT_CHAINS.default):
        return adrs_subject
    if light_chains != LIGHT_CHAINS.default:
        courses = again(ImwgOptions(flc_both_below_loq_is_normal=False))
    return outcomes(adsl, courses, confirmed=confirmation == "confirmed", responder=responder)
