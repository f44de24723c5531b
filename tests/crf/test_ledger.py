"""One ledger: what the work list, the casebook and the list of subjects say of a subject, and how it is read."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crf import drafts, expectations, facts, not_done, sheet, stored, workflow
from crf.declare.form import Crf, casebook, form_named
from crf.ledger import IN_A_CELL, late, ledger, waiting
from crf.place import Place
from crf.synthetic import load, plan
from tests import database, study
from trial import audit, subjects
from trial.models import Site, Subject, User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend=BACKEND)
    return client


def everybody() -> list[Subject]:
    return list(Subject.objects.select_related("site"))


def all_pages_agree(client: Client) -> int:
    """Compares the three pages for every subject; returns how many forms wait."""
    listed = {}
    for number in range(1, 100):
        page = client.get(f"/subjects/?page={number}").context
        listed |= {line["code"]: line for line in page["subjects"]}
        if not page["page_obj"].has_next():
            break
    with study.seeing_everything():
        people = everybody()
        now = timezone.now()
        due = waiting(ledger(people, now=now, settled=False), now=now)
        codes = {entry.subject.pk: entry.subject.code for entry in due}
    by_state = Counter((codes[entry.subject.pk], entry.state) for entry in due)
    shown = {one: count for one, count, _url in client.get("/").context["counts"]}
    unsigned = shown.pop("unsigned")
    assert shown == {state: sum(n for (_code, of), n in by_state.items() if of == state) for state in shown}
    for person in people:
        context = client.get(f"/subjects/{person.code}/").context
        with study.seeing_everything():
            own = ledger([person], now=now)
        cells = Counter(cell["state"] for row in context["rows"] for cell in row["cells"] if cell)
        places: dict[Any, list[str]] = {}
        for entry in own:
            if entry.visit:
                places.setdefault((entry.form, entry.visit.pk), []).append(entry.shown)
        assert cells == Counter(min(states, key=IN_A_CELL.index) for states in places.values())
        assert listed[person.code]["overdue"] == by_state[person.code, "overdue"]
        assert listed[person.code]["open_queries"] == sum(entry.queries for entry in own)
        facts_shown = dict(context["facts"])
        assert facts_shown["Open queries"] == listed[person.code]["open_queries"]
        waits = sum(entry.unsigned for entry in own)
        assert re.sub("<[^>]+>", "", str(facts_shown["Unsigned forms"])) == str(waits)
        unsigned -= waits
    assert unsigned == 0
    return len(due)


def test_work_list_casebook_and_list_agree_for_every_subject_of_the_demonstration(demo_copy: str) -> None:
    all_pages_agree(signed_in("data-manager"))


@pytest.fixture
def synthetic(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Sixteen synthetic subjects at three sites, in a database of their own."""
    name = database.NAME + "_synthetic"
    with django_db_blocker.unblock():
        database.clone(database.NAME, name)
        with database.using(name):
            centres = plan.plan(subjects=16, sites=3, seed=7)
            load.sites_and_people(centres)
            for centre in centres:
                for _ in load.subjects_of(centre, seed=7):
                    pass
            yield name
    database.drop(name)


def test_they_agree_for_a_synthetic_study_where_forms_are_late_and_wrong(synthetic: str) -> None:
    assert all_pages_agree(signed_in("data-manager")) > 0


# --- the reading of many forms at once


def test_forms_read_together_are_those_that_are_read_one_by_one(demo_study: None) -> None:
    with study.seeing_everything():
        people = everybody()
        together = stored.together([form.declared.name for form in casebook()], people)
        for form in casebook():
            rows = (
                form.objects.filter(status="COMPLETE")
                .prefetch_related(*form.declared.rows)
                .select_related("subject__site")
            )  # type: ignore[attr-defined]
            expected = {}
            for row in rows:
                of = sheet.Sheet(
                    form, sheet.values_of(row), subject=row.subject, visit=None, pk=row.pk, occurrence=row.occurrence
                )
                expected[row.pk] = of.plain(row.pk)
            found = {one.pk: one for of in together[form.declared.name].values() for one in of}
            assert found == {pk: one for pk, one in expected.items() if pk in found}
            undated = [
                pk
                for pk in expected.keys() - found.keys()
                if getattr(expected[pk], form.declared.about_day or "pk") is not None
            ]
            assert not undated


@pytest.mark.django_db
def test_forms_read_together_are_those_of_the_readers_sites(infused: Subject) -> None:
    with audit.seeing([]):
        assert stored.together(["car_t_infusion"], [infused])["car_t_infusion"][infused.pk] == []
    with study.seeing_everything():
        assert len(stored.together(["car_t_infusion"], [infused])["car_t_infusion"][infused.pk]) == 1


# --- the facts that are kept


