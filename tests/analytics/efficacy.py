"""What the tests of efficacy share: the endpoints and data sets they are about, and how a cell is read."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analytics.layout import Table
from analytics.registry import Cut

ENDPOINTS = ("best_response", "time_to_response", "mrd_negativity", "emd_response", "antigen_at_relapse")
DATASETS = ("adrs", "adrs_subject", "adtr", "adtr_subject", "admrd", "admrd_subject", "adantigen")


def of(cut: Cut, name: str) -> pd.DataFrame:
    """A data set with one row a subject, found by the subject's code."""
    frame: pd.DataFrame = cut[name]
    return frame.set_index("subject")


def n(table: Table, row: str, column: str = "all") -> Any:
    """How many subjects a cell counts."""
    return table.cell(row, column).numbers["n"]
