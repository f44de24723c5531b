"""What the sites typed, read by the rule, gives the rows of the reconstruction."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from crf.demo import flowsheets, rows
from crf.demo.calendar import placement
from crf.demo.course import DAILY, Typed, forms_for
from crf.demo.typed import spread
from trial.rules import crs


def words(text: str) -> list[str]:
    return text.split()


ROWS = rows.read()
WITH_CRS = [row for row in ROWS if row.crs_max_grade]
MOMENTS = ("assessed_at", "started_at", "stopped_at")
NUMBERS = ("temperature", "anticytokine_doses", "oxygen_flow", "fio2", "dose", "hours")
ITEMS = words(
    "assessed_at temperature temperature_route fever_due_to_crs fever_possible_masked antipyretic"
    " antipyretic_scheduled anticytokine anticytokine_drug anticytokine_doses steroid steroid_drug hypotension"
    " hypotension_due_to_crs vasopressors oxygen oxygen_flow fio2 oxygen_at_baseline hypoxia_due_to_crs"
    " ventilation_reason organ_toxicity transaminase_grade death_due_to_crs investigator_grade comment"
)
ROW_ITEMS = words("drug dose dose_unit started_at stopped_at hours")
CODES = {
    "temperature_route": {"AXILLARY", "TYMPANIC", "ORAL", "RECTAL", "TEMPORAL", "CORE"},
    "oxygen": {
        *("NONE", "BLOW_BY", "NASAL_CANNULA", "HFNC", "FACE_MASK", "NON_REBREATHER", "VENTURI", "CPAP", "BIPAP"),
        "INTUBATED",
    },
    "anticytokine_drug": {"TOCILIZUMAB", "SILTUXIMAB", "ANAKINRA", "OTHER"},
    "steroid_drug": {"DEXAMETHASONE", "METHYLPREDNISOLONE", "HYDROCORTISONE", "PREDNISONE", "OTHER"},
    "ventilation_reason": {"HYPOXIA", "AIRWAY_PROTECTION", "PROCEDURE", "OTHER"},
    "organ_toxicity": set("01234"),
    "transaminase_grade": set("01234"),
    "investigator_grade": set("012345"),
}
YES_NO = words(
    "fever_due_to_crs fever_possible_masked antipyretic antipyretic_scheduled anticytokine steroid hypotension hypotension_due_to_crs"
    " oxygen_at_baseline hypoxia_due_to_crs death_due_to_crs"
)


def assessments(row: rows.Row) -> list[Typed]:
    return [typed for typed in forms_for(row) if typed.form == "crs_assessment"]


def parsed(data: dict, *, names: list[str], zone: ZoneInfo) -> SimpleNamespace:
    """Raw strings -> what the form would hold; a blank item is None."""
    assert set(data) <= set(names), "an item the form does not have"
    values = {name: data.get(name) for name in names}
    for name in values.keys() & set(MOMENTS):
        values[name] = values[name] and datetime.strptime(values[name], "%Y-%m-%d %H:%M").replace(tzinfo=zone)
    for name in values.keys() & set(NUMBERS):
        values[name] = values[name] and Decimal(values[name])
    if "vasopressors" in values:
        lines = values["vasopressors"] or []
        values["vasopressors"] = [parsed(line, names=ROW_ITEMS, zone=zone) for line in lines]
    return SimpleNamespace(**values)


def records(row: rows.Row) -> list[SimpleNamespace]:
    zone = placement(row.subject_id).site.zone
    return [parsed(typed.data, names=ITEMS, zone=zone) for typed in assessments(row)]


def course(row: rows.Row) -> crs.Course:
    return crs.course(records(row), infused_at=placement(row.subject_id).infused_at)


def day_of(row: rows.Row, moment) -> int:
    on = moment.date() if isinstance(moment, datetime) else moment
    return (on - placement(row.subject_id).infused_at.date()).days


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.subject_id)
def test_the_rule_finds_the_row_in_what_was_typed(row):
    episodes = course(row).episodes
    assert len(episodes) == (1 if row.crs_max_grade else 0), "one episode or none"
    found = (
        max((episode.maximum for episode in episodes), default=0),
        day_of(row, episodes[0].onset) if episodes else None,
        episodes[0].duration_days if episodes else None,
        any(episode.tocilizumab for episode in episodes),
        any(episode.steroid for episode in episodes),
    )
    assert found == (row.crs_max_grade, row.crs_onset_day, row.crs_duration_days, row.tocilizumab, row.steroid)


def test_the_totals_are_the_published_ones():
    # bm38_published.csv: crs_any 20/23, crs_grade_1_2 15/23, crs_grade_3_plus 5/23
    worst = [max((verdict.value for verdict in course(row).verdicts), default=0) for row in ROWS]
    assert len(worst) == 23
    assert sum(grade >= 1 for grade in worst) == 20
    assert sum(grade in (1, 2) for grade in worst) == 15
    assert sum(grade >= 3 for grade in worst) == 5


def test_the_course_in_utc_and_in_site_time_has_the_same_grades():
    for row in ROWS:
        site, utc = records(row), records(row)
        for record in utc:
            record.assessed_at = record.assessed_at.astimezone(UTC)
        infused_at = placement(row.subject_id).infused_at
        grades = [[v.value for v in crs.course(r, infused_at=infused_at).verdicts] for r in (site, utc)]
        assert grades[0] == grades[1]


def test_one_night_assessment_belongs_to_another_day_in_utc():
    # The demonstration must notice code that takes the date of a stored moment without the site's zone.
    first_fever = next(r for r in records(rows.by_id("RECON-08")) if r.temperature >= 38)
    assert first_fever.assessed_at.astimezone(UTC).date() < first_fever.assessed_at.date()


def test_every_assessment_can_be_judged_and_only_the_switch_of_drugs_is_flagged():
    found = set()
    for row in ROWS:
        for verdict in course(row).verdicts:
            assert verdict.value is not None
            found |= {(row.subject_id, flag) for part in verdict.walk() for flag in part.flags}
    assert found == {("RECON-16", "PRESSORS_IN_SEQUENCE")}


def test_the_investigator_differs_from_the_rule_exactly_where_meant():
    differing = {
        (row.subject_id, int(typed.visit.removeprefix("d")), typed.occurrence)
        for row in ROWS
        for typed, verdict in zip(assessments(row), course(row).verdicts, strict=True)
        if typed.data["investigator_grade"] != str(verdict.value)
    }
    assert differing == set(flowsheets.DISAGREEMENTS)


def test_every_episode_is_resolved_across_the_days_without_an_assessment_too():
    assert {row.subject_id for row in WITH_CRS for episode in course(row).episodes if not episode.resolved} == set()
    last = rows.by_id("RECON-02")  # clear on day 14, not assessed until a clear day 21
    (episode,) = course(last).episodes
    assert (day_of(last, episode.end), day_of(last, episode.resolved_on), episode.duration_days) == (13, 14, 12)


def test_a_table_that_read_the_typed_grade_by_mistake_would_show_it():
    typed_worst = {
        row.subject_id: max(int(typed.data["investigator_grade"]) for typed in assessments(row)) for row in ROWS
    }
    assert {row.subject_id for row in ROWS if typed_worst[row.subject_id] != row.crs_max_grade} == {"RECON-11"}


def test_subjects_without_crs_never_reach_38_and_some_come_close():
    highest = [max(r.temperature for r in records(row)) for row in ROWS if not row.crs_max_grade]
    assert len(highest) == 3
    assert Decimal("37.5") <= max(highest) < Decimal("38.0")


def test_before_the_onset_and_after_the_end_nothing_is_found_or_given():
    for row in WITH_CRS:
        episode_days = range(row.crs_onset_day, row.crs_onset_day + row.crs_duration_days)
        for record in records(row):
            if day_of(row, record.assessed_at) in episode_days:
                continue
            assert record.temperature < 38
            assert (record.antipyretic, record.anticytokine, record.steroid) == ("N", "N", "N")
            assert (record.hypotension, record.oxygen, record.vasopressors) == ("N", "NONE", [])


def test_the_curves_differ_between_subjects():
    curves = [tuple(r.temperature for r in records(row)) for row in ROWS]
    assert len(set(curves)) == len(ROWS)


def test_assessments_stand_on_every_scheduled_day_and_end_with_the_follow_up():
    for row in ROWS:
        days = {typed.visit for typed in assessments(row)}
        expected = {f"d{day}" for day in DAILY if row.subject_id != "RECON-01" or day <= 15}
        assert days == expected, row.subject_id


def test_a_few_days_have_two_assessments_numbered_in_order_of_time():
    per_day = Counter((row.subject_id, typed.visit) for row in ROWS for typed in assessments(row))
    assert 5 <= sum(count == 2 for count in per_day.values()) <= 20
    assert max(per_day.values()) == 2
    for row in ROWS:
        order = [(int(t.visit.removeprefix("d")), t.occurrence) for t in assessments(row)]
        times = [r.assessed_at for r in records(row)]
        assert order == sorted(order)
        assert all(one < other for one, other in pairwise(times))
        assert times[0] > placement(row.subject_id).infused_at


def test_codes_are_those_of_the_form_and_details_stand_only_where_they_apply():
    for row in ROWS:
        for r in records(row):
            for name, codes in CODES.items():
                assert getattr(r, name) is None or getattr(r, name) in codes
            assert all(getattr(r, name) in ("Y", "N", None) for name in YES_NO)
            assert (r.anticytokine_drug is not None) == (r.anticytokine == "Y")
            assert (r.steroid_drug is not None) == (r.steroid == "Y")
            assert (r.hypotension_due_to_crs is not None) == (r.hypotension == "Y")
            assert r.hypotension == "Y" or not r.vasopressors
            assert (r.hypoxia_due_to_crs is not None) == (r.oxygen != "NONE")
            assert (r.ventilation_reason is not None) == (r.oxygen in ("CPAP", "BIPAP", "INTUBATED"))
            assert (r.fever_due_to_crs is not None) == (r.temperature >= 38)


def test_vasopressor_lines_are_possible():
    lines = 0
    for row in ROWS:
        before = placement(row.subject_id).infused_at
        for r in records(row):
            for line in r.vasopressors:
                lines += 1
                assert line.started_at < (line.stopped_at or r.assessed_at) <= r.assessed_at
                assert line.stopped_at is None or line.stopped_at > before, "a drug stopped earlier is not typed again"
                assert 0 < line.hours <= Decimal((r.assessed_at - before).total_seconds()) / 3600 + Decimal("0.1")
                assert line.dose > 0
            before = r.assessed_at
    assert lines > 10


def test_a_vasopressor_that_runs_is_on_the_next_assessment_too():
    for row in ROWS:
        running: set[tuple] = set()
        for r in records(row):
            now = {(line.drug, line.started_at) for line in r.vasopressors}
            assert running <= now, f"{row.subject_id} {r.assessed_at}: {running - now} has no stop"
            running = {(line.drug, line.started_at) for line in r.vasopressors if line.stopped_at is None}
        assert running == set()


def test_tocilizumab_comes_with_grade_2_or_3_and_steroids_not_before_it():
    for row in WITH_CRS:
        verdicts, found = course(row).verdicts, records(row)
        given = [index for index, r in enumerate(found) if r.anticytokine == "Y"]
        steroids = [index for index, r in enumerate(found) if r.steroid == "Y"]
        assert all(verdicts[index].value >= 2 for index in given)
        assert not steroids or (given and given[0] < steroids[0])


def test_a_flow_sheet_of_other_days_than_the_row_is_refused():
    with pytest.raises(ValueError, match="RECON-05"):
        forms_for(replace(rows.by_id("RECON-05"), crs_duration_days=7))


def test_forms_are_in_order_of_time_and_made_of_text_only():
    for row in ROWS:
        typed = forms_for(row)
        assert [one.on for one in typed] == sorted(one.on for one in typed)
        assert [one.form for one in typed[:4]] == ["informed_consent", "demographics", "eligibility", "car_t_infusion"]
        for one in typed:
            for name, value in one.data.items():
                if name == "vasopressors":
                    assert all(isinstance(cell, str) and cell for line in value for cell in line.values())
                else:
                    assert isinstance(value, str), (row.subject_id, one.form, name)
                    assert value, (row.subject_id, one.form, name)


def test_the_date_of_a_form_is_the_date_typed_in_it():
    for row in ROWS:
        for one in assessments(row):
            assert one.data["assessed_at"].startswith(one.on.isoformat())
            assert day_of(row, one.on) == int(one.visit.removeprefix("d"))


def test_another_process_types_exactly_the_same():
    script = "from crf.demo import course, rows; print([course.forms_for(row) for row in rows.read()])"
    here = str([forms_for(row) for row in ROWS])
    for seed in ("1", "2"):
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=env)
        assert run.stdout.strip() == here


def test_spread_reaches_both_ends_and_nothing_else():
    assert {spread(3, 5, "RECON-01", n) for n in range(100)} == {3, 4, 5}


def test_the_study_shows_the_rungs_that_reviewers_ask_about():
    shown: dict[str, set[str]] = {}
    for row in ROWS:
        for verdict in course(row).verdicts:
            for part in verdict.walk():
                shown.setdefault(part.sentence, set()).add(row.subject_id)
    together = "At least two vasopressors at the same time, not counting vasopressin (epinephrine, norepinephrine)."
    assert shown[together] == {"RECON-02"}
    assert shown["One vasopressor, with or without vasopressin (norepinephrine, vasopressin)."] >= {"RECON-11"}
    assert shown["Nasal cannula at 6.0 L/min, not above 6.0 L/min: low flow."] >= {"RECON-09"}
    assert shown["Temperature 38.0 °C, at or above 38.0 °C: fever."] == {"RECON-23"}
    assert shown["Hypotension and vasopressors are recorded as having another cause than CRS: not counted."] == {
        "RECON-18"
    }


def test_after_tocilizumab_grades_stand_without_fever():
    held = {
        row.subject_id
        for row in ROWS
        for r, verdict in zip(records(row), course(row).verdicts, strict=True)
        if verdict.value >= 2 and r.temperature < 38
    }
    assert held == {row.subject_id for row in ROWS if row.tocilizumab}


def test_one_clear_day_stands_inside_an_episode():
    row = rows.by_id("RECON-13")
    (episode,) = course(row).episodes
    assert 0 in [verdict.value for verdict in course(row).verdicts[episode.first : episode.last]]


def test_the_fever_is_highest_inside_the_episode_not_on_its_last_day():
    for row in WITH_CRS:
        if row.crs_duration_days > 2:
            hottest = max(records(row), key=lambda r: r.temperature)
            assert day_of(row, hottest.assessed_at) < row.crs_onset_day + row.crs_duration_days - 1
