"""The statistics against lifelines, statsmodels and scipy on thousands of random data sets: ties, no event, all events."""

import math
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_time
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from analytics import statistics

DAYS_PER_MONTH = 30.4375
SETS_STATSMODELS, SETS_LIFELINES = 3000, 300
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
        steps, limits = theirs.survival_function_.iloc[:, 0], theirs.confidence_interval_.to_numpy()
        place = steps.index.get_indexer(list(ours.times))
        assert (place >= 0).all()
        assert ours.survival == pytest.approx(steps.to_numpy()[place], abs=CLOSE)
        for survival, low, high, (theirs_low, theirs_high) in zip(
            ours.survival, ours.low, ours.high, limits[place], strict=True
        ):
            # Ours are not defined where S is 0 or 1, as in R and SAS; lifelines gives 1 to 1 or 0 to 0 there.
            assert (low is None) == (high is None) == (not CLOSE < survival < 1 - CLOSE)
            if low is not None:
                assert (low, high) == pytest.approx((theirs_low, theirs_high), abs=1e-7)
                compared += 1
        followed = [time for time in (0.1, 0.5, 3.0, 6.0, 12.0) if time <= times.max() or ours.survival[-1] == 0]
        rates = [statistics.survival_at(ours, time).value for time in followed]
        assert rates == pytest.approx(theirs.survival_function_at_times(followed).to_numpy(), abs=CLOSE)
        if ours.survival[-1] > 0:  # beyond the last time lifelines goes on, a table does not
            assert statistics.survival_at(ours, times.max() + 0.01).value is None
    assert compared > 2000


def test_the_median_lies_between_the_start_of_lifelines_and_the_end_of_statsmodels() -> None:
    """lifelines: first time with S <= 1/2; statsmodels: first with S < 1/2; R, SAS and we: the middle of the two.

    They are one where the curve jumps over 1/2; where it rests there to the end, the end is the last observed time.
    """
    resting = 0
    for times, events in samples(2000, seed=7):
        curve = statistics.kaplan_meier(times, events)
        ours = statistics.median(curve).value
        if not events.any():
            assert ours is None
            continue
        # Products of fractions carry rounding: theirs read a curve on which 1/2 is exactly 1/2.
        theirs = SurvfuncRight(times, events)
        theirs.surv_prob = np.where(np.abs(theirs.surv_prob - 0.5) < CLOSE, 0.5, theirs.surv_prob)
        end = float(theirs.quantile(0.5))
        start = float(qth_survival_time(0.5, pd.Series(theirs.surv_prob, index=theirs.surv_times)))
        if math.isinf(start):
            assert ours is None
        else:
            assert ours == pytest.approx((start + (end if math.isfinite(end) else times.max())) / 2, abs=CLOSE)
            resting += start != end
    assert resting > 30


def test_limits_of_the_median_are_the_brookmeyer_crowley_limits_of_statsmodels() -> None:
    """Log-log scale, S compared with one half at each time of an event.

    statsmodels gives NaN where no such time agrees with one half: then our limits are both the time at which the curve
    jumps over it, or NE. Where the last subject has the event the limits of S are not defined: R and we say NE,
    statsmodels that time.
    """
    reached = {"low": 0, "high": 0, "jumped": 0}
    for times, events in samples(2000, seed=8):
        if not events.any():
            continue
        curve = statistics.kaplan_meier(times, events)
        ours = statistics.median(curve)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            low, high = SurvfuncRight(times, events).quantile_ci(0.5, method="cloglog")
        if math.isnan(low):
            assert ours.low == ours.high
            assert ours.low in (None, ours.value)
            reached["jumped"] += ours.low is not None
            continue
        for name, limit, value in (("low", curve.low, low), ("high", curve.high, high)):
            if any(height is not None and height <= 0.5 for height in limit):
                assert getattr(ours, name) == pytest.approx(float(value), abs=CLOSE)
                reached[name] += 1
            else:
                assert getattr(ours, name) is None
                assert curve.survival[-1] < CLOSE or math.isinf(value)
    assert min(reached["low"], reached["high"]) > 500 and reached["jumped"] > 0


def test_the_reverse_estimate_is_that_of_the_negated_events() -> None:
    for times, events in samples(100, seed=4):
        ours = statistics.kaplan_meier(times, [not event for event in events])
        theirs = KaplanMeierFitter().fit(times, 1 - events).survival_function_.iloc[:, 0]
        assert ours.survival == pytest.approx(theirs[list(ours.times)].to_numpy(), abs=CLOSE)


def test_numbers_at_risk_are_counted_subjects() -> None:
    for times, events in samples(1000, seed=5):
        curve = statistics.kaplan_meier(times, events)
        ticks = (0, 1, 3, 6, 12, 24, float(times[0]))
        assert list(statistics.at_risk(curve, ticks)) == [int((times >= tick).sum()) for tick in ticks]


def test_every_exact_interval_up_to_40_subjects_is_that_of_statsmodels_and_of_the_beta_quantiles() -> None:
    for total in range(1, 41):
        counts = np.arange(total + 1)
        ours = np.array([(rate.low, rate.high) for rate in (statistics.proportion(int(n), total) for n in counts)])
        low, high = proportion_confint(counts, total, method="beta")
        assert ours == pytest.approx(np.column_stack((low, high)), abs=1e-9)
        assert ours[1:, 0] == pytest.approx(stats.beta.ppf(0.025, counts[1:], total - counts[1:] + 1), abs=1e-9)
        assert ours[:-1, 1] == pytest.approx(stats.beta.ppf(0.975, counts[:-1] + 1, total - counts[:-1]), abs=1e-9)


def test_summaries_are_those_of_numpy_and_scipy() -> None:
    chance = np.random.default_rng(6)
    for _ in range(2000):
        values = chance.integers(0, 40, size=int(chance.integers(1, 61))).astype(float)
        ours = statistics.summary(values)
        assert (ours.n, ours.mean) == (len(values), pytest.approx(float(stats.tmean(values))))
        assert (ours.minimum, ours.maximum) == (values.min(), values.max())
        assert ours.median == pytest.approx(float(np.median(values)))
        if ours.n > 1:
            assert ours.sd == pytest.approx(float(stats.tstd(values)))
