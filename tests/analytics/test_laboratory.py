"""Graded blood counts: the small cut by hand (safety_frames.py), and every row of the demonstration study."""

import json

import pandas as pd
import pytest

from analytics.datasets.adae import CYTOPENIAS
from analytics.registry import Cut
from crf.demo import calendar, rows
from tests.analytics.by_hand import made
from tests.analytics.conftest import at


def subjects(table, row, column="all"):
    return table.cell(row, column).subjects


def test_each_value_has_grade_limit_and_clause(frames):
    values = Cut(frames)["adlb"].set_index(["subject", "visit", "item"])
    line = values.loc[("01-002", "d7", "neutrophils")]
    # 0.99 is below 1.0: grade 3 (CTCAE 5.0).
    assert (line["value"], line["grade"], line["lower_limit"], line["rule"]) == (0.99, 3, 1.8, "ctcae_5")
    assert line["clause"] == "{value} {unit} lies within the limits of grade {grade}: {limits}."
    assert values.loc[("01-001", "d7", "haemoglobin"), "lower_limit"] == 115  # a woman
    assert values.loc[("02-001", "d7", "neutrophils"), "grade"] == 2  # 1.0 exactly is not below 1.0
    assert values.loc[("02-001", "d7", "platelets"), "grade"] == 3  # 25 exactly is not below 25
    assert values.loc[("02-005", "d7", "platelets"), "grade"] == 0  # at the lower limit of normal


def test_baseline_is_the_last_value_before_the_infusion_item_by_item(frames):
    values = Cut(frames)["adlb"]
    marked = values[values["baseline"]].groupby("subject")["visit"].unique().map(list).to_dict()
    assert marked == {"01-001": ["d0"], "01-002": ["d0"], "01-003": ["d0"], "02-002": ["screening"], "02-005": ["d0"]}
    of_002 = set(values[(values["subject"] == "02-002") & values["baseline"]]["item"])
    assert of_002 == {"leukocytes", "neutrophils", "lymphocytes", "platelets"}  # haemoglobin was not measured


def test_a_count_on_the_day_of_the_infusion_counts_by_its_hour(frames):
    count = {"subject": "02-005", "visit": "u1", "platelets": 20}
    before, after = (
        made("haematology", [{**count, "sampled_at": at(0) + pd.Timedelta(hours=hours)}]) for hours in (1, 3)
    )
    for extra, worst in ((before, 0), (after, 4)):
        counts = pd.concat([frames["haematology"], extra], ignore_index=True)
        line = Cut(frames | {"haematology": counts})["adlb_subject"].set_index("subject").loc["02-005"]
        assert line["platelets_worst"] == worst
        assert line["platelets_baseline"] == (4 if worst == 0 else 0)


def test_shifts_are_those_counted_by_hand(frames):
    table = Cut(frames).table("laboratory_shifts")
    assert subjects(table, "neutrophils.baseline_0", "worst_4") == ("01-001",)
    assert subjects(table, "neutrophils.baseline_0", "worst_3") == ("01-002",)
    assert subjects(table, "neutrophils.baseline_none", "worst_2") == ("02-001",)
    assert subjects(table, "neutrophils.baseline_0", "worst_none") == ("02-002",)
    assert subjects(table, "leukocytes.baseline_1", "worst_4") == ("01-001",)
    assert subjects(table, "haemoglobin.baseline_1", "worst_1") == ("01-002",)
    assert subjects(table, "haemoglobin.baseline_none", "worst_none") == ("02-002",)
    assert subjects(table, "platelets.total", "worst_3") == ("01-002", "02-001")


def test_lines_and_columns_of_an_item_add_up_to_the_population(frames):
    table = Cut(frames).table("laboratory_shifts")
    for item in ("neutrophils", "leukocytes", "haemoglobin", "platelets", "lymphocytes"):
        lines = [f"{item}.baseline_{n}" for n in (0, 1, 2, 3, 4, "none")]
        for column in table.columns:
            total = table.cell(f"{item}.total", column.key).numbers["n"]
            assert sum(table.cell(line, column.key).numbers["n"] for line in lines) == total
        inner = [f"worst_{n}" for n in (0, 1, 2, 3, 4, "none")]
        assert sum(table.cell(f"{item}.total", column).numbers["n"] for column in inner) == 6


def test_the_window_leaves_out_later_values(frames):
    late = made("haematology", [{"subject": "02-005", "visit": "m1", "sampled_at": at(29), "platelets": 20}])
    cut = Cut(frames | {"haematology": pd.concat([frames["haematology"], late], ignore_index=True)})
    assert subjects(cut.table("laboratory_shifts"), "platelets.total", "worst_4") == ("02-005",)
    assert subjects(cut.table("laboratory_shifts", window="d28"), "platelets.total", "worst_4") == ()
    assert subjects(cut.table("laboratory_shifts", window="d90"), "platelets.total", "worst_4") == ("02-005",)
    shown = cut.details("laboratory_shifts", ("02-005",), window="d28")
    assert shown.loc[0, "platelets_worst"] == 0


