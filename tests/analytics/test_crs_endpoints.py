"""CRS endpoints over eight invented subjects; every expected number is counted from conftest.py by hand."""

import pandas as pd
import pytest
from django.utils import translation

from analytics import registry
from analytics.datasets.adcrs import reason
from analytics.registry import Cut, Unknown


def text(table, row, column="all"):
    return str(table.cell(row, column).text)


def test_maximum_grades_are_those_counted_by_hand(frames):
    table = Cut(frames).table("crs_by_grade")
    # 6 treated: grades 0, 1, 3, 1, 2 and one subject never assessed.
    assert {row: text(table, row) for row in ("any", "grade_1_2", "grade_3_plus", "not_graded")} == {
        "any": "4 (66.7 %)", "grade_1_2": "3 (50.0 %)", "grade_3_plus": "1 (16.7 %)", "not_graded": "1 (16.7 %)",
    }  # fmt: skip
    assert [table.cell(f"grade_{n}", "all").numbers["n"] for n in range(6)] == [1, 2, 1, 1, 0, 0]


def test_every_cell_knows_its_subjects(frames):
    table = Cut(frames).table("crs_by_grade")
    assert table.cell("grade_1", "all").subjects == ("01-002", "02-001")
    assert table.cell("grade_1", "1.0").subjects == ("01-002",)
    assert table.cell("grade_3_plus", "2.0").subjects == ("01-003",)
    assert table.cell("not_graded", "all").subjects == ("02-005",)
    for row in table.rows:
        for cell in row.cells:
            assert len(cell.subjects) == cell.numbers["n"]


def test_grades_of_a_column_add_up_to_its_denominator(frames):
    table = Cut(frames).table("crs_by_grade")
    for column in table.columns:
        lines = [f"grade_{n}" for n in range(6)] + ["not_graded"]
        assert sum(table.cell(line, column.key).numbers["n"] for line in lines) == column.n


def test_columns_are_the_population_and_its_dose_levels_with_their_numbers(frames):
    table = Cut(frames).table("crs_by_grade")
    assert [str(column) for column in table.columns] == [
        "All treated (N = 6)",
        "1.0 × 10⁶/kg (N = 3)",
        "2.0 × 10⁶/kg (N = 3)",
    ]


def test_interval_of_one_of_three_is_exact(frames):
    # Clopper-Pearson for 1 of 3: 0.84 % to 90.57 % (tables of the exact binomial interval).
    assert text(Cut(frames).table("crs_by_grade"), "any.ci", "1.0") == "0.8 to 90.6"


def test_population_is_an_option_that_the_table_prints(frames):
    cut = Cut(frames)
    enrolled = cut.table("crs_by_grade", population="enrolled")
    assert enrolled.columns[0].n == 7
    assert enrolled.options == {"population": "enrolled"}
    assert "All enrolled" in str(enrolled.footnotes[0])
    assert cut.table("crs_by_grade", population="crs_evaluable").columns[0].n == 5
    assert cut.table("crs_by_grade").options == {"population": "treated"}


def test_an_unknown_option_or_value_is_refused(frames):
    with pytest.raises(Unknown, match="no option colour"):
        Cut(frames).table("crs_by_grade", colour="red")
    with pytest.raises(Unknown, match="one of treated"):
        Cut(frames).table("crs_by_grade", population="everybody")
    with pytest.raises(Unknown, match="no endpoint"):
        Cut(frames).table("crs_by_moon")


def test_onset_maximum_and_duration_are_those_counted_by_hand(frames):
    table = Cut(frames).table("crs_onset_duration")
    # Onsets 2, 1, 3, 1; first day at the maximum 2, 2, 3, 4; resolved durations 3, 3 and 4 (day 1 to day 4).
    assert text(table, "with_crs") == "4"
    assert (text(table, "onset.median"), text(table, "onset.range")) == ("1.5", "1 to 3")
    assert (text(table, "maximum.median"), text(table, "maximum.range")) == ("2.5", "2 to 4")
    assert (text(table, "duration.n"), text(table, "duration.median")) == ("3", "3.0")
    assert text(table, "duration.range") == "3 to 4"


def test_an_ongoing_episode_is_named_and_censored_not_summarised(frames):
    table = Cut(frames).table("crs_onset_duration")
    assert "02-001" not in table.cell("duration.n", "all").subjects
    assert any("02-001" in str(note) for note in table.footnotes)
    km = table.cell("km.median", "all")
    # Days 3, 3, 4 with resolution and 2+ censored: at risk 3 at day 3, S = 1/3, so the median is 3.
    assert (km.numbers["n"], km.numbers["events"], km.numbers["median"]) == (4, 3, 3.0)
    assert km.subjects == ("01-002", "01-003", "02-001", "02-002")


