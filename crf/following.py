"""What follows from a form just written, for itself and for the forms whose history it is part of."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crf import sheet, workflow
from crf.declare.form import Declaration, Entered, FormClass
from crf.place import Place, failing
from trial.models import Visit


def looks_back(form: FormClass) -> bool:
    """Whether a rule of this form reads those before it."""
    return any("history" in inspect.signature(d.rule).parameters for d in form.declared.derived.values())


def seen_by_checks(declared: Declaration) -> set[str]:
    """Names of the derived values that a check sees; a change of any other moves no query."""
    return {name for check in declared.checks.values() for name in check.sees if name in declared.derived}


def derived_across(row: Entered | None, casebook: sheet.Casebook) -> dict[str, Any]:
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
        return sheet.Sheet(
            form, vars(known[pk]), subject=subject, visit=visit, before=histories[pk], pk=pk,
            occurrence=known[pk].occurrence, now=now,
        )  # fmt: skip

    derived = _derived_changed(then(row.pk, before, place.visit), of) if row.pk in known else set()
    workflow.follow_checks(
        row, failing(place, of, hard=False), changed=changed | derived, now=now, fresh=row.version == 1
    )
    touched = [pk for pk in before if pk != row.pk and before[pk] != after[pk]]
    others = form.objects.filter(pk__in=touched)  # type: ignore[attr-defined]
    for other in (others.select_related("visit") if place.visit else others) if touched else ():
        there = Place.of(other, subject)
        judged = then(other.pk, after, there.visit)
        derived = _derived_changed(then(other.pk, before, there.visit), judged)
        # Hard checks as well: a query that one of them opened here stays until it holds (see crf.across).
        workflow.follow_checks(other, failing(there, judged), changed=derived, now=now)
