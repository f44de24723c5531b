"""CRS over time: the latch, resolution by clear days without a finding between, and what an episode amounted to."""

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pandas
import pytest

from tests.rules.crs_assessments import CLEAR, FEVER, HYPOTENSION, INFUSED, assessment, judge, moment, pressor
from trial.rules import crs, crs_axes
from trial.rules.crs_options import AstctOptions

STRICT = AstctOptions(axes_without_fever_in_open_episode=False)
LOW: dict[str, Any] = {"hypotension": "Y"}  # hypotension without fever


def values(*assessments: SimpleNamespace, options: AstctOptions | None = None) -> list[Any]:
    course = crs.course(assessments) if options is None else crs.course(assessments, options=options)
    return [verdict.value for verdict in course.verdicts]


# --- the latch


@pytest.mark.parametrize("drug", ["antipyretic", "anticytokine", "steroid"])
def test_any_drug_for_crs_with_the_fever_waives_fever_afterwards(drug: str) -> None:
    rows = (assessment(day=1, **FEVER, **{drug: "Y"}), assessment(day=2, **LOW))
    assert values(*rows, options=STRICT) == [1, 2]


@pytest.mark.parametrize("drug", ["antipyretic", "anticytokine", "steroid"])
def test_a_drug_at_the_afebrile_assessment_itself_waives_fever(drug: str) -> None:
    rows = (assessment(day=1, **FEVER), assessment(day=2, **LOW, **{drug: "Y"}))
    assert values(*rows, options=STRICT) == [1, 2]


@pytest.mark.parametrize("answer", ["N", "U", None])
def test_a_drug_not_given_waives_nothing(answer: str | None) -> None:
    rows = (assessment(day=1, **FEVER, steroid=answer), assessment(day=2, **LOW))
    assert values(*rows, options=STRICT) == [1, 0]
    assert crs.course(rows, options=STRICT).verdicts[-1].clause == crs.FEVER_GONE


def test_the_latch_stays_until_resolution() -> None:
    rows = [assessment(day=1, **FEVER, steroid="Y"), assessment(day=2), assessment(day=3, **LOW), assessment(day=4)]
    assert values(*rows, assessment(day=5, **LOW), options=STRICT) == [1, 0, 2, 0, 2]


def test_the_latch_never_scores_by_itself() -> None:
    verdict = judge(assessment(day=2), history=[assessment(day=1, **FEVER, steroid="Y")])
    assert (verdict.value, verdict.clause) == (0, crs.CLEAR)
    assert verdict.because[3].clause == crs.WAIVED


@pytest.mark.parametrize("history", [
    [],  # no fever at all
    [{"temperature": 37.5, "antipyretic": "Y"}],  # drug before any fever
    [{"temperature": 39.0, "fever_due_to_crs": "N", "antipyretic": "Y"}],  # a fever of another cause
])  # fmt: skip
def test_a_drug_without_a_documented_fever_of_crs_waives_nothing(history: list[dict[str, Any]]) -> None:
    earlier = [assessment(day=1, **changes) for changes in history]
    verdict = judge(assessment(day=2, **LOW, steroid="Y"), history=earlier)
    assert (verdict.value, verdict.clause) == (0, crs.NOT_CRS_NO_FEVER)
    assert verdict.flags == ("MASKED_ONSET_POSSIBLE",)


def test_the_latch_clears_at_resolution_and_is_not_inherited_by_the_next_episode() -> None:
    first = [assessment(day=1, **FEVER, steroid="Y"), assessment(day=2), assessment(day=3)]
    rows = [*first, assessment(day=4, **LOW), assessment(day=5, **FEVER), assessment(day=6, **LOW)]
    assert values(*rows, options=STRICT) == [1, 0, 0, 0, 1, 0]


# --- fever gone without a drug


def test_fever_gone_without_a_drug_is_graded_on_the_axes_by_convention() -> None:
    verdict = judge(assessment(day=2, **LOW), history=[assessment(day=1, **FEVER)])
    assert (verdict.value, verdict.flags) == (2, ("NO_FEVER_IN_OPEN_EPISODE",))
    assert verdict.because[3].clause == crs.OPEN_EPISODE


