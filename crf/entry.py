"""The only door for data: open a form, submit it. One transaction each; the browser, the loader and imports come through here."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crf import across, drafts, sheet, workflow
from crf.declare.form import Check, Crf, Entered, FormClass
from crf.declare.items import Item
from crf.page import PageForm, page_form, typed, with_grids
from trial import audit, protocol, roles, schedule, subjects
from trial.models import Subject, User, Visit
from trial.signals import data_changed


class Invalid(Exception):
    """The form was refused; `page` carries every value as typed and an error at each item. Nothing was written."""

    def __init__(self, page: PageForm, *, needs_reason: bool = False) -> None:
        self.page, self.needs_reason = page, needs_reason
        # Item names only: an exception's text may reach a log, values must not.
        super().__init__(
            "refused: " + ", ".join(sorted({e["anchor"] for e in page.error_list()})) + (" reason" * needs_reason)
        )


class Conflict(Exception):
    """Somebody else saved this form in the meantime. Nothing was written; all three versions are at hand."""

    def __init__(self, page: PageForm, theirs: Entered | None, based_on: int) -> None:
        self.page, self.theirs, self.based_on = page, theirs, based_on
        super().__init__("the form changed since it was opened")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a form stands: subject, visit (None for a log), occurrence."""

    form: FormClass
    subject: Subject
    visit: Visit | None
    occurrence: int = 1

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
        return self.visit.protocol_version if self.visit else self.subject.protocol_version


@dataclass(slots=True)
class Outcome:
    """What came of a submission."""

    row: Entered
    created: bool
    changed: set[str] = field(default_factory=set)


def initial(row: Entered) -> dict[str, Any]:
    """A stored form's values as a page's starting values."""
    found = dict(sheet.values_of(row))
    for name in row.declared.rows:
        found[name] = [vars(line) for line in found[name]]
    return {**found, **{f"{name}__missing": why for name, why in row.missing.items()}}


def blank_page(place: Place, *, by: User, data: Any = None, complete: bool = True) -> PageForm:
    """The page for this place: with what was typed, else what is stored, else blank."""
    row = place.row()
    if data is not None:
        data = with_grids(typed(data), place.form)
    return page_form(place.form, place.version)(
        data,
        initial=initial(row) if row else None,
        may_grade=roles.may(by, "grade", place.subject.site_id),
        complete=complete,
    )


def candidate(
    place: Place, page: PageForm, *, now: datetime, row: Entered | None = None, stored: Sequence[Any] | None = None
) -> sheet.Sheet:
    """The sheet of what is being typed, for live verdicts and checks. stored: see `sheet.stored`; None = read when needed."""
    values = page.values()
    for name in page.grids:
        values[name] = [SimpleNamespace(**line) for line in values[name]]
    pk = row.pk if row else None
    return sheet.Sheet(place.form, values, subject=place.subject, visit=place.visit, among=stored, pk=pk, now=now)


def failing(place: Place, of: sheet.Sheet, *, hard: bool | None = None) -> list[Check]:
    """Checks in force that fail, an item's plausible range included; hard=None gives both kinds."""
    declared = place.form.declared
    found = [
        check
        for check in declared.checks.values()
        if protocol.in_force(place.version, since=check.since, until=check.until)
        and (hard is None or check.hard == hard)
        and check.holds(of) is False
    ]
    if hard is not True:
        found += [_range_check(n, i) for n, i in declared.items.items() if i.outside_soft(getattr(of, n))]
    return found


def _range_check(name: str, item: Any) -> Check:
    return Check(workflow.RANGE + name, "", lambda _form: False, item=name, sees=(name,))


@transaction.atomic
def submit(
    form: FormClass,
    *,
    subject: Subject,
    visit: Visit | None = None,
    occurrence: int = 1,
    data: Mapping[str, Any],
    by: User,
    reason: str = "",
    based_on: int | None = None,
    now: datetime | None = None,
) -> Outcome:
    """Takes a form as typed, or refuses it with an error at each item.

    data: raw strings (see crf.page.typed). reason: needed to change a completed form. based_on: the version the page
    was opened at, 0 for a form nobody had entered; None = whatever is there (the caller knows). Times are on the site's clock.
    Raises PermissionDenied, Refused, Invalid or Conflict; in each case nothing was written.
    """
    roles.permit(by, "enter", subject.site_id)
    place = Place(form, subject, visit, occurrence)
    _admitted(place)
    with timezone.override(ZoneInfo(subject.site.timezone)):
        return _submit(place, data, by=by, reason=reason.strip(), based_on=based_on, now=now or timezone.now())