def test_each_subject_opens_the_counts_at_baseline_and_at_the_worst(frames):
    shown = Cut(frames).details("laboratory_shifts", ("01-001",))
    assert json.loads(shown.loc[0, "forms"]) == [["haematology", "d0", 1], ["haematology", "d7", 1]]


def test_without_a_sex_haemoglobin_near_the_limit_cannot_be_graded_and_is_named(frames):
    cut = Cut(frames | {"demographics": frames["demographics"].assign(sex=None)})
    line = cut["adlb_subject"].set_index("subject").loc["01-001"]
    assert pd.isna(line["haemoglobin_worst"]) and line["haemoglobin_not_graded"] == 2
    assert line["neutrophils_worst"] == 4
    # 99 g/L is below 100 whatever the limit of normal.
    assert cut["adlb_subject"].set_index("subject").loc["01-003", "haemoglobin_worst"] == 2
    note = str(cut.table("laboratory_shifts").footnotes[-1])
    assert "could not be graded" in note and "01-001" in note and "01-003" not in note


def test_log_and_laboratory_are_compared_subject_by_subject(frames):
    table = Cut(frames).table("cytopenia_agreement")
    # The log has neutropenia for 01-001 and 01-002; the counts fell in 02-001 too.
    assert subjects(table, "neutropenia.both") == ("01-001", "01-002")
    assert subjects(table, "neutropenia.same_grade") == ("01-001", "01-002")
    assert subjects(table, "neutropenia.laboratory_only") == ("02-001",)
    assert subjects(table, "neutropenia.neither") == ("01-003", "02-005")
    assert subjects(table, "neutropenia.not_measured") == ("02-002",)
    assert subjects(table, "anaemia.both") == ("01-003",)
    # A haemoglobin that stays in the grade it had is no anaemia of the treatment.
    assert "01-002" in subjects(table, "anaemia.neither")
    assert subjects(table, "thrombocytopenia.log_only") == ()  # that of 02-002 began before the infusion


def test_a_higher_grade_on_one_side_is_told(frames):
    events = frames["adverse_event"].copy()
    events.loc[events["subject"] == "01-002", "grade"] = "4"
    table = Cut(frames | {"adverse_event": events}).table("cytopenia_agreement")
    assert subjects(table, "neutropenia.log_higher") == ("01-002",)
    events.loc[events["subject"] == "01-002", "grade"] = "1"
    table = Cut(frames | {"adverse_event": events}).table("cytopenia_agreement")
    assert subjects(table, "neutropenia.laboratory_higher") == ("01-002",)


def test_five_lines_of_a_cytopenia_part_the_column(frames):
    table = Cut(frames).table("cytopenia_agreement")
    for term in CYTOPENIAS:
        lines = [f"{term.lower()}.{n}" for n in ("both", "log_only", "laboratory_only", "neither", "not_measured")]
        for column in table.columns:
            assert sum(table.cell(line, column.key).numbers["n"] for line in lines) == column.n


def test_the_comparison_opens_entries_and_counts(frames):
    shown = Cut(frames).details("cytopenia_agreement", ("01-001",))
    assert json.loads(shown.loc[0, "forms"]) == [
        ["adverse_event", "", 1], ["adverse_event", "", 2], ["haematology", "d0", 1], ["haematology", "d7", 1],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["laboratory_shifts", "cytopenia_agreement"])
def test_a_subject_without_a_count_and_the_order_of_the_rows_change_nothing(name, frames):
    shuffled = frames["haematology"].sample(frac=1, random_state=2).reset_index(drop=True)
    none = made("haematology", [{"subject": "02-002", "visit": "d7", "status": "NOT_DONE"}])
    more = pd.concat([none, shuffled], ignore_index=True)
    assert Cut(frames | {"haematology": more}).table(name) == Cut(frames).table(name)


def test_every_demonstration_subject_has_by_the_laboratory_the_cytopenias_of_its_row(demo_cut):
    lines = demo_cut["adcytopenia"].set_index("subject")
    for place in calendar.placements():
        row, line = rows.by_id(place.subject_id), lines.loc[place.code]
        for term in CYTOPENIAS:
            assert line[f"{term.lower()}_measured"] == getattr(row, term.lower()), (place.code, term)


def test_anaemia_of_the_demonstration_study_is_a_fall_below_the_grade_at_baseline(demo_cut):
    lines = demo_cut["adlb_subject"].set_index("subject")
    for place in calendar.placements():
        before, worst = (lines.loc[place.code, f"haemoglobin_{name}"] for name in ("baseline", "worst"))
        assert (worst > before) == rows.by_id(place.subject_id).anaemia, place.code


def test_log_and_laboratory_of_the_demonstration_study_agree_on_every_grade(demo_cut):
    table = demo_cut.table("cytopenia_agreement")
    for term in CYTOPENIAS:
        key = term.lower()
        assert subjects(table, f"{key}.same_grade") == subjects(table, f"{key}.both")
        assert not subjects(table, f"{key}.log_only") and not subjects(table, f"{key}.laboratory_only")
