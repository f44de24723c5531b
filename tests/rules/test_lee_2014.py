"""Lee 2014 rung by rung, every limit from both sides, everything that can be missing, and for any input."""

import random
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules import crs_assessments
from tests.rules.lee_assessments import CLEAR, FEVER, assessment, grade, judge, pressor, worked
from trial.rules import lee_2014, lee_axes, lee_pressors
from trial.rules.lee_options import LeeOptions
from trial.rules.verdict import Verdict

NOR, DOP, PHE, EPI, VAS = "NOREPINEPHRINE", "DOPAMINE", "PHENYLEPHRINE", "EPINEPHRINE", "VASOPRESSIN"


def line(verdict: Verdict, place: int) -> int | str | None:
    """Findings: 0 symptoms, 1 hypotension, 2 oxygen, 3 organs."""
    return verdict.because[place].value


# --- worked cases


@pytest.mark.parametrize(
    ("case", "verdict"), list(worked()), ids=lambda one: one["name"] if isinstance(one, dict) else ""
)
def test_worked_case(case: dict[str, Any], verdict: Verdict) -> None:
    assert verdict.value == case["grade"], verdict.sentence
    assert case["source"]
    if "astct" in case:
        shared = {name: value for name, value in case.get("items", {}).items() if name in crs_assessments.CLEAR}
        rows = [pressor(**row) for row in case.get("vasopressors", ())]
        more = {"vasopressors": rows, "hypotension": "Y"} if rows else {}
        assert crs_assessments.grade(**{**shared, **more}).value == case["astct"]


def test_every_grade_is_worked() -> None:
    assert {case["grade"] for case, _ in worked()} == {0, 1, 2, 3, 4, 5}


# --- symptoms


@pytest.mark.parametrize(("items", "value"), [
    ({"temperature": 37.9}, 0), ({"temperature": 38.0}, 1), ({"temperature": None}, None),
    ({"temperature": 39, "fever_due_to_crs": "N"}, 0), ({"temperature": 39, "fever_due_to_crs": "U"}, 1),
])  # fmt: skip
def test_fever_from_both_sides(items: dict[str, Any], value: int | None) -> None:
    assert line(grade(**items), 0) == value


def test_hypotension_counts_without_any_fever_and_is_asked_about() -> None:
    alone = grade(hypotension="Y")
    assert (alone.value, "NEVER_FEBRILE" in alone.flags) == (2, True)
    after = judge(assessment(day=2, hypotension="Y"), history=[assessment(day=1, **FEVER)])
    assert (after.value, "NEVER_FEBRILE" in after.flags) == (2, False)


# --- oxygen


@pytest.mark.parametrize(("items", "value", "flag"), [
    ({"oxygen": "NONE"}, 0, ""),
    ({"oxygen": "NONE", "fio2": 60}, 0, "FIO2_WITHOUT_OXYGEN"),
    ({"oxygen": "BLOW_BY", "fio2": 21}, 2, ""),
    ({"oxygen": "HFNC", "fio2": 39.9}, 2, ""),
    ({"oxygen": "HFNC", "fio2": 40}, 3, ""),
    ({"oxygen": "NON_REBREATHER", "fio2": 100}, 3, ""),
    ({"oxygen": "NASAL_CANNULA"}, 2, "FIO2_MISSING"),
    ({"oxygen": "FACE_MASK", "fio2": 0.5}, 2, "FIO2_IMPOSSIBLE"),
    ({"oxygen": "FACE_MASK", "fio2": 101}, 2, "FIO2_IMPOSSIBLE"),
    ({"oxygen": None}, None, "HYPOXIA_MISSING"),
    ({"oxygen": None, "fio2": 21}, None, "HYPOXIA_MISSING"),
    ({"oxygen": None, "fio2": 30}, 2, "HYPOXIA_MISSING"),
    ({"oxygen": "X", "fio2": 60}, 3, "HYPOXIA_MISSING"),
    ({"oxygen": "INTUBATED", "ventilation_reason": "HYPOXIA"}, 4, ""),
    ({"oxygen": "INTUBATED"}, 4, "VENTILATION_REASON_MISSING"),
    ({"oxygen": "CPAP", "ventilation_reason": "HYPOXIA", "fio2": 30}, 4, "NIV_IS_SUPPORT"),
    ({"oxygen": "BIPAP", "ventilation_reason": "AIRWAY_PROTECTION"}, 0, ""),
    ({"oxygen": "HFNC", "fio2": 60, "hypoxia_due_to_crs": "N"}, 0, ""),
    ({"oxygen": "HFNC", "fio2": 60, "hypoxia_due_to_crs": "U"}, 3, "HYPOXIA_CAUSE_UNKNOWN"),
    ({"oxygen": "CPAP", "oxygen_at_baseline": "Y"}, 0, "OXYGEN_AT_BASELINE"),
])  # fmt: skip
def test_oxygen(items: dict[str, Any], value: int | None, flag: str) -> None:
    verdict = grade(**items)
    assert line(verdict, 2) == value
    assert not flag or flag in verdict.flags


