"""The measurements themselves: that they run, and what of them does not depend on the clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crf import entry
from crf.models.crs_assessment import CrsAssessment
from tests import study
from tests.bench.measure import statements
from trial.models import Subject, User

ROOT = Path(__file__).parents[2]


@pytest.mark.soak
def test_every_measurement_runs_and_prints_its_table() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--rounds", "2", "--folds", "1", "2"],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    for words in (
        "first entry",
        "correction with a reason",
        "django-simple-history",
        "Endpoint refresh",
        "46 subjects",
        "CRS rule",
    ):
        assert words in run.stdout


@pytest.fixture
def assessed(infused: Subject, investigator: User, scope: None) -> Subject:
    """An infused subject with assessments on days 0 to 7."""
    for day in range(8):
        study.submit("crs_assessment", infused, f"d{day}", study.typed_crs(day), by=investigator)
    return infused


@pytest.mark.django_db
def test_a_first_crs_form_with_a_vasopressor_takes_thirteen_statements(assessed: Subject, investigator: User) -> None:
    place = {"subject": assessed, "visit": study.visit_of(assessed, "d8"), "by": investigator, "now": study.NOW}
    sent = statements(lambda: entry.submit(CrsAssessment, data=study.typed_crs(8, **study.SHOCK), **place))
    assert len(_ours(sent)) == 13, sent


@pytest.mark.django_db
def test_a_corrected_crs_form_takes_fourteen_statements_however_long_the_history(
    assessed: Subject, investigator: User
) -> None:
    place = {"subject": assessed, "visit": study.visit_of(assessed, "d8"), "by": investigator, "now": study.NOW}
    entry.submit(CrsAssessment, data=study.typed_crs(8, **study.SHOCK), **place)
    changed = study.SHOCK | {"temperature": "39.1", "vasopressors": [{**study.PRESSOR, "dose": "0.2"}]}
    sent = statements(
        lambda: entry.submit(CrsAssessment, data=study.typed_crs(8, **changed), reason="Read again", **place)
    )
    assert len(_ours(sent)) == 14, sent


def _ours(sent: list[str]) -> list[str]:
    """Without the savepoint that `submit` makes here because the test itself is a transaction."""
    return sent[1:-1] if sent[0].startswith("SAVEPOINT") else sent
