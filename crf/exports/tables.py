"""The tables of an export: a CSV a form and a CSV a grid, read off the declarations, and the study's own tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.functions import Length

from crf.declare.form import Crf, FormClass, casebook
from crf.declare.items import Rows
from crf.declare.measured import ENTERED, UNIT
from crf.signatures import Signature
from crf.workflow import Query, QueryMessage
from trial import schedule
from trial.models import Delegation, Site, Subject, Transfer, Visit

KEYS = ("subject", "site", "visit", "infusion", "occurrence")
STATE = ("version", "status", "entered_at")
CHUNK = 2000  # rows fetched at a time, so that memory does not grow with the study


@dataclass(frozen=True, slots=True)
class File:
    """A CSV of the export. `source` is the database table whose rows it holds, all of them, one a line."""

    name: str
    source: str
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[list[str]]]

    def expected(self) -> int:
        """How many rows the database has, counted by the database and not by what wrote the file."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(self.source)}")
            return int(cursor.fetchone()[0])


def files() -> list[File]:
    """Every CSV with data, in the order of the zip."""
    found = [_sites(), _subjects(), _visits()]
    for form in casebook():
        found.append(_form(form))
        found += [_grid(form, grid) for grid in form.declared.rows.values()]
    return [*found, _queries(), _messages(), _signatures(), _transfers(), _delegations()]


def cell(value: Any, places: int | None = None) -> str:
    """A value as a CSV field: codes as codes, decimals at their declared places, dates ISO, times UTC ISO, blank = None.

    Values stand as they were entered, also where a spreadsheet would read a formula into them: these files are data.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Decimal):
        return f"{value:.{places}f}" if places is not None else str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)


def as_entered(name: str, item: Any) -> tuple[str, ...]:
    """The columns with value and unit as they were typed; none for an item without a choice of units."""
    return (name + ENTERED, name + UNIT) if getattr(item, "also", None) else ()


def _places(item: Any) -> int | None:
    return item.decimal_places if item.kind == "number" else None


def in_order(rows: QuerySet[Any], prefix: str, *more: str) -> QuerySet[Any]:
    """By subject, then by the schedule's visits, unscheduled ones last by number: no surrogate key, no collation."""
    position = Case(
        *(When(**{f"{prefix}visit__code": visit.code}, then=Value(i)) for i, visit in enumerate(schedule.VISITS)),
        default=Value(len(schedule.VISITS)),
        output_field=IntegerField(),
    )
    subject = (f"{prefix}subject__site__code", f"{prefix}subject__number")
    visit = (f"{prefix}visit__infusion", position, Length(f"{prefix}visit__code"), f"{prefix}visit__code")
    return rows.order_by(*subject, *visit, f"{prefix}occurrence", *more)


def _ordered(rows: QuerySet[Any], of_visit: bool, prefix: str, *more: str) -> QuerySet[Any]:
    if of_visit:
        return in_order(rows, prefix, *more)
    return rows.order_by(f"{prefix}subject__site__code", f"{prefix}subject__number", f"{prefix}occurrence", *more)


def _keys(row: Any) -> list[str]:
    visit = getattr(row, "visit", None)
    return [
        row.subject.code,
        row.subject.site.code,
        visit.code if visit else "",
        cell(visit.infusion if visit else None),
        str(row.occurrence),
    ]


def _form(form: FormClass) -> File:
    of_visit, items = issubclass(form, Crf), form.declared.items
    # What was typed, where it may have been another unit.
    entered = tuple(column for name, item in items.items() for column in as_entered(name, item))

    def rows() -> Iterator[list[str]]:
        related = form.objects.select_related("subject__site", *(("visit",) if of_visit else ()))  # type: ignore[attr-defined]
        for row in _ordered(related, of_visit, "").iterator(chunk_size=CHUNK):
            values = [cell(getattr(row, name), _places(item)) for name, item in items.items()]
            values += [cell(getattr(row, name)) for name in entered]
            state = [cell(getattr(row, name)) for name in STATE]
            yield [*_keys(row), *state, *values, *(row.missing.get(name, "") for name in items)]

    columns = (*KEYS, *STATE, *items, *entered, *(f"{name}.missing" for name in items))
    return File(f"{form.declared.name}.csv", form._meta.db_table, columns, rows)


