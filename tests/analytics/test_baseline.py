"""Demographics and disease at entry: the small cut by hand (safety_frames.py), and every row of the demonstration study."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from analytics import details
from analytics.endpoints.baseline import CODED, FOUND
from analytics.partial_dates import Span, end, middle, onset, span
from analytics.registry import Cut
from crf import codelists
from crf.demo import calendar, rows
from crf.models.myeloma_history import MyelomaHistory
from tests.analytics.by_hand import made


def text(table, row, column="all"):
    return str(table.cell(row, column).text)


def test_age_is_a_difference_of_calendar_years_at_screening(frames):
    adsl = Cut(frames)["adsl"]
    assert set(adsl["age"]) == {65}  # born 1960, screened 2025
    table = Cut(frames).table("baseline")
    assert (text(table, "age.median"), text(table, "age.older"), text(table, "age.missing")) == (
        "65.0", "6 (100.0 %)", "0 (0.0 %)",
    )  # fmt: skip


def test_codes_are_counted_and_what_is_not_recorded_has_a_line(frames):
    table = Cut(frames).table("baseline")
    # Six treated; 02-005 has no history form, the abnormality of 02-001 is blank.
    assert text(table, "heavy_chain.igg") == "3 (50.0 %)"
    assert table.cell("heavy_chain.light_chain_only", "all").subjects == ("01-003",)
    assert table.cell("heavy_chain.missing", "all").subjects == ("02-005",)
    assert table.cell("cytogenetic_abnormality.y", "all").subjects == ("01-001", "02-002")
    assert table.cell("cytogenetic_abnormality.u", "all").subjects == ("01-003",)
    assert table.cell("cytogenetic_abnormality.missing", "all").subjects == ("02-001", "02-005")
    assert table.cell("emd_at_entry.y", "all").subjects == ("01-001", "02-001")
    assert table.cell("paramedullary_at_entry.y", "2.0").subjects == ("01-003", "02-001")
    assert table.cell("abnormalities.del_17p", "all").subjects == ("01-001", "02-002")


def test_the_lines_of_a_code_part_the_column(frames):
    table = Cut(frames).table("baseline")
    for name in CODED:
        lines = [row for row in table.rows if row.key.startswith(f"{name}.")]
        for at, column in enumerate(table.columns):
            assert sum(row.cells[at].numbers["n"] for row in lines) == column.n, name


def test_lines_of_therapy_are_summarised_of_those_recorded(frames):
    table = Cut(frames).table("baseline")
    assert (text(table, "prior_lines.n"), text(table, "prior_lines.median"), text(table, "prior_lines.range")) == (
        "5", "4.0", "2 to 9",
    )  # fmt: skip


def test_years_since_diagnosis_take_the_middle_of_what_is_known(frames):
    years = Cut(frames)["adsl"].set_index("subject")["years_since_diagnosis"]
    assert years["01-001"] == pytest.approx(1826 / 365.25)  # 2020-10-20 to 2025-10-20
    assert years["01-002"] == pytest.approx((date(2025, 10, 20) - date(2015, 7, 1)).days / 365.25)
    assert years["01-003"] == pytest.approx((date(2025, 10, 20) - date(2018, 3, 15)).days / 365.25)
    assert years.isna()["02-001"] and years.isna()["02-005"]


def test_the_newest_history_counts_and_one_that_was_not_done_says_nothing(frames):
    usual = frames["myeloma_history"]
    more = made(
        "myeloma_history",
        [
            {"subject": "01-001", "visit": "u1", "assessed_on": date(2025, 10, 30), "prior_lines": 4},
            {"subject": "01-002", "visit": "u1", "status": "NOT_DONE"},
        ],
    )
    assert Cut(frames)["adsl"].set_index("subject").loc["01-001", "prior_lines"] == 3
    for order in ([usual, more], [more, usual]):
        adsl = Cut(frames | {"myeloma_history": pd.concat(order, ignore_index=True)})["adsl"].set_index("subject")
        assert (adsl.loc["01-001", "prior_lines"], adsl.loc["01-002", "prior_lines"]) == (4, 5)


def test_every_label_is_that_of_the_form():
    lists = {
        "sex": codelists.Sex,
        "ethnicity": codelists.Ethnicity,
        "heavy_chain": codelists.HeavyChain,
        "light_chain": codelists.LightChain,
    }
    for name, codes in lists.items():
        assert {code: str(label) for code, label in CODED[name][1].items()} == {
            code: str(label) for code, label in codes.choices
        }
    items = MyelomaHistory.declared.items
    named = FOUND | {name: CODED[name][0] for name in CODED if name in items}
    assert {name: str(label) for name, label in named.items()} == {name: str(items[name].about.label) for name in named}


def test_each_subject_opens_its_forms(frames):
    cut = Cut(frames)
    shown = cut.details("baseline", cut.table("baseline").cell("sex.f", "all").subjects).set_index("subject")
    assert shown.loc["01-001", "forms"] == (
        '[["demographics", "screening", 1], ["myeloma_history", "screening", 1], ["car_t_infusion", "d0", 1]]'
    )
    assert "myeloma_history" not in shown.loc["02-005", "forms"]


def test_every_demonstration_subject_has_the_age_lines_and_abnormality_of_its_row(demo_cut):
    adsl = demo_cut["adsl"].set_index("subject")
    for place in calendar.placements():
        row, line = rows.by_id(place.subject_id), adsl.loc[place.code]
        # The row counts the age in the year of the infusion, the table in the year of screening.
        assert line["age"] == row.age - (place.infused_at.year - place.screened_on.year), place.code
        assert (line["sex"], line["prior_lines"]) == (row.sex, row.prior_lines), place.code
        assert line["cytogenetic_abnormality"] == ("Y" if row.cytogenetic_abnormality else "N"), place.code
        assert line["emd_at_entry"] == ("Y" if row.extramedullary else "N"), place.code


def test_the_demonstration_study_has_the_counts_of_its_file(demo_cut):
    table = demo_cut.table("baseline")
    read = rows.read()
    for key, wanted in (
        ("sex.m", sum(row.sex == "M" for row in read)),
        ("cytogenetic_abnormality.y", sum(row.cytogenetic_abnormality for row in read)),
        ("emd_at_entry.y", sum(row.extramedullary for row in read)),
    ):
        assert table.cell(key, "all").numbers["n"] == wanted, key
    lines = table.cell("prior_lines.range", "all").numbers
    assert (lines["minimum"], lines["maximum"]) == (2, 9)  # an earlier public report: 2 to 9 lines


# --- partial dates


def test_a_partial_date_spans_the_days_that_it_may_mean():
    assert span("2019") == Span(date(2019, 1, 1), date(2019, 12, 31))
    assert span("2020-02") == Span(date(2020, 2, 1), date(2020, 2, 29))
    assert span("2020-02-07") == Span(date(2020, 2, 7), date(2020, 2, 7))
    assert span("2019-02-31") == Span(date(2019, 2, 1), date(2019, 2, 28))  # no such day: the month is known
    assert span(None) is None
    assert span("") is None


INFUSION = date(2019, 4, 15)


@pytest.mark.parametrize(
    ("began", "ended", "day"),
    [
        ("2019-04-02", None, date(2019, 4, 2)),  # complete: as it is
        ("2019-04", None, INFUSION),  # the month of the infusion
        ("2019", None, INFUSION),
        ("2019-05", None, date(2019, 5, 1)),
        ("2019-03", None, date(2019, 3, 1)),
        ("2018", None, date(2018, 1, 1)),
        ("2019-04", "2019-04-10", date(2019, 4, 10)),  # over before the infusion, so begun before it
        ("2019-04", "2019-05", INFUSION),
        ("2019-05", "2019-04", date(2019, 5, 1)),  # at odds: not before what is known of the onset
    ],
)
def test_onset_is_completed_by_its_convention(began, ended, day):
    assert onset(span(began), infused_on=INFUSION, ended=span(ended)) == day


def test_without_an_infusion_an_onset_is_the_first_possible_day():
    assert onset(span("2019"), infused_on=None, ended=None) == date(2019, 1, 1)
    assert onset(None, infused_on=INFUSION, ended=None) is None


def test_an_end_is_the_last_possible_day_up_to_the_last_contact():
    assert end(span("2019-05"), last_contact=None) == date(2019, 5, 31)
    assert end(span("2019-05"), last_contact=date(2019, 5, 20)) == date(2019, 5, 20)
    assert end(span("2019-05"), last_contact=date(2019, 4, 20)) == date(2019, 5, 1)
    assert end(span("2019-05-25"), last_contact=date(2019, 5, 20)) == date(2019, 5, 25)
    assert end(None, last_contact=date(2019, 5, 20)) is None


def test_a_day_of_diagnosis_is_the_middle_of_what_is_known():
    assert [middle(span(text)) for text in ("2016", "2016-02", "2016-02-29", None)] == [
        date(2016, 7, 1), date(2016, 2, 15), date(2016, 2, 29), None,
    ]  # fmt: skip


def test_codes_of_the_forms_are_read_in_words_behind_a_cell(frames):
    cut = Cut(frames | {"vital_signs": signs({"01-003": [("screening", 1, 0, "1")]})})
    kept = details.records(cut.details("baseline", ("01-003",)), "baseline")
    (shown,) = details.of("baseline", kept, ["01-003"])
    assert shown.values == (
        "65", "Female", "1 - restricted in strenuous activity", "None: light chains only", "Kappa", "4", "Unknown", "No", "Yes",
    )  # fmt: skip
    assert [form.form for form in shown.forms] == ["demographics", "myeloma_history", "vital_signs", "car_t_infusion"]


def signs(found):
    """Vital signs: visit, occurrence, hours after noon of screening, performance status."""
    began = datetime(2025, 10, 20, 12, tzinfo=UTC)
    return made("vital_signs", [
        {"subject": code, "visit": visit, "occurrence": number, "measured_at": began + timedelta(hours=hours), "ecog": code_}
        for code, lines in found.items()
        for visit, number, hours, code_ in lines
    ])  # fmt: skip


def test_performance_status_is_that_of_the_newest_vital_signs_of_screening(frames):
    found = {
        "01-001": [("screening", 1, 5, "2"), ("screening", 2, 3, "1"), ("m1", 1, 900, "0")],  # the later hour counts
        "01-002": [("screening", 1, 0, "0"), ("screening", 2, 9, None)],  # a blank one says nothing
        "01-003": [("d0", 1, 300, "1")],  # not asked at screening
    }
    cut = Cut(frames | {"vital_signs": signs(found)})
    table = cut.table("baseline")
    assert table.cell("ecog.2", "all").subjects == ("01-001",)
    assert table.cell("ecog.0", "all").subjects == ("01-002",)
    assert "01-003" in table.cell("ecog.missing", "all").subjects
    label = next(str(row.label) for row in table.rows if row.key == "ecog.0")
    assert label == "0 – Fully active, without restriction."
    assert not [row for row in table.rows if row.key in ("ecog.3", "ecog.4", "ecog.5")]
