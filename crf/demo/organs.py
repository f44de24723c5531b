"""The grades of organ toxicity that a CRS assessment notes, as the chemistry of the last draw shows them; typed, not computed."""

from decimal import Decimal

from crf.demo.blood import ORGANS
from crf.demo.chemistry import ULN, values
from crf.demo.rows import Row
from crf.demo.samples import BLOOD_DAYS, Draw

# Transaminases, times the upper limit of normal, above which grades 2, 3 and 4 begin; grade 1 above the limit. CTCAE 4.03.
_STEPS = (1, 3, 5, 20)


def grades(row: Row, day: int) -> dict[str, object]:
    """The items of the assessment: the worst organ without the liver enzymes, and the liver enzymes."""
    drawn = max(draw for draw in BLOOD_DAYS if draw <= day)
    return {"organ_toxicity": _kidney(row, drawn), "transaminase_grade": _enzymes(row, drawn)}


def _kidney(row: Row, drawn: int) -> str:
    onset, days, grade, _words = ORGANS.get((row.subject_id, "NEPHROTOXICITY"), (0, 0, 0, ""))
    return str(grade) if onset <= drawn < onset + days else "0"


def _enzymes(row: Row, drawn: int) -> str:
    chemistry = values(row, Draw(f"d{drawn}", drawn))
    times = max(Decimal(chemistry[item]) / limits[row.sex] for item, limits in ULN.items())
    return str(sum(times > step for step in _STEPS))
