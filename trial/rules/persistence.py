"""Persistence of CAR-T cells: when they were lost from detection, by two definitions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from trial.rules.antigen import antigen_at_relapse
from trial.rules.crs_episodes import day_of
from trial.rules.timed import Source, Timed
from trial.rules.verdict import decimal, known

__all__ = ["BASES", "CLAUSES", "FLAGS", "Loss", "PersistenceOptions", "antigen_at_relapse", "detected", "loss"]

VERSION = "persistence_1"
BASIS = "Definition of this study; the literature names several"
FORM = "cart_persistence"

LOST_FIRST = "First sample without detection."
LOST_TWICE = "First of two consecutive samples without detection."
NEVER_DETECTED = "CAR-T cells were never detected: counted as lost at the first sample."
STILL_DETECTED = "Detected in the last sample: censored there."
ONE_BELOW = "Only the last sample is without detection, and no second one confirms it: censored at the last detection."
NO_SAMPLE = "No sample after the infusion can be read: censored at the infusion."

CLAUSES: tuple[str, ...] = (LOST_FIRST, LOST_TWICE, NEVER_DETECTED, STILL_DETECTED, ONE_BELOW, NO_SAMPLE)
BASES: tuple[str, ...] = (BASIS,)

FLAGS: dict[str, str] = {
    "REDETECTED": "CAR-T cells were detected again after a sample without detection.",
    "LAST_SAMPLE_BELOW": "The last sample is a single one without detection.",
    "NEVER_DETECTED": "CAR-T cells were never detected.",
    "NO_SAMPLE": "No sample after the infusion can be read.",
    "NOMINAL_MONTH_MISSING": "The sample has no nominal month; its actual day was used.",
}


@dataclass(frozen=True, slots=True)
class PersistenceOptions:
    """Choices that definitions of persistence differ in; the defaults are the study's."""

    # "first": first sample without detection. "confirmed": first of two consecutive ones.
    rule: str = "first"
    # True: below the limit of quantification, but above that of detection, is detected.
    blq_is_detected: bool = True
    # Methods that are read; empty = all. On one day any detection is detection.
    methods: frozenset[str] = frozenset()
    # True: cells never detected are an event at the first sample; False: the subject is left out (event None).
    never_detected_is_loss: bool = True

    def __post_init__(self) -> None:
        if self.rule not in ("first", "confirmed"):
            raise ValueError("rule is first or confirmed")


@dataclass(frozen=True, slots=True)
class Loss:
    """Time to loss of detection: on the actual day (`timed`) and at the nominal month of the deciding sample."""

    timed: Timed
    nominal_month: Decimal | None  # of the sample that decided; None = it has none, or there is no sample

    @property
    def event(self) -> bool | None:
        return self.timed.event

    @property
    def nominal_months(self) -> Decimal | None:
        """Months for the nominal estimator: a sample of day 280 taken for month 9 counts as 9."""
        return self.timed.months if self.nominal_month is None else self.nominal_month


@dataclass(frozen=True, slots=True)
class _Day:
    on: date
    detected: bool
    nominal: Decimal | None


RECOMMENDED = PersistenceOptions()


def detected(sample: Any, *, options: PersistenceOptions = RECOMMENDED) -> bool | None:
    """Whether the sample shows CAR-T cells; None = it has neither a value nor a limit that it was below."""
    below = sample.below if known(sample.below) else None
    if below == "BLD":
        return False
    if below == "BLQ":
        return options.blq_is_detected
    value = decimal(sample.value)
    return None if value is None else value > 0


def loss(samples: Iterable[Any], *, infused_on: date, options: PersistenceOptions = RECOMMENDED) -> Loss:
    """When CAR-T cells were lost after the day of the infusion; samples in any order.

    Each has sampled_on, nominal_month, method, value (copies/ug or cells/uL) and below (BLD, BLQ or None). Samples
    before the first detection are no loss. Without a loss: censored at the last sample with detection.
    """
    infusion = day_of(infused_on)
    assert infusion is not None
    days = _days(samples, infusion, options)
    first = next((place for place, day in enumerate(days) if day.detected), None)
    if not days:
        return _loss(False, None, infusion, NO_SAMPLE, ("NO_SAMPLE",))
    if first is None:
        event = True if options.never_detected_is_loss else None
        return _loss(event, days[0], infusion, NEVER_DETECTED, ("NEVER_DETECTED",))
    days = days[first:]
    lost = _lost(days, options.rule)
    below = [place for place, day in enumerate(days) if not day.detected]
    again = bool(below) and any(day.detected for day in days[below[0] :])
    flags = ("REDETECTED",) if again else ()
    if lost is not None:
        return _loss(True, days[lost], infusion, LOST_FIRST if options.rule == "first" else LOST_TWICE, flags)
    last = [day for day in days if day.detected][-1]
    if not days[-1].detected:
        return _loss(False, last, infusion, ONE_BELOW, (*flags, "LAST_SAMPLE_BELOW"))
    return _loss(False, last, infusion, STILL_DETECTED, flags)


def _lost(days: Sequence[_Day], rule: str) -> int | None:
    """The place of the loss; None = none by this rule."""
    for place, day in enumerate(days):
        next_too = place + 1 < len(days) and not days[place + 1].detected
        if not day.detected and (rule == "first" or next_too):
            return place
    return None


def _days(samples: Iterable[Any], infusion: date, options: PersistenceOptions) -> list[_Day]:
    """Days after the infusion with a sample that can be read, oldest first."""
    found: dict[date, _Day] = {}
    for sample in samples:
        on, seen = day_of(sample.sampled_on), detected(sample, options=options)
        if on is None or on <= infusion or seen is None:
            continue
        if options.methods and sample.method not in options.methods:
            continue
        other = found.get(on)
        nominal = decimal(sample.nominal_month)
        if other is not None:
            seen, nominal = seen or other.detected, other.nominal if nominal is None else nominal
        found[on] = _Day(on, seen, nominal)
    return [found[on] for on in sorted(found)]


def _loss(event: bool | None, day: _Day | None, infusion: date, clause: str, flags: tuple[str, ...]) -> Loss:
    on = infusion if day is None else day.on
    nominal = None if day is None else day.nominal
    if day is not None and nominal is None:
        flags = (*flags, "NOMINAL_MONTH_MISSING")
    source = None if day is None else Source(FORM, on)
    timed = Timed(
        event=event, on=None if event is None else on, start=infusion, clause=clause, basis=BASIS, version=VERSION,
        source=source, flags=flags,
    )  # fmt: skip
    return Loss(timed=timed, nominal_month=None if event is None else nominal)