@pytest.mark.parametrize(("fio2", "value"), [(30, 2), (40, 3), (None, 2)])
def test_a_mask_ventilator_may_be_graded_by_its_fio2_by_name(fio2: int | None, value: int) -> None:
    options = LeeOptions(niv_is_ventilator_support=False)
    assert line(grade(oxygen="CPAP", ventilation_reason="HYPOXIA", fio2=fio2, options=options), 2) == value
    assert line(grade(oxygen="INTUBATED", ventilation_reason="HYPOXIA", fio2=fio2, options=options), 2) == 4


def test_home_oxygen_may_count_by_name() -> None:
    options = LeeOptions(baseline_support_excluded=False)
    assert grade(oxygen="NASAL_CANNULA", fio2=28, oxygen_at_baseline="Y", options=options).value == 2


# --- vasopressors


@pytest.mark.parametrize(("drug", "dose", "unit", "hours", "value"), [
    (NOR, "19.99", "ug/min", 3, 2), (NOR, 20, "ug/min", 3, 3), (NOR, 20, "ug/min", "2.9", 2),
    (NOR, "0.2857", "ug/kg/min", 3, 2), (NOR, "0.2858", "ug/kg/min", 3, 3), (NOR, "1.2", "mg/h", 3, 3), (NOR, "1.19", "mg/h", 3, 2),
    (DOP, "9.9", "ug/kg/min", 3, 2), (DOP, 10, "ug/kg/min", 3, 3), (DOP, 699, "ug/min", 3, 2), (DOP, 700, "ug/min", 3, 3),
    (DOP, 42, "mg/h", 3, 3), (DOP, "41.9", "mg/h", 3, 2),
    (PHE, 199, "ug/min", 3, 2), (PHE, 200, "ug/min", 3, 3), (EPI, "9.9", "ug/min", 3, 2), (EPI, 10, "ug/min", 3, 3),
])  # fmt: skip
def test_a_high_dose_from_both_sides_in_every_unit(drug: str, dose: Any, unit: str, hours: Any, value: int) -> None:
    verdict = grade(pressor(drug, dose, unit, hours), weight=70)
    assert verdict.value == value, verdict.because[1].because
    assert "HIGH_DOSE_NOT_TOLD" not in verdict.flags


@pytest.mark.parametrize(("row", "flag"), [
    (pressor(NOR, None, hours=4), "PRESSOR_DOSE_MISSING"), (pressor(NOR, -1, hours=4), "PRESSOR_DOSE_MISSING"),
    (pressor(NOR, 30, None, 4), "PRESSOR_UNIT_MISSING"), (pressor(NOR, 30, "U/min", 4), "PRESSOR_UNIT_MISSING"),
    (pressor(NOR, 1, "ug/kg/min", 4), "WEIGHT_MISSING"), (pressor(DOP, 900, "ug/min", 4), "WEIGHT_MISSING"),
    (pressor(NOR, 30), "PRESSOR_HOURS_MISSING"), (pressor(NOR, 30, start=None, stop=None), "PRESSOR_HOURS_MISSING"),
    (pressor(None, 30), "PRESSOR_DRUG_MISSING"),
])  # fmt: skip
def test_a_dose_that_cannot_be_told_is_at_least_grade_2(row: SimpleNamespace, flag: str) -> None:
    verdict = grade(row)
    assert verdict.value == 2
    assert {flag, "HIGH_DOSE_NOT_TOLD", "LOWER_BOUND"} <= set(verdict.flags)


@pytest.mark.parametrize("weight", [None, 0, -70])
def test_without_a_weight_a_dose_in_the_unit_of_the_table_is_still_told(weight: int | None) -> None:
    assert grade(pressor(NOR, 20, hours=3), weight=weight).value == 3
    assert grade(pressor(DOP, 9, "ug/kg/min", 3), weight=weight, **FEVER).flags == ()


