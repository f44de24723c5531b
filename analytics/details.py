"""Why each subject stands where it stands in a table: values of the explaining data set, the clause, the form that decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from analytics import registry
from analytics.datasets.adcrs import reason
from analytics.derive import plain
from analytics.layout import DASH, Words
from analytics.registry import Cut
from trial.models import Subject

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Detail:
    """One subject behind a cell; values in the order of the endpoint's detail columns. visit is blank where no form decided."""

    subject: str
    values: tuple[str, ...]
    why: str
    form: str = ""
    visit: str = ""
    occurrence: int = 1


def records(cut: Cut, endpoint: str) -> list[Record]:
    """One record a subject, as plain JSON without a language."""
    entry = registry.find(endpoint)
    frame = cut[entry.details]
    columns = {name: [_pack(value) for value in plain(frame[name])] for name in frame.columns}
    found = []
    for at, code in enumerate(columns["subject"]):
        record: Record = {"subject": code, "values": {name: columns[name][at] for name in entry.detail_columns}}
        for name in ("visit", "occurrence", "clause", "shown"):
            if name in columns and columns[name][at] is not None:
                record[name] = columns[name][at]
        found.append(record)
    return found


def _pack(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    return str(value) if isinstance(value, Decimal) else value


def of(endpoint: str, kept: Sequence[Mapping[str, Any]], subjects: Sequence[str]) -> list[Detail]:
    """The subjects of a cell with what is kept about them, in the reader's language; one without a record stands bare."""
    entry = registry.find(endpoint)
    form = registry.datasets()[entry.details].form
    known = {record["subject"]: record for record in kept}
    return [_detail(code, known.get(code, {"values": {}}), tuple(entry.detail_columns), form) for code in subjects]


def _detail(code: str, record: Mapping[str, Any], columns: tuple[str, ...], form: str) -> Detail:
    why: Words | None = reason(record["clause"], record["shown"]) if "clause" in record else None
    return Detail(
        subject=code,
        values=tuple(_said(name, record["values"].get(name)) for name in columns),
        why=str(why or ""),
        form=form if "visit" in record else "",
        visit=record.get("visit", ""),
        occurrence=record.get("occurrence", 1),
    )


def _said(name: str, value: Any) -> str:
    """A value as a person reads it; times on the clock of the page."""
    if value is None:
        return DASH
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict) and "at" in value:
        return f"{timezone.localtime(datetime.fromisoformat(value['at'])):%Y-%m-%d %H:%M %Z}"
    if isinstance(value, dict):
        return str(value["on"])
    if name == "status":
        return str(dict(Subject.Status.choices).get(value, value))
    return str(value)
