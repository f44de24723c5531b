"""Measurable disease as the history page shows it: frozen at the infusion, and before it as of what is recorded so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from trial.rules import emd, imwg
from trial.rules.crs_episodes import day_of
from trial.rules.verdict import Verdict, concluded, known

__all__ = ["CLAUSES", "FORMS", "VERSION", "Known", "follow", "shown"]

VERSION = imwg.VERSION
FORMS = ("myeloma_history", "myeloma_laboratory", "bone_marrow", "extramedullary_lesions")
SO_FAR = "As of the values recorded so far; it is frozen at the infusion."
CLAUSES: tuple[str, ...] = (SO_FAR,)


@dataclass(frozen=True, slots=True)
class Known:
    """The class of measurable disease, and whether the infusion has frozen it."""

    measurable: Verdict
    frozen: bool


def follow(forms: Mapping[str, Sequence[Any]], *, infused_on: date | None) -> Known:
    """Judge the last values up to the day of the infusion; None = all there are. Rows as in trial.rules.myeloma.follow."""
    until = infused_on or date.max
    histories = sorted(forms["myeloma_history"], key=lambda one: day_of(one.assessed_on) or date.min)
    history = histories[-1] if histories else None
    measurable = imwg.measurable(
        forms["myeloma_laboratory"],
        forms["bone_marrow"],
        emd.course(forms["extramedullary_lesions"], infused_on=until),
        until=until,
        light_chain=_of(history, "light_chain"),
        heavy_chain=_of(history, "heavy_chain"),
    )
    return Known(measurable, infused_on is not None)


def shown(whole: Known, day: date | None = None) -> Verdict:  # noqa: ARG001  # every rule over a whole is told the day
    """The class with its findings; the same at a form of whatever day."""
    found = whole.measurable
    if whole.frozen:
        return found
    return concluded(found.value, SO_FAR, (found,), found.flags, basis=found.basis, version=VERSION)


def _of(row: Any, name: str) -> Any:
    value = getattr(row, name) if row is not None else None
    return value if known(value) else None
