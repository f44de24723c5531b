"""Loss of CAR-T cells from detection by both definitions, on the actual day and at the nominal month."""

import json
import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trial.rules import persistence
from trial.rules.persistence import Loss, PersistenceOptions
from trial.rules.timed import Source

INFUSED = date(2031, 3, 1)
MONTHS = {1: 28, 3: 91, 6: 183, 9: 274, 12: 365, 15: 457, 18: 548, 24: 731}
WORKED = json.loads((Path(__file__).parent.parent / "worked" / "persistence.json").read_text(encoding="utf-8"))


def on(day: int) -> date:
    return INFUSED + timedelta(days=day)


def sample(month: int | None, seen: int | None, *, day: int | None = None, **changes: Any) -> SimpleNamespace:
    """A PCR sample: 1 = detected, 0 = below the limit of detection, None = no result."""
    items: dict[str, Any] = {
        "sampled_on": on(MONTHS[month] if day is None and month is not None else day or 0), "nominal_month": month,
        "method": "QPCR", "value": Decimal(500) if seen else None, "unit": "copies/ug", "below": "BLD" if seen == 0 else None,
        "limit": None,
    }  # fmt: skip
    return SimpleNamespace(**{**items, **changes})


def lost(*samples: SimpleNamespace, **options: Any) -> Loss:
    return persistence.loss(samples, infused_on=INFUSED, options=PersistenceOptions(**options))


def by_month(*seen: int | None) -> list[SimpleNamespace]:
    return [sample(month, one) for month, one in zip(MONTHS, seen, strict=False)]


# --- one sample


@pytest.mark.parametrize(("changes", "expected"), [
    ({"below": "BLD"}, False), ({"below": "BLQ"}, True), ({"below": "BLD", "value": Decimal(3)}, False),
    ({"value": Decimal("0.1")}, True), ({"value": Decimal(0)}, False), ({"value": None}, None), ({"below": "", "value": 2}, True),
])  # fmt: skip
def test_what_one_sample_shows(changes: dict[str, Any], expected: bool | None) -> None:
    assert persistence.detected(sample(1, None, **changes)) is expected


def test_below_quantification_may_be_called_undetected_by_name() -> None:
    assert (
        persistence.detected(sample(1, None, below="BLQ"), options=PersistenceOptions(blq_is_detected=False)) is False
    )


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="first or confirmed"):
        PersistenceOptions(rule="last")


# --- the two definitions


@pytest.mark.parametrize(("seen", "first", "confirmed"), [
    ((1, 1, 0, 0), (True, 6), (True, 6)),
    ((1, 1, 0, 1), (True, 6), (False, 9)),  # back again
    ((1, 1, 0), (True, 6), (False, 3)),  # a single one at the end
    ((1, 0, 1, 0, 0), (True, 3), (True, 9)),
    ((1, 1, 1), (False, 6), (False, 6)),
    ((0, 1, 1, 0, 0), (True, 9), (True, 9)),  # before the first detection nothing can be lost
    ((1, 0, None, 0), (True, 3), (True, 3)),  # a sample without a result stands between none
    ((1, None, None), (False, 1), (False, 1)),
])  # fmt: skip
def test_both_definitions_at_the_nominal_month(
    seen: tuple[int | None, ...], first: tuple[bool, int], confirmed: tuple[bool, int]
) -> None:
    for rule, expected in (("first", first), ("confirmed", confirmed)):
        found = lost(*by_month(*seen), rule=rule)
        assert (found.event, found.nominal_months) == expected
        assert found.timed.on == on(MONTHS[expected[1]])
        assert found.timed.source == Source("cart_persistence", on(MONTHS[expected[1]]))


def test_a_single_last_sample_without_detection_is_a_loss_or_is_censored_with_a_word() -> None:
    rows = by_month(1, 1, 0)
    assert (lost(*rows).timed.clause, lost(*rows).timed.flags) == (persistence.LOST_FIRST, ())
    held = lost(*rows, rule="confirmed").timed
    assert (held.event, held.on, held.clause, held.flags) == (
        False,
        on(91),
        persistence.ONE_BELOW,
        ("LAST_SAMPLE_BELOW",),
    )


def test_a_sample_of_day_280_taken_for_month_9_counts_as_month_9() -> None:
    found = lost(sample(6, 1), sample(9, 0, day=280))
    assert (found.nominal_months, found.timed.days) == (9, 280)
    assert found.timed.months == Decimal(280) / Decimal("30.4375")


