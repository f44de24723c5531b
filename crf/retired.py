"""What a form holds, or what was typed into it, in items that the protocol version of its visit does not ask any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crf import codelists, sheet
from crf.declare.form import Entered
from crf.declare.items import Item
from crf.page import MISSING, PageForm


def of_page(page: PageForm, row: Entered | None) -> dict[str, dict[str, Any]]:
    """By name, in the order of the declaration: label, what is stored or was typed in words, and what was typed as it came.

    `typed` goes through the page unseen, so that a draft keeps it should the visit move back; a form keeps what is stored.
    """
    declared = page.declared
    stored = sheet.values_of(row) if row is not None else {}
    found = {}
    for name, item in {**declared.items, **declared.rows}.items():
        if name in page.items:
            continue
        typed = _typed(page, name)
        words = in_words(item, stored.get(name), row.missing.get(name, "") if row is not None else "")
        words = words or _as_typed(item, typed, name)
        if words:
            found[name] = {"label": item.about.label, "words": words, "typed": typed, "stored": bool(stored.get(name))}
    return found


def in_words(item: Any, value: Any, why: str = "") -> str:
    """A stored value, or the lines of a grid, in words; blank where there is nothing."""
    if isinstance(item, Item):
        return item.in_words(value) or (str(dict(codelists.Missing.choices).get(why, why)) if why else "")
    lines = (
        " ".join(of.in_words(getattr(line, name)) for name, of in item.row.declared.items.items())
        for line in value or ()
    )
    return "; ".join(" ".join(line.split()) for line in lines)


def _typed(page: PageForm, name: str) -> list[tuple[str, str]]:
    """The raw strings that were sent for an item or a grid, by their keys."""
    data: Mapping[str, Any] = page.data or {}
    own = [key for key in data if key in (name, name + MISSING) or key.startswith(f"{name}-")]
    return [(key, str(data.get(key))) for key in own if data.get(key) not in (None, "")]


def _as_typed(item: Any, typed: list[tuple[str, str]], name: str) -> str:
    if not isinstance(item, Item):
        return "; ".join(text for key, text in typed if not key.endswith("_FORMS"))
    text = dict(typed).get(name, "")
    return str(item.in_words(text)) if text and item.kind in ("coded", "yesno") else text
