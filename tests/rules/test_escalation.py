"""Dose escalation by 3+3: every line of the design, incomplete cohorts, running windows, and the tolerated dose."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trial.rules import escalation
from trial.rules.escalation import Level

WORKED = json.loads((Path(__file__).parent.parent / "worked" / "escalation.json").read_text(encoding="utf-8"))
DOSES = ("0.5", "1.0", "2.0", "4.0")


def levels(*counts: Any) -> list[Level]:
    """Levels from [toxic, evaluable] or [toxic, evaluable, pending]."""
    return [
        Level(dose, evaluable=one[1], toxic=one[0], pending=one[2] if len(one) > 2 else 0)
        for dose, one in zip(DOSES, counts, strict=False)
    ]


@pytest.mark.parametrize("case", WORKED["three_plus_three"], ids=lambda case: case["source"])
def test_the_worked_steps(case: dict[str, Any]) -> None:
    found = levels(*case["levels"])
    assert escalation.next_step(found, at=case["at"]).value == case["step"]
    assert escalation.maximum_tolerated(found).value == (None if case["mtd"] is None else DOSES[case["mtd"]])


def step(*counts: Any, at: int) -> tuple[Any, str]:
    found = escalation.next_step(levels(*counts), at=at)
    return found.value, found.clause


@pytest.mark.parametrize(("toxic", "evaluable", "value", "clause"), [
    (0, 0, "EXPAND", escalation.INCOMPLETE), (0, 2, "EXPAND", escalation.INCOMPLETE), (1, 2, "EXPAND", escalation.INCOMPLETE),
    (0, 3, "ESCALATE", escalation.NONE_OF_THREE), (0, 4, "ESCALATE", escalation.NONE_OF_THREE),
    (1, 3, "EXPAND", escalation.ONE_OF_THREE), (1, 5, "EXPAND", escalation.ONE_OF_THREE),
    (0, 6, "ESCALATE", escalation.ONE_OF_SIX), (1, 6, "ESCALATE", escalation.ONE_OF_SIX),
    (2, 2, "DE_ESCALATE", escalation.TOO_TOXIC_NEXT), (2, 3, "DE_ESCALATE", escalation.TOO_TOXIC_NEXT),
    (2, 6, "DE_ESCALATE", escalation.TOO_TOXIC_NEXT), (3, 3, "DE_ESCALATE", escalation.TOO_TOXIC_NEXT),
    (1, 7, None, escalation.OUTSIDE), (2, 7, "DE_ESCALATE", escalation.TOO_TOXIC_NEXT), (2, 12, None, escalation.OUTSIDE),
])  # fmt: skip
def test_every_count_at_a_level_between_two_others(toxic: int, evaluable: int, value: Any, clause: str) -> None:
    assert step((0, 3), (toxic, evaluable), (0, 0), at=1) == (value, clause)


@pytest.mark.parametrize(("toxic", "evaluable", "value", "clause"), [
    (0, 3, "EXPAND", escalation.CONFIRM), (0, 5, "EXPAND", escalation.CONFIRM), (1, 3, "EXPAND", escalation.ONE_OF_THREE),
    (1, 6, "STOP", escalation.DONE_BELOW_TOXIC), (0, 6, "STOP", escalation.DONE_BELOW_TOXIC),
])  # fmt: skip
def test_below_a_level_that_is_too_toxic_six_are_needed(toxic: int, evaluable: int, value: str, clause: str) -> None:
    assert step((0, 3), (toxic, evaluable), (2, 3), at=1) == (value, clause)
    highest = escalation.DONE_HIGHEST if clause == escalation.DONE_BELOW_TOXIC else clause
    assert step((0, 3), (toxic, evaluable), at=1) == (value, highest)


@pytest.mark.parametrize(("below", "value", "clause"), [
    ((0, 3), "DE_ESCALATE", escalation.TOO_TOXIC_NEXT), ((1, 5), "DE_ESCALATE", escalation.TOO_TOXIC_NEXT),
    ((0, 3, 2), "DE_ESCALATE", escalation.TOO_TOXIC_NEXT), ((0, 3, 3), "DE_ESCALATE", escalation.TOO_TOXIC_WAIT),
    ((0, 6, 1), "DE_ESCALATE", escalation.TOO_TOXIC_WAIT),
    ((1, 6), "STOP", escalation.TOO_TOXIC_DONE), ((0, 6), "STOP", escalation.TOO_TOXIC_DONE), ((1, 7), None, escalation.OUTSIDE),
])  # fmt: skip
def test_going_down_asks_for_six_at_the_level_below(below: Any, value: Any, clause: str) -> None:
    assert step(below, (2, 3), at=1) == (value, clause)


def test_two_toxicities_decide_while_windows_still_run_and_nothing_else_does() -> None:
    assert step((0, 3), (2, 2, 1), at=1)[0] == "DE_ESCALATE"
    for toxic, evaluable in ((0, 2), (1, 2), (0, 3), (1, 3), (1, 5)):
        assert step((0, 3), (toxic, evaluable, 1), (0, 0), at=1) == ("WAIT", escalation.RUNNING)


def test_nobody_is_treated_above_a_level_that_is_too_toxic() -> None:
    assert step((2, 6), (0, 3), (0, 0), at=1) == ("DE_ESCALATE", escalation.LEVEL_BELOW_TOXIC)


def test_a_clause_names_the_counts() -> None:
    assert escalation.next_step(levels((0, 3), (2, 3)), at=1).sentence == (
        "2 of 3 evaluable subjects with a dose-limiting toxicity, 2 or more: go down and treat 3 more there."
    )


@pytest.mark.parametrize(("counts", "value", "clause"), [
    ([], None, escalation.MTD_OPEN), ([(0, 0)], None, escalation.MTD_OPEN), ([(2, 6)], None, escalation.MTD_NONE),
    ([(1, 6), (2, 3)], "0.5", escalation.MTD_BELOW_TOXIC), ([(0, 5), (2, 3)], None, escalation.MTD_OPEN),
    ([(0, 3), (1, 6)], "1.0", escalation.MTD_HIGHEST), ([(0, 3), (1, 6), (0, 0)], None, escalation.MTD_OPEN),
    ([(1, 6), (2, 3), (0, 6)], "0.5", escalation.MTD_BELOW_TOXIC), ([(0, 6, 1), (2, 3)], None, escalation.MTD_OPEN),
])  # fmt: skip
def test_the_maximum_tolerated_dose(counts: Any, value: str | None, clause: str) -> None:
    found = escalation.maximum_tolerated(levels(*counts))
    assert (found.value, found.clause) == (value, clause)


@pytest.mark.parametrize("wrong", [{"evaluable": 3, "toxic": 4}, {"evaluable": 3, "toxic": -1}, {"pending": -1}])
def test_counts_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="toxic is 0 to evaluable"):
        Level("1.0", **wrong)


@pytest.mark.parametrize("at", [-1, 2])
def test_a_level_must_be_one_of_the_plan(at: int) -> None:
    with pytest.raises(IndexError, match="no dose level"):
        escalation.next_step(levels((0, 3), (0, 0)), at=at)


# --- properties

COUNTS = st.integers(0, 8).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(0, 2)))


@settings(max_examples=300, deadline=None)
@given(counts=st.lists(COUNTS, min_size=1, max_size=4), data=st.data())
def test_one_more_toxicity_never_leads_higher_and_everything_said_is_listed(counts: Any, data: Any) -> None:
    at = data.draw(st.integers(0, len(counts) - 1))
    found = escalation.next_step(levels(*counts), at=at)
    for one in (found, escalation.maximum_tolerated(levels(*counts))):
        assert one.clause in escalation.CLAUSES
        assert one.basis in escalation.BASES
        assert set(re.findall(r"{(\w+)}", one.clause)) == set(one.shown)
    toxic, evaluable, pending = counts[at]
    if toxic < evaluable:
        worse = escalation.next_step(levels(*counts[:at], (toxic + 1, evaluable, pending), *counts[at + 1 :]), at=at)
        if found.value != "ESCALATE":
            assert worse.value != "ESCALATE"
        if found.value == "DE_ESCALATE":
            assert worse.value in ("DE_ESCALATE", "STOP")


class Trial:
    """A trial run by the design: subjects of each level are toxic or not as drawn."""

    def __init__(self, outcomes: list[list[bool]]) -> None:
        self.outcomes, self.counts = outcomes, [(0, 0)] * len(outcomes)

    def treat(self, at: int, number: int) -> None:
        _, evaluable = self.counts[at]
        self.counts[at] = (sum(self.outcomes[at][: evaluable + number]), evaluable + number)


@settings(max_examples=200, deadline=None)
@given(outcomes=st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=4))
def test_every_trial_comes_to_an_end_with_a_dose_or_with_none(outcomes: list[list[bool]]) -> None:
    trial, at = Trial(outcomes), 0
    for _ in range(40):
        found = escalation.next_step(levels(*trial.counts), at=at)
        if found.value == "STOP":
            break
        at += {"ESCALATE": 1, "DE_ESCALATE": -1}.get(str(found.value), 0)
        if found.value == "EXPAND" or trial.counts[at][1] == 0:
            trial.treat(at, 3)
    else:
        pytest.fail("the trial did not end")
    assert all(evaluable <= 6 for _, evaluable in trial.counts)
    mtd = escalation.maximum_tolerated(levels(*trial.counts))
    if mtd.value is None:
        assert trial.counts[0][0] >= 2
    else:
        place = DOSES.index(str(mtd.value))
        assert trial.counts[place][0] <= 1 and trial.counts[place][1] == 6
        assert place + 1 == len(outcomes) or trial.counts[place + 1][0] >= 2
