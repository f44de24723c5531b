"""The only door for data: open a form, submit it. One transaction each; the browser, the loader and imports come through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import EllipsisType
from typing import Any
from zoneinfo import ZoneInfo

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crf import across, drafts, sheet
from crf.declare import measured
from crf.declare.form import MOVED, Crf, Entered, FormClass
from crf.declare.items import Item
from crf.following import derived_across, follow, looks_back
from crf.page import PageForm, page_form
from crf.place import Place, admitted, candidate, failing, initial, known
from crf.sent import typed, with_grids
from trial import audit, delegation, roles, subjects
from trial.models import Subject, User, Visit
from trial.signals import data_changed

# Stored as the msgid: each reader of the history gets it in their own language.
AFTER_ALL = gettext_noop("Entered after all, though it was marked as not done.")
AFTER_MOVE = gettext_noop("Entered here, where another form stood that was moved.")


class Invalid(Exception):
    """The form was refused; `page` carries every value as typed and an error at each item. Nothing was written."""

    def __init__(self, page: PageForm, *, needs_reason: bool = False) -> None:
        self.page, self.needs_reason = page, needs_reason
        # Item names only: an exception's text may reach a log, values must not.
        super().__init__("refused: " + ", ".join(page.named_wrong()) + (" reason" * needs_reason))


class Conflict(Exception):
    """Somebody else saved this form in the meantime. Nothing was written; all three versions are at hand."""

    def __init__(self, page: PageForm, theirs: Entered | None, based_on: int) -> None:
        self.page, self.theirs, self.based_on = page, theirs, based_on
        super().__init__("the form changed since it was opened")


@dataclass(slots=True)
class Outcome:
    """What came of a submission."""

    row: Entered
    created: bool
    changed: set[str] = field(default_factory=set)
    unkept: tuple[str, ...] = ()  # items that were typed and that the other answers do not ask for


def blank_page(
    place: Place, *, by: User, data: Any = None, complete: bool = True, row: Entered | None | EllipsisType = ...
) -> PageForm:
    """The page for this place: with what was typed, else what is stored, else blank. It asks what the version asks.

    row: the stored form, for who has read it already.
    """
    row = place.row() if row is ... else row
    if data is not None:
        data = with_grids(typed(data), place.form)
        place = place.as_typed(data)
    site, name, now = place.subject.site, place.form.declared.name, timezone.now()
    page = page_form(place.form, place.version)(
        data,
        initial=initial(row) if row else None,
        may_grade=delegation.may_fill(by, name, site, now=now) if judges(place.form) else True,
        not_delegated=delegation.missing(by, name, site, now=now) if judges(place.form) else "",
        complete=complete,
    )
    page.known = partial(known, place, page, now=now, row=row)
    return page


def judges(form: FormClass) -> bool:
    """Whether a form has items for the investigator."""
    return form.declared.name in delegation.GROUP_OF


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
    draft: drafts.Seen | None = None,
    now: datetime | None = None,
) -> Outcome:
    """Takes a form as typed, or refuses it with an error at each item.

    data: raw strings (see crf.sent.typed). reason: needed to change a completed form. based_on: the version the page
    was opened at, 0 for a form nobody had entered; None = whatever is there (the caller knows). draft: what the page knows
    of the draft, which goes with the submission; one that somebody else saved since is kept. Times are on the site's clock.
    Raises PermissionDenied, Refused, Invalid or Conflict; in each case nothing was written.
    """
    roles.permit(by, "enter", subject.site_id)
    place = Place(form, subject, visit, occurrence)
    admitted(place)
    with timezone.override(ZoneInfo(subject.site.timezone)):
        return _submit(
            place, data, by=by, reason=reason.strip(), based_on=based_on, draft=draft, now=now or timezone.now()
        )


def _submit(
    place: Place,
    data: Mapping[str, Any],
    *,
    by: User,
    reason: str,
    based_on: int | None,
    draft: drafts.Seen | None,
    now: datetime,
) -> Outcome:
    form, subject = place.form, place.subject
    row = place.row(lock=True)
    place = place.as_typed(data)
    page = page_form(form, place.version)(
        with_grids(typed(data), form),
        initial=initial(row) if row else None,
        may_grade=delegation.may_fill(by, form.declared.name, subject.site, now=now) if judges(form) else True,
        not_delegated=delegation.missing(by, form.declared.name, subject.site, now=now) if judges(form) else "",
    )
    casebook = sheet.Casebook.reading(subject, form.declared.reads())
    page.known = partial(known, place, page, now=now, row=row, casebook=casebook)
    if based_on is not None and based_on != (row.version if row else 0):
        page.is_valid()
        raise Conflict(page, row, based_on)
    valid = page.is_valid()
    stored = casebook.rows(form.declared.name) if looks_back(form) else None
    of = candidate(place, page, now=now, row=row, stored=stored, casebook=casebook)
    for check in failing(place, of, hard=True):
        page.refuse(check.item, str(check.text))
        valid = False
    if not valid:
        raise Invalid(page)
    counts = row is not None and row.status == Entered.Status.COMPLETE
    changed = _changed(row, page) if row and counts else set(page.items)
    if row and not changed:
        with audit.acting(by):
            drafts.discard(form.declared.name, subject, place.visit, place.occurrence, seen=draft)
        return Outcome(row, created=False, unkept=tuple(page.unkept))
    if row and not reason:
        if counts:
            raise Invalid(page, needs_reason=True)
        reason = AFTER_MOVE if MOVED in row.missing else AFTER_ALL
    readers, own = across.waiting(place, casebook), derived_across(row if counts else None, casebook)
    with audit.acting(by, reason):
        row, created = _write(place, page, row, by=by, now=now)
        of.pk = row.pk  # it is stored now: the casebook, where it is read from here on, holds it
        moved = {name for name, value in own.items() if getattr(of, name).value != value}
        follow(place, row, of, stored=stored or (), casebook=casebook, changed=changed | moved, now=now)
        readers.judge(of, row.pk, changed=changed, now=now)
        row.submitted(by=by, reason=reason)
        if place.visit is not None:
            subjects.took_place(place.visit, on=row.day() or timezone.localdate(now), version=place.version)
        drafts.discard(form.declared.name, subject, place.visit, place.occurrence, seen=draft)
        data_changed.send(sender=form, subject=subject, form=form.declared.name)
    return Outcome(row, created=created, changed=changed, unkept=tuple(page.unkept))


def _changed(row: Entered, page: PageForm) -> set[str]:
    """Names of items whose value, missing reason or rows differ from what is stored."""
    before, after = initial(row), page.values()
    why = page.missing()
    found = set()
    for name, item in page.items.items():
        if isinstance(item, Item):
            if not measured.same(before.get(name), after.get(name)) or row.missing.get(name, "") != why.get(name, ""):
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
    row.status = Entered.Status.COMPLETE
    # Why an item is blank that this page does not ask any more stays on record, as its value does.
    asked = place.form.declared.items
    before = {name: why for name, why in row.missing.items() if name in asked and name not in page.items}
    row.missing, row.version, row.changed_at, row.changed_by = before | page.missing(), row.version + 1, now, by
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
    page.refuse(name, text)
    return Invalid(page)
