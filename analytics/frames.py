"""One frame a form: which columns it has, of which kind, and how its rows are read; all from the declaration."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.derive import study_day
from crf.declare.form import Crf, Entered, FormClass, casebook
from crf.declare.items import Number
from trial import schedule
from trial.models import LIMIT_PLACES, ReferenceRange, Site, Subject, Transfer, Visit

# Kind of a column -> its type in a frame. A date stays a plain day, or None.
DTYPES = {
    "text": "str", "number": "float64", "integer": "Int64", "date": "object", "datetime": "datetime64[ns, UTC]", "flag": "bool",
}  # fmt: skip
# Class of an item -> kind of its column; what is not named is text.
KINDS = {"number": "number", "date": "date", "datetime": "datetime"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a frame. places: decimal places of a number. content: whether the content hash covers it."""

    name: str
    kind: str
    places: int = 0
    content: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """A frame before it is filled: name, columns, tables it rests on, and what reads its rows in the columns' order."""

    name: str
    columns: tuple[Column, ...]
    tables: tuple[str, ...]
    rows: Callable[[], Iterable[Sequence[Any]]]

    def read(self) -> dict[str, list[Any]]:
        """Every column as a list of values as stored (a measured number is the Decimal that was typed)."""
        rows = list(self.rows())
        across: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * len(self.columns)
        return {column.name: list(values) for column, values in zip(self.columns, across, strict=True)}

    def frame(self, values: dict[str, list[Any]]) -> pd.DataFrame:
        """The columns as a frame, typed as declared; the same types for no rows at all."""
        return pd.DataFrame(
            {c.name: series(values[c.name], c.kind) for c in self.columns}, columns=[c.name for c in self.columns]
        )


def series(values: list[Any], kind: str) -> pd.Series:
    """A column of a frame."""
    if kind == "datetime":
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True)).astype(DTYPES[kind])
    if kind == "number":
        return pd.Series([None if value is None else float(value) for value in values], dtype=DTYPES[kind])
    return pd.Series(values, dtype=DTYPES[kind])


def shapes() -> tuple[Shape, ...]:
    """Every frame of a snapshot: subjects, visits, limits of normal, each form of the casebook, each grid inside a form."""
    found = [_subjects(), _visits(), _ranges()]
    for form in casebook():
        found.append(_form(form))
        found += [_grid(form, name) for name in form.declared.rows]
    return tuple(found)


def _subjects() -> Shape:
    texts = {"subject": "code", "site": "site__code", "site_name": "site__name", "timezone": "site__timezone"}
    texts |= {name: name for name in ("dose_level", "status", "protocol_version")}
    texts |= {"screening_site": "screening_site__code", "screening_site_name": "screening_site__name"}
    dates = ("screened_on", "enrolled_on", "withdrawn_on")
    columns = (
        [Column(name, "text") for name in texts]
        + [Column(name, "date") for name in dates]
        + [Column("infused_at", "datetime"), Column("former_sites", "text")]
    )
    read = Subject.objects.order_by("code").values_list(*texts.values(), *dates, "infused_at")

    def rows() -> Iterator[Sequence[Any]]:
        former = _former_sites()
        yield from ((*row, former.get(row[0], "")) for row in read.all())

    tables = (Subject._meta.db_table, Site._meta.db_table, Transfer._meta.db_table)
    return Shape("subject", tuple(columns), tables, rows)


def _former_sites() -> dict[str, str]:
    """Of each subject that was transferred the sites it was at, with the day that ended each: "01<2026-04-10 02<2026-05-01"."""
    found: dict[str, list[str]] = {}
    lines = Transfer.objects.order_by("on", "id").values_list("subject__code", "from_site__code", "on")
    for subject, site, on in lines:
        found.setdefault(subject, []).append(f"{site}<{on.isoformat()}")
    return {subject: " ".join(sites) for subject, sites in found.items()}


def _visits() -> Shape:
    texts = {"subject": "subject__code", "site": "site__code", "visit": "code", "protocol_version": "protocol_version"}
    dates = ("planned_on", "window_from", "window_to", "actual_on")
    columns = [Column(name, "text") for name in texts] + [Column("infusion", "integer"), Column("unscheduled", "flag")]
    columns += [Column(name, "date") for name in dates]

    def rows() -> Iterator[Sequence[Any]]:
        read = Visit.objects.values_list(*texts.values(), "infusion", "unscheduled", *dates)
        yield from sorted(read, key=lambda row: (row[0], row[4], schedule.position(row[2])))

    return Shape("visit", tuple(columns), (Visit._meta.db_table,), rows)