def test_hours_not_entered_are_no_more_than_the_time_it_ran() -> None:
    short = grade(pressor(NOR, 30, start="08:00", stop="10:59"), **FEVER)
    assert (short.value, short.flags) == (2, ())
    running = grade(pressor(NOR, 30, start="15:01", stop=None), **FEVER)  # assessed at 18:00
    assert (running.value, running.flags) == (2, ())
    assert "PRESSOR_HOURS_MISSING" in grade(pressor(NOR, 30, start="15:00", stop=None)).flags
    assert "PRESSOR_HOURS_MISSING" in grade(pressor(NOR, 30, start="15:01", stop=None), day=None).flags


def test_hours_of_one_drug_add_up_and_the_same_row_twice_does_not() -> None:
    first, second = pressor(NOR, 20, hours="1.5"), pressor(NOR, 25, hours="1.5", start="13:00", stop="15:00")
    assert grade(first, second).value == 3
    assert grade(first, first).value == 2


@pytest.mark.parametrize(("rows", "value"), [
    ([pressor(NOR, 3, hours=4), pressor(VAS, 2, "U/min", 4)], 3),
    ([pressor(NOR, 3, hours=4, stop="10:00"), pressor(PHE, 3, hours=4, start="10:00")], 2),  # a switch
    ([pressor(NOR, 3, hours=4), pressor("DOBUTAMINE", 300)], 2),
    ([pressor(VAS, 2, "U/min", 4)], 2),
    ([pressor("TERLIPRESSIN")], 2),
    ([pressor("METARAMINOL", 30)], 2),
    ([pressor("OTHER", 30)], 2),
])  # fmt: skip
def test_several_vasopressors(rows: list[SimpleNamespace], value: int) -> None:
    assert grade(*rows).value == value


def test_conventions_about_vasopressors_have_names() -> None:
    switched = [pressor(NOR, 3, hours=4, stop="10:00"), pressor(PHE, 3, hours=4, start="10:00")]
    assert grade(*switched, options=LeeOptions(sequential_pressors_count_together=True)).value == 3
    assert "PRESSORS_IN_SEQUENCE" in grade(*switched).flags
    assert grade(pressor(VAS), options=LeeOptions(vasopressin_alone=3)).value == 3
    assert "VASOPRESSIN_ALONE" in grade(pressor(VAS)).flags
    assert "PRESSOR_OTHER" in grade(pressor("OTHER", 3)).flags
    assert "PRESSOR_OTHER" not in grade(pressor(VAS)).flags
    assert "NO_HIGH_DOSE_DEFINED" in grade(pressor("METARAMINOL", 3)).flags
    with pytest.raises(ValueError, match="2 or 3"):
        LeeOptions(vasopressin_alone=4)


@pytest.mark.parametrize(
    ("dose", "vasopressin_stops", "value"), [("9.9", "12:00", 2), (10, "12:00", 3), (10, "08:30", 2)]
)
def test_where_vasopressin_does_not_count_the_equivalent_decides(dose: Any, vasopressin_stops: str, value: int) -> None:
    options = LeeOptions(vasopressin_counts_towards_multiple=False)
    rows = [pressor(NOR, dose, hours=3, start="09:00"), pressor(VAS, 2, "U/min", 4, stop=vasopressin_stops)]
    assert grade(*rows, options=options).value == value


@pytest.mark.parametrize(("rows", "equivalent", "value"), [
    ([pressor(NOR, 10, hours=3), pressor(DOP, 18, "ug/kg/min", 3)], "19.0", 0),
    ([pressor(NOR, 10, hours=3), pressor(DOP, 20, "ug/kg/min", 3)], "20.0", 1),
    ([pressor(EPI, 9, hours=3), pressor(PHE, 110, hours=3)], "20.0", 1),
    ([pressor(EPI, 9, hours=3), pressor(PHE, 110, hours=2)], "9.0", 0),
    ([pressor(EPI, 9, hours=3), pressor(PHE, None)], "9.0", None),
])  # fmt: skip
def test_the_norepinephrine_equivalent(rows: list[SimpleNamespace], equivalent: str, value: int | None) -> None:
    combined = grade(*rows).because[1].because[-1]
    assert (combined.shown["value"], combined.value) == (equivalent, value)


