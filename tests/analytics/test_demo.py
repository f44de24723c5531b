"""The demonstration study, from its forms to the published numbers: 20 of 23 with CRS, 15 of grade 1-2, 5 of grade 3 or more."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from analytics import layout, published, registry, report, snapshot
from analytics.models import Result
from analytics.registry import Cut
from crf.declare.form import walk
from crf.demo import calendar, rows
from tests import study
from tests.analytics import by_hand
from trial import audit

# Mei et al. 2021: 20 of 23 with CRS, 15 of grade 1-2, 5 of grade 3 or higher.
PUBLISHED = {"any": 20, "grade_1_2": 15, "grade_3_plus": 5}


def test_from_forms_to_the_published_numbers(demo_study):
    table = Cut(snapshot.read().frames).table("crs_by_grade")
    assert table.columns[0].n == 23
    assert {row: table.cell(row, "all").numbers["n"] for row in PUBLISHED} == PUBLISHED


def test_after_a_refresh_all_twenty_published_rows_agree(refreshed_demo):
    frozen = report.current()
    tables = {name: report.table(frozen, report.STUDY, name, {}) for name in published.needed()}
    compared = list(published.compare(tables))
    assert len(compared) == 20
    assert [line.published.key for line in compared if line.agrees is not True] == []
    assert {line.published.key for line in compared if not line.subjects} == {"neurotoxicity"}  # nobody had any


def test_a_study_whose_data_differ_does_not_agree(refreshed_demo):
    frames = snapshot.thaw(report.current())
    table = Cut(by_hand.without(frames, ["01-002"])).table("crs_by_grade")
    compared = {line.published.key: line for line in published.compare({"crs_by_grade": table})}
    assert compared["crs_grade_3_plus"].agrees is False  # 4 of 22
    assert compared["crs_any"].agrees is False


def test_every_subject_stands_in_the_table_with_the_grade_onset_and_duration_of_its_row(refreshed_demo):
    subjects = Cut(snapshot.thaw(report.current()))["adcrs_subject"].set_index("subject")
    for place in calendar.placements():
        row, line = rows.by_id(place.subject_id), subjects.loc[place.code]
        assert line["maximum"] == row.crs_max_grade, place.code
        if row.crs_onset_day is None:
            assert line["episodes"] == 0, place.code
        else:
            assert (line["onset_day"], line["duration_days"]) == (row.crs_onset_day, row.crs_duration_days), place.code
        assert (line["tocilizumab"], line["steroid"]) == (row.tocilizumab, row.steroid), place.code


def test_flipping_every_judgement_of_the_investigators_moves_no_table(demo_copy, files):
    """Grades and responses that a rule derives as well; the grade of an adverse event is data, and has no rule."""
    report.refresh()
    before = stored_tables()
    flipped = {}
    with transaction.atomic(), study.seeing_everything(), audit.acting("import", "flip the investigators' judgement"):
        for form, name, item in walk():
            if name.startswith("investigator_"):
                codes = list(item.codes.values)
                for row in form.objects.exclude(**{name: None}):
                    other = codes[(codes.index(getattr(row, name)) + 2) % len(codes)]
                    form.objects.filter(pk=row.pk).update(**{name: other})
                    flipped[f"{form.declared.name}.{name}"] = flipped.get(f"{form.declared.name}.{name}", 0) + 1
    assert flipped.keys() == {
        "crs_assessment.investigator_grade",
        "icans_assessment.investigator_grade",
        "response_assessment.investigator_response",
        "response_assessment.investigator_emd_response",
    }
    assert min(flipped.values()) > 40
    first = report.current()
    report.refresh()
    assert report.current().content_hash != first.content_hash
    assert stored_tables() == before


def stored_tables() -> dict[tuple[str, str], str]:
    kept = Result.objects.filter(snapshot=report.current(), scope="")
    assert kept.count() >= len(registry.endpoints())
    return {(r.endpoint, json.dumps(r.options)): json.dumps([r.table, r.details], sort_keys=True) for r in kept}


@pytest.mark.usefixtures("transactional_db", "files")
def test_an_empty_study_has_every_table(db):
    frozen = report.refresh()
    for name in registry.endpoints():
        table = report.stored(frozen, name)
        assert table.rows
        assert not any(cell.subjects for row in table.rows for cell in row.cells)


def test_a_stored_table_is_the_computed_one(refreshed_demo):
    frozen = report.current()
    cut = Cut(snapshot.thaw(frozen))
    for name in registry.endpoints():
        assert layout.pack(report.stored(frozen, name)) == json.loads(json.dumps(layout.pack(cut.table(name))))
