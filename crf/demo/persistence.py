"""CAR-T cells in the blood of the demonstration subjects: copies per microgram of DNA at each sampled month. Invented."""

from crf.demo.assessments import last_contact, on, seen
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread

METHOD, UNIT = "QPCR", "copies/ug"
LIMIT_OF_DETECTION = 10  # copies/ug
LIMIT_OF_QUANTIFICATION = 50  # copies/ug
# Usual copies at a nominal month: the peak lies in the second week, before the first sample of this form.
_COPIES = {1: 28_000, 3: 6_400, 6: 1_900, 9: 720, 12: 310, 15: 160, 18: 95}
# Detected, but too few to count.
_NOT_QUANTIFIED = (("RECON-16", 12), ("RECON-15", 6), ("RECON-23", 18))


def samples(row: Row) -> list[Typed]:
    """One sample at each month of the row; a subject seen for half a month has one without a nominal month."""
    visits = {one.visit: one.day for one in seen(row)}
    found = [_sample(row, f"m{month}", visits[f"m{month}"], month, detected) for month, detected in row.cart_detected]
    if not found:
        found.append(_sample(row, "u1", last_contact(row), None, True))
    return found


def _sample(row: Row, visit: str, day: int, month: int | None, detected: bool) -> Typed:
    data: dict[str, object] = {"sampled_on": on(row, day).isoformat(), "method": METHOD, "unit": UNIT}
    if month is not None:
        data["nominal_month"] = str(month)
    if not detected:
        data |= {"below": "BLD", "limit": str(LIMIT_OF_DETECTION)}
    elif (row.subject_id, month) in _NOT_QUANTIFIED:
        data |= {"below": "BLQ", "limit": str(LIMIT_OF_QUANTIFICATION)}
    else:
        usual = _COPIES[month or 1]
        data["value"] = str(usual * spread(55, 180, row.subject_id, month) // 100)
    return Typed("cart_persistence", visit, on(row, day), data, "coordinator")
