"""The way from one form to those beside it: the forms of the same visit, the same form at other visits, the entries of a log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from crf.declare.form import casebook
from crf.ledger import Entry, ledger
from crf.place import Place
from trial import schedule


class Step(NamedTuple):
    """One way to go: what the link says, and what is said where nothing stands there. keys: for the keyboard, Alt first."""

    forward: bool
    label: Any
    ends: Any
    keys: tuple[str, ...]


OF_VISIT = {
    "previous-form": Step(False, _("Previous form"), _("This was the first form of this visit."), ("PageUp",)),
    "next-form": Step(True, _("Next form"), _("This was the last form of this visit."), ("PageDown",)),
    "previous-visit": Step(
        False, _("Previous visit"), _("No visit before this one has this form."), ("Shift", "PageUp")
    ),
    "next-visit": Step(True, _("Next visit"), _("No later visit has this form."), ("Shift", "PageDown")),
}
OF_LOG = {
    "previous-form": Step(False, _("Previous entry"), _("This was the first entry."), ("PageUp",)),
    "next-form": Step(True, _("Next entry"), _("This was the last entry."), ("PageDown",)),
}


def steps(place: Place) -> Mapping[str, Step]:
    """The ways that lead on from a form, by name."""
    return OF_LOG if place.visit is None else OF_VISIT


def beside(place: Place, step: str, *, now: datetime) -> Entry | None:
    """What stands before or after a form in the casebook: stored, begun or expected. None at the end. Raises KeyError."""
    forward = steps(place)[step].forward
    entries = ledger([place.subject], now=now)
    at: dict[Any, Entry] = {}
    mine: Any
    visit = place.visit
    if visit is None:
        at, mine = {e.occurrence: e for e in entries if e.form is place.form}, place.occurrence
    elif step.endswith("-form"):
        order = {form: number for number, form in enumerate(casebook())}
        at = {(order[e.form], e.occurrence): e for e in entries if e.visit and e.visit.pk == visit.pk}
        mine = order[place.form], place.occurrence
    else:
        for entry in entries:  # the first of each visit, where the form repeats
            if entry.form is place.form and entry.visit:
                at.setdefault(schedule.position(entry.visit.code), entry)
        mine = schedule.position(visit.code)
    # The form itself may have no entry: one that nobody asks for and that is still blank.
    ahead = sorted(one for one in at if (one > mine if forward else one < mine))
    return at[ahead[0 if forward else -1]] if ahead else None
