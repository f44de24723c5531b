"""The search of the top bar: subjects, forms, queries; each in the reader's words, and of the reader's sites alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from crf.search import search
from crf.workflow import Query, ask
from tests import study
from trial.models import Site, Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]


@pytest.fixture
def asked(infused: Subject, investigator: User, data_manager: User) -> Query:
    """A temperature outside its plausible range, and a reviewer's own question."""
    row = study.submit("crs_assessment", infused, "d1", study.typed_crs(1, temperature="41.5"), by=investigator).row
    return ask(row, item="oxygen", by=data_manager, text="Was the cannula removed at night?", now=study.NOW)


def found(text: str, sites: list[Site]) -> Any:
    return search(text, sites=[site.pk for site in sites])


def test_a_subject_is_found_by_a_part_of_its_id(infused: Subject, sites: list[Site]) -> None:
    assert [s.code for s in found(infused.code[1:], sites).subjects] == [infused.code]
    assert not list(found("99-", sites).subjects)


def test_a_form_is_found_by_its_title_and_the_subject_makes_it_fewer(
    asked: Query, infused: Subject, sites: list[Site]
) -> None:
    assert {f.form for f in found("crs", sites).forms} == {"crs_assessment"}
    assert [f.form_id for f in found(f"{infused.code} CRS assess", sites).forms] == [asked.form_id]
    assert not list(found(f"{infused.code} nothing", sites).forms)


def test_a_form_is_found_by_its_title_in_the_readers_language(asked: Query, sites: list[Site]) -> None:
    with translation.override("zh-hans"):
        from crf.declare.form import form_named

        title = str(form_named("crs_assessment").declared.title)
        assert title != "CRS assessment"
        assert asked.form_id in {f.form_id for f in found(title, sites).forms}


def test_a_query_is_found_by_what_was_written_by_its_check_and_by_the_sentence_of_its_check(
    asked: Query, sites: list[Site]
) -> None:
    assert [q.pk for q in found("CANNULA night", sites).queries] == [asked.pk]
    assert {q.check_id for q in found("range:temperature", sites).queries} == {"RANGE:temperature"}
    assert "RANGE:temperature" in {q.check_id for q in found("unusual", sites).queries}
    assert not list(found("cannula day", sites).queries)


def test_nothing_of_another_site_is_found(asked: Query, infused: Subject, sites: list[Site]) -> None:
    other = found("cannula", sites[1:])
    assert not (list(other.subjects) or list(other.forms) or list(other.queries))
    assert not list(found(infused.code, sites[1:]).subjects)


def test_the_page_of_a_person_of_another_site_shows_nothing_and_a_whole_id_leads_nowhere(
    asked: Query, infused: Subject, other_coordinator: User, coordinator: User, client: Client
) -> None:
    client.force_login(other_coordinator, backend="django.contrib.auth.backends.ModelBackend")
    for text in (infused.code, "crs", "cannula"):
        answer = client.get("/search/", {"q": text})
        assert answer.status_code == 200 and "Nothing fits" in answer.content.decode()
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/search/", {"q": infused.code}).url == f"/subjects/{infused.code}/"  # type: ignore[attr-defined]
    assert f"/queries/{asked.pk}/" in client.get("/search/", {"q": "cannula"}).content.decode()
    assert client.get("/search/").status_code == 200


def test_a_search_by_whom_no_clinical_data_concerns_is_refused(administrator: User, client: Client) -> None:
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/search/", {"q": "crs"}).status_code == 403
