"""The course by keyboard and pointer: a stop a lane, arrows from mark to mark, Enter opens the form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_access import NARROW

FATAL, QUIET = "02-007", "01-010"


@pytest.fixture
def course(signed_in: Any) -> Page:
    page: Page = signed_in("data-manager", reduced_motion="reduce")
    page.goto(f"/subjects/{FATAL}/course/")
    return page


def test_arrows_walk_the_marks_tab_goes_to_the_next_lane_and_enter_opens_the_form(course: Page) -> None:
    crp, ferritin = (course.locator(f".cw-lane-{name} a.cw-mark") for name in ("crp", "ferritin"))
    expect(course.locator(".cw-lane-crp a[tabindex='0']")).to_have_count(1)
    crp.first.focus()
    course.keyboard.press("ArrowRight")
    expect(crp.nth(1)).to_be_focused()
    course.keyboard.press("End")
    expect(crp.last).to_be_focused()
    course.keyboard.press("ArrowLeft")
    course.keyboard.press("Tab")
    expect(ferritin.first).to_be_focused()
    course.keyboard.press("ArrowRight")
    course.keyboard.press("ArrowUp")
    expect(crp.nth(1)).to_be_focused()
    address = crp.nth(1).get_attribute("href")
    course.keyboard.press("Enter")
    expect(course).to_have_url(re.compile(f"{address}$"))
    expect(course.locator("h1")).to_contain_text("Inflammation")


def test_focus_and_pointer_show_value_day_date_and_visit_and_escape_hides_them(course: Page) -> None:
    tip, mark = course.locator("#cw-tip"), course.locator(".cw-lane-crp a.cw-mark[data-when^='Day 4 ']")
    expect(tip).to_be_hidden()
    mark.focus()
    expect(tip).to_contain_text("C-reactive protein 307.4 mg/L")
    expect(tip).to_contain_text("Day 4 · 2020-05-02")
    expect(tip).to_contain_text("Inflammation, Day 4")
    course.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    course.locator(".cw-lane-crs a.cw-tone-grade-4").first.hover()
    expect(tip).to_contain_text("CRS grade 4")
    expect(tip).to_be_in_viewport(ratio=1)


def test_on_a_phone_the_names_stay_and_a_mark_that_gets_the_focus_comes_into_sight(course: Page) -> None:
    course.set_viewport_size(NARROW)
    course.reload()
    name, last = course.locator(".cw-lane-crp .cw-lane-name"), course.locator(".cw-lane-crp a.cw-mark").last
    expect(last).not_to_be_in_viewport()
    course.locator(".cw-lane-crp a[tabindex='0']").focus()
    course.keyboard.press("End")
    expect(last).to_be_in_viewport()
    box = name.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] < NARROW["width"] / 2


def test_without_scripts_every_mark_is_a_link_with_a_title(signed_in: Any) -> None:
    page: Page = signed_in("data-manager", java_script_enabled=False)
    page.goto(f"/subjects/{FATAL}/course/")
    mark = page.locator(".cw-lane-death, .cw-lane-life").locator("a.cw-mark-death")
    expect(mark.locator("title")).to_have_text(re.compile("^Day 61, Death, .*opens Death, "))
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Death")