def _ranges() -> Shape:
    """The limits of normal that the laboratories of the sites have stated."""
    texts = {"site": "site__code", "analyte": "analyte", "sex": "sex", "unit": "unit"}
    whole, days, numbers = ("age_from", "age_to"), ("valid_from", "valid_to"), ("low", "high")
    columns = [Column(name, "text") for name in texts] + [Column(name, "integer") for name in whole]
    columns += [Column(name, "date") for name in days]
    columns += [Column(name, "number", LIMIT_PLACES) for name in numbers]
    read = ReferenceRange.objects.order_by("site__code", "analyte", "sex", "age_from", "valid_from", "id")
    rows = read.values_list(*texts.values(), *whole, *days, *numbers)
    return Shape("reference_range", tuple(columns), (ReferenceRange._meta.db_table,), rows.all)


# How a form is found again: the natural key of its row, before what it holds.
KEY = (Column("subject", "text"), Column("site", "text"), Column("visit", "text"), Column("occurrence", "integer"))


def _items(items: dict[str, Any]) -> tuple[Column, ...]:
    return tuple(
        Column(name, KINDS.get(item.kind, "text"), item._places if isinstance(item, Number) else 0)
        for name, item in items.items()
    )


def _key_paths(form: FormClass, prefix: str = "") -> list[str]:
    """Where the key's values stand; a log has no visit, and its subject's code stands in for it until it is blanked."""
    visit = f"{prefix}visit__code" if issubclass(form, Crf) else f"{prefix}subject__code"
    return [f"{prefix}subject__code", f"{prefix}site__code", visit, f"{prefix}occurrence"]


def _form(form: FormClass) -> Shape:
    """A form: key, study day on the site's clock, state, why items are blank, then the items."""
    declared = form.declared
    own = (
        # The day follows from values that are hashed; the version counts saves and is no content.
        Column("study_day", "integer", content=False), Column("status", "text"), Column("version", "integer", content=False),
        Column("missing", "text"),
    )  # fmt: skip
    about = declared.about_day or "subject__infused_at"  # any column: without a day nothing is counted
    paths = [
        *_key_paths(form),
        about,
        "status",
        "version",
        "missing",
        *declared.items,
        "subject__infused_at",
        "site__timezone",
    ]
    zones: dict[str, ZoneInfo] = {}

    def row(read: Sequence[Any]) -> Sequence[Any]:
        key, day, (status, version, missing), items = read[:4], read[4], read[5:8], read[8:-2]
        zone = zones.setdefault(read[-1], ZoneInfo(read[-1]))
        on = study_day(day, read[-2], zone) if declared.about_day else None
        why = json.dumps(missing, sort_keys=True, ensure_ascii=False)
        return (*_visit(form, key), on, status, version, why, *items)

    def rows() -> Iterator[Sequence[Any]]:
        counted = form.objects.exclude(status=Entered.Status.WITHDRAWN)  # type: ignore[attr-defined]
        yield from sorted(map(row, counted.values_list(*paths)), key=_order)

    return Shape(declared.name, (*KEY, *own, *_items(declared.items)), (form._meta.db_table,), rows)


def _grid(form: FormClass, name: str) -> Shape:
    """The rows of a grid, with the key of the form they stand in and their number."""
    model = form.declared.rows[name].row
    items = model.declared.items
    paths = [*_key_paths(form, "form__"), "row", *items]

    def rows() -> Iterator[Sequence[Any]]:
        read = model.objects.exclude(form__status=Entered.Status.WITHDRAWN).values_list(*paths)  # type: ignore[attr-defined]
        yield from sorted(((*_visit(form, row[:4]), *row[4:]) for row in read), key=lambda row: (*_order(row), row[4]))

    return Shape(
        f"{form.declared.name}.{name}", (*KEY, Column("row", "integer"), *_items(items)), (model._meta.db_table,), rows
    )


def _visit(form: FormClass, key: Sequence[Any]) -> Sequence[Any]:
    return key if issubclass(form, Crf) else (*key[:2], None, key[3])


def _order(row: Sequence[Any]) -> tuple[Any, ...]:
    return row[0], schedule.position(row[2]) if row[2] else (-1, 0), row[3]


def plain_text(value: Any, places: int) -> Any:
    """A value as the content hash sees it: decimals at declared places, times in UTC, null as null."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return str(value.quantize(Decimal(1).scaleb(-places)))
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value.isoformat()
