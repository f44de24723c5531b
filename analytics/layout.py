"""The shape of an endpoint table: columns, rows and cells, numbers kept apart from the text that is printed.

Nothing here is said in a language yet: a text is either plain (a code, a figure) or `Words`, a sentence that is
translated when it is rendered, so that one stored table is read in English and in Chinese.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import pandas as pd
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from analytics import statistics

DASH = "–"

Value: TypeAlias = "str | int | Words"
Text: TypeAlias = "str | Words"
Number: TypeAlias = int | float | str | None


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence with {placeholders}, translated each time it is turned into a string."""

    msgid: str
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return gettext(self.msgid).format(**{name: str(value) for name, value in self.values})


def say(msgid: str, **values: Value) -> Words:
    """Words with the values of their placeholders; mark the msgid with gettext_noop where it is written."""
    return Words(msgid, tuple(values.items()))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text for print, numbers for computing (percent scale 0-100), codes of the subjects behind it."""

    text: Text
    numbers: Mapping[str, Number] = field(default_factory=dict)
    subjects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, number in self.numbers.items():
            if isinstance(number, float) and not math.isfinite(number):
                raise ValueError(f"{name} is {number}: a number that does not exist is None")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of cells: a stable key, its heading, and its denominator (None where it has none)."""

    key: str
    label: Text
    n: int | None = None

    def __str__(self) -> str:
        return str(self.label) if self.n is None else f"{self.label} (N = {self.n})"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; the key names it for ever, so that links and comparisons outlive a re-wording."""

    label: Text
    cells: tuple[Cell, ...] = ()
    indent: int = 0
    kind: Literal["data", "heading"] = "data"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """What a figure shows, as plain values (texts may be Words); it is drawn when somebody looks (analytics.figures)."""

    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    """What an endpoint computes; its name, title, definition and options are added from its registration.

    details: the frame that explains the cells, where a choice of options changes what follows for a subject; None = the
    registered data set, whatever the options.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[Text, ...] = ()
    population: Text = ""
    stub: Text = ""
    figure: Figure | None = None
    details: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A finished table; `columns` are those of the cells, `stub` is the heading over the row labels."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[Text, ...]
    population: Text
    definition: Text
    options: Mapping[str, str]
    stub: Text = ""
    figure: Figure | None = None

    def __post_init__(self) -> None:
        for row in self.rows:
            if row.cells and len(row.cells) != len(self.columns):
                raise ValueError(f"{self.name}: row {row.key} has {len(row.cells)} cells, not {len(self.columns)}")
        keys = [row.key for row in self.rows]
        if len(set(keys)) != len(keys) or "" in keys:
            raise ValueError(f"{self.name}: every row needs a key of its own")

    def cell(self, row: str, column: str) -> Cell:
        """The cell of a row key and a column key; KeyError where there is none."""
        for candidate in self.rows:
            if candidate.key == row:
                for cell, heading in zip(candidate.cells, self.columns, strict=False):
                    if heading.key == column:
                        return cell
        raise KeyError(f"{self.name} has no cell {row}, {column}")


# --- text of numbers -------------------------------------------------------------------------------------------------


def rounded(value: float | Fraction, places: int) -> Decimal:
    """Round half away from zero on the decimal digits, as statistical tables do."""
    ratio = value if isinstance(value, Fraction) else None
    exact = Decimal(ratio.numerator) / Decimal(ratio.denominator) if ratio is not None else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def figure(value: float | None, *, places: int = 1, missing: Text = DASH) -> Text:
    """A number as text with fixed places; `missing` where it is None."""
    return missing if value is None else str(rounded(float(value), places))


def between(low: float | None, high: float | None, *, places: int = 1, missing: Text = DASH) -> Text:
    """Two numbers as text, "66.4 to 97.2"; a dash where both are missing and the missing one as given by `missing`."""
    if low is None and high is None:
        return missing
    return say(
        _("{low} to {high}"),
        low=figure(low, places=places, missing=missing),
        high=figure(high, places=places, missing=missing),
    )


# --- cells -----------------------------------------------------------------------------------------------------------


def count(subjects: Iterable[str]) -> Cell:
    """How many subjects."""
    codes = tuple(sorted(subjects))
    return Cell(str(len(codes)), {"n": len(codes)}, codes)


