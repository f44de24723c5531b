"""Statistics against independent libraries, against published worked examples, and at their edges."""

import math
from fractions import Fraction
from statistics import fmean, median, stdev

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import proportion_confint

from analytics import statistics

# Freireich EJ et al. Blood 1963;21:699-716: weeks of remission under 6-mercaptopurine, + = censored; the worked example
# of most textbooks (Cox and Oakes 1984, table 1.1). Median 23 weeks, S(10) = 0.753, S(22) = 0.538.
REMISSION = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]

# Times invented for the demonstration study: progression-free survival with the published median of 17.2 months, and
# follow-up with the published median of 9.0 months observed.
MONTHS = [0.5, 1.0, 3.1, 4.0, 4.6, 5.5, 6.3, 3.4, 7.4, 8.0, 8.5, 9.0, 4.9, 10.3, 11.1, 12.2, 1.2, 13.9, 7.6, 15.7, 13.4,
          17.2, 18.5]  # fmt: skip
PROGRESSED = [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1, 0]
FOLLOWED = [0.5, 2.0, 3.1, 4.0, 4.6, 5.5, 6.3, 6.9, 7.4, 8.0, 8.5, 9.0, 9.6, 10.3, 11.1, 12.2, 13.0, 13.9, 14.8, 15.7,
            16.6, 17.9, 18.5]  # fmt: skip
DIED = [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

samples = st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=40)


def test_20_of_23_has_the_exact_interval_66_4_to_97_2():
    # Clopper and Pearson 1934, by their definition: each tail of the binomial at the limit holds 2.5 %.
    rate = statistics.proportion(20, 23)
    assert rate.fraction == pytest.approx(20 / 23)
    assert (round(100 * rate.low, 1), round(100 * rate.high, 1)) == (66.4, 97.2)
    assert stats.binom.sf(19, 23, rate.low) == pytest.approx(0.025)
    assert stats.binom.cdf(20, 23, rate.high) == pytest.approx(0.025)


def test_none_of_ten_has_the_closed_upper_limit():
    # Clopper and Pearson: for 0 of n the upper limit is 1 - (alpha / 2) ** (1 / n).
    rate = statistics.proportion(0, 10)
    assert rate.low == 0
    assert rate.high == pytest.approx(1 - 0.025**0.1)


def test_all_of_ten_mirrors_none_of_ten():
    rate = statistics.proportion(10, 10)
    assert rate.high == 1
    assert rate.low == pytest.approx(0.025**0.1)


def test_none_of_none_is_no_number():
    assert statistics.proportion(0, 0) == statistics.Proportion(0, 0, None, None, None)


@pytest.mark.parametrize(("n", "total"), [(-1, 3), (4, 3)])
def test_more_than_all_is_refused(n, total):
    with pytest.raises(ValueError, match="no proportion"):
        statistics.proportion(n, total)


@given(st.integers(1, 300).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_exact_interval_is_that_of_the_beta_quantiles_and_of_statsmodels(pair):
    n, total = pair
    rate = statistics.proportion(n, total)
    low = stats.beta.ppf(0.025, n, total - n + 1) if n else 0.0
    high = stats.beta.ppf(0.975, n + 1, total - n) if n < total else 1.0
    assert (rate.low, rate.high) == pytest.approx((low, high), abs=1e-9)
    assert (rate.low, rate.high) == pytest.approx(proportion_confint(n, total, method="beta"), abs=1e-9)


def test_quartiles_are_those_of_sas_definition_5():
    # SAS PCTLDEF=5 by hand: n p = 1.5 -> 2nd value; n p = 3 -> mean of 3rd and 4th; n p = 4.5 -> 5th value.
    found = statistics.summary([1, 2, 4, 8, 16, 32])
    assert (found.q1, found.median, found.q3) == (2, 6, 16)
    assert (found.n, found.minimum, found.maximum) == (6, 1, 32)
    assert found.mean == pytest.approx(10.5)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60))
def test_summary_agrees_with_the_standard_library_and_the_words_of_definition_5(values):
    found = statistics.summary(values)
    assert found.mean == pytest.approx(fmean(values), rel=1e-9, abs=1e-6)
    assert found.sd == pytest.approx(stdev(values), rel=1e-6, abs=1e-6)
    assert found.median == pytest.approx(median(values))
    assert found.q1 == pytest.approx(_definition_5(values, Fraction(1, 4)))
    assert found.q3 == pytest.approx(_definition_5(values, Fraction(3, 4)))


