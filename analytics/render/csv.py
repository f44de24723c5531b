"""A table as CSV: title and definition, the table itself, footnotes, stamp; UTF-8 text, one block under another."""

import csv
import io

from django.utils.translation import gettext as _

from analytics.layout import Table
from analytics.render import Stamp, harmless, option_lines, stamp_lines

CONTENT_TYPE = "text/csv; charset=utf-8"
INDENT = "  "


def render(table: Table, stamp: Stamp) -> str:
    """The table as it is read on the page, in the language that is active; the same input gives the same text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")

    def line(*texts: object) -> None:
        writer.writerow([harmless(str(text)) for text in texts])

    line(table.title)
    line(table.definition)
    for name, value in option_lines(table):
        line(name, value)
    writer.writerow([])
    line(table.stub, *table.columns)
    for row in table.rows:
        line(INDENT * row.indent + str(row.label), *(cell.text for cell in row.cells))
    writer.writerow([])
    for note in table.footnotes:
        line(_("Note"), note)
    for name, value in stamp_lines(stamp):
        line(name, value)
    return out.getvalue()
