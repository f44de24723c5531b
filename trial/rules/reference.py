"""Limits of normal: which of a laboratory's ranges holds for a value, by sex, age and day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

__all__ = ["FLAGS", "NONE", "Limits", "pick"]

VERSION = "reference_limits"
FLAGS: dict[str, str] = {
    "LIMITS_ASSUMED": "The site's laboratory has not stated its limits of normal; published limits for adults are used.",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Lower and upper limit of normal in the standard unit of the item; None = not stated, or not to be told.

    assumed: they are not those of the site's own laboratory.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    assumed: bool = False


NONE = Limits()


def pick(
    ranges: Iterable[Any], analyte: str, *, sex: str | None, age: int | None, on: date | None, assumed: bool = False
) -> Limits:
    """The limits of one analyte for a subject on a day.

    ranges: objects with analyte, sex ("M", "F", or blank for both), age_from, age_to (years, both included), valid_from,
    valid_to (both included), low, high; None = open. Where sex, age or day is not known, or several ranges hold, only a
    limit on which all of them agree is given.
    """
    found = [one for one in ranges if one.analyte == analyte and _holds(one, sex, age, on)]
    return Limits(_agreed(one.low for one in found), _agreed(one.high for one in found), assumed and bool(found))


def _holds(one: Any, sex: str | None, age: int | None, on: date | None) -> bool:
    of_sex = not sex or not one.sex or one.sex == sex
    return of_sex and _within(age, one.age_from, one.age_to) and _within(on, one.valid_from, one.valid_to)


def _within(value: Any, low: Any, high: Any) -> bool:
    """Whether a value lies between two open or included ends; one that is not known may."""
    return value is None or ((low is None or value >= low) and (high is None or value <= high))


def _agreed(limits: Iterable[Decimal | None]) -> Decimal | None:
    found = set(limits)
    return found.pop() if len(found) == 1 else None
