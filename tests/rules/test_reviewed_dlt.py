"""Second reading of dose-limiting toxicity: window of 28 days, who counts, who is replaced, staggering of 14 days.

Source: the protocol (assumed): DLT window 28 days from the infusion = day 0; who is not evaluable is replaced; 14 days between
the first two subjects of a level; 3+3 by Storer BE. Biometrics 1989;45:925-37.
"""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from trial import protocol
from trial.rules import dlt, escalation

INFUSED = date(2026, 3, 20)


def on(day: int) -> date:
    return INFUSED + timedelta(days=day)


def judge(answer: str | None, toxic: str | None, day: int | None) -> Any:
    return dlt.evaluable(
        infused_on=INFUSED, answer=answer, dlt=toxic, evaluated_on=None if day is None else on(day)
    ).value


def test_window_and_staggering_are_those_of_the_protocol() -> None:
    assert (dlt.RECOMMENDED.window_days, dlt.RECOMMENDED.stagger_days) == (
        protocol.DLT_WINDOW_DAYS,
        protocol.STAGGER_DAYS,
    )
    assert dlt.closes_on(INFUSED) == on(28)


@pytest.mark.parametrize("day", [0, 1, 27, 28, 90, None])
@pytest.mark.parametrize("answer", ["Y", "N", "U", None])
def test_a_toxicity_counts_on_whatever_day_and_whatever_else_is_answered(answer: str | None, day: int | None) -> None:
    assert judge(answer, "Y", day) == "EVALUABLE"


@pytest.mark.parametrize(
    ("day", "expected"), [(27, "PENDING"), (28, "EVALUABLE"), (35, "EVALUABLE"), (None, "PENDING")]
)
def test_nobody_is_free_of_toxicity_before_the_window_is_over_or_on_an_unknown_day(
    day: int | None, expected: str
) -> None:
    assert judge("Y", "N", day) == expected


@pytest.mark.parametrize(("answer", "toxic"), list(product(["Y", "U", None], ["U", None])))
def test_an_open_answer_never_counts(answer: str | None, toxic: str | None) -> None:
    assert judge(answer, toxic, 28) == "PENDING"


@pytest.mark.parametrize("toxic", ["N", "U", None])
def test_who_is_not_evaluable_is_replaced(toxic: str | None) -> None:
    assert judge("N", toxic, 28) == "NOT_EVALUABLE"


def test_a_level_goes_by_those_who_count_and_waits_for_those_whose_window_runs() -> None:
    cohort = [("EVALUABLE", False), ("EVALUABLE", False), ("NOT_EVALUABLE", False)]
    # 0 of 2, and a third to come: no step up; with the replacement free of toxicity 0 of 3.
    assert dlt.counted("1.0", cohort).evaluable == 2
    levels = [dlt.counted("1.0", [*cohort, ("EVALUABLE", False)]), dlt.counted("2.0", [])]
    assert escalation.next_step(levels, at=0).value == "ESCALATE"
    waiting = [dlt.counted("1.0", [*cohort, ("PENDING", False)]), dlt.counted("2.0", [])]
    assert escalation.next_step(waiting, at=0).value == "WAIT"
    toxic = [dlt.counted("1.0", [("EVALUABLE", True), ("EVALUABLE", True), ("PENDING", False)]), dlt.counted("2.0", [])]
    assert escalation.next_step(toxic, at=0).value == "STOP"  # two toxicities decide at once; the lowest level


@pytest.mark.parametrize(("days", "kept"), [(13, "N"), (14, "Y"), (0, "N")])
def test_the_second_subject_of_a_level_waits_14_days_after_the_first(days: int, kept: str) -> None:
    assert dlt.staggered(on(days), [INFUSED]).value == kept


def test_the_third_subject_of_a_level_does_not_wait() -> None:
    assert dlt.staggered(on(15), [INFUSED, on(14)]).value is None
