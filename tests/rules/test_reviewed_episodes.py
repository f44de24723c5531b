"""Second reading of episodes of CRS and ICANS: onset, maximum, end, duration, resolution, and a new one after it.

Source: Lee DW et al. Biol Blood Marrow Transplant 2019;25:625-638 for onset and waiver of fever; event level by the study's
conventions: resolved = two clear daily assessments, a missing day is neither clear nor not, end = last day with grade 1 or
more, duration = end - onset + 1, a new qualifying fever after the resolution = a new episode.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.rules import icans_assessments
from tests.rules.crs_assessments import FEVER, HYPOTENSION, INFUSED, assessment, moment
from trial.rules import crs, icans

FEBRILE, CLEAR = dict(FEVER), dict[str, Any]()


def course(*days: tuple[int, dict[str, Any]]) -> Any:
    return crs.course([assessment(day, **changes) for day, changes in days], infused_at=INFUSED)


def shape(found: Any) -> list[tuple[Any, ...]]:
    """Onset, maximum, its first day, end, duration, resolved: days from the infusion."""

    def day(at: Any) -> int:
        return int((at.date() - INFUSED.date()).days)

    return [
        (day(one.onset), one.maximum, day(one.maximum_on), day(one.end), one.duration_days, one.resolved)
        for one in found.episodes
    ]


def test_onset_maximum_end_and_duration_of_one_episode() -> None:
    found = course((1, CLEAR), (2, FEBRILE), (3, HYPOTENSION), (4, HYPOTENSION), (5, FEBRILE), (6, CLEAR), (7, CLEAR))
    assert shape(found) == [(2, 2, 3, 5, 4, True)]
    assert found.episodes[0].onset_day == 2
    assert found.episodes[0].resolved_on == moment(6).date()  # the first of the two clear days
    assert found.maximum == 2


def test_one_clear_day_does_not_split_an_episode() -> None:
    assert shape(course((2, FEBRILE), (3, CLEAR), (4, FEBRILE), (5, CLEAR), (6, CLEAR))) == [(2, 1, 2, 4, 3, True)]


def test_a_missing_day_is_neither_clear_nor_not() -> None:
    # Clear on day 3 and on day 8, nothing between: two clear daily assessments.
    assert shape(course((2, FEBRILE), (3, CLEAR), (8, CLEAR), (9, FEBRILE))) == [
        (2, 1, 2, 2, 1, True),
        (9, 1, 9, 9, 1, False),
    ]
    # A day that cannot be judged ends nothing and counts for nothing.
    unknown: dict[str, Any] = {"temperature": None}
    assert shape(course((2, FEBRILE), (3, CLEAR), (4, unknown), (5, FEBRILE))) == [(2, 1, 2, 5, 4, False)]


def test_a_new_fever_after_the_resolution_is_a_new_episode_and_the_worst_of_both_is_the_subjects() -> None:
    found = course(
        (2, FEBRILE), (3, CLEAR), (4, CLEAR), (5, CLEAR), (9, FEBRILE), (10, HYPOTENSION), (11, CLEAR), (12, CLEAR)
    )
    assert shape(found) == [(2, 1, 2, 2, 1, True), (9, 2, 10, 10, 2, True)]
    assert found.maximum == 2


def test_the_waiver_of_fever_ends_with_its_episode() -> None:
    steroid = {**FEBRILE, "steroid": "Y"}
    shock = {"hypotension": "Y"}
    # Given on day 2: hypotension without fever on day 3 still counts.
    within = course((2, steroid), (3, shock))
    assert [one.value for one in within.verdicts] == [1, 2]
    # After two clear days it is another matter: without a fever no CRS.
    after = course((2, steroid), (3, CLEAR), (4, CLEAR), (5, shock))
    assert [one.value for one in after.verdicts] == [1, 0, 0, 0]
    assert len(after.episodes) == 1


def test_a_fever_with_another_cause_opens_no_episode_and_no_second_one() -> None:
    other = {"temperature": 39.0, "fever_due_to_crs": "N"}
    assert shape(course((2, other))) == []
    assert shape(course((2, FEBRILE), (3, CLEAR), (4, CLEAR), (6, other))) == [(2, 1, 2, 2, 1, True)]


def test_the_worst_assessment_of_a_day_counts() -> None:
    rows = [
        assessment(2, "08:00", **FEVER),
        assessment(2, "20:00"),
        assessment(3),
        assessment(4, "08:00"),
        assessment(4, "20:00", **FEVER),
    ]
    found = crs.course(rows, infused_at=INFUSED)
    assert shape(found) == [(2, 1, 2, 4, 3, False)]


@pytest.mark.parametrize(("day", "late"), [(0, False), (14, False), (15, True)])
def test_a_late_onset_is_flagged_and_never_blocked(day: int, late: bool) -> None:
    found = course((day, FEBRILE))
    assert [one.onset_day for one in found.episodes] == [day]
    assert (found.episodes[0].flags == ("ONSET_LATE",)) == late


# --- ICANS


def neuro(*days: tuple[int, dict[str, Any]]) -> Any:
    rows = [icans_assessments.assessment(day, **changes) for day, changes in days]
    return icans.course(rows, infused_at=icans_assessments.INFUSED)


def test_icans_runs_from_the_first_grade_to_a_sustained_return_and_may_come_again() -> None:
    worse, bad, good = icans_assessments.ice(5), icans_assessments.ice(8), dict[str, Any]()
    found = neuro((4, good), (5, bad), (6, worse), (7, bad), (8, good), (9, good), (15, bad), (16, good), (17, good))
    assert shape(found) == [(5, 2, 6, 7, 3, True), (15, 1, 15, 15, 1, True)]
    assert found.maximum == 2


def test_icans_ends_at_the_subjects_own_baseline() -> None:
    # ICE 9 before the treatment: 9 is the return, 8 is not.
    own = {**icans_assessments.ice(9), "baseline_ice": 9}
    found = neuro((5, {**icans_assessments.ice(5), "baseline_ice": 9}), (6, own), (7, own))
    assert shape(found) == [(5, 2, 5, 5, 1, True)]
    below = {**icans_assessments.ice(8), "baseline_ice": 9}
    assert shape(neuro((5, {**icans_assessments.ice(5), "baseline_ice": 9}), (6, below), (7, below))) == [
        (5, 2, 5, 7, 3, False)
    ]


def test_days_are_those_of_the_calendar() -> None:
    found = course((2, FEBRILE), (3, CLEAR), (4, CLEAR))
    assert found.episodes[0].resolved_on == date(2031, 3, 1) + timedelta(days=3)
