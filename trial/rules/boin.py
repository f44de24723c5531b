"""Dose escalation by BOIN: boundaries from the formula, decision table, next step, and the dose nearest to the target."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trial.rules import beta
from trial.rules.escalation import Level, checked
from trial.rules.verdict import Verdict

__all__ = [
    "BASES", "CLAUSES", "BoinOptions", "Boundary", "boundaries", "boundary", "decision", "eliminated_from", "isotonic",
    "maximum_tolerated", "next_step", "table",
]  # fmt: skip

VERSION = "boin_1"
BASIS = "BOIN (Liu S, Yuan Y. J R Stat Soc C 2015;64:507-23)"
# Prior of the estimates from which the dose is selected, beta(0.05, 0.05), as in the authors' software.
PRIOR = 0.05
# Between two doses whose estimates were pooled: below the target the higher is nearer, above it the lower.
TIE = 1e-10

ESCALATE = "{toxic} of {evaluable}, a rate of {rate}, not above {boundary}: escalate."
STAY = "{toxic} of {evaluable}, a rate of {rate}, between {boundary} and {upper}: stay at this level."
DE_ESCALATE = "{toxic} of {evaluable}, a rate of {rate}, at least {upper}: go down."
ELIMINATE = (
    "{toxic} of {evaluable}; the rate is above {target} with a probability of {probability}, more than {cutoff}."
)
ELIMINATED = "This level and all above it are eliminated: go down."
LOWEST_ELIMINATED = "The lowest level is eliminated, and all others with it: stop, no dose is tolerated."
STAY_HIGHEST = "The rate allows more, but this is the highest level: stay."
STAY_BELOW_ELIMINATED = "The rate allows more, but the level above is eliminated: stay."
STAY_LOWEST = "The rate asks for less, but this is the lowest level and it is not eliminated: stay."
NOBODY = "No evaluable subject at this level yet: treat a cohort."
RUNNING = "The windows of subjects at this level are still running ({pending}): wait."

MTD_NEAREST = "Its estimate of {estimate} is nearest to the target of {target}."
MTD_NONE = "The lowest level is eliminated: no dose is selected."
MTD_OPEN = "No level has an evaluable subject: no dose is selected."

CLAUSES: tuple[str, ...] = (
    ESCALATE, STAY, DE_ESCALATE, ELIMINATE, ELIMINATED, LOWEST_ELIMINATED, STAY_HIGHEST, STAY_BELOW_ELIMINATED,
    STAY_LOWEST, NOBODY, RUNNING, MTD_NEAREST, MTD_NONE, MTD_OPEN,
)  # fmt: skip
BASES: tuple[str, ...] = (BASIS,)


@dataclass(frozen=True, slots=True)
class BoinOptions:
    """The design; the defaults are the authors' recommendation for a target of 0.30."""

    target: float = 0.30
    # Rates, as multiples of the target, that count as too low and as too high.
    safe: float = 0.6
    toxic: float = 1.4
    # A level is eliminated where Pr(rate > target) is above this, from so many subjects on.
    cutoff: float = 0.95
    eliminate_from: int = 3

    def __post_init__(self) -> None:
        if not 0 < self.safe * self.target < self.target < self.toxic * self.target < 1:
            raise ValueError("safe rate < target < toxic rate, all between 0 and 1")
        if not 0 < self.cutoff < 1 or self.eliminate_from < 1:
            raise ValueError("cutoff lies between 0 and 1, eliminate_from is 1 or more")


class Boundary(NamedTuple):
    """For so many evaluable subjects: escalate up to, go down from, eliminate from so many toxicities (None = never)."""

    evaluable: int
    escalate: int
    de_escalate: int
    eliminate: int | None


RECOMMENDED = BoinOptions()


def boundaries(options: BoinOptions = RECOMMENDED) -> tuple[float, float]:
    """lambda_e and lambda_d: the observed rates to escalate at or below, and to go down at or above."""
    target, low, high = options.target, options.safe * options.target, options.toxic * options.target
    up = math.log((1 - low) / (1 - target)) / math.log(target * (1 - low) / (low * (1 - target)))
    down = math.log((1 - target) / (1 - high)) / math.log(high * (1 - target) / (target * (1 - high)))
    return up, down


def boundary(evaluable: int, *, options: BoinOptions = RECOMMENDED) -> Boundary:
    """The line of the decision table for so many evaluable subjects, 1 or more."""
    if evaluable < 1:
        raise ValueError("evaluable is 1 or more")
    up, down = boundaries(options)
    from_here = next((toxic for toxic in range(evaluable + 1) if _eliminated(toxic, evaluable, options)), None)
    lower = math.ceil(down * evaluable)
    # A level that is eliminated is left, whatever its rate.
    return Boundary(
        evaluable, math.floor(up * evaluable), lower if from_here is None else min(lower, from_here), from_here
    )


def table(most: int, *, cohort: int = 3, options: BoinOptions = RECOMMENDED) -> tuple[Boundary, ...]:
    """The decision table for cohort, 2 x cohort, ... up to `most` evaluable subjects."""
    return tuple(boundary(evaluable, options=options) for evaluable in range(cohort, most + 1, cohort))


