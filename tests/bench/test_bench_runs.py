"""The measurements themselves: that they run, and what of them does not depend on the clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from crf import entry
from crf.declare.form import Crf, casebook
from crf.models.crs_assessment import CrsAssessment
from tests import study
from tests.bench import every_form, frames
from tests.bench.measure import statements
from tests.bench.synthetic import Demonstration
from trial.models import Subject, User, Visit

ROOT = Path(__file__).parents[2]
# A rule may take so many times as long as reading the rows it is asked about; reading 100,000 is well under a second.
MOST = 25


@pytest.mark.soak
def test_every_measurement_runs_and_prints_its_table() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--rounds", "2", "--folds", "1", "2"],
        cwd=ROOT, capture_output=True, text=True, timeout=1800, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    for words in (
        "first entry",
        "correction with a reason",
        "django-simple-history",
        "Endpoint refresh",
        "46 subjects",
        "CRS rule",
        "A rule over a data frame",
        "Every form, first entry",
        "extramedullary_lesions",
        "subsequent_therapy",
        "response page of",
        "Every verdict of one subject's casebook",
        "A synthetic study",
        "work list, of a site",
        "20 people",
    ):
        assert words in run.stdout


@pytest.fixture
def assessed(infused: Subject, investigator: User, scope: None) -> Subject:
    """An infused subject with assessments on days 0 to 7."""
    for day in range(8):
        study.submit("crs_assessment", infused, f"d{day}", study.typed_crs(day), by=investigator)
    return infused


@pytest.mark.django_db
def test_a_first_crs_form_with_a_vasopressor_takes_fourteen_statements(assessed: Subject, investigator: User) -> None:
    place = {"subject": assessed, "visit": study.visit_of(assessed, "d8"), "by": investigator, "now": study.NOW}
    sent = statements(lambda: entry.submit(CrsAssessment, data=study.typed_crs(8, **study.SHOCK), **place))
    assert len(_ours(sent)) == 14, "\n".join(q[:130] for q in sent)


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
    assert len(_ours(sent)) == 14, "\n".join(q[:130] for q in sent)


def _ours(sent: list[str]) -> list[str]:
    """Without the savepoint that `submit` makes here because the test itself is a transaction."""
    return sent[1:-1] if sent[0].startswith("SAVEPOINT") else sent


# --- rules over frames


@pytest.mark.parametrize("name", list(frames.CASES))
def test_a_rule_over_a_frame_answers_every_row(name: str) -> None:
    found = frames.timing(name, 1000)
    assert sum(found.values.values()) == found.rows == 1000
    assert len(found.values) >= 3, found.values


@pytest.mark.soak
@pytest.mark.parametrize("name", list(frames.CASES))
def test_a_rule_over_100000_rows_takes_a_bounded_multiple_of_reading_them(name: str) -> None:
    assert frames.timing(name, frames.ROWS).ratio < MOST


def test_courses_are_made_of_every_assessment_of_the_frame() -> None:
    found = frames.courses_timing(frames.ASSESSMENTS * 50)
    assert sum(found.values.values()) == found.rows
    assert {0, 1} <= set(found.values)


# --- the growing study


def counts() -> dict[str, int]:
    """Rows of every table that is frozen for the endpoints."""
    rows = {grid.row for form in casebook() for grid in form.declared.rows.values()}
    return {model._meta.db_table: model._default_manager.count() for model in (Subject, Visit, *casebook(), *rows)}


def test_growing_the_demonstration_multiplies_every_form_grid_and_log(demo_copy: str) -> None:
    with transaction.atomic(), study.seeing_everything():
        before = counts()
        assert min(before.values()) > 0, before  # the demonstration has some of everything
        loaded = Demonstration()
    loaded.grow(range(1, 3))
    with transaction.atomic(), study.seeing_everything():
        assert counts() == {table: 3 * n for table, n in before.items()}
        for code in ("02-001", "01-007"):
            assert _of(f"{code}-2") == _of(code)
        grown = Subject.objects.filter(code__endswith="-2")
        assert Visit.objects.filter(subject__in=grown, unscheduled=True).exists()


def _of(code: str) -> dict[str, list[tuple[object, ...]]]:
    """What hangs on a subject: each form with its place and items, each row with the place of its form."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for form in casebook():
        place = ("occurrence", *(("visit__code", "visit__actual_on") if issubclass(form, Crf) else ()))
        rows = form._default_manager.filter(subject__code=code)
        found[form.declared.name] = sorted(rows.values_list(*place, *form.declared.items), key=repr)
        for name, grid in form.declared.rows.items():
            lines = grid.row._default_manager.filter(subject__code=code, form__subject__code=code)
            place_of_form = [f"form__{column}" for column in place]
            found[f"{form.declared.name}.{name}"] = sorted(
                lines.values_list(*place_of_form, "row", *grid.row.declared.items), key=repr
            )
    return found


def test_every_form_can_be_entered_and_corrected_at_the_measured_subject_and_leaves_nothing_behind(
    demo_copy: str,
) -> None:
    measured = every_form.cases()
    assert [case.form for case in measured] == casebook()
    with transaction.atomic(), study.seeing_everything():
        before = counts()
    for case in measured:
        assert case.first != case.then
        first, then = every_form.rolled_back(every_form.Door(case), every_form.timed)
        assert first > 0 and then > 0
    with transaction.atomic(), study.seeing_everything():
        assert counts() == before
