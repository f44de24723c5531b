"""Rows for tests of IEC-HS, by form and study day, and the worked cases."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.rules.blood_counts import INFUSED, on
from trial.rules import iec_hs, iec_hs_on
from trial.rules.iec_hs import IecHs, Limits, Rows
from trial.rules.verdict import Verdict

FORMS = ("chemistry", "coagulation", "inflammation", "haematology")
Draws = list[tuple[int, dict[str, Any]]]


def listed(limits: dict[str, Any] | None = None, *, asked: dict[str, Any] | None = None, **forms: Draws) -> IecHs:
    """The findings of rows given as (study day, values) by form; `limits` = (lower, upper) by item."""
    rows = {
        form: [SimpleNamespace(sampled_at=None, sampled_on=on(day), **values) for day, values in draws]
        for form, draws in forms.items()
    }
    normal = {item: Limits(*pair) for item, pair in (limits or {}).items()}
    return iec_hs.iec_hs(Rows(**rows), infused_on=INFUSED, limits=normal, **(asked or {}))


def around(limits: dict[str, Any], day: int, **forms: Draws) -> Verdict:
    """The list at a form of this study day, over the same rows."""
    rows = {form: [{"sampled_on": on(at), **values} for at, values in draws] for form, draws in forms.items()}
    normal = {item: Limits(*pair) for item, pair in limits.items()}
    told = iec_hs_on.Told(INFUSED, Rows(**rows), lambda item, _day: normal.get(item, Limits()))
    return iec_hs_on.listed_on(told, on(day))


def worked() -> Iterator[tuple[dict[str, Any], IecHs]]:
    """Every worked case with its findings."""
    file = Path(__file__).parent.parent / "worked" / "iec_hs.json"
    for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
        yield case, listed(case["limits"], **case["rows"])
