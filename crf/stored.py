"""A subject's submitted forms as plain values, of every kind that is asked for and of many subjects, read in one statement."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from crf.declare.form import FormClass, form_named
from trial.models import Subject

# By the kind of an item: how its value comes out of JSON. Numbers come as Decimal with the places of the column.
_READ: dict[str, Callable[[Any], Any]] = {
    "number": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def stored_of(form: FormClass, people: Iterable[Subject]) -> dict[int, list[Any]]:
    """The done forms of a kind of many subjects by their key; see `together`."""
    return together([form.declared.name], people)[form.declared.name]


def together(names: Collection[str], people: Iterable[Subject]) -> dict[str, dict[int, list[Any]]]:
    """Forms that were done, by name and by the key of the subject, each oldest first by the day it is about.

    One statement, however many kinds and subjects; row security applies to each table. Forms without that day are left
    out: a rule over time cannot place them. Times are on the site's clock. Subjects must carry their site.
    """
    return {
        name: {pk: in_time(plain, form_named(name).declared.about_day) for pk, plain in of.items()}
        for name, of in everything(names, people).items()
    }


def everything(names: Collection[str], people: Iterable[Subject]) -> dict[str, dict[int, list[Any]]]:
    """The same in order of entry, with the forms that nothing dates."""
    zones = {subject.pk: ZoneInfo(subject.site.timezone) for subject in people}
    found: dict[str, dict[int, list[Any]]] = {name: {pk: [] for pk in zones} for name in dict.fromkeys(names)}
    if not found or not zones:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(_select(name) for name in found) + " ORDER BY 1, 2, 3", [list(zones)] * len(found)
        )
        for name, subject, _pk, text in cursor.fetchall():
            found[name][subject].append(_plain(name, text, zones[subject]))
    return found


@cache
def _select(name: str) -> str:
    """One kind: its rows whole, as JSON, with the lines of its grids inside. Names of our own, never of a request."""
    form = form_named(name)
    grids = "".join(
        f", '{grid}', (SELECT json_agg(row_to_json(r) ORDER BY r.row) FROM {rows.row._meta.db_table} r WHERE r.form_id = f.id)"
        for grid, rows in form.declared.rows.items()
    )
    return (
        f"SELECT '{name}', f.subject_id, f.id, json_build_object('form', row_to_json(f){grids})::text"  # noqa: S608
        f" FROM {form._meta.db_table} f WHERE f.subject_id = ANY(%s) AND f.status = 'COMPLETE'"
    )


def _plain(name: str, text: str, zone: ZoneInfo) -> SimpleNamespace:
    whole = json.loads(text, parse_float=Decimal)
    row = whole.pop("form")
    declared = form_named(name).declared
    values = {"pk": row["id"], "occurrence": row["occurrence"], **_values(declared.items, row, zone)}
    for grid, rows in declared.rows.items():
        lines = whole.get(grid) or ()
        values[grid] = [SimpleNamespace(**_values(rows.row.declared.items, line, zone)) for line in lines]
    return SimpleNamespace(**values)


def _values(items: dict[str, Any], row: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    found = {}
    for name, item in items.items():
        value = row[name]
        if value is not None and (read := _READ.get(item.kind)):
            value = read(value)
            if item.kind == "datetime":
                value = value.astimezone(zone)
        found[name] = value
    return found


def in_time(plain: Iterable[Any], key: str) -> list[Any]:
    """Sorted by the item that dates them; undated ones are left out. A kind that nothing dates is in order of entry."""
    if not key:
        return sorted(plain, key=lambda p: p.pk)
    dated = [p for p in plain if getattr(p, key) is not None]
    return sorted(dated, key=lambda p: (getattr(p, key), p.pk))