def test_a_vasopressor_counts_though_hypotension_is_not_ticked_but_not_with_another_cause() -> None:
    row = pressor(NOR, 3, hours=4)
    assert "PRESSOR_WITHOUT_HYPOTENSION" in grade(row, hypotension="N").flags
    assert grade(row, hypotension="N").value == 2
    assert grade(row, hypotension_due_to_crs="N").value == 0
    assert "HYPOTENSION_CAUSE_UNKNOWN" in grade(row, hypotension_due_to_crs="U").flags


def test_times_of_a_row_may_be_reversed_or_without_a_zone() -> None:
    reversed_times = pressor(NOR, 3, hours=4, start="12:00", stop="08:00")
    assert "PRESSOR_TIMES_REVERSED" in grade(reversed_times, pressor(PHE, 3, hours=4)).flags
    naive = pressor(NOR, 30)
    naive.started_at = naive.started_at.replace(tzinfo=None)
    assert grade(naive).value == 2


# --- organ toxicity


@pytest.mark.parametrize(("organ", "liver", "value"), [
    ("0", "0", 0), ("1", "1", 0), ("2", "0", 2), ("3", "0", 3), ("4", "0", 4), ("5", "0", 4), (3, 0, 3),
    ("0", "2", 2), ("0", "3", 3), ("0", "4", 3), ("4", "4", 4), ("2", "3", 3),
    (None, "0", None), ("0", None, None), (None, None, None), (None, "4", 3), ("2", None, 2), ("x", "0", None),
])  # fmt: skip
def test_organ_toxicity(organ: Any, liver: Any, value: int | None) -> None:
    verdict = grade(organ_toxicity=organ, transaminase_grade=liver, **FEVER)
    assert line(verdict, 3) == value
    assert verdict.value == max(1, value or 0)
    unknown = organ in (None, "x") or liver is None
    assert ("LOWER_BOUND" in verdict.flags) == unknown


@pytest.mark.parametrize(("liver", "value"), [("2", 1), ("3", 1), ("4", 3)])
def test_milder_transaminases_may_be_left_out_by_name(liver: str, value: int) -> None:
    options = LeeOptions(transaminases_are_organ_toxicity=False)
    assert grade(transaminase_grade=liver, options=options, **FEVER).value == value


def test_a_known_grade_4_is_no_lower_bound() -> None:
    verdict = grade(oxygen="INTUBATED", ventilation_reason="HYPOXIA", organ_toxicity=None, hypotension=None, **FEVER)
    assert (verdict.value, "LOWER_BOUND" in verdict.flags) == (4, False)


# --- the ladder


@pytest.mark.parametrize(("items", "value", "clause"), [
    ({"hypotension": None, **FEVER}, 1, lee_2014.FEVER_AT_LEAST),
    ({"hypotension": None}, None, lee_2014.CANNOT_NOT_ALL_RECORDED),
    ({"oxygen": None}, None, lee_2014.CANNOT_NOT_ALL_RECORDED),
    ({"temperature": None}, None, lee_2014.CANNOT_NOT_ALL_RECORDED),
    ({"organ_toxicity": None, "transaminase_grade": None}, 0, lee_2014.CLEAR_NO_ORGANS),
    ({"organ_toxicity": None, **FEVER}, 1, lee_2014.FEVER_NO_ORGANS),
    ({}, 0, lee_2014.CLEAR),
    (FEVER, 1, lee_2014.FEVER_ONLY),
    ({"death_due_to_crs": "Y", "temperature": None}, 5, lee_2014.DEATH),
])  # fmt: skip
def test_the_ladder(items: dict[str, Any], value: int | None, clause: str) -> None:
    assert (grade(**items).value, grade(**items).clause) == (value, clause)


def test_a_death_of_unknown_cause_is_not_graded_as_such() -> None:
    assert (grade(death_due_to_crs="U").value, grade(death_due_to_crs="U").flags) == (0, ("DEATH_CAUSE_UNKNOWN",))


def test_the_worst_line_decides_and_gives_its_clause() -> None:
    verdict = grade(oxygen="HFNC", fio2=50, hypotension="Y", organ_toxicity="2", **FEVER)
    assert (verdict.value, verdict.clause, verdict.basis) == (3, lee_axes.FIO2_HIGH, verdict.because[2].basis)


