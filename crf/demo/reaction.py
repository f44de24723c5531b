"""How far cytokine release has gone on a day of a demonstration subject, as its flow sheet tells: what pulls laboratory values."""

from functools import cache

from crf.demo.findings import Found
from crf.demo.flowsheets import sheet
from crf.demo.rows import Row, by_id

_SETTLES_IN = 7  # days after the last day of CRS until a marker is back
_QUIET_PEAK = 7  # study day of the small rise in subjects without CRS
_PLATEAU = 1  # days around the worst day on which markers are at their highest


@cache
def _days(subject_id: str) -> dict[int, tuple[Found, ...]]:
    row = by_id(subject_id)
    return {} if row.crs_onset_day is None else sheet(subject_id, onset_day=row.crs_onset_day)


def worst_day(row: Row) -> int:
    """The first study day of the worst grade that was noted; a day in the middle where there was no CRS."""
    days = _days(row.subject_id)
    if not days:
        return _QUIET_PEAK
    grades = {day: max(int(one.grade) for one in found) for day, found in days.items()}
    return next(day for day in sorted(days) if grades[day] == max(grades.values()))


def activity(row: Row, day: int | None) -> int:
    """Percent of the reaction on a study day: 0 before its onset, 100 around its worst day, 0 a week after its end."""
    if day is None:
        return 0
    days, peak = _days(row.subject_id), worst_day(row)
    before = min(min(days, default=peak - 3), peak - _PLATEAU) - 1
    settled = max(max(days, default=peak), peak + _PLATEAU) + _SETTLES_IN
    if day <= before or day >= settled:
        return 0
    if day < peak - _PLATEAU:
        return 100 * (day - before) // (peak - _PLATEAU - before)
    if day <= peak + _PLATEAU:
        return 100
    return 100 * (settled - day) // (settled - peak - _PLATEAU)


def towards(usual: int, peak: int, percent: int) -> int:
    """The value so many percent of the way from the usual one to the peak."""
    return usual + (peak - usual) * percent // 100
