"""The pages of the conclusions: what they show, to whom, and that a cell leads to its subjects and their forms."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape

import openpyxl
import pytest

from analytics import job_views, registry, report
from tests.analytics import brokers
from trial.models import AuditEvent, Job

NAMES = tuple(registry.endpoints())
demo = pytest.mark.usefixtures("refreshed_demo")


def text_of(response) -> str:
    """What a person reads on a page."""
    assert response.status_code == 200, response.status_code
    page = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def links(response) -> list[str]:
    return [unescape(url) for url in re.findall(r'href="([^"]+)"', response.content.decode())]


# --- the tables


@demo
def test_the_list_names_every_table_with_its_population_and_the_stamp(signed_in):
    text = text_of(signed_in("statistician").get("/endpoints/"))
    frozen = report.current()
    for name in NAMES:
        assert str(registry.find(name).title) in text
    assert "All treated" in text and "All sites" in text
    assert frozen.content_hash[:12] in text
    assert frozen.software_version in text
    assert f"{frozen.taken_at:%H:%M:%S} UTC" in text
    assert "reconstructed data, not patients" in text


@demo
def test_the_list_counts_every_subject_of_a_table_whose_first_cell_is_empty(signed_in):
    page = signed_in("statistician").get("/endpoints/").content.decode()
    line = page[page.index('href="/endpoints/crs_timeline/"') :].partition("</tr>")[0]
    assert re.search(r">\s*23\s*<", line), line


@demo
def test_the_table_shows_the_published_counts_with_exact_intervals(signed_in):
    text = text_of(signed_in("data-manager").get("/endpoints/crs_by_grade/"))
    for shown in ("20 (87.0 %)", "66.4 to 97.2", "15 (65.2 %)", "5 (21.7 %)"):
        assert shown in text


@demo
def test_the_time_of_the_snapshot_is_on_the_clock_of_the_site(signed_in):
    from zoneinfo import ZoneInfo

    text = text_of(signed_in("coordinator-01").get("/endpoints/crs_by_grade/"))
    assert f"{report.current().taken_at.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M:%S} CST" in text


@demo
def test_an_option_is_a_link_and_changes_table_files_and_cells(signed_in):
    browser = signed_in("data-manager")
    page = browser.get("/endpoints/crs_by_grade/")
    assert "?population=enrolled" in links(page)
    other = browser.get("/endpoints/crs_by_grade/?population=enrolled")
    assert "All enrolled" in text_of(other)
    found = links(other)
    assert "/endpoints/crs_by_grade.csv?population=enrolled" in found
    assert "/endpoints/crs_by_grade/any/all/?population=enrolled" in found
    assert "?" in found  # back to the default


@demo
@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/endpoints/nothing/", 404), ("/endpoints/nothing.csv", 404), ("/endpoints/crs_by_grade.pdf", 404),
        ("/endpoints/crs_by_grade/nothing/all/", 404), ("/endpoints/crs_by_grade/any/nothing/", 404),
        ("/endpoints/crs_by_grade/?population=x", 400), ("/endpoints/crs_by_grade/?x=1", 400),
        ("/endpoints/crs_by_grade.csv?population=x", 400), ("/endpoints/crs_by_grade/any/all/?population=x", 400),
        ("/endpoints/state/", 400), ("/endpoints/state/?seen=x", 400), ("/endpoints/state/?seen=" + "9" * 40, 400),
    ],
)  # fmt: skip
def test_what_is_not_offered_is_not_found_or_refused(signed_in, url, status):
    assert signed_in("data-manager").get(url).status_code == status


@demo
def test_pages_are_for_readers(signed_in, client):
    for url in ("/endpoints/", "/endpoints/crs_by_grade/", "/endpoints/crs_by_grade/any/all/", "/published/", "/jobs/",
                "/endpoints/crs_by_grade.csv", "/endpoints/state/?seen=1"):  # fmt: skip
        assert client.get(url).status_code == 302
    administrator = signed_in("administrator")
    for url in (
        "/endpoints/",
        "/endpoints/crs_by_grade/",
        "/endpoints/crs_by_grade.csv",
        "/published/",
        "/endpoints/state/?seen=1",
    ):
        assert administrator.get(url).status_code == 403
    assert administrator.get("/jobs/").status_code == 200
    assert signed_in("coordinator-01").get("/jobs/").status_code == 403


# --- cells


@demo
def test_a_cell_lists_its_subjects_with_why_and_leads_to_casebook_and_form(signed_in):
    browser = signed_in("data-manager")
    page = browser.get("/endpoints/crs_by_grade/grade_3_plus/all/")
    text, found = text_of(page), links(page)
    assert "5 subjects" in text
    assert "At least two vasopressors at the same time" in text
    assert {url for url in found if re.fullmatch(r"/subjects/\d\d-\d{3}/", url)} == {
        f"/subjects/{code}/" for code in ("01-002", "01-007", "02-007", "03-002", "03-004")
    }
    forms = [url for url in found if "/crs-assessment/" in url]
    assert len(forms) == 5
    for url in forms:
        assert browser.get(url).status_code == 200


@demo
@pytest.mark.parametrize("name", NAMES)
def test_every_cell_link_of_a_table_opens_as_many_subjects_as_it_counts(signed_in, name):
    browser = signed_in("data-manager")
    table = report.stored(report.current(), name)
    cells = {
        f"/endpoints/{name}/{row.key}/{column.key}/": cell
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=False)
        if cell.subjects
    }
    assert {
        url
        for url in links(browser.get(f"/endpoints/{name}/"))
        if url.count("/") == 5 and url.startswith(f"/endpoints/{name}/")
    } == set(cells)
    for url, cell in list(cells.items())[::5]:
        codes = set(re.findall(r"/subjects/(\d\d-\d{3})/\"", browser.get(url).content.decode()))
        assert codes == set(cell.subjects)


@demo
def test_htmx_gets_the_list_alone_and_without_scripts_it_is_a_page(signed_in):
    browser = signed_in("data-manager")
    part = browser.get("/endpoints/crs_by_grade/any/all/", headers={"HX-Request": "true"}).content.decode()
    assert part.startswith('<section id="cell"')
    assert "<html" not in part
    page = browser.get("/endpoints/crs_by_grade/any/all/").content.decode()
    assert "<html" in page and '<section id="cell"' in page


# --- files


@demo
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_a_file_read_back_holds_the_table_and_its_stamp_and_is_audited(signed_in, kind):
    answer = signed_in("statistician").get(f"/endpoints/crs_by_grade.{kind}?population=crs_evaluable")
    assert answer.status_code == 200
    frozen = report.current()
    assert answer["Content-Disposition"] == (
        f'attachment; filename="crs_by_grade-crs_evaluable-{frozen.content_hash[:8]}.{kind}"'
    )
    if kind == "csv":
        lines = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
        words = [word for line in lines for word in line]
    elif kind == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        words = [str(value) for sheet in book for row in sheet.values for value in row if value is not None]
    else:
        data = json.loads(answer.content)
        assert data["options"] == {"population": "crs_evaluable"}
        assert data["stamp"]["content_hash"] == frozen.content_hash
        words = [cell["text"] for row in data["rows"] for cell in row["cells"]] + [
            str(v) for v in data["stamp"].values()
        ]
    assert "20 (87.0 %)" in words
    assert any(frozen.content_hash in word for word in words)
    assert any(frozen.software_version in word for word in words)
    assert any("reconstructed data, not patients" in word for word in words)
    event = AuditEvent.objects.filter(action="endpoint downloaded").last()
    assert (event.actor, event.after["format"], event.after["options"]) == (
        "statistician",
        kind,
        {"population": "crs_evaluable"},
    )


# --- people of some sites


@demo
@pytest.mark.parametrize(
    ("username", "own", "label"), [("coordinator-01", {"01"}, "Site 01"), ("monitor", {"01", "02"}, "Sites 01, 02")]
)
def test_a_person_of_some_sites_meets_no_subject_or_count_of_another(signed_in, username, own, label):
    browser = signed_in(username)
    pages = ["/endpoints/", "/published/", *(f"/endpoints/{name}/" for name in NAMES)]
    cells = [
        url
        for name in NAMES
        for url in links(browser.get(f"/endpoints/{name}/"))
        if re.fullmatch(rf"/endpoints/{name}/[^/]+/[^/]+/", url)
    ]
    # Every table as a file, each in one of the formats: they are drawn from the same cells.
    files = [f"/endpoints/{name}.{('csv', 'json', 'xlsx')[(at + len(own)) % 3]}" for at, name in enumerate(NAMES)]
    foreign = {"01": "East Lake", "02": "Purple Hill", "03": "Two Rivers"}
    for url in [*pages, *cells[::24], *files]:
        answer = browser.get(url)
        assert answer.status_code == 200, url
        if url.endswith("xlsx"):
            book = openpyxl.load_workbook(io.BytesIO(answer.content))
            text = " ".join(str(value) for sheet in book for row in sheet.values for value in row if value is not None)
        else:
            text = answer.content.decode()
        assert {code[:2] for code in re.findall(r"\b\d\d-\d{3}\b", text)} <= own | {"01"}, (
            url
        )  # 01-003 stands in the search box
        for code, hospital in foreign.items():
            assert code in own or hospital not in text, url
        assert label in text, url
    assert "20 of 23" not in text_of(browser.get("/endpoints/crs_by_grade/"))


@demo
def test_a_cell_of_another_site_is_not_found(signed_in):
    assert signed_in("data-manager").get("/endpoints/enrolment/site.02/screened/").status_code == 200
    assert signed_in("coordinator-01").get("/endpoints/enrolment/site.02/screened/").status_code == 404


# --- published and computed


@demo
def test_published_and_computed_agree_on_all_rows_each_opening_its_cell(signed_in):
    browser = signed_in("data-manager")
    page = browser.get("/published/")
    text = text_of(page)
    assert text.count("not yet computed") == 1  # the count above the table
    assert len(re.findall(r"\bagree\b", text)) == 20 + 1
    for shown in ("20 of 23", "15 of 23", "5 of 23", "12 of 23", "5 of 9", "17.2 months", "62.2 %"):
        assert text.count(shown) >= 2, shown  # published and computed
    cells = [url for url in links(page) if re.fullmatch(r"/endpoints/[\w-]+/[\w.-]+/[\w.-]+/", url)]
    assert len(cells) == 19  # nobody is behind "no neurotoxicity"
    for url in cells:
        opened = browser.get(url)
        assert opened.status_code == 200
        assert [link for link in links(opened) if re.match(r"/subjects/\d\d-\d{3}/[\w-]+/", link)], url  # forms


@demo
def test_for_a_person_of_some_sites_nothing_is_called_agreeing(signed_in):
    text = text_of(signed_in("coordinator-01").get("/published/"))
    assert "your own sites only" in text
    assert not re.findall(r"\b(agree|differ)\b", text)
    assert text.count("own sites only") == 1 + 1 + 20  # the note, the count, the rows
    assert "9 of 10" in text


# --- before the first table, and while one is made


@pytest.mark.usefixtures("transactional_db", "files")
def test_before_the_first_refresh_every_page_says_so(client, data_manager):
    client.force_login(data_manager, backend="django.contrib.auth.backends.ModelBackend")
    for url in ("/endpoints/", "/endpoints/crs_by_grade/"):
        assert "No table has been computed yet" in text_of(client.get(url))
    assert text_of(client.get("/published/")).count("not yet computed") == 20 + 1
    assert client.get("/endpoints/crs_by_grade.csv").status_code == 404
    assert client.get("/endpoints/crs_by_grade/any/all/").status_code == 404


@pytest.mark.usefixtures("transactional_db", "files")
def test_the_strip_tells_waiting_running_failed_and_newer(client, data_manager):
    client.force_login(data_manager, backend="django.contrib.auth.backends.ModelBackend")

    def strip(seen=0):
        return text_of(client.get(f"/endpoints/state/?seen={seen}"))

    assert "new data has come in" in strip()
    job = Job.objects.create(kind="refresh", state="QUEUED", requested_by="beat")
    assert "a refresh is waiting" in strip()
    Job.objects.filter(pk=job.pk).update(state="RUNNING", done=2, total=5, message="Computing the tables")
    assert "2 of 5" in strip() and "Computing the tables" in strip()
    Job.objects.filter(pk=job.pk).update(state="FAILED", error="OSError")
    assert "the last refresh failed" in strip() and "OSError" in strip()
    job.delete()
    frozen = report.refresh()
    assert "The tables have been computed again." in strip(frozen.pk - 1)
    assert "up to date" in strip(frozen.pk)


@pytest.mark.usefixtures("transactional_db", "files")
def test_a_table_that_could_not_be_computed_says_so(client, data_manager):
    from analytics.models import Result

    frozen = report.refresh()
    Result.objects.filter(snapshot=frozen, endpoint="crs_by_grade").update(table=None, error="ZeroDivisionError")
    client.force_login(data_manager, backend="django.contrib.auth.backends.ModelBackend")
    assert "failed" in text_of(client.get("/endpoints/"))
    text = text_of(client.get("/endpoints/crs_by_grade/"))
    assert "This table could not be computed" in text and "ZeroDivisionError" in text
    assert client.get("/endpoints/crs_by_grade.csv").status_code == 404
    assert "not yet computed" in text_of(client.get("/published/"))


# --- jobs


@pytest.mark.usefixtures("transactional_db", "files")
def test_a_failed_job_shows_its_reason_and_can_be_tried_again(client, data_manager, coordinator, monkeypatch):
    monkeypatch.setattr(job_views, "broker_answers", lambda: True)
    job = Job.objects.create(kind="refresh", state="FAILED", requested_by="beat", attempts=3, error="OSError")
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 403
    client.force_login(data_manager, backend="django.contrib.auth.backends.ModelBackend")
    text = text_of(client.get("/jobs/"))
    assert "Refresh of the endpoint tables" in text and "OSError" in text and "Try again" in text
    assert client.get(f"/jobs/{job.pk}/retry/").status_code == 405
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 302
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("QUEUED", 0)
    assert AuditEvent.objects.get(action="job retried").after["job"] == job.pk


@pytest.mark.usefixtures("transactional_db", "files")
def test_somebody_may_ask_for_a_refresh_and_twice_asked_is_one_job(client, data_manager, coordinator):
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/endpoints/refresh/").status_code == 403
    client.force_login(data_manager, backend="django.contrib.auth.backends.ModelBackend")
    for _ in range(2):
        assert client.post("/endpoints/refresh/").status_code == 302
    assert [(job.kind, job.requested_by) for job in Job.objects.all()] == [("refresh", data_manager.username)]


@pytest.mark.usefixtures("transactional_db")
def test_the_jobs_page_says_when_the_broker_is_away(client, data_manager, monkeypatch):
    client.force_login(data_manager, backend="django.contrib.auth.backends.ModelBackend")
    monkeypatch.setattr(job_views, "_asked", (float("-inf"), True))
    assert "broker does not answer" not in text_of(client.get("/jobs/"))
    monkeypatch.setattr(job_views, "_asked", (float("-inf"), True))
    with brokers.at(brokers.AWAY):
        assert "The broker does not answer" in text_of(client.get("/jobs/"))


@demo
def test_the_pages_are_read_in_chinese_by_who_reads_chinese(signed_in):
    page = signed_in("coordinator-02").get("/endpoints/crs_by_grade/")
    assert page.status_code == 200
    assert '<html lang="zh-hans"' in page.content.decode()
