"""Dose escalation by 3+3: what to do next at a dose level, and the maximum tolerated dose."""

from collections.abc import Sequence
from dataclasses import dataclass

from trial.rules.verdict import Verdict

__all__ = ["BASES", "CLAUSES", "Level", "checked", "maximum_tolerated", "next_step", "too_toxic"]

VERSION = "three_plus_three_1"
BASIS = "3+3 design (Storer BE. Biometrics 1989;45:925-37)"
# The design: subjects of a cohort, of two cohorts, and the toxicities from which a level is too toxic.
COHORT, EXPANDED, TOO_MANY = 3, 6, 2

NONE_OF_THREE = "None of {evaluable} evaluable subjects with a dose-limiting toxicity: escalate."
ONE_OF_THREE = "1 of {evaluable} evaluable subjects with a dose-limiting toxicity: treat {more} more at this level."
ONE_OF_SIX = "{toxic} of {evaluable} evaluable subjects with a dose-limiting toxicity, at most 1 in 6: escalate."
TOO_TOXIC_NEXT = "{toxic} of {evaluable} evaluable subjects with a dose-limiting toxicity, 2 or more: go down and treat {more} more there."
TOO_TOXIC_WAIT = (
    "{toxic} of {evaluable} evaluable subjects with a dose-limiting toxicity, 2 or more: treat nobody here; enough subjects "
    "were treated at the level below, wait for their windows."
)
TOO_TOXIC_DONE = (
    "{toxic} of {evaluable} evaluable subjects with a dose-limiting toxicity, 2 or more; the level below has at most 1 in 6: "
    "stop, it is the maximum tolerated dose."
)
TOO_TOXIC_LOWEST = (
    "{toxic} of {evaluable} evaluable subjects of the lowest level with a dose-limiting toxicity, 2 or more: stop, no dose "
    "is tolerated."
)
CONFIRM = (
    "{toxic} of {evaluable} evaluable subjects with a dose-limiting toxicity and no higher level to go to: treat {more} more "
    "at this level."
)
DONE_BELOW_TOXIC = (
    "{toxic} of {evaluable} evaluable subjects with a dose-limiting toxicity, at most 1 in 6, and the level above is too "
    "toxic: stop, this is the maximum tolerated dose."
)
DONE_HIGHEST = (
    "{toxic} of {evaluable} evaluable subjects with a dose-limiting toxicity, at most 1 in 6, at the highest level: stop, "
    "the highest planned dose is tolerated."
)
INCOMPLETE = (
    "{toxic} of {evaluable} evaluable subjects with a dose-limiting toxicity; to complete the cohort: {more} more."
)
RUNNING = (
    "{toxic} of {evaluable} evaluable subjects with a dose-limiting toxicity; still in their window: {pending}. Wait."
)
LEVEL_BELOW_TOXIC = "A level below this one is too toxic: treat nobody here, go down."
OUTSIDE = (
    "{evaluable} evaluable subjects are more than two cohorts: the design has no rule for {toxic} with a "
    "dose-limiting toxicity among them."
)

MTD_BELOW_TOXIC = "The highest level with at most 1 in 6, and the level above is too toxic."
MTD_HIGHEST = "The highest planned level, with at most 1 in 6: the maximum tolerated dose was not exceeded."
MTD_NONE = "The lowest level is too toxic: there is no maximum tolerated dose."
MTD_OPEN = "The maximum tolerated dose is not known yet."

CLAUSES: tuple[str, ...] = (
    NONE_OF_THREE, ONE_OF_THREE, ONE_OF_SIX, TOO_TOXIC_NEXT, TOO_TOXIC_WAIT, TOO_TOXIC_DONE, TOO_TOXIC_LOWEST, CONFIRM, DONE_BELOW_TOXIC,
    DONE_HIGHEST, INCOMPLETE, RUNNING, LEVEL_BELOW_TOXIC, OUTSIDE, MTD_BELOW_TOXIC, MTD_HIGHEST, MTD_NONE, MTD_OPEN,
)  # fmt: skip
BASES: tuple[str, ...] = (BASIS,)


