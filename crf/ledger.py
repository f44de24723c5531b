"""The expected-form ledger: every form of every visit with its state, computed from schedule, visits and what is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.urls import reverse

from crf.declare.form import Crf, FormClass, casebook
from crf.drafts import Draft
from crf.index import FormIndex
from crf.workflow import Query
from trial import schedule, subjects
from trial.models import Subject, Visit

# Most urgent first; the first that applies is shown.
STATES = ("queried", "draft", "overdue", "expected", "complete", "not_done")


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

    @property
    def url(self) -> str:
        return address(self.form, self.subject, self.visit, self.occurrence)


def address(form: FormClass, subject: Subject, visit: Visit | None, occurrence: int = 1) -> str:
    """The form's page; the subject id stands in it for all to see."""
    place = [subject.code, visit.code if visit else "log", form.declared.slug]
    return reverse("form", args=place) if occurrence == 1 else reverse("form-again", args=[*place, occurrence])


def ledger(of: Iterable[Subject], *, now: datetime) -> list[Entry]:
    """Every form that is stored, begun or expected, for these subjects, in five queries however many they are.

    Subjects must carry their site (select_related).
    """
    people = {s.pk: s for s in of}
    visits: dict[int, list[Visit]] = defaultdict(list)
    for visit in Visit.objects.filter(subject__in=people):
        visits[visit.subject_id].append(visit)
    stored = defaultdict(list)
    for row in FormIndex.objects.filter(subject__in=people).order_by("occurrence"):
        stored[(row.subject_id, row.visit_id, row.form)].append(row)
    open_queries = {
        (q["form"], q["form_id"]): q["n"]
        for q in Query.objects.filter(subject__in=people)
        .exclude(state=Query.State.CLOSED)
        .values("form", "form_id")
        .annotate(n=Count("id"))
    }
    drafts = {
        (d.subject_id, d.visit_id, d.form, d.occurrence): d
        for d in Draft.objects.filter(subject__in=people).defer("values")
    }
    found: list[Entry] = []
    forms = casebook()
    for subject in people.values():
        today = subjects.today(subject.site, now)
        for visit in sorted(visits[subject.pk], key=lambda v: schedule.position(v.code)):
            for form in forms:
                if issubclass(form, Crf):
                    found += _at(form, subject, visit, stored, open_queries, drafts, today)
    return found


def _at(form, subject, visit, stored, open_queries, drafts, today):  # type: ignore[no-untyped-def]
    """The entries of one form at one visit: those stored, those begun, or the one expected."""
    name = form.declared.name
    found = []
    for row in stored[(subject.pk, visit.pk, name)]:
        queries = open_queries.get((name, row.form_id), 0)
        state = "queried" if queries else ("not_done" if row.status == "NOT_DONE" else "complete")
        found.append(
            Entry(form, subject, visit, row.occurrence, state, visit.planned_on, queries, row.form_id, row.changed_at)
        )
    taken = {entry.occurrence for entry in found}
    for (s, v, f, occurrence), draft in drafts.items():
        if (s, v, f) == (subject.pk, visit.pk, name) and occurrence not in taken:
            found.append(Entry(form, subject, visit, occurrence, "draft", visit.planned_on, since=draft.saved_at))
    if not found and name in schedule.expected_at(visit.code):
        awaited = expected(subject, visit, today)
        if awaited:
            found.append(Entry(form, subject, visit, 1, awaited, visit.window_to or visit.planned_on))
    return found


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
