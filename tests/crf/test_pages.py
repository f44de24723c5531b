"""The pages of subjects over the demonstration study: as many statements for many subjects as for a few."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crf.demo.calendar import placements
from trial.models import User


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
    assert statements(reader, many) <= min(statements(reader, few), 35)


def test_the_list_shows_every_subject_with_its_highest_grade(reader: Client) -> None:
    page = reader.get("/subjects/").content.decode()
    assert all(f"/subjects/{place.code}/" in page for place in placements())
    assert page.count("cw-grade") >= 23


def test_the_work_list_and_the_casebook_stay_few(reader: Client) -> None:
    reader.get("/")
    assert statements(reader, "/") <= 30
    assert statements(reader, "/subjects/01-007/") <= 40
