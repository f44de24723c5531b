"""ICANS over time: onset at the first grade 1, resolution at a sustained return to the subject's own baseline."""

import random
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.icans_assessments import INFUSED, NO_ICE, SEDATED, assessment, ice, judge, moment
from tests.rules.test_icans import FINDINGS
from trial.rules import icans
from trial.rules.icans_domains import IcansOptions


def only(*rows: SimpleNamespace, **extra: Any) -> icans.IcansEpisode:
    (episode,) = icans.course(rows, infused_at=INFUSED, **extra).episodes
    return episode


def test_no_grade_1_is_no_episode() -> None:
    course = icans.course([assessment(1), assessment(2, **NO_ICE)])
    assert (course.episodes, course.maximum) == ((), 0)
    assert icans.course([]).maximum is None


def test_an_episode_runs_from_the_first_to_the_last_grade_1_both_days_included() -> None:
    rows = [
        assessment(1),
        assessment(5, **ice(8)),
        assessment(6, **ice(4)),
        assessment(7, **ice(9)),
        assessment(8),
        assessment(9),
    ]
    episode = only(*rows)
    assert (episode.onset, episode.onset_day, episode.end, episode.duration_days) == (moment(5), 5, moment(7), 3)
    assert (episode.maximum, episode.maximum_on) == (2, moment(6))
    assert (episode.first, episode.last, episode.resolved, episode.resolved_on) == (1, 3, True, moment(8).date())
    assert episode.flags == ()


@pytest.mark.parametrize(("later", "resolved"), [
    ([], False),
    ([assessment(6)], False),  # one clear day is not sustained
    ([assessment(6), assessment(7)], True),
    ([assessment(6, hour=8), assessment(6, hour=20)], False),  # twice a day is one day
    ([assessment(6), assessment(7, **ice(9)), assessment(8)], False),
    ([assessment(6), assessment(7, **NO_ICE), assessment(8)], True),  # what cannot be judged does not break the run
    ([assessment(6), assessment(7, **NO_ICE)], False),  # and does not count
    ([assessment(6), assessment(7, **SEDATED)], False),
    ([assessment(6), assessment(9)], True),  # a missing day is neither clear nor not
    ([assessment(6, **ice(8), ice_due="N"), assessment(7, **ice(8), ice_due="N")], False),  # grade 0, and no recovery
    ([assessment(6, **ice(8), baseline_ice=8), assessment(7, **ice(8))], True),  # back to the subject's own baseline
    ([assessment(6, **ice(7), baseline_ice=8), assessment(7, **ice(7))], False),
])  # fmt: skip
def test_only_two_clear_days_with_ice_10_or_at_baseline_resolve(later: list[SimpleNamespace], resolved: bool) -> None:
    assert only(assessment(5, **ice(6)), *later).resolved is resolved


@pytest.mark.parametrize(("needed", "resolved"), [(1, True), (2, True), (3, False)])
def test_the_number_of_clear_days_is_an_option(needed: int, resolved: bool) -> None:
    rows = [assessment(5, **ice(6)), assessment(6), assessment(7)]
    assert only(*rows, options=IcansOptions(clear_days_to_resolve=needed)).resolved is resolved


def test_a_new_grade_1_after_resolution_is_a_new_episode() -> None:
    rows = [assessment(2, **ice(9)), assessment(3), assessment(4), assessment(9, seizure="PROLONGED")]
    first, second = icans.course(rows).episodes
    assert (first.maximum, second.maximum, second.resolved, second.duration_days) == (1, 4, False, 1)
    assert first.onset_day is None  # no infusion given


def test_death_of_icans_never_resolves() -> None:
    episode = only(assessment(3, death_due_to_icans="Y"), assessment(4), assessment(5))
    assert (episode.maximum, episode.resolved) == (5, False)


@pytest.mark.parametrize(
    ("day", "flags"), [(-1, ("ONSET_BEFORE_INFUSION",)), (0, ()), (28, ()), (29, ("ICANS_ONSET_LATE",))]
)
def test_an_onset_out_of_time_is_flagged(day: int, flags: tuple[str, ...]) -> None:
    assert only(assessment(day, **ice(9))).flags == flags


def test_assessments_may_come_in_any_order_and_verdicts_keep_it() -> None:
    rows = [
        assessment(5, **ice(6), baseline_ice=None),
        assessment(1, baseline_ice=9),
        assessment(6, **ice(9)),
        assessment(7),
    ]
    course = icans.course(rows, infused_at=INFUSED)
    assert [verdict.value for verdict in course.verdicts] == [2, 0, 0, 0]
    assert (course.episodes[0].first, course.episodes[0].resolved_on) == (0, moment(6).date())


def test_an_undated_assessment_stays_where_it_was_given() -> None:
    episode = only(assessment(None, **ice(2)), assessment(5, **ice(6)), assessment(6), assessment(7))
    assert (episode.onset, episode.duration_days, episode.maximum, episode.resolved) == (None, None, 3, True)


def test_days_may_be_dates_without_a_time() -> None:
    rows = [assessment(day, **found) for day, found in ((2, ice(9)), (3, {}), (4, {}))]
    for row in rows:
        row.assessed_at = row.assessed_at.date()
    (episode,) = icans.course(rows, infused_at=date(2031, 3, 1)).episodes
    assert (episode.onset, episode.onset_day, episode.resolved_on) == (date(2031, 3, 3), 2, date(2031, 3, 4))


@st.composite
def series(draw: st.DrawFn) -> list[SimpleNamespace]:
    at, rows = INFUSED, []
    for hours in draw(st.lists(st.sampled_from([8, 24, 24, 48]), max_size=7)):
        at += timedelta(hours=hours)
        items = draw(st.one_of(st.just({}), st.just({}), FINDINGS))
        rows.append(SimpleNamespace(**{**vars(assessment(0)), **items, "assessed_at": at}))
    return rows


@settings(max_examples=120, deadline=None)
@given(rows=series(), seed=st.integers(0, 99))
def test_one_pass_equals_point_by_point_in_any_order(rows: list[SimpleNamespace], seed: int) -> None:
    course = icans.course(rows)
    assert list(course.verdicts) == [judge(row, history=rows[:index]) for index, row in enumerate(rows)]
    order = random.Random(seed).sample(range(len(rows)), len(rows))
    shuffled = icans.course([rows[index] for index in order])
    assert [shuffled.verdicts[order.index(index)] for index in range(len(rows))] == list(course.verdicts)
    assert [(one.onset, one.end, one.resolved_on) for one in shuffled.episodes] == [
        (one.onset, one.end, one.resolved_on) for one in course.episodes
    ]


@settings(max_examples=120, deadline=None)
@given(rows=series())
def test_episodes_cover_every_grade_and_do_not_overlap(rows: list[SimpleNamespace]) -> None:
    course = icans.course(rows)
    graded = {index for index, verdict in enumerate(course.verdicts) if verdict.value}
    covered = [index for one in course.episodes for index in range(one.first, one.last + 1)]
    assert graded <= set(covered)
    assert len(covered) == len(set(covered))
    assert all(one.resolved for one in course.episodes[:-1])
