"""Columns of a table of efficacy: the population as a whole, then by dose level, extramedullary disease or cytogenetics."""

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.datasets.adsl import POPULATIONS, members
from analytics.derive import plain
from analytics.endpoints.groups import Group, by_dose_level
from analytics.layout import Words
from analytics.registry import Option

BY = Option(
    "by",
    Words(_("Columns")),
    default="dose_level",
    choices={
        "dose_level": Words(_("By dose level")),
        "emd": Words(_("By extramedullary disease")),
        "cytogenetics": Words(_("By cytogenetic abnormality")),
    },
)
# Choice -> the column of adrs_subject, and the groups it makes: code, key of the column (for ever), heading.
SPLITS: dict[str, tuple[str, tuple[tuple[str | None, str, Words], ...]]] = {
    "emd": (
        "emd",
        (
            ("Y", "emd_yes", Words(_("Extramedullary disease"))),
            ("N", "emd_no", Words(_("No extramedullary disease"))),
            (None, "emd_unknown", Words(_("Not imaged before the infusion"))),
        ),
    ),
    "cytogenetics": (
        "cytogenetics",
        (
            ("Y", "abnormality_yes", Words(_("Cytogenetic abnormality"))),
            ("N", "abnormality_no", Words(_("No cytogenetic abnormality"))),
            (None, "abnormality_unknown", Words(_("Cytogenetics not known"))),
        ),
    ),
}
NOTES = {
    "dose_level": (),
    "emd": (Words(_("Extramedullary disease: a lesion on the last imaging up to the infusion.")),),
    "cytogenetics": (Words(_("Cytogenetic abnormality: as recorded in the newest history of the myeloma.")),),
}


def split(adsl: pd.DataFrame, adrs_subject: pd.DataFrame, population: str, by: str) -> tuple[Group, ...]:
    """The population as a whole, then its parts; a part "not known" only where somebody belongs to it."""
    if by == "dose_level":
        return by_dose_level(adsl, population)
    column, parts = SPLITS[by]
    chosen = members(adsl, population)
    answers = dict(zip(plain(adrs_subject["subject"]), plain(adrs_subject[column]), strict=True))
    groups = [Group("all", POPULATIONS[population][0], chosen)]
    for answer, key, label in parts:
        codes = tuple(code for code in chosen if answers.get(code) == answer)
        if codes or answer is not None:
            groups.append(Group(key, label, codes))
    return tuple(groups)


def where(frame: pd.DataFrame, condition: pd.Series) -> tuple[str, ...]:
    """Codes of the subjects for whom a condition holds; one that cannot be told does not hold."""
    return tuple(plain(frame.loc[condition.fillna(False).astype(bool), "subject"]))
