"""A form entered for the wrong subject or at the wrong visit is moved to where it belongs: one transaction, a reason, both trails.

The form is written anew where it belongs, and what stood at the old place is emptied and counts no more (docs/adr/0016):
the audit trail of each subject holds what was ever entered for that subject, and nothing of another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crf import across, drafts, sheet, workflow
from crf.declare.form import MOVED, WHY, Entered, Log, form_named
from crf.following import follow, follow_without, looks_back
from crf.index import FormIndex
from crf.not_done import given
from crf.place import Place, failing
from crf.words import HOUSEKEEPING
from trial import audit, roles, schedule, subjects
from trial.models import Subject, User, Visit
from trial.signals import data_changed
from trial.subjects import Refused

AWAY, HERE = gettext_noop("moved away"), gettext_noop("moved here")  # events of the audit trail, one at each subject
LINK = "RELREC.RELID"  # the target of items that name an entry of a log of the same subject


@dataclass(frozen=True, slots=True)
class Target:
    """A place that a form may be moved to, and what is known of it beforehand."""

    place: Place
    drafted: bool = False
    not_done: bool = False


def targets(place: Place, subject: Subject) -> list[Target]:
    """Where a form can go at a subject, in the schedule's order: where it is admitted and none stands. Needs the subject's site.

    Of a log there is one place at every other subject, under the next number.
    """
    name = place.form.declared.name
    rows = FormIndex.objects.filter(subject=subject, form=name).values_list("visit_id", "occurrence", "status")
    begun = drafts.Draft.objects.filter(subject=subject, form=name).values_list("visit_id", "occurrence")
    there, begun_at = list(rows), list(begun)
    if issubclass(place.form, Log):
        taken = [number for _visit, number, _status in there] + [number for _visit, number in begun_at]
        same = subject.pk == place.subject.pk
        return [] if same else [Target(Place(place.form, subject, None, max(taken, default=0) + 1))]
    found = []
    for visit in sorted(subject.visits.all(), key=lambda v: schedule.position(v.code)):
        here = {number: status for at, number, status in there if at == visit.pk}
        at_visit = place.visit is not None and visit.pk == place.visit.pk
        free = place.form.declared.repeats or Entered.Status.COMPLETE not in here.values()
        if at_visit or not free or not schedule.admits(visit.code, name):
            continue
        visit.subject, visit.site = subject, subject.site
        # A number at which nothing counts is taken first: what was not done there, or moved away from there.
        free_numbers = (n for n in sorted(here) if here[n] != Entered.Status.COMPLETE)
        number = next(free_numbers, max(here, default=0) + 1) if place.form.declared.repeats else 1
        drafted = any(at == visit.pk for at, _number in begun_at)
        not_done = Entered.Status.NOT_DONE in here.values()
        found.append(Target(Place(place.form, subject, visit, number), drafted=drafted, not_done=not_done))
    return found


@dataclass(frozen=True, slots=True)
class _Taken:
    """What goes along: columns and lines of grids as they are written at the new place, and who entered them when."""

    columns: dict[str, Any]
    lines: dict[str, list[dict[str, Any]]]
    missing: dict[str, str]
    entered: dict[str, Any]


@transaction.atomic
def move(place: Place, to: Place, *, by: User, reason: str, now: datetime) -> Entered:
    """Moves a submitted form with its rows and the reviewers' open questions; what it touches at both places is judged again.

    Raises PermissionDenied, and Refused without a reason, where nothing can be moved from or to, and where a check that
    blocks does not hold at the new place. Both subjects must carry their site.
    """
    for subject in (place.subject, to.subject):
        roles.permit(by, "enter", subject.site_id)
    reason = given(reason)
    both = {place.subject.pk, to.subject.pk}
    list(Subject.objects.select_for_update(no_key=True).filter(pk__in=both).order_by("pk"))
    row = _movable(place)
    to = _still_free(place, to)
    taken = _taken(place, to, row)
    with audit.acting(by, reason):
        _leave(place, to, row, by=by, reason=reason, now=now)
        new = _arrive(to, taken, by=by, reason=reason, now=now)
        workflow.carry(row, new)
        _record(place, to, row.pk, new.pk)
        for subject in (place.subject, to.subject)[: len(both)]:
            data_changed.send(sender=place.form, subject=subject, form=place.form.declared.name)
    return new


def _movable(place: Place) -> Entered:
    row = place.row(lock=True)
    if row is None or row.status != Entered.Status.COMPLETE:
        raise Refused(_("Only a submitted form can be moved."))
    if drafts.find(place.form.declared.name, place.subject, place.visit, place.occurrence):
        raise Refused(_("A change of this form was begun. Please save or discard the draft first."))
    return row


def _still_free(place: Place, to: Place) -> Place:
    """The target as it is now. Raises Refused where the form cannot stand there (any more)."""
    at = to.visit.pk if to.visit else None
    fresh = Subject.objects.select_related("site").get(pk=to.subject.pk)
    for target in targets(place, fresh):
        if (target.place.visit.pk if target.place.visit else None) == at:
            return target.place
    raise Refused(_("This form cannot stand there, or one is there already. Please choose another place."))


def _taken(place: Place, to: Place, row: Entered) -> _Taken:
    """Times keep what the site's clock said: a form that belongs to another site was read from that site's source."""
    zones = ZoneInfo(place.subject.site.timezone), ZoneInfo(to.subject.site.timezone)
    columns = _columns(row) | dict.fromkeys(left_behind(place, to, row))
    lines = {
        name: [_on_clock(_columns(line), *zones) for line in sorted(getattr(row, name).all(), key=lambda one: one.row)]
        for name in row.declared.rows
    }
    entered = {"entered_at": row.entered_at, "entered_by": row.entered_by}
    return _Taken(_on_clock(columns, *zones), lines, dict(row.missing), entered)


def left_behind(place: Place, to: Place, row: Entered) -> list[str]:
    """Items that do not go along to another subject: a number of an entry of a log would name a stranger there."""
    if place.subject.pk == to.subject.pk:
        return []
    return [n for n, item in row.declared.items.items() if item.about.sdtm == LINK and getattr(row, n) is not None]


def _columns(row: models.Model) -> dict[str, Any]:
    """Everything of a row that somebody typed, by column."""
    names = [field.attname for field in row._meta.concrete_fields]
    return {name: getattr(row, name) for name in names if name not in HOUSEKEEPING and name != "missing"}


def _on_clock(values: dict[str, Any], zone: ZoneInfo, other: ZoneInfo) -> dict[str, Any]:
    """Times as the other site's clock would say the same."""
    if zone.key == other.key:
        return values
    return {
        name: value.astimezone(zone).replace(tzinfo=other) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _leave(place: Place, to: Place, row: Entered, *, by: User, reason: str, now: datetime) -> None:
    """Empties the form where it stood; what it said stays in the audit trail. Others are judged without it."""
    form = place.form
    casebook = sheet.Casebook(place.subject)
    stored = casebook.rows(form.declared.name) if looks_back(form) else ()
    readers = across.waiting(place, casebook)
    met = {gate.form for gate in subjects.gates(place.subject) if gate.met}
    for name in form.declared.rows:
        for line in getattr(row, name).all():
            line.delete()
    for name in _columns(row):
        setattr(row, name, None)
    row.missing = {WHY: reason, MOVED: f"{to.subject.code} {to.visit.code if to.visit else 'log'} {to.occurrence}"}
    _save(row, Entered.Status.WITHDRAWN, by=by, now=now)
    workflow.close_checks(row, now=now)
    follow_without(place, row.pk, stored=stored, casebook=casebook, now=now)
    readers.judge(None, row.pk, changed=set(form.declared.items), now=now)
    _enrolment_stands(place.subject, met)
    if place.visit is not None:
        subjects.look_again(place.visit, days=_days(place.visit))
    if form.anchors:  # after that: the visit of the infusion loses its day as the others do
        subjects.take_back_infusion(place.subject, by=by, reason=reason)


def _save(row: Entered, status: str, *, by: User, now: datetime) -> None:
    created = row.version == 0
    row.status, row.version, row.changed_at, row.changed_by = status, row.version + 1, now, by
    try:
        with transaction.atomic():
            row.save(force_insert=created, force_update=not created)
    except IntegrityError:  # somebody entered it there this moment
        raise Refused(
            _("This form cannot stand there, or one is there already. Please choose another place.")
        ) from None
    row._prefetched_objects_cache = {}  # type: ignore[attr-defined]  # the rows as they were


def _enrolment_stands(subject: Subject, met: set[str]) -> None:
    """Raises Refused where a gate of enrolment would close behind somebody who went through it."""
    if subject.status in (Subject.Status.SCREENED, Subject.Status.SCREEN_FAILED):
        return
    if any(gate.form in met and not gate.met for gate in subjects.gates(subject)):
        text = _("%(subject)s was enrolled on this form, so it stays. Please correct its values instead.")
        raise Refused(text % {"subject": subject.code})


def _days(visit: Visit) -> list[Any]:
    """The days of the forms that are left at a visit, None for one that says no day; blank = none is left."""
    left = FormIndex.objects.filter(visit=visit, status=Entered.Status.COMPLETE).values_list("form", "form_id")
    return [form_named(name).objects.select_related("site").get(pk=pk).day() for name, pk in left]  # type: ignore[attr-defined]


def _arrive(to: Place, taken: _Taken, *, by: User, reason: str, now: datetime) -> Entered:
    """Writes the form where it belongs and judges it there as a submission does. Raises Refused where a check blocks."""
    form, name = to.form, to.form.declared.name
    # As it is now: leaving another visit may have changed the subject.
    subject = Subject.objects.select_related("site").get(pk=to.subject.pk)
    visit = to.visit and Visit.objects.get(pk=to.visit.pk)
    if visit is not None:
        visit.subject, visit.site = subject, subject.site
    to = replace(to, subject=subject, visit=visit)
    row = to.row(lock=True)
    if row is None:
        row = form(
            subject=subject,
            site=subject.site,
            occurrence=to.occurrence,
            version=0,
            **({"visit": visit} if visit else {}),
        )
    casebook = sheet.Casebook.reading(subject, form.declared.reads())
    stored = casebook.rows(name) if looks_back(form) else ()
    readers = across.waiting(to, casebook)
    for column, value in (taken.columns | taken.entered).items():
        setattr(row, column, value)
    row.missing = {item: why for item, why in taken.missing.items() if item not in (WHY, MOVED)}
    _save(row, Entered.Status.COMPLETE, by=by, now=now)
    for grid, lines in taken.lines.items():
        model = form.declared.rows[grid].row
        fixed = {"form": row, "subject_id": subject.pk, "site_id": subject.site_id}
        model.objects.bulk_create(  # type: ignore[attr-defined]
            model(**fixed, row=number, **line) for number, line in enumerate(lines, 1)
        )
    to = replace(to, under=to.version_on(row.day()))
    of = sheet.of_row(row, casebook=casebook)
    of.now = now
    _may_stand(to, of, row)
    follow(to, row, of, stored=stored, casebook=casebook, changed=set(form.declared.items), now=now)
    readers.judge(of, row.pk, changed=set(form.declared.items), now=now)
    row.submitted(by=by, reason=reason)
    if visit is not None:
        subjects.took_place(
            visit, on=row.day() or timezone.localdate(now, ZoneInfo(subject.site.timezone)), version=to.version
        )
    return row


def _may_stand(to: Place, of: sheet.Sheet, row: Entered) -> None:
    """Raises Refused where the study would not have taken this form at its new place."""
    blocking = failing(to, of, hard=True)
    if blocking:
        raise Refused(_("It cannot stand there: %(why)s") % {"why": " ".join(str(check.text) for check in blocking)})
    left, day = to.subject.withdrawn_on, row.day()
    if to.subject.status == Subject.Status.WITHDRAWN and (day is None or left is None or day > left):
        text = _("%(subject)s was withdrawn before the day of this form. Nothing later is collected.")
        raise Refused(text % {"subject": to.subject.code})


def _record(place: Place, to: Place, old: int, new: int) -> None:
    """An event in the audit trail of each subject, by which both histories know of each other."""
    name = place.form.declared.name
    for event, here, other, row, counterpart in ((AWAY, place, to, old, new), (HERE, to, place, new, old)):
        audit.record(
            event,
            {"form": name, "row": row, "subject": other.subject.code, "visit": other.visit.code if other.visit else "",
             "occurrence": other.occurrence, "other": counterpart},
            site=here.subject.site_id, subject=here.subject.pk,
        )  # fmt: skip
