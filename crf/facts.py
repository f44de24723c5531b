"""What the expectations look at, of many subjects, kept between two pages until a form behind it is written again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crf import expectations
from crf.myeloma import MYELOMA
from crf.sheet import Casebook
from trial.models import Subject

# A dictionary of this process. Facts are small; beyond this many subjects it begins anew.
LIMIT = 50_000
_kept: dict[int, tuple[Any, expectations.Facts]] = {}


def facts_of_many(
    people: Iterable[Subject], written: Mapping[int, Sequence[Any]], *, books: Mapping[int, Casebook] | None = None
) -> dict[int, expectations.Facts]:
    """The facts of each subject by its key, from its forms alone.

    written: of each subject the lines of the list of all forms. Facts are made again as soon as one of the forms they
    follow from was written since: a form is known by its key, its version and the transaction that wrote it, which no
    database of a server gives twice. books: as in `crf.ledger.ledger`.
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


def _key(subject: Subject, written: Sequence[Any]) -> Any:
    """Everything the facts depend on: what was written, when the infusion was, on which clock."""
    forms = frozenset(
        (row.form, row.form_id, row.version, row.written, row.status) for row in written if row.form in MYELOMA.forms
    )
    return subject.code, subject.infused_at, subject.site.timezone, forms
