"""When each demonstration subject was assessed for response, and what the physicians saw each time. Invented.

Nothing here is a result: the levels steer the numbers that are typed, and the investigator's own response; the rule
reads the numbers, and a test compares what it finds with the rows of the reconstruction.
"""

from dataclasses import dataclass
from datetime import date

from crf.demo.calendar import DAYS_PER_MONTH, placement
from crf.demo.rows import Row
from crf.demo.typed import spread

# Scheduled response visits: study day and its window, assumed as in the schedule of the trial.
MONTHS = {
    "m1": (28, 2, 7),
    "m2": (61, 7, 7),
    "m3": (91, 7, 7),
    "m6": (183, 14, 14),
    "m9": (274, 14, 14),
    "m12": (365, 14, 14),
    "m15": (457, 28, 28),
    "m18": (548, 28, 28),
}
_EARLIER_LATER = 5  # days by which a visit usually misses its planned day, at most

# Levels in order of the visits: m1 m2 m3 m6 ... and, off the schedule, progression, confirmation or last assessment.
# A visit without PD is PR at best where M-protein falls slowly (IgG lives three weeks), and deeper once it is gone.
_SEEN = {
    "RECON-01": "NE",  # one sample on the last day, haemolysed: no electrophoresis
    "RECON-02": "PD PD",
    "RECON-03": "PR PR PR",  # a fall just above one half
    "RECON-04": "PR VGPR SCR SCR",
    "RECON-05": "PR VGPR SCR SCR",
    "RECON-06": "PR PR PR PR",
    "RECON-07": "VGPR VGPR SCR SCR",
    "RECON-08": "PR PR PR PD",
    "RECON-09": "PR PR VGPR VGPR VGPR",
    "RECON-10": "VGPR VGPR VGPR VGPR VGPR",
    "RECON-11": "PR PR VGPR SCR SCR",
    "RECON-12": "VGPR VGPR SCR SCR SCR",
    "RECON-13": "PR PR PR PD",
    "RECON-14": "PR PR VGPR SCR SCR SCR",
    "RECON-15": "PR PR PR PR PR PR",
    "RECON-16": "PR VGPR CR SCR SCR SCR",
    "RECON-17": "SD PD PD",
    "RECON-18": "PR PR VGPR CR SCR SCR SCR",
    "RECON-19": "PR VGPR SCR SCR PD PD",
    "RECON-20": "PR PR PR PR PR PR PR",
    "RECON-21": "PR PR VGPR CR SCR SCR PD PD",
    "RECON-22": "PR PR VGPR SCR SCR SCR SCR PD PD",
    "RECON-23": "PR VGPR SCR SCR SCR SCR SCR SCR",
}
# Study day of the second test of a progression.
_CONFIRMED_ON = {"RECON-02": 45, "RECON-17": 51, "RECON-19": 252, "RECON-21": 430, "RECON-22": 545}
# Progression seen by imaging, which needs no second test.
BY_IMAGING = ("RECON-02", "RECON-08", "RECON-13")


@dataclass(frozen=True, slots=True)
class Seen:
    """One assessment of response: its visit, study day, and the level that the physicians saw."""

    visit: str
    day: int
    level: str  # SCR CR VGPR PR SD PD NE
    number: int  # of this level so far, from 0 on
    second_test: bool = False  # repeats a progression: laboratory only

    @property
    def scheduled(self) -> bool:
        return self.visit.startswith("m")


def last_assessed(row: Row) -> int:
    """The study day that the months without progression stand for."""
    return round(row.pfs_months * DAYS_PER_MONTH)


def last_contact(row: Row) -> int:
    """The study day of death, or on which the subject was last known to be alive."""
    return round(row.os_months * DAYS_PER_MONTH)


def seen(row: Row) -> list[Seen]:
    """All assessments of a subject after the infusion, in order of time.

    Raises ValueError where the levels noted do not fit the visits that the follow-up of the row leaves room for.
    """
    days = _days(row)
    levels = _SEEN[row.subject_id].split()
    if len(days) != len(levels):
        raise ValueError(f"{row.subject_id}: {len(levels)} levels for the visits {', '.join(v for v, _ in days)}")
    found: list[Seen] = []
    for (visit, day), level in zip(days, levels, strict=True):
        before = [one.level for one in found]
        again = level == "PD" and "PD" in before
        found.append(Seen(visit, day, level, before.count(level), again))
    return found


def unscheduled(row: Row, *, more: tuple[int, ...] = ()) -> dict[int, str]:
    """Study day -> code of the unscheduled visits, "u1" first; `more` = days after the assessments."""
    days = [one.day for one in seen(row) if not one.scheduled]
    return {day: f"u{number}" for number, day in enumerate(sorted({*days, *more}), start=1)}


def on(row: Row, day: int) -> date:
    """The date of a study day of the subject."""
    return placement(row.subject_id).on(day)


def _days(row: Row) -> list[tuple[str, int]]:
    """Scheduled visits up to the last assessment, which is one of them where it lies in a window, and what follows."""
    last = last_assessed(row)
    final = _window(row, last)
    found = []
    for visit in MONTHS:
        if visit == final:
            break
        day = _usual_day(row, visit)
        if day >= last:
            break
        found.append((visit, day))
    found.append((final, last) if final else ("u1", last))
    confirmed = _CONFIRMED_ON.get(row.subject_id)
    if confirmed is not None:
        found.append(("u1" if final else "u2", confirmed))
    return found


def _window(row: Row, day: int) -> str | None:
    """The scheduled visit whose window holds the day; None = off the schedule, as a progression after month 1 is."""
    if row.pfs_event and day > MONTHS["m1"][0] + MONTHS["m1"][2]:
        return None  # called in early because something was wrong
    return next((visit for visit, (due, early, late) in MONTHS.items() if due - early <= day <= due + late), None)


def _usual_day(row: Row, visit: str) -> int:
    due, early, late = MONTHS[visit]
    if visit == "m1":
        return row.first_response_day or due
    return due + spread(-min(early, _EARLIER_LATER), min(late, _EARLIER_LATER), row.subject_id, visit)
