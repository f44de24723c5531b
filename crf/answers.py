"""A verdict's value in words, and its sign: whether what the line asks for is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crf import placeholders
from crf.codelists import Response
from trial.rules import (
    antigen,
    body_size,
    boin,
    crs,
    crs_axes,
    crs_temperature,
    ctcae,
    cytogenetics,
    dlt,
    dose_given,
    emd,
    escalation,
    haematotoxicity,
    high_risk,
    icaht,
    icaht_days,
    icans,
    iec_hs,
    iec_hs_on,
    imwg,
    kinetics,
    kinetics_on,
    lee_options,
    metabolic,
    mrd,
    mrd_imaging,
    myeloma,
    prior_lines,
    t_icaht,
    time_to_event,
    time_to_event_on,
)
from trial.rules import imwg_components as components
from trial.rules import imwg_confirmed as confirmed
from trial.rules import imwg_marrow as marrow
from trial.rules import imwg_measurable as measurable
from trial.rules import imwg_progression as progression
from trial.rules import imwg_response as response
from trial.rules.verdict import Verdict

# yes = what the line asks for is there; no = it is not; missing = that cannot be said from what is recorded;
# info = the line states something without asking.
Sign = Literal["yes", "no", "missing", "info"]


class Answer(NamedTuple):
    """The words are lazy, blank where the sentence says it all."""

    words: Any
    sign: Sign


# Rules whose whole numbers are grades. Of every other rule, 1 and 0 are yes and no.
GRADING = frozenset({crs.VERSION, icans.VERSION, lee_options.VERSION, icaht.VERSION, t_icaht.VERSION, *ctcae.TABLES})
# Rules whose values are a number and its unit, "12.5 copies/ug".
WITH_UNIT = frozenset({kinetics.VERSION, body_size.VERSION, dose_given.WEIGHT_VERSION, crs_temperature.VERSION})

RESPONSES: Mapping[Any, Answer] = {
    **{code: Answer(placeholders.LEVELS.get(code, code), "yes") for code in ("SCR", "CR", "VGPR", "PR", "MR")},
    **{code: Answer(code, "no") for code in ("SD", "PD")},
    "NE": Answer(_("not evaluable"), "missing"),
}
# What to do next at a dose level; a dose itself stands as the protocol writes it.
STEPS: Mapping[Any, Answer] = {
    "ESCALATE": Answer(_("escalate"), "info"),
    "EXPAND": Answer(_("treat more at this level"), "info"),
    "STAY": Answer(_("stay at this level"), "info"),
    "DE_ESCALATE": Answer(_("go down"), "info"),
    "ELIMINATE": Answer(_("eliminate this level"), "info"),
    "WAIT": Answer(_("wait"), "info"),
    "STOP": Answer(_("stop"), "info"),
}
# Values by the rule that gives them: the same code may mean two things in two rules.
ANSWERS: Mapping[str, Mapping[Any, Answer]] = {
    crs.VERSION: {"WAIVED": Answer(_("waived"), "info"), "OPEN_EPISODE": Answer(_("open"), "info")},
    imwg.VERSION: {
        **RESPONSES,
        "MISSING": Answer(_("none"), "missing"),
        measurable.YES: Answer(_("measurable"), "yes"),
        measurable.NO: Answer(_("not measurable"), "no"),
        "NONE": Answer(_("not measurable"), "no"),
        "NO": Answer(_("no progression"), "no"),
    },
    emd.VERSION: {**RESPONSES, 1: Answer("", "yes"), 0: Answer("", "no")},
    mrd.VERSION: {
        "NEG": Answer(_("negative"), "yes"),
        "POS": Answer(_("positive"), "no"),
        "NOT_EVALUABLE": Answer(_("not evaluable"), "missing"),
        "Y": Answer(_("sustained"), "yes"),
        "N": Answer(_("not sustained"), "no"),
    },
    metabolic.VERSION: {
        "CMR": Answer(_("complete metabolic response (CMR)"), "yes"),
        "PMR": Answer(_("partial metabolic response (PMR)"), "yes"),
        "SMD": Answer(_("stable metabolic disease (SMD)"), "no"),
        "PMD": Answer(_("progressive metabolic disease (PMD)"), "no"),
    },
    mrd_imaging.VERSION: {
        "NEG": Answer(_("negative"), "yes"),
        "POS": Answer(_("positive"), "no"),
        "NOT_EVALUABLE": Answer(_("not evaluable"), "missing"),
    },
    lee_options.DOSES_VERSION: {1: Answer("", "yes"), 0: Answer("", "no")},
    iec_hs.VERSION: {1: Answer(_("present"), "yes"), 0: Answer(_("absent"), "no")},
    high_risk.VERSION: {
        "Y": Answer(_("high risk"), "yes"),
        "N": Answer(_("not high risk"), "no"),
        1: Answer("", "yes"),
        0: Answer("", "no"),
    },
    dlt.VERSION: {
        dlt.EVALUABLE: Answer(_("evaluable"), "yes"),
        dlt.NOT_EVALUABLE: Answer(_("not evaluable"), "no"),
        dlt.PENDING: Answer(_("pending"), "missing"),
        "Y": Answer(_("Yes"), "yes"),
        "N": Answer(_("No"), "no"),
    },
    time_to_event.VERSION: {
        time_to_event_on.EVENT: Answer(_("event"), "info"),
        time_to_event_on.CENSORED: Answer(_("censored"), "info"),
        1: Answer("", "info"),
    },
    dose_given.VERSION: {
        dose_given.AS_PLANNED: Answer(_("as planned"), "yes"),
        dose_given.BELOW: Answer(_("below the planned level"), "no"),
        dose_given.ABOVE: Answer(_("above the planned level"), "no"),
        dose_given.NOT_TREATED: Answer(_("not treated"), "no"),
    },
    prior_lines.CLASSES_VERSION: {
        prior_lines.TRIPLE: Answer(_("triple-class refractory"), "yes"),
        prior_lines.DOUBLE: Answer(_("double refractory"), "yes"),
        prior_lines.TWO: Answer(_("refractory to two classes"), "yes"),
        prior_lines.ONE: Answer(_("refractory to one class"), "yes"),
        prior_lines.NONE: Answer(_("not refractory"), "no"),
        1: Answer("", "yes"),
        0: Answer("", "no"),
    },
    escalation.VERSION: STEPS,
    boin.VERSION: STEPS,
    cytogenetics.VERSION: {1: Answer("", "yes"), 0: Answer("", "no")},
    antigen.VERSION: {
        1: Answer(_("expressed"), "yes"),
        0: Answer(_("not expressed"), "no"),
        "BCMA+CD38+": Answer(_("BCMA and CD38 expressed"), "yes"),
        "BCMA+CD38-": Answer(_("BCMA expressed, CD38 not"), "no"),
        "BCMA-CD38+": Answer(_("CD38 expressed, BCMA not"), "no"),
        "BCMA-CD38-": Answer(_("neither BCMA nor CD38 expressed"), "no"),
    },
}

# Lines whose sign does not follow from their value.
# Progression that was looked for, and found.
PROGRESSED = (
    progression.SERUM_PD, progression.SERUM_PD_HIGH, progression.URINE_PD, progression.FLC_PD, progression.MARROW_PD,
    progression.CELLS_PD, progression.LESIONS_PD,
)  # fmt: skip
# A demand that is not met, though it leaves some response open.
NOT_MET = (
    components.SERUM_STUDY_PR, components.URINE_STUDY_PR, marrow.MARROW_NOT_CLEAR, marrow.LESIONS_PR_ONLY,
    marrow.SCR_RATIO_ABNORMAL, marrow.SCR_CLONE_RATIO, marrow.SCR_CLONE, marrow.SCR_FLOW_NOT_USED,
)  # fmt: skip
# What is missing caps the response without making it impossible.
UNREAD = (
    components.SERUM_STUDY_MISSING, components.URINE_STUDY_MISSING, marrow.MARROW_MISSING, marrow.MARROW_FLOW_ONLY,
    marrow.LESIONS_LEFT, marrow.SCR_RATIO_MISSING, marrow.SCR_TOO_FEW, marrow.SCR_CLONALITY_MISSING,
)  # fmt: skip
SIGNS: Mapping[str, Sign] = {
    **dict.fromkeys(PROGRESSED, "yes"),
    **dict.fromkeys(NOT_MET, "no"),
    **dict.fromkeys(UNREAD, "missing"),
    response.NO_VGPR: "info",
}
# Lines that say it all, whatever their value: there was nothing to judge, or it was not needed.
LINES: Mapping[str, Answer] = {
    **dict.fromkeys((confirmed.AFTER_PROGRESSION, confirmed.AFTER_THERAPY), Answer(_("not counted"), "info")),
    **dict.fromkeys(
        (
            antigen.NO_PROGRESSION,
            emd.NO_LESIONS,
            ctcae.NO_ROWS,
            mrd.CR_NEVER,
            mrd_imaging.BEFORE,
            metabolic.NO_PET,
            metabolic.NOT_INFUSED,
            myeloma.NOT_INFUSED,
            haematotoxicity.NOT_INFUSED,
            haematotoxicity.BEFORE,
            iec_hs_on.NOT_INFUSED,
            kinetics_on.NOT_INFUSED,
            kinetics_on.BEFORE,
            dlt.NOT_INFUSED,
            time_to_event_on.NOT_INFUSED,
        ),
        Answer(_("does not apply"), "info"),
    ),
    myeloma.BEFORE: Answer(_("baseline"), "info"),
    metabolic.BASELINE: Answer(_("baseline"), "info"),
    **dict.fromkeys((iec_hs.LISTED, iec_hs.LISTED_DAYS), Answer(_("listed"), "info")),
    **dict.fromkeys((iec_hs.REQUIRED_FINDINGS, iec_hs.SUPPORTING_FINDINGS), Answer("", "info")),
    iec_hs.RISE: Answer(_("for the investigator"), "info"),
    iec_hs_on.BEFORE: Answer(_("baseline"), "info"),
    **dict.fromkeys((icaht_days.KNOWN_LOCF, icaht_days.KNOWN_LINEAR), Answer("", "info")),
    measurable.MARROW_NOT_NEEDED: Answer("", "info"),
    body_size.MASS_INDEX: Answer("", "info"),
}


def answer(verdict: Verdict, *, finding: bool = False) -> Answer:
    """The value of a verdict in words with its sign; `finding` = it stands under another and is no result of its own."""
    found = _answer(verdict, finding=finding)
    return Answer(str(found.words), SIGNS.get(verdict.clause, found.sign))


def _answer(verdict: Verdict, *, finding: bool) -> Answer:
    value, version = verdict.value, verdict.version
    if verdict.clause in LINES:
        return LINES[verdict.clause]
    if value is None:
        return Answer("", "missing")
    if isinstance(value, int) and version in GRADING:
        # The fever of CRS is there or not; no grade hangs on it alone. Under another line, grade 0 is "nothing found".
        silent = finding and (value == 0 or verdict.clause == crs_axes.FEVER)
        words = "" if silent else gettext("Grade {grade}").format(grade=value)
        return Answer(words, "yes" if value else "no")
    known = ANSWERS.get(version, {})
    if version == imwg.VERSION and finding and value not in RESPONSES:
        return Answer("", known[value].sign if value in known else "yes")  # the sentence ends in the same words
    if value in known:
        return known[value]
    if version in WITH_UNIT:
        number, _space, unit = str(value).partition(" ")
        return Answer(f"{number} {placeholders.unit(unit)}".strip(), "info")
    if version == imwg.VERSION:
        return Answer(placeholders.route(str(value)), "yes")
    return Answer(str(value), "info")


def full_name(verdict: Verdict) -> str:
    """The whole name of a category of response, "Stringent complete response (sCR)"; blank for any other value."""
    responses = verdict.version in (imwg.VERSION, emd.VERSION)
    return str(dict(Response.choices).get(str(verdict.value), "")) if responses else ""
