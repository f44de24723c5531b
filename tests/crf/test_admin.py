"""The review panel: everything can be read by those who may, nothing clinical can be changed by anybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from crf import entry, workflow
from crf.declare.form import casebook, form_named
from crf.index import FormIndex
from crf.models import Query
from tests import filled, study
from trial import guard, roles
from trial.models import AuditEvent, Membership, Site, Subject, User

pytestmark = pytest.mark.django_db

PEOPLE = {"User", "Membership", "Site"}
RANGES = {"ReferenceRange", "ProtocolApproval"}  # the data manager's; tests/crf/test_ranges.py, test_amendment.py
TIMES = {"PeriodicTask", "CrontabSchedule", "IntervalSchedule"}
REVIEW = ("MONITOR", "DATA_MANAGER", "MEDICAL_MONITOR", "STATISTICIAN", "INSPECTOR")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def of(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def assessed(infused: Subject, investigator: User) -> entry.Outcome:
    """A CRS assessment with a vasopressor whose investigator's grade disagrees: one open query."""
    typed = study.typed_crs(1, **{**study.SHOCK, "investigator_grade": "2"})
    with study.seeing_everything():
        return study.submit("crs_assessment", infused, "d1", typed, by=investigator)


def review_url(outcome: entry.Outcome) -> str:
    return of(FormIndex, "change", f"crs_assessment:{outcome.row.pk}")


def snapshot() -> dict[str, list[Any]]:
    """Every row of every guarded table, for "nothing changed"."""
    with transaction.atomic(), study.seeing_everything():
        return {
            model._meta.db_table: list(model._default_manager.order_by("pk").values())
            for model, kept in guard.guarded_models()
            if not kept.append_only
        }


# --- what is in the panel, and who may change it


def test_the_panel_holds_what_it_is_meant_to_hold() -> None:
    names = {model.__name__ for model in admin.site._registry}
    forms = {form.__name__ for form in casebook()}
    ours = {"FormIndex", "Query", "AuditEvent", "Job", "AccessAttempt"} | PEOPLE | TIMES | RANGES | forms
    assert names - ours <= {m.__name__ for m in admin.site._registry if m._meta.app_label == "analytics"}
    assert ours <= names


@pytest.mark.parametrize("role", [*REVIEW, "ADMINISTRATOR"])
def test_nobody_adds_changes_or_deletes_except_people_and_schedules(role: str, sites: list[Site], rf: Any) -> None:
    request = rf.get("/admin/")
    with transaction.atomic(), study.seeing_everything():
        request.user = User.objects.get(pk=study.person(role).pk)
        for model, page in admin.site._registry.items():
            allowed = {
                "ADMINISTRATOR": PEOPLE | TIMES,
                "DATA_MANAGER": TIMES | RANGES,
            }.get(role, set())
            may = [
                page.has_add_permission(request),
                page.has_change_permission(request),
                page.has_delete_permission(request),
            ]
            if model.__name__ not in allowed:
                assert may == [False, False, False], (role, model)
            if model.__name__ in TIMES | {"User", "Site"}:
                assert may[2] is False, "these are never deleted"


def existing(model: Any) -> Any:
    """The address part of a row that exists."""
    with transaction.atomic(), study.seeing_everything():
        return model._default_manager.values_list("pk", flat=True).first()


@pytest.mark.parametrize("role", ["DATA_MANAGER", "ADMINISTRATOR", "COORDINATOR"])
def test_a_posted_change_is_refused_for_every_registered_clinical_model(
    role: str, assessed: entry.Outcome, sites: list[Site]
) -> None:
    filled.enter_the_rest(assessed.row.subject, by=assessed.row.entered_by)
    client = browser(study.person(role, name=f"the-{role.lower()}"))
    before = snapshot()
    tried = 0
    for model in admin.site._registry:
        if model.__name__ in PEOPLE | TIMES | RANGES:
            continue
        pk = existing(model)
        urls = [of(model, "add"), of(model, "changelist")]
        urls += [of(model, "change", pk), of(model, "delete", pk)] if pk is not None else []
        for url in urls:
            data = {
                "action": "delete_selected",
                "_selected_action": str(pk),
                "post": "yes",
                "_save": "Save",
                "temperature": "36.0",
            }
            answer = client.post(url, data)
            if url == of(model, "changelist") and answer.status_code == 302:
                # An unknown action leads back to the list, somebody without business here to the door.
                assert answer["Location"].startswith((url, "/admin/login/"))
            else:
                assert answer.status_code in (302, 403, 404, 405, 200), (url, answer.status_code)
                if answer.status_code == 200:
                    assert url == of(model, "changelist")
            tried += 1
    assert tried > 4 * len(casebook())
    assert snapshot() == before


