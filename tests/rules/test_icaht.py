"""ICAHT and T-ICAHT: every line and limit from both sides, what days stand for, what ends them, and any input."""

import random
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.blood_counts import INFUSED, RULES, judge, on, rows, worked
from trial.rules import icaht, t_icaht
from trial.rules.icaht import Censoring, CountOptions
from trial.rules.verdict import Verdict

MODULE = {name: icaht if item == "neutrophils" else t_icaht for name, (_, item) in RULES.items()}


def run(days: int, count: Any, *, start: int = 3, high: Any = 2) -> list[tuple[int, Any]]:
    """A draw every day to day 32: `count` on so many days from `start`, otherwise `high`."""
    return [(day, count if start <= day < start + days else high) for day in range(33)]


@pytest.mark.parametrize(
    ("case", "verdict"), list(worked()), ids=lambda one: one["name"] if isinstance(one, dict) else ""
)
def test_worked_course(case: dict[str, Any], verdict: Verdict) -> None:
    assert verdict.value == case["grade"], verdict.sentence
    assert case["source"]


# --- the lines of the table


@pytest.mark.parametrize(("count", "days", "grade"), [
    ("0.5", 0, 0), ("0.51", 20, 0), ("0.5", 1, 1), ("0.5", 6, 1), ("0.5", 7, 2), ("0.5", 13, 2), ("0.5", 14, 3), ("0.5", 29, 3),
    ("0.1", 6, 1), ("0.1", 7, 3), ("0.1", 13, 3), ("0.1", 14, 4), ("0.11", 13, 2), ("0.11", 14, 3), (0, 14, 4),
])  # fmt: skip
def test_early_from_both_sides(count: Any, days: int, grade: int) -> None:
    verdict = judge("early", run(days, count))
    assert (verdict.value, verdict.flags) == (grade, ())


@pytest.mark.parametrize(("first", "second", "grade"), [
    ("1.51", "1.51", 0), ("1.5", "1.5", 1), ("1.01", "1.0", 1), ("1.0", "1.0", 2), ("0.5", "0.51", 2), ("0.5", "0.5", 3),
    ("0.1", "0.11", 3), ("0.1", "0.1", 4), ("0.1", "2", 0),
])  # fmt: skip
def test_late_is_the_level_two_consecutive_counts_reach(first: str, second: str, grade: int) -> None:
    assert judge("late", [(31, first), (60, second)]).value == grade
    assert judge("late", [(31, second), (60, first), (90, 9)]).value == grade


@pytest.mark.parametrize(("count", "days", "grade"), [
    (50, 20, 0), (49, 1, 1), (49, 6, 1), (49, 7, 2), (20, 30, 2), (19, 1, 3), (19, 13, 3), (19, 14, 4),
])  # fmt: skip
def test_early_platelets_from_both_sides(count: Any, days: int, grade: int) -> None:
    assert judge("platelets_early", run(days, count, high=150, start=1)).value == grade


@pytest.mark.parametrize(("counts", "grade"), [
    ([(31, 100), (40, 100)], 0), ([(31, 99), (40, 99)], 1), ([(31, 50), (40, 49)], 1), ([(31, 49), (40, 49)], 2),
    ([(31, 20), (40, 19)], 2), ([(31, 19), (40, 19), (44, 50)], 3), ([(31, 19), (40, 19), (45, 50)], 4),
    ([(31, 19), (60, 99)], 1),
])  # fmt: skip
def test_late_platelets_from_both_sides(counts: list[tuple[int, int]], grade: int) -> None:
    assert judge("platelets_late", [*counts, (101, 200)]).value == grade


# --- what a day stands for


def test_a_count_stands_until_the_next_draw_or_is_drawn_as_a_line_by_name() -> None:
    counts = [
        (0, 2),
        (3, "0.5"),
        (6, "2.0"),
        (8, 2),
        (11, 2),
        (14, 2),
        (17, 2),
        (20, 2),
        (23, 2),
        (26, 2),
        (29, 2),
        (32, 2),
    ]
    assert judge("early", counts).because[0].shown["days"] == "3"
    assert judge("early", counts, options=CountOptions(interpolation="LINEAR")).because[0].shown["days"] == "1"


def test_a_line_meets_the_limit_exactly() -> None:
    linear = CountOptions(interpolation="LINEAR", gap_days=10)
    verdict = judge("early", [(0, "0.8"), (3, "0.2"), (6, "0.8"), (30, "2")], options=linear)
    assert verdict.because[0].shown["days"] == "3"  # 0.8 0.6 0.4 0.2 0.4 0.6 0.8


