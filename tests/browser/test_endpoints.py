"""From a number of a table to its subjects and their forms, with scripts in the drawer and without them on a page."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def tables(web_environment: dict[str, str]) -> None:
    """The tables, as the worker would have left them."""
    command = [sys.executable, "manage.py", "refresh"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=web_environment, check=True, capture_output=True)


CELL = "tr[data-row=grade_3_plus] td[data-column='4.0'] a"


def test_a_number_slides_in_its_subjects_and_each_leads_to_the_form_that_decided(signed_in: Any, tables: None) -> None:
    page = signed_in("statistician")
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto("/endpoints/crs_by_grade/")
    page.locator(CELL).click()
    drawer = page.locator("#cw-drawer")
    expect(drawer).to_be_visible()
    # RECON rows of grade 3 or more at 4.0: one subject, the only grade 4.
    expect(drawer.locator("tbody tr")).to_have_count(1)
    expect(drawer).to_contain_text("At least two vasopressors at the same time")
    expect(page).to_have_url(re.compile(r"/endpoints/crs_by_grade/$"))
    drawer.locator("a[href*='/crs-assessment/']").click()
    expect(page).to_have_url(re.compile(r"/subjects/\d\d-\d{3}/d\d+/crs-assessment/"))
    assert not [url for url in addresses if "csrf" in url]


def test_without_scripts_a_number_opens_a_page_and_an_option_is_a_link(signed_in: Any, tables: None) -> None:
    page = signed_in("statistician", java_script_enabled=False)
    page.goto("/endpoints/crs_by_grade/")
    page.get_by_role("link", name="All enrolled").click()
    expect(page).to_have_url(re.compile(r"\?population=enrolled$"))
    page.locator(CELL).click()
    expect(page.locator("#cell tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Back to the table").click()
    expect(page).to_have_url(re.compile(r"/endpoints/crs_by_grade/\?population=enrolled$"))
