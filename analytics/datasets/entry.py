"""What a subject was like at entry: the person, the myeloma, the performance status, and the forms that say so."""

from datetime import date
from typing import Any

import pandas as pd

from analytics.derive import plain, require
from analytics.myeloma import as_forms
from analytics.partial_dates import middle, span

DAYS_PER_YEAR = 365.25
SCREENING = "screening"  # visit (trial/schedule.py)
# Abnormalities of FISH, Y N U each.
ABNORMALITIES = ("del_17p", "tp53_mutation", "t_4_14", "t_14_16", "t_14_20", "gain_1q", "del_1p32")
HISTORY = (
    "heavy_chain", "light_chain", "diagnosed_on", "prior_anti_cd38", "cytogenetic_abnormality", *ABNORMALITIES,
    "emd_at_entry", "paramedullary_at_entry",
)  # fmt: skip


def disease(myeloma_history: pd.DataFrame) -> pd.DataFrame:
    """The newest history of each subject, as the rules of response read it: codes, prior_lines (whole number)."""
    columns = ("subject", "assessed_on", "prior_lines", *HISTORY)
    require(myeloma_history, "myeloma_history", columns)
    # Sorted by ISO text: a column of days is made of plain objects, a blank one among them.
    dated = myeloma_history.assign(order=[_iso(day) for day in plain(myeloma_history["assessed_on"])])
    newest = dated.sort_values("order", kind="stable").drop_duplicates("subject", keep="last")
    return newest[["subject", "prior_lines", *HISTORY]].astype({"prior_lines": "Int64"})


def at_screening(vital_signs: pd.DataFrame) -> pd.DataFrame:
    """The newest vital signs of the screening visit with a performance status: one row a subject, with the form's key."""
    require(vital_signs, "vital_signs", ("subject", "visit", "occurrence", "measured_at", "ecog"))
    told = vital_signs[(vital_signs["visit"] == SCREENING) & vital_signs["ecog"].notna()]
    ordered = told.sort_values(["measured_at", "occurrence"], kind="stable", na_position="first")
    return ordered.drop_duplicates("subject", keep="last")[["subject", "visit", "occurrence", "ecog"]]


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def age(screened_on: pd.Series, birth_year: pd.Series) -> pd.Series:
    """Age at screening as a difference of calendar years: a day of birth is not collected."""
    years = [None if day is None else day.year for day in plain(screened_on)]
    return pd.Series(years, index=screened_on.index, dtype="Int64") - birth_year.astype("Int64")


def years_since(diagnosed_on: pd.Series, screened_on: pd.Series) -> pd.Series:
    """Years of 365.25 days from diagnosis to screening, 0 at least; partial dates by MIDDLE_CONVENTION."""
    pairs = zip(plain(diagnosed_on), plain(screened_on), strict=True)
    return pd.Series([_years(begun, day) for begun, day in pairs], index=screened_on.index, dtype="float64")


def _years(diagnosed_on: str | None, screened_on: date | None) -> float | None:
    began = middle(span(diagnosed_on))
    if began is None or screened_on is None:
        return None
    return max(0, (screened_on - began).days) / DAYS_PER_YEAR


def forms_behind(subjects: pd.Series, **frames: pd.DataFrame) -> pd.Series:
    """The forms of each subject that hold its baseline, as a column `forms` keeps them."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for name, frame in frames.items():
        rows: Any = zip(*(plain(frame[column]) for column in ("subject", "visit", "occurrence")), strict=True)
        for code, visit, occurrence in rows:
            found.setdefault(code, []).append((name, visit, occurrence))
    return pd.Series([as_forms(found.get(code, ())) for code in subjects], index=subjects.index, dtype="str")
