"""The pages of subjects over the demonstration study: as many statements for many subjects as for a few."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crf import facts, standing
from crf.demo.calendar import placements
from trial.models import User

MOST = 15  # SQL statements a page, BEGIN and COMMIT included


@pytest.fixture
def reader(demo_copy: str) -> Client:
    """Somebody who sees all 23 subjects."""
    client = Client()
    client.force_login(User.objects.get(username="data-manager"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        response = client.get(address)
    assert response.status_code == 200
    return len(seen)


@pytest.mark.parametrize(("few", "many"), [("/subjects/?q=01-00", "/subjects/"), ("/subjects/?site=02", "/subjects/")])
def test_a_longer_list_of_subjects_needs_no_more_statements(reader: Client, few: str, many: str) -> None:
    reader.get(many)  # what is read once in a process has been read
    assert statements(reader, many) <= min(statements(reader, few), MOST)


def test_the_list_shows_every_subject_with_its_highest_grade(reader: Client) -> None:
    page = reader.get("/subjects/").content.decode()
    assert all(f"/subjects/{place.code}/" in page for place in placements())
    assert page.count("cw-grade") >= 23


@pytest.mark.parametrize(
    "address",
    [
        "/", "/?site=02&form=crs_assessment&state=overdue", "/subjects/01-007/", "/subjects/01-007/d3/crs-assessment/",
        "/subjects/01-007/m2/response-assessment/", "/subjects/01-007/d4/chemistry/", "/subjects/01-007/m3/extramedullary-lesions/",
        "/subjects/01-007/d0/car-t-infusion/", "/subjects/01-007/log/adverse-event/", "/search/?q=crs",
    ],
)  # fmt: skip
def test_a_page_needs_few_statements_session_scope_and_transaction_included(reader: Client, address: str) -> None:
    standing.forget()  # as the first reader after a start finds it
    statements(reader, "/accounts/password/change/")  # the session has been noted as used
    facts._kept.clear()
    with CaptureQueriesContext(connection) as seen:
        reader.get(address)
    assert len(seen) <= MOST, "\n".join(one["sql"][:160] for one in seen)


def test_what_waits_is_not_read_again_for_the_next_page(reader: Client) -> None:
    standing.forget()
    facts._kept.clear()
    first = statements(reader, "/")
    assert statements(reader, "/") <= first - 5