def test_a_course_grades_each_assessment() -> None:
    rows = [assessment(day=1, **FEVER), assessment(day=2, hypotension="Y"), assessment(day=3)]
    course = lee_2014.course(rows)
    assert [one.value for one in course.verdicts] == [1, 2, 0]
    assert course.maximum == 2
    assert lee_2014.course([]).maximum is None
    bare = SimpleNamespace(**{name: getattr(rows[0], name) for name in lee_2014.ITEMS})
    assert lee_2014.course([bare]).verdicts[0].clause == lee_2014.FEVER_NO_ORGANS


# --- any input

YES_NO = st.sampled_from(["Y", "N", "U", None])
GRADES = st.sampled_from(["0", "1", "2", "3", "4", None])
TIMES = st.one_of(st.none(), st.sampled_from(["08:00", "10:00", "12:00", "14:00", "16:00"]))
PRESSORS = st.lists(
    st.builds(
        pressor,
        drug=st.sampled_from([NOR, DOP, PHE, EPI, VAS, "METARAMINOL", "DOBUTAMINE", "OTHER", None]),
        dose=st.sampled_from([None, 0, 3, 9, 10, 20, 200, 1000]),
        unit=st.sampled_from(["ug/min", "ug/kg/min", "mg/h", "U/min", None]),
        hours=st.sampled_from([None, 0, 1, 2, 3, 12]),
        start=TIMES, stop=TIMES,
    ),
    max_size=4,
)  # fmt: skip
ITEMS: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.just(value) for name, value in CLEAR.items()},
    "temperature": st.sampled_from([None, 36.5, 38.0, 39.5]),
    "fever_due_to_crs": YES_NO,
    "hypotension": YES_NO,
    "hypotension_due_to_crs": YES_NO,
    "vasopressors": PRESSORS,
    "oxygen": st.sampled_from(["NONE", "NASAL_CANNULA", "HFNC", "FACE_MASK", "CPAP", "INTUBATED", "X", None]),
    "fio2": st.sampled_from([None, 0.4, 21, 39, 40, 100]),
    "oxygen_at_baseline": YES_NO,
    "hypoxia_due_to_crs": YES_NO,
    "ventilation_reason": st.sampled_from(["HYPOXIA", "AIRWAY_PROTECTION", None]),
    "organ_toxicity": GRADES,
    "transaminase_grade": GRADES,
    "death_due_to_crs": st.sampled_from([None, "N", "N", "N", "U", "Y"]),
}
NOW = st.builds(assessment, **ITEMS)
WEIGHT = st.sampled_from([None, 50, 80])
OPTIONS = st.builds(
    LeeOptions, vasopressin_alone=st.sampled_from([2, 3]), vasopressin_counts_towards_multiple=st.booleans(),
    sequential_pressors_count_together=st.booleans(), baseline_support_excluded=st.booleans(),
    niv_is_ventilator_support=st.booleans(), transaminases_are_organ_toxicity=st.booleans(),
)  # fmt: skip


def changed(now: SimpleNamespace, **changes: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(now), **changes})


@settings(max_examples=400, deadline=None)
@given(now=NOW, weight=WEIGHT, options=OPTIONS, seed=st.integers(0, 100))
def test_every_verdict_is_in_range_is_listed_and_does_not_depend_on_the_order_of_rows(
    now: SimpleNamespace, weight: int | None, options: LeeOptions, seed: int
) -> None:
    verdict = judge(now, weight=weight, options=options)
    assert verdict.value in {None, 0, 1, 2, 3, 4, 5}
    for each in verdict.walk():
        assert each.clause in lee_2014.CLAUSES
        assert set(each.flags) <= set(lee_2014.FLAGS)
        assert each.basis in lee_2014.BASES
        assert set(re.findall(r"{(\w+)}", each.clause)) == set(each.shown)
        assert each.version in ("lee_2014", "lee_2014_doses")
    shuffled = random.Random(seed).sample(now.vasopressors, len(now.vasopressors))
    assert judge(changed(now, vasopressors=shuffled), weight=weight, options=options) == verdict
    assert lee_2014.course([now], weight=weight, options=options).verdicts == (verdict,)


def never_lower(before: Verdict, after: Verdict) -> None:
    """A clear day that can no longer be judged is not lower; any grade above it stays a grade."""
    if isinstance(before.value, int) and (before.value > 0 or after.value is not None):
        assert isinstance(after.value, int)
        assert after.value >= before.value


