"""Every format is read back: the same table, its stamp, and nothing that a spreadsheet or a browser would run."""

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import openpyxl
import pytest

from analytics import registry
from analytics.layout import Cell, Column, Row, Table
from analytics.registry import Cut
from analytics.render import csv as as_csv
from analytics.render import html as as_html
from analytics.render import json as as_json
from analytics.render import xlsx as as_xlsx

FORMATS = (as_csv, as_html, as_json, as_xlsx)
EVIL = Table(
    name="evil",
    title='=HYPERLINK("http://x","y")',
    columns=(Column("all", "@SUM(A1)", 3), Column("b", "<b>bold</b>")),
    rows=(Row("+1+cmd", (Cell("-2 to 3"), Cell("<script>alert(1)</script>", {"n": 1}, ("01-001",))), key="a"),),
    footnotes=("\t=1",),
    population="–",
    definition="plain",
    options={},
)


def words_of(rendered) -> str:
    """All text of a rendered table, whatever the format."""
    if isinstance(rendered, str):
        return rendered
    book = openpyxl.load_workbook(io.BytesIO(rendered))
    return "\n".join(str(value) for sheet in book for row in sheet.values for value in row if value is not None)


@pytest.mark.parametrize("name", registry.endpoints())
def test_every_output_says_from_which_data_and_software_it_comes(name, frames, stamp):
    table = Cut(frames).table(name)
    for form in FORMATS:
        text = words_of(form.render(table, stamp))
        for said in (
            stamp.content_hash,
            "0.1.0",
            "2025-11-22",
            "06:05:04",
            "Sites 01, 02",
            "reconstructed data, not patients",
        ):
            assert said in text, (form.__name__, said)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.__name__)
def test_data_of_a_real_study_wears_no_demonstration_label(form, frames, stamp):
    text = words_of(form.render(Cut(frames).table("crs_by_grade"), replace(stamp, demonstration=False)))
    assert "reconstructed" not in text


@pytest.mark.parametrize("name", registry.endpoints())
def test_every_endpoint_renders_on_the_empty_cut(name, empty_frames, stamp):
    table = Cut(empty_frames).table(name)
    for form in FORMATS:
        assert stamp.content_hash in words_of(form.render(table, stamp)), form.__name__


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.__name__)
def test_the_same_table_gives_the_same_bytes(form, frames, stamp):
    assert form.render(Cut(frames).table("crs_by_grade"), stamp) == form.render(
        Cut(frames).table("crs_by_grade"), stamp
    )


def test_csv_read_back_holds_the_table_as_printed(frames, stamp):
    table = Cut(frames).table("crs_by_grade")
    lines = list(csv.reader(io.StringIO(as_csv.render(table, stamp), newline="")))
    assert lines[0] == ["Cytokine release syndrome by maximum grade"]
    head = lines.index(["CRS", "All treated (N = 6)", "1.0 × 10⁶/kg (N = 3)", "2.0 × 10⁶/kg (N = 3)"])
    assert lines[head + 1] == ["Any grade (1 to 5)", "4 (66.7 %)", "1 (33.3 %)", "3 (100.0 %)"]
    assert lines[head + 2][0] == "  95 % CI"
    assert ["Snapshot", "2025-11-22 06:05:04 UTC"] in lines
    assert len(lines[head + 1 : lines.index([], head)]) == len(table.rows)


def test_csv_holds_nothing_that_a_spreadsheet_takes_for_a_formula(stamp):
    cells = [cell for line in csv.reader(io.StringIO(as_csv.render(EVIL, stamp), newline="")) for cell in line]
    assert not [cell for cell in cells if cell.lstrip(" ")[:1] in set("=+-@\t\r\n") - {""}]
    assert '\'=HYPERLINK("http://x","y")' in cells
    assert "'-2 to 3" in cells


def test_json_read_back_holds_numbers_texts_and_subjects(frames, stamp):
    table = Cut(frames).table("crs_by_grade")
    data = json.loads(as_json.render(table, stamp))
    row = next(row for row in data["rows"] if row["key"] == "grade_3_plus")
    assert row["cells"][0]["text"] == "1 (16.7 %)"
    assert row["cells"][0]["subjects"] == ["01-003"]
    assert row["cells"][0]["numbers"] == dict(table.cell("grade_3_plus", "all").numbers)
    assert data["columns"][0] == {"key": "all", "label": "All treated", "N": 6}
    assert data["options"] == {"population": "treated"}
    assert data["stamp"]["taken_at"] == "2025-11-22T06:05:04+00:00"


def test_workbook_read_back_holds_the_table_the_numbers_and_the_subjects(frames, stamp):
    table = Cut(frames).table("crs_by_grade")
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx.render(table, stamp)))
    printed, numbers, subjects = (list(book[name].values) for name in ("Table", "Numbers", "Subjects"))
    head = next(index for index, row in enumerate(printed) if row[0] == "CRS")
    assert printed[head][1] == "All treated (N = 6)"
    assert printed[head + 1][:2] == ("Any grade (1 to 5)", "4 (66.7 %)")
    line = dict(zip(numbers[0], next(row for row in numbers if row[:2] == ("grade_3_plus", "all")), strict=True))
    assert (line["n"], line["N"], line["percent"]) == (1, 6, pytest.approx(100 / 6))
    assert ("grade_3_plus", "all", "01-003") in subjects


def test_workbook_has_a_bold_frozen_heading_and_the_date_of_its_snapshot(frames, stamp):
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx.render(Cut(frames).table("crs_by_grade"), stamp)))
    sheet = book["Table"]
    head = next(row for row in range(1, 20) if sheet.cell(row, 1).value == "CRS")
    assert sheet.cell(head, 1).font.bold and sheet.cell(head, 2).font.bold
    assert sheet.freeze_panes == f"B{head + 1}"
    assert book.properties.created.isoformat() == "2025-11-22T06:05:04"


def test_workbook_holds_text_only_where_text_was_written(stamp):
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx.render(EVIL, stamp)))
    kinds = {cell.data_type for row in book["Table"].iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}


class Links(HTMLParser):
    """Collects the links and the elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[dict[str, str | None]] = []
        self.elements: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        if tag == "a":
            self.links.append(dict(attrs))


def test_html_links_each_cell_that_has_subjects_and_no_other(frames, stamp):
    table = Cut(frames).table("crs_by_grade")
    page = Links(as_html.render(table, stamp, cell_url=lambda row, column: f"?cell={row}:{column}", target="#drawer"))
    with_subjects = {
        f"?cell={row.key}:{column.key}"
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=False)
        if cell.subjects
    }
    assert {link["href"] for link in page.links} == with_subjects
    assert {link["hx-get"] for link in page.links} == with_subjects
    assert {link["hx-target"] for link in page.links} == {"#drawer"}
    assert any(
        link["aria-label"] == "4 (66.7 %): Any grade (1 to 5), All treated, show subjects" for link in page.links
    )


def test_html_without_addresses_has_no_links(frames, stamp):
    assert Links(as_html.render(Cut(frames).table("crs_by_grade"), stamp)).links == []


def test_html_shows_what_was_written_and_runs_nothing(stamp):
    text = as_html.render(EVIL, stamp, cell_url=lambda row, column: '"><script>')
    assert "script" not in Links(text).elements and "b" not in Links(text).elements
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_html_of_a_heading_without_cells_keeps_the_grid(frames, stamp):
    table = Cut(frames).table("crs_by_grade")
    elements = Links(as_html.render(table, stamp)).elements
    assert elements.count("td") == len(table.rows) * len(table.columns)
