"""Findings of IEC-HS of a cut: criterion and findings by hand, the list, and each day that of the page of its ferritin."""

from __future__ import annotations

import json
from datetime import timedelta

import pandas as pd
import pytest

from analytics import details
from analytics.datasets.adiechs import SUPPORTING
from analytics.registry import Cut
from crf import sheet
from crf.declare.form import form_named
from tests import database, study
from tests.analytics.by_hand import empty, made
from tests.analytics.conftest import INFUSED_AT
from trial.models import Subject

# Limits of normal are the published ones; no site states its own here.
FERRITIN = {
    "01-001": {0: 300, 5: 20000, 20: 300},
    "01-002": {0: 300, 5: 310},
    "02-001": {5: 30000},
    "02-002": {},
}
CHEMISTRY = {
    "01-001": {0: {"alt": 20, "ast": 20, "ldh": 150}, 4: {"alt": 900, "ast": 20, "ldh": 150, "triglycerides": 3}}
}
COAGULATION = {"01-001": {1: {"fibrinogen": 1.0}, 12: {"fibrinogen": 1.0}}}  # neither on day 5 nor in the 3 days before


def rows(form, values):
    return made(form, [
        {"subject": code, "visit": f"u{number}", "sampled_at": INFUSED_AT + timedelta(days=day), **items}
        for code, days in values.items()
        for number, (day, items) in enumerate(days.items(), start=1)
    ])  # fmt: skip


@pytest.fixture(scope="module")
def cut() -> Cut:
    subjects = [
        {"subject": code, "timezone": "UTC", "status": "INFUSED", "dose_level": "1.0", "infused_at": INFUSED_AT}
        for code in FERRITIN
    ]
    people = [
        {"subject": code, "visit": "screening", "sex": "M", "birth_year": 1960}
        for code in FERRITIN
    ]  # fmt: skip
    ferritin = {code: {day: {"ferritin": value} for day, value in days.items()} for code, days in FERRITIN.items()}
    return Cut(
        empty() | {
            "subject": made("subject", subjects), "demographics": made("demographics", people),
            "inflammation": rows("inflammation", ferritin), "chemistry": rows("chemistry", CHEMISTRY),
            "coagulation": rows("coagulation", COAGULATION),
        }
    )  # fmt: skip


def test_a_day_has_its_findings_and_those_of_three_days_before(cut):
    days = cut["adiechs"].set_index(["subject", "day"])
    met = days.loc[("01-001", 5)]
    assert met["ferritin_criterion"] == 1 and met["transaminases"] == 1 and met["triglycerides"] == 1
    assert met["ldh"] == 0
    assert met.isna()["fibrinogen"] and met.isna()["cytopenia"]  # drawn on no such day
    assert days.loc[("01-001", 20), "ferritin_criterion"] == 0
    assert json.loads(met["forms"]) == [["chemistry", "u2", 1], ["inflammation", "u2", 1]]
    assert "LIMITS_ASSUMED" in met["flags"].split()


def test_the_table_counts_the_criterion_and_each_finding_beside_it(cut):
    table = cut.table("iec_hs")
    assert table.cell("ferritin.met", "all").subjects == ("01-001", "02-001")
    assert table.cell("ferritin.not_met", "all").subjects == ("01-002",)
    assert table.cell("ferritin.not_known", "all").subjects == ("02-002",)
    assert table.cell("supporting", "all").numbers["N"] == 2
    assert table.cell("supporting.transaminases", "all").subjects == ("01-001",)
    assert table.cell("supporting.transaminases.not_known", "all").subjects == ("02-001",)
    notes = " ".join(str(note) for note in table.footnotes)
    assert "the investigator decides" in notes and "none is counted" in notes


def test_the_list_has_a_line_for_each_subject_with_the_criterion(cut):
    table = cut.table("iec_hs_listing")
    assert [row.key for row in table.rows] == ["subjects", "subject.01-001", "subject.02-001"]
    assert str(table.cell("subject.01-001", "highest").text) == "20000 µg/L (day 5)"
    assert [str(table.cell("subject.01-001", name).text) for name in SUPPORTING] == [
        "present", "not known", "not known", "absent", "not known", "present", "not known",
    ]  # fmt: skip
    assert all(cell.subjects == ("02-001",) for cell in table.rows[-1].cells)


def test_behind_a_cell_stand_the_findings_of_the_highest_ferritin(cut):
    kept = details.records(cut.details("iec_hs_listing", ("01-001",)), "iec_hs_listing")
    (line,) = details.of("iec_hs_listing", kept, ("01-001",))
    assert "Ferritin 20000.0 µg/L" in line.why and "Alanine aminotransferase 900.0 U/L" in line.why
    assert "Aspartate" not in line.why  # absent
    assert line.why.count("Is this rapid?") == 1
    assert {one.form for one in line.forms} == {"inflammation", "chemistry"}


def test_a_finding_that_is_absent_on_one_day_and_unknown_on_another_is_absent():
    from analytics.datasets.adiechs import _any

    assert [_any(iter(values)) for values in ([None, 0], [0, 1], [None], [], [1, None])] == [0, 1, None, None, 1]


def test_every_day_of_the_demonstration_is_that_on_the_page(demo_cut, demo_database, django_db_blocker):
    found = demo_cut["adiechs"]
    form, names, compared = form_named("inflammation"), ("01-002", "02-007", "03-001"), 0
    with django_db_blocker.unblock(), database.using(demo_database, read_only=True), study.seeing_everything():
        for subject in Subject.objects.filter(code__in=names).select_related("site"):
            own = found[found["subject"] == subject.code].set_index("day")
            for row in form.objects.filter(subject=subject).select_related("visit"):
                row.subject = subject
                page = sheet.of_row(row)
                if page.study_day is None or page.study_day < 1:
                    assert page.iec_hs.because == ()
                    continue
                required, supporting = page.iec_hs.because
                line = own.loc[page.study_day]
                values = [required.because[0].value, *(one.value for one in supporting.because[: len(SUPPORTING)])]
                kept = [line["ferritin_criterion"], *(line[name] for name in SUPPORTING)]
                assert values == [None if pd.isna(one) else int(one) for one in kept]
                compared += 1
    assert compared > 30
