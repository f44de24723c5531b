"""The work list of many subjects is kept between two pages, and is at every moment what the ledger says."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crf import drafts, signatures, standing, unsigned
from crf.ledger import Entry, ledger, waiting
from crf.models import Query
from crf.workflow import answer
from tests import study
from trial import audit
from trial.models import Site, Subject, User, Visit


def everybody() -> list[Subject]:
    return list(Subject.objects.select_related("site"))


def shown(entries: list[Entry]) -> list[Any]:
    """What a page says of them."""
    return [(e.state, e.subject.code, e.place, e.form, e.occurrence, e.due_on, e.queries, e.begun) for e in entries]


def kept_and_made() -> tuple[list[Any], list[Any]]:
    """What is shown with what is kept, and what the ledger says; each in a transaction of its own, as a page has it.

    The forms that wait for a signature come first, by subject and kind.
    """
    now = timezone.now()
    with study.seeing_everything():
        kept = standing.standing_of(everybody(), now=now)
    counted = Counter({(pk, one.form): one.number for pk, of in kept.unsigned.items() for one in of})
    with study.seeing_everything():
        made = shown(waiting(ledger(everybody(), now=now, settled=False), now=now))
        whole = Counter((e.subject.pk, e.form.declared.name) for e in ledger(everybody(), now=now) if e.unsigned)
    return [counted, *shown(kept.entries)], [whole, *made]


def by(role: str) -> User:
    return User.objects.get(username=role)


def drafted() -> None:
    subject = Subject.objects.get(code="02-003")
    visit = study.visit_of(subject, "m12")
    with audit.acting(by("coordinator-02")):
        drafts.save("vital_signs", subject, visit, 1, values={"pulse": ["70"]}, based_on=0, by=by("coordinator-02"))


def answered() -> None:
    query = (
        Query.objects.filter(state=Query.State.OPEN, site__code="03").first()
        or Query.objects.exclude(state="CLOSED")[0]
    )
    answer(query, by=by(f"coordinator-{query.site.code}"), text="As in the source.", now=timezone.now())


def moved() -> None:
    with audit.acting("migration", "the site moved"):
        Subject.objects.filter(code="03-001").update(infused_at=timezone.now())


def made_older() -> None:
    with audit.acting("migration", "another day"):
        Site.objects.filter(code="01").update(as_of=None)


def test_after_whatever_is_written_the_list_is_what_the_ledger_says(demo_copy: str) -> None:
    standing.forget()
    before, made = kept_and_made()
    assert before == made and before
    for write in WRITES:
        with study.seeing_everything():
            write()
        found, made = kept_and_made()
        assert found == made, write.__name__
    assert found != before


def signed() -> None:
    subject = Subject.objects.select_related("site").get(code="02-003")
    wanted = [one.shown for one in unsigned.to_sign(subject) if not one.critical]
    signatures.sign(wanted[:5], subject=subject, by=by("investigator-02"), now=timezone.now())


WRITES: tuple[Callable[[], None], ...] = (drafted, answered, moved, made_older, signed)


def test_on_later_days_the_list_is_what_the_ledger_says_of_them(
    demo_copy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The study stands in June 2020: weeks later more is overdue, and nobody has written anything."""
    standing.forget()
    made_older()
    start, lists = datetime(2020, 7, 1, 4, tzinfo=UTC), []
    for days in (0, 1, 9, 20, 50, 3):
        monkeypatch.setattr(timezone, "now", lambda days=days: start + timedelta(days=days))
        found, made = kept_and_made()
        assert found == made, days
        lists.append(found)
    assert lists[0] != lists[2] != lists[4]


def test_a_second_page_reads_no_form_again(demo_copy: str) -> None:
    standing.forget()
    now = timezone.now()
    counts = []
    for _ in range(2):
        with study.seeing_everything(), CaptureQueriesContext(connection) as seen:
            standing.waiting_of(everybody(), now=now)
        counts.append(len(seen))
    assert counts[1] == 2 < counts[0], "the subjects, and what was written"


def test_only_the_subject_that_was_written_about_is_read_again(demo_copy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    standing.forget()
    kept_and_made()
    asked: list[list[str]] = []
    as_it_is = standing.to_do

    def noting(people: Any, **how: Any) -> Any:
        asked.append([one.code for one in people])
        return as_it_is(people, **how)

    monkeypatch.setattr(standing, "to_do", noting)
    with study.seeing_everything():
        drafted()
    kept_and_made()
    assert asked == [["02-003"]]


def test_what_a_transaction_wrote_that_was_undone_is_not_kept(demo_copy: str) -> None:
    standing.forget()
    before, _made = kept_and_made()
    with transaction.atomic():
        with study.seeing_everything():
            drafted()
            within = shown(standing.waiting_of(everybody(), now=timezone.now()))
        transaction.set_rollback(True)
    assert within != before[1:]
    assert kept_and_made()[0] == before


def test_a_line_that_becomes_visible_after_a_later_one_is_not_missed(demo_copy: str) -> None:
    """A transaction that writes first and ends last: the page in between must not hide it for ever."""
    standing.forget()
    before, _made = kept_and_made()
    wrote, looked = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with study.seeing_everything():
                drafted()
                wrote.set()
                looked.wait(60)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert wrote.wait(30)
    with study.seeing_everything(), audit.acting("migration", "later"):
        Visit.objects.filter(subject__code="02-003", code="m18").update(why="later")
    assert kept_and_made()[0] == before  # not over yet
    looked.set()
    thread.join()
    found, made = kept_and_made()
    assert found == made != before


def test_another_database_is_not_taken_for_this_one(demo_copy: str) -> None:
    standing.forget()
    kept_and_made()
    for pk, one in list(standing._kept.items()):
        standing._kept[pk] = replace(one, database=one.database + 1, entries=())
    found, made = kept_and_made()
    assert found == made
    for pk, one in list(standing._kept.items()):
        standing._kept[pk] = replace(one, horizon=one.horizon + 10**9, entries=())  # counted from above
    found, made = kept_and_made()
    assert found == made
