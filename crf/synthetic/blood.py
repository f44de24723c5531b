"""Blood counts of a synthetic subject: the dip after lymphodepletion and the CAR-T cells, and the events logged from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from crf.demo.calendar import as_typed
from crf.demo.typed import Typed
from crf.synthetic.chance import Chance
from crf.synthetic.fate import Fate

DAYS = (0, 2, 4, 7, 10, 14, 21)
# Item -> the lowest value that a dip reaches, x 100, as (low, high); 10^9/L, haemoglobin g/L.
_NADIR = {"neutrophils": (2, 110), "platelets": (800, 9800), "haemoglobin": (6100, 9900), "lymphocytes": (4, 30)}
_USUAL = {
    "neutrophils": (230, 430),
    "platelets": (14000, 25000),
    "haemoglobin": (9900, 13200),
    "lymphocytes": (90, 190),
}
# CTCAE 5.0, upper ends of grades 2, 3 and 4 (x 100); what is above the first is not logged.
_LIMITS = {"neutrophils": (150, 100, 50), "platelets": (7500, 5000, 2500), "haemoglobin": (10000, 8000, 0)}
_TERMS = {
    "neutrophils": ("NEUTROPENIA", "Neutrophil count decreased"),
    "platelets": ("THROMBOCYTOPENIA", "Platelet count decreased"),
    "haemoglobin": ("ANAEMIA", "Anaemia"),
}
_DIPS = {"neutrophils": 950, "platelets": 700, "haemoglobin": 650, "lymphocytes": 1000}  # of a thousand


@dataclass(frozen=True, slots=True)
class Dip:
    """A count over time, x 100."""

    usual: int
    lowest: int
    at: int
    back: int

    def value(self, day: int, chance: Chance) -> int:
        wobble = chance.between(96, 106)
        if day < 0 or day >= self.back:
            return self.usual * wobble // 100
        if day <= self.at:
            return max(self.lowest, self.usual - (self.usual - self.lowest) * day // max(self.at, 1))
        risen = (self.usual - self.lowest) * (day - self.at) // (self.back - self.at)
        return self.lowest + risen * wobble // 100


def dips(fate: Fate) -> dict[str, Dip]:
    """How each count of the subject runs."""
    chance, found = Chance(fate.key, "counts"), {}
    severe = fate.crs_grade >= 3
    for item, (low, high) in _NADIR.items():
        usual = chance.around(*_USUAL[item])
        dips_at_all = chance.happens(_DIPS[item])
        lowest = chance.between(low, low + (high - low) // (3 if severe else 1)) if dips_at_all else usual
        back = chance.one_of((21, 28, 40, 61)) + (30 if severe and chance.happens(300) else 0)
        found[item] = Dip(usual, min(lowest, usual), chance.one_of((7, 10)), back)
    return found


def draws(fate: Fate, visits: dict[str, int]) -> list[tuple[str, int]]:
    """(visit, study day) of every blood count, screening first."""
    screened = (fate.place.screened_on - fate.place.infused_at.date()).days + 1
    return [("screening", screened), *((f"d{day}", day) for day in DAYS if day <= fate.last), *visits.items()]


def drawn_at(fate: Fate, visit: str, day: int) -> datetime:
    """The time on the tubes: one draw fills all of them."""
    hour, minute = divmod(Chance(fate.key, "draw", visit).between(6 * 60 + 30, 8 * 60), 60)
    return fate.place.at(day, f"{hour:02d}:{minute:02d}")


def forms(fate: Fate, visits: dict[str, int]) -> list[Typed]:
    """The counts, and the log of what fell below the limits."""
    chance, courses = Chance(fate.key, "draws"), dips(fate)
    found, counted = [], []
    for visit, day in draws(fate, visits):
        values = {item: dip.value(day, chance) for item, dip in courses.items()}
        counted.append((day, values))
        leukocytes = values["neutrophils"] + values["lymphocytes"] + chance.between(6, 48)
        at = drawn_at(fate, visit, day)
        data: dict[str, object] = {
            "sampled_at": as_typed(at), "haemoglobin": str(values["haemoglobin"] // 100), "leukocytes": _hundredths(leukocytes),
            "neutrophils": _hundredths(values["neutrophils"]), "lymphocytes": _hundredths(values["lymphocytes"]),
            "platelets": str(values["platelets"] // 100),
        }  # fmt: skip
        found.append(Typed("haematology", visit, at.date(), data, "coordinator"))
    return [*found, *_events(fate, counted)]


def _hundredths(value: int) -> str:
    return f"{value // 100}.{value % 100:02d}"


def _events(fate: Fate, counted: list[tuple[int, dict[str, int]]]) -> list[Typed]:
    """One event a cytopenia, from the first low count after the infusion to the first that is not; numbered later."""
    found = []
    after = [(day, values) for day, values in counted if day >= 0]
    for item, limits in _LIMITS.items():
        low = [(day, values[item]) for day, values in after if values[item] < limits[0]]
        if not low:
            continue
        grade = 2 + sum(min(value for _day, value in low) < limit for limit in limits[1:])
        end = next((day for day, values in after if day > low[-1][0] and values[item] >= limits[0]), None)
        term, words = _TERMS[item]
        found.append(event(fate, words, term, grade, low[0][0], end, lymphodepletion=True))
    return found


def event(
    fate: Fate, words: str, term: str, grade: int, onset: int, end: int | None, *, lymphodepletion: bool = False,
    more: Mapping[str, object] = MappingProxyType({}),
) -> Typed:  # fmt: skip
    """An entry of the log of adverse events; end None = ongoing at the last contact."""
    day = fate.last if end is None else end
    data: dict[str, object] = {
        "verbatim": words, "term": term, "grade": str(grade), "onset_on": fate.place.on(onset).isoformat(),
        "ongoing": "Y" if end is None else "N", "serious": "N",
        "outcome": "NOT RECOVERED/NOT RESOLVED" if end is None else "RECOVERED/RESOLVED",
        "related_cart": "Y", "related_lymphodepletion": "Y" if lymphodepletion else "N", "aesi": "N", **more,
    }  # fmt: skip
    if end is not None:
        data["ended_on"] = fate.place.on(end).isoformat()
    return Typed("adverse_event", "", fate.place.on(day), data, "investigator")
