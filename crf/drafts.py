"""Drafts: what was typed and not yet submitted, as raw strings, one row a form; the typed row is written at submit only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from trial import audit
from trial.guarded import SubjectTable
from trial.models import Site, Subject, User, Visit

SIZE_LIMIT = 256 * 1024  # bytes of JSON; a form is some kilobytes
PAGE_LENGTH = 40


class Draft(SubjectTable):
    """An unfinished form. One for everybody at the site, so that a colleague can go on with it."""

    # Saved after every item: the audit trail takes what changed each time, not the whole form again.
    guard = replace(SubjectTable.guard, by_key=("values",))

    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+")
    form = models.CharField(max_length=60)
    occurrence = models.PositiveSmallIntegerField(default=1)
    values = models.JSONField(default=dict)
    based_on = models.PositiveIntegerField(default=0)  # version of the typed row it started from; 0 = none yet
    revision = models.PositiveIntegerField(default=1)  # counts the savings of this draft
    page = models.CharField(max_length=PAGE_LENGTH, blank=True, default="")  # the open page that saved it last
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


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page knows of the draft: the revision it shows (0 = none), and its own sign, made when it was opened."""

    revision: int = 0
    page: str = ""

    def covers(self, draft: Draft) -> bool:
        """Whether nobody else saved the draft since. A page whose answer was lost on the way is known by its sign."""
        return draft.revision == self.revision or bool(self.page and draft.page == self.page)


class Other(Exception):
    """Somebody else, or another page, saved this draft in the meantime; `draft` is theirs. Nothing was written."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__("the draft changed since it was opened")


def find(form: str, subject: Subject, visit: Visit | None, occurrence: int) -> Draft | None:
    """The draft of this form, or None."""
    return Draft.objects.filter(form=form, subject=subject, visit=visit, occurrence=occurrence).first()


@transaction.atomic
def save(
    form: str,
    subject: Subject,
    visit: Visit | None,
    occurrence: int,
    *,
    values: Mapping[str, list[str]],
    based_on: int,
    by: User,
    seen: Seen | None = None,
) -> Draft:
    """Keeps the raw strings; the same strings again write nothing.

    seen: what the page knows of the draft; None = the caller knows, and overwrites.
    Raises ValidationError when they are larger than any form can be, and Other where they would overwrite what the page
    never showed.
    """
    kept = _keepable(dict(values))
    if len(json.dumps(kept)) > SIZE_LIMIT:
        raise ValidationError(
            _("This is too long for a draft. Please shorten the longest text; it is still on this page.")
        )
    # Two first savings at once wait for each other here; a draft that is there is locked by itself.
    Subject.objects.select_for_update(no_key=True).get(pk=subject.pk)
    place = {"form": form, "subject": subject, "visit": visit, "occurrence": occurrence}
    draft = Draft.objects.filter(**place).first()
    page = seen.page[:PAGE_LENGTH] if seen else ""
    if draft is None:
        draft = Draft(**place, site_id=subject.site_id, revision=0)
    elif (draft.values, draft.based_on) == (kept, based_on):
        return draft
    elif seen is not None and not seen.covers(draft):
        raise Other(draft)
    draft.values, draft.based_on, draft.saved_by, draft.page = kept, based_on, by, page
    draft.revision += 1
    with audit.acting(by):
        draft.save()
    return draft


def _keepable(value: Any) -> Any:
    """Without null characters and halves of surrogate pairs, which PostgreSQL does not keep and no keyboard types."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_keepable(name): _keepable(inside) for name, inside in value.items()}
    return [_keepable(inside) for inside in value] if isinstance(value, (list, tuple)) else value


def discard(form: str, subject: Subject, visit: Visit | None, occurrence: int, *, seen: Seen | None = None) -> bool:
    """Removes the draft; the audit trail keeps what it held. Call inside `acting`. Whether no draft is left.

    seen: what the page knows of the draft; one that somebody else saved since is kept. None = whatever is there.
    """
    draft = find(form, subject, visit, occurrence)
    if draft is None:
        return True
    if seen is not None and not seen.covers(draft):
        return False
    draft.delete()
    return True