def _grid(form: FormClass, grid: Rows) -> File:
    of_visit, items = issubclass(form, Crf), grid.row.declared.items

    def rows() -> Iterator[list[str]]:
        related = grid.row.objects.select_related("form__subject__site", *(("form__visit",) if of_visit else ()))  # type: ignore[attr-defined]
        for line in _ordered(related, of_visit, "form__", "row").iterator(chunk_size=CHUNK):
            yield [
                *_keys(line.form),
                str(line.row),
                *(cell(getattr(line, name), _places(item)) for name, item in items.items()),
            ]

    return File(f"{form.declared.name}.{grid.name}.csv", grid.row._meta.db_table, (*KEYS, "row", *items), rows)


def _plain(name: str, model: Any, rows: QuerySet[Any], fields: dict[str, str]) -> File:
    """A table of the study: column -> path of the value."""

    def read() -> Iterator[list[str]]:
        for values in rows.values_list(*fields.values()).iterator(chunk_size=CHUNK):
            yield [cell(value) for value in values]

    return File(name, model._meta.db_table, tuple(fields), read)


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


def _sites() -> File:
    fields = {"site": "code", **_same("name", "city", "country", "timezone", "is_training", "is_demonstration")}
    return _plain("sites.csv", Site, Site.objects.order_by("code"), fields)


def _subjects() -> File:
    own = _same(
        "number", "status", "dose_level", "screened_on", "enrolled_on", "infused_at", "withdrawn_on", "protocol_version"
    )
    return _plain(
        "subjects.csv",
        Subject,
        Subject.objects.order_by("site__code", "number"),
        {
            "subject": "code",
            "site": "site__code",
            **own,
            "screening_site": "screening_site__code",
            "former": "former__code",
        },
    )


def _transfers() -> File:
    fields = {
        "subject": "subject__code", "from_site": "from_site__code", "to_site": "to_site__code", **_same("on", "at"),
        "by": "by__username", "reason": "reason",
    }  # fmt: skip
    return _plain("transfers.csv", Transfer, Transfer.objects.order_by("subject__code", "on", "pk"), fields)


def _delegations() -> File:
    fields = {
        "site": "site__code", "person": "user__username", **_same("group", "from_on", "until_on"), "by": "by__username",
        "ended_because": "ended_because",
    }  # fmt: skip
    return _plain("delegations.csv", Delegation, Delegation.objects.order_by("site__code", "from_on", "pk"), fields)


def _visits() -> File:
    own = _same("infusion", "planned_on", "window_from", "window_to", "actual_on", "unscheduled", "protocol_version")
    position = Case(
        *(When(code=v.code, then=Value(i)) for i, v in enumerate(schedule.VISITS)), default=Value(len(schedule.VISITS))
    )
    rows = Visit.objects.order_by("site__code", "subject__number", "infusion", position, Length("code"), "code")
    return _plain("visits.csv", Visit, rows, {"subject": "subject__code", "site": "site__code", "visit": "code", **own})


def _queries() -> File:
    columns = (
        "query", *KEYS[:3], "form", "occurrence", "item", "check", "text", "state", "seen_version",
        "opened_at", "opened_by", "closed_at", "closed_by",
    )  # fmt: skip

    def rows() -> Iterator[list[str]]:
        found = Query.objects.select_related("subject__site", "visit", "opened_by", "closed_by").order_by("pk")
        for q in found.iterator(chunk_size=CHUNK):
            place = [q.subject.code, q.subject.site.code, q.visit.code if q.visit else ""]
            about = [q.form, q.occurrence, q.item, q.check_id, q.sentence, q.state, q.seen_version]
            when = [q.opened_at, _name(q.opened_by), q.closed_at, _name(q.closed_by)]
            yield [str(q.pk), *place, *(cell(value) for value in about + when)]

    return File("queries.csv", Query._meta.db_table, columns, rows)


def _messages() -> File:
    fields = {"query": "query_id", "at": "at", "by": "by__username", "text": "text"}
    return _plain("query_messages.csv", QueryMessage, QueryMessage.objects.order_by("query_id", "pk"), fields)


def _signatures() -> File:
    fields = {
        "subject": "subject__code", "site": "site__code", "visit": "visit__code", **_same("form", "occurrence", "version", "meaning"),
        "at": "signed_at", "by": "signed_by__username", "name": "printed_name", "digest": "digest",
    }  # fmt: skip
    return _plain("signatures.csv", Signature, Signature.objects.order_by("pk"), fields)


def _name(user: Any) -> str | None:
    return user.get_username() if user else None