def test_a_fever_of_another_cause_inside_an_episode_leaves_the_axes() -> None:
    other: dict[str, Any] = {"temperature": 39.0, "fever_due_to_crs": "N"}
    assert values(assessment(day=1, **FEVER), assessment(day=2, **other, **LOW), assessment(day=3, **other)) == [
        1,
        2,
        0,
    ]


# --- temperature missing inside an episode


@pytest.mark.parametrize("drug", ["N", "Y"])
def test_temperature_missing_in_an_open_episode_is_graded_on_the_axes(drug: str) -> None:
    history = [assessment(day=1, **FEVER, steroid=drug)]
    assert judge(assessment(day=2, temperature=None, **LOW), history=history).value == 2


@pytest.mark.parametrize("drug", ["N", "Y"])
def test_temperature_missing_and_axes_clear_cannot_be_judged(drug: str) -> None:
    verdict = judge(assessment(day=2, temperature=None), history=[assessment(day=1, **FEVER, steroid=drug)])
    assert (verdict.value, verdict.clause) == (None, crs.CANNOT_NOT_ALL_RECORDED)  # 0 or 1


def test_temperature_missing_needs_the_latch_where_axes_alone_are_not_graded() -> None:
    now = assessment(day=2, temperature=None, **LOW)
    without, latched = [assessment(day=1, **FEVER)], [assessment(day=1, **FEVER, steroid="Y")]
    assert judge(now, history=without, options=STRICT).clause == crs.CANNOT_WITHOUT_TEMPERATURE
    assert judge(now, history=latched, options=STRICT).value == 2


@pytest.mark.parametrize("blank", ["oxygen", "hypotension"])
def test_an_axis_missing_and_the_rest_clear_cannot_be_judged(blank: str) -> None:
    missing: dict[str, Any] = {blank: None}
    verdict = judge(assessment(day=2, **missing), history=[assessment(day=1, **FEVER)])
    assert (verdict.value, verdict.clause) == (None, crs.CANNOT_NOT_ALL_RECORDED)


def test_an_axis_missing_does_not_matter_without_fever_and_episode() -> None:
    assert judge(assessment(oxygen=None, hypotension=None)).value == 0


# --- resolution


def resolved(*later: SimpleNamespace, options: AstctOptions | None = None) -> bool:
    """Whether the episode that began on day 1 is resolved after these assessments."""
    rows = [assessment(day=1, **FEVER), *later]
    return (crs.course(rows) if options is None else crs.course(rows, options=options)).episodes[0].resolved


def test_two_clear_days_resolve_an_episode_at_the_first_of_them() -> None:
    course = crs.course([assessment(day=1, **FEVER), assessment(day=2), assessment(day=3)])
    (only,) = course.episodes
    assert (only.resolved, only.resolved_on) == (True, moment(2).date())
    assert (only.end, only.duration_days, only.last) == (moment(1), 1, 0)


