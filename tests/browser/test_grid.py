"""The casebook by keyboard: one stop of the Tab key, arrows inside, Enter opens; and links alone without scripts."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

PLACE = re.compile(r"/d1/crs-assessment/$")


def test_arrows_move_in_the_grid_and_enter_opens_the_form(signed_in: Any, fresh: Any) -> None:
    page: Page = signed_in("investigator-01")
    page.goto(f"/subjects/{fresh.code}/")
    grid = page.locator("table.cw-casebook")
    expect(grid.locator('a[tabindex="0"]')).to_have_count(1)
    grid.get_by_role("link", name="CRS assessment, Day 0").focus()
    page.keyboard.press("ArrowRight")
    expect(grid.get_by_role("link", name="CRS assessment, Day 1", exact=False).first).to_be_focused()
    expect(grid.locator('a[tabindex="0"]')).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page).to_have_url(PLACE)


def test_without_scripts_every_cell_is_a_link(signed_in: Any, fresh: Any) -> None:
    page: Page = signed_in("investigator-01", java_script_enabled=False)
    page.goto(f"/subjects/{fresh.code}/")
    page.locator("table.cw-casebook a[title='CRS assessment, Day 1']").click()
    expect(page).to_have_url(PLACE)
