"""What a browser sends of a form, and what stands for it where no browser is: raw strings, with counters of rows that are true."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from crf.declare.form import FormClass
from crf.declare.items import Rows


def typed(data: Mapping[str, Any]) -> QueryDict:
    """Raw strings as a browser would send them: rows given as a list of dictionaries become the grid's fields.

    data: item name -> text; rows' name -> list of {item: text}; "<item>__missing" -> reason.
    """
    if isinstance(data, QueryDict):
        return data
    flat = QueryDict(mutable=True)
    for name, value in data.items():
        if not isinstance(value, (list, tuple)):
            flat[name] = "" if value is None else str(value)
            continue
        flat[f"{name}-TOTAL_FORMS"], flat[f"{name}-INITIAL_FORMS"] = str(len(value)), "0"
        for number, line in enumerate(value):
            for inner, text in line.items():
                flat[f"{name}-{number}-{inner}"] = "" if text is None else str(text)
    return flat


def with_grids(data: QueryDict, form: FormClass) -> QueryDict:
    """The data with true counters of rows: each row that was sent is read, whatever the counters say of it.

    A formset believes its counters: rows above them would be lost without a word.
    """
    true: dict[str, str] = {}
    for name, grid in form.declared.rows.items():
        told = {end: _counted(data.get(f"{name}-{end}_FORMS")) for end in ("TOTAL", "INITIAL")}
        total = max(told["TOTAL"], _rows_sent(data, name, grid))
        true |= {f"{name}-TOTAL_FORMS": str(total), f"{name}-INITIAL_FORMS": str(min(told["INITIAL"], total))}
    if any(data.get(key) != text for key, text in true.items()):
        data = data.copy()
        for key, text in true.items():
            data[key] = text
    return data


def _counted(text: str | None) -> int:
    """A counter as it was sent; 0 where it is no number."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else 0


def _rows_sent(data: QueryDict, name: str, grid: Rows) -> int:
    """One more than the highest number of a row of which anything was sent."""
    key = re.compile(rf"{name}-([0-9]{{1,6}})-(?:{'|'.join(grid.row.declared.items)})")
    return max((int(found[1]) + 1 for sent in data if (found := key.fullmatch(sent))), default=0)
