"""The way from a form to those beside it: what the casebook shows before and after it, and nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crf import way
from crf.declare.form import form_named
from crf.ledger import ledger
from crf.place import Place
from tests import study
from trial.models import Subject, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]


@pytest.fixture
def beside(infused: Subject) -> Any:
    """beside("crs_assessment", "d1") = where each step leads, without the subject's address; "" at the end."""

    def follow(form: str, visit: str, occurrence: int = 1) -> dict[str, str]:
        subject = Subject.objects.select_related("site").get(pk=infused.pk)
        place = Place(form_named(form), subject, study.visit_of(subject, visit) if visit != "log" else None, occurrence)
        found = {step: way.beside(place, step, now=study.NOW) for step in way.steps(place)}
        return {step: e.url.removeprefix(f"/subjects/{infused.code}/") if e else "" for step, e in found.items()}

    return follow


def test_from_the_first_form_of_a_visit_the_next_ones_lead_through_all_that_the_casebook_shows(
    beside: Any, infused: Subject
) -> None:
    subject = Subject.objects.select_related("site").get(pk=infused.pk)
    shown = [e for e in ledger([subject], now=study.NOW) if e.visit and e.visit.code == "d1"]
    walked = [shown[0].form.declared.name]
    while onward := beside(walked[-1], "d1")["next-form"]:
        walked.append(onward.split("/")[1].replace("-", "_"))
    assert walked == [e.form.declared.name for e in shown] and len(walked) >= 3
    assert beside(walked[0], "d1")["previous-form"] == ""
    back = beside(walked[-1], "d1")["previous-form"]
    assert back == f"d1/{walked[-2].replace('_', '-')}/"


def test_the_same_form_leads_to_the_visits_that_have_it(beside: Any) -> None:
    found = beside("crs_assessment", "d1")
    assert (found["previous-visit"], found["next-visit"]) == ("d0/crs-assessment/", "d2/crs-assessment/")
    infusion = beside("car_t_infusion", "d0")
    assert (infusion["previous-visit"], infusion["next-visit"]) == ("", "")


def test_another_assessment_of_the_day_stands_between_the_forms(
    beside: Any, infused: Subject, investigator: User
) -> None:
    for number in (1, 2):
        study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator, occurrence=number)
    assert beside("crs_assessment", "d1")["next-form"] == "d1/crs-assessment/2/"
    assert beside("crs_assessment", "d1", 2)["previous-form"] == "d1/crs-assessment/"
    assert beside("crs_assessment", "d2")["previous-visit"] == "d1/crs-assessment/"


def test_a_form_that_nobody_asks_for_leads_to_its_neighbours_in_the_order_of_the_casebook(beside: Any) -> None:
    assert beside("survival_status", "d1")["previous-form"].startswith("d1/")


def test_entries_of_a_log_lead_to_each_other_and_a_new_one_nowhere(
    beside: Any, infused: Subject, investigator: User
) -> None:
    event = {
        "verbatim": "Infection of the catheter", "term": "INFECTION", "grade": "2", "onset_on": "2026-03-22", "ongoing": "Y",
        "outcome": "NOT RECOVERED/NOT RESOLVED", "serious": "N", "related_cart": "N", "related_lymphodepletion": "N", "aesi": "N",
    }  # fmt: skip
    for number in (1, 2):
        study.submit("adverse_event", infused, "log", event, by=investigator, occurrence=number)
    assert beside("adverse_event", "log") == {"previous-form": "", "next-form": "log/adverse-event/2/"}
    assert beside("adverse_event", "log", 2) == {"previous-form": "log/adverse-event/", "next-form": ""}


def test_the_links_of_the_page_lead_there_with_few_statements_and_the_end_is_said(
    infused: Subject, investigator: User, client: Client
) -> None:
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    book = f"/subjects/{infused.code}/"
    page = client.get(book + "d1/crs-assessment/").content.decode()
    links = dict(re.findall(r'href="([^"]+)" data-way="[a-z-]+" aria-keyshortcuts="([^"]+)"', page))
    assert links[book + "d1/crs-assessment/go/next-form/"] == "Alt+PageDown"
    assert links[book + "d1/crs-assessment/go/previous-visit/"] == "Alt+Shift+PageUp" and len(links) == 4
    assert "Next form" in page.partition('id="cw-keys"')[2].partition("</dialog>")[0]
    client.get(book + "d1/crs-assessment/go/next-visit/")
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(book + "d1/crs-assessment/go/next-visit/")
    assert (answer["Location"], len(seen) <= 15) == (book + "d2/crs-assessment/", True)
    last = client.get(book + "d0/car-t-infusion/go/next-visit/", follow=True)
    assert last.redirect_chain[-1][0] == book + "d0/" and "No later visit has this form." in last.content.decode()
    assert client.get(book + "d1/crs-assessment/go/sideways/").status_code == 404


def test_a_new_entry_has_no_way_on_and_another_sites_form_none_at_all(
    infused: Subject, investigator: User, other_coordinator: User, client: Client
) -> None:
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    assert "data-way" not in client.get(f"/subjects/{infused.code}/logs/adverse-event/new/").content.decode()
    client.force_login(other_coordinator, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/subjects/{infused.code}/d1/crs-assessment/go/next-form/").status_code == 404