@pytest.mark.django_db
def test_facts_that_are_kept_are_made_anew_after_every_form_they_follow_from(
    infused: Subject, investigator: User, scope: None
) -> None:
    def kept_and_fresh() -> tuple[Any, Any]:
        subject = Subject.objects.select_related("site").get(pk=infused.pk)
        ledger([subject], now=study.NOW)
        return facts._kept[subject.pk][1], expectations.facts_of(expectations.books_of([subject])[subject.pk])

    kept, fresh = kept_and_fresh()
    assert kept == fresh and kept.died_on is None
    visit = subjects.unscheduled(infused, by=investigator, on=study.NOW.date())
    study.submit("death", infused, visit.code, {"died_on": "2026-05-30", "cause": "MYELOMA"}, by=investigator)
    kept, fresh = kept_and_fresh()
    assert kept == fresh and str(kept.died_on) == "2026-05-30"
    study.submit(
        "death",
        infused,
        visit.code,
        {"died_on": "2026-05-29", "cause": "MYELOMA"},
        by=investigator,
        reason="typed wrongly",
    )
    kept, fresh = kept_and_fresh()
    assert kept == fresh and str(kept.died_on) == "2026-05-29"


# --- a death that was told and not entered


@pytest.mark.django_db
def test_a_survival_status_that_says_dead_asks_for_the_form_of_the_death_at_its_visit(
    infused: Subject, investigator: User, scope: None
) -> None:
    def awaited() -> list[tuple[str, str]]:
        subject = Subject.objects.select_related("site").get(pk=infused.pk)
        return [
            (e.visit.code, e.state)
            for e in ledger([subject], now=study.NOW)
            if e.form.declared.name == "death" and e.visit
        ]

    assert awaited() == []
    study.submit("survival_status", infused, "m2", {"status_on": "2026-05-20", "alive": "N"}, by=investigator)
    assert awaited() == [("m2", "overdue")]
    study.submit("death", infused, "m2", {"died_on": "2026-05-10", "cause": "MYELOMA"}, by=investigator)
    assert awaited() == [("m2", "complete")]


@pytest.mark.django_db
def test_a_survival_status_that_says_alive_or_unknown_asks_for_no_death(
    infused: Subject, investigator: User, scope: None
) -> None:
    told = {"status_on": "2026-05-20", "alive": "U", "last_known_alive_on": "2026-05-01"}
    study.submit("survival_status", infused, "m2", told, by=investigator)
    subject = Subject.objects.select_related("site").get(pk=infused.pk)
    assert not [e for e in ledger([subject], now=datetime(2026, 6, 1, tzinfo=UTC)) if e.form.declared.name == "death"]


# --- a correction that somebody began


def _begun(subject: Subject, by: User, visit: str, **values: list[str]) -> None:
    place = {"visit": study.visit_of(subject, visit), "occurrence": 1}
    drafts.save("crs_assessment", subject, **place, values=values, based_on=1, by=by)


@pytest.mark.django_db
def test_the_draft_of_a_correction_is_listed_and_shown_in_the_casebook_as_other_drafts_are(
    infused: Subject, investigator: User, scope: None
) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator)
    subject = Subject.objects.select_related("site").get(pk=infused.pk)
    _begun(subject, investigator, "d1", temperature=["38.9"])
    for settled in (True, False):
        (one,) = [e for e in ledger([subject], now=study.NOW, settled=settled) if e.state == "draft"]
        assert (one.form.declared.name, one.visit and one.visit.code, one.status) == (
            "crs_assessment",
            "d1",
            "COMPLETE",
        )
        assert one.begun and one in waiting([one], now=study.NOW)
    client = signed_in(investigator.username)
    (row,) = [row for row in client.get("/?state=draft").context["due"] if row["subject_code"] == subject.code]
    assert row["url"] == f"/subjects/{subject.code}/d1/crs-assessment/" and row["age_text"].startswith("saved ")
    cells = [cell for row in client.get(f"/subjects/{subject.code}/").context["rows"] for cell in row["cells"] if cell]
    (cell,) = [cell for cell in cells if cell["url"] == row["url"]]
    assert cell["state"] == "draft" and "a correction was begun" in cell["title"]
    assert client.get(row["url"]).context["page"]["state"] == "draft"


