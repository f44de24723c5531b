"""Checks that look across forms: judged again where they stand, when what they read elsewhere changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crf import sheet, workflow
from crf.declare.form import Check, Entered, FormClass, casebook, form_named
from crf.place import Place, failing


@dataclass(slots=True)
class Readers:
    """A subject's stored forms whose checks read a form that is about to change, with what was derived before."""

    place: Place
    casebook: sheet.Casebook
    before: dict[tuple[FormClass, int], dict[str, Any]] = field(default_factory=dict)

    def judge(self, written: sheet.Sheet, pk: int, *, changed: set[str], now: datetime) -> None:
        """Opens or closes the queries of those forms. Call after the writing, inside `acting`; pk: of what was written.

        A hard check that does not hold any more opens a query as well: its form is stored, and nothing may block in silence.
        """
        subject, name = self.place.subject, self.place.form.declared.name
        found = readers(name, changed)
        stored = self.casebook.after(self.place.form, written.plain(pk)) if found else self.casebook
        for form, checks in found:
            rows = _rows(form, self.place)
            asked = workflow.asked(form.declared.name, rows)
            for row in rows:
                row.subject = subject
                of = sheet.of_row(row, casebook=stored)
                of.now = now
                there = Place(form, subject, getattr(row, "visit", None), row.occurrence)
                # The value that these checks saw has changed, so that an accepted query of theirs is asked anew.
                seen = _values_changed(checks, name, changed)
                before = self.before.get((form, row.pk), {})
                seen |= {derived for derived, value in before.items() if getattr(of, derived).value != value}
                judged = failing(there, of, hard=False)
                judged += [check for check in failing(there, of, hard=True) if check in checks]
                if judged or row.pk in asked:  # else there is nothing to open and nothing to close
                    workflow.follow_checks(row, judged, changed=seen, now=now)


def waiting(place: Place, casebook: sheet.Casebook) -> Readers:
    """What the forms that read this place's form say now, before it is written; casebook: as it is stored."""
    found = Readers(place, casebook)
    for form, names in _derived_readers(place.form.declared.name):
        for row in _rows(form, place):
            row.subject = place.subject
            of = sheet.of_row(row, casebook=casebook)
            found.before[(form, row.pk)] = {name: getattr(of, name).value for name in names}
    return found


def _rows(form: FormClass, place: Place) -> list[Any]:
    """The subject's complete forms of this kind, but for the one that is written."""
    rows = form.objects.filter(subject=place.subject, status=Entered.Status.COMPLETE)  # type: ignore[attr-defined]
    rows = rows.prefetch_related(*form.declared.rows)
    by_visit = bool(hasattr(form, "visit") and form.visit)
    if by_visit:
        rows = rows.select_related("visit")
    if form is place.form:
        rows = rows.exclude(occurrence=place.occurrence, **({"visit": place.visit} if by_visit else {}))
    return list(rows)


def readers(form: str, changed: set[str]) -> list[tuple[FormClass, list[Check]]]:
    """Forms with the checks of theirs that read one of the changed items of this form, directly or by a derived value."""
    items = {f"{form}.{name}" for name in changed}
    derived = dict(_derived_readers(form, changed))
    found = []
    for reader in casebook():
        names = derived.get(reader, set())
        checks = [c for c in reader.declared.checks.values() if items & set(c.reads) or names & set(c.sees)]
        if checks:
            found.append((reader, checks))
    return found


def _derived_readers(form: str, changed: set[str] | None = None) -> list[tuple[FormClass, set[str]]]:
    """Forms with those derived values that a change of this form may move and a check sees; changed=None: of any item."""
    found = []
    for reader in casebook():
        declared = reader.declared
        seen = {name for check in declared.checks.values() for name in check.sees}
        names = {
            name
            for name, derived in declared.derived.items()
            if name in seen and derived.reads(form, changed if changed is not None else _items_of(form))
        }
        if names:
            found.append((reader, names))
    return found


def _items_of(form: str) -> set[str]:
    return set(form_named(form).declared.items)


def _values_changed(checks: list[Check], form: str, changed: set[str]) -> set[str]:
    """What the checks saw that read a changed item directly."""
    items = {f"{form}.{name}" for name in changed}
    return {name for check in checks if items & set(check.reads) for name in (check.item, *check.sees)}