@pytest.mark.parametrize(("gap", "flagged"), [(3, False), (4, True)])
def test_draws_more_than_three_days_apart_are_flagged_and_the_other_way_is_given(gap: int, flagged: bool) -> None:
    counts = [*[(day, 2) for day in range(6)], (5 + gap, "0.4"), *[(day, 2) for day in range(6 + gap, 33)]]
    verdict = judge("early", counts)
    assert ("DRAWS_FAR_APART" in verdict.flags) == flagged
    assert (verdict.because[-1].clause == icaht.OTHER_WAY_LINEAR) == flagged
    other = judge("early", counts, options=CountOptions(interpolation="LINEAR"))
    assert (other.because[-1].clause == icaht.OTHER_WAY_LOCF) == flagged
    if flagged:
        assert other.because[-1].value == verdict.value
        assert verdict.because[-1].value == other.value


@pytest.mark.parametrize(("above", "recovery", "days"), [(2, 3, 8), (3, 3, 6), (2, 1, 6), (1, 2, 7), (2, 2, 6)])
def test_a_recovery_too_short_to_be_one_counts_as_low(above: int, recovery: int, days: int) -> None:
    low = {*range(3, 6), *range(6 + above, 9 + above)}
    counts = [(day, "0.4" if day in low else 2) for day in range(33)]
    assert judge("early", counts, options=CountOptions(recovery_days=recovery)).because[0].shown["days"] == str(days)


def test_a_recovery_at_the_edge_or_beside_an_unknown_day_does_not_count_as_low() -> None:
    edge = [(day, "0.4" if 2 <= day <= 28 else 2) for day in range(31)]
    assert judge("early", edge).because[0].shown["days"] == "27"


def test_the_last_count_is_of_its_day_only_or_stands_by_name() -> None:
    counts = [(day, "0.4") for day in range(21)]
    short = judge("early", counts)
    assert (short.value, short.because[0].shown["days"]) == (3, "21")
    assert {"DAYS_NOT_KNOWN", "LOWER_BOUND"} <= set(short.flags)
    assert judge("early", counts, options=CountOptions(last_count_stands=True)).value == 4
    to_25 = judge("early", counts, censoring=Censoring(last_on=on(25)), options=CountOptions(last_count_stands=True))
    assert (to_25.value, to_25.because[0].shown["days"]) == (3, "26")


def test_a_draw_soon_before_the_infusion_stands_until_the_next_and_an_old_one_does_not() -> None:
    later = [(day, 2) for day in range(2, 32)]
    assert judge("early", [(-3, "0.4"), *later]).because[0].shown["days"] == "2"
    old = judge("early", [(-4, "0.4"), *later])
    assert (old.because[0].shown["days"], "DAYS_NOT_KNOWN" in old.flags) == ("0", True)


def test_several_counts_on_a_day_are_the_lowest() -> None:
    assert judge("early", [*run(0, 2), (7, "0.3"), (7, "1.9")]).value == 1


def test_the_day_is_that_of_the_zone_the_time_carries() -> None:
    at = datetime(2031, 3, 1, 23, 0, tzinfo=UTC)
    samples = [SimpleNamespace(sampled_at=at + timedelta(days=day), neutrophils=2) for day in range(32)]
    assert icaht.early(samples, infused_on=INFUSED).flags == ()
    assert icaht.early([vars(sample) for sample in samples], infused_on=INFUSED).value == 0


# --- never above the limit


def test_never_above_asks_for_every_day_from_0_to_30() -> None:
    assert judge("early", run(33, "0.5", start=0)).value == 4
    for day in (0, 15, 30):
        assert (
            judge("early", [*run(33, "0.5", start=0)[:day], (day, "0.6"), *run(33, "0.5", start=0)[day + 1 :]]).value
            == 3
        )
    assert judge("early", run(33, "0.5", start=0)[1:]).value == 3  # day 0 is not known
    assert judge("early", run(33, "0.5", start=0)[:30]).value == 3  # day 30 is not known


@pytest.mark.parametrize(("start", "strict", "nadir"), [(16, 3, 4), (17, 3, 4), (18, 2, 2)])
def test_never_above_from_the_nadir_by_name(start: int, strict: int, nadir: int) -> None:
    counts = run(33 - start, "0.5", start=start)  # from day 17 to day 30 there are 14 days
    assert judge("early", counts).value == strict
    assert judge("early", counts, options=CountOptions(never_above="FROM_NADIR")).value == nadir


