"""Logs hang on the subject, not on a visit: how an entry gets its number, and what a list shows of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from crf.codelists import Missing
from crf.declare.form import Entered, FormClass, Log, casebook
from crf.drafts import Draft
from crf.ledger import NEW
from crf.page import PageForm
from crf.place import Place, initial
from trial.models import Subject, User


def logs() -> list[FormClass]:
    """The forms that repeat per subject."""
    return [form for form in casebook() if issubclass(form, Log)]


@contextmanager
def numbered(place: Place, *, page: str = "") -> Iterator[Place]:
    """The place itself; where a log entry is being added, the place of the next free number, held until the end.

    page: the sign of the open page: where it saved a draft already, and the answer was lost on the way, that draft's number.

    The subject's row is locked meanwhile: two who add at once come one after the other and get two numbers. A number that
    a draft holds is taken.
    """
    if place.occurrence != NEW:
        yield place
        return
    with transaction.atomic():
        Subject.objects.select_for_update(no_key=True).get(pk=place.subject.pk)
        begun = _drafts(place).filter(page=page).first() if page else None
        yield replace(place, occurrence=begun.occurrence if begun else max(_numbers(place), default=0) + 1)


def _numbers(place: Place) -> list[int]:
    rows = place.form.objects.filter(subject=place.subject)  # type: ignore[attr-defined]
    return [*rows.values_list("occurrence", flat=True), *_drafts(place).values_list("occurrence", flat=True)]


def _drafts(place: Place) -> QuerySet[Draft]:
    return Draft.objects.filter(subject=place.subject, visit=None, form=place.form.declared.name)


def exists(place: Place) -> bool:
    """Whether an entry was submitted or begun under this number."""
    there = {"subject": place.subject, "occurrence": place.occurrence}
    rows: Any = place.form.objects  # type: ignore[attr-defined]
    drafts = Draft.objects.filter(**there, visit=None, form=place.form.declared.name)
    return bool(rows.filter(**there).exists() or drafts.exists())


def sent_twice(place: Place, page: PageForm, *, by: User, since: datetime) -> Entered | None:
    """The entry that this person made of the same values since the page was opened: a second press of the button."""
    rows = place.form.objects.filter(subject=place.subject, status="COMPLETE", entered_by=by, entered_at__gte=since)  # type: ignore[attr-defined]
    if not page.is_valid():
        return None
    typed, why = page.values(), page.missing()
    for row in rows.prefetch_related(*place.form.declared.rows):
        stored = initial(row)
        if row.missing == why and all(stored.get(name) == value for name, value in typed.items()):
            return row
    return None


def draft_twice(place: Place, values: Mapping[str, list[str]], *, by: User, since: datetime) -> Draft | None:
    """The same of a draft."""
    drafts = _drafts(place).filter(saved_by=by, saved_at__gte=since)
    return next((draft for draft in drafts if draft.values == values), None)


def telling(form: FormClass) -> dict[str, Any]:
    """The items that tell one entry from another, by name, as the form declares them."""
    return {name: form.declared.items[name] for name in form.declared.listed}


def values_of(row: Entered) -> list[str]:
    """Those items of a submitted entry in words; why a value is missing, where it is."""
    missing: dict[Any, Any] = dict(Missing.choices)
    return [
        f"({missing.get(row.missing[name], row.missing[name])})"
        if row.missing.get(name)
        else str(item.in_words(getattr(row, name)))
        for name, item in telling(type(row)).items()
    ]


def values_begun(form: FormClass, draft: Draft | None) -> list[str]:
    """Those items of a draft: codes in words, everything else as it was typed; None = all blank."""
    typed = draft.values if draft else {}
    found = []
    for name, item in telling(form).items():
        text = (typed.get(name) or [""])[-1]
        found.append(str(item.in_words(text)) if item.kind in ("coded", "yesno") and text else text)
    return found
