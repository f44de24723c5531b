"""Measurable residual disease of the marrow: how many became negative at a threshold, and for how many it lasted."""

from collections.abc import Mapping, Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.admrd import THRESHOLDS, residual
from analytics.derive import months, plain
from analytics.endpoints.groups import POPULATION, Group, population_note, rate_rows
from analytics.endpoints.subgroups import BY, NOTES, split, where
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.layout import Body, Cell, Row, Words, count_percent, say
from analytics.myeloma import Course
from analytics.registry import Option, endpoint
from trial.rules.mrd import IMAGING_WINDOW_DAYS, RESPONSE_WINDOW_DAYS, SUSTAINED_DAYS, VERSION

THRESHOLD = Option(
    "threshold",
    Words(_("Threshold")),
    default="1e-4",
    choices={threshold: threshold for threshold in THRESHOLDS},
)
RESPONSE = Option(
    "response",
    Words(_("Response at the time")),
    default="any",
    choices={
        "any": Words(_("Any response")),
        "cr": Words(_("Within confirmed CR or sCR")),
        "cr_unconfirmed": Words(_("Within CR or sCR, confirmed or not")),
    },
)
RESULTS: tuple[tuple[str, str, Words], ...] = (
    ("positive", "POS", Words(_("MRD-positive"))),
    ("not_evaluable", "NOT_EVALUABLE", Words(_("Not evaluable at this threshold"))),
)
NEGATIVE = Words(_("MRD-negative"))
THRESHOLD_NOTE = _(
    "Threshold {threshold} of nucleated cells: negative where nothing was detected and the assay reaches the threshold, or "
    "where the level detected is below it; an assay that does not reach the threshold gives no answer. Rule {version}."
)
END_NOTE = Words(_("Marrows after the infusion count up to the day of progression or of a new therapy."))
RESPONSE_NOTES = {
    "any": Words(_("One negative marrow is enough, whatever the response of the myeloma at that time.")),
    "cr": say(
        _(
            "The negative marrow must belong to a confirmed complete response: the assessment before it, or one up to "
            "{days} days after it that is nearer."
        ),
        days=RESPONSE_WINDOW_DAYS,
    ),
    "cr_unconfirmed": say(
        _(
            "The negative marrow must belong to a complete response, confirmed or not: the assessment before it, or one "
            "up to {days} days after it that is nearer."
        ),
        days=RESPONSE_WINDOW_DAYS,
    ),
}
SUSTAINED_NOTE = say(
    _(
        "Sustained: two negative marrows at least {days} days apart without a positive one in between; IMWG 2016 also asks "
        "for negative imaging with both of them. Whatever the response of the myeloma."
    ),
    days=SUSTAINED_DAYS,
)
PET_NOTE = say(
    _(
        "With negative PET: a negative marrow with every PET within {days} days of it negative, that is no new lesion and no lesion "
        "above the mediastinal blood pool (Deauville 1-2, IMWG 2016) or above the liver (Deauville 1-3, Zamagni 2021). Without such a PET "
        "a subject is not counted."
    ),
    days=IMAGING_WINDOW_DAYS,
)
BLOCK_NOTE = Words(_("95 % CI: exact (Clopper-Pearson), in percent of the N above the lines."))


