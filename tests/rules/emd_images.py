"""Imaging for tests of the extramedullary rule: lesions by number, as a site would type them."""

from collections.abc import Iterable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

INFUSED = date(2031, 3, 1)


def lesion(
    number: int | None, longest: float | None = None, perpendicular: float | None = None, **changes: Any
) -> SimpleNamespace:
    """A measured target, unless changed."""
    items: dict[str, Any] = {
        "lesion": number, "location": "", "kind": "EXTRAOSSEOUS", "target": "Y", "state": "MEASURED", "into": None,
        "longest": longest, "perpendicular": perpendicular, "suv_max": None, "deauville": None, "is_new": "N",
        "treated_locally": "N",
    }  # fmt: skip
    assert set(changes) <= set(items), changes
    return SimpleNamespace(**{**items, **changes})


def gone(number: int, **changes: Any) -> SimpleNamespace:
    return lesion(number, state="GONE", **changes)


def image(
    day: int | None, *lesions: SimpleNamespace, method: str = "CT", new_bone_lesion: str | None = "N"
) -> SimpleNamespace:
    """Imaging so many days after the infusion; None = undated."""
    on = None if day is None else INFUSED + timedelta(days=day)
    return SimpleNamespace(imaged_on=on, method=method, new_bone_lesion=new_bone_lesion, lesions=lesions)


class Manager:
    """Rows behind `.all()`, as a form gives them."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.rows = tuple(rows)

    def all(self) -> tuple[Any, ...]:
        return self.rows
