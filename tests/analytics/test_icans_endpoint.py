"""ICANS endpoints: the small cut by hand (safety_frames.py), and the demonstration study, in which nobody had any."""

import pandas as pd
import pytest

from analytics import registry
from analytics.registry import Cut
from crf.demo import calendar, rows
from tests.analytics.conftest import at

NAMES = ("icans_by_grade", "icans_onset_duration")


def text(table, row, column="all"):
    return str(table.cell(row, column).text)


def changed(frames, subject, visit, **items):
    frame = frames["icans_assessment"].copy()
    for name, value in items.items():
        frame.loc[(frame["subject"] == subject) & (frame["visit"] == visit), name] = value
    return frames | {"icans_assessment": frame}


def test_maximum_grades_are_those_counted_by_hand(frames):
    table = Cut(frames).table("icans_by_grade")
    found = {row: table.cell(row, "all").subjects for row in ("grade_0", "grade_1", "grade_2", "grade_3", "not_graded")}
    assert found == {
        "grade_0": ("01-001",),  # only awakening to touch before the infusion
        "grade_1": ("01-002", "02-001"),
        "grade_2": (),
        "grade_3": ("01-003",),
        "not_graded": ("02-002", "02-005"),  # nothing but what is clear, and no assessment at all
    }
    assert text(table, "any") == "3 (50.0 %)"
    assert text(table, "grade_3_plus", "2.0") == "1 (33.3 %)"


def test_onset_and_duration_are_those_counted_by_hand(frames):
    table = Cut(frames).table("icans_onset_duration")
    # Onsets 3, 2 and 5; resolved durations 2 (days 3 and 4) and 2 (days 2 and 3); 02-001 goes on.
    assert (text(table, "onset.median"), text(table, "onset.range")) == ("3.0", "2 to 5")
    assert table.cell("duration.n", "all").subjects == ("01-002", "01-003")
    assert text(table, "duration.median") == "2.0"
    assert any("02-001" in str(note) for note in table.footnotes)


def test_an_ongoing_icans_is_censored_at_the_last_assessment(frames):
    table = Cut(frames).table("icans_onset_duration")
    km = table.cell("km.median", "all").numbers
    # 1+ (censored on its first day), 2, 2.
    assert (km["n"], km["events"], km["median"]) == (3, 2, 2.0)


def test_one_row_an_assessment_with_grade_points_and_clause(frames):
    adicans = Cut(frames)["adicans"].set_index(["subject", "visit"])
    assert len(adicans) == len(frames["icans_assessment"])
    line = adicans.loc[("01-002", "d3")]
    assert (line["grade"], line["ice"], line["rule"], line["episode"]) == (1, 8, "icans_astct_2019", 1)
    assert line["clause"] == "ICE {total}, from {lowest} to {highest}."
    assert pd.isna(adicans.loc[("01-001", "screening"), "grade"])  # before the infusion
    assert pd.isna(adicans.loc[("02-002", "d2"), "ice"])


def test_each_subject_opens_the_assessment_that_decided(frames):
    cut = Cut(frames)
    shown = cut.details("icans_by_grade", ("01-003",))
    assert (shown.loc[0, "visit"], shown.loc[0, "maximum_day"], shown.loc[0, "maximum"]) == ("d3", 3, 3)
    assert registry.datasets()["adicans_subject"].form == "icans_assessment"


def test_a_missing_item_names_the_subject_whose_maximum_may_be_higher(frames):
    table = Cut(changed(frames, "01-002", "d3", consciousness=None)).table("icans_by_grade")
    assert "maximum may be higher: 01-002" in str(table.footnotes[-1])
    assert not any("may be higher" in str(note) for note in Cut(frames).table("icans_by_grade").footnotes)


def test_a_late_onset_is_named_not_left_out(frames):
    frame = frames["icans_assessment"].copy()
    late = (frame["subject"] == "02-001") & (frame["visit"] == "d5")
    frame.loc[late, "assessed_at"] = pd.Timestamp(at(29))
    table = Cut(frames | {"icans_assessment": frame}).table("icans_by_grade")
    assert "more than 28 days after the infusion: 02-001" in str(table.footnotes[-1])
    assert "02-001" in table.cell("any", "all").subjects


def test_a_score_at_the_subjects_own_baseline_is_no_icans(frames):
    lower = frames | {"icans_assessment": frames["icans_assessment"].assign(baseline_ice=8.0)}
    assert Cut(lower).table("icans_by_grade").cell("any", "all").subjects == ("01-003",)


def test_a_death_due_to_icans_is_grade_5_and_its_duration_is_censored(frames):
    cut = Cut(changed(frames, "02-001", "d5", death_due_to_icans="Y"))
    assert cut.table("icans_by_grade").cell("grade_5", "all").subjects == ("02-001",)
    assert "02-001" not in cut.table("icans_onset_duration").cell("duration.n", "all").subjects


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_the_rows_moves_nothing(name, frames):
    shuffled = frames["icans_assessment"].sample(frac=1, random_state=5).reset_index(drop=True)
    assert Cut(frames | {"icans_assessment": shuffled}).table(name) == Cut(frames).table(name)


@pytest.mark.parametrize("name", NAMES)
def test_without_any_assessment_nobody_is_graded(name, frames):
    table = Cut(frames | {"icans_assessment": frames["icans_assessment"].iloc[:0]}).table(name)
    assert not table.rows[0].cells[0].subjects
    if name == "icans_by_grade":
        assert table.cell("not_graded", "all").numbers["n"] == 6


def test_nobody_of_the_demonstration_study_had_neurotoxicity(demo_cut):
    table = demo_cut.table("icans_by_grade")
    cell = table.cell("any", "all")
    assert (cell.numbers["n"], cell.numbers["N"], cell.numbers["percent"]) == (0, 23, 0.0)
    assert table.cell("grade_0", "all").numbers["n"] == 23  # assessed, every one
    maxima = demo_cut["adicans_subject"].set_index("subject")["maximum"]
    for place in calendar.placements():
        assert (maxima[place.code] >= 1) == rows.by_id(place.subject_id).neurotoxicity, place.code


def test_flipping_every_grade_of_the_investigators_moves_no_table(demo_cut):
    frame = demo_cut.frames["icans_assessment"]
    assert set(frame["investigator_grade"]) == {"0"}
    flipped = Cut({**demo_cut.frames, "icans_assessment": frame.assign(investigator_grade="4")})
    for name in NAMES:
        assert flipped.table(name) == demo_cut.table(name)
