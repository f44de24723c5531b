"""The data dictionary: one line an item, read off the declarations, in English."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from crf.declare.form import FormClass, casebook

FILE = Path(settings.BASE_DIR) / "docs" / "data-dictionary.csv"
COLUMNS = (
    "form", "form_title", "section", "item", "label", "type", "unit", "other_units", "places", "length", "codes",
    "hard_low", "hard_high", "soft_low", "soft_high", "cdash", "sdtm", "required", "shown_if",
    "critical", "investigator", "since", "until", "chapter", "source", "help",
)  # fmt: skip


def lines() -> list[list[str]]:
    """One line an item, rows of a grid included, in the order of the casebook. Call with English active."""
    found = []
    for form in casebook():
        for section, names in form.declared.sections:
            for name in names:
                found += _item(form, str(section.label), name)
    return found


def _item(form: FormClass, section: str, name: str) -> list[list[str]]:
    item = form.declared.item(name)
    found = [_line(form, section, name, item)]
    if item.kind == "rows":
        found += [_line(form, section, f"{name}.{inner}", of) for inner, of in item.row.declared.items.items()]
    return found


def _line(form: FormClass, section: str, name: str, item: Any) -> list[str]:
    about = item.about
    codes = "; ".join(f"{code}={label}" for code, label in item.codes.choices) if hasattr(item, "codes") else ""
    shown = f"{about.shown_if.item} in {', '.join(about.shown_if.codes)}" if about.shown_if else ""
    length = getattr(item, "limit", None) or (item.max_length if item.kind == "text" else None)
    places = item.decimal_places if item.kind == "number" else None
    return [
        form.declared.name, str(form.declared.title), section, name, str(about.label), item.kind, about.unit, _units(item), _text(places),
        _text(length), codes, *_range(about.hard), *_range(about.soft), about.cdash, about.sdtm, _yes(about.required), shown,
        _yes(about.critical), _yes(about.investigator), about.since or "", about.until or "",
        str(form.declared.protocol_chapter), str(about.source), str(about.help),
    ]  # fmt: skip


def _units(item: Any) -> str:
    """Other units in which it may be entered, each with its factor to the unit."""
    return "; ".join(f"{unit} x {factor}" for unit, factor in getattr(item, "also", {}).items())


def _range(span: tuple[Any, Any] | None) -> list[str]:
    return [_text(limit) for limit in span or (None, None)]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _yes(value: bool) -> str:
    return "Y" if value else "N"


def text() -> str:
    """The dictionary as CSV."""
    out = io.StringIO(newline="")
    with translation.override("en"):
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(lines())
    return out.getvalue()


def write(file: Path = FILE) -> Path:
    """Writes the committed copy; a test says when it is stale."""
    file.write_bytes(text().encode())
    return file
