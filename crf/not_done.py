"""What was not done, and what was entered in error: marked with a reason, audited, and taken back the same way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crf import across, drafts, sheet, workflow
from crf.casebook import Casebook
from crf.declare.form import MOVED, WHY, Crf, Entered, Log
from crf.ledger import ledger
from crf.place import Place, admitted, failing
from trial import audit, roles
from trial.models import User, Visit
from trial.signals import data_changed
from trial.subjects import Refused


@transaction.atomic
def mark(place: Place, *, by: User, reason: str, now: datetime) -> Entered:
    """Says that a form of a visit was not done; nobody expects it any more.

    Raises Refused where something was entered or begun there, for a log, and without a reason.
    """
    roles.permit(by, "enter", place.subject.site_id)
    if not issubclass(place.form, Crf) or place.visit is None:
        raise Refused(_("An entry of a log is never expected, so it cannot be not done."))
    admitted(place)
    reason = given(reason)
    row = place.row(lock=True)
    if row is not None and row.status == Entered.Status.COMPLETE:
        raise Refused(_("This form holds data, so it was done. Please correct the values instead."))
    if drafts.find(place.form.declared.name, place.subject, place.visit, place.occurrence):
        raise Refused(_("This form was begun. Please discard the draft first, or save the form."))
    if row is None:
        row = place.form(
            subject=place.subject, site=place.subject.site, visit=place.visit, occurrence=place.occurrence, version=0,
            entered_at=now, entered_by=by,
        )  # fmt: skip
    return _set(row, Entered.Status.NOT_DONE, by=by, reason=reason, now=now)


@transaction.atomic
def mark_visit(visit: Visit, *, by: User, reason: str, now: datetime) -> list[Entered]:
    """Says of every form that is still expected at a visit that it was not done. Raises Refused where none is.

    What was entered at the visit, drafts included, stays as it is. The visit must carry its subject and the site.
    """
    roles.permit(by, "enter", visit.site_id)
    reason = given(reason)
    awaited = [place_of(entry) for entry in ledger([visit.subject], now=now) if _awaited_at(entry, visit)]
    if not awaited:
        raise Refused(_("No form is expected at this visit any more."))
    return [mark(place, by=by, reason=reason, now=now) for place in awaited]


def _awaited_at(entry: Any, visit: Visit) -> bool:
    return entry.visit is not None and entry.visit.pk == visit.pk and entry.state in ("expected", "overdue")


def place_of(entry: Any) -> Place:
    """The place of an entry of the ledger."""
    return Place(entry.form, entry.subject, entry.visit, entry.occurrence)


@transaction.atomic
def take_back(place: Place, *, by: User, reason: str, now: datetime) -> Entered:
    """A form that was marked not done by mistake is expected again. Raises Refused where it is not marked."""
    roles.permit(by, "enter", place.subject.site_id)
    reason, row = given(reason), place.row(lock=True)
    if row is None or row.status != Entered.Status.NOT_DONE:
        raise Refused(_("This form is not marked as not done."))
    return _set(row, Entered.Status.WITHDRAWN, by=by, reason=reason, now=now)


@transaction.atomic
def take_back_visit(visit: Visit, *, by: User, reason: str, now: datetime) -> list[Entered]:
    """Every form of a visit that was marked not done is expected again. Raises Refused where none is marked.

    What was entered at the visit stays as it is. The visit must carry its subject and the site.
    """
    roles.permit(by, "enter", visit.site_id)
    reason = given(reason)
    places = [place_of(entry) for entry in ledger([visit.subject], now=now) if marked_at(entry, visit)]
    if not places:
        raise Refused(_("No form of this visit is marked as not done."))
    return [take_back(place, by=by, reason=reason, now=now) for place in places]


def marked_at(entry: Any, visit: Visit) -> bool:
    """Whether an entry of the ledger is a form of this visit that was marked not done."""
    return entry.visit is not None and entry.visit.pk == visit.pk and entry.status == Entered.Status.NOT_DONE


@transaction.atomic
def withdraw(place: Place, *, by: User, reason: str, now: datetime) -> Entered:
    """An entry of a log that should not be there: it stays, struck through, and counts nowhere. Its queries close.

    Checks of other forms that read it are judged again. Raises Refused for anything but a submitted entry of a log.
    """
    roles.permit(by, "enter", place.subject.site_id)
    reason, row = given(reason), _of_log(place, Entered.Status.COMPLETE)
    casebook = Casebook(place.subject)
    readers = across.waiting(place, casebook)
    row = _set(row, Entered.Status.WITHDRAWN, by=by, reason=reason, now=now)
    with audit.acting(by, reason):
        workflow.close_all(row, now=now)
        readers.judge(None, row.pk, changed=set(row.declared.items), now=now)
    return row


@transaction.atomic
def restore(place: Place, *, by: User, reason: str, now: datetime) -> Entered:
    """A withdrawn entry of a log counts again; what its checks ask is asked anew. Raises Refused where none is withdrawn."""
    roles.permit(by, "enter", place.subject.site_id)
    reason, row = given(reason), _of_log(place, Entered.Status.WITHDRAWN)
    if MOVED in row.missing:
        raise Refused(_("This entry was moved. Where it stands now, it can be moved back."))
    readers = across.waiting(place, Casebook(place.subject))
    row = _set(row, Entered.Status.COMPLETE, by=by, reason=reason, now=now)
    of = sheet.of_row(row)
    of.now = now
    with audit.acting(by, reason):
        workflow.follow_checks(row, failing(place, of, hard=False), changed=set(row.declared.items), now=now)
        readers.judge(of, row.pk, changed=set(row.declared.items), now=now)
    return row


def _of_log(place: Place, status: str) -> Entered:
    row = place.row(lock=True) if issubclass(place.form, Log) else None
    if row is None or row.status != status:
        raise Refused(_("There is no such entry in this log any more. Please open the log again."))
    return row


def given(reason: str) -> str:
    """The reason as it is kept. Raises Refused where there is none."""
    reason = reason.replace("\0", "").strip()[:500]
    if not reason:
        raise Refused(_("Please give a reason."))
    return reason


def _set(row: Entered, status: str, *, by: User, reason: str, now: datetime) -> Entered:
    """Writes a state; the reason stands in the audit trail and, while the form does not count, with the form."""
    created = row.version == 0
    row.status, row.version, row.changed_at, row.changed_by = status, row.version + 1, now, by
    kept = {name: why for name, why in row.missing.items() if name != WHY}
    row.missing = kept if status == Entered.Status.COMPLETE else {**kept, WHY: reason}
    with audit.acting(by, reason):
        row.save(force_insert=created, force_update=not created)
        data_changed.send(sender=type(row), subject=row.subject, form=row.declared.name)
    return row