@pytest.mark.parametrize(("later", "expected"), [
    ([assessment(day=2)], False),  # one clear day
    ([assessment(day=2), assessment(day=4)], True),  # day 3 is missing: neither clear nor not
    ([assessment(day=2), assessment(day=4, **LOW)], False),
    ([assessment(day=2), assessment(day=4, **LOW), assessment(day=5)], False),
    ([assessment(day=2), assessment(day=3, **LOW), assessment(day=4)], False),
    ([assessment(day=2), assessment(day=3, temperature=None)], False),  # what cannot be judged is not clear
    ([assessment(day=2), assessment(day=3, temperature=None), assessment(day=4)], True),  # and does not break the run
    ([assessment(day=2), assessment(day=3, oxygen=None), assessment(day=4)], True),
    ([assessment(day=2), assessment(day=3, oxygen=None, **LOW), assessment(day=4)], False),  # something was found
    ([assessment(day=2), assessment(day=3, temperature=None), assessment(day=4, **LOW)], False),
    ([assessment(day=2), assessment(day=3, time="08:00"), assessment(day=3, oxygen=None)], False),  # worst of the day
    ([assessment(day=2, time="08:00"), assessment(day=2, time="20:00")], False),  # twice a day is one day
    ([assessment(day=2), assessment(day=3, time="08:00", **LOW), assessment(day=3)], False),
    ([assessment(day=2, time="08:00"), assessment(day=2), assessment(day=3)], True),
    ([assessment(day=2), assessment(day=None)], False),  # an undated one is no day of its own
    ([assessment(day=2, time="08:00"), assessment(day=None), assessment(day=2)], False),  # still one day
    ([assessment(day=2), assessment(day=None), assessment(day=3)], True),
    ([assessment(day=2), assessment(day=None, **LOW), assessment(day=3)], False),
    ([assessment(day=2), assessment(day=None, **LOW), assessment(day=2, time="20:00"), assessment(day=3)], False),
    ([assessment(day=2, temperature=39.0, fever_due_to_crs="N"), assessment(day=3)], True),
    ([assessment(day=2, oxygen="CPAP", oxygen_at_baseline="Y"), assessment(day=3)], True),
])  # fmt: skip
def test_only_two_clear_days_without_a_finding_between_resolve(later: list[SimpleNamespace], expected: bool) -> None:
    assert resolved(*later) is expected


def test_clear_then_nothing_then_clear_is_resolved_on_the_first_clear_day() -> None:
    rows = [assessment(day=1, **FEVER), assessment(day=13, **LOW), assessment(day=14), assessment(day=21)]
    (only,) = crs.course(rows).episodes
    assert (only.resolved, only.resolved_on) == (True, moment(14).date())
    assert (only.end, only.duration_days, only.last) == (moment(13), 13, 1)  # the gap is no part of the duration


@pytest.mark.parametrize("found", [FEVER, LOW, {"oxygen": "HFNC"}])
def test_clear_then_nothing_then_a_finding_is_the_same_episode(found: dict[str, Any]) -> None:
    rows = [assessment(day=13, **FEVER), assessment(day=14), assessment(day=21, **found)]
    (only,) = crs.course(rows).episodes
    assert (only.resolved, only.resolved_on, only.end, only.duration_days) == (False, None, moment(21), 9)


def test_a_finding_after_a_gap_starts_the_count_of_clear_days_again() -> None:
    rows = [assessment(day=1, **FEVER), assessment(day=2), assessment(day=5, **LOW), assessment(day=7)]
    assert not crs.course(rows).episodes[0].resolved
    assert crs.course([*rows, assessment(day=10)]).episodes[0].resolved_on == moment(7).date()


def test_the_latch_outlives_a_gap_until_a_second_clear_day() -> None:
    treated = [assessment(day=1, **FEVER, steroid="Y"), assessment(day=2)]
    assert values(*treated, assessment(day=6, **LOW), options=STRICT) == [1, 0, 2]
    assert values(*treated, assessment(day=6), assessment(day=7, **LOW), options=STRICT) == [1, 0, 0, 0]


def test_a_drug_for_crs_on_a_day_that_cannot_be_judged_still_breaks_the_run() -> None:
    assert not resolved(assessment(day=2), assessment(day=3, temperature=None, steroid="Y"), assessment(day=4))
    later = (assessment(day=4), assessment(day=5))
    assert resolved(assessment(day=2), assessment(day=3, temperature=None, steroid="Y"), *later)


def test_without_fever_in_open_episodes_hypotension_that_cannot_be_graded_still_breaks_the_run() -> None:
    ungraded = assessment(day=3, temperature=None, **LOW)
    assert crs.course([assessment(day=1, **FEVER), ungraded], options=STRICT).verdicts[-1].value is None
    assert not resolved(assessment(day=2), ungraded, assessment(day=4), options=STRICT)


