"""Frames made by hand with the columns and types of a snapshot: a test writes only what it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

import pandas as pd

from analytics.frames import Shape, shapes

# What every row has where a test does not say otherwise.
USUAL = {"occurrence": 1, "status": "COMPLETE", "version": 1, "missing": "{}", "unscheduled": False, "infusion": 1}


@cache
def _shapes() -> dict[str, Shape]:
    return {shape.name: shape for shape in shapes()}


def made(name: str, rows: Iterable[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """The frame of a form ("haematology", "crs_assessment.vasopressors") with these rows; what is not given is blank.

    The site is read from the subject's code. Raises KeyError for a form or a column that the casebook does not have.
    """
    shape = _shapes()[name]
    known = {column.name for column in shape.columns}
    values: dict[str, list[Any]] = {column: [] for column in known}
    for row in rows:
        if unknown := set(row) - known:
            raise KeyError(f"{name} has no {', '.join(sorted(unknown))}")
        whole = {**USUAL, "site": str(row["subject"])[:2], **row}
        for column in known:
            values[column].append(whole.get(column))
    return shape.frame(values)


def empty() -> dict[str, pd.DataFrame]:
    """Every frame of a cut before the first subject."""
    return {name: made(name) for name in _shapes()}


def only(frames: Mapping[str, pd.DataFrame], subjects: Collection[str]) -> dict[str, pd.DataFrame]:
    """The frames with the rows of these subjects; what is no subject's (the limits of normal) stays."""
    return {
        name: frame[frame["subject"].isin(subjects)].reset_index(drop=True) if "subject" in frame else frame
        for name, frame in frames.items()
    }


def without(frames: Mapping[str, pd.DataFrame], subjects: Collection[str]) -> dict[str, pd.DataFrame]:
    """The frames without the rows of these subjects."""
    return only(frames, set(frames["subject"]["subject"]) - set(subjects))
