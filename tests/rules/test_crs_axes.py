"""ASTCT 2019, one assessment: every rung, every boundary from both sides, every missing input."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy
import pandas
import pytest

from tests.rules.crs_assessments import FEVER, HYPOTENSION, assessment, grade, moment, pressor
from trial.rules import crs, crs_axes
from trial.rules.crs_options import AstctOptions

NE, PHENYL = "NOREPINEPHRINE", "PHENYLEPHRINE"


# --- fever


@pytest.mark.parametrize("number", [Decimal, float, numpy.float64, str])
@pytest.mark.parametrize(("temperature", "expected"), [("37.9", 0), ("37.99", 0), ("38.0", 1), ("38.1", 1)])
def test_fever_begins_at_38_0(temperature: str, expected: int, number: Any) -> None:
    assert grade(temperature=number(temperature)).value == expected


def test_fever_alone_is_grade_1_and_shows_value_and_threshold() -> None:
    verdict = grade(**FEVER)
    assert (verdict.value, verdict.clause, verdict.flags) == (1, crs.FEVER_ONLY, ())
    assert verdict.because[0].sentence == "Temperature 38.6 °C, at or above 38.0 °C: fever."
    assert (verdict.version, verdict.because[0].version) == ("astct_2019", "astct_2019")


@pytest.mark.parametrize(("cause", "expected", "flags"), [
    ("Y", 1, ()), (None, 1, ()), ("U", 1, ("FEVER_CAUSE_UNKNOWN",)), ("N", 0, ()),
])  # fmt: skip
def test_only_a_recorded_other_cause_excludes_fever(cause: str | None, expected: int, flags: tuple[str, ...]) -> None:
    verdict = grade(temperature=39, fever_due_to_crs=cause)
    assert (verdict.value, verdict.flags) == (expected, flags)
    assert verdict.clause == (crs.NOT_CRS_OTHER_CAUSE if cause == "N" else crs.FEVER_ONLY)


@pytest.mark.parametrize("blank", [None, float("nan"), pandas.NaT, pandas.NA, ""])
def test_temperature_missing_with_no_episode_cannot_be_judged(blank: Any) -> None:
    verdict = grade(temperature=blank, hypotension="Y", vasopressors=[pressor(NE)])
    assert (verdict.value, verdict.clause) == (None, crs.CANNOT_WITHOUT_TEMPERATURE)
    assert "TEMPERATURE_MISSING" in verdict.flags


def test_temperature_missing_cannot_be_replaced_by_a_recorded_cause() -> None:
    assert grade(temperature=None, fever_due_to_crs="Y").value is None
    assert grade(temperature=None, fever_due_to_crs="N").value is None


# --- death


@pytest.mark.parametrize(("death", "expected"), [("Y", 5), ("N", 1), ("U", 1), (None, 1)])
def test_grade_5_is_death_due_to_crs_only(death: str | None, expected: int) -> None:
    verdict = grade(**FEVER, death_due_to_crs=death)
    assert verdict.value == expected
    assert ("DEATH_CAUSE_UNKNOWN" in verdict.flags) == (death == "U")


def test_death_due_to_crs_is_grade_5_with_nothing_else_recorded() -> None:
    verdict = grade(temperature=None, hypotension=None, oxygen=None, death_due_to_crs="Y")
    assert (verdict.value, verdict.clause) == (5, crs.DEATH)


# --- hypotension


@pytest.mark.parametrize(("present", "expected", "clause"), [
    ("Y", 2, crs_axes.HYPOTENSION_NO_PRESSOR), ("N", 1, crs.FEVER_ONLY),
    (None, 1, crs.FEVER_AT_LEAST), ("U", 1, crs.FEVER_AT_LEAST),
])  # fmt: skip
def test_hypotension_without_a_vasopressor(present: str | None, expected: int, clause: str) -> None:
    verdict = grade(**FEVER, hypotension=present)
    assert (verdict.value, verdict.clause) == (expected, clause)
    unknown = present in (None, "U")
    assert verdict.flags == (("LOWER_BOUND", "HYPOTENSION_MISSING") if unknown else ())


@pytest.mark.parametrize(("drugs", "expected"), [
    ((), 2), ((NE,), 3), ((NE, NE), 3), ((NE, "VASOPRESSIN"), 3), ((NE, PHENYL), 4), ((NE, PHENYL, "DOPAMINE"), 4),
    ((NE, "VASOPRESSIN", "TERLIPRESSIN"), 3), ((NE, PHENYL, "VASOPRESSIN"), 4), (("VASOPRESSIN", "TERLIPRESSIN"), 3),
    (("DOBUTAMINE", "MILRINONE"), 2), ((NE, "DOBUTAMINE"), 3), (("METARAMINOL",), 3), (("EPINEPHRINE", "OTHER"), 4),
])  # fmt: skip
def test_distinct_vasopressors_are_counted_without_vasopressin(drugs: tuple[str, ...], expected: int) -> None:
    assert grade(**HYPOTENSION, vasopressors=[pressor(drug) for drug in drugs]).value == expected


@pytest.mark.parametrize(("first", "second", "together"), [
    (("08:00", "12:00"), ("12:00", "16:00"), False),  # touching is a switch
    (("08:00", "12:01"), ("12:00", "16:00"), True),
    (("08:00", "11:59"), ("12:00", "16:00"), False),
    (("08:00", None), ("12:00", "16:00"), True),  # still running
    (("16:00", None), ("12:00", "16:00"), False),
    (("08:00", "20:00"), ("12:00", "12:00"), True),  # a bolus during an infusion
    (("08:00", "12:00"), (None, "08:00"), False),
    (("08:00", None), ("09:00", None), True),
])  # fmt: skip
def test_two_vasopressors_are_grade_4_only_when_they_overlap(
    first: tuple[str, str], second: tuple[str, str], together: bool
) -> None:
    rows = [pressor(NE, *first), pressor(PHENYL, *second)]
    for ordered in (rows, rows[::-1]):
        verdict = grade(**HYPOTENSION, vasopressors=ordered)
        assert verdict.value == (4 if together else 3)
        assert verdict.flags == (() if together else ("PRESSORS_IN_SEQUENCE",))
        assert verdict.clause == (crs_axes.PRESSORS_TOGETHER if together else crs_axes.PRESSORS_IN_SEQUENCE)
        assert verdict.shown == {"drugs": "norepinephrine, phenylephrine"}


@pytest.mark.parametrize(("first", "second", "flag"), [
    ((None, None), ("08:00", "12:00"), "PRESSOR_TIMES_MISSING"),
    ((None, None), (None, None), "PRESSOR_TIMES_MISSING"),
    ((None, "10:00"), ("08:00", "12:00"), "PRESSOR_TIMES_MISSING"),
    (("18:00", "10:00"), ("08:00", "12:00"), "PRESSOR_TIMES_REVERSED"),
])  # fmt: skip
def test_vasopressors_with_doubtful_times_are_assumed_to_overlap(first: Any, second: Any, flag: str) -> None:
    verdict = grade(**HYPOTENSION, vasopressors=[pressor(NE, *first), pressor(PHENYL, *second)])
    assert (verdict.value, verdict.flags) == (4, (flag,))


def test_doubtful_times_are_not_flagged_when_two_others_overlap_for_certain() -> None:
    rows = [pressor(NE), pressor(PHENYL), pressor("DOPAMINE", None, None)]
    verdict = grade(**HYPOTENSION, vasopressors=rows)
    assert (verdict.value, verdict.flags) == (4, ())


def test_two_of_three_overlapping_are_enough() -> None:
    rows = [pressor(NE, "08:00", "10:00"), pressor(PHENYL, "10:00", "14:00"), pressor("DOPAMINE", "13:00", "15:00")]
    assert grade(**HYPOTENSION, vasopressors=rows).value == 4


def test_times_without_a_zone_are_utc() -> None:
    naive = SimpleNamespace(drug=PHENYL, started_at=moment(0, "12:00").replace(tzinfo=None), stopped_at=None)
    assert grade(**HYPOTENSION, vasopressors=[pressor(NE), naive]).value == 3


@pytest.mark.parametrize("present", ["N", "U", None])
def test_a_vasopressor_counts_though_hypotension_is_not_ticked(present: str | None) -> None:
    verdict = grade(**FEVER, hypotension=present, vasopressors=[pressor(NE)])
    assert (verdict.value, verdict.flags) == (3, ("PRESSOR_WITHOUT_HYPOTENSION",))


@pytest.mark.parametrize(("cause", "expected"), [("Y", 4), (None, 4), ("U", 4), ("N", 1)])
def test_hypotension_of_another_cause_excludes_its_vasopressors(cause: str | None, expected: int) -> None:
    rows = [pressor(NE), pressor(PHENYL)]
    verdict = grade(**HYPOTENSION, hypotension_due_to_crs=cause, vasopressors=rows)
    assert verdict.value == expected
    assert verdict.flags == (("HYPOTENSION_CAUSE_UNKNOWN",) if cause == "U" else ())


def test_an_unknown_cause_is_flagged_only_where_there_is_something_to_explain() -> None:
    assert grade(**FEVER, hypotension="N", hypotension_due_to_crs="U", hypoxia_due_to_crs="U").flags == ()


def test_an_agent_outside_the_list_counts_and_is_flagged() -> None:
    for drug in ("OTHER", "METHYLENE_BLUE"):
        verdict = grade(**HYPOTENSION, vasopressors=[pressor(drug)])
        assert (verdict.value, verdict.flags) == (3, ("PRESSOR_OTHER",))


def test_a_row_without_a_drug_is_a_vasopressor_but_proves_no_second_one() -> None:
    alone = grade(**HYPOTENSION, vasopressors=[pressor(None)])
    beside = grade(**HYPOTENSION, vasopressors=[pressor(NE), pressor(None)])
    for verdict in (alone, beside):
        assert (verdict.value, verdict.flags) == (3, ("PRESSOR_DRUG_MISSING",))


def test_a_blank_row_is_no_vasopressor() -> None:
    verdict = grade(**HYPOTENSION, vasopressors=[pressor(None, None, None), {"drug": ""}])
    assert (verdict.value, verdict.flags) == (2, ())


@pytest.mark.parametrize("rows", [None, float("nan"), numpy.float64("nan"), (), []])
def test_no_rows_in_any_form_are_no_vasopressors(rows: Any) -> None:
    assert grade(**HYPOTENSION, vasopressors=rows).value == 2


def test_rows_may_come_from_a_manager_a_generator_or_mappings() -> None:
    rows = [pressor(NE), pressor(PHENYL)]

    class Manager:
        def all(self) -> list[Any]:
            return rows

    for source in (Manager(), (row for row in rows), [vars(row) for row in rows]):
        assert grade(**HYPOTENSION, vasopressors=source).value == 4


# --- hypoxia


@pytest.mark.parametrize(("device", "expected"), [
    ("NONE", 0), ("BLOW_BY", 2), ("NASAL_CANNULA", 2), ("HFNC", 3), ("FACE_MASK", 3), ("NON_REBREATHER", 3),
    ("VENTURI", 3), ("CPAP", 4), ("BIPAP", 4), ("INTUBATED", 4),
])  # fmt: skip
@pytest.mark.parametrize(("cause", "counts"), [("Y", True), (None, True), ("U", True), ("N", False)])
def test_each_device_has_its_grade_unless_hypoxia_has_another_cause(
    device: str, expected: int, cause: str | None, counts: bool
) -> None:
    verdict = grade(**FEVER, oxygen=device, oxygen_flow=5, hypoxia_due_to_crs=cause, ventilation_reason="HYPOXIA")
    assert verdict.because[2].value == (expected if counts else 0)
    assert verdict.value == max(1, expected if counts else 0)
    assert ("HYPOXIA_CAUSE_UNKNOWN" in verdict.flags) == (cause == "U" and expected > 0)


@pytest.mark.parametrize(("flow", "expected", "flags"), [
    (5.9, 2, ()), (6, 2, ()), (Decimal("6.00"), 2, ()), (6.0, 2, ()), (6.1, 3, ()), (Decimal("6.01"), 3, ()),
    (None, 2, ("LOWER_BOUND", "FLOW_MISSING")), (float("nan"), 2, ("LOWER_BOUND", "FLOW_MISSING")),
])  # fmt: skip
def test_nasal_cannula_is_split_above_6_litres(flow: Any, expected: int, flags: tuple[str, ...]) -> None:
    verdict = grade(**FEVER, oxygen="NASAL_CANNULA", oxygen_flow=flow)
    assert (verdict.value, verdict.flags) == (expected, flags)


def test_a_missing_flow_is_no_lower_bound_where_a_vasopressor_already_gives_grade_3() -> None:
    verdict = grade(**FEVER, oxygen="NASAL_CANNULA", vasopressors=[pressor("NOREPINEPHRINE")], hypotension="Y")
    assert (verdict.value, "LOWER_BOUND" in verdict.flags) == (3, False)


def test_the_split_does_not_apply_to_a_face_mask() -> None:
    assert grade(**FEVER, oxygen="FACE_MASK", oxygen_flow=5).value == 3


@pytest.mark.parametrize(("flow", "flagged"), [(6, True), (6.1, False), (None, False), (50, False)])
def test_a_high_flow_cannula_at_low_flow_is_grade_3_and_flagged(flow: Any, flagged: bool) -> None:
    verdict = grade(**FEVER, oxygen="HFNC", oxygen_flow=flow)
    assert (verdict.value, verdict.flags) == (3, ("HIGH_FLOW_DEVICE_AT_LOW_FLOW",) if flagged else ())


@pytest.mark.parametrize("device", ["CPAP", "BIPAP", "INTUBATED"])
@pytest.mark.parametrize(("reason", "expected", "flags"), [
    ("HYPOXIA", 4, ()), (None, 4, ("VENTILATION_REASON_MISSING",)), ("AIRWAY_PROTECTION", 1, ()),
    ("PROCEDURE", 1, ()), ("OTHER", 1, ()),
])  # fmt: skip
def test_positive_pressure_counts_unless_it_was_for_something_else(
    device: str, reason: str | None, expected: int, flags: tuple[str, ...]
) -> None:
    verdict = grade(**FEVER, oxygen=device, ventilation_reason=reason)
    assert (verdict.value, verdict.flags) == (expected, flags)


@pytest.mark.parametrize("device", [None, "", float("nan")])
def test_oxygen_missing_makes_the_grade_a_lower_bound(device: Any) -> None:
    fever_only, hypotensive = grade(**FEVER, oxygen=device), grade(**HYPOTENSION, oxygen=device)
    assert (fever_only.value, fever_only.clause) == (1, crs.FEVER_AT_LEAST)
    assert (hypotensive.value, hypotensive.clause) == (2, crs_axes.HYPOTENSION_NO_PRESSOR)
    assert fever_only.flags == hypotensive.flags == ("LOWER_BOUND", "HYPOXIA_MISSING")


def test_grade_4_is_no_lower_bound_though_the_other_axis_is_missing() -> None:
    verdict = grade(**HYPOTENSION, vasopressors=[pressor(NE), pressor(PHENYL)], oxygen=None)
    assert (verdict.value, verdict.flags) == (4, ("HYPOXIA_MISSING",))


def test_an_unknown_device_is_not_guessed() -> None:
    verdict = grade(**FEVER, oxygen="ECMO")
    assert (verdict.value, verdict.because[2].value) == (1, None)
    assert verdict.because[2].sentence == "Oxygen support ECMO is not in the table."


@pytest.mark.parametrize(("baseline", "expected"), [("Y", 1), ("N", 2), ("U", 2), (None, 2)])
def test_home_oxygen_unchanged_is_not_counted(baseline: str | None, expected: int) -> None:
    verdict = grade(**FEVER, oxygen="NASAL_CANNULA", oxygen_flow=2, oxygen_at_baseline=baseline)
    assert verdict.value == expected


# --- the axes together


@pytest.mark.parametrize("oxygen", [("NONE", None), ("NASAL_CANNULA", 3), ("HFNC", 40), ("BIPAP", None)])
@pytest.mark.parametrize("drugs", [(), (NE,), (NE, PHENYL)])
def test_the_worse_axis_decides(oxygen: tuple[str, int | None], drugs: tuple[str, ...]) -> None:
    verdict = grade(
        **HYPOTENSION,
        vasopressors=[pressor(drug) for drug in drugs],
        oxygen=oxygen[0],
        oxygen_flow=oxygen[1],
        ventilation_reason="HYPOXIA",
    )
    parts: list[Any] = [part.value for part in verdict.because]
    fever, hypotension, hypoxia = parts
    assert verdict.value == max(fever, hypotension, hypoxia)
    deciding = verdict.because[1] if hypotension >= hypoxia else verdict.because[2]
    assert (verdict.clause, verdict.basis) == (deciding.clause, deciding.basis)


# --- options


@pytest.mark.parametrize(("options", "changes", "recommended", "chosen"), [
    (AstctOptions(vasopressin_alone=2), {"vasopressors": [pressor("VASOPRESSIN")]}, 3, 2),
    (AstctOptions(sequential_pressors_count_together=True),
     {"vasopressors": [pressor(NE), pressor(PHENYL, "13:00", "14:00")]}, 3, 4),
    (AstctOptions(like_vasopressin=frozenset({"VASOPRESSIN"})),
     {"vasopressors": [pressor(NE), pressor("TERLIPRESSIN")]}, 3, 4),
    (AstctOptions(not_counted=frozenset()), {"vasopressors": [pressor(NE), pressor("DOBUTAMINE")]}, 3, 4),
    (AstctOptions(baseline_support_excluded=False),
     {"oxygen": "CPAP", "oxygen_at_baseline": "Y", "ventilation_reason": "HYPOXIA"}, 2, 4),
])  # fmt: skip
def test_each_convention_is_an_option(
    options: AstctOptions, changes: dict[str, Any], recommended: int, chosen: int
) -> None:
    assert grade(**HYPOTENSION, **changes).value == recommended
    assert grade(**HYPOTENSION, **changes, options=options).value == chosen


def test_impossible_options_are_refused() -> None:
    with pytest.raises(ValueError, match="vasopressin_alone"):
        AstctOptions(vasopressin_alone=4)
    with pytest.raises(ValueError, match="clear_days_to_resolve"):
        AstctOptions(clear_days_to_resolve=0)


def test_an_assessment_without_the_items_is_an_error_not_a_blank() -> None:
    incomplete = assessment()
    del incomplete.oxygen
    with pytest.raises(AttributeError):
        crs.course([incomplete])