def test_days_are_those_of_the_site_clock(frames):
    # 07:00 at the site on day 2 is still day 1 in UTC: without the site's clock the onset would be a day early.
    local = Cut(frames)["adcrs_subject"].set_index("subject")["onset_day"]
    assert local["01-002"] == 2
    utc = Cut(frames | {"subject": frames["subject"].drop(columns="timezone")})["adcrs_subject"]
    assert utc.set_index("subject")["onset_day"]["01-002"] == 1


def test_treatments_are_counted_among_all_and_among_those_with_crs(frames):
    table = Cut(frames).table("crs_treatment")
    assert text(table, "all.tocilizumab") == "1 (16.7 %)"
    assert text(table, "crs.tocilizumab") == "1 (25.0 %)"
    assert table.cell("crs.other_anticytokine", "all").subjects == ("02-002",)
    assert table.cell("crs.steroid", "all").subjects == ("01-003",)
    assert text(table, "crs") == "N = 4"


def test_a_vasopressor_for_another_cause_is_not_treatment_of_crs(frames):
    table = Cut(frames).table("crs_treatment")
    assert table.cell("all.vasopressor", "all").subjects == ("01-003",)


def test_an_anticytokine_drug_without_a_name_has_a_line_of_its_own(frames):
    changed = frames["crs_assessment"].copy()
    changed.loc[changed["anticytokine_drug"] == "SILTUXIMAB", "anticytokine_drug"] = None
    table = Cut(frames | {"crs_assessment": changed}).table("crs_treatment")
    assert table.cell("all.unnamed_anticytokine", "all").subjects == ("02-002",)
    assert table.cell("all.other_anticytokine", "all").subjects == ()


def test_the_investigators_grade_moves_nothing(frames):
    flipped = frames | {"crs_assessment": frames["crs_assessment"].assign(investigator_grade="4")}
    for name in registry.endpoints():
        assert Cut(frames).table(name) == Cut(flipped).table(name)


def test_the_order_of_the_rows_moves_nothing(frames):
    shuffled = {name: frame.sample(frac=1, random_state=3).reset_index(drop=True) for name, frame in frames.items()}
    for name in registry.endpoints():
        assert Cut(frames).table(name) == Cut(shuffled).table(name)


def test_several_episodes_are_first_onset_maximum_and_last_resolution(frames):
    cut = Cut(frames)
    line = cut["adcrs_subject"].set_index("subject").loc["02-002"]
    assert (line["episodes"], line["onset_day"], line["maximum"], line["end_day"], line["duration_days"]) == (
        2,
        1,
        2,
        4,
        4,
    )
    episodes = cut["adcrs_episode"].query("subject == '02-002'")
    assert list(episodes["duration_days"]) == [1, 1]
    assert list(episodes["onset_day"]) == [1, 4]


def test_each_assessment_carries_grade_clause_and_version_of_the_rule(frames):
    adcrs = Cut(frames)["adcrs"]
    line = adcrs.query("subject == '01-003' and visit == 'd2'").iloc[0]
    assert (line["grade"], line["rule"], line["assessed_day"], line["episode"]) == (3, "astct_2019", 2, 1)
    assert line["clause"].startswith("One vasopressor")
    assert len(adcrs) == len(frames["crs_assessment"])


def test_the_reason_of_a_grade_can_be_read_as_a_sentence(frames):
    line = Cut(frames)["adcrs"].query("subject == '02-002' and visit == 'd4'").iloc[0]
    assert reason(line["clause"], line["shown"]) == "Nasal cannula at 2.0 L/min, not above 6.0 L/min: low flow."
    assert reason(None, None) is None
    line = Cut(frames)["adcrs"].query("subject == '01-003' and visit == 'd2'").iloc[0]
    with translation.override("zh-hans"):
        assert reason(line["clause"], line["shown"]) == "一种升压药，合用或不合用血管加压素（去甲肾上腺素）。"


def test_an_assessment_before_the_infusion_or_not_done_has_no_grade(frames):
    adcrs = Cut(frames)["adcrs"].set_index(["subject", "visit"])
    assert pd.isna(adcrs.loc[("01-001", "screening"), "grade"])
    assert pd.isna(adcrs.loc[("01-002", "d7"), "grade"])


