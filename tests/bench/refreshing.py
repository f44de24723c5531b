"""Refreshing the endpoints: freeze every form, compute every table, at one, ten and a hundred times the demonstration."""

from __future__ import annotations

import time
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from analytics import registry, report
from analytics.models import Snapshot
from tests import study
from tests.bench.measure import table
from tests.bench.synthetic import Demonstration
from trial.models import Subject

REPEATS = 3


def run(*, folds: Sequence[int]) -> None:
    """Multiplies the subjects of the loaded demonstration study step by step, and times a refresh after each step."""
    with study.seeing_everything():
        study_as_loaded = Demonstration()
    there, lines = 1, []
    with TemporaryDirectory() as folder, override_settings(STORAGES=storages(folder)):
        report.refresh()  # the first one loads modules
        for fold in folds:
            if fold > there:
                study_as_loaded.grow(range(there, fold))
                there = fold
            lines.append(_measured())
    _print(lines)


def storages(folder: str) -> dict[str, object]:
    """Django's storages with the files in a folder."""
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    return {**settings.STORAGES, "default": kept}


def _measured() -> tuple[int, int, float, float]:
    """Subjects, rows, and the seconds of freezing and of computing in the quickest of some runs: others use the machine too."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with study.seeing_everything():
        subjects = Subject.objects.count()
    reading, computing = [], []
    for _ in range(REPEATS):
        Snapshot.objects.all().delete()
        marks: list[float] = []
        frozen = report.refresh(lambda done, total, message, kept=marks: kept.append(time.perf_counter()))  # type: ignore[misc]
        reading.append(marks[1] - marks[0])  # the second message comes when the snapshot is kept
        computing.append(marks[-1] - marks[1])
    rows = sum(entry["rows"] for entry in frozen.manifest.values())
    quickest = min(range(REPEATS), key=lambda n: reading[n] + computing[n])
    return subjects, rows, reading[quickest], computing[quickest]


def _print(lines: Sequence[tuple[int, int, float, float]]) -> None:
    shown, before = [], None
    for subjects, rows, reading, computing in lines:
        taken = reading + computing
        grown = ("", "") if before is None else (f"x {subjects / before[0]:.0f}", f"x {taken / before[1]:.1f}")
        shown.append(
            (
                f"{subjects} subjects", rows, f"{reading:.2f} s", f"{computing:.2f} s", f"{taken:.2f} s",
                f"{taken / subjects * 1000:.2f} ms", *grown,
            )
        )  # fmt: skip
        before = subjects, taken
    table(
        f"Endpoint refresh: snapshot and {len(registry.endpoints())} endpoints with their options, quickest of {REPEATS}",
        ("", "rows", "freeze", "tables", "in all", "a subject", "subjects", "time"),
        shown,
    )
