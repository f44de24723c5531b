"""A table as a piece of a page; each cell with subjects behind it is a link to them."""

from collections.abc import Callable
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from analytics.layout import Row, Table
from analytics.render import Stamp, demonstration, option_lines, stamp_lines

CONTENT_TYPE = "text/html; charset=utf-8"

CellUrl = Callable[[str, str], str]


def render(table: Table, stamp: Stamp, *, cell_url: CellUrl | None = None, target: str = "") -> str:
    """The table in the language that is active.

    `cell_url` makes the address of a cell from the keys of its row and column; without it nothing is a link.
    `target` is the selector of the part of the page that a followed link fills; without it the link opens a page.
    """
    context = {
        "table": table,
        "rows": [_row(table, row, cell_url) for row in table.rows],
        "options": list(option_lines(table)),
        "stamp": [(name, _on_the_clock(stamp) if value == stamp.when else value) for name, value in stamp_lines(stamp)],
        "demonstration": demonstration() if stamp.demonstration else "",
        "target": target,
    }
    return render_to_string("analytics/_table.html", context)


def _on_the_clock(stamp: Stamp) -> str:
    """Time of the snapshot in the reader's zone, which is named beside it; files say UTC."""
    return f"{timezone.localtime(stamp.taken_at):%Y-%m-%d %H:%M:%S %Z}"


def _row(table: Table, row: Row, cell_url: CellUrl | None) -> dict[str, Any]:
    cells = []
    for column, cell in zip(table.columns, row.cells, strict=False):
        url = cell_url(row.key, column.key) if cell_url and cell.subjects else ""
        cells.append({"text": cell.text, "column": column, "url": url})
    blank = len(table.columns) - len(cells)
    return {"row": row, "cells": cells, "blank": range(blank)}
