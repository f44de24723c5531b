"""ICAHT and T-ICAHT of a cut: counts by hand, options by name, and each grade that of the page of the blood counts."""

from __future__ import annotations

import json
from datetime import timedelta

import pandas as pd
import pytest

from analytics import details
from analytics.registry import Cut
from crf import sheet
from crf.declare.form import form_named
from tests import database, study
from tests.analytics.by_hand import empty, made
from tests.analytics.conftest import INFUSED_AT
from trial.models import Subject
from trial.rules import icaht

NAME = "haematotoxicity"
GRADES = {
    "early": "early_icaht", "late": "late_icaht", "platelets_early": "early_t_icaht", "platelets_late": "late_t_icaht",
}  # fmt: skip
# Study day, neutrophils, platelets. Source of the grades: the tables of ICAHT and T-ICAHT, days counted by hand.
COUNTS = {
    # 0.4 from day 5 to 11, 7 days: grade 2. Platelets 40 from day 5 to 11, 7 days: grade 2. Late: 0.9, 0.8: grade 2; 90, 60: 1.
    "01-001": [(0, 2, 150), (5, "0.4", 40), (12, 2, 90), (31, 2, 120), (40, "0.9", 90), (60, "0.8", 60)],
    # Straight line from 2.0 to 0.4 in 4 days and back: below 0.5 on day 4 alone; by the other way, days 4 to 7.
    "01-002": [(0, 2, 150), (4, "0.4", 150), (8, 2, 150), (31, 2, 120)],
    # Low from day 3 to 30, 28 days, grade 3; never above 0.5 from the first low count on: grade 4 by that option.
    "02-001": [(0, 2, 150), (3, "0.3", 15), (31, "0.3", 15)],
    "02-002": [],
}


def of(counts, **frames) -> Cut:
    subjects = [
        {"subject": code, "timezone": "UTC", "status": "INFUSED", "dose_level": f"{number}.0", "infused_at": INFUSED_AT}
        for number, code in enumerate(counts, start=1)
    ]
    lines = [
        {"subject": code, "visit": f"u{number}", "sampled_at": INFUSED_AT + timedelta(days=day),
         "neutrophils": float(anc), "platelets": float(plt)}
        for code, own in counts.items()
        for number, (day, anc, plt) in enumerate(own, start=1)
    ]  # fmt: skip
    return Cut(empty() | {"subject": made("subject", subjects), "haematology": made("haematology", lines)} | frames)


@pytest.fixture(scope="module")
def cut():
    return of(COUNTS)


def subjects(table, row, column="all"):
    return table.cell(row, column).subjects


def test_grades_and_days_are_those_counted_by_hand(cut):
    lines = cut["adicaht"].set_index("subject")
    first = lines.loc["01-001"]
    assert tuple(first[name] for name in GRADES) == (2, 2, 2, 1)
    assert (first["low_days"], first["profound_days"], first["platelets_low_days"]) == (7, 0, 7)
    assert (lines.loc["02-001", "early"], lines.loc["02-001", "low_days"]) == (3, 28)
    # Days 3 to 30 below 20: 14 or more, grade 4.
    assert (lines.loc["02-001", "platelets_early"], lines.loc["02-001", "platelets_severe_days"]) == (4, 28)
    assert lines.loc["02-002", list(GRADES)].isna().all()


def test_the_table_counts_each_grade_and_opens_its_subjects(cut):
    table = cut.table(NAME)
    assert subjects(table, "early.grade_2") == ("01-001",)
    assert subjects(table, "early.grade_1") == ("01-002",)  # days 4 to 7
    assert subjects(table, "early.grade_3_plus") == ("02-001",)
    assert subjects(table, "early.not_graded") == ("02-002",)
    assert subjects(table, "platelets_early.grade_4", "3.0") == ("02-001",)
    for name in GRADES:
        lines = [f"{name}.{key}" for key in (*(f"grade_{n}" for n in range(5)), "not_graded")]
        for column in table.columns:
            assert sum(table.cell(line, column.key).numbers["n"] for line in lines) == column.n


def test_options_are_named_in_the_footnotes_and_change_the_grade(cut):
    usual, line = cut.table(NAME), cut.table(NAME, interpolation="LINEAR")
    assert any("until the next draw" in str(note) for note in usual.footnotes)
    assert any("straight line" in str(note) for note in line.footnotes)
    linear = cut["cytopenias"].frame("LINEAR", "STRICT").set_index("subject")
    assert (linear.loc["01-002", "low_days"], linear.loc["01-002", "early"]) == (1, 1)
    nadir = cut.table(NAME, never_above="FROM_NADIR")
    assert subjects(nadir, "early.grade_4") == ("02-001",) and subjects(usual, "early.grade_4") == ()
    assert any("from the first count at or below" in str(note) for note in nadir.footnotes)
    shown = cut.details(NAME, ("02-001",), never_above="FROM_NADIR")
    assert shown.loc[0, "early"] == 4 and icaht.NEVER_ABOVE in shown.loc[0, "clauses"]


def test_behind_a_cell_stand_the_clauses_and_the_counts(cut):
    kept = details.records(cut.details(NAME, ("01-001",)), NAME)
    (line,) = details.of(NAME, kept, ("01-001",))
    assert line.why.startswith("Neutrophils at or below 0.5 × 10⁹/L on 7 days from day 0 to day 30. Two consecutive")
    assert line.values[0] == "2"
    assert [(one.form, one.visit) for one in line.forms] == [("haematology", f"u{n}") for n in range(1, 7)]


def test_death_ends_the_counting(cut):
    died = (INFUSED_AT + timedelta(days=8)).date()
    death = made("death", [{"subject": "02-001", "died_on": died, "cause": "INFECTION"}])
    line = of(COUNTS, death=death)["adicaht"].set_index("subject").loc["02-001"]
    # Days 3 to 8, and no count after the death is read.
    assert (line["early"], line["low_days"], "CENSORED" in line["flags"]) == (1, 6, True)


def test_subjects_whose_grade_may_be_higher_are_named():
    table = of({"01-001": [(0, 2, 150), (5, "0.4", 150), (8, 1, 150)]}).table(NAME)
    assert "may be higher: 01-001" in str(table.footnotes[-1])


def test_every_grade_of_the_demonstration_is_that_on_the_page(demo_cut, demo_database, django_db_blocker):
    lines = demo_cut["adicaht"].set_index("subject")
    form, seen = form_named("haematology"), set()
    with django_db_blocker.unblock(), database.using(demo_database, read_only=True), study.seeing_everything():
        for subject in Subject.objects.filter(code__in=lines.index).select_related("site"):
            row = form.objects.filter(subject=subject, visit__code="d7").select_related("visit", "subject__site").get()
            page = sheet.of_row(row)
            for name, derived in GRADES.items():
                value = lines.loc[subject.code, name]
                verdict = getattr(page, derived)
                assert verdict.value == (None if pd.isna(value) else int(value)), subject.code
                seen.add((name, verdict.value))
                assert verdict.clause in [clause for clause, _shown in json.loads(lines.loc[subject.code, "clauses"])]
            before = form.objects.filter(subject=subject, visit__code="screening").select_related("visit").get()
            before.subject = subject
            assert sheet.of_row(before).early_icaht.value is None
    assert len(seen) >= 7