def test_a_sample_without_a_nominal_month_counts_by_its_day() -> None:
    found = lost(sample(1, 1), sample(None, 0, day=100))
    assert (found.event, found.nominal_month, found.timed.flags) == (True, None, ("NOMINAL_MONTH_MISSING",))
    assert found.nominal_months == found.timed.months == Decimal(100) / Decimal("30.4375")


def test_detection_after_a_loss_is_flagged() -> None:
    assert lost(*by_month(1, 0, 1)).timed.flags == ("REDETECTED",)
    assert lost(*by_month(1, 0, 0)).timed.flags == ()


# --- nothing detected, nothing sampled


def test_cells_never_detected_are_lost_at_the_first_sample_or_left_out_by_name() -> None:
    found = lost(*by_month(0, 0))
    assert (found.event, found.nominal_months, found.timed.clause) == (True, 1, persistence.NEVER_DETECTED)
    out = lost(*by_month(0, 0), never_detected_is_loss=False)
    assert (out.event, out.timed.days, out.nominal_months, out.timed.flags) == (None, None, None, ("NEVER_DETECTED",))


@pytest.mark.parametrize("rows", [[], [sample(1, None)], [sample(None, 1, day=0)], [sample(None, 0, day=-5)]])
def test_without_a_readable_sample_after_the_infusion_it_is_censored_there(rows: list[SimpleNamespace]) -> None:
    found = lost(*rows)
    assert (found.event, found.timed.days, found.nominal_months, found.timed.flags) == (False, 0, 0, ("NO_SAMPLE",))


def test_an_undated_sample_is_left_out() -> None:
    assert lost(*by_month(1, 1), sample(6, 0, sampled_on=None)).event is False


# --- several methods


def test_on_one_day_any_detection_is_detection_and_methods_may_be_named() -> None:
    rows = [sample(1, 1), sample(3, 0, method="FLOW"), sample(3, 1, nominal_month=None)]
    assert (lost(*rows).event, lost(*rows).nominal_months) == (False, 3)
    assert lost(*rows, methods=frozenset({"QPCR", "DDPCR"})).event is False
    flow = [sample(1, 1, method="FLOW"), rows[1]]
    assert lost(*flow, methods=frozenset({"FLOW"})).event is True


# --- the published figures, from 23 invented subjects


def kept(losses: list[Loss], month: int) -> float:
    """Kaplan-Meier at a nominal month, written out here on purpose."""
    times = [(found.nominal_months, found.event) for found in losses if found.event is not None]
    events = Counter(at for at, event in times if event)
    share = 1.0
    for at in sorted(events):
        if at is not None and at <= month:
            share *= 1 - events[at] / sum(1 for other, _ in times if other is not None and other >= at)
    return round(100 * share, 1)


@pytest.mark.parametrize("rule", ["first", "confirmed"])
def test_the_published_persistence_at_9_and_12_months(rule: str) -> None:
    losses = {
        code: lost(*(sample(int(month), seen) for month, seen in seen_at.items()), rule=rule)
        for code, seen_at in WORKED["subjects"].items()
    }
    assert len(losses) == 23
    assert {code: found.nominal_months for code, found in losses.items() if found.event} == WORKED["losses"][rule]
    for month, percent in WORKED["kept_percent"][rule].items():
        assert kept(list(losses.values()), int(month)) == percent


# --- properties

SEEN = st.lists(st.sampled_from([0, 1, 1, None]), max_size=8)


@settings(max_examples=200, deadline=None)
@given(seen=SEEN, seed=st.integers(0, 99))
def test_a_confirmed_loss_is_never_earlier_and_the_order_of_samples_does_not_matter(
    seen: list[int | None], seed: int
) -> None:
    rows = by_month(*seen)
    first, confirmed = lost(*rows), lost(*rows, rule="confirmed")
    assert lost(*random.Random(seed).sample(rows, len(rows))) == first
    if confirmed.event:
        assert first.event
        assert first.timed.on is not None and confirmed.timed.on is not None
        assert first.timed.on <= confirmed.timed.on
    for found in (first, confirmed):
        assert found.timed.clause in persistence.CLAUSES
        assert found.timed.basis in persistence.BASES
        assert set(found.timed.flags) <= set(persistence.FLAGS)
        assert found.timed.sentence == found.timed.clause
