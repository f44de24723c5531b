"""ICANS assessments: items that contradict one another or the assessments before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trial.rules.icans import FLAGS

# Domains that count although their cause is unknown; a death does not, and is asked about by itself.
CAUSE_UNKNOWN = tuple(flag for flag in FLAGS if flag.endswith("_CAUSE_UNKNOWN") and "DEATH" not in flag)


def no_flag(*flags: str) -> Callable[[Any], bool]:
    """Holds while the grade raises none of these flags (trial.rules.icans.FLAGS)."""
    return lambda form: not set(flags) & set(form.astct.flags)


def since_infusion(form: Any) -> bool | None:
    """The assessment is not earlier than the infusion, to the minute."""
    start = form.subject.infused_at
    return None if None in (form.assessed_at, start) else bool(form.assessed_at >= start)


def unarousable(form: Any) -> bool | None:
    """Who could not be roused for ICE needed vigorous stimuli, or more."""
    if form.ice_status != "UNAROUSABLE" or form.consciousness is None:
        return None
    return bool(form.consciousness == "VIGOROUS_OR_UNAROUSABLE")


def same_baseline(form: Any) -> bool | None:
    """The score before the infusion is one number, the same at every assessment."""
    before = [one.baseline_ice for one in form.history if one.baseline_ice is not None]
    return None if form.baseline_ice is None or not before else bool(form.baseline_ice == before[-1])
