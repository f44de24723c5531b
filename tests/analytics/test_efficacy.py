"""Response, MRD, lesions and antigens of the demonstration study: every subject by its row, every published number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from analytics import details, registry, snapshot
from analytics.registry import Cut
from crf.demo import calendar, rows
from tests import database
from tests.analytics.efficacy import DATASETS, ENDPOINTS, n, of

# The rule's code of what the row calls by its abbreviation.
LEVEL = {"sCR": "SCR"}
NO_RESPONSE = {"MR", "SD", "PD"}


@pytest.fixture(scope="module")
def demo(demo_database: str, django_db_blocker: Any) -> Iterator[Cut]:
    """The cut of the demonstration study, read once; its data sets are computed once."""
    with django_db_blocker.unblock(), database.using(demo_database, read_only=True):
        cut = Cut(snapshot.read().frames)
    yield cut


def rows_by_code() -> dict[str, rows.Row]:
    return {place.code: rows.by_id(place.subject_id) for place in calendar.placements()}


def test_every_subject_has_the_best_response_and_the_first_response_of_its_row(demo):
    subjects = of(demo, "adrs_subject")
    assert len(subjects) == 23
    for code, row in rows_by_code().items():
        line = subjects.loc[code]
        assert line["best"] == LEVEL.get(row.best_response, row.best_response), code
        first = None if pd.isna(line["first_response_day"]) else int(line["first_response_day"])
        assert first == row.first_response_day, code
        assert bool(line["responder"]) == (row.first_response_day is not None), code


def test_every_subject_stands_in_the_group_of_its_row(demo):
    subjects = of(demo, "adrs_subject")
    for code, row in rows_by_code().items():
        line = subjects.loc[code]
        assert (line["emd"] == "Y", line["cytogenetics"] == "Y") == (
            row.extramedullary,
            row.cytogenetic_abnormality,
        ), code


def test_every_progression_is_on_the_day_of_its_row(demo):
    subjects = of(demo, "adrs_subject")
    for code, row in rows_by_code().items():
        day = subjects.loc[code, "progression_day"]
        if pd.notna(day):
            assert row.pfs_event and round(day / 30.4375, 1) == row.pfs_months, code
    assert subjects["progression_day"].notna().sum() == sum(row.pfs_event for row in rows_by_code().values())


def test_every_subject_has_the_lesion_response_of_its_row(demo):
    subjects = of(demo, "adtr_subject")
    for code, row in rows_by_code().items():
        best = subjects.loc[code, "best"]
        if row.emd_best is None:
            assert pd.isna(best) and not subjects.loc[code, "lesions_at_baseline"], code
        elif row.emd_best == "NR":
            assert best in NO_RESPONSE, code
        else:
            assert best == row.emd_best, code


def test_every_subject_is_mrd_negative_as_its_row_says(demo):
    subjects = of(demo, "admrd_subject")
    for code, row in rows_by_code().items():
        assert (subjects.loc[code, "result"] == "NEG") == row.mrd_negative, code


def test_every_relapse_has_the_antigens_of_its_row(demo):
    subjects = of(demo, "adantigen")
    for code, row in rows_by_code().items():
        found = subjects.loc[code, "antigens"]
        expected = {"not assessed": "NOT_ASSESSED"}.get(row.antigen_at_relapse or "", row.antigen_at_relapse)
        assert (None if pd.isna(found) else found) == expected, code


@pytest.mark.parametrize(
    ("endpoint", "row", "numerator", "denominator"),
    [  # Mei et al. 2021
        ("best_response", "orr", 20, 23),
        ("best_response", "scr", 12, 23),
        ("mrd_negativity", "all.negative", 20, 23),
        ("emd_response", "complete", 5, 9),
        ("emd_response", "partial", 3, 9),
        ("antigen_at_relapse", "both", 2, 2),
    ],
)
def test_the_published_numbers_come_out_with_the_default_options(demo, endpoint, row, numerator, denominator):
    cell = demo.table(endpoint).cell(row, "all")
    assert (cell.numbers["n"], cell.numbers["N"]) == (numerator, denominator)
    assert len(cell.subjects) == numerator


def test_the_columns_of_each_split_add_up_to_the_whole(demo):
    for by, expected in (("dose_level", [3, 6, 8, 6]), ("emd", [9, 14]), ("cytogenetics", [17, 6])):
        table = demo.table("best_response", by=by)
        assert [column.n for column in table.columns] == [23, *expected]
        for row in table.rows:
            if row.cells and not row.key.endswith(".ci"):
                assert sum(n(table, row.key, c.key) for c in table.columns[1:]) == n(table, row.key), row.key


def test_categories_add_up_and_the_rates_are_their_sums(demo):
    table = demo.table("best_response")
    lines = {row.key.removeprefix("best."): n(table, row.key) for row in table.rows if row.key.startswith("best.")}
    assert sum(lines.values()) == 23
    assert n(table, "crr") == lines["SCR"] + lines["CR"]
    assert n(table, "vgpr_or_better") == n(table, "crr") + lines["VGPR"]
    assert n(table, "orr") == n(table, "vgpr_or_better") + lines["PR"]
    assert n(table, "clinical_benefit") == n(table, "orr") + lines["MR"]
    assert n(table, "disease_control") == n(table, "clinical_benefit") + lines["SD"]


def test_populations_of_efficacy_leave_out_who_cannot_be_judged(demo):
    adsl = of(demo, "adsl")
    assert set(adsl.index[~adsl["response_evaluable"]]) == {
        code for code, row in rows_by_code().items() if row.best_response == "NE"
    }
    table = demo.table("best_response", population="response_evaluable")
    assert (n(table, "orr"), table.columns[0].n) == (20, 22)
    table = demo.table("best_response", population="emd_evaluable")
    assert (n(table, "orr"), table.columns[0].n) == (8, 9)


def test_nobody_is_mrd_negative_below_what_the_assay_reaches(demo):
    for threshold in ("1e-5", "1e-6"):
        table = demo.table("mrd_negativity", threshold=threshold)
        assert n(table, "all.negative") == 0
        assert n(table, "all.not_evaluable") + n(table, "all.positive") == 23
        in_cr = demo.table("mrd_negativity", threshold=threshold, response="cr")
        assert n(in_cr, "all.not_evaluable") == 23


def test_mrd_negative_within_cr_is_counted_of_those_in_cr(demo):
    table = demo.table("mrd_negativity", response="cr")
    assert n(table, "all.negative") == 12
    assert table.cell("complete", "all").numbers["N"] == n(demo.table("best_response"), "crr") == 12
    assert table.cell("all.negative", "all").subjects == demo.table("best_response").cell("crr", "all").subjects


def test_all_responses_came_by_month_one_and_lie_in_the_order_of_their_depth(demo):
    table = demo.table("time_to_response")
    assert n(table, "responders") == n(table, "by.m1") == 20
    subjects = of(demo, "adrs_subject").query("responder")
    assert (subjects["first_response_day"] <= subjects["best_day"]).all()
    complete = subjects[subjects["complete_day"].notna()]
    assert (complete["complete_day"] <= complete["best_day"]).all()
    days = sorted(row.first_response_day for row in rows_by_code().values() if row.first_response_day is not None)
    middle = (days[9] + days[10]) / 2
    assert table.cell("first.median", "all").numbers["median"] == pytest.approx(middle / 30.4375)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_cell_is_explained_by_a_clause_and_by_forms_that_exist(demo, name):
    table, frame = demo.explained(name)
    shown = details.of(name, details.records(frame, name), _counted(table))
    known = {
        form: set(zip(demo[form]["subject"], demo[form]["visit"], demo[form]["occurrence"], strict=True))
        for form in ("myeloma_laboratory", "bone_marrow", "extramedullary_lesions")
    }
    assert shown
    for one in shown:
        assert one.why and "{" not in one.why, one.subject
        for form, visit, occurrence in one.forms:
            assert (one.subject, visit, occurrence) in known[form], one
    assert sum(bool(one.forms) for one in shown) > len(shown) / 2


def _counted(table: Any) -> tuple[str, ...]:
    return tuple(sorted({code for row in table.rows for cell in row.cells for code in cell.subjects}))


def test_the_forms_behind_a_best_response_are_those_of_its_two_assessments(demo):
    line = of(demo, "adrs_subject").loc["01-001"]
    assert line["forms"] == (
        '[["myeloma_laboratory", "m3", 1], ["bone_marrow", "m3", 1], ["myeloma_laboratory", "m6", 1], '
        '["bone_marrow", "m6", 1]]'
    )


def test_options_are_explained_by_what_decided_under_them(demo):
    _table, frame = demo.explained("mrd_negativity", threshold="1e-5")
    assert frame is not demo["admrd_subject"]
    assert set(frame["threshold"]) == {"1e-5"} and "NEG" not in set(frame["result"])
    _table, frame = demo.explained("best_response", confirmation="unconfirmed")
    assert frame is not demo["adrs_subject"]
    assert demo.explained("best_response")[1] is demo["adrs_subject"]


def test_flipping_what_the_investigators_said_moves_no_table(demo):
    said = demo["response_assessment"]
    flip = {"SCR": "PD", "CR": "PD", "VGPR": "SD", "PR": "PD", "MR": "SCR", "SD": "SCR", "PD": "SCR", "NE": "CR"}
    flipped = said.assign(
        investigator_response=said["investigator_response"].map(flip),
        investigator_emd_response=said["investigator_emd_response"].map(flip),
        differs_because="flipped",
    )
    assert (flipped["investigator_response"] != said["investigator_response"]).all()
    other = Cut({**demo.frames, "response_assessment": flipped})
    for name in ENDPOINTS:
        assert demo.table(name) == other.table(name)
    for name in DATASETS:
        pd.testing.assert_frame_equal(demo[name], other[name])


def test_the_order_of_the_rows_moves_no_table(demo):
    shuffled = Cut({name: f.sample(frac=1, random_state=5).reset_index(drop=True) for name, f in demo.frames.items()})
    for name in ENDPOINTS:
        assert demo.table(name) == shuffled.table(name)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_choice_of_an_option_gives_a_table_that_says_so(demo, name):
    default = demo.table(name)
    for option in registry.find(name).options:
        for value in option.choices:
            table = demo.table(name, **{option.name: value})
            assert table.options[option.name] == value
            if value != option.default:
                said = [str(note) for note in table.footnotes]
                assert said != [str(note) for note in default.footnotes], (option.name, value)
