"""Search across subjects, forms and queries of a person's own sites, in the words that this person reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Q

from crf.declare.form import casebook
from crf.index import FormIndex
from crf.workflow import RANGE, Query, range_text
from trial.models import Subject

LIMIT = 20  # of each group; more of them ask for one word more
WORDS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """What fits every word, group by group; each holds at most LIMIT + 1, so that a page can say that there is more."""

    subjects: Iterable[Subject] = ()
    forms: Iterable[FormIndex] = ()
    queries: Iterable[Query] = ()


def search(text: str, *, sites: Collection[int]) -> Found:
    """Subjects by code; submitted forms by title and subject; queries by their text, check id, and subject.

    text: words, all of which must fit, upper or lower case. sites: the person's; row security draws the same line again.
    """
    words = text.casefold().split()[:WORDS]
    if not words:
        return Found()
    subjects = Subject.objects.filter(site__in=sites).select_related("site")
    forms = (
        FormIndex.objects.filter(site__in=sites).exclude(status="WITHDRAWN").select_related("subject__site", "visit")
    )
    queries = Query.objects.filter(site__in=sites).select_related("subject__site", "visit")
    titled = [_titled(word) for word in words]
    return Found(
        subjects.filter(_all(Q(code__icontains=word) for word in words)).order_by("code")[: LIMIT + 1],
        # A code alone is a subject; a form is found by its title, and by a subject together with it.
        forms.filter(
            _all(Q(form__in=names) | Q(subject__code__icontains=w) for w, names in zip(words, titled, strict=True))
        ).order_by("subject__code", "visit_id", "form", "occurrence")[: LIMIT + 1]
        if any(titled)
        else (),
        queries.filter(_all(_asks(word) for word in words)).order_by("-opened_at")[: LIMIT + 1],
    )


def _all(conditions: Any) -> Q:
    return reduce(and_, conditions)


def _titled(word: str) -> list[str]:
    """Names of the forms whose title has the word, in the reader's language."""
    return [form.declared.name for form in casebook() if word in str(form.declared.title).casefold()]


def _asks(word: str) -> Q:
    """Queries about a subject, with the word in a person's text, in a check's id, or in its sentence as the reader reads it."""
    found = Q(subject__code__icontains=word) | Q(text__icontains=word) | Q(check_id__icontains=word)
    for form in casebook():
        declared = form.declared
        ids = [check.id for check in declared.checks.values() if word in str(check.text).casefold()]
        ids += [
            RANGE + name for name, item in declared.items.items()
            if item.about.soft and word in range_text(item).casefold()
        ]  # fmt: skip
        if ids:
            found |= Q(form=declared.name, check_id__in=ids)
    return found
