"""The expected-form ledger: every form of every visit with its state, computed from schedule, visits and what is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from crf import expectations
from crf.declare.form import Crf, FormClass, casebook
from crf.drafts import Draft
from crf.index import FormIndex
from crf.sheet import Casebook
from crf.workflow import Query
from trial import schedule, subjects
from trial.models import Subject, Visit

# Most urgent first; the first that applies is shown.
STATES = ("queried", "draft", "overdue", "expected", "complete", "not_done")
NEW = 0  # the occurrence of a log entry that has no number yet: it takes one when it is saved
# A form that may be entered without seeing the subject says nothing about being alive.
NOT_SEEN = ("survival_status", "death")


@dataclass(slots=True)
class Entry:
    """One form at one visit of one subject (or one entry of a log), with its state."""

    form: FormClass
    subject: Subject
    visit: Visit | None
    occurrence: int
    state: str
    due_on: date | None = None
    queries: int = 0
    form_id: int | None = None
    since: datetime | None = None
    status: str = ""  # of the submitted form; blank where there is none

    @property
    def url(self) -> str:
        return address(self.form, self.subject, self.visit, self.occurrence)

    @property
    def place(self) -> str:
        """What a person reads for where it stands: the visit, or the number of the entry."""
        return place_label(self.visit, self.occurrence)


def address(form: FormClass, subject: Subject, visit: Visit | None, occurrence: int = 1) -> str:
    """The form's page; the subject id stands in it for all to see."""
    if visit is None and occurrence == NEW:
        return reverse("log-new", args=[subject.code, form.declared.slug])
    place = [subject.code, visit.code if visit else "log", form.declared.slug]
    return reverse("form", args=place) if occurrence == 1 else reverse("form-again", args=[*place, occurrence])


def place_label(visit: Visit | None, occurrence: int) -> str:
    """Where a form stands, for a person: the visit, or the entry of a log; the entry that is being added has no number."""
    if visit is not None:
        return schedule.label(visit.code)
    return _("New entry") if occurrence == NEW else _("Entry %(n)d") % {"n": occurrence}


class _Read:
    """What is stored and begun of these subjects, read at once: the same few queries however many they are."""

    def __init__(self, people: Collection[int], names: Collection[str]) -> None:
        self.visits: dict[int, list[Visit]] = defaultdict(list)
        for visit in Visit.objects.filter(subject__in=people):
            self.visits[visit.subject_id].append(visit)
        for of_subject in self.visits.values():
            of_subject.sort(key=lambda v: schedule.position(v.code))
        self.rows: dict[tuple[int, int | None, str], list[Any]] = defaultdict(list)
        stored = FormIndex.objects.filter(subject__in=people, form__in=names).order_by("occurrence")
        columns = ("subject_id", "visit_id", "form", "form_id", "occurrence", "status", "changed_at")
        for row in stored.values_list(*columns, named=True):
            self.rows[(row.subject_id, row.visit_id, row.form)].append(row)
        open_ones = Query.objects.filter(subject__in=people, form__in=names).exclude(state=Query.State.CLOSED)
        counted = open_ones.order_by().values("form", "form_id").annotate(n=Count("id"), first=Min("opened_at"))
        self.queries = {(q["form"], q["form_id"]): (q["n"], q["first"]) for q in counted}
        self.drafts: dict[tuple[int, int | None, str], list[Draft]] = defaultdict(list)
        for draft in Draft.objects.filter(subject__in=people, form__in=names).defer("values").order_by("occurrence"):
            self.drafts[(draft.subject_id, draft.visit_id, draft.form)].append(draft)

    def present(self, form: FormClass, subject: Subject, visit: Visit | None) -> list[Entry]:
        """What was submitted or begun of one form at one place."""
        name = form.declared.name
        key = (subject.pk, visit.pk if visit else None, name)
        due = visit.planned_on if visit else None
        found = []
        for row in self.rows.get(key, ()):
            queries, first = self.queries.get((name, row.form_id), (0, None))
            state = "queried" if queries else ("not_done" if row.status == "NOT_DONE" else "complete")
            asked = first.astimezone(ZoneInfo(subject.site.timezone)).date() if first and visit is None else due
            found.append(
                Entry(
                    form, subject, visit, row.occurrence, state, asked, queries, row.form_id, row.changed_at, row.status
                )
            )
        taken = {entry.occurrence for entry in found}
        found += [
            Entry(form, subject, visit, draft.occurrence, "draft", due, since=draft.saved_at)
            for draft in self.drafts.get(key, ())
            if draft.occurrence not in taken
        ]
        return found


