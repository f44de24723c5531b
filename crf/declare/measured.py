"""A number that may be typed in another unit: kept in the standard unit, with the value and the unit as they were entered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

ENTERED, UNIT = "_entered", "_unit"
LENGTH = 30


class Measured(Decimal):
    """A value in the standard unit that remembers what was typed, and in which unit (UCUM)."""

    entered: str
    unit: str

    def __new__(cls, value: Any, entered: str = "", unit: str = "") -> Measured:
        found = super().__new__(cls, value)
        found.entered, found.unit = entered, unit
        return found


class AsEntered(models.CharField):
    """A column beside a number, filled with what the number remembers whenever the number is written."""

    def __init__(self, of: str, kind: str, label: str | Promise) -> None:
        self.of, self.part = of, kind
        shown = _("{item}, as entered") if kind == ENTERED else _("{item}, unit as entered")
        super().__init__(format_lazy(shown, item=label), max_length=LENGTH, null=True, blank=True, editable=False)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        options = {"max_length": LENGTH, "null": True, "blank": True, "editable": False}
        return self.name, "django.db.models.CharField", [], options

    def clone(self) -> Any:
        return models.CharField(max_length=LENGTH, null=True, blank=True, editable=False)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.of)
        if value is None:
            setattr(model_instance, self.name, None)
        elif isinstance(value, Measured):
            setattr(model_instance, self.name, value.entered if self.part == ENTERED else value.unit)
        return getattr(model_instance, self.name)


def columns(name: str, label: str | Promise) -> dict[str, AsEntered]:
    """The two columns beside a number of that name."""
    return {f"{name}{part}": AsEntered(name, part, label) for part in (ENTERED, UNIT)}


def of(row: Any, name: str, item: Any) -> Any:
    """The value of an item of a stored form, with what was entered where the item has a choice of units."""
    value = getattr(row, name)
    if value is None or not getattr(item, "also", None):
        return value
    entered = getattr(row, f"{name}{ENTERED}")
    return value if entered is None else Measured(value, entered, getattr(row, f"{name}{UNIT}") or "")


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, typed in the same way."""
    if one != other:
        return False
    if isinstance(one, Measured) and isinstance(other, Measured):
        return (Decimal(one.entered or one), one.unit) == (Decimal(other.entered or other), other.unit)
    return True
