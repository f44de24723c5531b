"""The page of the course: its links, its table, what it costs, who may read it, and what it says before there is anything."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import study
from trial import subjects
from trial.models import Subject, User

FATAL, QUIET, TREATED = "02-007", "01-010", "01-007"
MARK = re.compile(r'<a class="cw-mark[^"]*" href="([^"]+)" aria-label="([^"]+)"')

DOT = re.compile(r'<circle class="cw-hit" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"')
LOGGED = re.compile(r'cw-tone-logged.*?<rect class="cw-shape" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"')


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def reader(demo_copy: str) -> Client:
    """Somebody who sees all subjects of the demonstration."""
    return signed_in(User.objects.get(username="data-manager"))


def page(client: Client, code: str) -> str:
    answer = client.get(f"/subjects/{code}/course/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_mark_of_each_form_opens_it(reader: Client) -> None:
    by_form = {url.split("/")[4]: (url, name) for url, name in MARK.findall(page(reader, FATAL))}
    assert {
        "crs-assessment",
        "inflammation",
        "bone-marrow",
        "death",
        "concomitant-medication",
        "response-assessment",
    } <= set(by_form)
    for url, name in by_form.values():
        assert reader.get(url).status_code == 200, name
        assert name.startswith("Day ")
        assert ", opens " in name


def test_an_entry_of_the_log_can_be_pressed_beside_the_assessments_over_it(reader: Client) -> None:
    drawing = page(reader, TREATED).split('<details class="cw-card cw-course-values">')[0]
    pressed = 0
    for lane in drawing.split("<svg")[1:]:
        dots = [[float(n) for n in dot] for dot in DOT.findall(lane)]
        for bar in LOGGED.findall(lane):
            x, y, width = (float(n) for n in bar)
            at = (x + width / 2, y + 0.5)  # the upper edge of what is seen of it
            assert all((at[0] - cx) ** 2 + (at[1] - cy) ** 2 > r * r for cx, cy, r in dots), bar
            pressed += bool(dots)
    assert pressed >= 4


def test_the_table_has_a_row_for_every_mark(reader: Client) -> None:
    body = page(reader, FATAL)
    drawing, table = body.split('<details class="cw-card cw-course-values">')
    marks = MARK.findall(drawing)
    assert len(marks) > 100
    assert table.count("<tr><td") == len(marks)
    assert sorted(re.findall(r'<td><a href="([^"]+)"', table)) == sorted(url for url, _name in marks)


def test_casebook_subject_list_and_response_lead_to_it(reader: Client) -> None:
    for address in (f"/subjects/{FATAL}/", "/subjects/", f"/subjects/{FATAL}/response/"):
        assert f'href="/subjects/{FATAL}/course/"' in reader.get(address).content.decode()


def test_it_needs_few_statements_and_as_many_for_a_short_course_as_for_a_long_one(reader: Client) -> None:
    page(reader, FATAL)  # what is read once in a process has been read

    def read(code: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            page(reader, code)
        return len(seen)

    assert read(FATAL) == read(QUIET) <= 15


def test_who_reads_the_casebook_reads_the_course_and_that_of_another_site_does_not_exist(demo_copy: str) -> None:
    def status(name: str, *parts: str) -> list[int]:
        client = signed_in(User.objects.get(username=name))
        return [client.get(f"/subjects/{FATAL}/{part}").status_code for part in parts]

    for name in ("monitor", "medical-monitor", "inspector", "investigator-02"):
        assert status(name, "", "course/") == [200, 200], name
    assert status("coordinator-01", "course/") == [404]
    casebook, course = status("administrator", "", "course/")
    assert course == casebook in (403, 404)


# --- before there is anything to draw


@pytest.mark.django_db
def test_a_screened_subject_has_the_calendar_and_every_lane_says_that_it_waits(
    subject: Subject, coordinator: User
) -> None:
    body = page(signed_in(coordinator), subject.code)
    assert "calendar: not infused yet" in body
    assert ">2026-04-01<" in body  # the first month after the screening of 2 March
    assert not MARK.findall(body)
    for name in ("Serum M-protein", "CAR-T cells", "CRP", "Ferritin", "IL-6", "Neutrophils", "Platelets"):
        assert re.search(rf"<b[^>]*>{name}</b>[^<]*(<span[^>]*>[^<]*</span>)?<small>no samples yet</small>", body), name
    assert "<small>not infused yet</small>" in body
    assert "<small>data still arriving</small>" in body


@pytest.mark.django_db
def test_before_the_infusion_samples_stand_at_their_dates(enrolled: Subject, coordinator: User) -> None:
    typed = {"sampled_at": "2026-03-04 08:00", "crp": "12.5", "ferritin": "300", "il6__missing": "NOT DONE"}
    with study.seeing_everything():
        study.submit("inflammation", enrolled, "screening", typed, by=coordinator)
    names = [name for _url, name in MARK.findall(page(signed_in(coordinator), enrolled.code))]
    assert "2026-03-04, C-reactive protein 12.5 mg/L, opens Inflammation, Screening" in names


@pytest.mark.django_db
def test_after_the_infusion_the_same_sample_stands_at_its_study_day(infused: Subject, coordinator: User) -> None:
    typed = {"sampled_at": "2026-03-22 08:00", "crp": "84", "ferritin": "300", "il6__missing": "NOT DONE"}
    with study.seeing_everything():
        study.submit("inflammation", infused, "d2", typed, by=coordinator)
    names = [name for _url, name in MARK.findall(page(signed_in(coordinator), infused.code))]
    assert "Day 2, C-reactive protein 84.0 mg/L, opens Inflammation, Day 2" in names
    assert not [name for name in names if "Interleukin" in name]


@pytest.mark.django_db
def test_a_sample_below_a_limit_stands_hollow_at_that_limit(infused: Subject, coordinator: User) -> None:
    typed = {
        "sampled_on": "2026-04-17", "method": "QPCR", "unit": "copies/ug", "below": "BLQ", "limit": "50",
        "value__missing": "NOT DONE",
    }  # fmt: skip
    with study.seeing_everything():
        study.submit("cart_persistence", infused, "m1", typed, by=coordinator)
    body = page(signed_in(coordinator), infused.code)
    assert re.search(
        r'cw-mark-hollow" href="[^"]+/m1/cart-persistence/" aria-label="Day 28, [^"]*&lt; 50 copies/µg', body
    )


@pytest.mark.django_db
def test_a_value_that_the_laboratory_doubts_is_no_point_of_the_curve(infused: Subject, coordinator: User) -> None:
    absent = ("urine_m_protein", "urine_immunofixation", "kappa_flc", "lambda_flc")
    typed = {
        "sampled_on": "2026-04-17", "serum_m_protein": "1.20", "serum_immunofixation": "POSITIVE", "spurious": "Y",
        **{f"{name}__missing": "NOT DONE" for name in absent},
    }  # fmt: skip
    with study.seeing_everything():
        study.submit("myeloma_laboratory", infused, "m1", typed, by=coordinator)
    body = page(signed_in(coordinator), infused.code)
    assert 'aria-label="Day 28, Serum M-protein 1.20 g/dL, opens Myeloma laboratory, Month 1. doubted"' in body
    assert "cw-mark-doubted" in body


@pytest.mark.django_db
def test_no_arrow_goes_on_after_a_withdrawal(infused: Subject, investigator: User) -> None:
    client = signed_in(investigator)
    assert "cw-line-arriving" in page(client, infused.code)
    with study.seeing_everything():
        on = subjects.infused_on(infused) + timedelta(days=40)  # type: ignore[operator]
        subjects.withdraw(infused, by=investigator, on=on, reason="The subject's wish")
    assert "cw-line-arriving" not in page(client, infused.code)
