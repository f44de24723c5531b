"""Many forms of one new subject through the door at once: parsed, judged and audited as by `entry.submit`, written together.

The door for one form reads what is stored before it judges, and writes at once. Here everything is held in memory: each
form is judged as it comes in, and so is every form whose checks read it, and rows are written together. What ends in
the database is the same, queries that came and went included; only the audit's own clock and order are those of the
writing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crf import across, sheet
from crf.batch_rows import Asked, Kept, write_queries, write_rows
from crf.declare.form import Check, Crf, Entered, FormClass, casebook
from crf.entry import Invalid, judges
from crf.following import looks_back
from crf.held import Held, form_called
from crf.place import Place, candidate, failing, known
from crf.quick_page import quick_page
from trial import audit, delegation, many, ranges, roles, schedule, subjects, versions
from trial.models import Site, Subject, User, Visit
from trial.signals import data_changed


@dataclass(frozen=True, slots=True)
class Sent:
    """One form as typed: its name, the code of its visit ("" for a log), raw strings (see crf.sent.typed), by whom, when."""

    form: str
    visit: str
    data: Mapping[str, Any]
    by: User
    occurrence: int = 1
    now: datetime | None = None  # None = the clock


class Batch:
    """The forms of one subject that was screened in this transaction; nothing of it is stored but what came through here.

    Forms are taken, judged and refused one by one; `settle` writes what was taken. Enrolment, unscheduled
    visits and forms that move the schedule settle by themselves. Needs a transaction and the scope of the site.
    """

    def __init__(self, subject: Subject, site: Site) -> None:
        self.site, self.zone = site, ZoneInfo(site.timezone)
        self.kept: dict[str, list[Kept]] = {form.declared.name: [] for form in casebook()}
        self._limits = ranges.of_site(site)
        self._waiting: list[Kept] = []  # taken, not written
        self._asked: list[Asked] = []  # opened or closed since, in the order in which it happened
        self._days: dict[int, tuple[Visit, User]] = {}
        self._read(subject)

    @classmethod
    def screened(cls, site: Site, *, by: User, on: date) -> Batch:
        """Screens a new subject (see trial.subjects.screen) and opens its batch."""
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError("a batch is written in the transaction that screens its subject")
        roles.permit(by, "screen", site)
        return cls(subjects.screen(site, by=by, on=on), site)

    def _read(self, subject: Subject) -> None:
        """The subject and its visits as the database has them."""
        subject.site = self.site
        self.subject = subject
        self.visits = {visit.code: visit for visit in subject.visits.all()}
        for visit in self.visits.values():
            visit.subject, visit.site = subject, self.site
        self.casebook = Held(subject, {name: [k.plain for k in kept] for name, kept in self.kept.items()}, self._limits)

    def take(self, sent: Sent) -> None:
        """Takes a form as typed, or refuses it: nothing of it is kept then. Raises what `entry.submit` raises."""
        form = form_called(sent.form)
        visit = self.visits[sent.visit] if sent.visit else None
        roles.permit(sent.by, "enter", self.site)
        place = Place(form, self.subject, visit, sent.occurrence, "" if visit else self._version_now())
        self._admitted(place)
        with timezone.override(self.zone):
            self._take(place, sent, now=sent.now or timezone.now())

    def _version_now(self) -> str:
        """The protocol version of a log's entry, which is new (see crf.place.Place.version_on)."""
        return versions.on(self.site, subjects.today(self.site, timezone.now()))

    def _admitted(self, place: Place) -> None:
        name, ended = place.form.declared.name, (Subject.Status.WITHDRAWN, Subject.Status.SCREEN_FAILED)
        if self.subject.status in ended:
            raise subjects.Refused(_("Collection has ended for this subject. What was entered can still be corrected."))
        if place.visit is not None and not schedule.admits(place.visit.code, name):
            raise subjects.Refused(
                _("This form does not belong to this visit. Please open an unscheduled visit for it.")
            )
        if place.occurrence > 1 and not place.form.declared.repeats and issubclass(place.form, Crf):
            raise subjects.Refused(_("This form is entered once a visit."))
        if any(kept.at(place.visit, place.occurrence) for kept in self.kept[name]):
            raise subjects.Refused(_("This form is in already. Please open it to correct it."))

    def _take(self, place: Place, sent: Sent, *, now: datetime) -> None:
        form, name = place.form, place.form.declared.name
        place = place.as_typed(sent.data)
        page = quick_page(form, place.version, may_grade=self._may_judge(form, sent.by, now))(sent.data)
        page.known = partial(known, place, page, now=now, casebook=self.casebook)
        valid = page.is_valid()
        before = self.casebook.rows(name) if reads_history(form) else None
        of = candidate(place, page, now=now, stored=before, casebook=self.casebook)
        for check in failing(place, of, hard=True):
            page.refuse(check.item, str(check.text))
            valid = False
        if not valid:
            raise Invalid(page)
        # A provisional key in order of entry: the database gives the final one when the row is written.
        key = sum(map(len, self.kept.values())) + 1
        kept = Kept(place, of.plain(key), page.values(), page.missing(), sent.by, now)
        self.kept[name].append(kept)
        self._waiting.append(kept)
        later = self.casebook.add(form, kept.plain)
        of.pk = key
        self._ask(kept, failing(place, of, hard=False), by=sent.by, now=now)
        touched = {plain.pk for plain in later} if reads_history(form) else set()
        self._judge_others(kept, touched, changed=frozenset(page.items))
        if form.submitted is not Entered.submitted:
            self.settle()
            with audit.acting(sent.by):
                assert kept.row is not None
                kept.row.submitted(by=sent.by, reason="")
            self._read(Subject.objects.get(pk=self.subject.pk))
        if place.visit is not None:
            self._took_place(self.visits[sent.visit], kept)

    def _may_judge(self, form: FormClass, by: User, now: datetime) -> bool:
        return not judges(form) or delegation.may_fill(by, form.declared.name, self.site, now=now)

    def _judge_others(self, kept: Kept, touched: set[int], *, changed: frozenset[str]) -> None:
        """Judges those whose history this form is part of, and those whose checks read it."""
        name = kept.place.form.declared.name
        found: list[tuple[Kept, frozenset[str] | None]] = [
            (one, None) for one in self.kept[name] if one.plain.pk in touched
        ]
        since = sheet_day(kept, self.zone)
        for reader, (among, earlier_alone) in readers(name, changed).items():
            found += [
                (one, among)
                for one in self.kept[reader]
                if one is not kept
                and (reader != name or one.plain.pk not in touched)
                and not (earlier_alone and across.is_before(sheet_day(one, self.zone), since))
            ]
        for one, among in found:
            place = Place(one.place.form, self.subject, self._visit(one), one.place.occurrence, one.place.under)
            of = sheet.Sheet(
                place.form, vars(one.plain), subject=self.subject, visit=place.visit,
                among=self.casebook.rows(place.form.declared.name), casebook=self.casebook, pk=one.plain.pk,
                occurrence=place.occurrence, now=kept.now,
            )  # fmt: skip
            self._ask(one, failing(place, of, among=among), by=kept.by, now=kept.now, among=among)

    def _ask(
        self,
        kept: Kept,
        failing_now: Iterable[Check],
        *,
        by: User,
        now: datetime,
        among: Collection[str] | None = None,
    ) -> None:
        """Opens a query for each check that fails now and closes those whose check holds again (see crf.workflow)."""
        failing_by_id = {check.id: check for check in failing_now}
        for check_id in [
            asked for asked in kept.open if asked not in failing_by_id and (among is None or asked in among)
        ]:
            asked = kept.open.pop(check_id)
            asked.closed_by, asked.closed_at = by, now
            if asked.query is not None:  # written before: it waits to be closed
                self._asked.append(asked)
        for check in failing_by_id.values():
            if check.id not in kept.open:
                kept.open[check.id] = Asked(kept, check, by, now)
                self._asked.append(kept.open[check.id])

    def _took_place(self, visit: Visit, kept: Kept) -> None:
        if visit.actual_on is None:
            day = sheet_day(kept, self.zone) or timezone.localdate(kept.now, self.zone)
            visit.actual_on, visit.protocol_version = day, visit.protocol_version or kept.place.version
            self._days[visit.pk] = (visit, kept.by)

    def settle(self) -> None:
        """Writes everything that was taken."""
        write_rows(self._waiting)
        write_queries(self._asked)
        by_person: dict[User, list[Visit]] = {}
        for visit, by in self._days.values():
            by_person.setdefault(by, []).append(visit)
        for by, visits in by_person.items():
            with audit.acting(by):
                many.update(visits, ["actual_on", "protocol_version"])
        for form in {kept.place.form for kept in self._waiting}:
            data_changed.send(sender=form, subject=self.subject, form=form.declared.name)
        self._waiting, self._asked, self._days = [], [], {}

    def _visit(self, kept: Kept) -> Visit | None:
        """The visit as it is planned now."""
        return self.visits[kept.place.visit.code] if kept.place.visit is not None else None

    def enrol(self, *, by: User, on: date, dose_level: str) -> None:
        """Enrols the subject (see trial.subjects.enrol). Raises Refused."""
        self.settle()
        self._read(subjects.enrol(self.subject, by=by, on=on, dose_level=dose_level))

    def fail_screening(self, *, by: User, reason: str) -> None:
        """Ends screening without enrolment (see trial.subjects.fail_screening)."""
        self.settle()
        self._read(subjects.fail_screening(self.subject, by=by, reason=reason))

    def unscheduled(self, *, by: User, on: date) -> Visit:
        """Opens an unscheduled visit on a day."""
        visit = subjects.unscheduled(self.subject, by=by, on=on)
        visit.subject, visit.site = self.subject, self.site
        self.visits[visit.code] = visit
        return visit


def submit_many(batch: Batch, forms: Iterable[Sent]) -> int:
    """Takes the forms in their order and writes them; returns how many. One that is refused refuses them all."""
    count = 0
    for sent in forms:
        batch.take(sent)
        count += 1
    batch.settle()
    return count


def sheet_day(kept: Kept, zone: ZoneInfo) -> date | None:
    """The day the form is about at the site, for its visit."""
    name = kept.place.form.declared.about_day
    value = getattr(kept.plain, name, None) if name else None
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


@cache
def reads_history(form: FormClass) -> bool:
    """See crf.following.looks_back."""
    return looks_back(form)


@cache
def readers(form: str, changed: frozenset[str]) -> dict[str, tuple[frozenset[str] | None, bool]]:
    """Names of the forms whose checks read this one, with the ids of these checks; None = all (see crf.across).

    With it whether they read this one only as far as it is dated by their own day.
    """
    kind = form_called(form)
    return {
        reader.declared.name: (across.affected(kind, checks), across.reads_earlier_alone(reader, checks, kind))
        for reader, checks in across.readers(form, set(changed))
    }
