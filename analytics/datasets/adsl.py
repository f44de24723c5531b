"""One row a subject: who they are, where they stand in the study, and which populations they belong to."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.dlt import Evaluation, dlt_evaluable
from analytics.datasets.entry import age, at_screening, disease, forms_behind, years_since
from analytics.derive import Followed, plain, require
from analytics.layout import Words
from analytics.myeloma import Course
from analytics.registry import dataset

# Population -> its name and its definition; each is a flag column of adsl.
POPULATIONS: dict[str, tuple[Words, Words]] = {
    "treated": (Words(_("All treated")), Words(_("All subjects who received the CAR-T infusion."))),
    "enrolled": (Words(_("All enrolled")), Words(_("All subjects who were enrolled, infused or not."))),
    "crs_evaluable": (
        Words(_("CRS-evaluable")),
        Words(_("Treated subjects with at least one CRS assessment after the infusion that could be graded.")),
    ),
    "response_evaluable": (
        Words(_("Response-evaluable")),
        Words(
            _(
                "Treated subjects with measurable disease before the infusion and at least one evaluable assessment of "
                "response after it, up to progression or a new therapy."
            )
        ),
    ),
    "emd_evaluable": (
        Words(_("EMD-evaluable")),
        Words(_("Treated subjects with an extramedullary lesion on the last imaging up to the infusion.")),
    ),
    "dlt_evaluable": (
        Words(_("DLT-evaluable")),
        Words(
            _(
                "Treated subjects with a dose-limiting toxicity, or evaluated without one once the window was over; not "
                "those who are called not evaluable."
            )
        ),
    ),
}


@dataset(
    title=_("Subjects"),
    definition=_(
        "One row a subject, screen failures included, with status, dose level, age and disease at entry, and population flags."
    ),
)
def adsl(
    subject: pd.DataFrame,
    demographics: pd.DataFrame,
    car_t_infusion: pd.DataFrame,
    myeloma_history: pd.DataFrame,
    vital_signs: pd.DataFrame,
    courses: dict[str, Followed],
    courses_of_myeloma: dict[str, Course],
    evaluations: dict[str, Evaluation],
) -> pd.DataFrame:
    """Subjects sorted by code; a value that no form holds yet is missing, a flag never is."""
    own = ("subject", "site", "site_name", "dose_level", "status", "screened_on", "enrolled_on", "infused_at")
    require(subject, "subject", own)
    described = first_per_subject(demographics, "demographics", ("birth_year", "sex", "ethnicity", "height", "weight"))
    performance = at_screening(vital_signs)
    infused = first_per_subject(car_t_infusion, "car_t_infusion", ("cells_per_kg",), by="infused_at")
    return (
        at_screening_site(subject)
        .loc[:, list(own)]
        .merge(described, on="subject", how="left", validate="one_to_one")
        .merge(infused, on="subject", how="left", validate="one_to_one")
        .merge(disease(myeloma_history), on="subject", how="left", validate="one_to_one")
        .merge(performance[["subject", "ecog"]], on="subject", how="left", validate="one_to_one")
        .assign(
            age=lambda frame: age(frame["screened_on"], frame["birth_year"]),
            years_since_diagnosis=lambda frame: years_since(frame["diagnosed_on"], frame["screened_on"]),
            forms=lambda frame: forms_behind(
                frame["subject"],
                demographics=demographics,
                myeloma_history=myeloma_history,
                vital_signs=performance,
                car_t_infusion=car_t_infusion,
            ),
            enrolled=lambda frame: frame["enrolled_on"].notna(),
            treated=lambda frame: frame["infused_at"].notna(),
            crs_evaluable=lambda frame: frame["subject"].isin(_graded(courses)) & frame["treated"],
            response_evaluable=lambda frame: frame["subject"].isin(_response_evaluable(courses_of_myeloma)),
            emd_evaluable=lambda frame: frame["subject"].isin(_with_lesions(courses_of_myeloma)),
            dlt_evaluable=lambda frame: frame["subject"].isin(dlt_evaluable(evaluations)),
        )
        .sort_values("subject")
        .reset_index(drop=True)
    )


def at_screening_site(subject: pd.DataFrame) -> pd.DataFrame:
    """The subjects under the site that screened them, which a transfer does not change: tables by site count there.

    A cut that was frozen before subjects could be transferred names one site alone.
    """
    if "screening_site" not in subject:
        return subject
    return subject.assign(site=subject["screening_site"], site_name=subject["screening_site_name"])


def first_per_subject(frame: pd.DataFrame, name: str, columns: tuple[str, ...], by: str | None = None) -> pd.DataFrame:
    """The columns of each subject's first row, in order of `by` (a second infusion is left to its own endpoints)."""
    require(frame, name, ("subject", *columns, *((by,) if by else ())))
    ordered = frame.sort_values(by, kind="stable", na_position="last") if by else frame
    return ordered.drop_duplicates("subject")[["subject", *columns]]


def _graded(courses: dict[str, Followed]) -> set[str]:
    return {
        code
        for code, followed in courses.items()
        if any(verdict.value is not None for verdict in followed.course.verdicts)
    }


def _response_evaluable(courses: dict[str, Course]) -> set[str]:
    """Whose disease was measurable, and who has an assessment that counts and is evaluable; treated subjects only."""
    return {
        code
        for code, course in courses.items()
        if course.followed.response.measurable.value not in (None, "NONE")
        and course.followed.response.best_unconfirmed.value not in ("NE", "MISSING")
    }


def _with_lesions(courses: dict[str, Course]) -> set[str]:
    return {code for code, course in courses.items() if course.followed.lesions.has_baseline_lesions}


def members(adsl: pd.DataFrame, population: str) -> tuple[str, ...]:
    """Codes of the subjects of a population, sorted."""
    return tuple(plain(adsl.loc[adsl[population].astype(bool), "subject"]))