def ledger(
    of: Iterable[Subject],
    *,
    now: datetime,
    forms: Collection[FormClass] | None = None,
    books: Mapping[int, Casebook] | None = None,
) -> list[Entry]:
    """Every form that is stored, begun or expected, for these subjects, in as many queries as for one of them.

    forms: these alone; None = all. books: what the expectations read (`expectations.books_of`), for who has read it
    already; None = read here. Subjects must carry their site (select_related).
    """
    people = {s.pk: s for s in of}
    wanted = casebook() if forms is None else list(forms)
    of_visits, logs = [f for f in wanted if issubclass(f, Crf)], [f for f in wanted if not issubclass(f, Crf)]
    read = _Read(people, [form.declared.name for form in wanted])
    if books is None and of_visits:
        books = expectations.books_of(people.values())
    found: list[Entry] = []
    for subject in people.values():
        places = [(form, visit) for visit in read.visits[subject.pk] for form in of_visits]
        there = [read.present(form, subject, visit) for form, visit in places]
        if books and of_visits:
            seen = seen_alive(entry for entries in there for entry in entries)
            facts, today = expectations.facts_of(books[subject.pk], seen=seen), subjects.today(subject.site, now)
            for (form, visit), entries in zip(places, there, strict=True):
                found += entries or _awaited(form, subject, visit, facts, today)
        for log in logs:
            found += read.present(log, subject, None)
    return found


def seen_alive(entries: Iterable[Entry]) -> date | None:
    """The last day of a visit at which a form shows one subject alive, of that subject's entries."""
    days = [
        expectations.day_of(entry.visit)
        for entry in entries
        if entry.visit and entry.status == "COMPLETE" and entry.form.declared.name not in NOT_SEEN
    ]
    return max((day for day in days if day is not None), default=None)


def _awaited(form: FormClass, subject: Subject, visit: Visit, facts: expectations.Facts, today: date) -> list[Entry]:
    """The form that the schedule and the rules still ask for at a visit, if they do."""
    name = form.declared.name
    if visit.code not in schedule.ACTIVITIES.get(name, ()):
        return []
    state = expected(subject, visit, today)
    if state is None or expectations.not_asked(name, visit, facts):
        return []
    return [Entry(form, subject, visit, 1, state, visit.window_to or visit.planned_on)]


def expected(subject: Subject, visit: Visit, today: date) -> str | None:
    """Whether a form is still expected at a visit, overdue, or not any more because collection has ended."""
    ended = subject.status in (Subject.Status.WITHDRAWN, Subject.Status.SCREEN_FAILED, Subject.Status.COMPLETED)
    if ended and (visit.planned_on is None or subject.withdrawn_on is None or visit.planned_on > subject.withdrawn_on):
        return None
    last = visit.window_to or (visit.planned_on + timedelta(days=1) if visit.planned_on else None)
    return "overdue" if last is not None and last < today else "expected"


def waiting(entries: Iterable[Entry], *, now: datetime) -> list[Entry]:
    """What somebody has to do now: queries, drafts, overdue forms and those whose day has come; most urgent first."""
    found = []
    for entry in entries:
        today = subjects.today(entry.subject.site, now)
        planned = entry.visit.planned_on if entry.visit else None
        if entry.state in ("queried", "draft", "overdue") or (
            entry.state == "expected" and planned and planned <= today
        ):
            found.append(entry)
    order = {"overdue": 0, "queried": 1, "expected": 2, "draft": 3}
    return sorted(found, key=lambda e: (order[e.state], e.due_on or date.max, e.subject.code))
