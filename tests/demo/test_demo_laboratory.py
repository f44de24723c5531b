"""Vital signs and laboratory as typed: one story with the CRS flow sheets, the log of events and the other forms."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Any

import pytest

from crf.declare.form import form_named
from crf.demo import background, blood, course, reaction, rows, samples
from crf.demo.assessments import last_contact
from crf.demo.calendar import placement
from crf.demo.later import follow_up_forms
from tests.demo.demo_records import infused_on, records
from trial import protocol, ranges, schedule
from trial.rules import laboratory

ROWS = rows.read()
LIVER, KIDNEY = ("alt", "ast"), ("creatinine",)
FORMS = ("vital_signs", "chemistry", "coagulation", "inflammation")
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.subject_id)


def typed_assessments(row: rows.Row) -> dict[str, list[dict[str, Any]]]:
    """The CRS assessments by visit, as typed."""
    found: dict[str, list[dict[str, Any]]] = {}
    for typed in course.forms_for(row):
        if typed.form == "crs_assessment":
            found.setdefault(typed.visit, []).append(typed.data)
    return found


def limits(row: rows.Row, item: str, on: datetime) -> Any:
    born = placement(row.subject_id).infused_at.year - row.age
    return ranges.among((), item, sex=row.sex, age=on.year - born, on=on.date())


def graded(row: rows.Row, item: str) -> Iterator[tuple[Any, int]]:
    """Each chemistry with the grade of an item; the value before the infusion is the baseline."""
    before = None
    for one in records(row.subject_id)["chemistry"]:
        value = getattr(one, item)
        after = one.sampled_at >= placement(row.subject_id).infused_at
        verdict = laboratory.grade(
            item, value, limits=limits(row, item, one.sampled_at), baseline=before if after else None,
            albumin=one.albumin, version=protocol.CTCAE_VERSION,
        )  # fmt: skip
        assert verdict.value is not None
        before = before if after else value
        yield one, int(verdict.value)


@every_row
def test_on_every_day_of_an_assessment_the_temperature_is_the_highest_of_its_assessments(row):
    assessments = typed_assessments(row)
    signs = {one.visit: one for one in records(row.subject_id)["vital_signs"]}
    assert set(assessments) == {visit for visit in signs if visit.startswith("d")}
    for visit, noted in assessments.items():
        highest = max(Decimal(one["temperature"]) for one in noted)
        assert signs[visit].temperature == highest
        at = f"{signs[visit].measured_at:%Y-%m-%d %H:%M}"
        assert at in [one["assessed_at"] for one in noted if Decimal(one["temperature"]) == highest]


@every_row
def test_a_low_pressure_is_an_assessments_hypotension_and_oxygen_shows_in_the_saturation(row):
    assessments = typed_assessments(row)
    for one in records(row.subject_id)["vital_signs"]:
        noted = [
            of for of in assessments.get(one.visit, []) if of["assessed_at"] == f"{one.measured_at:%Y-%m-%d %H:%M}"
        ]
        assert (one.systolic < 90) == any(of["hypotension"] == "Y" for of in noted)
        assert one.diastolic < one.systolic
        assert (one.spo2 < 96) == any(of["oxygen"] != "NONE" for of in noted)


def test_a_pressure_that_a_note_of_the_flow_sheet_gives_is_the_one_typed():
    (low,) = [one for one in records("RECON-18")["vital_signs"] if one.systolic < 90]
    assert (low.systolic, low.diastolic) == (86, 52)


@every_row
def test_outside_the_days_of_assessments_nobody_has_a_fever_and_the_first_weight_is_that_of_screening(row):
    signs = records(row.subject_id)["vital_signs"]
    assert all(one.temperature < 37 for one in signs if not one.visit.startswith("d"))
    assert signs[0].visit == "screening"
    assert signs[0].weight == Decimal(background.height_and_weight(row)[1])
    assert all(abs(one.weight / signs[0].weight - 1) < Decimal("0.05") for one in signs if one.weight)
    assert all(one.ecog for one in signs if not one.visit.startswith("d"))


@every_row
def test_each_visit_of_the_schedule_up_to_the_last_contact_has_its_forms_once(row):
    last = last_contact(row)
    for form in FORMS:
        visits = [typed.visit for typed in follow_up_forms(row) if typed.form == form]
        assert len(visits) == len(set(visits))
        days = {code for code in schedule.ACTIVITIES[form] if code.startswith("d") and int(code[1:]) <= last}
        assert {visit for visit in visits if visit.startswith("d")} == days
        assert "screening" in visits
        assert all(visit in schedule.ACTIVITIES[form] or visit.startswith("u") for visit in visits)


@every_row
def test_all_tubes_of_a_visit_were_drawn_at_once(row):
    forms = records(row.subject_id)
    drawn = {one.visit: one.sampled_at for one in forms["haematology"]}
    for form in ("chemistry", "coagulation", "inflammation"):
        for one in forms[form]:
            assert one.sampled_at == drawn[one.visit]


@every_row
@pytest.mark.parametrize("term", ["HEPATOTOXICITY", "NEPHROTOXICITY"])
def test_liver_and_kidney_are_graded_as_the_log_grades_them_and_normal_outside_its_events(row, term):
    events = [one for one in records(row.subject_id)["adverse_event"] if one.term == term]
    items = LIVER if term == "HEPATOTOXICITY" else KIDNEY
    worst = 0
    for item in items:
        for one, grade in graded(row, item):
            on = one.sampled_at.date()
            inside = any(event.onset_on <= on < event.ended_on for event in events)
            assert inside or grade == 0, (item, on)
            worst = max(worst, grade)
    assert worst == max((int(event.grade) for event in events), default=0)
    for event in events:  # every draw of the event shows it, in one item at least
        during = [
            one
            for one in records(row.subject_id)["chemistry"]
            if event.onset_on <= one.sampled_at.date() < event.ended_on
        ]
        assert during
        for one in during:
            high = [limits(row, item, one.sampled_at).high for item in items]
            assert any(getattr(one, item) > limit for item, limit in zip(items, high, strict=True))


@every_row
@pytest.mark.parametrize("item", ["bilirubin", "alp", "ggt", "ck", "magnesium"])
def test_what_the_log_does_not_speak_of_is_normal(row, item):
    assert {grade for _one, grade in graded(row, item)} == {0}


@every_row
def test_values_that_two_forms_hold_are_the_same_in_both(row):
    forms = records(row.subject_id)
    (history,) = forms["myeloma_history"]
    first = forms["chemistry"][0]
    assert (first.visit, first.albumin, first.ldh) == ("screening", history.albumin, history.ldh)
    calcium = {one.sampled_on: one.calcium for one in forms["myeloma_laboratory"] if one.calcium is not None}
    same_day = [one for one in forms["chemistry"] if one.sampled_at.date() in calcium]
    assert len(same_day) == len(calcium)
    assert all(one.calcium == calcium[one.sampled_at.date()] for one in same_day)


def highest(row: rows.Row, form: str, item: str) -> Decimal:
    return max(getattr(one, item) for one in records(row.subject_id)[form])


@pytest.mark.parametrize(
    ("form", "item"), [("inflammation", item) for item in ("crp", "ferritin", "il6")] + [("coagulation", "d_dimer")]
)
def test_the_markers_are_the_higher_the_worse_the_cytokine_release_was(form, item):
    by_grade: dict[int, list[Decimal]] = {}
    for row in ROWS:
        by_grade.setdefault(row.crs_max_grade, []).append(highest(row, form, item))
    assert sorted(by_grade) == [0, 1, 2, 3, 4]
    middles = [median(by_grade[grade]) for grade in sorted(by_grade)]
    assert middles == sorted(middles) and len(set(middles)) == 5
    assert all(max(by_grade[grade]) < min(by_grade[grade + 1]) for grade in range(4))


@every_row
def test_the_markers_rise_with_the_onset_and_are_back_at_month_one(row):
    found = {one.visit: one for one in records(row.subject_id)["inflammation"]}
    assert found["d0"].crp < 5
    if row.crs_onset_day is not None and row.crs_max_grade >= 1:
        near = min(samples.BLOOD_DAYS, key=lambda day: abs(day - reaction.worst_day(row)))
        assert found[f"d{near}"].crp > 4 * found["d0"].crp
        before = [day for day in samples.BLOOD_DAYS if day < row.crs_onset_day - 1]
        assert all(found[f"d{day}"].crp < 9 for day in before)
    if "m1" in found:
        assert found["m1"].crp < 5 and found["m1"].il6 < 7


def test_the_logged_toxicities_are_those_that_the_chemistry_was_written_from():
    assert set(blood.ORGANS) == {
        (row.subject_id, one.term)
        for row in ROWS
        for one in records(row.subject_id)["adverse_event"]
        if one.term in ("HEPATOTOXICITY", "NEPHROTOXICITY")
    }


def test_every_value_typed_lies_within_the_plausible_range_of_its_item():
    for row in ROWS:
        for name in FORMS:
            for one in records(row.subject_id)[name]:
                for item in form_named(name).declared.items.values():
                    if item.kind == "number":
                        assert not item.outside_soft(getattr(one, item.name)), (row.subject_id, one.visit, item.name)


def test_the_ranges_of_the_reconstruction_are_the_published_ones():
    men, women = ({"sex": sex, "age": 60, "on": infused_on("RECON-01")} for sex in "MF")
    assert {item: ranges.among((), item, **men).low for item in blood.LLN} == {
        item: Decimal(str(low)) for item, low in blood.LLN.items()
    }
    assert [ranges.among((), "haemoglobin", **one).low for one in (men, women)] == [130, 115]
