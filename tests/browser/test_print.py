"""Paper: what Chromium makes a PDF of, read back as somebody with the file reads it."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests import study
from tests.browser.steps import url_of

A4 = (595, 842)  # points, rounded


@pytest.fixture
def assessed(people: Any, fresh: Any) -> Any:
    """Two assessments of one day."""
    with study.seeing_everything():
        for number in (1, 2):
            study.submit(
                "crs_assessment", fresh, "d1", study.typed_crs(1), by=people("investigator-01"), occurrence=number
            )
    return fresh


def pdf(page: Any, path: str, to: Path) -> PdfReader:
    page.goto(path)
    page.pdf(path=to, prefer_css_page_size=True)
    return PdfReader(to)


def words(paper: PdfReader) -> list[str]:
    """The text of each page; signs of Chinese fonts that only look like a character are read as that character."""
    return [" ".join(unicodedata.normalize("NFKC", one.extract_text()).split()) for one in paper.pages]


def test_a_form_becomes_a_pdf_of_a4_pages_without_the_buttons(signed_in: Any, assessed: Any, tmp_path: Path) -> None:
    page = signed_in("investigator-01")
    paper = pdf(page, url_of(assessed, "d1") + "print/", tmp_path / "form.pdf")
    assert {(round(one.mediabox.width), round(one.mediabox.height)) for one in paper.pages} == {A4}
    text = " ".join(words(paper))
    assert "38.6 °C" in text and "ASTCT 2019" in text and "A copy: the record is" in text
    assert "Back to the form" not in text and "Blank form" not in text
    page.emulate_media(media="print")
    assert not page.locator(".screen-only").is_visible()
    assert page.locator("h1").is_visible()


def test_each_form_of_a_visit_begins_a_page_and_names_its_subject(
    signed_in: Any, assessed: Any, tmp_path: Path
) -> None:
    paper = pdf(signed_in("investigator-01"), f"/subjects/{assessed.code}/d1/print/", tmp_path / "visit.pdf")
    begun = [text for text in words(paper) if "CRS assessment" in text and assessed.code in text]
    assert len(begun) >= 2
    text = " ".join(words(paper))
    assert text.count("38.6 °C") >= 2 and "A copy: the record is" in text


def test_a_blank_form_has_room_no_value_and_its_subject_on_every_sheet(
    signed_in: Any, assessed: Any, tmp_path: Path
) -> None:
    paper = pdf(signed_in("investigator-01"), url_of(assessed, "d1") + "print/?blank=1", tmp_path / "blank.pdf")
    sheets = words(paper)
    assert len(sheets) > 1 and all(assessed.code in text for text in sheets)
    assert "Highest temperature" in " ".join(sheets) and "38.6" not in " ".join(sheets)


def test_a_form_in_chinese_keeps_its_characters_on_paper(signed_in: Any, tmp_path: Path) -> None:
    page = signed_in("investigator-02")
    paper = pdf(page, "/subjects/02-007/d4/crs-assessment/print/", tmp_path / "chinese.pdf")
    text = "".join(words(paper)).replace(" ", "")
    assert "CRS评估" in text and "02-007" in text and "第4天" in text
