"""What a move would bring before it is made, and what the history of a form says of the moves that were."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from crf import moving, words
from crf.declare.form import Crf, Entered, form_named
from crf.declare.items import Item
from crf.ledger import address, place_label
from crf.place import Place
from crf.workflow import Query
from trial import schedule
from trial.models import AuditEvent, Subject, User, Visit

DRY = gettext_noop("Nothing is moved yet")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a move would open or close: where it stands and what it says."""

    where: str
    item: str
    text: str


@dataclass(slots=True)
class Preview:
    """What would follow from a move."""

    opened: list[Asked] = field(default_factory=list)
    closed: list[Asked] = field(default_factory=list)
    carried: int = 0
    left_behind: list[str] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)  # asked by the protocol version there, and not filled
    retired: list[str] = field(default_factory=list)  # filled, and not asked there


class _Undone(Exception):
    """Ends the transaction of a dry run."""


def preview(place: Place, to: Place, *, by: User, now: datetime) -> Preview:
    """What a move would bring: it is made and undone again, so that it cannot say anything else. Raises Refused as it does."""
    found = Preview()
    both = {place.subject.pk, to.subject.pk}
    before = {query.pk: query for query in _open(both)}
    row = place.row()
    if row is not None:
        labels = row.declared.items
        found.left_behind = [str(labels[name].about.label) for name in moving.left_behind(place, to, row)]
    try:
        with transaction.atomic():
            new = moving.move(place, to, by=by, reason=DRY, now=now)
            after = {query.pk: query for query in _open(both)}
            found.opened = [_told(query) for pk, query in after.items() if pk not in before]
            found.closed = [_told(query) for pk, query in before.items() if pk not in after]
            found.carried = sum(1 for pk, query in before.items() if pk in after and query.form_id != after[pk].form_id)
            _items(found, Place.of(new, new.subject), new)
            raise _Undone
    except _Undone:
        return found


def _open(subjects: set[int]) -> list[Query]:
    rows = Query.objects.filter(subject__in=subjects).exclude(state=Query.State.CLOSED)
    return list(rows.select_related("subject", "visit").order_by("subject__code", "pk"))


def _told(query: Query) -> Asked:
    declared = form_named(query.form).declared
    where = f"{query.subject.code}, {place_label(query.visit, query.occurrence)}, {declared.title}"
    return Asked(where, str(declared.item(query.item).about.label) if query.item else "", query.sentence)


def _items(found: Preview, there: Place, row: Entered) -> None:
    """Compares what the form holds with what the protocol version at its new place asks."""
    asked = row.declared.in_force(there.version)
    for name, item in row.declared.items.items():
        shown = item.about.shown_if
        asked_here = item.about.required and not item.about.known
        wanted = asked_here and (shown is None or shown.holds(getattr(row, shown.item)))
        held = getattr(row, name) is not None or name in row.missing
        if name in asked and wanted and not held:
            found.blank.append(str(item.about.label))
        elif name not in asked and held and isinstance(item, Item):
            found.retired.append(str(item.about.label))


@dataclass(frozen=True, slots=True)
class Moved:
    """One move of a form, as its history tells it; url is blank where the reader may not see the other place."""

    away: bool
    at: datetime
    who: str
    why: str
    where: str
    url: str


def moves_of(row: Entered) -> list[Moved]:
    """Every move of this form away from its place or to it, the latest first."""
    events = AuditEvent.objects.filter(
        subject_id=row.subject_id,
        action__in=(moving.AWAY, moving.HERE),
        after__form=row.declared.name,
        after__row=row.pk,
    )
    found = list(events.order_by("-id"))
    people = {u.username: str(u) for u in User.objects.filter(username__in={e.actor for e in found})}
    return [_moved(type(row), event, people) for event in found]


def _moved(form: Any, event: AuditEvent, people: dict[str, str]) -> Moved:
    told: dict[str, Any] = event.after or {}
    subject = Subject.objects.filter(code=told["subject"]).first()
    visit: Visit | None = None
    if issubclass(form, Crf):
        label = schedule.label(told["visit"])
        visit = subject.visits.filter(code=told["visit"]).first() if subject else None
    else:
        label = place_label(None, told["occurrence"])
    url = address(form, subject, visit, told["occurrence"]) if subject else ""
    who, where = people.get(event.actor, event.actor), f"{told['subject']}, {label}"
    return Moved(event.action == moving.AWAY, event.at, who, words.reason(event.reason), where, url)
