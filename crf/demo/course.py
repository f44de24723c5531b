"""One row of the reconstruction -> every form of the subject as the site typed it. Pure: no clock, no chance."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from crf.demo import background, organs
from crf.demo.calendar import AS_OF, Placement, as_typed, last_day, placement
from crf.demo.findings import Found, Pressor, Sheet
from crf.demo.flowsheets import sheet
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread, tenths

__all__ = ["Typed", "forms_for"]

DAILY = (*range(15), 21)  # study days of the CRS assessments
_FEVER_CEL = 38.0  # from here on the form asks for the cause
_HOURS_AFTER_INFUSION = 5
_DAY = timedelta(hours=24)
_WARD_ROUND = (8 * 60 + 5, 9 * 60 + 25)  # minutes after midnight


def forms_for(row: Row) -> list[Typed]:
    """Everything typed for one subject, in chronological order.

    Raises ValueError where the flow sheet and the row do not speak of the same days.
    """
    place = placement(row.subject_id)
    typed = [*background.screening(row, place), background.infusion(row, place), *_crs(row, place)]
    return sorted(typed, key=lambda one: one.on)  # stable: forms of one day keep their order


def _crs(row: Row, place: Placement) -> Iterable[Typed]:
    """The assessments of every scheduled day up to the last contact."""
    episode = _episode(row)
    before: datetime = place.infused_at
    for day in (day for day in DAILY if day <= last_day(row.os_months) and place.on(day) <= AS_OF):
        found_that_day = episode.get(day) or (_clear(row, day),)
        for occurrence, found in enumerate(found_that_day, start=1):
            at = _moment(found, place, day)
            data = assessment(found, place=place, at=at, before=before) | organs.grades(row, day)
            yield Typed("crs_assessment", f"d{day}", at.date(), data, "investigator", occurrence)
            before = at


def _episode(row: Row) -> Sheet:
    """The days of CRS: none for a subject without it."""
    if row.crs_onset_day is None or row.crs_duration_days is None:
        return {}
    found = sheet(row.subject_id, onset_day=row.crs_onset_day)
    if sorted(found) != list(range(row.crs_onset_day, row.crs_onset_day + row.crs_duration_days)):
        raise ValueError(f"{row.subject_id}: the flow sheet does not cover the days of the row")
    return found


def _clear(row: Row, day: int) -> Found:
    """A day without CRS: normal temperature, a little higher on the eve of a fever or once in subjects without CRS."""
    normal = spread(363, 369, row.subject_id, day, "normal")
    eve = row.crs_onset_day is not None and day == row.crs_onset_day - 1
    bump = row.crs_onset_day is None and day in (spread(3, 6, row.subject_id), spread(7, 9, row.subject_id))
    slight = spread(373, 378, row.subject_id, day, "slight")
    return Found(tenths(slight if eve or bump else normal), "0")


def _moment(found: Found, place: Placement, day: int) -> datetime:
    """When the assessment took place: as noted, else on the morning round, on day 0 some hours after the infusion."""
    if found.clock:
        return place.at(day, found.clock)
    if day == 0:
        return place.infused_at + timedelta(hours=_HOURS_AFTER_INFUSION)
    hour, minute = divmod(spread(*_WARD_ROUND, place.subject_id, day, "round"), 60)
    return place.at(day, f"{hour:02d}:{minute:02d}")


def assessment(found: Found, *, place: Placement, at: datetime, before: datetime) -> dict[str, object]:
    """One assessment as raw strings, as the protocol version of its day asks; an item that does not apply stays blank."""
    amended = at.date() >= place.site.amended_on
    data: dict[str, object] = {
        "assessed_at": as_typed(at),
        "temperature": found.temperature,
        "temperature_route": "" if amended else place.site.temperature_route,
        **_fever(found),
        **_treatment(found),
        **(_since_amendment(found, place=place, at=at) if amended else {}),
        **_pressure(found, place=place, at=at, before=before),
        **_breathing(found),
        "death_due_to_crs": "N",
        "investigator_grade": found.grade,
        "comment": found.comment,
    }
    return {name: value for name, value in data.items() if value not in ("", [])}


def _fever(found: Found) -> dict[str, object]:
    return {"fever_due_to_crs": "Y" if float(found.temperature) >= _FEVER_CEL else "", "fever_possible_masked": "N"}


def _treatment(found: Found) -> dict[str, object]:
    return {
        "antipyretic": _yes(found.antipyretic),
        "anticytokine": _yes(bool(found.anticytokine)),
        "anticytokine_drug": found.anticytokine,
        "steroid": _yes(bool(found.steroid)),
        "steroid_drug": found.steroid,
    }


def _since_amendment(found: Found, *, place: Placement, at: datetime) -> dict[str, object]:
    """What protocol 2.0 asks besides. One subject in four gets the antipyretic on a schedule; one dose at a time."""
    scheduled = spread(1, 4, place.subject_id, "scheduled") == 1
    return {
        "antipyretic_scheduled": _yes(scheduled) if found.antipyretic else "",
        "anticytokine_doses": "1" if found.anticytokine else "",
    }


def _pressure(found: Found, *, place: Placement, at: datetime, before: datetime) -> dict[str, object]:
    return {
        "hypotension": _yes(found.hypotension),
        "hypotension_due_to_crs": _yes(found.because_of_crs) if found.hypotension else "",
        "vasopressors": [_row(pressor, place=place, at=at, before=before) for pressor in found.pressors],
    }


def _row(pressor: Pressor, *, place: Placement, at: datetime, before: datetime) -> dict[str, str]:
    """A line of the vasopressor grid. Hours it ran since the assessment before, at most the last 24."""
    started = place.at(*pressor.started)
    stopped = place.at(*pressor.stopped) if pressor.stopped else None
    ran = min(stopped or at, at) - max(started, before, at - _DAY)
    line = {
        "drug": pressor.drug,
        "dose": pressor.dose,
        "dose_unit": pressor.unit,
        "started_at": as_typed(started),
        "stopped_at": as_typed(stopped) if stopped else "",
        "hours": f"{ran / timedelta(hours=1):.1f}",
    }
    return {name: value for name, value in line.items() if value}


def _breathing(found: Found) -> dict[str, object]:
    if found.oxygen is None:
        return {"oxygen": "NONE"}
    return {
        "oxygen": found.oxygen.device,
        "oxygen_flow": found.oxygen.flow,
        "fio2": found.oxygen.fio2,
        "oxygen_at_baseline": "N",
        "hypoxia_due_to_crs": "Y",
        "ventilation_reason": found.oxygen.reason,
    }


def _yes(fact: bool) -> str:
    return "Y" if fact else "N"
