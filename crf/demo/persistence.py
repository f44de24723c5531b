"""CAR-T cells in the blood of the demonstration subjects: copies per microgram of DNA, from day 4 on. Invented.

The row of a subject tells at which months the cells were detected; of the days before month 1 it says nothing.
"""

from crf.demo.assessments import last_contact, on, seen
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread

METHOD, UNIT = "QPCR", "copies/ug"
LIMIT_OF_DETECTION = 10  # copies/ug
LIMIT_OF_QUANTIFICATION = 50  # copies/ug
# Usual copies before month 1, by the day of the peak: few on day 4, most on day 10 or 14.
_EXPANSION = {
    10: {4: 52, 7: 31_000, 10: 124_000, 14: 88_000, 21: 46_000},
    14: {4: 44, 7: 15_000, 10: 79_000, 14: 121_000, 21: 60_000},
}
# Usual copies at a nominal month.
_COPIES = {1: 28_000, 3: 6_400, 6: 1_900, 9: 720, 12: 310, 15: 160, 18: 95}
# Detected, but too few to count.
_NOT_QUANTIFIED = (("RECON-16", 12), ("RECON-15", 6), ("RECON-23", 18))


def samples(row: Row) -> list[Typed]:
    """The days before month 1, then each month of the row; a subject seen for half a month has a last one without a month."""
    visits = {one.visit: one.day for one in seen(row)}
    found = [_expanding(row, day) for day in _EXPANSION[_peak(row)] if day <= last_contact(row)]
    months = [_sample(row, f"m{month}", visits[f"m{month}"], month, detected) for month, detected in row.cart_detected]
    return found + (months or [_form(row, "u1", last_contact(row), _counted(_falling(row)))])


def _peak(row: Row) -> int:
    return (10, 14)[spread(0, 1, row.subject_id, "peak of the cells")]


def _expanding(row: Row, day: int) -> Typed:
    """One sample before month 1: how far the cells of a subject expand is its own, and each sample differs a little."""
    own, around = spread(80, 170, row.subject_id, "expansion"), spread(93, 107, row.subject_id, day, "cells")
    return _form(row, f"d{day}", day, _counted(_EXPANSION[_peak(row)][day] * own * around // 10_000))


def _falling(row: Row) -> int:
    """Copies a day after the sample of day 14."""
    return _EXPANSION[_peak(row)][14] * spread(80, 170, row.subject_id, "expansion") * 9 // 1000


def _counted(copies: int) -> dict[str, object]:
    if copies < LIMIT_OF_QUANTIFICATION:
        return {"below": "BLQ", "limit": str(LIMIT_OF_QUANTIFICATION)}
    return {"value": str(copies)}


def _sample(row: Row, visit: str, day: int, month: int, detected: bool) -> Typed:
    data: dict[str, object] = {"nominal_month": str(month)}
    if not detected:
        data |= {"below": "BLD", "limit": str(LIMIT_OF_DETECTION)}
    elif (row.subject_id, month) in _NOT_QUANTIFIED:
        data |= {"below": "BLQ", "limit": str(LIMIT_OF_QUANTIFICATION)}
    else:
        usual = _COPIES[month]
        data["value"] = str(usual * spread(55, 180, row.subject_id, month) // 100)
    return _form(row, visit, day, data)


def _form(row: Row, visit: str, day: int, data: dict[str, object]) -> Typed:
    whole = {"sampled_on": on(row, day).isoformat(), "method": METHOD, "unit": UNIT, **data}
    return Typed("cart_persistence", visit, on(row, day), whole, "coordinator")
