"""What follows from a form just written, for itself and for the forms whose history it is part of."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crf import sheet, workflow
from crf.casebook import Casebook
from crf.declare.form import Crf, Declaration, Entered, FormClass
from crf.place import Place, failing
from crf.stored import in_time
from trial.models import Visit


def looks_back(form: FormClass) -> bool:
    """Whether a rule of this form reads those before it."""
    return any("history" in inspect.signature(d.rule).parameters for d in form.declared.derived.values())


def seen_by_checks(declared: Declaration) -> set[str]:
    """Names of the derived values that a check sees; a change of any other moves no query."""
    return {name for check in declared.checks.values() for name in check.sees if name in declared.derived}


def derived_across(row: Entered | None, casebook: Casebook) -> dict[str, Any]:
    """What follows from a stored form together with forms of other kinds, and a check sees, before it is changed."""
    seen = seen_by_checks(row.declared) if row else set()
    names = (
        [d.name for d in row.declared.derived.values() if d.name in seen and (d.whole or d.elsewhere)] if row else []
    )
    of = sheet.of_row(row, casebook=casebook) if row and names else None
    return {name: getattr(of, name).value for name in names}


def _histories(forms: Sequence[Any]) -> dict[int, Sequence[Any]]:
    """By the key of each stored form those before it."""
    return {one.pk: forms[:at] for at, one in enumerate(forms)}


def _derived_changed(before: sheet.Sheet, after: sheet.Sheet) -> set[str]:
    """Names of the derived values that a check sees and that differ, for a query that a reviewer accepted saw them too."""
    names = seen_by_checks(after._form.declared)
    return {name for name in names if getattr(before, name).value != getattr(after, name).value}


def follow(
    place: Place,
    row: Entered,
    of: sheet.Sheet,
    *,
    stored: Sequence[Any],
    casebook: Casebook,
    changed: set[str],
    now: datetime,
) -> None:
    """Opens and closes queries of the form just written, and of those whose history it is part of.

    A form entered late, corrected or moved in time may change what follows from others of its kind: judged again.
    stored: the subject's forms of this kind before the writing; casebook: all that this kind reads, likewise.
    """
    form = place.form
    known = {one.pk: one for one in stored}
    before = _histories(stored)
    after = _histories(in_time([*(p for p in stored if p.pk != row.pk), of.plain(row.pk)], form.declared.about_day))

    derived = set()
    if row.pk in known:
        derived = _derived_changed(_then(place, known[row.pk], before, casebook, place.visit, now), of)
    workflow.follow_checks(
        row, failing(place, of, hard=False), changed=changed | derived, now=now, fresh=row.version == 1
    )
    others = {pk: one for pk, one in known.items() if pk != row.pk}
    touched = [pk for pk in others if before[pk] != after[pk]]
    if touched:
        written = casebook.after(form, of.plain(row.pk))
        _again(place, {pk: others[pk] for pk in touched}, (before, casebook), (after, written), now=now)


def follow_without(place: Place, pk: int, *, stored: Sequence[Any], casebook: Casebook, now: datetime) -> None:
    """The same where a form of the kind is there no more: the others are judged by the history that is left.

    stored: the subject's forms of this kind, that one included; casebook: all that this kind reads, likewise. Call after
    the writing, inside `acting`.
    """
    others = [one for one in stored if one.pk != pk]
    before, after = _histories(stored), _histories(others)
    touched = {one.pk: one for one in others if before[one.pk] != after[one.pk]}
    if touched:
        _again(place, touched, (before, casebook), (after, casebook.without(place.form, pk)), now=now)


Past = tuple[dict[int, Sequence[Any]], Casebook]  # the history of each form, and the forms of other kinds


def _again(place: Place, touched: dict[int, Any], before: Past, after: Past, *, now: datetime) -> None:
    """Judges those stored forms again, whose history has changed."""
    form = place.form
    rows = form.objects.filter(pk__in=touched)  # type: ignore[attr-defined]
    rows = list(rows.select_related("visit") if issubclass(form, Crf) else rows)
    asked = workflow.asked(form.declared.name, rows)
    for other in rows:
        there, plain = Place.of(other, place.subject), touched[other.pk]
        judged = _then(place, plain, *after, there.visit, now)
        derived = _derived_changed(_then(place, plain, *before, there.visit, now), judged)
        # Hard checks as well: a query that one of them opened here stays until it holds (see crf.across).
        found = failing(there, judged)
        if found or other.pk in asked:  # else there is nothing to open and nothing to close
            workflow.follow_checks(other, found, changed=derived, now=now)


def _then(
    place: Place,
    plain: Any,
    histories: dict[int, Sequence[Any]],
    casebook: Casebook,
    visit: Visit | None,
    now: datetime,
) -> sheet.Sheet:
    """A stored form as it is judged with that history."""
    return sheet.Sheet(
        place.form, vars(plain), subject=place.subject, visit=visit, before=histories[plain.pk], casebook=casebook,
        pk=plain.pk, occurrence=plain.occurrence, now=now,
    )  # fmt: skip