def test_a_posted_change_of_a_form_is_forbidden_not_ignored(assessed: entry.Outcome, data_manager: User) -> None:
    client = browser(data_manager)
    row = assessed.row
    for url in (review_url(assessed), of(type(row), "change", row.pk)):
        assert client.post(url, {"temperature": "36.0"}).status_code == 403
        assert client.put(url, {"temperature": "36.0"}).status_code == 403
    for page in ("add", "delete"):
        args = [] if page == "add" else [row.pk]
        assert client.post(of(type(row), page, *args), {"post": "yes"}).status_code == 403
    with transaction.atomic(), study.seeing_everything():
        assert str(type(row).objects.get().temperature) == "38.6"


def test_site_staff_and_strangers_do_not_enter(coordinator: User, investigator: User, assessed: entry.Outcome) -> None:
    for user in (coordinator, investigator):
        assert browser(user).get(review_url(assessed)).status_code in (302, 403)
        assert browser(user).get("/admin/", follow=True).status_code == 403
    stranger = Client().get("/admin/", follow=True)
    assert stranger.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")
    assert Client().get("/admin/login/?next=/admin/crf/query/")["Location"] == "/accounts/login/?next=/admin/crf/query/"


def test_the_administrator_reads_no_clinical_page(administrator: User, assessed: entry.Outcome) -> None:
    client = browser(administrator)
    for model in [FormIndex, Query, AuditEvent, *casebook()]:
        assert client.get(of(model, "changelist")).status_code == 403
    assert client.get(review_url(assessed)).status_code == 403
    assert "CRS" not in client.get("/admin/").content.decode()


# --- the lists


@pytest.mark.parametrize("role", REVIEW)
def test_every_list_and_every_form_opens_for_reviewers(role: str, assessed: entry.Outcome, sites: list[Site]) -> None:
    filled.enter_the_rest(assessed.row.subject, by=assessed.row.entered_by)
    client = browser(study.person(role, name=f"the-{role.lower()}"))
    for form in casebook():
        assert client.get(of(form, "changelist")).status_code == 200
        pk = existing(form)
        page = client.get(of(form, "change", pk))
        assert page.status_code == 200
        for item in (one for one in form.declared.items.values() if one.about.since is None):  # the first version's
            assert str(item.about.label).replace("'", "&#x27;") in page.content.decode()
    for model in (FormIndex, Query, AuditEvent):
        assert client.get(of(model, "changelist")).status_code == 200
    assert client.get("/admin/").status_code == 200


def test_a_reviewer_sees_the_forms_of_the_own_sites_only(assessed: entry.Outcome, sites: list[Site]) -> None:
    elsewhere = study.person("MONITOR", sites[1])
    client = browser(elsewhere)
    assert assessed.row.subject.code not in client.get(of(FormIndex, "changelist")).content.decode()
    assert client.get(review_url(assessed)).status_code == 404
    assert client.post(of(FormIndex, "ask", f"crs_assessment:{assessed.row.pk}"), {"text": "?"}).status_code == 404
    trail = client.get(of(AuditEvent, "changelist")).content.decode()
    assert assessed.row.subject.code not in trail


@pytest.mark.parametrize("key", ["crs_assessment:999999", "no_such_form:1", "crs_assessment:x", "nonsense"])
def test_a_form_that_is_not_there_is_not_found(key: str, data_manager: User) -> None:
    assert browser(data_manager).get(of(FormIndex, "change", key)).status_code == 404


def rows_of(client: Client, **query: str) -> list[str]:
    """Keys of the forms in the filtered list."""
    return [row.key for row in client.get(of(FormIndex, "changelist"), query).context["cl"].result_list]


def test_the_filters_find_by_site_form_state_queries_time_and_subject(
    assessed: entry.Outcome, data_manager: User, sites: list[Site]
) -> None:
    client, key, subject = browser(data_manager), f"crs_assessment:{assessed.row.pk}", assessed.row.subject
    assert len(rows_of(client)) == 5
    assert rows_of(client, state="queried") == [key] == rows_of(client, open="yes")
    assert len(rows_of(client, state="complete")) == 4 == len(rows_of(client, open="no"))
    assert rows_of(client, state="not_done") == []
    assert rows_of(client, form="crs_assessment") == [key]
    assert len(rows_of(client, site=str(subject.site_id))) == 5
    assert rows_of(client, site=str(sites[1].pk)) == []
    assert len(rows_of(client, q=subject.code)) == 5
    assert rows_of(client, q="03-999") == []
    assert rows_of(client, since="24") == []  # study.NOW is months ago
    assert len(rows_of(client, since="nonsense", site="nonsense")) == 5


