"""Logs: the list, the entry that has no number yet, two people who add at once, drafts, queries, who sees what."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.utils import timezone

from crf import drafts, entry, logs, views, workflow
from crf.declare.form import Log, casebook
from crf.drafts import Draft
from crf.ledger import NEW, address, ledger, waiting
from crf.models.adverse_event import AdverseEvent
from crf.models.subsequent_therapy import SubsequentTherapy
from crf.place import Place
from tests import study
from trial import audit
from trial.models import AuditEvent, Subject, User

rolls_back = pytest.mark.django_db
really = pytest.mark.django_db(transaction=True)
EVENT = {
    "verbatim": "Low white cells", "term": "LEUKOPENIA", "grade": "3", "onset_on": "2026-03", "ongoing": "Y",
    "outcome": "NOT RECOVERED/NOT RESOLVED", "serious": "N", "related_cart": "Y", "related_lymphodepletion": "U", "aesi": "N",
}  # fmt: skip


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def place_of(subject: Subject, part: str = "") -> str:
    return f"/subjects/{subject.code}/logs/adverse-event/{part}"


def entry_of(subject: Subject, number: int) -> str:
    return f"/subjects/{subject.code}/log/adverse-event/{'' if number == 1 else f'{number}/'}"


def add(subject: Subject, by: User, number: int = 1, **changes: Any) -> AdverseEvent:
    with study.seeing_everything():
        again = Subject.objects.select_related("site").get(pk=subject.pk)
        data = EVENT | changes
        return entry.submit(AdverseEvent, subject=again, occurrence=number, data=data, by=by).row  # type: ignore[return-value]


def stored(subject: Subject) -> dict[int, str]:
    with study.seeing_everything():
        rows = AdverseEvent.objects.filter(subject=subject)
        return dict(rows.values_list("occurrence", "verbatim"))


def opened() -> str:
    return timezone.now().isoformat()


# --- the list


@rolls_back
def test_every_log_names_the_items_of_its_list() -> None:
    assert {form.declared.name for form in logs.logs()} >= {"adverse_event", "subsequent_therapy"}
    for form in casebook():
        if issubclass(form, Log):
            assert list(logs.telling(form)), form
    assert list(logs.telling(SubsequentTherapy)) == ["drug", "intent", "started_on", "ended_on"]


@rolls_back
def test_the_list_has_a_row_an_entry_with_its_state_and_its_telling_items(infused: Subject, investigator: User) -> None:
    add(infused, investigator)
    queried = add(
        infused,
        investigator,
        2,
        verbatim="Fever",
        term="OTHER",
        organ_class="GENERAL",
        onset_on="",
        onset_on__missing="UNKNOWN",
    )
    with study.seeing_everything(), audit.acting(investigator):
        workflow.Query.objects.create(
            subject=infused, site=infused.site, form="adverse_event", form_id=queried.pk, occurrence=2, item="term",
            text="Which infection?", seen_version=1, opened_at=timezone.now(),
        )  # fmt: skip
    page = browser(investigator).get(place_of(infused)).content.decode()
    first, second = page.split("<tbody>")[1].split("</tr>")[:2]
    assert "Low white cells" in first
    assert "Leukopenia" in first
    assert "2026-03<" in first
    assert "cw-state-complete" in first
    assert entry_of(infused, 1) in first
    assert "cw-state-queried" in second
    assert entry_of(infused, 2) in second
    assert "(" in second  # why the onset is missing
    assert page.count('href="' + place_of(infused, "new/") + '"') == 1


@rolls_back
def test_an_empty_log_says_what_to_do(infused: Subject, investigator: User, statistician: User) -> None:
    page = browser(investigator).get(place_of(infused)).content.decode()
    assert "No entry yet" in page
    assert place_of(infused, "new/") in page
    assert "Add an entry" not in browser(statistician).get(place_of(infused)).content.decode()


@rolls_back
@pytest.mark.parametrize("role", ["MONITOR", "DATA_MANAGER", "MEDICAL_MONITOR", "STATISTICIAN", "INSPECTOR"])
def test_who_reads_sees_the_list_and_adds_nothing(infused: Subject, investigator: User, role: str) -> None:
    add(infused, investigator)
    client = browser(study.person(role, *([infused.site] if role == "MONITOR" else []), name=f"the-{role.lower()}"))
    assert "Low white cells" in client.get(place_of(infused)).content.decode()
    assert client.get(entry_of(infused, 1)).status_code == 200
    assert client.get(place_of(infused, "new/")).status_code == 403
    assert client.post(place_of(infused, "new/"), EVENT).status_code == 403
    assert stored(infused) == {1: "Low white cells"}


@rolls_back
def test_another_site_and_an_administrator_see_nothing(
    infused: Subject, investigator: User, other_coordinator: User, administrator: User
) -> None:
    add(infused, investigator)
    for client in (browser(other_coordinator), browser(administrator)):
        for url in (place_of(infused), place_of(infused, "new/"), entry_of(infused, 1)):
            assert client.get(url).status_code == 404
        assert client.post(place_of(infused, "new/"), EVENT).status_code == 404
    assert stored(infused) == {1: "Low white cells"}


@rolls_back
def test_an_address_that_stands_for_nothing_is_not_found(infused: Subject, investigator: User) -> None:
    add(infused, investigator)
    client = browser(investigator)
    subject = f"/subjects/{infused.code}/"
    for part in (
        "log/adverse-event/2/", "log/adverse-event/0/", "log/adverse-event/7/verdict/", "logs/crs-assessment/", "logs/nothing/",
        "logs/crs-assessment/new/", "d1/adverse-event/", "log/crs-assessment/", "log/subsequent-therapy/", "d1/crs-assessment/0/",
    ):  # fmt: skip
        assert client.get(subject + part).status_code in (404, 405), part
        assert client.post(subject + part, EVENT).status_code in (404, 405), part
    assert stored(infused) == {1: "Low white cells"}


# --- adding


@rolls_back
def test_a_new_entry_takes_its_number_when_it_is_saved(infused: Subject, investigator: User) -> None:
    client = browser(investigator)
    page = client.get(place_of(infused, "new/"))
    assert "no-store" in page["Cache-Control"]
    assert "New entry" in page.content.decode()
    add(infused, investigator)  # meanwhile
    answer = client.post(place_of(infused, "new/"), EVENT | {"verbatim": "Fever", "_opened": opened()}, follow=True)
    assert answer.redirect_chain == [(entry_of(infused, 2), 302)]
    assert "Saved as entry 2." in answer.content.decode()
    assert stored(infused) == {1: "Low white cells", 2: "Fever"}


@rolls_back
def test_a_refused_entry_takes_no_number_and_keeps_what_was_typed(infused: Subject, investigator: User) -> None:
    client = browser(investigator)
    at = opened()
    answer = client.post(place_of(infused, "new/"), EVENT | {"onset_on": "spring", "_opened": at})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="spring"' in page
    assert f'name="_opened" value="{at}"' in page
    assert stored(infused) == {}
    checked = client.post(place_of(infused, "new/"), EVENT | {"verbatim": "", "_check": "1"})
    assert checked.status_code == 200
    assert client.post(place_of(infused, "new/verdict/"), EVENT).status_code == 200
    assert stored(infused) == {}


@rolls_back
def test_the_button_pressed_twice_makes_one_entry_and_another_event_makes_two(
    infused: Subject, investigator: User
) -> None:
    client, at = browser(investigator), opened()
    client.post(place_of(infused, "new/"), EVENT | {"_opened": at})
    again = client.post(place_of(infused, "new/"), EVENT | {"_opened": at}, follow=True)
    assert "This was saved already, as entry 1." in again.content.decode()
    assert again.redirect_chain == [(entry_of(infused, 1), 302)]
    client.post(place_of(infused, "new/"), EVENT | {"grade": "4", "_opened": at})  # from a second tab
    client.post(place_of(infused, "new/"), EVENT | {"_opened": opened()})  # the same again, on a page opened later
    assert sorted(stored(infused)) == [1, 2, 3]


@rolls_back
def test_a_page_that_does_not_say_when_it_was_opened_still_saves(infused: Subject, investigator: User) -> None:
    client = browser(investigator)
    for number, at in enumerate(("", "yesterday", "2026-03-01T10:00:00", opened()), 1):
        client.post(place_of(infused, "new/"), EVENT | {"verbatim": f"event {number}", "_opened": at})
    assert stored(infused) == {n: f"event {n}" for n in (1, 2, 3, 4)}


@really
def test_two_who_add_at_once_make_two_entries_and_lose_nothing(
    infused: Subject, coordinator: User, investigator: User
) -> None:
    """Eight at the same time, drafts among them."""
    ready = threading.Barrier(8)
    statuses: list[int] = []

    def go(n: int) -> None:
        try:
            client = browser(coordinator if n % 2 else investigator)
            data = EVENT | {"verbatim": f"event {n}", "_opened": opened()} | ({"_draft": "1"} if n in (2, 5) else {})
            if n % 2:  # the coordinator does not judge
                data = {k: v for k, v in data.items() if k not in ("grade", "serious")}
            ready.wait()
            statuses.append(client.post(place_of(infused, "new/"), data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [302] * 8
    entries = stored(infused)
    with study.seeing_everything():
        begun = {d.occurrence: d.values["verbatim"][0] for d in Draft.objects.filter(form="adverse_event")}
    assert sorted([*entries, *begun]) == list(range(1, 9))
    assert sorted([*entries.values(), *begun.values()]) == [f"event {n}" for n in range(8)]


@rolls_back
def test_nothing_is_added_after_a_withdrawal_and_what_is_there_is_read(infused: Subject, investigator: User) -> None:
    add(infused, investigator)
    with study.seeing_everything(), audit.acting(investigator, "withdrew"):
        Subject.objects.filter(pk=infused.pk).update(status="WITHDRAWN")
    client = browser(investigator)
    page = client.get(place_of(infused)).content.decode()
    assert "Low white cells" in page
    assert place_of(infused, "new/") not in page
    assert client.post(place_of(infused, "new/"), EVENT | {"verbatim": "Late"}).status_code == 422
    assert stored(infused) == {1: "Low white cells"}


# --- drafts


@rolls_back
def test_a_draft_holds_its_number_and_goes_on_where_it_was_left(
    infused: Subject, coordinator: User, investigator: User, statistician: User
) -> None:
    begun = {"verbatim": "Rash on the", "term": "OTHER", "onset_on": "2026-3", "_opened": opened(), "_draft": "1"}
    answer = browser(coordinator).post(place_of(infused, "new/"), begun)
    assert answer["Location"] == entry_of(infused, 1)
    again = browser(coordinator).post(place_of(infused, "new/"), begun)  # the button pressed twice
    assert again["Location"] == entry_of(infused, 1)
    other = browser(investigator).post(place_of(infused, "new/"), EVENT | {"_opened": opened()})
    assert other["Location"] == entry_of(infused, 2)

    page = browser(investigator).get(entry_of(infused, 1)).content.decode()  # a colleague goes on
    assert 'value="Rash on the"' in page
    listed = browser(investigator).get(place_of(infused)).content.decode()
    assert "cw-state-draft" in listed
    assert "Rash on the" in listed
    assert "Rash on the" not in browser(statistician).get(place_of(infused)).content.decode()  # not submitted yet

    saved = browser(investigator).post(entry_of(infused, 1), EVENT | {"verbatim": "Rash on the back", "_version": "0"})
    assert saved.status_code == 302
    assert stored(infused) == {1: "Rash on the back", 2: "Low white cells"}
    with study.seeing_everything():
        assert not Draft.objects.exists()


@rolls_back
def test_a_draft_begun_by_mistake_is_discarded_and_kept_in_the_audit_trail(
    infused: Subject, coordinator: User, statistician: User
) -> None:
    client = browser(coordinator)
    client.post(place_of(infused, "new/"), {"verbatim": "Mistake", "_draft": "1", "_opened": opened()})
    assert 'name="_discard"' in client.get(entry_of(infused, 1)).content.decode()
    assert browser(statistician).post(entry_of(infused, 1), {"_discard": "1"}).status_code == 403
    gone = client.post(entry_of(infused, 1), {"_discard": "1"})
    assert gone["Location"] == place_of(infused)
    assert client.get(entry_of(infused, 1)).status_code == 404
    with study.seeing_everything():
        kept = AuditEvent.objects.filter(table_name="crf_draft", action="D").get()
    assert "Mistake" in str(kept.before)


@rolls_back
def test_of_two_on_one_draft_the_second_sees_both(infused: Subject, coordinator: User, investigator: User) -> None:
    browser(coordinator).post(place_of(infused, "new/"), {"verbatim": "Rash", "_draft": "1", "_opened": opened()})
    browser(investigator).post(entry_of(infused, 1), EVENT | {"verbatim": "Rash on the back", "_version": "0"})
    late = browser(coordinator).post(entry_of(infused, 1), EVENT | {"verbatim": "Rash, left arm", "_version": "0"})
    assert late.status_code == 409
    assert "Rash, left arm" in late.content.decode()
    assert stored(infused) == {1: "Rash on the back"}


# --- around: work list, casebook, queries, history, review


@rolls_back
def test_the_work_list_holds_begun_and_queried_entries(
    infused: Subject, coordinator: User, investigator: User, data_manager: User
) -> None:
    row = add(infused, investigator)
    with study.seeing_everything():
        place = Place(AdverseEvent, infused, None, 3)
        drafts.save("adverse_event", infused, None, 3, values={"verbatim": ["x"]}, based_on=0, by=coordinator)
        assert [(e.state, e.occurrence) for e in ledger([infused], now=timezone.now(), forms=[AdverseEvent])] == [
            ("complete", 1),
            ("draft", 3),
        ]
        assert logs.exists(place)
        workflow.ask(row, item="term", by=data_manager, text="Which cells?", now=timezone.now())
        work = waiting(ledger([infused], now=timezone.now()), now=timezone.now())
    found = {(e.state, e.occurrence, e.url) for e in work if e.form is AdverseEvent}
    assert found == {("queried", 1, entry_of(infused, 1)), ("draft", 3, entry_of(infused, 3))}
    client = browser(coordinator)
    pages = [client.get(f"/?page={n}").content.decode() for n in (1, 2, 3, 4)]
    assert any(entry_of(infused, 3) + '"' in page and "Entry 3" in page for page in pages)
    assert any(entry_of(infused, 1) + '"' in page for page in pages)
    casebook_page = client.get(f"/subjects/{infused.code}/").content.decode()
    strip = casebook_page.split(place_of(infused))[1].split("</li>")[0]
    assert 'cw-pill">2<' in strip
    assert "cw-state-queried" in strip


@rolls_back
def test_a_query_of_an_entry_is_listed_with_its_number_and_opens_it(
    infused: Subject, investigator: User, data_manager: User
) -> None:
    add(infused, investigator)
    row = add(infused, investigator, 2, verbatim="Fever")
    panel = browser(data_manager)
    asked = panel.post(f"/admin/crf/adverseevent/{row.pk}/ask/", {"item": "term", "text": "Which infection?"})
    assert asked.status_code == 302
    client = browser(investigator)
    listed = client.get("/queries/").content.decode()
    assert "Entry 2" in listed
    with study.seeing_everything():
        query = workflow.Query.objects.get(form="adverse_event")
    assert f"/queries/{query.pk}/" in listed
    page = client.get(f"/queries/{query.pk}/").content.decode()
    assert f'href="{entry_of(infused, 2)}"' in page
    assert "Which infection?" in client.get(entry_of(infused, 2)).content.decode()
    assert "Which infection?" not in client.get(entry_of(infused, 1)).content.decode()


@rolls_back
def test_the_review_panel_lists_entries_by_their_number(infused: Subject, investigator: User, monitor: User) -> None:
    add(infused, investigator)
    row = add(infused, investigator, 2, verbatim="Fever")
    client = browser(monitor)
    listed = client.get("/admin/crf/formindex/?form=adverse_event").content.decode()
    assert "Entry 1" in listed
    assert "Entry 2" in listed
    page = client.get(f"/admin/crf/formindex/adverse_event:{row.pk}/change/", follow=True).content.decode()
    assert "Entry 2" in page
    assert f'href="{entry_of(infused, 2)}"' in page


@rolls_back
def test_the_way_to_an_entry_leads_over_its_log(infused: Subject, investigator: User) -> None:
    add(infused, investigator)
    client = browser(investigator)
    for part in ("", "history/"):
        page = client.get(entry_of(infused, 1) + part).content.decode()
        crumbs = page.split("cw-crumbs")[1].split("</ol>")[0]
        assert f'href="{place_of(infused)}"' in crumbs
        assert "Entry 1" in crumbs
    changed = client.post(entry_of(infused, 1), EVENT | {"grade": "4", "_version": "1", "reason_text": "Read wrongly"})
    assert changed["Location"] == entry_of(infused, 1)
    assert "Read wrongly" in client.get(entry_of(infused, 1) + "history/").content.decode()


@rolls_back
def test_the_pages_open_in_chinese(infused: Subject, investigator: User) -> None:
    add(infused, investigator)
    with audit.acting("migration"):
        User.objects.filter(pk=investigator.pk).update(language="zh-hans")
    client = browser(User.objects.get(pk=investigator.pk))
    client.cookies["django_language"] = "zh-hans"
    for part in ("", "new/"):
        answer = client.get(place_of(infused, part))
        assert answer.status_code == 200
        assert "不良事件" in answer.content.decode()
    assert "白细胞减少" in client.get(place_of(infused)).content.decode()


@rolls_back
def test_the_place_of_a_new_entry_has_an_address_of_its_own(infused: Subject, investigator: User) -> None:
    assert address(AdverseEvent, infused, None, NEW) == place_of(infused, "new/")
    assert address(AdverseEvent, infused, None) == entry_of(infused, 1)
    with study.seeing_everything(), pytest.raises(Http404):
        views.place_or_404(infused.code, "log", "adverse-event", NEW)
    assert Client().get(place_of(infused)).status_code in (302, 401)
