"""Second reading of dose escalation: 3+3 and BOIN: a test a clause, both sides of each limit."""

from typing import Any

import pytest

from trial.rules import boin, escalation
from trial.rules.boin import BoinOptions
from trial.rules.escalation import Level

# --- 7 3+3


def step(toxic: int, evaluable: int, *below: tuple[int, int], above: tuple[int, int] = (0, 0)) -> Any:
    rows = [*below, (toxic, evaluable), above]
    levels = [Level(str(place), evaluable=one[1], toxic=one[0]) for place, one in enumerate(rows)]
    return escalation.next_step(levels, at=len(below)).value


@pytest.mark.parametrize(
    ("toxic", "evaluable", "expected"),
    [(0, 3, "ESCALATE"), (1, 3, "EXPAND"), (2, 3, "DE_ESCALATE"), (3, 3, "DE_ESCALATE"), (0, 6, "ESCALATE"),
     (1, 6, "ESCALATE"), (2, 6, "DE_ESCALATE"), (3, 6, "DE_ESCALATE")],
)  # fmt: skip
def test_three_plus_three_each_line(toxic: int, evaluable: int, expected: str) -> None:
    assert step(toxic, evaluable, (0, 3)) == expected


@pytest.mark.parametrize(
    ("counts", "dose"),
    [(((0, 3), (1, 6), (2, 6)), "1"), (((1, 6), (2, 3), (0, 0)), "0"), (((0, 3), (0, 3), (2, 3)), None),
     (((0, 3), (0, 3), (1, 6)), "2"), (((2, 6), (0, 0), (0, 0)), None)],
)  # fmt: skip
def test_three_plus_three_mtd_is_the_highest_level_with_at_most_1_in_6(
    counts: tuple[tuple[int, int], ...], dose: str | None
) -> None:
    levels = [Level(str(place), evaluable=one[1], toxic=one[0]) for place, one in enumerate(counts)]
    assert escalation.maximum_tolerated(levels).value == dose


def test_three_plus_three_replaces_who_is_not_evaluable() -> None:
    found = escalation.next_step([Level("1", evaluable=2), Level("2")], at=0)
    assert (found.value, found.shown["more"]) == ("EXPAND", "1")


# --- 7 BOIN


@pytest.mark.parametrize(
    ("target", "escalate", "de_escalate"),
    [(0.20, 0.157, 0.238), (0.25, 0.197, 0.298), (0.30, 0.236, 0.359), (0.33, 0.260, 0.395)],
)
def test_boin_boundaries_for_rates_of_0_6_and_1_4_times_the_target(
    target: float, escalate: float, de_escalate: float
) -> None:
    assert boin.boundaries(BoinOptions(target=target)) == pytest.approx((escalate, de_escalate), abs=6e-4)


@pytest.mark.parametrize(
    ("evaluable", "toxic", "expected"),
    [(3, 0, "ESCALATE"), (3, 1, "STAY"), (3, 2, "DE_ESCALATE"), (3, 3, "ELIMINATE"), (6, 1, "ESCALATE"), (6, 2, "STAY"),
     (6, 3, "DE_ESCALATE"), (6, 4, "ELIMINATE"), (9, 2, "ESCALATE"), (9, 3, "STAY"), (9, 4, "DE_ESCALATE"),
     (9, 5, "ELIMINATE")],
)  # fmt: skip
def test_boin_decisions_for_3_6_and_9_at_a_target_of_0_30(evaluable: int, toxic: int, expected: str) -> None:
    assert boin.decision(Level("1", evaluable=evaluable, toxic=toxic)).value == expected


def test_boin_eliminates_above_95_percent_from_3_subjects_with_all_higher_doses_and_the_lowest_stops() -> None:
    # Uniform prior: Pr(p > 0.30 | 2 of 2) = 1 - 0.3^3 = 0.973, but two are too few; 2 of 3: 0.916.
    assert boin.decision(Level("1", evaluable=2, toxic=2)).value == "DE_ESCALATE"
    assert boin.decision(Level("1", evaluable=3, toxic=2)).value == "DE_ESCALATE"
    good, bad = Level("1", evaluable=3), Level("2", evaluable=3, toxic=3)
    assert boin.next_step([good, bad, Level("3", evaluable=3)], at=2).value == "DE_ESCALATE"
    assert boin.next_step([good, bad], at=0).value == "STAY"
    assert boin.next_step([Level("1", evaluable=3, toxic=3), Level("2")], at=0).value == "STOP"


def test_boin_mtd_is_the_isotonic_estimate_nearest_to_the_target_of_what_is_not_eliminated() -> None:
    rates = [Level("1", evaluable=6, toxic=0), Level("2", evaluable=6, toxic=2), Level("3", evaluable=6, toxic=4)]
    assert boin.maximum_tolerated(rates).value == "2"
    swapped = [Level("1", evaluable=6, toxic=2), Level("2", evaluable=6, toxic=1)]
    one, other = boin.isotonic(swapped)
    assert one == other == pytest.approx(0.25, abs=0.02)