def test_never_above_from_the_nadir_is_lost_by_one_count_above() -> None:
    counts = [(day, "0.4" if 5 <= day != 25 else 2) for day in range(33)]
    assert judge("early", counts, options=CountOptions(never_above="FROM_NADIR")).value == 3
    assert judge("early", run(0, 2), options=CountOptions(never_above="FROM_NADIR")).value == 0


# --- censoring


@pytest.mark.parametrize("ends", ["died_on", "progressed_on", "new_therapy_on"])
def test_days_after_death_progression_and_new_therapy_do_not_count(ends: str) -> None:
    counts = run(30, "0.4", start=3)
    verdict = judge("early", counts, censoring=Censoring(**{ends: on(9)}))
    assert (verdict.value, verdict.because[0].shown["days"], verdict.flags) == (2, "7", ("CENSORED",))
    assert judge("early", counts, censoring=Censoring(**{ends: on(8)})).value == 1
    assert judge("early", counts, censoring=Censoring(**{ends: on(31)})).flags == ()


def test_the_first_of_several_ends_counts() -> None:
    ends = Censoring(died_on=on(20), progressed_on=on(9), new_therapy_on=on(15))
    assert judge("early", run(30, "0.4"), censoring=ends).because[0].shown["days"] == "7"


def test_observation_that_ended_early_may_be_never_above_by_name() -> None:
    counts, ends = run(33, "0.4", start=0), Censoring(died_on=on(9))
    assert judge("early", counts, censoring=ends).value == 2
    assert judge("early", counts, censoring=ends, options=CountOptions(censored_may_be_never_above=True)).value == 4


def test_late_counts_after_an_end_are_not_read() -> None:
    counts = [(35, "0.4"), (60, "0.4"), (90, "0.05"), (95, "0.05")]
    verdict = judge("late", counts, censoring=Censoring(progressed_on=on(60)))
    assert (verdict.value, verdict.flags) == (3, ("CENSORED",))
    assert judge("late", counts, last_day=60).value == 3
    assert judge("late", counts).value == 4
    assert (
        judge("platelets_late", [(35, 15), (40, 15), (101, 200)], censoring=Censoring(died_on=on(45))).flags[0]
        == "CENSORED"
    )


# --- missing


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("counts", [[], [(10, None), (40, None)], [(10, "NaN"), (40, float("nan"))]])
def test_without_a_count_nothing_is_graded(rule: str, counts: list[tuple[int, Any]]) -> None:
    assert judge(rule, counts).value is None


@pytest.mark.parametrize("count", [-1, float("inf")])
@pytest.mark.parametrize("rule", RULES)
def test_a_count_that_cannot_be_is_left_out(rule: str, count: float) -> None:
    verdict = judge(rule, [(10, count), (40, count)])
    assert (verdict.value, verdict.flags) == (None, ("COUNT_IMPOSSIBLE",))


def test_an_undated_row_is_left_out() -> None:
    assert icaht.early([SimpleNamespace(sampled_on=None, neutrophils=1)], infused_on=INFUSED).value is None


@pytest.mark.parametrize(("rule", "low", "high"), [("late", "1.5", "1.6"), ("platelets_late", 99, 100)])
def test_one_late_count_cannot_tell_whether_it_lasted(rule: str, low: Any, high: Any) -> None:
    assert judge(rule, [(40, low)]).value is None
    assert judge(rule, [(40, low), (40, low)]).value is None  # one day
    assert judge(rule, [(40, high)]).value == 0
    assert judge(rule, [(30, low), (31, low)]).value is None  # day 30 is not late


@pytest.mark.parametrize("rule", ["late", "platelets_late"])
def test_a_last_count_that_is_lower_is_not_confirmed(rule: str) -> None:
    verdict = judge(rule, [(40, 300), (60, 300), (80, 0)])
    assert (verdict.value, verdict.flags) == (0, ("LAST_COUNT_UNCONFIRMED", "LOWER_BOUND"))


@pytest.mark.parametrize("wrong", [{"interpolation": "X"}, {"never_above": "X"}, {"recovery_days": 0}, {"gap_days": 0}])
def test_an_unknown_option_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is|are"):
        CountOptions(**wrong)


# --- any input