def _submit(
    place: Place, data: Mapping[str, Any], *, by: User, reason: str, based_on: int | None, now: datetime
) -> Outcome:
    form, subject = place.form, place.subject
    row = place.row(lock=True)
    page = page_form(form, place.version)(
        with_grids(typed(data), form),
        initial=initial(row) if row else None,
        may_grade=roles.may(by, "grade", subject.site_id),
    )
    if based_on is not None and based_on != (row.version if row else 0):
        page.is_valid()
        raise Conflict(page, row, based_on)
    valid = page.is_valid()
    stored = sheet.stored(form, subject) if _looks_back(form) else None
    of = candidate(place, page, now=now, row=row, stored=stored)
    for check in failing(place, of, hard=True):
        page.add_error(check.item if check.item in page.fields else None, str(check.text))
        valid = False
    if not valid:
        raise Invalid(page)
    changed = _changed(row, page) if row else set(page.items)
    if row and not changed:
        return Outcome(row, created=False)
    if row and not reason:
        raise Invalid(page, needs_reason=True)
    with audit.acting(by, reason):
        row, created = _write(place, page, row, by=by, now=now)
        _follow(place, row, of, stored=stored or (), changed=changed, now=now)
        across.judge_readers(place, changed=changed, now=now)
        row.submitted(by=by, reason=reason)
        if place.visit is not None:
            subjects.took_place(place.visit, on=row.day() or timezone.localdate(now))
        drafts.discard(form.declared.name, subject, place.visit, place.occurrence)
        data_changed.send(sender=form, subject=subject, form=form.declared.name)
    return Outcome(row, created=created, changed=changed)


def _admitted(place: Place) -> None:
    """Raises Refused where the study does not take this form."""
    if place.visit is not None and place.visit.subject_id != place.subject.pk:
        raise subjects.Refused(_("This visit belongs to another subject."))
    if place.subject.status in (Subject.Status.WITHDRAWN, Subject.Status.SCREEN_FAILED) and place.row() is None:
        raise subjects.Refused(_("Collection has ended for this subject. What was entered can still be corrected."))
    if place.visit is not None and not schedule.admits(place.visit.code, place.form.declared.name):
        raise subjects.Refused(_("This form does not belong to this visit. Please open an unscheduled visit for it."))
    if place.occurrence > 1 and not place.form.declared.repeats and issubclass(place.form, Crf):
        raise subjects.Refused(_("This form is entered once a visit."))


def _changed(row: Entered, page: PageForm) -> set[str]:
    """Names of items whose value, missing reason or rows differ from what is stored."""
    before, after = initial(row), page.values()
    why = page.missing()
    found = set()
    for name, item in page.items.items():
        if isinstance(item, Item):
            if before.get(name) != after.get(name) or row.missing.get(name, "") != why.get(name, ""):
                found.add(name)
        elif before.get(name, []) != after.get(name, []):
            found.add(name)
    return found


def _write(place: Place, page: PageForm, row: Entered | None, *, by: User, now: datetime) -> tuple[Entered, bool]:
    created = row is None
    if row is None:
        fixed: dict[str, Any] = {
            "subject": place.subject,
            "site": place.subject.site,
            "occurrence": place.occurrence,
        }
        if issubclass(place.form, Crf):
            fixed["visit"] = place.visit
        row = place.form(**fixed, version=0, entered_at=now, entered_by=by)
    values = page.values()
    for name, item in page.items.items():
        if isinstance(item, Item):
            setattr(row, name, values[name])
    row.missing, row.version, row.changed_at, row.changed_by = page.missing(), row.version + 1, now, by
    try:
        with transaction.atomic():
            row.save(force_insert=created, force_update=not created)
            for name in page.grids:
                _write_rows(row, name, values[name])
    except (IntegrityError, DataError) as error:
        raise _in_words(error, page, place) from None
    row._prefetched_objects_cache = {}  # type: ignore[attr-defined]  # the rows as they were
    return row, created


