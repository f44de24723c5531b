"""Where a form stands, what is stored there, and what may be said of it as it is being typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from crf import sheet, workflow
from crf.declare.form import Check, Crf, Entered, FormClass
from crf.page import PageForm
from trial import protocol
from trial.models import Subject, Visit


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


def initial(row: Entered) -> dict[str, Any]:
    """A stored form's values as a page's starting values."""
    found = dict(sheet.values_of(row))
    for name in row.declared.rows:
        found[name] = [vars(line) for line in found[name]]
    return {**found, **{f"{name}__missing": why for name, why in row.missing.items()}}


def candidate(
    place: Place,
    page: PageForm,
    *,
    now: datetime,
    row: Entered | None = None,
    stored: Sequence[Any] | None = None,
    casebook: sheet.Casebook | None = None,
) -> sheet.Sheet:
    """The sheet of what is being typed, for live verdicts and checks. stored: see `sheet.stored`; None = read when needed."""
    values = page.values()
    for name in page.grids:
        values[name] = [SimpleNamespace(**line) for line in values[name]]
    pk = row.pk if row else None
    return sheet.Sheet(
        place.form, values, subject=place.subject, visit=place.visit, among=stored, casebook=casebook, pk=pk, now=now
    )


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
