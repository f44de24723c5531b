"""Blood counts for tests of ICAHT: rows by study day, and the worked courses."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from trial.rules import icaht, t_icaht
from trial.rules.verdict import Verdict

INFUSED = date(2031, 3, 1)
RULES: dict[str, tuple[Callable[..., Verdict], str]] = {
    "early": (icaht.early, "neutrophils"),
    "late": (icaht.late, "neutrophils"),
    "platelets_early": (t_icaht.early, "platelets"),
    "platelets_late": (t_icaht.late, "platelets"),
}


def on(day: int) -> date:
    return INFUSED + timedelta(days=day)


def rows(counts: Iterable[tuple[int, Any]], item: str = "neutrophils") -> list[SimpleNamespace]:
    """One row a draw, by study day."""
    return [SimpleNamespace(sampled_on=on(day), **{item: count}) for day, count in counts]


def judge(rule: str, counts: Iterable[tuple[int, Any]], **more: Any) -> Verdict:
    judged, item = RULES[rule]
    return judged(rows(counts, item), infused_on=INFUSED, **more)


def worked() -> Iterator[tuple[dict[str, Any], Verdict]]:
    """Every worked course with the verdict on it."""
    file = Path(__file__).parent.parent / "worked" / "icaht.json"
    for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
        yield case, judge(case["rule"], case["counts"])