def _definition_5(values, p):
    """SAS PCTLDEF=5 as its manual words it: n p = j + g; the mean of x_j and x_j+1 where g is 0, else x_j+1."""
    ordered, position = sorted(values), len(values) * p
    j = math.floor(position)
    return (ordered[j - 1] + ordered[j]) / 2 if position == j else ordered[j]


def test_summary_of_nothing_is_none_and_of_missing_values_too():
    assert statistics.summary([]) == statistics.Summary(n=0)
    assert statistics.summary([None, math.nan]) == statistics.Summary(n=0)


def test_one_value_has_no_standard_deviation():
    assert statistics.summary([7]) == statistics.Summary(1, 7, None, 7, 7, 7, 7, 7)


def test_remission_of_leukaemia_gives_the_textbook_curve():
    curve = statistics.kaplan_meier(REMISSION, RELAPSED)
    steps = {t: s for t, s, d in zip(curve.times, curve.survival, curve.events, strict=True) if d}
    # Cox and Oakes 1984: 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448.
    assert [round(s, 3) for s in steps.values()] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert list(steps) == [6, 7, 10, 13, 16, 22, 23]
    assert statistics.median(curve).value == 23
    assert curve.at_risk[0] == 21


def test_months_of_the_demonstration_study_give_17_2_with_7_6_to_not_estimable():
    found = statistics.median(statistics.kaplan_meier(MONTHS, PROGRESSED))
    assert (found.value, found.low, found.high) == (17.2, 7.6, None)


def test_follow_up_is_9_0_as_observed_and_10_3_by_the_reverse_estimate():
    assert statistics.summary(FOLLOWED).median == 9.0
    assert statistics.median(statistics.kaplan_meier(FOLLOWED, [not event for event in DIED])).value == 10.3


def test_persistence_at_nominal_months_is_77_8_and_62_2_percent():
    # 7/9 at month 9 and 7/9 x 4/5 at month 12: two losses of nine at risk, then one of five.
    times = [0.5] + [1] * 2 + [3] * 6 + [6] * 5 + [9, 9, 9, 9] + [12, 12, 12] + [15, 18]
    lost = [0] * 14 + [1, 1, 0, 0] + [1, 0, 0] + [0, 0]
    curve = statistics.kaplan_meier(times, lost)
    assert round(100 * statistics.survival_at(curve, 9).value, 1) == 77.8
    assert round(100 * statistics.survival_at(curve, 12).value, 1) == 62.2


@settings(max_examples=60, deadline=None)
@given(samples)
def test_curve_and_limits_agree_with_lifelines(sample):
    times, events = zip(*sample, strict=True)
    curve = statistics.kaplan_meier(times, events)
    fitted = KaplanMeierFitter().fit(times, events)
    theirs = fitted.survival_function_["KM_estimate"]
    limits = fitted.confidence_interval_
    for index, time in enumerate(curve.times):
        assert curve.survival[index] == pytest.approx(theirs[time], abs=1e-9)
        if 0 < curve.survival[index] < 1:
            assert curve.low[index] == pytest.approx(limits.iloc[:, 0][time], abs=1e-6)
            assert curve.high[index] == pytest.approx(limits.iloc[:, 1][time], abs=1e-6)
        else:
            assert curve.low[index] is None and curve.high[index] is None


@settings(max_examples=60, deadline=None)
@given(samples)
def test_greenwood_error_risk_sets_and_median_interval_agree_with_statsmodels(sample):
    times, events = (np.array(column, dtype=float) for column in zip(*sample, strict=True))
    curve = statistics.kaplan_meier(times, events)
    if not events.any():
        assert set(curve.survival) == {1.0} and statistics.median(curve) == statistics.Estimate(None)
        return
    theirs = SurvfuncRight(times, events)
    ours = {t: i for i, t in enumerate(curve.times)}
    for time, at_risk, deaths, survival, error in zip(
        theirs.surv_times, theirs.n_risk, theirs.n_events, theirs.surv_prob, theirs.surv_prob_se, strict=True
    ):
        at = ours[time]
        assert (curve.at_risk[at], curve.events[at]) == (at_risk, deaths)
        if survival > 0:
            assert curve.error[at] == pytest.approx(error, abs=1e-9)
    low, high = theirs.quantile_ci(0.5, method="cloglog")
    found = statistics.median(curve)
    assert found.low == (low if math.isfinite(low) and low in ours and _reached(curve, "low") else None)
    assert found.high == (high if math.isfinite(high) and _reached(curve, "high") else None)


