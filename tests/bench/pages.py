"""The three pages of every day at one, ten and a hundred times the demonstration: SQL statements and server time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crf import facts
from tests import study
from tests.bench.measure import median, table
from tests.bench.synthetic import Demonstration
from trial.models import Subject, User

REPEATS = 5
PAGES = (
    ("work list, of a site", "coordinator-01", "/"),
    ("work list, of all", "data-manager", "/"),
    ("subject list", "data-manager", "/subjects/"),
    ("casebook", "data-manager", "/subjects/01-007/"),
    ("form, CRS", "coordinator-01", "/subjects/01-007/d3/crs-assessment/"),
    ("form, response", "coordinator-01", "/subjects/01-007/m2/response-assessment/"),
)


def run(*, folds: Sequence[int]) -> None:
    """Multiplies the subjects of the loaded demonstration study step by step, and asks for each page after each step."""
    with study.seeing_everything():
        study_as_loaded = Demonstration()
    there, lines = 1, []
    for fold in folds:
        if fold > there:
            study_as_loaded.grow(range(there, fold))
            there = fold
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with study.seeing_everything():
            count = Subject.objects.count()
        lines += [(f"{count} subjects, {label}", *_measured(username, address)) for label, username, address in PAGES]
    table(
        "Pages: SQL statements (transaction, session and scope included), server time of the first view and of later ones",
        ("", "SQL, first", "SQL", "first, ms", "median, ms"),
        lines,
    )


def _measured(username: str, address: str) -> tuple[int, int, str, str]:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    facts._kept.clear()
    seconds, statements = [], []
    for _ in range(REPEATS + 1):
        with CaptureQueriesContext(connection) as seen:
            began = time.perf_counter()
            answer = client.get(address)
            seconds.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
        statements.append(len(seen))
    return statements[0], statements[-1], f"{seconds[0] * 1000:.0f}", f"{median(seconds[1:]) * 1000:.0f}"