@pytest.mark.parametrize("drug", ["antipyretic", "anticytokine", "steroid"])
def test_a_day_with_a_drug_for_crs_is_not_clear(drug: str) -> None:
    days = (assessment(day=2), assessment(day=3, **{drug: "Y"}), assessment(day=4))
    assert not resolved(*days)
    assert resolved(*days, options=AstctOptions(support_delays_resolution=False))


@pytest.mark.parametrize(("needed", "expected"), [(1, True), (2, True), (3, False)])
def test_the_number_of_clear_days_is_an_option(needed: int, expected: bool) -> None:
    assert (
        resolved(assessment(day=2), assessment(day=3), options=AstctOptions(clear_days_to_resolve=needed)) is expected
    )


def test_a_day_is_not_over_before_another_day_begins() -> None:
    morning = [assessment(day=1, **FEVER), assessment(day=2), assessment(day=3, time="08:00")]
    evening = assessment(day=3, time="20:00", **LOW)
    assert judge(evening, history=morning).value == 2
    assert judge(assessment(day=4, **LOW), history=morning).value == 0
    assert judge(assessment(day=None, **LOW), history=morning).value == 0  # undated: taken as a later day


def test_days_are_those_of_the_zone_the_assessment_carries() -> None:
    shanghai = timezone(timedelta(hours=8))
    rows = [
        assessment(day=1, time="10:00", **FEVER),
        assessment(day=2, time="15:00"),
        assessment(day=2, time="17:00"),  # 01:00 of day 3 in Shanghai
    ]
    assert not crs.course(rows).episodes[0].resolved
    for row in rows:
        row.assessed_at = row.assessed_at.astimezone(shanghai)
    assert crs.course(rows).episodes[0].resolved


# --- episodes


def test_no_fever_is_no_episode() -> None:
    course = crs.course([assessment(day=1), assessment(day=2, **LOW)])
    assert (course.episodes, course.maximum) == ((), 0)


def test_no_assessment_is_an_empty_course() -> None:
    course = crs.course([])
    assert (course.verdicts, course.episodes, course.maximum) == ((), (), None)


def test_an_episode_tells_onset_maximum_end_duration_and_drugs() -> None:
    rows = [
        assessment(day=0),
        assessment(day=1, **FEVER),
        assessment(day=2, **HYPOTENSION, vasopressors=[pressor("NOREPINEPHRINE", day=2)]),
        assessment(day=3, time="06:00", oxygen="HFNC", anticytokine="Y", anticytokine_drug="TOCILIZUMAB"),
        assessment(day=3, time="18:00", hypotension="Y", steroid="Y"),
        assessment(day=4),
        assessment(day=5),
        assessment(day=6, **LOW),
    ]
    course = crs.course(rows, infused_at=INFUSED)
    assert [verdict.value for verdict in course.verdicts] == [0, 1, 3, 3, 2, 0, 0, 0]
    assert course.episodes == (
        crs.Episode(
            onset=moment(1), maximum=3, maximum_on=moment(2), end=moment(3), resolved=True, duration_days=3,
            anticytokine=True, tocilizumab=True, steroid=True, first=1, last=4,
            resolved_on=moment(4).date(), onset_day=1, flags=(),
        ),
    )  # fmt: skip


def test_a_new_fever_after_resolution_is_a_new_episode_and_the_last_is_ongoing() -> None:
    rows = [assessment(day=1, **FEVER, steroid="Y"), assessment(day=2), assessment(day=3), assessment(day=4, **FEVER)]
    course = crs.course(rows, infused_at=INFUSED)
    assert [(one.first, one.last, one.resolved, one.steroid) for one in course.episodes] == [
        (0, 0, True, True),
        (3, 3, False, False),
    ]
    assert course.episodes[1].resolved_on is None


def test_a_fever_after_one_clear_day_is_the_same_episode() -> None:
    (only,) = crs.course([assessment(day=1, **FEVER), assessment(day=2), assessment(day=3, **FEVER)]).episodes
    assert (only.first, only.last, only.duration_days) == (0, 2, 3)


