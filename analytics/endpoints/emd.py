"""Response of extramedullary disease: the lesions that were there before the infusion."""

from collections.abc import Iterator, Sequence

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adtr import lesion_outcomes
from analytics.derive import plain
from analytics.endpoints.groups import EXACT_NOTE, Group, dose_levels, rate_rows
from analytics.endpoints.subgroups import where
from analytics.endpoints.summaries import QUARTILES_NOTE, summary_rows
from analytics.layout import Body, Row, Words, count_percent, say
from analytics.myeloma import Course
from analytics.registry import Option, endpoint
from trial.rules.emd import EmdOptions
from trial.rules.emd_findings import VERSION

EVALUABLE = Option(
    "evaluable",
    Words(_("EMD-evaluable")),
    default="baseline",
    choices={
        "baseline": Words(_("Lesion before the infusion")),
        "imaged": Words(_("Lesion before, and evaluable imaging after the infusion")),
    },
)
LESIONS = Option(
    "lesions",
    Words(_("Lesions")),
    default="all",
    choices={
        "all": Words(_("Extraosseous and paraskeletal")),
        "extraosseous": Words(_("Extraosseous only")),
    },
)
MINIMAL = Option(
    "minimal",
    Words(_("Minimal response")),
    default="2011",
    choices={
        "2011": Words(_("Fall of 25 % to below 50 % (2011)")),
        "2016": Words(_("None: it is stable disease (2016)")),
    },
)
EVALUABLE_NOTES = {
    "baseline": Words(
        _("EMD-evaluable: treated subjects with a lesion on the last imaging up to the infusion, imaged again or not.")
    ),
    "imaged": Words(
        _(
            "EMD-evaluable: treated subjects with a lesion on the last imaging up to the infusion and at least one evaluable "
            "imaging after it."
        )
    ),
}
LESION_NOTES = {
    "all": Words(_("All lesions outside the marrow are read, paraskeletal ones included.")),
    "extraosseous": Words(_("Lesions that grow from a bone (paraskeletal) are left out.")),
}
MINIMAL_NOTES = {
    "2011": Words(_("A fall of the sum of products of 25 % to below 50 % is a minimal response (2011 consensus).")),
    "2016": Words(_("A fall of the sum of products of less than 50 % is stable disease (text of IMWG 2016).")),
}
CATEGORIES: tuple[tuple[str, Words], ...] = (
    ("CR", Words(_("Complete response (CR)"))),
    ("PR", Words(_("Partial response (PR)"))),
    ("MR", Words(_("Minimal response (MR)"))),
    ("SD", Words(_("Stable disease (SD)"))),
    ("PD", Words(_("Progressive disease (PD)"))),
    ("NE", Words(_("Not evaluable (NE)"))),
    ("MISSING", Words(_("No imaging after the infusion"))),
)
RATES: tuple[tuple[str, Words, tuple[str, ...]], ...] = (
    ("response", Words(_("Response (CR or PR)")), ("CR", "PR")),
    ("complete", Words(_("Complete: all lesions gone")), ("CR",)),
    ("partial", Words(_("Partial: sum of products fell by 50 % or more")), ("PR",)),
    ("no_response", Words(_("No response (MR, SD or PD)")), ("MR", "SD", "PD")),
)


@endpoint(
    title=_("Response of extramedullary disease"),
    definition=_(
        "Number and percentage of subjects with extramedullary disease by the best response of their lesions, with exact "
        "95 % confidence intervals, and the greatest fall of the sum of products."
    ),
    options=(EVALUABLE, LESIONS, MINIMAL),
    details="adtr_subject",
    detail_columns={
        "best": _("Best response of the lesions"),
        "best_day": _("Best response, study day"),
        "baseline_spd": _("Sum of products before the infusion, mm²"),
        "lowest_spd": _("Lowest sum of products, mm²"),
        "lowest_change_shown": _("Greatest change, %"),
        "imagings": _("Imaging after the infusion"),
    },
)
def emd_response(
    adsl: pd.DataFrame,
    adtr_subject: pd.DataFrame,
    courses_of_myeloma: dict[str, Course],
    *,
    evaluable: str,
    lesions: str,
    minimal: str,
) -> Body:
    """Rates first, then every category, then the change of the sum of products; all of the evaluable subjects."""
    frame = _chosen(adsl, adtr_subject, courses_of_myeloma, lesions=lesions, minimal=minimal)
    groups = _evaluable(adsl, frame, evaluable)
    rows: list[Row] = []
    for key, label, codes in RATES:
        rows.extend(rate_rows(key, label, where(frame, frame["best"].isin(codes)), groups))
    rows.append(Row(Words(_("Best response of the lesions")), kind="heading", key="best"))
    rows.extend(_category_rows(frame, groups))
    changes = dict(zip(plain(frame["subject"]), plain(frame["lowest_change_percent"]), strict=True))
    label = Words(_("Greatest change of the sum of products, %"))
    rows.extend(summary_rows("change", label, changes, groups, places=1))
    return Body(
        columns=tuple(group.column for group in groups),
        rows=tuple(rows),
        footnotes=(
            EVALUABLE_NOTES[evaluable], LESION_NOTES[lesions], MINIMAL_NOTES[minimal],
            say(
                _(
                    "Responses are computed from the lesions by rule {version} (IMWG 2016); the investigator's response is "
                    "not used."
                ),
                version=VERSION,
            ),
            Words(_("Best response: up to the progression of the lesions or the start of a new therapy; not confirmed.")),
            EXACT_NOTE, QUARTILES_NOTE,
        ),
        population=groups[0].label,
        stub=Words(_("Extramedullary disease")),
        details=None if frame is adtr_subject else frame,
    )  # fmt: skip


def _chosen(
    adsl: pd.DataFrame, adtr_subject: pd.DataFrame, courses: dict[str, Course], *, lesions: str, minimal: str
) -> pd.DataFrame:
    """adtr_subject as the options ask; the data set itself where they are the defaults."""
    if (lesions, minimal) == (LESIONS.default, MINIMAL.default):
        return adtr_subject
    kinds = EmdOptions().kinds if lesions == "all" else frozenset({"EXTRAOSSEOUS"})
    return lesion_outcomes(plain(adsl["subject"]), courses, EmdOptions(kinds=kinds, mr_spd_rule=minimal))


def _evaluable(adsl: pd.DataFrame, frame: pd.DataFrame, evaluable: str) -> tuple[Group, ...]:
    """All who can be judged, then by dose level."""
    counted = frame["lesions_at_baseline"]
    if evaluable == "imaged":
        counted = counted & frame["best"].isin(["CR", "PR", "MR", "SD", "PD"])
    codes = where(frame, counted)
    return (Group("all", Words(_("EMD-evaluable")), codes), *dose_levels(adsl, codes))


def _category_rows(frame: pd.DataFrame, groups: Sequence[Group]) -> Iterator[Row]:
    for code, label in CATEGORIES:
        have = where(frame, frame["best"] == code)
        cells = tuple(count_percent(group.among(have), len(group.subjects)) for group in groups)
        yield Row(label, cells, indent=1, key=f"best.{code}")
