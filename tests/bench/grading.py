"""The rules by themselves: courses of CRS of fifteen assessments and of ten times as many; the myeloma of whole subjects."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from django.db import transaction
from django.test import RequestFactory

from crf import response_views
from crf.casebook import Casebook
from crf.myeloma import MYELOMA, follow
from tests import study
from tests.bench.measure import median, table
from tests.rules.crs_assessments import FEVER, HYPOTENSION, INFUSED, assessment, pressor
from trial.models import Subject, User
from trial.rules import crs

DAYS, SUBJECTS_OF_THE_STUDY, REPEATS, MYELOMA_REPEATS = 15, 23, 3, 7


def course(number: int, days: int = DAYS) -> list[SimpleNamespace]:
    """A subject's assessments: fever sets in on day 0 to 4, every third has hypotension with a vasopressor after two days."""
    onset = number % 5
    found = []
    for day in range(days):
        ill = onset <= day % DAYS < onset + 6
        shock = ill and number % 3 == 0 and day % DAYS >= onset + 2
        changes = (
            HYPOTENSION | {"vasopressors": (pressor("NOREPINEPHRINE", day=day),)} if shock else FEVER if ill else {}
        )
        found.append(assessment(day, **changes))
    return found


def run(*, folds: Sequence[int]) -> None:
    """Times the rules of CRS for growing numbers of subjects and for a long course; then those of myeloma."""
    lines = []
    for subjects, days in [
        *((SUBJECTS_OF_THE_STUDY * fold, DAYS) for fold in folds),
        (SUBJECTS_OF_THE_STUDY, DAYS * 10),
    ]:
        courses = [course(number, days) for number in range(subjects)]
        seconds = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            graded = [crs.course(one, infused_at=INFUSED) for one in courses]
            seconds.append(time.perf_counter() - began)
        assert max(v.value for v in graded[0].verdicts) == 3
        taken = median(seconds)
        each = taken / subjects / days * 1e6
        lines.append((f"{subjects} subjects", days, f"{taken * 1000:.0f} ms", f"{each:.1f} µs"))
    table("CRS rule, one pass over a course (no database)", ("", "assessments", "in all", "an assessment"), lines)
    courses_of_myeloma()


def courses_of_myeloma() -> None:
    """Times the whole myeloma of subjects of the loaded demonstration study: reading it, following it, and its page."""
    with transaction.atomic(), study.seeing_everything():
        people = list(Subject.objects.select_related("site").order_by("code"))
        read = {subject.code: _read(subject) for subject in people}
        largest = max(people, key=lambda subject: _size(read[subject.code]))
        reader = User.objects.get(username="data-manager")
        assert follow(read[largest.code], largest) is not None
        lines = [
            (f"the forms of {largest.code} read", _size(read[largest.code]), _shown(lambda: _read(largest))),
            (f"{largest.code} followed", _size(read[largest.code]), _shown(lambda: follow(read[largest.code], largest))),
            (
                f"all {len(people)} subjects followed", sum(map(_size, read.values())),
                _shown(lambda: [follow(read[subject.code], subject) for subject in people]),
            ),
            (f"data of the response page of {largest.code}", "", _shown(lambda: _page(largest, reader, render=False))),
            (f"response page of {largest.code}", "", _shown(lambda: _page(largest, reader))),
        ]  # fmt: skip
    table("Myeloma: lesions, response and times of one subject, from its forms", ("", "forms", "median"), lines)


def _read(subject: Subject) -> dict[str, list[Any]]:
    return {name: Casebook(subject).rows(name) for name in MYELOMA.forms}


def _size(forms: Mapping[str, Sequence[Any]]) -> int:
    return sum(map(len, forms.values()))


def _shown(do: Callable[[], object]) -> str:
    seconds = []
    for _ in range(MYELOMA_REPEATS):
        began = time.perf_counter()
        do()
        seconds.append(time.perf_counter() - began)
    return f"{median(seconds) * 1000:.1f} ms"


def _page(subject: Subject, reader: User, *, render: bool = True) -> Any:
    """The response page as its view makes it; without rendering, what the view gives to the template."""
    request = RequestFactory().get("/")
    request.user = reader
    with nullcontext() if render else patch.object(response_views, "render", lambda _request, _template, data: data):
        return response_views.response_page(request, subject.code)
