"""One row a subject: who they are, where they stand in the study, and which populations they belong to."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.derive import Followed, plain, require
from analytics.layout import Words
from analytics.registry import dataset

# Population -> its name and its definition; each is a flag column of adsl.
POPULATIONS: dict[str, tuple[Words, Words]] = {
    "treated": (Words(_("All treated")), Words(_("All subjects who received the CAR-T infusion."))),
    "enrolled": (Words(_("All enrolled")), Words(_("All subjects who were enrolled, infused or not."))),
    "crs_evaluable": (
        Words(_("CRS-evaluable")),
        Words(_("Treated subjects with at least one CRS assessment after the infusion that could be graded.")),
    ),
}


@dataset(
    title=_("Subjects"),
    definition=_("One row a subject, screen failures included, with status, dose level and population flags."),
)
def adsl(
    subject: pd.DataFrame, demographics: pd.DataFrame, car_t_infusion: pd.DataFrame, courses: dict[str, Followed]
) -> pd.DataFrame:
    """Subjects sorted by code; a value that no form holds yet is missing, a flag never is."""
    own = ("subject", "site", "site_name", "dose_level", "status", "screened_on", "enrolled_on", "infused_at")
    require(subject, "subject", own)
    described = first_per_subject(demographics, "demographics", ("birth_year", "sex", "height", "weight"))
    infused = first_per_subject(car_t_infusion, "car_t_infusion", ("cells_per_kg",), by="infused_at")
    return (
        subject.loc[:, list(own)]
        .merge(described, on="subject", how="left", validate="one_to_one")
        .merge(infused, on="subject", how="left", validate="one_to_one")
        .assign(
            enrolled=lambda frame: frame["enrolled_on"].notna(),
            treated=lambda frame: frame["infused_at"].notna(),
            crs_evaluable=lambda frame: frame["subject"].isin(_graded(courses)) & frame["treated"],
        )
        .sort_values("subject")
        .reset_index(drop=True)
    )


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


def members(adsl: pd.DataFrame, population: str) -> tuple[str, ...]:
    """Codes of the subjects of a population, sorted."""
    return tuple(plain(adsl.loc[adsl[population].astype(bool), "subject"]))
