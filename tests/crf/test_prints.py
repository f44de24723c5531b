"""Forms on paper: what a stored one says, what a blank one leaves room for, and a whole visit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from crf import prints
from crf.declare.form import casebook
from tests import filled, study
from trial import audit, protocol
from trial.models import Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
STATEMENTS = 15
EVENT = {
    "verbatim": "Infection of the catheter", "term": "INFECTION", "grade": "2", "onset_on": "2026-03-22", "ongoing": "Y",
    "outcome": "NOT RECOVERED/NOT RESOLVED", "serious": "N", "related_cart": "N", "related_lymphodepletion": "N", "aesi": "N",
}  # fmt: skip


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main>")[2]).split())


@pytest.fixture
def queried(infused: Subject, investigator: User) -> Subject:
    """Grade 3 by the rule, 1 by the investigator, and the temperature's place not known."""
    data = study.typed_crs(1, **study.SHOCK | {"investigator_grade": "1", "temperature_route": ""})
    study.submit("crs_assessment", infused, "d1", data, by=investigator)
    return infused


@pytest.fixture
def reader(investigator: User, client: Client) -> Client:
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_form_says_its_values_with_units_its_grade_with_the_clause_its_queries_and_who_entered_it(
    reader: Client, queried: Subject, investigator: User
) -> None:
    page = text(reader.get(f"/subjects/{queried.code}/d1/crs-assessment/print/").content.decode())
    assert queried.code in page and "Day 1" in page and "Site 01" in page
    assert "38.6 °C" in page and "Norepinephrine" in page and "2026-03-21 20:00" in page
    assert "Grade 3" in page and "One vasopressor" in page
    assert "differs" in page and "Open" in page
    assert str(investigator) in page and "Version 1" in page and "Complete" in page


def test_why_a_value_is_missing_is_printed(reader: Client, infused: Subject, investigator: User) -> None:
    data = study.typed_infusion(cells_total="", cells_total__missing="UNKNOWN")
    study.submit("car_t_infusion", infused, "d0", data, by=investigator, reason="not kept", based_on=1)
    page = text(reader.get(f"/subjects/{infused.code}/d0/car-t-infusion/print/").content.decode())
    assert "CAR-T cells given in total Unknown" in page


def test_a_form_that_was_not_entered_is_printed_blank_with_its_codes(reader: Client, infused: Subject) -> None:
    page = reader.get(f"/subjects/{infused.code}/d4/crs-assessment/print/").content.decode()
    assert '<span class="box">Axillary</span>' in page or '<span class="box">Yes</span>' in page
    assert "°C" in text(page) and "Name, date and signature" in text(page)
    assert "38.6" not in page


def test_a_blank_form_can_be_had_where_one_was_entered(reader: Client, queried: Subject) -> None:
    page = text(reader.get(f"/subjects/{queried.code}/d1/crs-assessment/print/?blank=1").content.decode())
    assert "38.6" not in page and "Highest temperature" in page


def test_a_visit_prints_all_its_forms_in_the_order_of_the_casebook_with_few_statements(
    reader: Client, queried: Subject, investigator: User
) -> None:
    for form in ("icans_assessment", "vital_signs"):
        study.submit(
            form, queried, "d1", filled.fill(next(f for f in casebook() if f.declared.name == form))[0], by=investigator
        )
    with CaptureQueriesContext(
        connection,
    ) as seen:
        page = reader.get(f"/subjects/{queried.code}/d1/print/").content.decode()
    assert re.findall(r"<h1>(.*?)</h1>", page) == ["Vital signs", "CRS assessment", "ICANS assessment"]
    asked = [one["sql"] for one in seen.captured_queries if one["sql"].startswith(("SELECT", "WITH"))]
    assert len(asked) <= STATEMENTS + 6, len(asked)


def test_a_casebook_prints_visit_after_visit_and_then_the_logs_with_statements_for_each_kind_not_each_form(
    reader: Client, queried: Subject, investigator: User
) -> None:
    address = f"/subjects/{queried.code}/print/"

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            reader.get(address)
        return sum(one["sql"].startswith(("SELECT", "WITH")) for one in seen.captured_queries)

    reader.get(address)
    few = statements()
    for day in (3, 2):
        study.submit("crs_assessment", queried, f"d{day}", study.typed_crs(day), by=investigator)
    assert statements() <= few
    study.submit("adverse_event", queried, "log", EVENT, by=investigator)
    page = reader.get(address).content.decode()
    titles = re.findall(r"<h1>(.*?)</h1>", page)
    assert titles[-1] == "Adverse event" and titles.count("CRS assessment") == 3
    days = re.findall(r"</strong> · (Day \d+)", page)
    assert days == sorted(days) and set(days) == {"Day 0", "Day 1", "Day 2", "Day 3"}
    assert f'href="{address}"' in reader.get(f"/subjects/{queried.code}/").content.decode()


def test_a_log_has_a_blank_form_to_print_before_its_first_entry(reader: Client, infused: Subject) -> None:
    new = f"/subjects/{infused.code}/logs/adverse-event/new/"
    assert f'href="{new}print/"' in reader.get(new).content.decode()
    page = reader.get(new + "print/")
    assert page.status_code == 200 and "data-print" in page.content.decode()
    assert "New entry" in text(page.content.decode())


def test_another_site_s_form_does_not_exist(other_coordinator: User, client: Client, queried: Subject) -> None:
    client.force_login(other_coordinator, backend="django.contrib.auth.backends.ModelBackend")
    for path in ("d1/crs-assessment/print/", "d1/print/", "print/"):
        assert client.get(f"/subjects/{queried.code}/{path}").status_code == 404


def test_it_is_printed_in_the_reader_s_language(investigator: User, client: Client, queried: Subject) -> None:
    with audit.acting("migration"):
        User.objects.filter(pk=investigator.pk).update(language="zh-hans")
    client.force_login(User.objects.get(pk=investigator.pk), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/subjects/{queried.code}/d1/crs-assessment/print/").content.decode()
    assert 'lang="zh-hans"' in page and "最高体温" in page and "Highest temperature" not in page


@pytest.mark.parametrize("form", casebook(), ids=lambda form: form.declared.name)
def test_every_form_has_a_blank_one_with_every_item(form: Any) -> None:
    for version in protocol.VERSIONS:
        with translation.override("en"):
            page = prints.blank(form, version.code)
        labels = [str(entry["label"]) for section in page["sections"] for entry in section["entries"]]
        assert labels == [str(item.about.label) for item in form.declared.in_force(version.code).values()]
