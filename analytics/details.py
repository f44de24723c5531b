"""Why each subject stands where it stands in a table: values of the explaining data set, the clause, the form that decided."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics import registry
from analytics.datasets.adcrs import reason
from analytics.derive import plain
from analytics.layout import DASH
from crf.codelists import Ecog, HeavyChain, LightChain, Sex
from crf.placeholders import LEVELS, REASONS, route, sentence
from trial.models import Subject

Record = dict[str, Any]

# Codes of the explaining data sets in words; an abbreviation that physicians write stays.
CODES: Mapping[str, Any] = {
    **LEVELS,
    **REASONS,
    "NEG": gettext_lazy("negative"),
    "POS": gettext_lazy("positive"),
    "NOT_EVALUABLE": gettext_lazy("not evaluable"),
    "NOT_ASSESSED": gettext_lazy("not assessed"),
    "NONE": gettext_lazy("none"),
    "Y": gettext_lazy("Yes"),
    "N": gettext_lazy("No"),
    "U": gettext_lazy("Unknown"),
}
# Columns that hold a code of a list, by name.
LISTS: Mapping[str, Any] = {
    "status": Subject.Status, "sex": Sex, "ecog": Ecog, "heavy_chain": HeavyChain, "light_chain": LightChain,
}  # fmt: skip


class Behind(NamedTuple):
    """A form behind a value; a log's entry has no visit ("")."""

    form: str
    visit: str
    occurrence: int = 1


@dataclass(frozen=True, slots=True)
class Detail:
    """One subject behind a cell; values in the order of the endpoint's detail columns, and the forms they rest on."""

    subject: str
    values: tuple[str, ...]
    why: str
    forms: tuple[Behind, ...] = ()


def records(frame: pd.DataFrame, endpoint: str) -> list[Record]:
    """One record a subject, as plain JSON without a language; `frame` has one row a subject."""
    entry = registry.find(endpoint)
    columns = {name: [_pack(value) for value in plain(frame[name])] for name in frame.columns}
    found = []
    for at, code in enumerate(columns["subject"]):
        record: Record = {"subject": code, "values": {name: columns[name][at] for name in entry.detail_columns}}
        for name in ("visit", "occurrence", "clause", "shown", "clauses", "forms"):
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
    why = reason(record["clause"], record["shown"]) if "clause" in record else None
    if "clauses" in record:
        why = " ".join(sentence(clause, shown) for clause, shown in json.loads(record["clauses"]))
    return Detail(
        subject=code,
        values=tuple(_said(name, record["values"].get(name)) for name in columns),
        why=why or "",
        forms=tuple(_forms(record, form)),
    )


def _forms(record: Mapping[str, Any], form: str) -> Iterator[Behind]:
    """The form that decided, where the data set names it, then the others, each once."""
    found = [Behind(form, record["visit"], record.get("occurrence", 1))] if form and "visit" in record else []
    found += [Behind(*one) for one in json.loads(record.get("forms", "[]"))]
    yield from dict.fromkeys(found)


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
    if name in LISTS:
        return str(dict(LISTS[name].choices).get(value, value))
    if name == "measurable" and value not in CODES:
        return route(value)
    return str(CODES.get(value, value))
