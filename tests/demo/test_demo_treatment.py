"""What the demonstration subjects were given fits their rows, the flow sheets of CRS and the calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crf.demo import conduct, course, medication, order, rows, treatment
from crf.demo.assessments import last_contact, seen
from crf.demo.blood import LLN, LLN_HAEMOGLOBIN
from crf.demo.blood import forms as blood_forms
from crf.demo.calendar import AS_OF, placement
from crf.demo.disease import disease
from crf.demo.typed import Typed
from trial import protocol, schedule
from trial.rules import ctcae

ROWS = rows.read()
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.subject_id)
ITEM_OF = {
    "NEUTROPENIA": "neutrophils",
    "LEUKOPENIA": "leukocytes",
    "ANAEMIA": "haemoglobin",
    "THROMBOCYTOPENIA": "platelets",
}


def of(row: rows.Row, form: str) -> list[Typed]:
    return [one for one in order.forms(row) if one.form == form]


def data(row: rows.Row, form: str) -> list[dict[str, Any]]:
    return [one.data for one in of(row, form)]


def on(row: rows.Row, day: int) -> date:
    return placement(row.subject_id).on(day)


def day_of(text: str) -> date:
    return datetime.fromisoformat(text).date()


# --- before the infusion


@every_row
def test_as_many_lines_as_the_row_says_one_after_the_other(row: rows.Row) -> None:
    lines = data(row, "prior_therapy")
    assert [line["line"] for line in lines] == [str(n) for n in range(1, row.prior_lines + 1)]
    times = [line[item] for line in lines for item in ("started_on", "ended_on")]
    assert times == sorted(times)
    assert all(line["started_on"] < line["ended_on"] for line in lines)
    assert disease(row.subject_id).diagnosed_on[:7] <= lines[0]["started_on"]
    assert lines[-1]["ended_on"] < f"{placement(row.subject_id).screened_on:%Y-%m}"


@every_row
def test_an_antibody_against_cd38_is_in_the_log_where_the_history_says_so(row: rows.Row) -> None:
    (history,) = data(row, "myeloma_history")
    lines = data(row, "prior_therapy")
    assert ("Y" in [line["anti_cd38"] for line in lines]) == (history["prior_anti_cd38"] == "Y")
    assert history["prior_lines"] == str(len(lines))
    assert all(line["cd38_directed"] == line["anti_cd38"] and line["bcma_directed"] == "N" for line in lines)


@every_row
def test_the_days_before_the_infusion_follow_one_another(row: rows.Row) -> None:
    place = placement(row.subject_id)
    (cells,), (depletion,) = data(row, "leukapheresis"), data(row, "lymphodepletion")
    collected, released = day_of(cells["collected_on"]), day_of(cells["released_on"])
    days = sorted({day_of(dose["given_on"]) for dose in depletion["doses"]})
    assert place.screened_on < place.enrolled_on < collected < released < days[0] < place.infused_at.date()
    assert released - collected >= timedelta(days=10)  # cells take time to grow
    assert [(day - place.infused_at.date()).days for day in days] == [-5, -4, -3]
    assert day_of(depletion["started_on"]) == days[0]
    for bridging in data(row, "bridging_therapy"):
        assert collected < day_of(bridging["started_on"]) <= day_of(bridging["ended_on"]) < days[0]


def test_the_doses_are_those_of_the_protocol_but_for_two_subjects_with_kidneys_to_spare() -> None:
    lower = set()
    for row in ROWS:
        for dose in data(row, "lymphodepletion")[0]["doses"]:
            least, most = protocol.LYMPHODEPLETION_DOSES[dose["drug"]]
            assert Decimal(dose["dose"]) <= most
            assert Decimal(dose["dose"]) >= least or dose["reduced"] == "Y"
            lower |= {row.subject_id} if dose["reduced"] == "Y" else set()
    assert lower == {"RECON-04", "RECON-06"}  # light chain disease with much protein in the urine


# --- what the flow sheets say was given


def crs_days(row: rows.Row, item: str, drug_item: str) -> set[tuple[str, date]]:
    """Drug and day of every CRS assessment that says it was given."""
    typed = [one for one in course.forms_for(row) if one.form == "crs_assessment"]
    return {(str(one.data[drug_item]), one.on) for one in typed if one.data[item] == "Y"}


@every_row
def test_tocilizumab_and_steroids_are_logged_on_the_days_of_the_flow_sheet_and_on_no_other(row: rows.Row) -> None:
    logged = data(row, "concomitant_medication")
    for mark, names, item in (
        ("TOCILIZUMAB", {"Tocilizumab": "TOCILIZUMAB"}, "anticytokine"),
        ("STEROID", {"Dexamethasone": "DEXAMETHASONE", "Methylprednisolone": "METHYLPREDNISOLONE"}, "steroid"),
    ):
        found = [one for one in logged if one["marked"] == mark]
        assert {(names[one["drug"]], day_of(one["started_on"])) for one in found} == crs_days(row, item, f"{item}_drug")
        assert all(one["started_on"] == one["ended_on"] and one["indication"] == "CRS" for one in found)
    assert any(one["marked"] == "TOCILIZUMAB" for one in logged) == row.tocilizumab
    assert any(one["marked"] == "STEROID" for one in logged) == row.steroid


@every_row
def test_every_vasopressor_of_the_flow_sheet_is_logged_from_its_start_to_its_stop(row: rows.Row) -> None:
    lines = [line for one in course.forms_for(row) for line in one.data.get("vasopressors", [])]  # type: ignore[attr-defined]
    wanted = {}
    for drug in {line["drug"] for line in lines}:
        own = [line for line in lines if line["drug"] == drug]
        (stop,) = {line["stopped_at"] for line in own if "stopped_at" in line}
        highest = max(Decimal(line["dose"]) for line in own)
        wanted[drug.title()] = (day_of(own[0]["started_at"]), day_of(stop), highest, own[0]["dose_unit"])
    units = {"ug/min", "U/min"}
    logged = [one for one in data(row, "concomitant_medication") if one["dose_unit"] in units]
    found = {
        one["drug"]: (day_of(one["started_on"]), day_of(one["ended_on"]), Decimal(one["dose"]), one["dose_unit"])
        for one in logged
    }
    assert found == wanted and len(found) == len(logged)


@every_row
def test_what_was_given_for_an_event_names_it_and_falls_into_it(row: rows.Row) -> None:
    events = {
        str(one.occurrence): one.data
        for one in blood_forms(row, placement(row.subject_id))
        if one.form == "adverse_event"
    }
    named = [one for one in data(row, "concomitant_medication") if one["indication"] == "ADVERSE_EVENT"]
    severe = [n for n, one in events.items() if one["term"] == "NEUTROPENIA" and one["grade"] in ("3", "4")]
    assert [one["event"] for one in named] == severe
    for one in named:
        assert str(events[one["event"]]["onset_on"]) <= one["started_on"]
        assert one["marked"] == "G_CSF"


# --- toxicity


@every_row
def test_the_grades_of_a_cytopenia_over_time_are_those_of_its_counts_and_reach_the_worst(row: rows.Row) -> None:
    typed = blood_forms(row, placement(row.subject_id))
    counts = [one for one in typed if one.form == "haematology"]
    for event in [one.data for one in typed if one.form == "adverse_event" and one.data["term"] in ITEM_OF]:
        item = ITEM_OF[str(event["term"])]
        lln = LLN_HAEMOGLOBIN[row.sex] if item == "haemoglobin" else LLN[item]
        changes: list[dict[str, str]] = event["grade_changes"]  # type: ignore[assignment]
        assert changes[0]["changed_on"] == event["onset_on"]
        assert max(one["grade"] for one in changes) == event["grade"]
        for count in counts:
            before = [one for one in changes if one["changed_on"] <= count.on.isoformat()]
            if not before or count.on.isoformat() >= str(event.get("ended_on", "9999")):
                continue
            rule = ctcae.grade(ctcae.TERM_OF_ITEM[item], Decimal(str(count.data[item])), lln=lln).value
            assert rule in (0, int(before[-1]["grade"])), (item, count.on)


def test_events_that_began_in_the_crs_are_linked_to_its_episode_and_lie_in_it() -> None:
    linked = 0
    for row in ROWS:
        for event in data(row, "adverse_event"):
            if event.get("episode") == "CRS":
                linked += 1
                assert row.crs_onset_day is not None and row.crs_duration_days is not None
                onset = (day_of(event["onset_on"]) - placement(row.subject_id).infused_at.date()).days
                assert row.crs_onset_day <= onset < row.crs_onset_day + row.crs_duration_days
                assert event["episode_number"] == "1"
    of_crs = sum(row.crs_max_grade > 0 for row in ROWS)
    assert linked == of_crs + sum(row.hepatotoxicity + row.nephrotoxicity for row in ROWS) == 24


@every_row
def test_the_organs_of_an_assessment_agree_with_the_log(row: rows.Row) -> None:
    worst = dict.fromkeys(("organ_toxicity", "transaminase_grade"), 0)
    for one in course.forms_for(row):
        if one.form == "crs_assessment":
            worst = {item: max(grade, int(str(one.data[item]))) for item, grade in worst.items()}
    logged = {str(one["term"]): int(one["grade"]) for one in data(row, "adverse_event")}
    assert worst["organ_toxicity"] == logged.get("NEPHROTOXICITY", 0)
    liver = logged.get("HEPATOTOXICITY")
    assert worst["transaminase_grade"] == liver if liver else worst["transaminase_grade"] <= 1


def test_everybody_who_came_to_month_1_was_judged_then_and_nobody_had_a_limiting_toxicity() -> None:
    planned = schedule.BY_CODE["m1"]
    for row in ROWS:
        came = [one.day for one in seen(row) if one.visit == "m1"]
        found = of(row, "dlt_evaluation")
        assert [one.on for one in found] == [on(row, day) for day in came]
        assert all(protocol.DLT_WINDOW_DAYS <= day <= (planned.day or 0) + planned.after for day in came)
        assert all(one.data["dlt"] == "N" for one in found)
        assert all((one.data["evaluable"] == "N") == ("not_evaluable_because" in one.data) for one in found)
    # Eight were treated at 2.0: two are replaced, so that six count, as 3+3 has them.
    out = [
        (row.subject_id, row.dose_level)
        for row in ROWS
        for one in of(row, "dlt_evaluation")
        if one.data["evaluable"] == "N"
    ]
    assert out == [("RECON-10", "2.0"), ("RECON-12", "2.0")]
    assert [row.subject_id for row in ROWS if not of(row, "dlt_evaluation")] == ["RECON-01"]


@every_row
def test_the_study_of_the_dead_ends_with_the_death_and_that_of_nobody_else(row: rows.Row) -> None:
    ends, deaths = of(row, "end_of_study"), of(row, "death")
    assert [(one.visit, one.data) for one in ends] == [
        (one.visit, {"ended_on": one.data["died_on"], "reason": "DEATH"}) for one in deaths
    ]
    assert bool(ends) == row.os_event


# --- as it was typed


@every_row
def test_logs_count_from_one_in_the_order_of_typing_and_nothing_is_typed_after_the_last_contact(row: rows.Row) -> None:
    typed = [*treatment.forms(row), *medication.forms(row), *conduct.forms(row)]
    last = on(row, last_contact(row))
    assert all(placement(row.subject_id).screened_on <= one.on <= last <= AS_OF for one in typed), row.subject_id
    for form in {one.form for one in typed if not one.visit}:
        numbers = [one.occurrence for one in order.forms(row) if one.form == form]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for one in typed:
        cells = [cell for cell in one.data.values() if not isinstance(cell, list)]
        assert all(isinstance(cell, str) and cell for cell in cells), one


@every_row
def test_what_an_assessment_or_an_event_asks_for_is_in_the_log_before_it(row: rows.Row) -> None:
    typed = order.forms(row)
    assert [one.on for one in typed] == sorted(one.on for one in typed)
    at = {(one.form, one.visit, one.occurrence): n for n, one in enumerate(typed)}
    for one in typed:
        here = at[one.form, one.visit, one.occurrence]
        if one.form == "concomitant_medication" and "event" in one.data:
            assert at["adverse_event", "", int(str(one.data["event"]))] < here
        if one.form == "end_of_study":
            assert at["death", one.visit, 1] < here
        if one.form == "concomitant_medication" and one.data["marked"] in ("TOCILIZUMAB", "STEROID"):
            day = [n for (form, _visit, _n), n in at.items() if form == "crs_assessment" and typed[n].on == one.on]
            assert here < min(day)


def test_screening_holds_what_was_known_before_enrolment() -> None:
    for row in ROWS:
        early, late = order.split(row)
        assert {one.form for one in early} >= {"prior_therapy", "medical_history", "eligibility"}
        assert all(one.on <= placement(row.subject_id).enrolled_on for one in early)
        assert not {one.form for one in late} & {"prior_therapy", "medical_history"}
        assert len(early) + len(late) == len(order.forms(row))


@every_row
def test_an_episode_of_crs_is_logged_as_one_event_with_its_grade_and_days(row: rows.Row) -> None:
    logged = [one for one in data(row, "adverse_event") if one["term"] == "CRS"]
    assert len(logged) == (row.crs_max_grade > 0)
    for event in logged:
        assert row.crs_onset_day is not None and row.crs_duration_days is not None
        days = day_of(event["ended_on"]) - day_of(event["onset_on"])
        assert (int(event["grade"]), days.days + 1) == (row.crs_max_grade, row.crs_duration_days)
        assert event["serious"] == ("Y" if row.crs_max_grade >= 3 else "N")
        assert ("reported_at" in event) == (event["serious"] == "Y")
