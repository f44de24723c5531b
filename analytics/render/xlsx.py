"""A table as a workbook: the table as printed, the numbers of each cell, and the subjects behind it."""

import io
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from analytics.layout import Cell, Table
from analytics.render import Stamp, option_lines, stamp_lines

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Widths in characters.
LABEL_WIDTH, CELL_WIDTH = 44, 18


def render(table: Table, stamp: Stamp) -> bytes:
    """The workbook in the language that is active; dated as its snapshot, so the same input gives the same bytes."""
    out = io.BytesIO()
    # No text is taken for a formula, a link or a number: what stands in the cell is what was written.
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, plain) as book:
        # Office keeps the date without a zone.
        created = stamp.taken_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": str(table.title), "comments": stamp.content_hash, "created": created})
        _printed(book, table, stamp)
        _numbers(book, table)
        _subjects(book, table)
    return out.getvalue()


def _printed(book: Any, table: Table, stamp: Stamp) -> None:
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    right = book.add_format({"align": "right"})
    sheet = book.add_worksheet(_("Table"))
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, max(1, len(table.columns)), CELL_WIDTH)
    above = [str(table.title), str(table.definition), *(f"{name}: {value}" for name, value in option_lines(table))]
    for at, text in enumerate(above):
        sheet.write_string(at, 0, text, bold if at == 0 else None)
    heading = len(above) + 1
    for column, label in enumerate((table.stub, *table.columns)):
        sheet.write_string(heading, column, str(label), head)
    sheet.freeze_panes(heading + 1, 1)
    for at, row in enumerate(table.rows, start=heading + 1):
        style = book.add_format({"indent": row.indent, "bold": row.kind == "heading"})
        sheet.write_string(at, 0, str(row.label), style)
        for column, cell in enumerate(row.cells, start=1):
            sheet.write_string(at, column, str(cell.text), right)
    below = [str(note) for note in table.footnotes] + [f"{name}: {value}" for name, value in stamp_lines(stamp)]
    for at, text in enumerate(below, start=heading + len(table.rows) + 2):
        sheet.write_string(at, 0, text)


def _cells(table: Table) -> Iterator[tuple[str, str, Cell]]:
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=False):
            yield row.key, column.key, cell


def _sheet(book: Any, name: str, columns: Sequence[str]) -> Any:
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bottom": 1})
    for column, text in enumerate(columns):
        sheet.write_string(0, column, text, head)
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 1, CELL_WIDTH)
    return sheet


def _numbers(book: Any, table: Table) -> None:
    """One line a cell: keys of its row and column, and every number."""
    names = sorted({name for _row, _column, cell in _cells(table) for name in cell.numbers})
    sheet = _sheet(book, _("Numbers"), (_("Row"), _("Column"), *names))
    for at, (row, column, cell) in enumerate(_cells(table), start=1):
        sheet.write_string(at, 0, row)
        sheet.write_string(at, 1, column)
        for place, name in enumerate(names, start=2):
            number = cell.numbers.get(name)
            if isinstance(number, str):
                sheet.write_string(at, place, number)
            elif number is not None:
                sheet.write_number(at, place, number)


def _subjects(book: Any, table: Table) -> None:
    """One line a subject of a cell: a sheet holds more of them than one cell could."""
    sheet = _sheet(book, _("Subjects"), (_("Row"), _("Column"), _("Subject")))
    lines = ((row, column, code) for row, column, cell in _cells(table) for code in cell.subjects)
    for at, line in enumerate(lines, start=1):
        for place, text in enumerate(line):
            sheet.write_string(at, place, text)
