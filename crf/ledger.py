"""The expected-form ledger: every form of every visit with its state, computed from schedule, visits and what is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from crf import expectations
from crf.casebook import Casebook
from crf.declare.form import Crf, FormClass, casebook
from crf.facts import facts_of_many
from crf.ledger_rows import NOT_SEEN, Read, ReadToDo
from trial import schedule, subjects
from trial.models import Subject, Visit

# Most urgent first; the first that applies is shown.
STATES = ("queried", "draft", "overdue", "expected", "complete", "not_done")
# Of several forms in one cell of the casebook the first of these is shown: a signature says nothing of the others.
IN_A_CELL = (*STATES[:-1], "signed", STATES[-1])
NEW = 0  # the occurrence of a log entry that has no number yet: it takes one when it is saved


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
    begun: datetime | None = None  # when a draft of it was saved, be it of a correction
    status: str = ""  # of the submitted form; blank where there is none
    answered: bool = False  # every query that is not closed, so that a reviewer is next
    signed: bool = False  # as it stands now; told in a whole ledger alone (settled)

    @property
    def url(self) -> str:
        return address(self.form, self.subject, self.visit, self.occurrence)

    @property
    def shown(self) -> str:
        """The state that stands in the casebook: a signed form of which nobody wants anything is signed."""
        return "signed" if self.signed and self.state == "complete" else self.state

    @property
    def unsigned(self) -> bool:
        """Whether it waits for a signature: a complete form that nobody signed as it stands now."""
        return self.status == "COMPLETE" and not self.signed

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


def _present(read: Read, form: FormClass, subject: Subject, visit: Visit | None, *, settled: bool) -> list[Entry]:
    """What was submitted or begun of one form at one place; settled=False leaves out what wants nothing more."""
    name, place = form.declared.name, (subject.pk, visit.pk if visit else None)
    due = visit.planned_on if visit else None
    rows = read.rows[place][name] if place in read.rows else ()
    begun = {draft.occurrence: draft.saved_at for draft in read.drafts[place][name]} if place in read.drafts else {}
    found = []
    for row in rows:
        queries, first, answered = read.queries.get((name, row.form_id), (0, None, False))
        draft = begun.pop(row.occurrence, None)  # a correction that somebody began
        if not (settled or queries or draft):
            continue
        entry = Entry(form, subject, visit, row.occurrence, "complete", due, queries, row.form_id, begun=draft)
        entry.status = row.status
        entry.signed = row.status == "COMPLETE" and row.signed
        if queries:
            entry.state, entry.answered = "queried", answered
            entry.due_on = first.astimezone(ZoneInfo(subject.site.timezone)).date()
        elif draft or row.status == "NOT_DONE":
            entry.state = "draft" if draft else "not_done"
        found.append(entry)
    last = (visit.window_to or due) if visit else None
    return found + [
        Entry(form, subject, visit, occurrence, "draft", last, begun=saved) for occurrence, saved in begun.items()
    ]


def ledger(
    of: Iterable[Subject],
    *,
    now: datetime,
    forms: Collection[FormClass] | None = None,
    books: Mapping[int, Casebook] | None = None,
    settled: bool = True,
    until: date | None = None,
) -> list[Entry]:
    """Every form that is stored, begun or expected, for these subjects, in as many queries as for one of them.

    forms: these alone; None = all. books: what the expectations read (`expectations.books_of`), for who has read it
    already; None = read here. settled=False leaves out what wants nothing more (complete and not done without a query):
    quicker for a work list; until: then also what no day up to this one asks for. Subjects must carry their site
    (select_related).
    """
    return _ledger(of, now=now, forms=forms, books=books, settled=settled, until=until)[0]


def to_do(
    of: Iterable[Subject], *, now: datetime, until: date
) -> tuple[list[Entry], dict[int, list[tuple[str, datetime]]]]:
    """What wants something, as `ledger` with settled=False; and by the subject's key each complete form that is not signed
    as it stands, by name, with its last change."""
    entries, read = _ledger(of, now=now, forms=None, books=None, settled=False, until=until)
    return entries, read.unsigned if isinstance(read, ReadToDo) else {}


def ledger_of(subject: Subject, *, now: datetime, books: Mapping[int, Casebook]) -> tuple[list[Entry], list[Visit]]:
    """The ledger of one subject, with its visits in the order of the schedule."""
    entries, read = _ledger([subject], now=now, forms=None, books=books, settled=True, until=None)
    return entries, read.visits[subject.pk]


def _ledger(
    of: Iterable[Subject],
    *,
    now: datetime,
    forms: Collection[FormClass] | None,
    books: Mapping[int, Casebook] | None,
    settled: bool,
    until: date | None,
) -> tuple[list[Entry], Read]:
    people = {s.pk: s for s in of}
    wanted = casebook() if forms is None else list(forms)
    by_name = {form.declared.name: form for form in wanted if issubclass(form, Crf)}
    order = {name: at for at, name in enumerate(by_name)}
    logs = [f for f in wanted if not issubclass(f, Crf)]
    if settled or forms is not None:
        read = Read(people, None if forms is None else [form.declared.name for form in wanted])
    else:
        read = ReadToDo(people, until=until)
    asked = {code: {n for n in schedule.expected_at(code) if n in by_name} for code in schedule.BY_CODE}
    days = {subject.pk: subjects.today(subject.site, now) for subject in people.values()}

    def awaits(subject: Subject) -> bool:
        """Whether anything may be awaited: only then the facts decide."""
        return read.may_miss_death(subject) or any(
            asked.get(visit.code, set()) - read.there(subject, visit) and expected(subject, visit, days[subject.pk])
            for visit in read.visits[subject.pk]
        )

    deciding = [subject for subject in people.values() if awaits(subject)] if by_name else []
    facts = facts_of_many(deciding, read.written, books=books)
    found: list[Entry] = []
    for subject in people.values():
        known = facts[subject.pk].until(read.seen_alive(subject)) if subject.pk in facts else None
        for visit in read.visits[subject.pk] if by_name else ():
            there, rows = read.there(subject, visit), read.rows.get((subject.pk, visit.pk), {})
            missing = (asked.get(visit.code, set()) | _besides(known, rows)) - there if known else set()
            present = there if settled else {*rows, *read.drafts.get((subject.pk, visit.pk), ())}
            for name in sorted((missing | present) & order.keys(), key=order.__getitem__):
                if name in missing and known:
                    found += _awaited(by_name[name], subject, visit, known, days[subject.pk])
                else:
                    found += _present(read, by_name[name], subject, visit, settled=settled)
        for log in logs:
            found += _present(read, log, subject, None, settled=settled)
    return found, read


def seen_alive(entries: Iterable[Entry]) -> date | None:
    """The last day of a visit at which a form shows one subject alive, of that subject's entries."""
    days = [
        expectations.day_of(entry.visit)
        for entry in entries
        if entry.visit and entry.status == "COMPLETE" and entry.form.declared.name not in NOT_SEEN
    ]
    return max((day for day in days if day is not None), default=None)


