"""Cellular kinetics at one sample: the curve of its method and unit, each result as a verdict with its clause."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from trial.rules import kinetics
from trial.rules.kinetics import RECOMMENDED, Kinetics, KineticsOptions, Measure
from trial.rules.kinetics_points import LeftOut
from trial.rules.verdict import Verdict, joined, known

__all__ = ["BASES", "CLAUSES", "RESULTS", "Curves", "amount", "as_verdict", "follow", "result"]

VERSION = kinetics.VERSION
BASES = kinetics.BASES
NOT_INFUSED = "Not infused: cells are followed from the infusion."
BEFORE = "Before the day of the infusion: cells are followed from that day."
NO_METHOD = "Method and unit of this sample say which samples it belongs to; one of them is not recorded."
CLAUSES: tuple[str, ...] = (NOT_INFUSED, BEFORE, NO_METHOD)

# Results by name, in the order of a page.
RESULTS: dict[str, Callable[[Kinetics], Measure]] = {
    "cmax": lambda curve: curve.cmax,
    "tmax": lambda curve: curve.tmax,
    "clast": lambda curve: curve.clast,
    "tlast": lambda curve: curve.tlast,
    "area_28": lambda curve: curve.areas[28],
    "area_90": lambda curve: curve.areas[90],
    "half_life": lambda curve: curve.half_life,
}
# From here on one decimal place is enough; smaller numbers keep three.
LARGE = Decimal(10)


@dataclass(frozen=True, slots=True)
class Curves:
    """The samples of an infused subject, and the curve of each method and unit on demand."""

    infused_on: date
    samples: Sequence[Any]
    # Every form of one method and unit shows the same curve.
    _drawn: dict[tuple[str, str, KineticsOptions], Kinetics] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def of(self, method: str, unit: str, *, options: KineticsOptions = RECOMMENDED) -> Kinetics:
        """The kinetics of one method in one unit; `options` without its methods."""
        if (method, unit, options) not in self._drawn:
            self._drawn[method, unit, options] = self._curve(method, unit, options)
        return self._drawn[method, unit, options]

    def _curve(self, method: str, unit: str, options: KineticsOptions) -> Kinetics:
        chosen = KineticsOptions(
            trapezoids=options.trapezoids, before_first=options.before_first, between=options.between,
            after_last=options.after_last, terminal=options.terminal, horizons=options.horizons,
            methods=frozenset({method}),
        )  # fmt: skip
        return kinetics.kinetics(self.samples, infused_on=self.infused_on, unit=unit, options=chosen)


def follow(samples: Iterable[Any], *, infused_on: date) -> Curves:
    """The samples of one subject after one infusion, with the items of the persistence form, in any order."""
    return Curves(infused_on, tuple(samples))


def result(name: str) -> Callable[..., Verdict]:
    """The rule of one result (a key of RESULTS) at a form: of the form's own method and unit."""

    def rule(whole: Curves | None, day: date | None, method: str | None, unit: str | None) -> Verdict:
        if whole is None:
            return _said(NOT_INFUSED)
        if day is not None and day < whole.infused_on:
            return _said(BEFORE)
        if not known(method) or not known(unit):
            return _said(NO_METHOD)
        return as_verdict(whole.of(str(method), str(unit)), name)

    return rule


def as_verdict(curve: Kinetics, name: str) -> Verdict:
    """A result with its unit as the value ("15031 copies/ug·d"), and under it the samples that were not used as they are.

    The value of such a finding is the day of its sample. What no result used stands under Cmax.
    """
    measure = RESULTS[name](curve)
    own = (*measure.as_zero, *measure.left_out)
    flags = joined(measure.flags, curve.flags if name == "cmax" else ())
    because = tuple(_finding(one) for one in (*own, *(curve.left_out if name == "cmax" else ())))
    value = None if measure.value is None else f"{amount(measure.value)} {measure.unit}"
    return Verdict(value, measure.clause, measure.basis, because, measure.version, measure.shown, flags)


def amount(value: Decimal) -> str:
    """A number of a result as text: whole where it is, else with one decimal, or three below 10."""
    if value == value.to_integral_value():
        return f"{value.to_integral_value():f}"
    return f"{value.quantize(Decimal('0.1') if value >= LARGE else Decimal('0.001'), rounding=ROUND_HALF_UP):f}"


def _finding(one: LeftOut) -> Verdict:
    day = None if one.sampled_on is None else one.sampled_on.isoformat()
    return Verdict(day, one.clause, kinetics.BASIS, (), VERSION)


def _said(clause: str) -> Verdict:
    return Verdict(None, clause, kinetics.BASIS, (), VERSION)
