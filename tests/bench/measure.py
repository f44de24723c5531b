"""Timing in interleaved rounds, so that whatever else the machine does falls on every variant alike; and plain tables."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import connection
from django.test.utils import CaptureQueriesContext

Step = Callable[[int], object]


def interleaved(steps: Sequence[Mapping[str, Step]], *, rounds: int, warm_up: int = 10) -> list[dict[str, list[float]]]:
    """Seconds of every variant of every step. A round runs step after step, in each all variants, first another each time.

    Every variant is given the number of the round. The first `warm_up` rounds are run and not counted.
    """
    found: list[dict[str, list[float]]] = [{name: [] for name in variants} for variants in steps]
    for number in range(rounds + warm_up):
        for kept, variants in zip(found, steps, strict=True):
            names = list(variants)
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                began = time.perf_counter()
                variants[name](number)
                took = time.perf_counter() - began
                if number >= warm_up:
                    kept[name].append(took)
    return found


def statements(run: Callable[[], object]) -> list[str]:
    """The SQL that one call sends, without BEGIN and COMMIT, savepoints included."""
    with CaptureQueriesContext(connection) as captured:
        run()
    return [q["sql"] for q in captured.captured_queries if q["sql"].split()[0] not in ("BEGIN", "COMMIT")]


def median(seconds: Sequence[float]) -> float:
    return statistics.median(seconds)


def p95(seconds: Sequence[float]) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def table(title: str, heads: Sequence[str], lines: Iterable[Sequence[object]]) -> None:
    """Prints a table: first column to the left, the others to the right."""
    rows = [[str(cell) for cell in line] for line in lines]
    wide = [max(len(row[i]) for row in [list(heads), *rows]) for i in range(len(heads))]
    print(f"\n{title}")
    for row in [list(heads), *rows]:
        cells = [row[0].ljust(wide[0]), *(cell.rjust(width) for cell, width in zip(row[1:], wide[1:], strict=True))]
        print("  " + "   ".join(cells).rstrip())


def machine() -> str:
    """One line: processors, their kind, Python, PostgreSQL, and whether a commit waits for the disk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('synchronous_commit'), current_setting('fsync')"
        )
        version, commit, fsync = cursor.fetchone()
    return (
        f"{os.cpu_count()} processors ({_processor()}), Python {platform.python_version()}, PostgreSQL {version.split()[0]},"
        f" synchronous_commit {commit}, fsync {fsync}"
    )


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