COUNT = st.one_of(
    st.none(), st.sampled_from(["0", "0.1", "0.5", "0.51", "1", "1.5", "2", "19", "20", "49", "50", "99", "150"])
)
SERIES = st.lists(st.tuples(st.integers(-5, 110), COUNT), max_size=25)
END = st.one_of(st.none(), st.integers(0, 110).map(on))
CENSORING = st.builds(Censoring, last_on=END, died_on=END, progressed_on=END, new_therapy_on=END)
OPTIONS = st.builds(
    CountOptions, interpolation=st.sampled_from(["LOCF", "LINEAR"]), never_above=st.sampled_from(["STRICT", "FROM_NADIR"]),
    recovery_days=st.integers(1, 4), last_count_stands=st.booleans(), censored_may_be_never_above=st.booleans(),
)  # fmt: skip


def more_of(rule: str, censoring: Censoring, options: CountOptions) -> dict[str, Any]:
    return {"censoring": censoring, **({} if rule == "late" else {"options": options})}


@settings(max_examples=300, deadline=None)
@given(rule=st.sampled_from(list(RULES)), counts=SERIES, censoring=CENSORING, options=OPTIONS, seed=st.integers(0, 99))
def test_every_verdict_is_listed_and_the_order_of_rows_does_not_matter(
    rule: str, counts: list[tuple[int, Any]], censoring: Censoring, options: CountOptions, seed: int
) -> None:
    more, module = more_of(rule, censoring, options), MODULE[rule]
    verdict = judge(rule, counts, **more)
    assert verdict.value in {None, 0, 1, 2, 3, 4}
    for each in verdict.walk():
        assert each.clause in module.CLAUSES
        assert each.basis in module.BASES
        assert set(each.flags) <= set(module.FLAGS)
        assert set(re.findall(r"{(\w+)}", each.clause)) == set(each.shown)
        assert each.version == module.VERSION
    assert judge(rule, random.Random(seed).sample(counts, len(counts)), **more) == verdict


@settings(max_examples=300, deadline=None)
@given(
    rule=st.sampled_from(list(RULES)),
    counts=SERIES,
    censoring=CENSORING,
    options=OPTIONS,
    by=st.sampled_from(["0", "0.5", "0.9"]),
)
def test_lower_counts_never_lower_the_grade(
    rule: str, counts: list[tuple[int, Any]], censoring: Censoring, options: CountOptions, by: str
) -> None:
    more = more_of(rule, censoring, options)
    lower = [(day, None if count is None else float(count) * float(by)) for day, count in counts]
    before, after = judge(rule, counts, **more).value, judge(rule, lower, **more).value
    if isinstance(before, int) and before > 0:
        assert isinstance(after, int)
        # From the nadir on: a lower count may move the nadir to before a count above the limit.
        assert after >= before or options.never_above == "FROM_NADIR"


@settings(max_examples=200, deadline=None)
@given(counts=SERIES, day=st.integers(0, 110))
def test_days_counted_before_an_end_are_never_more_than_without_it(counts: list[tuple[int, Any]], day: int) -> None:
    options = CountOptions(recovery_days=1)
    whole = judge("early", counts, options=options)
    cut = judge("early", counts, options=options, censoring=Censoring(died_on=on(day)))
    if isinstance(cut.value, int) and isinstance(whole.value, int):
        assert cut.value <= whole.value


def test_every_listed_clause_and_flag_is_given() -> None:
    sparse = [(0, 2), (10, "0.4"), (20, 2), (28, 2)]
    given: list[Verdict] = [verdict for _, verdict in worked()]
    for rule in RULES:
        low: Any = "0.01"
        given += [
            judge(rule, []),
            judge(rule, [(5, -1)]),
            judge(rule, sparse),
            judge(rule, [(40, low)]),
            judge(rule, [(40, 150)]),
        ]
        given += [
            judge(rule, [(1, 200), (2, 200), (40, 200), (50, 200), (60, 1)]),
            judge(rule, [(0, low), (33, low), (40, low), (50, low)]),
        ]
        given += [
            judge(rule, [(0, low), (1, 200), (40, low), (41, low), (45, low)], censoring=Censoring(died_on=on(20)))
        ]
    given += [
        judge(rule, sparse, options=CountOptions(interpolation="LINEAR")) for rule in ("early", "platelets_early")
    ]
    for module in (icaht, t_icaht):
        said = [each for verdict in given for each in verdict.walk() if each.version == module.VERSION]
        assert {each.clause for each in said} == set(module.CLAUSES)
        assert {flag for each in said for flag in each.flags} == set(module.FLAGS)
        assert {each.basis for each in said} == set(module.BASES)
    assert rows([(1, 2)])[0].sampled_on == on(1)
