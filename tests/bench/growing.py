"""A synthetic study that grows: how quickly forms come in through the door, and how long its tables take, at each size."""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.db import connection
from django.test.utils import override_settings

from analytics import registry, report, snapshot
from analytics.models import Snapshot
from analytics.registry import Cut
from crf.synthetic import plan
from tests import database
from tests.bench.measure import table
from tests.bench.refreshing import storages

SUBJECTS, SITES, SEED, PROCESSES = 23, 10, 1, 2


@dataclass(frozen=True, slots=True)
class Measured:
    """One size of study. Seconds of the clock but where it says processor."""

    subjects: int
    rows: int
    loading: float
    processor: float  # of the processes that load, without the database
    speeds: str  # forms a second: on the whole, at first, at last
    freezing: float
    computing: float
    slowest: tuple[tuple[str, float], ...]


def run(name: str, *, folds: Sequence[int]) -> None:
    """Makes a study of each size in a database of its own, freezes it and computes every table with every option."""
    found = []
    for fold in folds:
        copy = f"{name}_growing_{fold}"
        database.clone(name, copy)
        try:
            with database.using(copy):
                found.append(_measured(SUBJECTS * fold))
        finally:
            database.drop(copy)
    _print(found)


def _measured(subjects: int) -> Measured:
    said, before, began = io.StringIO(), _processor(), time.perf_counter()
    with redirect_stdout(io.StringIO()):
        call_command("make_study", subjects=subjects, sites=min(SITES, plan.MOST_SITES), seed=SEED, processes=PROCESSES,
                     stdout=said, stderr=io.StringIO())  # fmt: skip
    loading, processor = time.perf_counter() - began, _processor() - before
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with TemporaryDirectory() as folder, override_settings(STORAGES=storages(folder)):
        marks: list[float] = []
        frozen = report.refresh(lambda done, total, message: marks.append(time.perf_counter()))
        slowest = _each(frozen)
    return Measured(
        subjects=subjects, rows=sum(entry["rows"] for entry in frozen.manifest.values()), loading=loading, processor=processor,
        speeds=said.getvalue().strip().splitlines()[-1], freezing=marks[1] - marks[0], computing=marks[-1] - marks[1], slowest=slowest,
    )  # fmt: skip


def _each(frozen: Snapshot) -> tuple[tuple[str, float], ...]:
    """Every data set and every table with its default options, with its seconds, by name."""
    cut, found = Cut(snapshot.thaw(frozen)), []
    for name in registry.datasets():
        began = time.perf_counter()
        cut[name]
        found.append((name, time.perf_counter() - began))
    for name in registry.endpoints():
        began = time.perf_counter()
        cut.table(name)
        found.append((name, time.perf_counter() - began))
    return tuple(found)


def _processor() -> float:
    """Processor seconds of this process and of those that it started and that ended."""
    return sum(
        sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )  # user, system


def _print(found: Sequence[Measured]) -> None:
    lines = [
        (
            f"{one.subjects} subjects", one.rows, f"{one.loading:.0f} s", f"{one.processor / one.subjects * 1000:.0f} ms",
            f"{one.freezing:.1f} s", f"{one.computing:.1f} s", f"{(one.freezing + one.computing) / one.subjects * 1000:.1f} ms",
            *_grown(one, before),
        )
        for before, one in zip([None, *found], found, strict=False)
    ]  # fmt: skip
    heads = ("", "rows", "load", "processor a subject", "freeze", "tables", "a subject", "subjects", "refresh")
    table(f"A synthetic study, loaded by {PROCESSES} processes, and its tables with their options", heads, lines)
    for one in found:
        print(f"  {one.subjects} subjects: {one.speeds}")
    if len(found) > 1:
        _print_each(found[-2], found[-1])


def _grown(one: Measured, before: Measured | None) -> tuple[str, str]:
    if before is None:
        return "", ""
    taken = (one.freezing + one.computing) / (before.freezing + before.computing)
    return f"x {one.subjects / before.subjects:.0f}", f"x {taken:.1f}"


def _print_each(before: Measured, last: Measured) -> None:
    """Every data set and table at the two largest sizes: what grows faster than the study stands out."""
    then = dict(before.slowest)
    lines = [
        (name, f"{then[name] * 1000:.0f} ms", f"{seconds * 1000:.0f} ms", f"x {seconds / max(then[name], 1e-4):.1f}")
        for name, seconds in sorted(last.slowest, key=lambda pair: -pair[1])
    ]
    heads = ("", f"{before.subjects}", f"{last.subjects} subjects", f"subjects x {last.subjects / before.subjects:.0f}")
    table("Every data set and every table with its default options, by itself", heads, lines)
