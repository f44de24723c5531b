"""Drafts: what was typed and not yet submitted, as raw strings, one row a form; the typed row is written at submit only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from trial import audit
from trial.guarded import SubjectTable
from trial.models import Site, Subject, User, Visit

SIZE_LIMIT = 256 * 1024  # bytes of JSON; a form is some kilobytes


class Draft(SubjectTable):
    """An unfinished form. One for everybody at the site, so that a colleague can go on with it."""

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+")
    form = models.CharField(max_length=60)
    occurrence = models.PositiveSmallIntegerField(default=1)
    values = models.JSONField(default=dict)
    based_on = models.PositiveIntegerField(default=0)  # version of the typed row it started from; 0 = none yet
    saved_at = models.DateTimeField(auto_now=True)
    saved_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "visit", "form", "occurrence"], nulls_distinct=False, name="draft_once"
            )
        ]
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")


def find(form: str, subject: Subject, visit: Visit | None, occurrence: int) -> Draft | None:
    """The draft of this form, or None."""
    return Draft.objects.filter(form=form, subject=subject, visit=visit, occurrence=occurrence).first()


def save(
    form: str,
    subject: Subject,
    visit: Visit | None,
    occurrence: int,
    *,
    values: Mapping[str, list[str]],
    based_on: int,
    by: User,
) -> Draft:
    """Keeps the raw strings. Raises ValidationError when they are larger than any form can be."""
    if len(json.dumps(values)) > SIZE_LIMIT:
        raise ValidationError(
            _("This is too long for a draft. Please shorten the longest text; it is still on this page.")
        )
    # PostgreSQL takes no NUL in a text.
    values = {name: [text.replace("\0", "") for text in texts] for name, texts in values.items()}
    with audit.acting(by):
        draft, _created = Draft.objects.update_or_create(
            form=form,
            subject=subject,
            visit=visit,
            occurrence=occurrence,
            defaults={
                "site_id": subject.site_id,
                "values": _keepable(values),
                "based_on": based_on,
                "saved_by": by,
            },
        )
    return draft


def _keepable(value: Any) -> Any:
    """Without null characters and halves of surrogate pairs, which PostgreSQL does not keep and no keyboard types."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_keepable(name): _keepable(inside) for name, inside in value.items()}
    return [_keepable(inside) for inside in value] if isinstance(value, (list, tuple)) else value


def discard(form: str, subject: Subject, visit: Visit | None, occurrence: int) -> None:
    """Removes the draft. Call inside `acting`; the audit trail keeps what it held."""
    Draft.objects.filter(form=form, subject=subject, visit=visit, occurrence=occurrence).delete()
