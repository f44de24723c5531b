"""BCMA and CD38 on the plasma cells of a relapse: whether the targets of the CAR-T cells were kept."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from trial.rules.crs_episodes import day_of
from trial.rules.verdict import Verdict, decimal, figure

__all__ = ["BASES", "CLAUSES", "FLAGS", "antigen_at_relapse"]

VERSION = "antigen_at_relapse_1"
BASIS = "Definition of this study; cut-off and window are assumed"
# Assumed: percent of plasma cells from which an antigen counts as expressed; days around the progression.
CUTOFF_PERCENT = Decimal(10)
WINDOW_DAYS = 28

NO_PROGRESSION = "No progression."
NO_MARROW = "No marrow with BCMA or CD38 within {window} days of the progression: not assessed."
ONE_ANTIGEN = "The marrow of {on} tells of one of the two antigens only: not assessed."
ASSESSED = "Marrow of {on}, {days} days from the progression; an antigen counts from {cutoff} % of plasma cells."
EXPRESSED = "{percent} % of plasma cells, at or above {cutoff} %: expressed."
LOST = "{percent} % of plasma cells, below {cutoff} %: not expressed."
UNREAD = "Not recorded."

CLAUSES: tuple[str, ...] = (NO_PROGRESSION, NO_MARROW, ONE_ANTIGEN, ASSESSED, EXPRESSED, LOST, UNREAD)
BASES: tuple[str, ...] = (BASIS,)
FLAGS: dict[str, str] = {
    "ANTIGEN_NOT_ASSESSED": "There is no marrow near the progression that tells of both antigens.",
    "ANTIGEN_LOST": "An antigen of the CAR-T cells is not expressed at relapse.",
}


def antigen_at_relapse(
    marrows: Iterable[Any],
    *,
    progressed_on: date | None,
    infused_on: date | None = None,
    cutoff_percent: Decimal | float = CUTOFF_PERCENT,
    window_days: int = WINDOW_DAYS,
) -> Verdict:
    """ "BCMA+CD38+", "BCMA+CD38-", "BCMA-CD38+" or "BCMA-CD38-"; None = no progression, or not assessed.

    Reads bcma_positive and cd38_positive (% of plasma cells) of the marrow nearest to the progression, within the
    window on either side; a marrow with both antigens goes before one with a single one, the later of two as near.
    `infused_on` = marrows up to that day tell nothing of the relapse and are not read; None = all are.
    Findings: BCMA, CD38 (1 = expressed, 0 = not).
    """
    progression, infusion, cutoff = day_of(progressed_on), day_of(infused_on), Decimal(str(cutoff_percent))
    if progression is None:
        return _verdict(None, NO_PROGRESSION)
    near = []
    for marrow in marrows:
        on = day_of(marrow.sampled_on)
        read = (decimal(marrow.bcma_positive), decimal(marrow.cd38_positive))
        if on is None or read == (None, None) or (infusion is not None and on <= infusion):
            continue
        if abs((on - progression).days) <= window_days:
            near.append((None in read, abs((on - progression).days), -on.toordinal(), on, read))
    if not near:
        return _verdict(None, NO_MARROW, (), ("ANTIGEN_NOT_ASSESSED",), window=str(window_days))
    incomplete, away, _, on, read = min(near, key=lambda one: one[:3])
    because = tuple(_antigen(percent, cutoff) for percent in read)
    if incomplete:
        return _verdict(None, ONE_ANTIGEN, because, ("ANTIGEN_NOT_ASSESSED",), on=on.isoformat())
    bcma, cd38 = ("+" if one.value else "-" for one in because)
    flags = () if all(one.value for one in because) else ("ANTIGEN_LOST",)
    shown = {"on": on.isoformat(), "days": str(away), "cutoff": figure(cutoff)}
    return _verdict(f"BCMA{bcma}CD38{cd38}", ASSESSED, because, flags, **shown)


def _antigen(percent: Decimal | None, cutoff: Decimal) -> Verdict:
    if percent is None:
        return _verdict(None, UNREAD)
    shown = {"percent": figure(percent), "cutoff": figure(cutoff)}
    return _verdict(1, EXPRESSED, (), (), **shown) if percent >= cutoff else _verdict(0, LOST, (), (), **shown)


def _verdict(
    value: int | str | None,
    clause: str,
    because: tuple[Verdict, ...] = (),
    flags: tuple[str, ...] = (),
    /,
    **shown: str,
) -> Verdict:
    return Verdict(value=value, clause=clause, basis=BASIS, because=because, version=VERSION, shown=shown, flags=flags)
