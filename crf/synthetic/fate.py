"""What happens to one subject of a synthetic study: drawn once, before anything is typed. Shapes as published, numbers invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from crf.demo.calendar import DAYS_PER_MONTH, Placement
from crf.synthetic.chance import Chance
from crf.synthetic.plan import DATA_CUT, Centre, Start

# Scheduled visits of response: study day and how early or late one usually comes.
VISITS = {
    "m1": (28, 2), "m2": (61, 5), "m3": (91, 5), "m6": (183, 9), "m9": (274, 9), "m12": (365, 9), "m15": (457, 14), "m18": (548, 14),
    "m24": (730, 14),
}  # fmt: skip
LAST_DAY = 730
SCREEN_FAILURES = 60  # of a thousand
# Of a hundred, by dose level: highest grade of CRS. BM38 had CRS in 20 of 23, grade 3 and more in 5 (Mei 2021).
_CRS = {
    "0.5": {0: 24, 1: 50, 2: 20, 3: 6},
    "1.0": {0: 18, 1: 46, 2: 27, 3: 8, 4: 1},
    "2.0": {0: 13, 1: 39, 2: 32, 3: 13, 4: 3},
    "4.0": {0: 9, 1: 32, 2: 36, 3: 18, 4: 5},
}
_ICANS = 40  # of a thousand, among those with CRS of grade 2 and more thrice as often
_BEST = {"SCR": 44, "CR": 8, "VGPR": 18, "PR": 20, "SD": 7, "PD": 3}  # of a hundred
_FIRST_DEEPEST = {"SCR": (2, 4), "CR": (2, 4), "VGPR": (1, 3), "PR": (0, 0), "SD": (0, 0), "PD": (0, 0)}  # visit
_RELAPSE = {"SCR": 20, "CR": 30, "VGPR": 48, "PR": 80, "SD": 260, "PD": 1000}  # of a thousand, a month
_DEATH_BEFORE, _DEATH_AFTER = 3, 38  # of a thousand a month, before progression and after
_LOST = 4  # of a thousand a month


@dataclass(frozen=True, slots=True)
class Fate:
    """One subject's course. Days count from the infusion."""

    place: Placement
    dose_level: str
    sex: str
    age: int
    screen_failure: bool
    crs_grade: int
    crs_onset: int
    icans_grade: int
    best: str
    deepest_from: int  # number of the visit, 0 = month 1
    progression: int | None  # day on which it could first be seen
    death: int | None
    last: int  # last day in the study: death, loss, end of the schedule or the data cut
    lesions: int
    untreated_days: int  # from progression to the next therapy

    @property
    def key(self) -> str:
        return self.place.code


def fate(centre: Centre, start: Start, *, seed: int) -> Fate:
    """Draws the course of one subject; the same for the same seed, site and number."""
    chance = Chance(seed, "fate", start.code(centre.site.code))
    place = _place(centre, start, chance)
    crs_grade = chance.weighed(_CRS[start.dose_level])
    best = chance.weighed(_BEST)
    progression = _month(chance, _RELAPSE[best], first=2 if best in ("PD", "SD") else 4)
    death = _death(chance, progression)
    cut = (DATA_CUT - place.infused_at.date()).days
    lost = _month(chance, _LOST, first=1)
    last = min([day for day in (death, lost) if day is not None] + [cut, LAST_DAY + 14])
    return Fate(
        place=place,
        dose_level=start.dose_level,
        sex=chance.weighed({"M": 56, "F": 44}),
        age=chance.around(34, 80),
        screen_failure=chance.happens(SCREEN_FAILURES),
        crs_grade=crs_grade,
        crs_onset=chance.around(1, 5 if crs_grade >= 3 else 9),
        icans_grade=_icans(chance, crs_grade),
        best=best,
        deepest_from=chance.between(*_FIRST_DEEPEST[best]),
        progression=progression if progression is not None and progression < last else None,
        death=death if death == last else None,
        last=last,
        lesions=chance.weighed({0: 76, 1: 15, 2: 9}),
        untreated_days=chance.between(9, 60),
    )


def _place(centre: Centre, start: Start, chance: Chance) -> Placement:
    enrolled_on = start.screened_on + timedelta(days=chance.between(5, 12))
    infused_on = enrolled_on + timedelta(days=chance.around(18, 42))
    hour, minute = divmod(chance.between(9 * 60 + 30, 14 * 60), 60)
    return Placement(
        subject_id=start.code(centre.site.code),
        code=start.code(centre.site.code),
        site=centre.site,
        screened_on=start.screened_on,
        enrolled_on=enrolled_on,
        infused_at=_at(infused_on, hour, minute, centre),
    )


def _at(day: date, hour: int, minute: int, centre: Centre) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=centre.site.zone)


def _month(chance: Chance, per_thousand: int, *, first: int) -> int | None:
    """The day of an event with this risk a month from month `first` on; None = not within three years."""
    for month in range(first, 37):
        if chance.happens(per_thousand):
            return round(month * DAYS_PER_MONTH) + chance.between(0, 29)
    return None


def _death(chance: Chance, progression: int | None) -> int | None:
    for month in range(1, 37):
        day = round(month * DAYS_PER_MONTH)
        after = progression is not None and day > progression + 30
        if chance.happens(_DEATH_AFTER if after else _DEATH_BEFORE):
            return day + chance.between(0, 29)
    return None


def _icans(chance: Chance, crs_grade: int) -> int:
    if not chance.happens(_ICANS * 2 if crs_grade >= 2 else _ICANS // 4):
        return 0
    return chance.weighed({1: 60, 2: 30, 3: 10})
