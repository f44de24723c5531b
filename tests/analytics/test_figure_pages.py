"""The figure on the page of a table and as a file: for whom, in which colours and language, and who took it."""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest

from analytics import report
from analytics.figures.style import TOKENS
from trial.models import AuditEvent

demo = pytest.mark.usefixtures("refreshed_demo")
PFS = "/endpoints/progression_free_survival"


def links(response) -> list[str]:
    return [unescape(url) for url in re.findall(r'href="([^"]+)"', response.content.decode())]


@demo
def test_the_page_shows_the_figure_above_the_table_without_inline_styles(signed_in):
    response = signed_in("statistician").get(f"{PFS}/")
    page = response.content.decode()
    assert (
        page.index("<figure")
        < page.index('<svg xmlns="http')
        < page.index("<figcaption")
        < page.index('class="cw-endpoint"')
    )
    drawn = page[page.index('<svg xmlns="http') : page.index("</svg>", page.index('<svg xmlns="http'))]
    assert "style=" not in drawn and "<style" not in drawn
    assert "var(--cw-accent)" in drawn
    assert f"{PFS}.svg" in links(response)


@demo
def test_a_table_without_a_figure_has_neither_figure_nor_file(signed_in):
    browser = signed_in("statistician")
    page = browser.get("/endpoints/crs_by_grade/")
    assert b"<figure" not in page.content
    assert not [url for url in links(page) if ".svg" in url and url.startswith("/endpoints/")]
    assert browser.get("/endpoints/crs_by_grade.svg").status_code == 404


@demo
def test_the_file_has_colours_of_its_own_for_either_ground(signed_in):
    browser = signed_in("statistician")
    light, dark = browser.get(f"{PFS}.svg"), browser.get(f"{PFS}.svg?theme=dark")
    for answer, at in ((light, 0), (dark, 1)):
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("image/svg+xml")
        drawn = answer.content.decode()
        assert ET.fromstring(drawn).tag.endswith("svg")
        assert "var(" not in drawn
        assert TOKENS["surface"][at] in drawn
        assert TOKENS["surface"][1 - at] not in drawn
    assert browser.get(f"{PFS}.svg").content == light.content


@demo
def test_the_file_keeps_the_options_of_the_page(signed_in):
    browser = signed_in("statistician")
    page = browser.get(f"{PFS}/?curves=groups")
    assert f"{PFS}.svg?curves=groups" in links(page)
    assert f"{PFS}.svg?curves=groups&theme=dark" in links(page)
    answer = browser.get(f"{PFS}.svg?curves=groups")
    assert "4.0 × 10⁶/kg" in answer.content.decode()
    assert report.current().content_hash[:8] in answer["Content-Disposition"]
    assert answer["Content-Disposition"].endswith('.svg"')


@demo
@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{PFS}.svg?theme=pink", 400), (f"{PFS}.svg?curves=x", 400), (f"{PFS}.svg?colour=red", 400),
        (f"{PFS}/?theme=dark", 400), (f"{PFS}.csv?theme=dark", 400), ("/endpoints/nothing.svg", 404),
    ],
)  # fmt: skip
def test_what_is_not_offered_is_not_found_or_refused(signed_in, url, status):
    assert signed_in("statistician").get(url).status_code == status


@demo
def test_files_are_for_readers(signed_in, client):
    assert client.get(f"{PFS}.svg").status_code == 302
    assert signed_in("administrator").get(f"{PFS}.svg").status_code == 403


@demo
def test_who_took_a_figure_enters_the_audit_trail(signed_in):
    before = AuditEvent.objects.filter(action="endpoint downloaded").count()
    signed_in("statistician").get(f"{PFS}.svg?theme=dark")
    events = AuditEvent.objects.filter(action="endpoint downloaded").order_by("-id")
    assert events.count() == before + 1
    taken = events[0]
    assert taken.actor == "statistician"
    assert (taken.after["endpoint"], taken.after["format"]) == ("progression_free_survival", "svg")


@demo
def test_a_person_of_one_site_sees_the_curve_of_that_site(signed_in):
    drawn = signed_in("coordinator-01").get(f"{PFS}.svg").content.decode()
    (said,) = re.findall(r"<desc[^>]*>([^<]+)</desc>", drawn)
    # Ten subjects of site 01 by the calendar of the demonstration.
    assert "subjects 10," in said
