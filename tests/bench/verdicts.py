"""Every verdict of one subject's casebook: read together and judged together, and each form by itself as a baseline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db import transaction

from crf.casebook import Casebook
from crf.declare.form import FormClass, casebook
from crf.sheet import Sheet
from tests import study
from tests.bench.measure import median, statements, table
from trial.models import Subject

ALLOWED_MS, REPEATS = 50, 11


def together(subject: Subject) -> list[Any]:
    """Every kind of form that is needed read once, and every verdict from what was read."""
    names = {name for form in judged() for name in (form.declared.name, *form.declared.reads())}
    book, found = Casebook.reading(subject, names), []
    for form in judged():
        rows = book.rows(form.declared.name)
        for one in rows:
            of = Sheet(
                form, vars(one), subject=subject, visit=None, among=rows, casebook=book, pk=one.pk, occurrence=one.occurrence,
            )  # fmt: skip
            found += [getattr(of, derived.name) for derived in of.derived()]
    return found


def one_by_one(subject: Subject) -> list[Any]:
    """The baseline: every form as its own page judges it, which reads what it needs for itself."""
    book, found = Casebook(subject), []
    for form in judged():
        for one in book.rows(form.declared.name):
            of = Sheet(form, vars(one), subject=subject, visit=None, pk=one.pk, occurrence=one.occurrence)
            found += [getattr(of, derived.name) for derived in of.derived()]
    return found


def judged() -> list[FormClass]:
    """The forms from which something follows."""
    return [form for form in casebook() if form.declared.derived]


def run() -> None:
    """Times the subject with the most forms, and the median subject, of the loaded study."""
    with transaction.atomic(), study.seeing_everything():
        people = sorted(Subject.objects.select_related("site"), key=size)
        lines = []
        for label, subject in (("most forms", people[-1]), ("median", people[len(people) // 2])):
            assert [v.value for v in together(subject)] == [v.value for v in one_by_one(subject)]
            for way in (together, one_by_one):
                seconds = timed(way, subject)
                within = "" if way is one_by_one else "yes" if seconds * 1000 < ALLOWED_MS else "NO"
                lines.append(
                    (
                        f"{subject.code}, {label}: {way.__name__.replace('_', ' ')}", size(subject), len(way(subject)),
                        len(statements(lambda way=way, subject=subject: way(subject))), f"{seconds * 1000:.0f} ms", within,  # type: ignore[misc]
                    )
                )  # fmt: skip
    heads = ("", "forms", "verdicts", "statements", "median", f"under {ALLOWED_MS} ms")
    table("Every verdict of one subject's casebook, read and judged", heads, lines)


def size(subject: Subject) -> int:
    """How many forms a subject has."""
    return sum(form.objects.filter(subject=subject).count() for form in casebook())  # type: ignore[attr-defined]


def timed(way: Callable[[Subject], object], subject: Subject) -> float:
    """Median seconds of some runs."""
    seconds = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        way(subject)
        seconds.append(time.perf_counter() - began)
    return median(seconds)