@pytest.mark.django_db
def test_an_overdue_form_that_was_begun_stays_among_the_overdue_and_keeps_its_age(
    infused: Subject, investigator: User, scope: None
) -> None:
    on = date(2026, 6, 1)  # d1 was the 21st of March; the visit of month 24 is still to come
    client = signed_in(investigator.username)
    before = [(row["url"], row["age_text"]) for row in client.get("/").context["due"]]
    url = f"/subjects/{infused.code}/d1/crs-assessment/"
    (age,) = [text for one, text in before if one == url]
    for visit in ("d1", "m24"):
        place = {"visit": study.visit_of(infused, visit), "occurrence": 1}
        form = "crs_assessment" if visit == "d1" else "vital_signs"
        drafts.save(form, infused, **place, values={"comment": ["begun"]}, based_on=0, by=investigator)
    subject = Subject.objects.select_related("site").get(pk=infused.pk)
    begun = {e.visit.code: e for e in ledger([subject], now=study.NOW) if e.state == "draft" and e.visit}
    assert {code: late(entry, on) for code, entry in begun.items()} == {"d1": True, "m24": False}
    due = client.get("/").context["due"]
    row = due[[one for one, _ in before].index(url)]  # where it stood
    assert (row["url"], row["state"]) == (url, "draft")
    assert row["age_text"].startswith(f"{age} · draft saved ")
    drafted = client.get("/?state=draft").context["due"]
    assert [one["url"] for one in drafted] == [url, f"/subjects/{infused.code}/m24/vital-signs/"]
    assert drafted[1]["age_text"].startswith("saved ")


@pytest.mark.django_db
def test_a_queried_form_stays_queried_and_says_that_a_correction_was_begun(
    infused: Subject, investigator: User, scope: None
) -> None:
    wrong = study.typed_crs(1, **study.SHOCK | {"investigator_grade": "1"})
    study.submit("crs_assessment", infused, "d1", wrong, by=investigator)
    subject = Subject.objects.select_related("site").get(pk=infused.pk)
    _begun(subject, investigator, "d1", investigator_grade=["3"])
    (one,) = [
        e
        for e in ledger([subject], now=study.NOW, settled=False)
        if e.form.declared.name == "crs_assessment" and e.begun
    ]
    assert (one.state, one.queries > 0) == ("queried", True)
    due = signed_in(investigator.username).get("/?form=crs_assessment&state=queried").context["due"]
    assert [" · draft saved " in f" · {row['age_text']}" for row in due] == [True]


@pytest.mark.django_db
def test_a_form_whose_queries_are_answered_stands_last_and_asks_for_no_answer(
    infused: Subject, investigator: User, scope: None
) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(1, investigator_grade="3"), by=investigator)

    def listed() -> Any:
        page = signed_in(investigator.username).get("/?form=crs_assessment&state=queried")
        return page.context["due"], page.content.decode()

    (row,), page = listed()
    assert row["theirs"] and "Answer<span" in page
    for query in workflow.Query.objects.filter(form="crs_assessment"):
        workflow.answer(query, by=investigator, text="It is right.", now=timezone.now())
    (row,), page = listed()
    assert not row["theirs"] and "Answer<span" not in page and "answered, with a reviewer" in row["age_text"]
    entries = waiting(ledger([infused], now=timezone.now()), now=timezone.now())
    assert entries[-1].answered and entries[-1].state == "queried"
    assert entries[-1].due_on == study.NOW.date(), "its age is that of the query, not of the visit"


@pytest.mark.django_db
def test_a_form_that_was_not_done_and_is_being_entered_after_all_is_a_draft(
    infused: Subject, investigator: User, scope: None
) -> None:
    subject = Subject.objects.select_related("site").get(pk=infused.pk)
    place = Place(form_named("crs_assessment"), subject, study.visit_of(subject, "d1"))
    not_done.mark(place, by=investigator, reason="forgotten", now=study.NOW)
    _begun(subject, investigator, "d1", temperature=["38.9"])
    (one,) = [e for e in ledger([subject], now=study.NOW) if e.visit and e.visit.code == "d1" and e.form is place.form]
    assert one.state == "draft"


@pytest.mark.django_db
def test_without_what_is_settled_the_same_forms_wait(infused: Subject, scope: None) -> None:
    subject = Subject.objects.select_related("site").get(pk=infused.pk)
    whole, open_ones = (ledger([subject], now=study.NOW, settled=settled) for settled in (True, False))
    assert [e for e in whole if e.state not in ("complete", "not_done")] == open_ones != whole
    assert all(issubclass(e.form, Crf) for e in open_ones)
    assert Site.objects.exists()


@pytest.mark.django_db
def test_nobody_is_asked_to_enter_or_answer_who_may_not(
    infused: Subject, investigator: User, monitor: User, scope: None
) -> None:
    study.submit("crs_assessment", infused, "d1", study.typed_crs(1, investigator_grade="3"), by=investigator)

    def deeds(user: User) -> set[str]:
        page = signed_in(user.username).get("/?form=crs_assessment").content.decode()
        return {word for word in ("Enter", "Answer", "Open the form") if f">{word}<span" in page}

    assert deeds(investigator) == {"Enter", "Answer"}
    assert deeds(monitor) == {"Open the form"}
