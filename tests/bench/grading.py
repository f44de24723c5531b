"""Grading CRS by the rule alone: courses of fifteen assessments, and one course ten times as long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import SimpleNamespace

from tests.bench.measure import median, table
from tests.rules.crs_assessments import FEVER, HYPOTENSION, INFUSED, assessment, pressor
from trial.rules import crs

DAYS, SUBJECTS_OF_THE_STUDY, REPEATS = 15, 23, 3


def course(number: int, days: int = DAYS) -> list[SimpleNamespace]:
    """A subject's assessments: fever sets in on day 0 to 4, every third has hypotension with a vasopressor after two days."""
    onset = number % 5
    found = []
    for day in range(days):
        ill = onset <= day % DAYS < onset + 6
        shock = ill and number % 3 == 0 and day % DAYS >= onset + 2
        changes = (
            HYPOTENSION | {"vasopressors": (pressor("NOREPINEPHRINE", day=day),)} if shock else FEVER if ill else {}
        )
        found.append(assessment(day, **changes))
    return found


def run(*, folds: Sequence[int]) -> None:
    """Times the rule for growing numbers of subjects, and for a long course."""
    lines = []
    for subjects, days in [
        *((SUBJECTS_OF_THE_STUDY * fold, DAYS) for fold in folds),
        (SUBJECTS_OF_THE_STUDY, DAYS * 10),
    ]:
        courses = [course(number, days) for number in range(subjects)]
        seconds = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            graded = [crs.course(one, infused_at=INFUSED) for one in courses]
            seconds.append(time.perf_counter() - began)
        assert max(v.value for v in graded[0].verdicts) == 3
        taken = median(seconds)
        each = taken / subjects / days * 1e6
        lines.append((f"{subjects} subjects", days, f"{taken * 1000:.0f} ms", f"{each:.1f} µs"))
    table("CRS rule, one pass over a course (no database)", ("", "assessments", "in all", "an assessment"), lines)
