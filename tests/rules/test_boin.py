"""Dose escalation by BOIN: boundaries and tables as published, elimination against scipy, the dose nearest to the target."""

import itertools
import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from tests.rules.test_escalation import DOSES, levels
from trial.rules import beta, boin
from trial.rules.boin import BoinOptions
from trial.rules.escalation import Level

WORKED = json.loads((Path(__file__).parent.parent / "worked" / "escalation.json").read_text(encoding="utf-8"))


# --- the incomplete beta function


@settings(max_examples=400, deadline=None)
@given(a=st.floats(0.05, 300), b=st.floats(0.05, 300), x=st.floats(0, 1))
def test_the_incomplete_beta_function_is_that_of_scipy(a: float, b: float, x: float) -> None:
    assert math.isclose(beta.incomplete(a, b, x), special.betainc(a, b, x), rel_tol=1e-9, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("a", "b", "x", "expected"),
    [(1, 1, 0.3, 0.3), (4, 1, 0.3, 0.3**4), (1, 4, 0.3, 1 - 0.7**4), (2, 3, 0, 0), (2, 3, 1, 1)],
)
def test_the_incomplete_beta_function_where_it_is_a_power(a: float, b: float, x: float, expected: float) -> None:
    assert math.isclose(beta.incomplete(a, b, x), expected, abs_tol=1e-14)


@pytest.mark.parametrize("wrong", [(0, 1, 0.5), (1, 0, 0.5), (1, 1, -0.1), (1, 1, 1.1)])
def test_what_has_no_incomplete_beta_function_is_refused(wrong: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="x lies from 0 to 1"):
        beta.incomplete(*wrong)


def test_the_posterior_of_a_rate_is_a_binomial_sum() -> None:
    for toxic, evaluable in ((0, 3), (2, 3), (3, 3), (4, 6), (7, 12)):
        tail = sum(math.comb(evaluable + 1, k) * 0.3**k * 0.7 ** (evaluable + 1 - k) for k in range(toxic + 1))
        assert math.isclose(beta.exceeds(0.3, events=toxic, of=evaluable), tail, rel_tol=1e-12)


# --- boundaries and tables


@pytest.mark.parametrize("case", WORKED["boin_boundaries"], ids=lambda case: str(case["target"]))
def test_the_published_boundaries(case: dict[str, Any]) -> None:
    up, down = boin.boundaries(BoinOptions(target=case["target"]))
    assert (round(up, 3), round(down, 3)) == pytest.approx((case["escalate"], case["de_escalate"]), abs=5e-4)


@pytest.mark.parametrize("name", ["boin_table", "boin_full_table"])
def test_the_published_tables(name: str) -> None:
    known = WORKED[name]
    cohort = known["evaluable"][0]
    found = boin.table(known["evaluable"][-1], cohort=cohort)
    columns = ("evaluable", "escalate", "de_escalate", "eliminate")
    assert {column: [getattr(line, column) for line in found] for column in columns} == {
        column: known[column] for column in columns
    }


def test_a_level_that_is_eliminated_is_left_although_its_rate_would_let_it_stay() -> None:
    strict = BoinOptions(cutoff=0.5, toxic=2.5)
    line = boin.boundary(3, options=strict)
    assert (line.de_escalate, line.eliminate) == (1, 1)
    assert boin.boundaries(strict)[1] > 1 / 3


def test_a_table_needs_a_subject() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        boin.boundary(0)


OPTIONS = st.builds(
    BoinOptions, target=st.sampled_from([0.1, 0.2, 0.25, 0.3, 0.33, 0.4]), cutoff=st.sampled_from([0.9, 0.95, 0.99])
)


@settings(max_examples=100, deadline=None)
@given(options=OPTIONS, evaluable=st.integers(1, 40))
def test_the_table_and_the_decision_at_a_level_agree(options: BoinOptions, evaluable: int) -> None:
    line = boin.boundary(evaluable, options=options)
    order = ["ESCALATE", "STAY", "DE_ESCALATE", "ELIMINATE"]
    made = [boin.decision(Level("1.0", evaluable, toxic), options=options).value for toxic in range(evaluable + 1)]
    assert [order.index(str(one)) for one in made] == sorted(order.index(str(one)) for one in made)
    for toxic, one in enumerate(made):
        assert (one == "ESCALATE") == (toxic <= line.escalate)
        assert (one in ("DE_ESCALATE", "ELIMINATE")) == (toxic >= line.de_escalate)
        assert (one == "ELIMINATE") == (line.eliminate is not None and toxic >= line.eliminate)
        above = 1 - special.betainc(toxic + 1, evaluable - toxic + 1, options.target)
        assert (one == "ELIMINATE") == (evaluable >= 3 and above > options.cutoff)


@pytest.mark.parametrize(
    "wrong", [{"target": 0.8}, {"target": 0}, {"safe": 1}, {"toxic": 1}, {"cutoff": 1}, {"eliminate_from": 0}]
)
def test_a_design_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        BoinOptions(**wrong)


# --- steps


@pytest.mark.parametrize("case", WORKED["boin_steps"], ids=lambda case: case["source"])
def test_the_worked_steps(case: dict[str, Any]) -> None:
    found = levels(*case["levels"])
    assert boin.next_step(found, at=case["at"]).value == case["step"]
    assert boin.maximum_tolerated(found).value == (None if case["mtd"] is None else DOSES[case["mtd"]])


