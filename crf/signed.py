"""The signatures of a form as pages and paper show them: who, when, what it says, and whether it still fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone

from crf import signatures
from crf.declare.form import Entered
from crf.signatures import Signature
from trial.models import User


def of_rows(rows: Iterable[Entered]) -> list[list[dict[str, Any]]]:
    """The signatures of each of these stored forms, the latest first; read in one statement."""
    rows = list(rows)
    found = signatures.of_forms([(row.declared.name, row.pk) for row in rows]) if rows else {}
    return [_lines(row, found[row.declared.name, row.pk]) for row in rows]


def _lines(row: Entered, found: Sequence[Signature]) -> list[dict[str, Any]]:
    """What changed since is told of the latest alone: of the ones before, the later signature tells it."""
    return [
        {
            "name": one.printed_name, "at": one.signed_at, "meaning": one.get_meaning_display(), "version": one.version,
            "current": one.version == row.version and row.status == Entered.Status.COMPLETE, "genuine": one.genuine,
            "changed": signatures.label_changes(one, row) if number == 0 and one.version != row.version else [],
        }
        for number, one in enumerate(found)
    ]  # fmt: skip


def is_current(lines: Iterable[dict[str, Any]]) -> bool:
    """Whether a form is signed as it stands now."""
    return any(line["current"] for line in lines)


def sign_url(row: Entered | None, lines: Iterable[dict[str, Any]], *, by: User) -> str:
    """Where who may sign signs this form; blank where it does not wait for it."""
    if row is None or row.status != Entered.Status.COMPLETE or is_current(lines):
        return ""
    if not signatures.may_sign(by, row.subject.site, now=timezone.now()):
        return ""
    return reverse("sign", args=[row.subject.code]) + f"?one={row.declared.name}:{row.pk}"
