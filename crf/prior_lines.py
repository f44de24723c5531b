"""Lines of therapy before the trial, on the log of them: all entries together, the one that is open as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crf.declare.items import Words
from crf.declare.parts import Derived, Whole
from trial.rules import prior_lines
from trial.rules.verdict import Verdict

LOG = "prior_therapy"
LINES = Whole((LOG,), lambda forms, _subject: forms[LOG])


def _counted(whole: Sequence[Any]) -> Verdict:
    return prior_lines.counted(whole)


def _refractory(whole: Sequence[Any]) -> Verdict:
    return prior_lines.refractory(whole)


def counts(label: Words) -> Derived:
    """How many lines the log holds."""
    return Derived(label, _counted, whole=LINES)


def classes(label: Words) -> Derived:
    """To which of the three classes of drugs the myeloma was refractory in any line."""
    return Derived(label, _refractory, whole=LINES)
