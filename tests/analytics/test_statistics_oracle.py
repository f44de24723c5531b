"""The statistics against lifelines, statsmodels and scipy on thousands of random data sets: ties, no event, all events."""

import math
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from analytics import statistics

DAYS_PER_MONTH = 30.4375
SETS_STATSMODELS, SETS_LIFELINES = 3000, 600
CLOSE = 1e-9


def samples(count: int, *, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Months and events: 1 to 60 subjects; few distinct days, so that times are tied; some without or with events only."""
    chance = np.random.default_rng(seed)
    for number in range(count):
        n = 1 if number % 50 == 0 else int(chance.integers(2, 61))
        days = chance.integers(1, int(chance.choice([6, 30, 200, 900])), size=n)
        share = {0: 0.0, 1: 1.0}.get(number % 12, chance.uniform(0.1, 0.9))
        yield days / DAYS_PER_MONTH, (chance.uniform(size=n) < share).astype(int)


def test_the_random_samples_hold_every_kind() -> None:
    seen = list(samples(SETS_STATSMODELS, seed=1))
    assert sum(len(times) == 1 for times, _ in seen) >= 60
    assert sum(not events.any() for _, events in seen) >= 200
    assert sum(events.all() for _, events in seen) >= 200
    assert sum(len(set(times)) < len(times) for times, _ in seen) > SETS_STATSMODELS / 2


def test_survival_error_and_numbers_at_risk_are_those_of_statsmodels() -> None:
    compared = 0
    for times, events in samples(SETS_STATSMODELS, seed=1):
        ours = statistics.kaplan_meier(times, events)
        if not events.any():
            assert set(ours.survival) == {1.0}
            continue
        theirs = SurvfuncRight(times, events)
        at_events = [i for i, died in enumerate(ours.events) if died]
        assert [ours.times[i] for i in at_events] == pytest.approx(theirs.surv_times, abs=CLOSE)
        assert [ours.survival[i] for i in at_events] == pytest.approx(theirs.surv_prob, abs=CLOSE)
        assert [ours.at_risk[i] for i in at_events] == list(theirs.n_risk)
        for place, i in enumerate(at_events):
            error = ours.error[i]
            if error is None or ours.survival[i] == 0:  # nobody is left: Greenwood's sum is not finite
                continue
            assert error == pytest.approx(theirs.surv_prob_se[place], abs=CLOSE)
            compared += 1
    assert compared > 10_000


def test_log_log_limits_and_rates_are_those_of_lifelines() -> None:
    compared = 0
    for times, events in samples(SETS_LIFELINES, seed=2):
        ours = statistics.kaplan_meier(times, events)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = KaplanMeierFitter().fit(times, events)  # its limits are the log-log ones
        table = theirs.confidence_interval_
        for i, time in enumerate(ours.times):
            assert ours.survival[i] == pytest.approx(float(theirs.predict(time)), abs=CLOSE)
            if ours.low[i] is not None:
                low, high = table.loc[table.index[table.index <= time + 1e-12][-1]]
                assert (ours.low[i], ours.high[i]) == pytest.approx((low, high), abs=1e-7)
                compared += 1
        for time in (0.5, 3.0, 6.0, 12.0):
            rate = statistics.survival_at(ours, time)
            if rate.value is not None:
                assert rate.value == pytest.approx(float(theirs.predict(time)), abs=CLOSE)
            else:
                assert time > times.max()
    assert compared > 4000


def test_the_median_is_the_first_time_at_or_below_one_half_and_the_midpoint_of_a_flat_piece_there() -> None:
    exact = 0
    for times, events in samples(SETS_LIFELINES, seed=3):
        ours = statistics.median(statistics.kaplan_meier(times, events))
        theirs = float(KaplanMeierFitter().fit(times, events).median_survival_time_)
        curve = statistics.kaplan_meier(times, events)
        flat = [i for i, s in enumerate(curve.survival) if abs(s - 0.5) < 1e-9]
        if not flat:
            assert (ours.value is None) == math.isinf(theirs)
            assert ours.value is None or ours.value == pytest.approx(theirs, abs=CLOSE)
        else:  # R and SAS take the midpoint of the piece at one half, lifelines its start
            start = curve.times[flat[0]]
            below = [t for t, s in zip(curve.times, curve.survival, strict=True) if s < 0.5 - 1e-9]
            assert ours.value == pytest.approx((start + (below[0] if below else curve.times[-1])) / 2, abs=CLOSE)
            exact += 1
    assert exact > 10


def test_the_reverse_estimate_is_that_of_the_negated_events() -> None:
    for times, events in samples(300, seed=4):
        ours = statistics.kaplan_meier(times, [not event for event in events])
        theirs = KaplanMeierFitter().fit(times, 1 - events)
        assert ours.survival[-1] == pytest.approx(float(theirs.predict(times.max())), abs=CLOSE)


def test_numbers_at_risk_are_counted_subjects() -> None:
    for times, events in samples(1000, seed=5):
        curve = statistics.kaplan_meier(times, events)
        ticks = (0, 1, 3, 6, 12, 24, float(times[0]))
        assert list(statistics.at_risk(curve, ticks)) == [int((times >= tick).sum()) for tick in ticks]


def test_every_exact_interval_up_to_60_subjects_is_that_of_statsmodels_and_of_the_beta_quantiles() -> None:
    for total in range(1, 61):
        for n in range(total + 1):
            ours = statistics.proportion(n, total)
            low, high = proportion_confint(n, total, method="beta")
            assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-9)
            if n:
                assert ours.low == pytest.approx(stats.beta.ppf(0.025, n, total - n + 1), abs=1e-9)


def test_summaries_are_those_of_numpy_and_scipy() -> None:
    chance = np.random.default_rng(6)
    for _ in range(2000):
        values = chance.integers(0, 40, size=int(chance.integers(1, 61))).astype(float)
        ours = statistics.summary(values)
        theirs = stats.describe(values)
        assert (ours.n, ours.mean) == (theirs.nobs, pytest.approx(theirs.mean))
        assert (ours.minimum, ours.maximum) == theirs.minmax
        assert ours.median == pytest.approx(float(np.median(values)))
        if ours.n > 1:
            assert ours.sd == pytest.approx(math.sqrt(theirs.variance))
