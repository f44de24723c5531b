"""A site sees its own subjects only, at every address; the sponsor's side writes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests import study
from tests.browser.steps import url_of

# Not for subjects: the way in and out, one's own settings, the review panel (staff alone).
LEFT_OUT = re.compile(r"^(accounts|language|theme|health|admin)\b")
FOREIGN = re.compile(r"\b01-\d{3}\b")
OWN_WORDS = "e.g. 01-003"  # the search field's example stands on every page


def addresses() -> Iterator[tuple[str, list[str]]]:
    """Every address of the application with the names of its parts: what is added later is walked as well."""
    from django.urls import get_resolver

    def walk(patterns: Any, before: str) -> Iterator[tuple[str, list[str]]]:
        for entry in patterns:
            route = before + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from walk(entry.url_patterns, route)
            elif not LEFT_OUT.match(route):
                yield route, list(entry.pattern.converters)

    yield from walk(get_resolver().url_patterns, "")


@pytest.fixture
def queried(people: Any, site_01: Any) -> Any:
    """A subject of site 01 with an open query."""
    subject = study.infused(site_01, by=people("investigator-01"))
    with study.seeing_everything():
        study.submit(
            "crs_assessment",
            subject,
            "d1",
            study.typed_crs(1, **study.SHOCK | {"investigator_grade": "1"}),
            by=people("investigator-01"),
        )
    return subject


def query_of(subject: Any) -> int:
    from crf.workflow import Query

    with study.seeing_everything():
        return int(Query.objects.get(subject=subject, check_id="CRS-01").pk)


def paths(subject: Any) -> list[str]:
    """Every address, filled with what belongs to this subject where it can."""
    known = {
        "code": subject.code, "visit_code": "d1", "slug": "crs-assessment", "occurrence": "1", "pk": str(query_of(subject)),
        "site_code": "01", "name": "crs_by_grade", "kind": "csv", "row": "any", "column": "all", "step": "next-form",
        "role": "investigator",
    }  # fmt: skip
    found = []
    for route, parts in addresses():
        filled = route
        for part in parts:
            filled = re.sub(rf"<(\w+:)?{part}>", known[part], filled)
        found.append("/" + filled)
    return found


def token(page: Page) -> dict[str, str]:
    """What a request of a script needs to be taken as one of this page."""
    page.goto("/accounts/password/change/")
    return {"X-CSRFToken": page.locator("[name=csrfmiddlewaretoken]").first.input_value()}


def test_a_user_of_another_site_finds_nothing_of_a_subject_at_any_address(
    signed_in: Any, queried: Any, conclusions: None
) -> None:
    page = signed_in("coordinator-03")
    headers = token(page)
    walked = paths(queried)
    assert len(walked) >= 15
    for path in walked:
        for send in (page.request.get, page.request.post):
            if send == page.request.post and queried.code not in path and "/queries/" not in path:
                continue
            answer = send(path, headers=headers, max_redirects=0)
            if queried.code in path or re.fullmatch(r"/queries/\d+/", path):
                # 405: the address takes this method from nobody, so it tells nothing.
                assert answer.status in (404, 405), f"{path}: {answer.status}"
            elif answer.status == 200:
                body = re.sub(re.escape(OWN_WORDS), "", answer.text().replace(queried.code, "FOREIGN"))
                assert not FOREIGN.search(body) and "FOREIGN" not in body, f"{path} shows {FOREIGN.findall(body)}"


def test_lists_search_and_work_list_show_own_subjects_only(signed_in: Any, queried: Any) -> None:
    page = signed_in("investigator-03")
    for path in (
        "/",
        "/subjects/",
        "/queries/?state=all",
        "/subjects/?site=01",
        f"/queries/?q={queried.code}",
        f"/subjects/?q={queried.code}",
    ):
        page.goto(path)
        codes = set(re.findall(r"\b\d\d-\d{3}\b", page.locator("main").inner_text()))
        assert codes <= {c for c in codes if c.startswith("03-")}, path
    page.goto("/subjects/")
    expect(page.locator("tbody tr").first).to_contain_text("03-")
    page.fill("[name=q] >> nth=0", queried.code)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing fits")).to_be_visible()


def test_the_search_leads_straight_to_an_own_subject(signed_in: Any, queried: Any) -> None:
    page = signed_in("investigator-01")
    page.goto("/")
    page.fill(".cw-search [name=q]", queried.code)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(queried.code)


@pytest.mark.parametrize("who", ["monitor", "data-manager", "medical-monitor", "statistician", "inspector"])
def test_the_sponsors_side_sees_no_save_and_its_post_is_refused(signed_in: Any, queried: Any, who: str) -> None:
    page = signed_in(who)
    here = url_of(queried, "d1")
    page.goto(here)
    expect(page.locator("h1")).to_contain_text("CRS assessment")
    expect(page.locator("[data-save]:visible, button[name=_draft], button[name=_check]")).to_have_count(0)
    expect(page.locator("[name=temperature]")).to_be_disabled()
    expect(page.locator("[data-add-row]:visible")).to_have_count(0)
    headers = token(page)
    for path in (
        here,
        here + "verdict/",
        "/subjects/screen/",
        f"/subjects/{queried.code}/enrol/",
        f"/subjects/{queried.code}/visits/",
    ):
        for form in ({"_save": "1"}, {"_draft": "1"}, {"_check": "1"}, {"_add_row": "vasopressors"}):
            answer = page.request.post(
                path, form=form | study.typed_crs(1, vasopressors=""), headers=headers, max_redirects=0
            )
            assert answer.status == 403, f"{path} {form}: {answer.status}"
    page.goto(f"/subjects/{queried.code}/")
    expect(page.get_by_role("link", name="Unscheduled visit")).to_have_count(0)


def test_the_administrator_reads_no_clinical_data(signed_in: Any, queried: Any) -> None:
    page = signed_in("administrator")
    for path in (
        "/subjects/",
        f"/subjects/{queried.code}/",
        url_of(queried, "d1"),
        "/queries/",
        f"/queries/{query_of(queried)}/",
    ):
        assert page.request.get(path).status in (403, 404), path


def test_nobody_who_is_not_signed_in_sees_anything(signed_in: Any, queried: Any) -> None:
    page = signed_in(None)
    for path in paths(queried):
        answer = page.request.get(path, max_redirects=0)
        assert answer.status in (302, 401, 405) or queried.code not in answer.text(), path
        assert answer.status != 200, path
