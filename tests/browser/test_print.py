"""Paper: what Chromium makes a PDF of."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import study
from tests.browser.steps import url_of


@pytest.fixture
def assessed(people: Any, fresh: Any) -> Any:
    """Two assessments of one day."""
    with study.seeing_everything():
        for number in (1, 2):
            study.submit(
                "crs_assessment", fresh, "d1", study.typed_crs(1), by=people("investigator-01"), occurrence=number
            )
    return fresh


def pdf(page: Any, path: str, to: Path) -> bytes:
    page.goto(path)
    page.pdf(path=to, prefer_css_page_size=True)
    return to.read_bytes()


def test_a_form_becomes_a_pdf_of_a4_pages_without_the_buttons(signed_in: Any, assessed: Any, tmp_path: Path) -> None:
    page = signed_in("investigator-01")
    paper = pdf(page, url_of(assessed, "d1") + "print/", tmp_path / "form.pdf")
    assert paper.startswith(b"%PDF-")
    assert {tuple(map(round, map(float, size.split()))) for size in re.findall(rb"/MediaBox \[([\d. ]+)\]", paper)} == {
        (0, 0, 595, 842)
    }
    page.emulate_media(media="print")
    assert not page.locator(".screen-only").is_visible()
    assert page.locator("h1").is_visible()


def test_each_form_of_a_visit_begins_a_page_and_names_its_subject(
    signed_in: Any, assessed: Any, tmp_path: Path
) -> None:
    paper = pdf(signed_in("investigator-01"), f"/subjects/{assessed.code}/d1/print/", tmp_path / "visit.pdf")
    assert len(re.findall(rb"/Type /Page\b", paper)) >= 2
    if not shutil.which("pdftotext"):
        pytest.skip("NO pdftotext (apt-get install poppler-utils): THE WORDS OF THE PDF ARE NOT READ BACK")
    read = subprocess.run(["pdftotext", tmp_path / "visit.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert read.count(assessed.code) >= 2 and "38.6" in read and "Not a signed record" in read
