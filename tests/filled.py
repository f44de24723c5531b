"""Any form filled in, read off its declaration: what a person would type, and what it stands for."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from crf.declare.form import FormClass, Log, casebook
from crf.declare.items import Rows
from tests import study
from trial import subjects
from trial.models import Subject, User

ZONE = ZoneInfo("Asia/Shanghai")


def valid(item: Any) -> tuple[str, Any]:
    """A raw string that the item accepts, and the value it stands for; read off the declaration."""
    kind = item.kind
    if kind == "number":
        low, high = item.about.soft or (None, None)
        hard = item.about.hard or (None, None)
        low, high = (hard[0] if low is None else low), (hard[1] if high is None else high)
        low = 1 if low is None else low
        value = round((low + (high if high is not None else low + 1)) / 2, item._places)
        return str(value), value
    if kind == "coded":
        return item.codes.values[-1], item.codes.values[-1]
    fixed = {
        "yesno": ("Y", "Y"),
        "date": ("25mar26", date(2026, 3, 25)),
        "datetime": ("25.3.2026 09:15", datetime(2026, 3, 25, 9, 15, tzinfo=ZONE)),
        "partial_date": ("2019-03-un", "2019-03"),
        "text": ("  a short text ", "a short text"),
        "memo": ("two\r\nlines", "two\nlines"),
    }
    return fixed[kind]


def fill(form: FormClass, version: str = "1.0") -> tuple[dict[str, Any], dict[str, Any]]:
    """(typed, expected) with every item filled that can be shown at the same time. version: of the protocol."""
    items = form.declared.in_force(version)
    # An item that others depend on gets the code that shows most of them.
    wanted = Counter(
        (i.about.shown_if.item, code) for i in items.values() if i.about.shown_if for code in i.about.shown_if.codes
    )
    typed: dict[str, Any] = {}
    expected: dict[str, Any] = {}
    for name, item in items.items():
        codes = {code: n for (on, code), n in wanted.items() if on == name}
        when = item.about.shown_if
        if when and not when.holds(expected.get(when.item)):
            continue
        if isinstance(item, Rows):
            lines = [{n: valid(i) for n, i in item.row.declared.items.items()} for _ in range(2)]
            typed[name] = [{n: pair[0] for n, pair in line.items()} for line in lines]
            expected[name] = [{n: pair[1] for n, pair in line.items()} for line in lines]
        elif codes:
            typed[name] = expected[name] = max(codes, key=lambda code: (codes[code], code))
        else:
            typed[name], expected[name] = valid(item)
    return typed, expected


def another(item: Any, value: Any) -> Any:
    """Another value than this one that the item accepts."""
    if item.kind in ("coded", "yesno"):
        return next(str(code) for code in item.codes.values if code != value)
    if item.kind == "number":
        step, high = Decimal(1).scaleb(-item._places), (item.about.hard or (None, None))[1]
        return value + step if high is None or value + step <= high else value - step
    if item.kind in ("date", "datetime"):
        return value - (timedelta(days=1) if item.kind == "date" else timedelta(minutes=30))
    return {"partial_date": "2019-04", "text": "another text", "memo": "other\nlines"}[item.kind]


def leading(form: FormClass) -> set[str]:
    """Names of the items on which others depend: whoever changes one of them hides others."""
    return {item.about.shown_if.item for item in form.declared.in_force("1.0").values() if item.about.shown_if}


def enter_the_rest(subject: Subject, *, by: User, version: str = "1.0") -> None:
    """Every form of the casebook that this subject lacks, at an unscheduled visit or in its log."""
    with study.seeing_everything():
        visit = subjects.unscheduled(subject, by=by, on=date(2026, 3, 25))
        for form in casebook():
            if not form.objects.filter(subject=subject).exists():  # type: ignore[attr-defined]
                where = "log" if issubclass(form, Log) else visit.code
                study.submit(form.declared.name, subject, where, fill(form, version)[0], by=by)