@pytest.mark.parametrize(("counts", "at", "value", "clause"), [
    ([(0, 3), (0, 0)], 0, "ESCALATE", boin.ESCALATE), ([(0, 3)], 0, "STAY", boin.STAY_HIGHEST),
    ([(0, 3), (3, 3)], 0, "STAY", boin.STAY_BELOW_ELIMINATED), ([(2, 3)], 0, "STAY", boin.STAY_LOWEST),
    ([(1, 3)], 0, "STAY", boin.STAY), ([(0, 0)], 0, "STAY", boin.NOBODY), ([(0, 3), (2, 3)], 1, "DE_ESCALATE", boin.DE_ESCALATE),
    ([(0, 3), (3, 3)], 1, "DE_ESCALATE", boin.ELIMINATED), ([(0, 3), (3, 3), (0, 3)], 2, "DE_ESCALATE", boin.ELIMINATED),
    ([(3, 3), (0, 3)], 1, "STOP", boin.LOWEST_ELIMINATED), ([(0, 3, 1), (0, 0)], 0, "WAIT", boin.RUNNING),
    ([(0, 3), (3, 3, 2)], 1, "DE_ESCALATE", boin.ELIMINATED), ([(0, 0, 3)], 0, "WAIT", boin.RUNNING),
])  # fmt: skip
def test_every_step(counts: Any, at: int, value: str, clause: str) -> None:
    found = boin.next_step(levels(*counts), at=at)
    assert (found.value, found.clause) == (value, clause)


def test_elimination_needs_three_subjects() -> None:
    assert beta.exceeds(0.3, events=2, of=2) > 0.95
    assert boin.decision(Level("1.0", 2, 2)).value == "DE_ESCALATE"
    assert boin.decision(Level("1.0", 2, 2), options=BoinOptions(eliminate_from=2)).value == "ELIMINATE"


def test_a_decision_shows_its_figures() -> None:
    assert boin.decision(Level("1.0", 6, 4)).sentence == (
        "4 of 6; the rate is above 0.3 with a probability of 0.971, more than 0.95."
    )
    assert (
        boin.decision(Level("1.0", 6, 2)).sentence
        == "2 of 6, a rate of 0.333, between 0.236 and 0.359: stay at this level."
    )


# --- the tolerated dose


@pytest.mark.parametrize(("counts", "value", "clause"), [
    ([], None, boin.MTD_OPEN), ([(0, 0)], None, boin.MTD_OPEN), ([(3, 3), (0, 3)], None, boin.MTD_NONE),
    ([(0, 3), (0, 0), (1, 3)], "2.0", boin.MTD_NEAREST),
    ([(1, 6), (1, 6)], "1.0", boin.MTD_NEAREST),  # as far below the target: the higher
    ([(3, 6), (3, 6)], "0.5", boin.MTD_NEAREST),  # as far above it: the lower
    ([(0, 3), (4, 6), (0, 3)], "0.5", boin.MTD_NEAREST),  # eliminated, and all above with it
])  # fmt: skip
def test_the_dose_nearest_to_the_target(counts: Any, value: str | None, clause: str) -> None:
    found = boin.maximum_tolerated(levels(*counts))
    assert (found.value, found.clause) == (value, clause)


def test_two_levels_in_the_wrong_order_are_pooled_by_their_variances() -> None:
    # 3.05/6.1 and 1.05/6.1; one over the variance 6.1^2 x 7.1/(a x b) with a x b = 3.05 x 3.05 and 1.05 x 5.05.
    weights = [1 / (3.05 * 3.05), 1 / (1.05 * 5.05)]
    pooled = (0.5 * weights[0] + 1.05 / 6.1 * weights[1]) / sum(weights)
    assert boin.isotonic(levels((3, 6), (1, 6))) == pytest.approx((pooled, pooled))
    with pytest.raises(ValueError, match="no estimate"):
        boin.isotonic([Level("1.0")])


TREATED = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=200, deadline=None)
@given(counts=st.lists(TREATED, min_size=1, max_size=4))
def test_pooling_is_the_isotonic_regression_of_scipy(counts: list[tuple[int, int]]) -> None:
    found = boin.isotonic(levels(*counts))
    means = [(toxic + 0.05) / (n + 0.1) for toxic, n in counts]
    weights = [(n + 0.1) ** 2 * (n + 1.1) / ((toxic + 0.05) * (n - toxic + 0.05)) for toxic, n in counts]
    assert np.allclose(found, optimize.isotonic_regression(means, weights=weights).x, rtol=1e-9)
    assert all(low <= high for low, high in itertools.pairwise(found))


COUNTS = st.integers(0, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n), st.integers(0, 2)))


@settings(max_examples=300, deadline=None)
@given(counts=st.lists(COUNTS, min_size=1, max_size=4), data=st.data(), options=OPTIONS)
def test_one_more_toxicity_never_leads_higher_and_everything_said_is_listed(
    counts: Any, data: Any, options: Any
) -> None:
    at = data.draw(st.integers(0, len(counts) - 1))
    rank = ["STOP", "DE_ESCALATE", "STAY", "ESCALATE"]
    found = boin.next_step(levels(*counts), at=at, options=options)
    for one in (*found.walk(), boin.maximum_tolerated(levels(*counts), options=options)):
        assert one.clause in boin.CLAUSES
        assert one.basis in boin.BASES
        assert set(re.findall(r"{(\w+)}", one.clause)) == set(one.shown)
    toxic, evaluable, pending = counts[at]
    if toxic < evaluable and not pending:
        worse = boin.next_step(levels(*counts[:at], (toxic + 1, evaluable), *counts[at + 1 :]), at=at, options=options)
        assert rank.index(str(worse.value)) <= rank.index(str(found.value))
