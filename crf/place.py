"""Where a form stands, what is stored there, and what may be said of it as it is being typed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from crf import sheet, workflow
from crf.casebook import Casebook
from crf.declare.form import Check, Crf, Entered, FormClass, Log
from crf.declare.items import Known
from crf.page import PageForm
from trial import protocol, schedule, subjects, versions
from trial.models import Subject, Visit


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form stands: subject, visit (None for a log), occurrence.

    under: the protocol version, where it is known already; blank = found out when it is asked.
    """

    form: FormClass
    subject: Subject
    visit: Visit | None
    occurrence: int = 1
    under: str = ""

    @classmethod
    def of(cls, row: Entered, subject: Subject) -> Place:
        """The place of a stored form. subject: the same, with its site at hand."""
        visit = getattr(row, "visit", None)
        under = "" if visit is not None else versions.at(subject, subjects.today(subject.site, row.entered_at))
        return cls(type(row), subject, visit, row.occurrence, under)

    def row(self, lock: bool = False) -> Entered | None:
        """The submitted form, or None."""
        rows = self.form.objects.filter(subject=self.subject, occurrence=self.occurrence)  # type: ignore[attr-defined]
        if issubclass(self.form, Crf):
            rows = rows.filter(visit=self.visit)
        rows = rows.prefetch_related(*self.form.declared.rows)
        found: Entered | None = (rows.select_for_update() if lock else rows).first()
        if found is not None:
            # One object each: what follows reads subject and site without asking again.
            found.subject, found.site = self.subject, self.subject.site
            if issubclass(self.form, Crf):
                found.visit = self.visit  # type: ignore[attr-defined]
        return found

    @property
    def version(self) -> str:
        """The protocol version in force for this form."""
        return self.version_on(None)

    def version_on(self, day: Any) -> str:
        """The version where the form is about this day: that of its visit, of a log that of the day the entry came in."""
        site = self.subject.site
        if self.under:
            return self.under
        if self.visit is None:
            return versions.at(self.subject, subjects.today(site, self._came_in() or timezone.now()))
        known = day if isinstance(day, date) else None  # of a partial date nobody knows the day
        return versions.of_visit(self.visit, self.subject, day=known, today=subjects.today(site, timezone.now()))

    def _came_in(self) -> datetime | None:
        rows = self.form.objects.filter(subject=self.subject, occurrence=self.occurrence)  # type: ignore[attr-defined]
        found: datetime | None = rows.values_list("entered_at", flat=True).first()
        return found

    def as_typed(self, data: Any) -> Place:
        """The same place under the version of the day that was typed. Times in `data` are on the current clock."""
        several = self.subject.transferred_on is not None or versions.active(self.subject.site)
        waits = self.visit is not None and not self.visit.protocol_version and several
        return replace(self, under=self.version_on(_day_typed(self.form, data) if waits else None))


def admitted(place: Place) -> None:
    """Raises Refused where the study does not take this form."""
    if place.visit is not None and place.visit.subject_id != place.subject.pk:
        raise subjects.Refused(_("This visit belongs to another subject."))
    if place.subject.status in (Subject.Status.WITHDRAWN, Subject.Status.SCREEN_FAILED) and not _done(place):
        raise subjects.Refused(_("Collection has ended for this subject. What was entered can still be corrected."))
    if place.visit is not None and not schedule.admits(place.visit.code, place.form.declared.name):
        raise subjects.Refused(_("This form does not belong to this visit. Please open an unscheduled visit for it."))
    if issubclass(place.form, Log) and (row := place.row()) is not None and row.status == Entered.Status.WITHDRAWN:
        raise subjects.Refused(_("This entry was entered in error. Please restore it before you change it."))
    if place.occurrence > 1 and not place.form.declared.repeats and issubclass(place.form, Crf):
        raise subjects.Refused(_("This form is entered once a visit."))


def _done(place: Place) -> bool:
    row = place.row()
    return row is not None and row.status == Entered.Status.COMPLETE


def initial(row: Entered) -> dict[str, Any]:
    """A stored form's values as a page's starting values."""
    found = dict(sheet.values_of(row))
    for name in row.declared.rows:
        found[name] = [vars(line) for line in found[name]]
    return {**found, **{f"{name}__missing": why for name, why in row.missing.items() if name in row.declared.items}}


def candidate(
    place: Place,
    page: PageForm,
    *,
    now: datetime,
    row: Entered | None = None,
    stored: Sequence[Any] | None = None,
    casebook: Casebook | None = None,
) -> sheet.Sheet:
    """The sheet of what is being typed, for live verdicts and checks. stored: see `sheet.stored`; None = read when needed.

    What is stored in items that the page does not ask any more still counts.
    """
    values = page.values()
    for name in page.grids:
        values[name] = [SimpleNamespace(**line) for line in values[name]]
    if row is not None and len(values) < len(place.form.declared.items) + len(place.form.declared.rows):
        values = sheet.values_of(row) | values
    pk = row.pk if row else None
    return sheet.Sheet(
        place.form, values, subject=place.subject, visit=place.visit, among=stored, casebook=casebook, pk=pk,
        occurrence=place.occurrence, now=now,
    )  # fmt: skip


def known(
    place: Place,
    page: PageForm,
    name: str,
    *,
    now: datetime,
    row: Entered | None = None,
    casebook: Casebook | None = None,
) -> Known | None:
    """What another form says in place of this item of what is being typed; None = nothing."""
    tell = page.items[name].about.known
    return tell(candidate(place, page, now=now, row=row, casebook=casebook)) if tell else None


def failing(
    place: Place, of: sheet.Sheet, *, hard: bool | None = None, among: Collection[str] | None = None
) -> list[Check]:
    """Checks in force that fail, an item's plausible range included; hard=None gives both kinds.

    among: the ids of those to judge, for who knows that nothing else can have changed; None = all.
    """
    checks, ranged = _in_force(place.form, place.version_on(of.day), protocol.VERSIONS)
    found = [
        check
        for check in checks
        if (hard is None or check.hard == hard) and (among is None or check.id in among) and check.holds(of) is False
    ]
    if hard is not True and among is None:
        found += [_range_check(item.name, item) for item in ranged if item.outside_soft(getattr(of, item.name))]
    return found


@cache
def _in_force(
    form: FormClass, version: str, versions: tuple[protocol.Version, ...]
) -> tuple[tuple[Check, ...], tuple[Any, ...]]:
    """The checks of a form under a version, and the items with a plausible range; the same for every form of the kind."""
    declared = form.declared
    asked = declared.in_force(version)
    checks = (c for c in declared.checks.values() if protocol.in_force(version, since=c.since, until=c.until))
    ranged = (item for name, item in declared.items.items() if name in asked and item.about.soft is not None)
    return tuple(checks), tuple(ranged)


def _day_typed(form: FormClass, data: Any) -> date | None:
    """The day that a form as typed is about, or None where nothing readable says it."""
    name = form.declared.about_day
    if not name or not data.get(name):
        return None
    try:
        value = form.declared.items[name].form_field().clean(data.get(name))
    except ValidationError:
        return None
    if isinstance(value, datetime):
        return timezone.localdate(value)
    return value if isinstance(value, date) else None


def _range_check(name: str, item: Any) -> Check:
    return Check(workflow.RANGE + name, "", lambda _form: False, item=name, sees=(name,))