def decision(level: Level, *, options: BoinOptions = RECOMMENDED) -> Verdict:
    """ESCALATE, STAY, DE_ESCALATE or ELIMINATE by the counts of one level alone; None = nobody is evaluable."""
    if not level.evaluable:
        return _said(None, NOBODY)
    up, down = boundaries(options)
    rate = level.toxic / level.evaluable
    counts = {"toxic": str(level.toxic), "evaluable": str(level.evaluable)}
    shown = {**counts, "rate": f"{rate:.3f}"}
    if _eliminated(level.toxic, level.evaluable, options):
        probability = beta.exceeds(options.target, events=level.toxic, of=level.evaluable)
        told = {"target": f"{options.target:g}", "probability": f"{probability:.3f}", "cutoff": f"{options.cutoff:g}"}
        return _said("ELIMINATE", ELIMINATE, **counts, **told)
    if rate <= up:
        return _said("ESCALATE", ESCALATE, **shown, boundary=f"{up:.3f}")
    if rate >= down:
        return _said("DE_ESCALATE", DE_ESCALATE, **shown, upper=f"{down:.3f}")
    return _said("STAY", STAY, **shown, boundary=f"{up:.3f}", upper=f"{down:.3f}")


def next_step(levels: Sequence[Level], *, at: int, options: BoinOptions = RECOMMENDED) -> Verdict:
    """ESCALATE, STAY, DE_ESCALATE, WAIT (for windows) or STOP, with the decision on the level's own counts under it.

    `levels` = all planned levels, the lowest dose first; `at` = place of the level now under treatment, from 0.
    Elimination of a level or of one below it decides at once; any other step waits until the windows are over.
    """
    level = checked(levels, at)
    own = decision(level, options=options)
    gone = eliminated_from(levels, options=options)
    if gone == 0:
        return _over("STOP", LOWEST_ELIMINATED, own)
    if gone <= at:
        return _over("DE_ESCALATE", ELIMINATED, own)
    if level.pending:
        return _said("WAIT", RUNNING, (own,), pending=str(level.pending))
    if own.value == "ESCALATE" and at + 1 == len(levels):
        return _over("STAY", STAY_HIGHEST, own)
    if own.value == "ESCALATE" and gone == at + 1:
        return _over("STAY", STAY_BELOW_ELIMINATED, own)
    if own.value == "DE_ESCALATE" and at == 0:
        return _over("STAY", STAY_LOWEST, own)
    return own if own.value is not None else _said("STAY", NOBODY)


def maximum_tolerated(levels: Sequence[Level], *, options: BoinOptions = RECOMMENDED) -> Verdict:
    """The dose whose isotonic estimate is nearest to the target, of those treated and not eliminated; None = none is.

    For the end of the trial: nothing here asks whether it is over.
    """
    gone = eliminated_from(levels, options=options)
    if gone == 0 and levels:
        return _said(None, MTD_NONE)
    left = [level for level in levels[:gone] if level.evaluable]
    if not left:
        return _said(None, MTD_OPEN)
    estimates = isotonic(left)
    away = [abs(estimate + (place + 1) * TIE - options.target) for place, estimate in enumerate(estimates)]
    nearest = away.index(min(away))
    shown = {"estimate": f"{estimates[nearest]:.3f}", "target": f"{options.target:g}"}
    return _said(left[nearest].dose, MTD_NEAREST, **shown)


def isotonic(levels: Iterable[Level]) -> tuple[float, ...]:
    """Posterior mean rates made non-decreasing with dose: neighbours in the wrong order are pooled, by 1/variance.

    Levels without an evaluable subject must be left out by the caller; ValueError otherwise.
    """
    blocks: list[tuple[float, float, int]] = []  # mean, weight, levels pooled
    for level in levels:
        if not level.evaluable:
            raise ValueError("a level without an evaluable subject has no estimate")
        mean, weight, size = *_posterior(level), 1
        while blocks and blocks[-1][0] > mean:
            before, heavier, wider = blocks.pop()
            mean = (before * heavier + mean * weight) / (heavier + weight)
            weight, size = heavier + weight, wider + size
        blocks.append((mean, weight, size))
    return tuple(mean for mean, _, size in blocks for _ in range(size))


def _posterior(level: Level) -> tuple[float, float]:
    """Mean, and one over the variance, of the rate by the prior of the selection."""
    events, others = level.toxic + PRIOR, level.evaluable - level.toxic + PRIOR
    total = events + others
    return events / total, total**2 * (total + 1) / (events * others)


def _eliminated(toxic: int, evaluable: int, options: BoinOptions) -> bool:
    if evaluable < options.eliminate_from:
        return False
    return beta.exceeds(options.target, events=toxic, of=evaluable) > options.cutoff


def eliminated_from(levels: Sequence[Level], *, options: BoinOptions = RECOMMENDED) -> int:
    """Place of the lowest eliminated level, from 0; all above it are eliminated too. The number of levels where none is."""
    found = (place for place, one in enumerate(levels) if _eliminated(one.toxic, one.evaluable, options))
    return next(found, len(levels))


def _over(value: str, clause: str, own: Verdict) -> Verdict:
    return _said(value, clause, (own,))


def _said(value: str | None, clause: str, because: tuple[Verdict, ...] = (), /, **shown: str) -> Verdict:
    return Verdict(value=value, clause=clause, basis=BASIS, because=because, version=VERSION, shown=shown)