def test_a_missing_item_names_the_subject_whose_maximum_may_be_higher(frames):
    changed = frames["crs_assessment"].copy()
    changed.loc[(changed["subject"] == "01-002") & (changed["visit"] == "d3"), "oxygen"] = None
    table = Cut(frames | {"crs_assessment": changed}).table("crs_by_grade")
    assert "maximum may be higher: 01-002" in str(table.footnotes[-1])
    assert not any("maximum may be higher" in str(note) for note in Cut(frames).table("crs_by_grade").footnotes)


def test_a_death_due_to_crs_is_grade_5_and_its_duration_is_censored(frames):
    changed = frames["crs_assessment"].copy()
    changed.loc[(changed["subject"] == "02-001") & (changed["visit"] == "d4"), "death_due_to_crs"] = "Y"
    cut = Cut(frames | {"crs_assessment": changed})
    assert cut.table("crs_by_grade").cell("grade_5", "all").subjects == ("02-001",)
    assert "02-001" not in cut.table("crs_onset_duration").cell("duration.n", "all").subjects


def test_enrolment_counts_each_stage_by_site_and_by_dose_level(frames):
    table = Cut(frames).table("enrolment")

    def line(row):
        return [table.cell(row, column.key).numbers["n"] for column in table.columns]

    # screened, screen failed, enrolled, infused, withdrawn, CRS-evaluable
    assert line("all") == [8, 1, 7, 6, 1, 5]
    assert line("site.01") == [3, 0, 3, 3, 0, 3]
    assert line("site.02") == [5, 1, 4, 3, 1, 2]
    assert line("dose.1.0") == [3, 0, 3, 3, 0, 2]
    assert line("dose.2.0") == [4, 0, 4, 3, 1, 3]
    assert text(table, "site.02", "infused") == "3 (60.0 %)"


def test_details_say_where_the_maximum_was_seen(frames):
    cut = Cut(frames)
    shown = cut.details("crs_by_grade", cut.table("crs_by_grade").cell("grade_3", "all").subjects)
    assert list(shown["subject"]) == ["01-003"]
    assert (shown.loc[0, "visit"], shown.loc[0, "occurrence"]) == ("d2", 1)
    assert set(registry.find("crs_by_grade").detail_columns) <= set(shown.columns)


@pytest.mark.parametrize("name", registry.endpoints())
def test_every_endpoint_runs_on_the_empty_cut(name, empty_frames):
    table = Cut(empty_frames).table(name)
    assert table.rows and table.footnotes
    for row in table.rows:
        for cell in row.cells:
            assert cell.subjects == ()
            assert str(cell.text) in {"–", "0", "N = 0", "not opened"}


@pytest.mark.parametrize("name", registry.endpoints())
def test_every_endpoint_runs_for_every_choice_of_every_option(name, frames):
    cut = Cut(frames)
    for option in registry.find(name).options:
        for value in option.choices:
            assert cut.table(name, **{option.name: value}).options[option.name] == value


@pytest.mark.parametrize("name", registry.endpoints())
def test_every_endpoint_says_what_it_is_and_explains_its_cells(name, frames):
    entry = registry.find(name)
    assert str(entry.title) and str(entry.definition)
    assert set(entry.detail_columns) <= set(Cut(frames)[entry.details].columns)
    assert set(registry.forms(name)) <= set(frames)


@pytest.mark.parametrize("name", registry.datasets())
def test_every_data_set_has_the_same_types_with_and_without_rows(name, demo_cut):
    full = demo_cut[name]
    empty = Cut({name: frame.iloc[:0] for name, frame in demo_cut.frames.items()})[name]
    assert list(full.columns) == list(empty.columns)
    assert (len(full) > 0 or name == "adsae") and len(empty) == 0  # nobody had a serious event
    derived = [column for column in full.columns if full[column].dtype in ("Int64", "bool")]
    assert all(empty[column].dtype == full[column].dtype for column in derived)


def test_a_frame_that_lacks_a_column_is_named(frames):
    broken = frames | {"crs_assessment": frames["crs_assessment"].drop(columns="assessed_at")}
    with pytest.raises(ValueError, match="crs_assessment lacks assessed_at"):
        Cut(broken).table("crs_by_grade")


def test_a_cut_without_a_frame_says_which(frames):
    del frames["crs_assessment.vasopressors"]
    with pytest.raises(Unknown, match="crs_assessment.vasopressors"):
        Cut(frames).table("crs_by_grade")


def test_endpoints_name_the_forms_they_rest_on():
    forms = registry.forms("crs_by_grade")
    assert {"car_t_infusion", "crs_assessment", "crs_assessment.vasopressors", "demographics", "subject"} <= set(forms)
    # Populations are columns of adsl, and some of them follow from the myeloma forms; none from these.
    assert not {"icans_assessment", "adverse_event", "cart_persistence"} & set(forms)
