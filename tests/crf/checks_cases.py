"""What the cases of edit checks are made of: rows of what holds, what fails, what cannot be judged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from tests.study import NOW

Case = dict[str, Any]
# check id -> (what holds, what fails, what cannot be judged).
Cases = dict[str, tuple[list[Case], list[Case], list[Case]]]
INFUSED_ON = date(2026, 3, 20)
TODAY = date(2026, 6, 1)  # at the site at tests.study.NOW


def day(number: int) -> date:
    """A study day; the infusion is day 0."""
    return INFUSED_ON + timedelta(days=number)


def at(number: int, hour: int = 12) -> datetime:
    """An hour of a study day on the site's clock, eight hours ahead of UTC."""
    return datetime(2026, 3, 20, hour, tzinfo=UTC) + timedelta(days=number, hours=-8)


def of(**texts: str | int | None) -> Case:
    """Items of a form whose numbers are typed as text."""
    return {name: value if value is None else Decimal(value) for name, value in texts.items()}


def line(**values: Any) -> SimpleNamespace:
    """A lesion as a line of the grid; what is not given is blank."""
    blank: dict[str, Any] = dict.fromkeys(
        ("lesion", "location", "kind", "target", "is_new", "state", "longest", "perpendicular", "suv_max", "deauville",
         "into", "treated_locally")
    )  # fmt: skip
    return SimpleNamespace(**blank | values)


def added(*parts: tuple[list[Case], list[Case], list[Case]]) -> tuple[list[Case], list[Case], list[Case]]:
    """The cases of several tables of one check together."""
    holds, fails, unclear = ([case for part in parts for case in part[n]] for n in range(3))
    return holds, fails, unclear


def not_in_the_future(item: str) -> tuple[list[Case], list[Case], list[Case]]:
    """Cases of a date."""
    return [{item: TODAY}, {item: day(1)}], [{item: TODAY + timedelta(days=1)}], [{}]


def no_future_time(item: str) -> tuple[list[Case], list[Case], list[Case]]:
    """Cases of a time."""
    return [{item: NOW}], [{item: NOW + timedelta(minutes=1)}], [{}]


def in_the_visit(
    item: str, *, time: bool = False, planned_only: bool = False
) -> tuple[list[Case], list[Case], list[Case]]:
    """Cases of the day that a form is about; the visit has a window of one day, day 3."""

    def on(number: int) -> Any:
        return at(number) if time else day(number)

    def logged(number: int, category: str = "VISIT") -> Case:
        return {"others": {"protocol_deviation": [{"happened_on": day(number), "category": category}]}}

    infused = {"latest": {"car_t_infusion.infused_at": at(0, 10)}}
    near: list[Case] = [{item: on(17), "visit": "u1"}, {item: on(-11), "visit": "u1"}]
    far: list[Case] = [{item: on(18), "visit": "u1"}, {item: on(-12), "visit": "u1"}]
    holds: list[Case] = [
        {item: on(3)}, {item: on(0), "visit": "screening", **infused}, {item: on(2), **logged(2)},
        {item: on(1), "visit": "screening", **infused, **logged(1)},
    ]  # fmt: skip
    fails: list[Case] = [
        {item: on(2)}, {item: on(4)}, {item: on(1), "visit": "screening", **infused}, {item: on(2), **logged(3)},
        {item: on(2), **logged(2, "DOSE")},
    ]  # fmt: skip
    unclear: list[Case] = [
        {}, {item: on(2), "planned": False}, {item: on(60), "visit": "u1", "planned": False},
        {item: on(1), "visit": "screening"},
    ]  # fmt: skip
    if planned_only:
        return holds, fails, [*unclear, *near, *far]
    return [*holds, *near, {item: on(18), "visit": "u1", **logged(18)}], [*fails, *far], unclear


def since_consent(item: str, *, time: bool = False) -> tuple[list[Case], list[Case], list[Case]]:
    """Cases of what is not done before consent."""
    consent = {"informed_consent.consent_date": day(-20)}

    def on(number: int) -> Any:
        return at(number, 0) if time else day(number)

    return (
        [{item: on(-20), "latest": consent}],
        [{item: on(-21), "latest": consent}],
        [{item: on(-21)}, {"latest": consent}],
    )


def since_infusion(item: str) -> tuple[list[Case], list[Case], list[Case]]:
    """Cases of what is counted from the infusion."""
    return [{item: day(0)}], [{item: day(-1)}], [{}, {item: day(-1), "subject.infused_at": None}]
