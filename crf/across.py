"""Checks that look across forms: judged again where they stand, when an item they read elsewhere changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crf import sheet, workflow
from crf.declare.form import Check, Entered, FormClass, casebook


def readers(form: str, changed: set[str]) -> list[tuple[FormClass, list[Check]]]:
    """Forms with the checks of theirs that read one of the changed items of this form."""
    items = {f"{form}.{name}" for name in changed}
    found = [(reader, [c for c in reader.declared.checks.values() if items & set(c.reads)]) for reader in casebook()]
    return [(reader, checks) for reader, checks in found if checks]


def judge_readers(place: Any, *, changed: set[str], now: datetime) -> None:
    """Opens or closes the queries of the subject's stored forms that read what has just changed. Call inside `acting`.

    A hard check that does not hold any more opens a query as well: its form is stored, and nothing may block in silence.
    """
    from crf.entry import Place, failing

    for form, checks in readers(place.form.declared.name, changed):
        rows = form.objects.filter(subject=place.subject, status=Entered.Status.COMPLETE)  # type: ignore[attr-defined]
        for row in rows.select_related("visit") if hasattr(form, "visit") and form.visit else rows:
            row.subject = place.subject
            of = sheet.of_row(row)
            of.now = now
            there = Place(form, place.subject, getattr(row, "visit", None), row.occurrence)
            # The value that these checks saw has changed, so that an accepted query of theirs is asked anew.
            seen = {name for check in checks for name in (check.item, *check.sees)}
            judged = failing(there, of, hard=False) + [c for c in failing(there, of, hard=True) if c in checks]
            workflow.follow_checks(row, judged, changed=seen, now=now)
