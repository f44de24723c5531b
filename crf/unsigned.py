"""Which forms of a subject wait for a signature, with what changed in each since it was signed before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count

from crf import review, signatures
from crf.declare.form import Entered, FormClass, casebook, form_named
from crf.index import FormIndex
from crf.ledger import address, place_label
from crf.ledger_rows import SIGNED
from crf.signatures import Signature
from crf.workflow import Query
from trial import schedule
from trial.models import Subject


@dataclass(slots=True)
class ToSign:
    """One form that waits: where it stands, and what became of it since it was signed before."""

    form: FormClass
    place: str
    url: str
    shown: signatures.Shown
    visit: str  # the code; blank for a log
    occurrence: int
    changed_at: datetime
    queries: int = 0
    critical: bool = False  # an open query at a critical item: not to be signed yet
    before: Signature | None = None
    changed: list[str] = field(default_factory=list)  # labels of the items that differ from what was signed

    @property
    def key(self) -> str:
        """The form and its version in the page's answer."""
        return ":".join(map(str, self.shown))


def to_sign(subject: Subject) -> list[ToSign]:
    """Every form of one subject that waits, in the order of the casebook: visit after visit, then the logs."""
    complete = FormIndex.objects.filter(subject=subject, status=Entered.Status.COMPLETE)
    rows = list(complete.exclude(SIGNED).select_related("visit"))
    order = {form.declared.name: at for at, form in enumerate(casebook())}
    # Those signed before alone are read whole: of the others everything is new.
    places = [(row.form, row.form_id) for row in rows]
    asked, critical, before = _queries(subject), signatures.critical(places), _before(subject, places)
    found = []
    for row in sorted(rows, key=lambda row: (*_position(row), order[row.form], row.occurrence)):
        form, place = form_named(row.form), (row.form, row.form_id)
        found.append(
            ToSign(
                form, place_label(row.visit, row.occurrence), address(form, subject, row.visit, row.occurrence),
                signatures.Shown(row.form, row.form_id, row.version), row.visit.code if row.visit else "", row.occurrence,
                row.changed_at,
                queries=asked.get(place, 0), critical=place in critical, before=before.get(place),
            )
        )  # fmt: skip
    _name_changes([one for one in found if one.before])
    return found


def _position(row: Any) -> tuple[Any, ...]:
    return (0, schedule.position(row.visit.code)) if row.visit else (1, ())


def _queries(subject: Subject) -> dict[tuple[str, int], int]:
    asked = Query.objects.filter(subject=subject).exclude(state=Query.State.CLOSED).order_by()
    counted = asked.values_list("form", "form_id").annotate(n=Count("id"))
    return {(form, pk): n for form, pk, n in counted}


def _before(subject: Subject, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Signature]:
    """The latest signature of each of these forms, of a former version."""
    wanted, found = set(places), {}
    for one in Signature.objects.filter(subject=subject).order_by("id"):
        if (one.form, one.form_id) in wanted:
            found[(one.form, one.form_id)] = one
    return found


def _name_changes(changed: list[ToSign]) -> None:
    by_form: dict[str, list[int]] = {}
    for one in changed:
        by_form.setdefault(one.shown.form, []).append(one.shown.form_id)
    rows = {(name, row.pk): row for name, keys in by_form.items() for row in review.wholes(form_named(name), keys)}
    for one in changed:
        row = rows[(one.shown.form, one.shown.form_id)]
        assert one.before is not None
        one.changed = signatures.label_changes(one.before, row)