def _besides(facts: expectations.Facts, rows: Mapping[str, list[Any]]) -> set[str]:
    """Forms that no schedule asks for at this visit, but what was reported there does: the death, where it is missing."""
    told = facts.death_missing is not None and any(
        r.form_id == facts.death_missing for r in rows.get("survival_status", ())
    )
    return {"death"} if told else set()


def _awaited(form: FormClass, subject: Subject, visit: Visit, facts: expectations.Facts, today: date) -> list[Entry]:
    """The form that the schedule and the rules still ask for at a visit, if they do."""
    state = expected(subject, visit, today)
    if state is None or expectations.not_asked(form.declared.name, visit, facts):
        return []
    return [Entry(form, subject, visit, 1, state, visit.window_to or visit.planned_on)]


def expected(subject: Subject, visit: Visit, today: date) -> str | None:
    """Whether a form is still expected at a visit, overdue, or not any more because collection has ended."""
    ended = subject.status in (Subject.Status.WITHDRAWN, Subject.Status.SCREEN_FAILED, Subject.Status.COMPLETED)
    if ended and (visit.planned_on is None or subject.withdrawn_on is None or visit.planned_on > subject.withdrawn_on):
        return None
    last = visit.window_to or (visit.planned_on + timedelta(days=1) if visit.planned_on else None)
    return "overdue" if last is not None and last < today else "expected"


def late(entry: Entry, today: date) -> bool:
    """Whether a form that was begun and never submitted is overdue: a draft of it does not make it come in."""
    begun = entry.state == "draft" and entry.form_id is None and entry.visit is not None
    return begun and expected(entry.subject, entry.visit, today) == "overdue"  # type: ignore[arg-type]


def waiting(entries: Iterable[Entry], *, now: datetime) -> list[Entry]:
    """What somebody has to do now: queries, drafts, overdue forms and those whose day has come; most urgent first.

    A draft of an overdue form stands among the overdue; a form whose queries are answered waits for a reviewer, and stands last.
    """
    found, days = [], {}
    for entry in entries:
        site = entry.subject.site
        if site.pk not in days:
            days[site.pk] = subjects.today(site, now)
        planned = entry.visit.planned_on if entry.visit else None
        if entry.state in ("queried", "draft", "overdue") or (
            entry.state == "expected" and planned and planned <= days[site.pk]
        ):
            found.append(entry)
    order = {"overdue": 0, "queried": 1, "expected": 2, "draft": 3}

    def urgency(entry: Entry) -> tuple[int, date, str]:
        state = "overdue" if late(entry, days[entry.subject.site.pk]) else entry.state
        return order[state] if not entry.answered else len(order), entry.due_on or date.max, entry.subject.code

    return sorted(found, key=urgency)