def test_other_anticytokine_drugs_are_not_tocilizumab() -> None:
    (only,) = crs.course([assessment(day=1, **FEVER, anticytokine="Y", anticytokine_drug="ANAKINRA")]).episodes
    assert (only.anticytokine, only.tocilizumab, only.steroid) == (True, False, False)


def test_drugs_outside_the_episode_are_not_its_drugs() -> None:
    rows = [assessment(day=0, steroid="Y"), assessment(day=1, **FEVER), assessment(day=2), assessment(day=3)]
    course = crs.course([*rows, assessment(day=4, anticytokine="Y", anticytokine_drug="TOCILIZUMAB")])
    (only,) = course.episodes
    assert (only.anticytokine, only.tocilizumab, only.steroid) == (False, False, False)


@pytest.mark.parametrize(("day", "flags"), [
    (-1, ("ONSET_BEFORE_INFUSION",)), (0, ()), (14, ()), (15, ("ONSET_LATE",)),
])  # fmt: skip
def test_an_implausible_onset_is_flagged_and_still_graded(day: int, flags: tuple[str, ...]) -> None:
    course = crs.course([assessment(day=day, **FEVER)], infused_at=INFUSED)
    assert course.verdicts[0].value == 1
    assert (course.episodes[0].onset_day, course.episodes[0].flags) == (day, flags)


def test_the_onset_day_is_counted_on_the_calendar_of_the_assessments() -> None:
    shanghai = timezone(timedelta(hours=8))
    row = assessment(day=1, time="10:00", **FEVER)
    row.assessed_at = row.assessed_at.astimezone(shanghai)
    late_evening = datetime(2031, 3, 1, 23, 0, tzinfo=UTC)  # already 2 March in Shanghai
    assert crs.course([row], infused_at=late_evening).episodes[0].onset_day == 0
    assert crs.course([row], infused_at=late_evening.date()).episodes[0].onset_day == 1
    assert crs.course([row]).episodes[0].onset_day is None


def test_a_death_without_documented_fever_is_an_episode_of_its_own() -> None:
    (only,) = crs.course([assessment(day=1), assessment(day=2, temperature=None, death_due_to_crs="Y")]).episodes
    assert (only.maximum, only.first, only.duration_days, only.resolved) == (5, 1, 1, False)


def test_a_fatal_episode_never_resolves() -> None:
    rows = [assessment(day=1, **FEVER), assessment(day=2, death_due_to_crs="Y"), assessment(day=3), assessment(day=4)]
    (only,) = crs.course(rows).episodes
    assert (only.resolved, only.maximum, only.maximum_on) == (False, 5, moment(2))


def test_undated_assessments_are_graded_but_have_no_duration() -> None:
    (only,) = crs.course([assessment(day=None, **FEVER)], infused_at=INFUSED).episodes
    assert (only.onset, only.end, only.duration_days, only.onset_day) == (None, None, None, None)


def test_an_assessment_that_cannot_be_judged_does_not_end_an_episode() -> None:
    rows = [assessment(day=1, **FEVER), assessment(day=2, temperature=None), assessment(day=3, **LOW)]
    course = crs.course(rows)
    assert [verdict.value for verdict in course.verdicts] == [1, None, 2]
    assert (course.episodes[0].last, course.episodes[0].maximum) == (2, 2)


def test_rows_of_a_data_frame_are_read_like_forms() -> None:
    days = [{**CLEAR, **FEVER, "anticytokine": None}, {**CLEAR, "temperature": None, "hypotension": "Y"}, {**CLEAR}]
    for number, day in enumerate(days):
        day["assessed_at"] = moment(number) if number < 2 else None
        day["vasopressors"] = None
    frame = pandas.DataFrame(days)
    course = crs.course(frame.itertuples(index=False), infused_at=pandas.Timestamp(INFUSED))
    assert [verdict.value for verdict in course.verdicts] == [1, 2, 0]
    assert (course.episodes[0].duration_days, course.episodes[0].onset_day) == (2, 0)
    assert course.verdicts[1].because[0].clause == crs_axes.TEMPERATURE_MISSING
