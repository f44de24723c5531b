"""What the expectations look at, of many subjects, kept between two pages until a form behind it is written again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crf import expectations
from crf.casebook import Casebook
from trial.models import Subject

# A dictionary of this process. Facts are small; beyond this many subjects it begins anew.
LIMIT = 50_000
_kept: dict[int, tuple[Any, expectations.Facts]] = {}


def facts_of_many(
    people: Iterable[Subject], written: Mapping[int, tuple[int, ...]], *, books: Mapping[int, Casebook] | None = None
) -> dict[int, expectations.Facts]:
    """The facts of each subject by its key, from its forms alone.

    written: of each subject how many of the forms they follow from are stored, with the sum and the greatest of the
    transactions that wrote them. Facts are made again as soon as one of them was written since: that adds a form, or puts
    a later transaction in the place of an earlier one, so the sum grows. books: as in `crf.ledger.ledger`.
    """
    everyone = {subject.pk: subject for subject in people}
    keys = {pk: _key(subject, written.get(pk, ())) for pk, subject in everyone.items()}
    new = [subject for pk, subject in everyone.items() if pk not in _kept or _kept[pk][0] != keys[pk]]
    if new:
        read = expectations.books_of(new) if books is None else books
        if len(_kept) > LIMIT:
            _kept.clear()
        for subject in new:
            _kept[subject.pk] = (keys[subject.pk], expectations.facts_of(read[subject.pk]))
    # Not `_kept` again: another thread may have put other facts there meanwhile.
    fresh = {subject.pk: _kept[subject.pk][1] for subject in new}
    return {pk: fresh[pk] if pk in fresh else _kept[pk][1] for pk in everyone}


def _key(subject: Subject, written: tuple[int, ...]) -> Any:
    """Everything the facts depend on: what was written, when the infusion was, on which clock."""
    return subject.code, subject.infused_at, subject.site.timezone, written