def _write_rows(row: Entered, name: str, lines: list[dict[str, Any]]) -> None:
    """Lines are kept by their number: a changed line is an update, so that the audit trail reads as it happened."""
    model = row.declared.rows[name].row
    there = {line.row: line for line in getattr(row, name).all()} if row.version > 1 else {}
    new = []
    for number, values in enumerate(lines, 1):
        line = there.pop(number, None)
        if line is None:
            fixed: dict[str, Any] = {"form": row, "subject_id": row.subject_id, "site_id": row.site_id, "row": number}
            new.append(model(**fixed, **values))
        elif any(getattr(line, n) != v for n, v in values.items()):
            for n, v in values.items():
                setattr(line, n, v)
            line.save(update_fields=list(values))
    if new:
        model.objects.bulk_create(new)  # type: ignore[attr-defined]
    for line in there.values():
        line.delete()


def _in_words(error: IntegrityError | DataError, page: PageForm, place: Place) -> Exception:
    """The database's refusal as an error at the item; its own message repeats values and goes nowhere."""
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = (diagnosis.constraint_name or "") if diagnosis else ""
    name = constraint.removeprefix(place.form.declared.name + "_")
    if constraint.endswith("_once"):
        return Conflict(page, place.row(), 0)
    text = _("The database does not accept this value. Please check it.")
    page.add_error(name if name in page.fields else None, text)
    return Invalid(page)


def _looks_back(form: FormClass) -> bool:
    """Whether a rule of this form reads those before it."""
    return any("history" in inspect.signature(d.rule).parameters for d in form.declared.derived.values())


def _histories(forms: Sequence[Any]) -> dict[int, Sequence[Any]]:
    """By the key of each stored form those before it."""
    return {one.pk: forms[:at] for at, one in enumerate(forms)}


def _derived_changed(before: sheet.Sheet, after: sheet.Sheet) -> set[str]:
    """Names of the derived values that differ, for a query that a reviewer accepted saw them too."""
    old = {derived.name: verdict.value for derived, verdict in before.verdicts()}
    return {derived.name for derived, verdict in after.verdicts() if verdict.value != old[derived.name]}


def _follow(
    place: Place, row: Entered, of: sheet.Sheet, *, stored: Sequence[Any], changed: set[str], now: datetime
) -> None:
    """Opens and closes queries of the form just written, and of those whose history it is part of.

    A form entered late, corrected or moved in time may change what follows from others of its kind: judged again.
    stored: the subject's forms of this kind before the writing.
    """
    form, subject = place.form, place.subject
    known = {one.pk: one for one in stored}
    before = _histories(stored)
    after = _histories(
        sheet.in_time([*(p for p in stored if p.pk != row.pk), of.plain(row.pk)], form.declared.about_day)
    )

    def then(pk: int, histories: dict[int, Sequence[Any]], visit: Visit | None) -> sheet.Sheet:
        return sheet.Sheet(form, vars(known[pk]), subject=subject, visit=visit, before=histories[pk], pk=pk, now=now)

    derived = _derived_changed(then(row.pk, before, place.visit), of) if row.pk in known else set()
    workflow.follow_checks(
        row, failing(place, of, hard=False), changed=changed | derived, now=now, fresh=row.version == 1
    )
    touched = [pk for pk in before if pk != row.pk and before[pk] != after[pk]]
    others = form.objects.filter(pk__in=touched)  # type: ignore[attr-defined]
    for other in (others.select_related("visit") if place.visit else others) if touched else ():
        there = Place(form, subject, getattr(other, "visit", None), other.occurrence)
        judged = then(other.pk, after, there.visit)
        derived = _derived_changed(then(other.pk, before, there.visit), judged)
        workflow.follow_checks(other, failing(there, judged, hard=False), changed=derived, now=now)
