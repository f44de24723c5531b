"""Assessments for tests of Lee 2014: a clear one, with what a test changes."""

import json
from collections.abc import Iterable, Iterator
from inspect import signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.rules import crs_assessments as astct
from trial.rules import lee_2014
from trial.rules.verdict import Verdict

CLEAR: dict[str, Any] = {**astct.CLEAR, "fio2": None, "organ_toxicity": "0", "transaminase_grade": "0"}
FEVER: dict[str, Any] = astct.FEVER


def assessment(day: int | None = 0, time: str = "18:00", **changes: Any) -> SimpleNamespace:
    """A clear assessment with changes; day None = undated."""
    assert set(changes) <= set(CLEAR), set(changes) - set(CLEAR)
    return SimpleNamespace(assessed_at=None if day is None else astct.moment(day, time), **{**CLEAR, **changes})


def pressor(
    drug: str | None,
    dose: Any = None,
    unit: str | None = "ug/min",
    hours: Any = None,
    start: str | None = "08:00",
    stop: str | None = "12:00",
    day: int = 0,
) -> SimpleNamespace:
    """A row of the vasopressor grid."""
    row = astct.pressor(drug, start, stop, day)
    row.dose, row.dose_unit, row.hours = dose, unit, hours
    return row


def judge(now: SimpleNamespace, *, history: Iterable[Any] = (), **more: Any) -> Verdict:
    """The rule called as a page calls it: every parameter read from the item of its name."""
    names = set(signature(lee_2014.lee_2014).parameters) - {"history", "options", "vital_signs", "weight"}
    return lee_2014.lee_2014(**{name: getattr(now, name) for name in names}, history=history, **more)


def grade(*rows: SimpleNamespace, weight: Any = None, options: Any = None, **changes: Any) -> Verdict:
    """The verdict on a clear assessment with changes; `rows` = vasopressors."""
    more = {} if options is None else {"options": options}
    given = {"vasopressors": rows, "hypotension": "Y"} if rows else {}
    return judge(assessment(**{**given, **changes}), weight=weight, **more)


def worked() -> Iterator[tuple[dict[str, Any], Verdict]]:
    """Every worked case with the verdict on it."""
    file = Path(__file__).parent.parent / "worked" / "lee_2014.json"
    for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
        rows = [pressor(**row) for row in case.get("vasopressors", ())]
        yield case, grade(*rows, weight=case.get("weight"), **case.get("items", {}))
