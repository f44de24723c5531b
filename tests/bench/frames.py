"""A rule over a data frame of 100,000 rows: how many times the work of reading the frame's rows by themselves.

Work is processor time: nothing here waits, and what others do on the machine does not count.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analytics.datasets import adlb
from analytics.derive import courses, records
from tests.bench.measure import table
from tests.rules.crs_assessments import INFUSED
from tests.rules.crs_assessments import assessment as clear
from trial.rules import crs
from trial.rules.ecog import ecog
from trial.rules.reference import Limits

ROWS = 100_000
REPEATS = 3
SEED = 20310301


@dataclass(frozen=True, slots=True)
class Timing:
    """Processor seconds of reading the rows (the baseline) and of reading them and asking the rule, the least of several runs."""

    name: str
    rows: int
    reading: float
    judging: float
    values: Mapping[Any, int]  # how often the rule gave each value

    @property
    def ratio(self) -> float:
        """How many times as long as reading alone."""
        return self.judging / self.reading


def counts(rows: int) -> pd.DataFrame:
    """Neutrophils, log-normal about 1.0 x 10^9/L, with a blank in a hundred."""
    chance = np.random.default_rng(SEED)
    values = np.round(chance.lognormal(0, 1, rows), 2)
    return pd.DataFrame({"neutrophils": np.where(chance.random(rows) < 0.01, np.nan, values)})


def statuses(rows: int) -> pd.DataFrame:
    """Performance status as the form keeps it, with some blank."""
    codes = np.array(["0", "1", "2", "3", "4", None], dtype=object)
    return pd.DataFrame({"ecog": pd.Series(np.random.default_rng(SEED).choice(codes, rows), dtype="str")})


def assessments(rows: int) -> pd.DataFrame:
    """CRS assessments: fever in half of them, every form of oxygen support."""
    chance = np.random.default_rng(SEED)
    items = vars(clear(0))
    fixed = {name: [value] * rows for name, value in items.items()}
    temperature = np.round(chance.normal(38.0, 1.0, rows), 1)
    oxygen = chance.choice(np.array(["NONE", "MASK", "VENTURI"], dtype=object), rows)
    return pd.DataFrame({**fixed, "temperature": temperature, "oxygen": oxygen})


LIMITS = Limits(Decimal("1.8"), Decimal("6.3"))


def _graded(value: Decimal | None) -> Any:
    """The grade as the data set of laboratory values asks for it: the same value is judged once."""
    return None if value is None else adlb.graded("neutrophils", value, LIMITS)["grade"]


# Name -> the frame of so many rows, and the rule of one row.
CASES: dict[str, tuple[Callable[[int], pd.DataFrame], Callable[[Any], Any]]] = {
    "CTCAE grade of neutrophils": (counts, lambda row: _graded(row.neutrophils)),
    "ECOG in words": (statuses, lambda row: ecog(row.ecog).value),
    "CRS by ASTCT 2019": (assessments, lambda row: crs.course([row], infused_at=INFUSED).verdicts[0].value),
}


ASSESSMENTS = 16  # of a subject, as the schedule has them


def of_subjects(rows: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The same assessments as the data set of CRS reads them: subjects, their assessments, no vasopressors, and vital signs.

    The vital signs of a day are taken an hour before its assessment, and are as often higher as lower.
    """
    days = np.arange(rows) % ASSESSMENTS
    codes = pd.Series([f"{n:06d}" for n in np.arange(rows) // ASSESSMENTS], dtype="str")
    infused = pd.Timestamp(INFUSED)
    subjects = pd.DataFrame({"subject": codes.unique(), "infused_at": infused, "timezone": "Asia/Shanghai"})
    crs_assessment = assessments(rows).drop(columns="vasopressors")
    crs_assessment["subject"], crs_assessment["occurrence"] = codes, 1
    crs_assessment["visit"] = pd.Series([f"d{day}" for day in days], dtype="str")
    crs_assessment["assessed_at"] = infused + pd.to_timedelta(days * 24 + 2, unit="h")
    columns = (
        "subject",
        "visit",
        "occurrence",
        "row",
        "drug",
        "dose",
        "dose_unit",
        "started_at",
        "stopped_at",
        "hours",
    )
    measured = pd.DataFrame(
        {
            "subject": codes,
            "measured_at": crs_assessment["assessed_at"] - pd.Timedelta(hours=1),
            "temperature": crs_assessment["temperature"].to_numpy()[::-1],
        }
    )
    return subjects, crs_assessment, pd.DataFrame(columns=list(columns)), measured


def courses_timing(rows: int) -> Timing:
    """The course of CRS of every subject, as the tables make it from the frames."""
    subjects, crs_assessment, vasopressors, vital_signs = of_subjects(rows)
    reading, judging = [], []
    values: dict[Any, int] = {}
    for _ in range(REPEATS):
        began = time.process_time()
        assert sum(1 for _row in records(crs_assessment, "row")) == rows
        reading.append(time.process_time() - began)
        began = time.process_time()
        followed = courses(subjects, crs_assessment, vasopressors, vital_signs)
        judging.append(time.process_time() - began)
        values = Counter(verdict.value for one in followed.values() for verdict in one.course.verdicts)
    return Timing("Courses of CRS, as the tables make them", rows, min(reading), min(judging), values)


def timing(name: str, rows: int) -> Timing:
    """Times one case; reading and judging in turn, so that whatever else the machine does falls on both."""
    make, rule = CASES[name]
    frame = make(rows)
    reading, judging = [], []
    values: dict[Any, int] = {}
    for _ in range(REPEATS):
        began = time.process_time()
        read = sum(1 for _row in records(frame, "row"))
        reading.append(time.process_time() - began)
        assert read == rows
        began = time.process_time()
        values = {}
        adlb.graded.cache_clear()
        for row in records(frame, "row"):
            value = rule(row)
            values[value] = values.get(value, 0) + 1
        judging.append(time.process_time() - began)
    return Timing(name, rows, min(reading), min(judging), values)


def run(rows: int = ROWS) -> None:
    """Times every case and prints the ratio."""
    found = [*(timing(name, rows) for name in CASES), courses_timing(rows)]
    lines = [(one.name, one.rows, f"{one.reading:.2f} s", f"{one.judging:.2f} s", f"{one.ratio:.1f}") for one in found]
    table(
        "A rule over a data frame, processor time (baseline: reading its rows)",
        ("", "rows", "rows read", "rows judged", "times the baseline"), lines,
    )  # fmt: skip