def statements(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert ask().status_code == 200
    return len(seen)


@pytest.mark.parametrize("model", [FormIndex, form_named("crs_assessment"), Query, AuditEvent])
def test_a_longer_list_needs_no_more_statements(
    model: Any, assessed: entry.Outcome, data_manager: User, investigator: User, infused: Subject
) -> None:
    client, url = browser(data_manager), of(model, "changelist")
    client.get(url)
    before = statements(lambda: client.get(url))
    with study.seeing_everything():
        for day in range(2, 7):
            study.submit(
                "crs_assessment", infused, f"d{day}", study.typed_crs(day, investigator_grade="4"), by=investigator
            )
    assert statements(lambda: client.get(url)) == before


# --- one form


def test_the_review_page_shows_values_in_words_rows_verdict_and_query(
    assessed: entry.Outcome, data_manager: User
) -> None:
    page = browser(data_manager).get(review_url(assessed))
    text = page.content.decode()
    sections = {str(s["label"]): s["entries"] for s in page.context["sections"]}
    assert list(sections) == [str(section.label) for section, _ in assessed.row.declared.sections]
    fever = {e["name"]: e for e in sections["Fever"]}
    assert (fever["temperature"]["value"], fever["temperature_route"]["value"]) == ("38.6 °C", "Axillary")
    assert "2026-03-21 20:00" in text, "on the site's clock, not UTC"
    (grid,) = [e for e in sections["Circulation"] if e.get("grid")]
    ((number, values),) = grid["lines"]
    assert (number, values[0], values[1]) == (1, "Norepinephrine", "0.10")
    verdict, highest = page.context["verdicts"]
    assert (verdict["verdict"].value, highest["verdict"].value) == ("Grade 3", "38.6 °C")
    assert "vasopressor" in verdict["verdict"].sentence
    assert verdict["verdict"].because
    (query,) = [q for q in page.context["queries"] if q.check_id == "CRS-01"]
    assert query.sentence.replace("'", "&#x27;") in text
    assert reverse("query", args=[query.pk]) in text
    assert page.context["state"] == "queried"
    assert reverse("form", args=[assessed.row.subject.code, "d1", "crs-assessment"]) in text


def test_a_blank_shows_its_reason_and_a_hidden_item_says_so(
    infused: Subject, investigator: User, data_manager: User
) -> None:
    typed = study.typed_crs(1, temperature="", temperature__missing="NOT DONE")
    with study.seeing_everything():
        outcome = study.submit("crs_assessment", infused, "d1", typed, by=investigator)
    page = browser(data_manager).get(review_url(outcome))
    entries = {e["name"]: e for section in page.context["sections"] for e in section["entries"]}
    assert (entries["temperature"]["value"], str(entries["temperature"]["missing"])) == ("", "Not done")
    assert entries["anticytokine_drug"]["not_asked"] is True
    assert entries["temperature"]["not_asked"] is False


def test_the_history_names_item_old_new_who_when_and_why(
    assessed: entry.Outcome, infused: Subject, investigator: User, data_manager: User
) -> None:
    pressor = {**study.PRESSOR, "dose": "0.2"}
    typed = study.typed_crs(
        1, **{**study.SHOCK, "vasopressors": [pressor], "temperature": "39.1", "investigator_grade": "2"}
    )
    with study.seeing_everything():
        study.submit("crs_assessment", infused, "d1", typed, by=investigator, reason="Transcription error")
    latest, first = browser(data_manager).get(review_url(assessed)).context["history"]
    assert (latest["who"], latest["why"]) == (str(investigator), "Transcription error")
    told = {str(c["label"]): (c["old"], c["new"]) for c in latest["changes"]}
    assert told["Highest temperature"] == ("38.6 °C", "39.1 °C")
    assert ("0.1", "0.2") in [(o.rstrip("0"), n.rstrip("0")) for o, n in told.values()]
    assert len(first["changes"]) > 10


def test_a_reviewer_raises_a_query_on_an_item(assessed: entry.Outcome, monitor: User) -> None:
    client, url = browser(monitor), of(FormIndex, "ask", f"crs_assessment:{assessed.row.pk}")
    answer = client.post(url, {"item": "oxygen", "text": "  Room air, with a saturation of 84 %? "})
    assert answer.status_code == 302
    with transaction.atomic(), study.seeing_everything():
        query = Query.objects.get(item="oxygen")
        assert (query.text, query.opened_by, query.state) == ("Room air, with a saturation of 84 %?", monitor, "OPEN")
    page = client.get(review_url(assessed)).content.decode()
    assert "Room air, with a saturation of 84 %?" in page


@pytest.mark.parametrize(
    "data", [{"item": "oxygen", "text": "  "}, {"item": "password", "text": "why?"}, {"item": "", "text": "x" * 4001}]
)
def test_a_refused_query_keeps_what_was_written(data: dict[str, str], assessed: entry.Outcome, monitor: User) -> None:
    answer = browser(monitor).post(of(FormIndex, "ask", f"crs_assessment:{assessed.row.pk}"), data)
    assert answer.status_code == 400
    assert answer.context["asked"]["text"] == data["text"][:4000]
    with transaction.atomic(), study.seeing_everything():
        assert not Query.objects.exclude(opened_by=None).exists()


@pytest.mark.parametrize("role", ["STATISTICIAN", "INSPECTOR"])
def test_who_only_reads_is_offered_no_query_and_cannot_post_one(role: str, assessed: entry.Outcome) -> None:
    client = browser(study.person(role))
    assert "Raise the query" not in client.get(review_url(assessed)).content.decode()
    url = of(FormIndex, "ask", f"crs_assessment:{assessed.row.pk}")
    assert client.post(url, {"item": "oxygen", "text": "Why?"}).status_code == 403


def test_a_thread_stands_on_the_review_page(assessed: entry.Outcome, coordinator: User, data_manager: User) -> None:
    with transaction.atomic(), study.seeing_everything():
        query = Query.objects.get(check_id="CRS-01")
        workflow.answer(query, by=coordinator, text="Confirmed by the investigator.", now=timezone.now())
    assert "Confirmed by the investigator." in browser(data_manager).get(review_url(assessed)).content.decode()


def test_what_an_inspector_opens_is_recorded(assessed: entry.Outcome, inspector: User, data_manager: User) -> None:
    for user in (inspector, data_manager):
        browser(user).get(review_url(assessed))
    with transaction.atomic(), study.seeing_everything():
        (event,) = AuditEvent.objects.filter(action="form viewed")
    assert (event.actor, event.subject_id, event.after["id"]) == (
        inspector.username,
        assessed.row.subject_id,
        assessed.row.pk,
    )


def test_the_audit_trail_is_told_in_labels(assessed: entry.Outcome, data_manager: User) -> None:
    client = browser(data_manager)
    page = client.get(of(AuditEvent, "changelist"), {"table": "crf_crsassessment"}).content.decode()
    assert "CRS assessment added" in page
    assert "Highest temperature: 38.6 °C" in page
    with transaction.atomic(), study.seeing_everything():
        event = AuditEvent.objects.get(table_name="crf_vasopressor")
    entry_page = client.get(of(AuditEvent, "change", event.pk)).content.decode()
    assert "Drug: Norepinephrine" in entry_page
    assert client.post(of(AuditEvent, "change", event.pk), {"actor": "nobody"}).status_code == 403


def test_the_audit_trail_is_filtered_by_person_and_found_by_subject(
    assessed: entry.Outcome, data_manager: User, investigator: User
) -> None:
    client = browser(data_manager)

    def actors(**query: str) -> set[str]:
        return {
            e.actor for e in client.get(of(AuditEvent, "changelist"), {**query, "all": ""}).context["cl"].result_list
        }

    assert actors(who=investigator.username) == {investigator.username}
    assert "migration" in actors(who="migration")
    assert actors(q=assessed.row.subject.code) == {investigator.username}
    assert actors(q="09-001") == set()
    assert actors(since="24")


def test_a_query_leads_to_its_own_page(assessed: entry.Outcome, data_manager: User) -> None:
    query = existing(Query)
    answer = browser(data_manager).get(of(Query, "change", query))
    assert (answer.status_code, answer["Location"]) == (302, reverse("query", args=[query]))


def test_no_role_is_left_out_of_the_tests() -> None:
    reviewers = {role for role in Membership.Role.values if role in {str(r) for r in roles.MAY["review"]}}
    assert reviewers == set(REVIEW)