def _reached(curve, limit):
    """Whether a limit that is defined comes down to one half."""
    return any(height is not None and height <= 0.5 for height in getattr(curve, limit))


@settings(max_examples=100, deadline=None)
@given(samples)
def test_median_is_that_of_exact_fractions_and_off_one_half_that_of_lifelines(sample):
    times, events = zip(*sample, strict=True)
    found = statistics.median(statistics.kaplan_meier(times, events)).value
    exact, rests_on_half = _exact_median(sample)
    assert found == exact
    if not rests_on_half:
        theirs = median_survival_times(KaplanMeierFitter().fit(times, events))
        assert found == (theirs if math.isfinite(theirs) else None)


def _exact_median(sample):
    """The median by its definition on exact fractions, and whether the curve is 1/2 somewhere."""
    survival, half_from = Fraction(1), None
    for time in sorted({time for time, _ in sample}):
        at_risk = sum(t >= time for t, _ in sample)
        survival *= 1 - Fraction(sum(t == time and event for t, event in sample), at_risk)
        if survival < Fraction(1, 2):
            return (time if half_from is None else (half_from + time) / 2), half_from is not None
        if survival == Fraction(1, 2) and half_from is None:
            half_from = time
    last = max(time for time, _ in sample)
    return (None if half_from is None else (half_from + last) / 2), half_from is not None


def test_a_flat_piece_at_one_half_gives_its_midpoint():
    # By hand: S is 3/4 from 1, 1/2 from 2 to 3.
    assert statistics.median(statistics.kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])).value == 2.5


def test_a_censored_time_inside_the_flat_piece_does_not_end_it():
    # S is 1/2 from time 2 on; the subject censored at 3 leaves it there until the event at 6.
    assert statistics.median(statistics.kaplan_meier([1, 2, 3, 6], [1, 1, 0, 1])).value == 4.0


def test_a_flat_piece_to_the_end_of_follow_up_ends_at_the_last_observed_time():
    # The convention of R's quantile.survfit, by hand: (2 + 8) / 2.
    assert statistics.median(statistics.kaplan_meier([1, 2, 5, 8], [1, 1, 0, 0])).value == 5.0


def test_a_censoring_at_the_time_of_an_event_was_at_risk():
    curve = statistics.kaplan_meier([5, 5, 9], [1, 0, 0])
    assert curve.at_risk[0] == 3
    assert curve.survival[0] == pytest.approx(2 / 3)


def test_without_events_the_curve_stays_at_one_and_the_median_is_not_estimable():
    curve = statistics.kaplan_meier([3, 4, 4], [0, 0, 0])
    assert curve.survival == (1.0, 1.0)
    assert statistics.median(curve) == statistics.Estimate(None)


def test_one_subject_with_the_event_has_a_median_without_limits():
    assert statistics.median(statistics.kaplan_meier([4], [1])) == statistics.Estimate(4)


def test_no_subjects_give_an_empty_curve_and_no_estimates():
    curve = statistics.kaplan_meier([], [])
    assert curve.n == 0 and curve.times == ()
    assert statistics.median(curve) == statistics.Estimate(None)
    assert statistics.survival_at(curve, 3) == statistics.Estimate(None)


def test_a_rate_beyond_the_follow_up_is_not_estimable():
    curve = statistics.kaplan_meier([2, 6, 9], [1, 0, 0])
    assert statistics.survival_at(curve, 9).value == pytest.approx(2 / 3)
    assert statistics.survival_at(curve, 9.01) == statistics.Estimate(None)


def test_after_the_last_subject_had_the_event_the_rate_is_zero():
    assert statistics.survival_at(statistics.kaplan_meier([2, 6], [1, 1]), 30).value == 0


def test_before_the_first_time_the_rate_is_one():
    assert statistics.survival_at(statistics.kaplan_meier([2, 6], [1, 1]), 1).value == 1


@pytest.mark.parametrize(
    ("times", "events"), [([-1], [1]), ([math.nan], [1]), ([math.inf], [0]), ([1, 2], [1]), ([1], [2])]
)
def test_times_and_events_that_make_no_sense_are_refused(times, events):
    with pytest.raises(ValueError):
        statistics.kaplan_meier(times, events)
