"""What a whole course amounts to: best response, confirmed or not, and relapse from complete response."""

from collections.abc import Sequence
from datetime import date

from trial.rules.imwg_confirmed import Confirmation
from trial.rules.imwg_marrow import CR_MARROW_PERCENT
from trial.rules.imwg_options import BEST_ORDER, NOTE, ImwgOptions, finding
from trial.rules.imwg_response import TimePoint
from trial.rules.imwg_timeline import Laboratory
from trial.rules.imwg_values import URINE_VGPR_MG_24H, serum, serum_band, urine, urine_band
from trial.rules.verdict import Verdict

BEST = "Best confirmed response {level}, first on {day}."
BEST_UNCONFIRMED = "Best response {level} without confirmation, first on {day}."
BEST_NONE = "No response assessment from the infusion to progression or a new therapy."

BEST_CLAUSES = (BEST, BEST_UNCONFIRMED, BEST_NONE)


def best_confirmed(points: Sequence[TimePoint], found: Confirmation) -> Verdict:
    """sCR > CR > VGPR > PR > MR > SD > PD > NE > MISSING, confirmed, up to the first confirmed progression."""
    return _best(BEST, found.own[: found.counted], points)


def best_unconfirmed(points: Sequence[TimePoint], found: Confirmation) -> Verdict:
    """The same of the responses as they stand, reported beside it in phase I."""
    return _best(BEST_UNCONFIRMED, [point.verdict for point in points[: found.counted]], points)


def _best(clause: str, verdicts: Sequence[Verdict], points: Sequence[TimePoint]) -> Verdict:
    if not verdicts:
        return finding("MISSING", BEST_NONE, basis=NOTE)
    # max gives the first of several as good.
    index = max(range(len(verdicts)), key=lambda at: BEST_ORDER.index(str(verdicts[at].value)))
    level, day = str(verdicts[index].value), points[index].assessment.day.isoformat()
    return finding(level, clause, basis=NOTE, because=(verdicts[index],), level=level, day=day)


def relapse_from_cr(points: Sequence[TimePoint], found: Confirmation, options: ImwgOptions) -> date | None:
    """First sign of disease after a confirmed complete response, for disease-free survival; None = none.

    Immunofixation positive, M-protein back (an oligoclonal serum band is not), plasma cells of the marrow at 5 % or
    more, or progression.
    """
    counted = range(found.counted)
    first = next((at for at in counted if found.own[at].value in ("CR", "SCR")), None)
    if first is None:
        return None
    days = (_relapse(points[at], options) for at in counted if at > first)
    return next((day for day in days if day is not None), None)


def _relapse(point: TimePoint, options: ImwgOptions) -> date | None:
    now, days = point.assessment, []
    if point.verdict.value == "PD" and point.progression.day is not None:
        days.append(point.progression.day)
    if _protein_back(now.laboratory, options):
        days.append(now.day)
    cells = now.marrow.plasma_cells if now.marrow else None
    if now.marrow is not None and cells is not None and cells >= CR_MARROW_PERCENT:
        days.append(now.marrow.day)
    return min(days, default=None)


def _protein_back(laboratory: Laboratory | None, options: ImwgOptions) -> bool:
    """Immunofixation positive, or not done beside more protein than a negative one allows; no oligoclonal serum band."""
    if laboratory is None:
        return False
    bands = (serum_band(laboratory, options)[0], urine_band(laboratory, options)[0])
    amounts = (serum(laboratory, options), urine(laboratory, options))
    more = (
        amounts[0] is not None and amounts[0].value > options.faint_band_g_dl,
        amounts[1] is not None and amounts[1].value >= URINE_VGPR_MG_24H,
    )
    back = [band == "POSITIVE" or (band is None and much) for band, much in zip(bands, more, strict=True)]
    return (back[0] and not laboratory.oligoclonal) or back[1]
