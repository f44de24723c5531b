"""ASTCT 2019 for any input: it never falls when a finding gets worse, and one pass equals point by point."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.rules.crs_assessments import INFUSED, judge
from trial.rules import crs
from trial.rules.crs_options import AstctOptions

YES_NO = st.sampled_from(["Y", "N", "U", None])
DRUGS = [
    "NOREPINEPHRINE",
    "EPINEPHRINE",
    "DOPAMINE",
    "VASOPRESSIN",
    "TERLIPRESSIN",
    "METARAMINOL",
    "DOBUTAMINE",
    "OTHER",
]
HOURS = st.one_of(st.none(), st.integers(0, 6).map(lambda hour: INFUSED + timedelta(hours=hour)))
PRESSORS = st.lists(
    st.builds(
        SimpleNamespace,
        drug=st.sampled_from([*DRUGS, None]), dose=st.none(), hours=st.none(), started_at=HOURS, stopped_at=HOURS,
    ),
    max_size=4,
)  # fmt: skip
ITEMS: dict[str, st.SearchStrategy[Any]] = {
    "temperature": st.sampled_from([None, 36.5, 37.9, 38.0, 39.5]),
    "fever_due_to_crs": YES_NO,
    "antipyretic": YES_NO,
    "anticytokine": YES_NO,
    "anticytokine_drug": st.sampled_from([None, "TOCILIZUMAB", "ANAKINRA"]),
    "steroid": YES_NO,
    "hypotension": YES_NO,
    "hypotension_due_to_crs": YES_NO,
    "vasopressors": PRESSORS,
    "oxygen": st.sampled_from(
        ["NONE", "BLOW_BY", "NASAL_CANNULA", "HFNC", "FACE_MASK", "CPAP", "INTUBATED", "X", None]
    ),
    "oxygen_flow": st.sampled_from([None, 2, 6, 6.1, 40]),
    "oxygen_at_baseline": YES_NO,
    "hypoxia_due_to_crs": YES_NO,
    "ventilation_reason": st.sampled_from(["HYPOXIA", "AIRWAY_PROTECTION", "PROCEDURE", "OTHER", None]),
    "death_due_to_crs": st.sampled_from([None, "N", "N", "N", "N", "U", "Y"]),
}
# Mostly clear, so that episodes resolve often enough for the property to mean something.
QUIET = {
    **ITEMS,
    "temperature": st.sampled_from([36.5, 36.5, 36.5, 39.0, None]),
    "hypotension": st.sampled_from(["N", "N", "N", "Y"]),
    "oxygen": st.sampled_from(["NONE", "NONE", "NONE", "HFNC"]),
    "vasopressors": st.just([]),
    "antipyretic": st.sampled_from(["N", "N", "N", "Y"]),
    "anticytokine": st.just("N"),
    "steroid": st.just("N"),
    "death_due_to_crs": st.just(None),
}
OPTIONS = st.builds(
    AstctOptions,
    vasopressin_alone=st.sampled_from([2, 3]),
    sequential_pressors_count_together=st.booleans(),
    baseline_support_excluded=st.booleans(),
    axes_without_fever_in_open_episode=st.booleans(),
    clear_days_to_resolve=st.integers(1, 3),
    support_delays_resolution=st.booleans(),
    vital_signs_count=st.booleans(),
)


@st.composite
def series(draw: st.DrawFn, items: dict[str, st.SearchStrategy[Any]] = QUIET) -> list[SimpleNamespace]:
    """Assessments oldest first, with gaps, several a day, and now and then one undated."""
    at, rows = INFUSED, []
    for hours in draw(st.lists(st.sampled_from([6, 12, 24, 24, 24, 48]), max_size=9)):
        at += timedelta(hours=hours)
        stamp = draw(st.sampled_from([at] * 9 + [None]))
        rows.append(draw(st.builds(SimpleNamespace, assessed_at=st.just(stamp), **items)))
    return rows


ANY_SERIES = st.one_of(series(), series(ITEMS))
NOW = st.builds(SimpleNamespace, assessed_at=st.just(INFUSED + timedelta(days=30)), **ITEMS)


@given(rows=ANY_SERIES, options=OPTIONS)
def test_one_pass_equals_point_by_point(rows: list[SimpleNamespace], options: AstctOptions) -> None:
    verdicts = crs.course(rows, options=options).verdicts
    for index, row in enumerate(rows):
        assert judge(row, history=rows[:index], options=options) == verdicts[index]


@given(rows=ANY_SERIES, options=OPTIONS)
def test_every_verdict_is_in_range_and_every_clause_and_flag_is_listed(
    rows: list[SimpleNamespace], options: AstctOptions
) -> None:
    for verdict in crs.course(rows, options=options).verdicts:
        assert verdict.value in {None, 0, 1, 2, 3, 4, 5}
        assert len(verdict.because) in (3, 4)
        for each in verdict.walk():
            assert each.clause in crs.CLAUSES
            assert set(each.flags) <= set(crs.FLAGS)
            assert set(re.findall(r"{(\w+)}", each.clause)) == set(each.shown)
            assert "{" not in each.sentence
            assert each.basis
            assert each.version == "astct_2019"


def never_lower(before: SimpleNamespace, after: SimpleNamespace, history: Sequence[SimpleNamespace]) -> None:
    """A grade does not fall and does not get lost."""
    lower, higher = judge(before, history=history).value, judge(after, history=history).value
    if isinstance(lower, int):
        assert isinstance(higher, int)
        assert higher >= lower


def changed(row: SimpleNamespace, **changes: Any) -> SimpleNamespace:
    return SimpleNamespace(**{**vars(row), **changes})


@given(now=NOW, history=series(), warmer=st.sampled_from([38.0, 39.5, 41.0]))
def test_a_higher_temperature_never_lowers_the_grade(
    now: SimpleNamespace, history: list[SimpleNamespace], warmer: float
) -> None:
    never_lower(now, changed(now, temperature=max(warmer, now.temperature or 0)), history)


@given(now=NOW, history=series(), more=PRESSORS)
def test_one_more_vasopressor_never_lowers_the_grade(
    now: SimpleNamespace, history: list[SimpleNamespace], more: list[SimpleNamespace]
) -> None:
    never_lower(now, changed(now, vasopressors=[*now.vasopressors, *more]), history)


@given(now=NOW, history=series())
def test_hypotension_never_lowers_the_grade(now: SimpleNamespace, history: list[SimpleNamespace]) -> None:
    never_lower(now, changed(now, hypotension="Y"), history)


LADDER = [("NONE", None), ("BLOW_BY", None), ("NASAL_CANNULA", 6), ("NASAL_CANNULA", 6.1), ("VENTURI", 8), ("CPAP", 10)]


@given(now=NOW, history=series(), step=st.integers(0, len(LADDER) - 2), reason=st.sampled_from(["HYPOXIA", None]))
def test_more_oxygen_support_never_lowers_the_grade(
    now: SimpleNamespace, history: list[SimpleNamespace], step: int, reason: str | None
) -> None:
    (less, less_flow), (more, more_flow) = LADDER[step : step + 2]
    before = changed(now, oxygen=less, oxygen_flow=less_flow, ventilation_reason=reason)
    never_lower(before, changed(before, oxygen=more, oxygen_flow=more_flow), history)


@given(
    now=NOW,
    history=series(),
    item=st.sampled_from(["fever", "hypotension", "hypoxia"]),
    blank=st.sampled_from(["U", None]),
)
def test_an_unknown_cause_counts_like_crs(
    now: SimpleNamespace, history: list[SimpleNamespace], item: str, blank: str | None
) -> None:
    name = f"{item}_due_to_crs"
    sure, unsure = (judge(changed(now, **{name: value}), history=history) for value in ("Y", blank))
    assert sure.value == unsure.value


@given(now=NOW, history=series(), seed=st.integers(0, 1000))
def test_the_order_of_vasopressor_rows_does_not_matter(
    now: SimpleNamespace, history: list[SimpleNamespace], seed: int
) -> None:
    shuffled = random.Random(seed).sample(now.vasopressors, len(now.vasopressors))
    assert judge(changed(now, vasopressors=shuffled), history=history) == judge(now, history=history)


@given(rows=ANY_SERIES, options=OPTIONS)
def test_episodes_cover_every_grade_and_do_not_overlap(rows: list[SimpleNamespace], options: AstctOptions) -> None:
    course = crs.course(rows, infused_at=INFUSED, options=options)
    graded = {index for index, verdict in enumerate(course.verdicts) if verdict.value}
    covered = [index for one in course.episodes for index in range(one.first, one.last + 1)]
    assert graded <= set(covered)
    assert len(covered) == len(set(covered))
    assert all(one.resolved for one in course.episodes[:-1])
    for one in course.episodes:
        values = [course.verdicts[index].value for index in range(one.first, one.last + 1)]
        assert one.maximum == max(value for value in values if value is not None)
        assert {one.first, one.last} <= graded
        assert one.resolved == (one.resolved_on is not None)


@given(rows=ANY_SERIES)
def test_without_open_episodes_the_paper_is_never_graded_higher_than_the_convention(
    rows: list[SimpleNamespace],
) -> None:
    strict = replace(AstctOptions(), axes_without_fever_in_open_episode=False)
    pairs: Any = zip(crs.course(rows).verdicts, crs.course(rows, options=strict).verdicts, strict=True)
    values = [(ours.value, paper.value) for ours, paper in pairs]
    assert all(paper is None or ours is None or paper <= ours for ours, paper in values)
