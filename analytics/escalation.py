"""The state of dose escalation: counts of every level of the protocol and what each design says to do, computed from addlt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.utils.translation import gettext_noop as _

from analytics.derive import records
from analytics.layout import Words, say
from trial import protocol
from trial.rules import boin, dlt, escalation
from trial.rules.verdict import Verdict

BOIN = boin.BoinOptions(target=protocol.BOIN_TARGET)
TABLE_UP_TO = 12  # evaluable subjects in the table of BOIN

# Design -> its name.
DESIGNS: dict[str, Words] = {
    "three_plus_three": Words(_("3+3")),
    "boin": say(_("BOIN, target rate {target}"), target=f"{protocol.BOIN_TARGET:.2f}"),
}
# Step of either design -> its name.
STEPS: dict[str | None, Words] = {
    "ESCALATE": Words(_("Escalate")),
    "EXPAND": Words(_("Treat more at this level")),
    "STAY": Words(_("Stay at this level")),
    "DE_ESCALATE": Words(_("Go down")),
    "WAIT": Words(_("Wait")),
    "STOP": Words(_("Stop")),
    None: Words(_("No rule")),
}


@dataclass(frozen=True, slots=True)
class LevelState:
    """A dose level: its subjects in order of infusion, its counts, and the step of each design (None = not opened yet)."""

    dose: str
    subjects: tuple[Any, ...]  # rows of addlt
    counts: escalation.Level
    steps: dict[str, Verdict] | None
    current: bool
    too_toxic: bool  # by 3+3: this level, or one below it
    eliminated: bool  # by BOIN: this level, or one below it

    def having(self, value: str) -> tuple[str, ...]:
        """Codes of the subjects that are EVALUABLE, NOT_EVALUABLE or PENDING."""
        return tuple(one.subject for one in self.subjects if one.evaluable == value)

    @property
    def toxic(self) -> tuple[str, ...]:
        """Codes of the subjects with a dose-limiting toxicity."""
        return tuple(one.subject for one in self.subjects if one.dlt == "Y")


@dataclass(frozen=True, slots=True)
class State:
    """All planned levels, lowest first; subjects without a planned level are in none of them."""

    levels: tuple[LevelState, ...]
    without_level: tuple[str, ...]

    @property
    def current(self) -> LevelState | None:
        """The level of the newest infusion; None before the first."""
        return next((level for level in self.levels if level.current), None)

    @property
    def maximum_tolerated(self) -> Verdict:
        """By 3+3; BOIN selects its dose when the trial is over."""
        return escalation.maximum_tolerated([level.counts for level in self.levels])


def state(addlt: pd.DataFrame) -> State:
    """What follows from all subjects of the study; from those of some sites it would be another decision."""
    rows = list(records(addlt, "subject"))
    doses = [level.code for level in protocol.DOSE_LEVELS]
    at_level = {dose: tuple(row for row in rows if row.dose_level == dose) for dose in doses}
    counts = [dlt.counted(dose, ((row.evaluable, row.dlt == "Y") for row in at_level[dose])) for dose in doses]
    newest = max(
        ((row.infused_on, place) for place, dose in enumerate(doses) for row in at_level[dose]), default=(None, None)
    )[1]
    toxic_from = next((place for place, level in enumerate(counts) if escalation.too_toxic(level)), len(counts))
    gone = boin.eliminated_from(counts, options=BOIN)
    return State(
        levels=tuple(
            LevelState(
                dose=dose,
                subjects=at_level[dose],
                counts=counts[place],
                steps=_steps(counts, place) if at_level[dose] else None,
                current=place == newest,
                too_toxic=place >= toxic_from,
                eliminated=place >= gone,
            )
            for place, dose in enumerate(doses)
        ),
        without_level=tuple(row.subject for row in rows if row.dose_level not in doses),
    )


def _steps(counts: Sequence[escalation.Level], place: int) -> dict[str, Verdict]:
    return {
        "three_plus_three": escalation.next_step(counts, at=place),
        "boin": boin.next_step(counts, at=place, options=BOIN),
    }


def boundaries() -> tuple[boin.Boundary, ...]:
    """The decision table of BOIN for 3, 6, 9 and 12 evaluable subjects."""
    return boin.table(TABLE_UP_TO, options=BOIN)


def limits() -> tuple[str, str]:
    """Observed rates at or below which BOIN escalates, and at or above which it goes down."""
    low, high = boin.boundaries(BOIN)
    return f"{low:.3f}", f"{high:.3f}"