@endpoint(
    title=_("MRD negativity"),
    definition=_(
        "Number and percentage of subjects with a marrow negative for measurable residual disease at the threshold, of all "
        "subjects and of those who can be judged, with exact 95 % confidence intervals."
    ),
    options=(POPULATION, BY, THRESHOLD, RESPONSE),
    details="admrd_subject",
    detail_columns={
        "result": _("MRD"),
        "threshold": _("Threshold"),
        "negative_day": _("First negative, study day"),
        "marrows": _("Marrows after the infusion"),
        "complete_response": _("Ever in complete response"),
        "imaging_plus": _("With negative PET"),
        "sustained": _("Sustained for a year"),
    },
)
def mrd_negativity(
    adsl: pd.DataFrame,
    adrs_subject: pd.DataFrame,
    admrd_subject: pd.DataFrame,
    courses_of_myeloma: dict[str, Course],
    *,
    population: str,
    by: str,
    threshold: str,
    response: str,
) -> Body:
    """Negative of all, then of those who can be judged, and within CR of those who ever were in CR."""
    frame = _chosen(adsl, admrd_subject, courses_of_myeloma, threshold=threshold, response=response)
    groups = split(adsl, adrs_subject, population, by)
    negative = where(frame, frame["result"] == "NEG")
    rows = _block("all", groups[0].label, groups, {"negative": negative})
    for key, code, label in RESULTS:
        have = where(frame, frame["result"] == code)
        cells = tuple(count_percent(group.among(have), len(group.subjects)) for group in groups)
        rows.append(Row(label, cells, indent=1, key=f"all.{key}"))
    judged = _only(groups, where(frame, frame["result"].isin(["NEG", "POS"])))
    rows += _block("judged", Words(_("Among those who can be judged")), judged, {"negative": negative})
    if response != "any":
        complete = _only(groups, where(frame, frame["complete_response"]))
        rows += _block("complete", Words(_("Among those ever in CR or sCR")), complete, {"negative": negative})
    plus = {name: where(frame, frame[name] == "NEG") for name in ("imaging_plus", "imaging_plus_liver")}
    rows += _block("pet", Words(_("With negative PET")), groups, plus)
    rows += _lasting(frame, groups, negative)
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            population_note(population), *NOTES[by], say(THRESHOLD_NOTE, threshold=threshold, version=VERSION), END_NOTE,
            RESPONSE_NOTES[response], PET_NOTE, SUSTAINED_NOTE, BLOCK_NOTE, QUARTILES_NOTE,
        ),
        population=groups[0].label,
        stub=Words(_("MRD")),
        details=None if frame is admrd_subject else frame,
    )  # fmt: skip


def _chosen(
    adsl: pd.DataFrame, admrd_subject: pd.DataFrame, courses: Mapping[str, Course], *, threshold: str, response: str
) -> pd.DataFrame:
    """admrd_subject as the options ask; the data set itself where they are the defaults."""
    if (threshold, response) == (THRESHOLD.default, RESPONSE.default):
        return admrd_subject
    return residual(
        plain(adsl["subject"]),
        courses,
        threshold=threshold,
        within_cr=response != "any",
        confirmed=response != "cr_unconfirmed",
    )


def _only(groups: Sequence[Group], codes: Sequence[str]) -> tuple[Group, ...]:
    """The groups with those subjects alone."""
    return tuple(Group(group.key, group.label, group.among(codes)) for group in groups)


def _block(key: str, label: Words | str, groups: Sequence[Group], lines: Mapping[str, Sequence[str]]) -> list[Row]:
    """A heading with the N of every column, then the rates in percent of it."""
    sizes = tuple(Cell(f"N = {len(group.subjects)}", {"N": len(group.subjects)}, group.subjects) for group in groups)
    rows = [Row(label, sizes, kind="heading", key=key)]
    for name, codes in lines.items():
        rows += rate_rows(f"{key}.{name}", LABELS[name], codes, tuple(groups), indent=1)
    return rows


LABELS = {
    "negative": NEGATIVE,
    "imaging_plus": Words(_("Marrow and PET negative, to the blood pool (imaging-plus)")),
    "imaging_plus_liver": Words(_("Marrow and PET negative, to the liver")),
    "marrow": Words(_("Sustained for a year, marrow alone")),
    "imaging": Words(_("Sustained for a year, with negative imaging (IMWG)")),
}


def _lasting(frame: pd.DataFrame, groups: Sequence[Group], negative: Sequence[str]) -> list[Row]:
    """How long it lasted, and when it came."""
    sustained = {
        "marrow": where(frame, frame["sustained"] == "Y"),
        "imaging": where(frame, frame["sustained_imaging"] == "Y"),
    }
    rows = _block("sustained", Words(_("Sustained")), groups, sustained)
    days = dict(zip(plain(frame["subject"]), plain(frame["negative_day"]), strict=True))
    came = {code: months(days[code]) for code in negative if days[code] is not None}
    rows += summary_rows("first", Words(_("First negative marrow, months")), came, groups, places=1)
    return rows