@settings(max_examples=400, deadline=None)
@given(now=NOW, weight=WEIGHT, options=OPTIONS, more=PRESSORS)
def test_worse_input_never_lowers_the_grade(
    now: SimpleNamespace, weight: int | None, options: LeeOptions, more: list[SimpleNamespace]
) -> None:
    first = judge(now, weight=weight, options=options)
    worse: list[dict[str, Any]] = [
        {"temperature": 40, "fever_due_to_crs": "Y"}, {"hypotension": "Y"}, {"hypotension_due_to_crs": "Y"},
        {"oxygen": "INTUBATED", "ventilation_reason": "HYPOXIA", "hypoxia_due_to_crs": "Y", "oxygen_at_baseline": "N"},
        {"organ_toxicity": "4"}, {"death_due_to_crs": "Y"},
        {"vasopressors": [*now.vasopressors, *more]},
        {"vasopressors": [changed(row, hours=24) for row in now.vasopressors]},
        {"vasopressors": [changed(row, dose=row.dose and row.dose * 2) for row in now.vasopressors]},
    ]  # fmt: skip
    if now.fio2 is not None and now.fio2 >= 21:
        worse.append({"fio2": 100})
    if now.transaminase_grade is not None:
        worse.append({"transaminase_grade": "4"})
    if (
        options.vasopressin_alone == 3
    ):  # then a second agent at a low dose, one after the other, is milder by its own table
        worse = [one for one in worse if one.get("vasopressors") != [*now.vasopressors, *more]]
    for changes in worse:
        never_lower(first, judge(changed(now, **changes), weight=weight, options=options))


def test_every_listed_clause_and_flag_is_given_by_some_assessment() -> None:
    given: list[Verdict] = [verdict for _, verdict in worked()]
    rows = [
        [pressor(NOR, 20, hours=1)], [pressor(NOR, 30)], [pressor(NOR)], [pressor(NOR, 3, None)], [pressor(DOP, 3)],
        [pressor("METARAMINOL")], [pressor(VAS)], [pressor("DOBUTAMINE"), pressor(None)], [pressor("OTHER")],
        [pressor(NOR, 20, hours=3), pressor(EPI, 3, hours=3)], [pressor(NOR, 2, hours=3), pressor(EPI)],
        [pressor(NOR, start=None), pressor(EPI)], [pressor(NOR, start="12:00", stop="08:00"), pressor(EPI)],
        [pressor(NOR, 3, hours=3, stop="09:00"), pressor(EPI, 3, hours=3, start="10:00")],
    ]  # fmt: skip
    given += [grade(*each) for each in rows]
    items: list[dict[str, Any]] = [
        {"hypotension": "Y", "hypotension_due_to_crs": "N"}, {"hypotension": "Y", "hypotension_due_to_crs": "U"},
        {"hypotension": None, **FEVER}, {"hypotension": None}, {"temperature": None}, {"organ_toxicity": None},
        {"temperature": 39, "fever_due_to_crs": "N"}, {"temperature": 39, "fever_due_to_crs": "U"},
        {"oxygen": None}, {"oxygen": "HFNC"}, {"oxygen": "HFNC", "fio2": 1}, {"oxygen": "NONE", "fio2": 50},
        {"oxygen": "HFNC", "hypoxia_due_to_crs": "N"}, {"oxygen": "HFNC", "hypoxia_due_to_crs": "U"},
        {"oxygen": "CPAP"}, {"oxygen": "CPAP", "oxygen_at_baseline": "Y"}, {"death_due_to_crs": "U"},
        {"oxygen": "CPAP", "ventilation_reason": "PROCEDURE"}, {"transaminase_grade": None, **FEVER},
        {"transaminase_grade": "3"}, {"hypotension": "N", "vasopressors": [pressor(NOR, 3, hours=3)]},
    ]  # fmt: skip
    given += [grade(**each) for each in items]
    now = assessment()
    hot = SimpleNamespace(measured_at=now.assessed_at, temperature=39)
    given += lee_2014.course([now], vital_signs=[hot]).verdicts
    said = [each for verdict in given for each in verdict.walk()]
    assert {each.clause for each in said} == set(lee_2014.CLAUSES)
    assert {flag for each in said for flag in each.flags} == set(lee_2014.FLAGS)
    assert len(set(lee_2014.CLAUSES)) == len(lee_2014.CLAUSES)
    assert set(lee_pressors.HIGH_DOSE) == set(lee_pressors.PER_NOREPINEPHRINE)
