"""Times to events: the demonstration study against its rows and an independent program, and what each option changes."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times

from analytics import layout, registry, snapshot
from analytics.datasets.adtte import DOR, FOLLOW_UP, OS, PARAMETERS, PFS, TTNT
from analytics.endpoints.survival import CENSORED, EVENTS
from analytics.figures import draw
from analytics.layout import figure
from analytics.registry import Cut
from crf.demo import calendar, rows
from crf.demo.rows import Row
from tests import database
from tests.analytics import by_hand
from tests.analytics.by_hand import empty
from trial.rules import time_to_event_terms as terms

PROGRESSED = "01-002"  # RECON-21: progression on day 408, a new therapy after it
LASTING = "01-007"  # RECON-11: in response to the end
SURVIVAL = ("progression_free_survival", "overall_survival", "duration_of_response", "time_to_next_treatment")
ENDPOINTS = (*SURVIVAL, "follow_up", "swimmer")
FRAME = {
    "progression_free_survival": PFS,
    "overall_survival": OS,
    "duration_of_response": DOR,
    "time_to_next_treatment": TTNT,
}


@pytest.fixture(scope="module")
def demo(demo_database, django_db_blocker):
    """The frames of the demonstration study, read once; no test changes them in place."""
    with django_db_blocker.unblock(), database.using(demo_database, read_only=True):
        return dict(snapshot.read().frames)


@pytest.fixture(scope="module")
def cut(demo) -> Cut:
    return Cut(demo)


@pytest.fixture(scope="module")
def expected() -> dict[str, Row]:
    return {place.code: rows.by_id(place.subject_id) for place in calendar.placements()}


def text(table, row, column="all") -> str:
    return str(table.cell(row, column).text)


def infused_on(cut: Cut, code: str) -> date:
    return cut["courses_of_myeloma"][code].infused_on


def times(cut: Cut, name: str, code: str, **options: str) -> tuple[int | None, bool | None, str]:
    """Days, event and clause of one subject, as the drill-down of the table explains them."""
    line = cut.details(name, (code,), **options).iloc[0]
    event = None if pd.isna(line["event"]) else bool(line["event"])
    return (None if pd.isna(line["days"]) else int(line["days"])), event, line["clause"]


# --- the demonstration study


def test_every_subject_has_the_progression_free_survival_of_its_row(cut, expected):
    frame = cut["adtte_pfs"].set_index("subject")
    assert set(frame.index) == set(expected) and len(expected) == 23
    for code, row in expected.items():
        line = frame.loc[code]
        # RECON-01 was seen once, and not evaluable: the rules of censoring put it at the start.
        months = 0.0 if row.subject_id == "RECON-01" else row.pfs_months
        assert (line["months_shown"], bool(line["event"])) == (f"{months:.1f}", row.pfs_event), row.subject_id


def test_every_subject_has_the_overall_survival_and_follow_up_of_its_row(cut, expected):
    survival, followed = (cut[name].set_index("subject") for name in ("adtte_os", "adtte_follow_up"))
    for code, row in expected.items():
        shown = (f"{row.os_months:.1f}", row.os_event)
        assert (survival.loc[code, "months_shown"], bool(survival.loc[code, "event"])) == shown, row.subject_id
        assert (followed.loc[code, "months_shown"], not followed.loc[code, "event"]) == shown, row.subject_id


def test_duration_of_response_runs_from_the_first_response_of_the_row(cut, expected):
    frame = cut["adtte_dor"].set_index("subject")
    for code, row in expected.items():
        line = frame.loc[code]
        assert pd.isna(line["event"]) == (row.first_response_day is None), row.subject_id
        if row.first_response_day is not None:
            pfs = cut["adtte_pfs"].set_index("subject").loc[code]
            assert line["days"] == pfs["days"] - row.first_response_day, row.subject_id
            assert line["event"] == pfs["event"], row.subject_id


def test_the_next_treatment_or_death_ends_the_time_to_it_and_death_censors_by_name(cut, expected):
    frame = cut["adtte_ttnt"].set_index("subject")
    treated = {code: course.followed.new_therapy_on for code, course in cut["courses_of_myeloma"].items()}
    assert len([on for on in treated.values() if on]) == 5  # those of crf/demo/followup.py
    for code, row in expected.items():
        line = frame.loc[code]
        assert bool(line["event"]) == bool(treated[code] or row.os_event), row.subject_id
        if treated[code]:
            assert line["date"] == treated[code], row.subject_id
    censored = cut.table("time_to_next_treatment", untreated_death="censored")
    assert censored.cell("events", "all").numbers["n"] == 5


def test_the_default_tables_give_the_published_numbers(cut):
    # Mei et al. 2021: median PFS 17.2 months; follow-up median 9.0, 0.5 to 18.5 months.
    pfs, followed = cut.table("progression_free_survival"), cut.table("follow_up")
    assert text(pfs, "median") == figure(pfs.cell("median", "all").numbers["median"]) == "17.2"
    observed = followed.cell("observed.median", "all").numbers
    assert [figure(observed[name]) for name in ("median", "minimum", "maximum")] == ["9.0", "0.5", "18.5"]
    assert text(followed, "observed.range") == "0.5 to 18.5"


def test_the_interval_of_the_median_and_the_reverse_estimate_are_those_of_the_reconstruction(cut):
    # The notes of the reconstruction: 95 % CI 7.6 to not estimable; reverse Kaplan-Meier median 10.3 months.
    assert text(cut.table("progression_free_survival"), "median.ci") == "7.6 to NE"
    assert text(cut.table("follow_up"), "reverse.median") == "10.3"


@pytest.mark.parametrize("name", SURVIVAL)
@pytest.mark.parametrize("by", ["dose_level", "emd"])
def test_medians_rates_and_limits_are_those_of_lifelines(cut, name, by):
    table, frame = cut.table(name, by=by), cut["times"].frame(FRAME[name])
    compared = 0
    for column in table.columns:
        own = frame[frame["subject"].isin(table.cell("n", column.key).subjects)]
        fitter = KaplanMeierFitter().fit(own["months"], own["event"].astype(bool))
        found = table.cell("median", column.key).numbers
        low, high = median_survival_times(fitter.confidence_interval_).iloc[0]
        # lifelines calls a median that is not reached infinite.
        assert found["median"] == pytest.approx(fitter.median_survival_time_) or found["median"] is None
        assert (found["median"] is None) == (fitter.median_survival_time_ == float("inf"))
        # Where nobody is left lifelines draws the limits to 0; there they are not defined, as in R.
        if fitter.survival_function_.iloc[-1, 0] > 0:
            for ours, theirs in ((found["low"], low), (found["high"], high)):
                assert theirs == float("inf") if ours is None else ours == pytest.approx(theirs)
        for month in (3, 6, 9, 12, 18):
            numbers = table.cell(f"m{month}", column.key).numbers
            if numbers["percent"] is None:
                assert own["months"].max() < month
                continue
            assert numbers["percent"] == pytest.approx(100 * fitter.predict(month))
            limits = fitter.confidence_interval_.loc[:month].iloc[-1] * 100
            if numbers["low"] is not None:
                assert (numbers["low"], numbers["high"]) == pytest.approx(tuple(limits))
                compared += 1
    assert compared >= 5


def test_reverse_kaplan_meier_is_that_of_lifelines(cut):
    own = cut["adtte_follow_up"]
    fitter = KaplanMeierFitter().fit(own["months"], own["event"].astype(bool))
    numbers = cut.table("follow_up").cell("reverse.median", "all").numbers
    assert numbers["median"] == pytest.approx(fitter.median_survival_time_)
    limits = median_survival_times(fitter.confidence_interval_).iloc[0]
    assert (numbers["low"], numbers["high"]) == pytest.approx(tuple(limits))


def test_rates_beyond_the_follow_up_are_not_estimable(cut):
    table = cut.table("progression_free_survival")
    # The longest of 4.0 was seen for 5.5 months, the longest of all for 18.5.
    assert (text(table, "m6", "4.0"), text(table, "m24")) == ("NE", "NE")
    assert text(table, "m18") == "29.6"


def test_columns_are_dose_levels_or_extramedullary_disease(cut, expected):
    doses = [column.n for column in cut.table("progression_free_survival").columns]
    assert doses == [23, 3, 6, 8, 6]
    split = cut.table("progression_free_survival", by="emd")
    assert [(column.key, column.n) for column in split.columns] == [("all", 23), ("emd_yes", 9), ("emd_no", 14)]
    with_lesions = {code for code, row in expected.items() if row.extramedullary}
    assert set(split.cell("n", "emd_yes").subjects) == with_lesions


def test_events_and_censored_subjects_add_up_by_reason(cut):
    for name in SURVIVAL:
        table = cut.table(name)
        for column in table.columns:
            number = {
                row.key: table.cell(row.key, column.key).numbers["n"]
                for row in table.rows
                if row.cells and row.key.split(".")[0] in ("n", "events", "censored")
            }
            assert number["n"] == number["events"] + number["censored"]
            for kind in ("events", "censored"):
                reasons = [n for key, n in number.items() if key.startswith(f"{kind}.")]
                assert sum(reasons) == number[kind] or name == "overall_survival"


def test_every_clause_of_the_ladder_has_one_line():
    clauses = [clause for _label, own in (EVENTS | CENSORED).values() for clause in own]
    assert len(clauses) == len(set(clauses))
    elsewhere = {
        terms.NOT_INFUSED, terms.NO_RESPONSE, terms.DEATH, terms.ALIVE,
    }  # fmt: skip
    assert set(clauses) == set(terms.CLAUSES) - elsewhere


# --- the forms behind


def test_the_forms_behind_a_time_are_those_that_decided(cut):
    forms = {name: cut[f"adtte_{name}"].set_index("subject")["forms"] for name in ("pfs", "os", "dor")}
    assert '["myeloma_laboratory", "u1", 1]' in forms["pfs"][PROGRESSED]
    assert forms["pfs"]["01-010"] == '[["car_t_infusion", "d0", 1]]'  # RECON-01: censored at the start
    assert forms["os"]["01-006"] == '[["death", "u2", 1]]'
    assert forms["os"][PROGRESSED].startswith('[["survival_status", "u3", 1]')
    assert '["myeloma_laboratory", "m1", 1]' in forms["dor"][PROGRESSED]  # the first response, where it starts


def test_every_form_behind_a_time_is_in_the_cut(cut, demo):
    there = {
        (name, row.subject, "" if pd.isna(row.visit) else row.visit, row.occurrence)
        for name, frame in demo.items()
        if {"visit", "occurrence", "status"} <= set(frame.columns)
        for row in frame.itertuples()
    }
    seen = 0
    for row in cut["adtte"].itertuples():
        for form, visit, occurrence in json.loads(row.forms):
            assert (form, row.subject, visit, occurrence) in there
            seen += 1
    assert seen > 200


def test_the_long_data_set_holds_every_parameter_and_nobody_to_whom_it_does_not_apply(cut):
    counted = cut["adtte"].groupby("parameter")["subject"].count().to_dict()
    assert counted == {"PFS": 23, "OS": 23, "DOR": 20, "TTNT": 23, "FU": 23}
    assert set(counted) == set(PARAMETERS)
    assert cut["adtte"]["event"].notna().all()


# --- options


def test_a_new_therapy_censors_or_is_ignored(demo, cut):
    # The therapy of RECON-21 moved from after its progression (day 408) to before it.
    therapy = demo["subsequent_therapy"].copy()
    therapy.loc[therapy["subject"] == PROGRESSED, "started_on"] = infused_on(cut, PROGRESSED) + timedelta(days=300)
    changed = Cut(demo | {"subsequent_therapy": therapy})
    name = "progression_free_survival"
    days, event, clause = times(changed, name, PROGRESSED)
    assert (event, clause) == (False, terms.NEW_THERAPY)
    assert days <= 300
    assert times(changed, name, PROGRESSED, new_therapy="ignored") == (408, True, terms.PROGRESSED)
    default, ignored = changed.table(name), changed.table(name, new_therapy="ignored")
    assert default.cell("censored.new_therapy", "all").subjects == (PROGRESSED,)
    assert ignored.cell("censored.new_therapy", "all").subjects == ()
    assert (default.cell("events", "all").numbers["n"], ignored.cell("events", "all").numbers["n"]) == (6, 7)
    assert "subsequent_therapy" in changed.details(name, (PROGRESSED,))["forms"].iloc[0]
    assert any("is ignored" in str(note) for note in ignored.footnotes)


def test_a_response_under_a_new_therapy_is_no_response_where_that_is_ignored(demo, cut):
    # A therapy on the day after the infusion of a responder: everything seen later is its work.
    start = infused_on(cut, LASTING) + timedelta(days=1)
    line = {"subject": LASTING, "started_on": start, "intent": "ANTI_MYELOMA"}
    early = pd.concat([demo["subsequent_therapy"], pd.DataFrame([demo["subsequent_therapy"].iloc[0].to_dict() | line])])
    changed = Cut(demo | {"subsequent_therapy": early.reset_index(drop=True)})
    for option in ("censors", "ignored"):
        assert times(changed, "duration_of_response", LASTING, new_therapy=option)[1] is None
    assert times(changed, "progression_free_survival", LASTING, new_therapy="ignored")[0] == 259


def test_missed_assessments_censor_or_never(demo, cut):
    day = infused_on(cut, PROGRESSED)
    gone = [infused_on(cut, PROGRESSED) + timedelta(days=n) for n in (100, 400)]
    changed = dict(demo)
    for name, column in (("myeloma_laboratory", "sampled_on"), ("bone_marrow", "sampled_on"),
                         ("extramedullary_lesions", "imaged_on"), ("response_assessment", "assessed_on")):  # fmt: skip
        frame = demo[name]
        between = frame[column].map(lambda on: on is not None and gone[0] < on < gone[1])
        changed[name] = frame[~((frame["subject"] == PROGRESSED) & between)].reset_index(drop=True)
    there = Cut(changed)
    days, event, clause = times(there, "progression_free_survival", PROGRESSED)
    assert (event, clause) == (False, terms.GAP)
    assert day + timedelta(days=days) <= gone[0]
    assert times(there, "progression_free_survival", PROGRESSED, missed="never") == (408, True, terms.PROGRESSED)
    assert there.table("progression_free_survival").cell("censored.missed", "all").subjects == (PROGRESSED,)


def dying(demo, days: dict[str, date]) -> Cut:
    """The study where these subjects die, and nobody else does."""
    row = demo["death"].iloc[0].to_dict()
    lines = [row | {"subject": code, "site": code[:2], "died_on": on, "cause": "OTHER"} for code, on in days.items()]
    return Cut(demo | {"death": pd.DataFrame(lines).astype(demo["death"].dtypes.to_dict())})


def test_death_in_response_is_an_event_or_censored(demo, cut):
    died = infused_on(cut, LASTING) + timedelta(days=270)
    changed = dying(demo, {LASTING: died})
    start = cut["adtte_dor"].set_index("subject").loc[LASTING, "start"]
    name = "duration_of_response"
    assert times(changed, name, LASTING) == ((died - start).days, True, terms.DIED)
    before = cut["adtte_dor"].set_index("subject").loc[LASTING, "days"]
    assert times(changed, name, LASTING, death="censored") == (before, False, terms.DEATH_CENSORED)
    assert changed.table(name, death="censored").cell("censored.death", "all").subjects == (LASTING,)
    # Progression-free survival has no such choice: the death is an event.
    assert times(changed, "progression_free_survival", LASTING) == (270, True, terms.DIED)


def test_every_option_and_its_value_is_printed(cut):
    for name in ENDPOINTS:
        plain = cut.table(name)
        assert plain.options == {option.name: option.default for option in registry.find(name).options}
        for option in registry.find(name).options:
            for value in option.choices:
                table = cut.table(name, **{option.name: value})
                assert table.options[option.name] == value
                if value != option.default and option.name != "curves":
                    assert (table.footnotes, table.columns) != (plain.footnotes, plain.columns)


def test_the_default_options_are_explained_by_the_registered_data_sets(cut):
    # Their records are kept once for all choices of options: it must be the very same frame.
    for name in ENDPOINTS:
        entry = registry.find(name)
        assert cut.explained(name)[1] is cut[entry.details]
        assert set(entry.detail_columns) <= set(cut[entry.details].columns)


# --- figures against tables


@pytest.mark.parametrize("name", SURVIVAL)
@pytest.mark.parametrize("curves", ["all", "groups"])
def test_the_figure_shows_the_numbers_of_the_table(cut, name, curves):
    table = cut.table(name, curves=curves)
    data = table.figure.data
    keys = [column.key for column in table.columns if table.cell("n", column.key).numbers["n"]]
    assert [curve["key"] for curve in data["curves"]] == (["all"] if curves == "all" else keys[1:])
    for curve in data["curves"]:
        median = table.cell("median", curve["key"]).numbers
        assert [curve[key] for key in ("n", "events", "median", "median_low", "median_high")] == [
            median[key] for key in ("n", "events", "median", "low", "high")
        ]
        for month in (3, 6, 9, 12, 18):
            numbers = table.cell(f"m{month}", curve["key"]).numbers
            if month in data["ticks"]:
                assert curve["at_risk"][data["ticks"].index(month)] == numbers["at_risk"]
            heights = [100 * s for time, s in zip(curve["times"], curve["survival"], strict=True) if time <= month]
            if numbers["percent"] is not None and heights:
                assert heights[-1] == pytest.approx(numbers["percent"])
        assert len(curve["censored_at"]) <= curve["n"] - curve["events"]


def test_the_overall_curve_is_at_risk_at_every_third_month(cut):
    data = cut.table("progression_free_survival").figure.data
    assert data["ticks"] == [0, 3, 6, 9, 12, 15, 18, 21]
    # Counted from the rows: subjects whose time is not earlier; RECON-01 is censored at 0.
    assert data["curves"][0]["at_risk"] == [23, 20, 14, 9, 6, 3, 1, 0]


def test_lanes_of_the_swimmer_plot_are_the_lines_of_its_table(cut, expected):
    table = cut.table("swimmer")
    lanes = {lane["subject"]: lane for lane in table.figure.data["lanes"]}
    assert set(lanes) == set(expected) == {row.key for row in table.rows} - {"all"}
    for code, row in expected.items():
        lane = lanes[code]
        marks = {mark["kind"]: mark["at"] for mark in lane["marks"]}
        assert figure(lane["months"]) == text(table, code, "followed") == f"{row.os_months:.1f}"
        assert text(table, code, "best").upper() == row.best_response.upper()
        assert ("progression" in marks) == row.pfs_event
        assert ("death" in marks) == lane["died"] == row.os_event
        assert lane["ongoing"] == (not row.pfs_event and not row.os_event)
        for kind in ("progression", "death", "response", "new_therapy"):
            assert text(table, code, kind) == figure(marks.get(kind))
        for bar in lane["bars"]:
            assert 0 < bar["from"] < bar["to"] <= lane["months"]


def test_the_swimmer_table_counts_what_its_lines_say(cut):
    table = cut.table("swimmer")
    # 22 with a response that was judged, 20 responders, 7 progressions, 3 deaths; RECON-01 is not evaluable.
    assert [text(table, "all", key) for key in ("followed", "best", "response", "progression", "death")] == [
        "9.0", "22", "20", "7", "3",
    ]  # fmt: skip
    months = [table.cell(row.key, "followed").numbers["months"] for row in table.rows[1:]]
    assert months == sorted(months, reverse=True)


# --- small, empty and extreme cuts


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_empty_cut_has_its_table_and_its_figure(name):
    table = Cut(empty()).table(name)
    assert table.rows
    assert not any(cell.subjects for row in table.rows for cell in row.cells)
    assert all(str(cell.text) in ("0", "–") for row in table.rows for cell in row.cells)
    assert "No subjects to show" in draw(table.figure)
    assert layout.unpack(layout.pack(table)) == table


@pytest.mark.parametrize("code", [PROGRESSED, LASTING])
@pytest.mark.parametrize("name", ENDPOINTS)
def test_one_subject_alone_has_its_table(demo, name, code):
    table = Cut(by_hand.only(demo, [code])).table(name)
    assert {code} == {one for row in table.rows for cell in row.cells for one in cell.subjects}
    assert draw(table.figure).startswith("<svg")
    if name == "progression_free_survival":
        # One progression on day 408: the median is its time and nothing has limits; without one nothing is reached.
        assert text(table, "median") == ("13.4" if code == PROGRESSED else "NE")
        assert text(table, "m18") == ("0.0" if code == PROGRESSED else "NE")


def test_nobody_with_an_event(demo):
    frames = dict(demo)
    for name in ("death", "subsequent_therapy"):
        frames[name] = frames[name].iloc[:0]
    progressed = set(Cut(demo)["adtte_pfs"].query("event")["subject"])
    frames = by_hand.without(frames, progressed)
    for name in SURVIVAL:
        table = Cut(frames).table(name)
        assert table.cell("n", "all").numbers["n"] > 0
        assert text(table, "events") == "0 (0.0 %)"
        assert (text(table, "median"), text(table, "m3"), text(table, "m3.ci")) == ("NE", "100.0", "NE")


def test_everybody_with_an_event(demo, cut):
    last = {line.subject: line.start + timedelta(days=int(line.days) + 1) for line in cut["adtte_os"].itertuples()}
    changed = dying(demo, last)
    table = changed.table("overall_survival")
    assert text(table, "events") == "23 (100.0 %)"
    # Every day of death is one after the last contact: the median is the 12th of 23, day 275.
    assert table.cell("median", "all").numbers["median"] == pytest.approx(275 / 30.4375)
    # After the last death nobody is left: that is an estimate, not a lack of one.
    assert (text(table, "m24"), text(table, "m24.ci")) == ("0.0", "NE")
    assert text(changed.table("follow_up"), "reverse.median") == "NE"


def test_a_subject_who_was_not_infused_is_counted_and_not_estimated(demo):
    frames = dict(demo)
    subjects = frames["subject"].copy()
    subjects.loc[subjects["subject"] == "01-001", "infused_at"] = pd.NaT
    cut = Cut(frames | {"subject": subjects})
    table = cut.table("progression_free_survival", population="enrolled")
    assert table.columns[0].n == 23
    assert table.cell("n", "all").numbers["n"] == 22
    assert cut.table("progression_free_survival").columns[0].n == 22
    line = cut["adtte_pfs"].set_index("subject").loc["01-001"]
    assert line["clause"] == terms.NOT_INFUSED
    assert pd.isna(line["days"])


def test_the_investigators_response_moves_no_time(demo, cut):
    flipped = demo["response_assessment"].assign(investigator_response="PD", investigator_emd_response="PD")
    changed = Cut(demo | {"response_assessment": flipped})
    for name in ENDPOINTS:
        assert changed.table(name) == cut.table(name)


def test_the_order_of_the_rows_moves_no_time(demo, cut):
    shuffled = Cut({name: frame.sample(frac=1, random_state=7).reset_index(drop=True) for name, frame in demo.items()})
    for name in ENDPOINTS:
        assert shuffled.table(name) == cut.table(name)


def test_follow_up_is_that_of_the_last_contact_not_of_the_last_assessment(cut):
    # RECON-19 progressed at 7.6 months and was alive at 14.8.
    line = cut["adtte_follow_up"].set_index("subject").loc["01-003"]
    assert (line["months_shown"], bool(line["event"])) == ("14.8", True)
    assert cut["times"].frame(FOLLOW_UP) is cut["adtte_follow_up"]