def count_percent(subjects: Iterable[str], total: int) -> Cell:
    """How many of a total, as "20 (87.0 %)"; a dash where the total is 0."""
    codes = tuple(sorted(subjects))
    numbers = _rate_numbers(len(codes), total)
    if total == 0:
        return Cell(DASH, numbers, codes)
    percent = rounded(Fraction(100 * len(codes), total), 1)
    return Cell(f"{len(codes)} ({percent} %)", numbers, codes)


def exact_interval(subjects: Iterable[str], total: int) -> Cell:
    """The exact 95 % interval of a rate in percent, as "66.4 to 97.2"; a dash where the total is 0."""
    codes = tuple(sorted(subjects))
    numbers = _rate_numbers(len(codes), total)
    low, high = numbers["low"], numbers["high"]
    if not isinstance(low, float) or not isinstance(high, float):
        return Cell(DASH, numbers, codes)
    return Cell(between(low, high), numbers, codes)


def _rate_numbers(n: int, total: int) -> dict[str, Number]:
    rate = statistics.proportion(n, total)
    percent = None if rate.fraction is None else 100 * n / total
    low = None if rate.low is None else 100 * rate.low
    high = None if rate.high is None else 100 * rate.high
    return {"n": n, "N": total, "percent": percent, "low": low, "high": high}


# --- keeping a table -------------------------------------------------------------------------------------------------


def pack(table: Table) -> dict[str, Any]:
    """The table as plain JSON values, no language chosen yet; `unpack` gives the same table back."""
    return {
        "name": table.name,
        "title": _pack_text(table.title),
        "columns": [{"key": c.key, "label": _pack_text(c.label), "n": c.n} for c in table.columns],
        "rows": [
            {
                "key": row.key,
                "label": _pack_text(row.label),
                "indent": row.indent,
                "kind": row.kind,
                "cells": [
                    {"text": _pack_text(c.text), "numbers": dict(c.numbers), "subjects": list(c.subjects)}
                    for c in row.cells
                ],
            }
            for row in table.rows
        ],
        "footnotes": [_pack_text(note) for note in table.footnotes],
        "population": _pack_text(table.population),
        "definition": _pack_text(table.definition),
        "options": dict(table.options),
        "stub": _pack_text(table.stub),
        "figure": None if table.figure is None else {"kind": table.figure.kind, "data": _packed(table.figure.data)},
    }


def unpack(data: Mapping[str, Any]) -> Table:
    """The table that `pack` was given."""
    return Table(
        name=data["name"],
        title=_unpack_text(data["title"]),
        columns=tuple(Column(c["key"], _unpack_text(c["label"]), c["n"]) for c in data["columns"]),
        rows=tuple(
            Row(
                label=_unpack_text(row["label"]),
                cells=tuple(Cell(_unpack_text(c["text"]), c["numbers"], tuple(c["subjects"])) for c in row["cells"]),
                indent=row["indent"],
                kind=row["kind"],
                key=row["key"],
            )
            for row in data["rows"]
        ),
        footnotes=tuple(_unpack_text(note) for note in data["footnotes"]),
        population=_unpack_text(data["population"]),
        definition=_unpack_text(data["definition"]),
        options=data["options"],
        stub=_unpack_text(data["stub"]),
        figure=data["figure"] and Figure(data["figure"]["kind"], _unpacked(data["figure"]["data"])),
    )


def _packed(value: Any) -> Any:
    """Plain values with the Words in them packed, at any depth."""
    if isinstance(value, Mapping):
        return {name: _packed(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(inner) for inner in value]
    return _pack_text(value)


def _unpacked(data: Any) -> Any:
    if isinstance(data, dict) and set(data) != {"msgid", "values"}:
        return {name: _unpacked(inner) for name, inner in data.items()}
    if isinstance(data, list):
        return [_unpacked(inner) for inner in data]
    return _unpack_text(data)


def _pack_text(text: Value) -> Any:
    if isinstance(text, Words):
        return {"msgid": text.msgid, "values": {name: _pack_text(value) for name, value in text.values}}
    return text


def _unpack_text(data: Any) -> Any:
    if isinstance(data, dict):
        return Words(data["msgid"], tuple((name, _unpack_text(value)) for name, value in data["values"].items()))
    return data