@dataclass(frozen=True, slots=True)
class Level:
    """A dose level: subjects whose window is over or who had a toxicity, and how many of them had one."""

    dose: str  # as the protocol writes it, "2.0"
    evaluable: int = 0  # a subject who is not evaluable is replaced and not counted
    toxic: int = 0
    pending: int = 0  # treated, without a toxicity so far, window still running

    def __post_init__(self) -> None:
        if not 0 <= self.toxic <= self.evaluable or self.pending < 0:
            raise ValueError("toxic is 0 to evaluable, pending 0 or more")


def next_step(levels: Sequence[Level], *, at: int) -> Verdict:
    """ESCALATE, EXPAND (treat more at this level), DE_ESCALATE, WAIT (for windows) or STOP; None = the design is silent.

    `levels` = all planned levels, the lowest dose first; `at` = place of the level now under treatment, from 0.
    Two toxicities decide at once, whoever's window still runs; any other step waits until the windows are over.
    """
    level = checked(levels, at)
    if any(too_toxic(below) for below in levels[:at]):
        return _said("DE_ESCALATE", LEVEL_BELOW_TOXIC)
    if too_toxic(level):
        return _down(levels, at)
    if level.evaluable > EXPANDED:
        return _of(level, None, OUTSIDE)
    if level.pending:
        return _of(level, "WAIT", RUNNING, pending=level.pending)
    ceiling = at + 1 == len(levels) or too_toxic(levels[at + 1])
    if level.evaluable == EXPANDED:
        if not ceiling:
            return _of(level, "ESCALATE", ONE_OF_SIX)
        return _of(level, "STOP", DONE_HIGHEST if at + 1 == len(levels) else DONE_BELOW_TOXIC)
    if level.evaluable < COHORT:
        return _of(level, "EXPAND", INCOMPLETE, more=COHORT - level.evaluable)
    more = EXPANDED - level.evaluable
    if level.toxic:
        return _of(level, "EXPAND", ONE_OF_THREE, more=more)
    return _of(level, "EXPAND", CONFIRM, more=more) if ceiling else _of(level, "ESCALATE", NONE_OF_THREE)


def maximum_tolerated(levels: Sequence[Level]) -> Verdict:
    """The dose of the highest level with at most 1 toxicity in 6, once no higher one is left; None = none, or not yet."""
    toxic_at = next((place for place, level in enumerate(levels) if too_toxic(level)), len(levels))
    if not levels or toxic_at == 0:
        return _said(None, MTD_NONE if levels else MTD_OPEN)
    highest = levels[toxic_at - 1]
    if highest.pending or highest.evaluable != EXPANDED:
        return _said(None, MTD_OPEN)
    return _said(highest.dose, MTD_HIGHEST if toxic_at == len(levels) else MTD_BELOW_TOXIC)


def too_toxic(level: Level) -> bool:
    """Two or more toxicities, whether in 3 subjects or in 6; in more than 6, more than 1 in 6."""
    return level.toxic >= TOO_MANY and level.toxic * EXPANDED > level.evaluable


def checked(levels: Sequence[Level], at: int) -> Level:
    """The level under treatment; IndexError where there is none at that place."""
    if not 0 <= at < len(levels):
        raise IndexError(f"no dose level at {at}")
    return levels[at]


def _down(levels: Sequence[Level], at: int) -> Verdict:
    level = levels[at]
    if at == 0:
        return _of(level, "STOP", TOO_TOXIC_LOWEST)
    below = levels[at - 1]
    if below.pending or below.evaluable < EXPANDED:
        # Windows that still run below are subjects treated there already.
        more = EXPANDED - below.evaluable - below.pending
        return _of(level, "DE_ESCALATE", TOO_TOXIC_NEXT if more > 0 else TOO_TOXIC_WAIT, more=more)
    return _of(level, "STOP", TOO_TOXIC_DONE) if below.evaluable == EXPANDED else _of(below, None, OUTSIDE)


def _of(level: Level, value: str | None, clause: str, **shown: int) -> Verdict:
    counts = {"toxic": level.toxic, "evaluable": level.evaluable, **shown}
    told = {name: str(number) for name, number in counts.items() if f"{{{name}}}" in clause}
    return Verdict(value=value, clause=clause, basis=BASIS, version=VERSION, shown=told)


def _said(value: str | None, clause: str) -> Verdict:
    return Verdict(value=value, clause=clause, basis=BASIS, version=VERSION)
