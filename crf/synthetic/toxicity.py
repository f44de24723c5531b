"""CRS and neurotoxicity of a synthetic subject, day by day, in the vocabulary of the demonstration's flow sheets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from crf.demo.calendar import as_typed
from crf.demo.course import assessment
from crf.demo.findings import DEX, MP, TOCI, Found, Pressor, bilevel, cannula, fever, high_flow
from crf.demo.typed import Typed, tenths
from crf.synthetic.chance import Chance
from crf.synthetic.fate import Fate

DAILY = (*range(15), 21)
_NOREPINEPHRINE, _UG = "NOREPINEPHRINE", "ug/min"
_FULL = {
    "orientation_year": "1", "orientation_month": "1", "orientation_city": "1", "orientation_hospital": "1", "naming": "3",
    "command": "1", "writing": "1", "attention": "1",
}  # fmt: skip
# Grade -> what was not done of ICE, and the level of consciousness that goes with it.
_ICE = {
    1: (("attention", "writing"), "DROWSY_AWAKENS_SPONTANEOUSLY"),
    2: (("attention", "writing", "orientation_year", "orientation_month", "orientation_city"), "VOICE"),
    3: (
        ("attention", "writing", "orientation_year", "orientation_month", "orientation_city", "orientation_hospital", "command", "naming"),
        "TACTILE",
    ),
}  # fmt: skip


def episode(fate: Fate) -> dict[int, Found]:
    """What was found on each day of CRS; none without it."""
    if fate.crs_grade == 0:
        return {}
    chance, start = Chance(fate.key, "crs"), fate.crs_onset
    days = _COURSES[fate.crs_grade](chance, start)
    return {start + n: found for n, found in enumerate(days)}


def _hot(chance: Chance, low: int = 383, high: int = 398) -> str:
    return tenths(chance.around(low, high))


def _mild(chance: Chance, start: int) -> list[Found]:
    return [fever(_hot(chance, 380, 391)) for _ in range(chance.between(1, 5))]


def _moderate(chance: Chance, start: int) -> list[Found]:
    """Fever, then low pressure or some oxygen, then fever alone, or tocilizumab and weaning."""
    low, toci = chance.happens(500), chance.happens(450)
    before = [fever(_hot(chance, 381, 390)) for _ in range(chance.between(1, 2))]
    days = chance.between(1, 3)
    found = [_second(chance, _hot(chance, 386, 399), low=low, drug="") for _ in range(days)]
    if toci:
        found[-1] = _second(chance, _hot(chance, 388, 400), low=low, drug=TOCI)
        return [*before, *found, *(_weaning(chance, low=low) for _ in range(chance.between(1, 2)))]
    return [*before, *found, *(fever(_hot(chance, 380, 386)) for _ in range(chance.between(1, 2)))]


def _second(chance: Chance, temperature: str, *, low: bool, drug: str) -> Found:
    if low:
        return Found(temperature, "2", hypotension=True, antipyretic=True, anticytokine=drug)
    flow = str(chance.between(1, 6))
    return Found(temperature, "2", oxygen=cannula(flow), antipyretic=True, anticytokine=drug)


def _weaning(chance: Chance, *, low: bool, steroid: str = "") -> Found:
    temperature = tenths(chance.between(367, 374))
    if low:
        return Found(temperature, "2", hypotension=True, steroid=steroid)
    return Found(temperature, "2", oxygen=cannula(str(chance.between(1, 3))), steroid=steroid)


def _severe(chance: Chance, start: int) -> list[Found]:
    """One vasopressor or high-flow oxygen, with tocilizumab and a steroid."""
    steroid = chance.one_of((DEX, MP))
    opening = [fever(_hot(chance)), _second(chance, _hot(chance, 388, 400), low=True, drug="")]
    at = start + len(opening)
    if chance.happens(650):
        running = (Pressor(_NOREPINEPHRINE, str(chance.between(3, 12)), _UG, (at, "01:20")),)
        less = (Pressor(_NOREPINEPHRINE, str(chance.between(1, 3)), _UG, (at, "01:20"), (at + 2, "05:30")),)
        worst = [
            Found(_hot(chance, 390, 402), "3", hypotension=True, pressors=running, antipyretic=True, anticytokine=TOCI),
            Found(_hot(chance, 380, 388), "3", hypotension=True, pressors=running, antipyretic=True, steroid=steroid),
            Found(tenths(chance.between(368, 376)), "3", hypotension=True, pressors=less, steroid=steroid),
        ]
        return [*opening, *worst, *(_weaning(chance, low=True, steroid=steroid) for _ in range(chance.between(1, 2)))]
    worst = [
        Found(_hot(chance, 388, 400), "3", oxygen=high_flow("40", "40"), antipyretic=True, anticytokine=TOCI),
        Found(_hot(chance, 380, 386), "3", oxygen=high_flow("40", "35"), antipyretic=True, steroid=steroid),
    ]
    return [*opening, *worst, *(_weaning(chance, low=False, steroid=steroid) for _ in range(chance.between(1, 3)))]


def _worst(chance: Chance, start: int) -> list[Found]:
    """Two vasopressors at once, and for some positive pressure."""
    steroid = chance.one_of((DEX, MP))
    at = start + 2
    first = Pressor(_NOREPINEPHRINE, str(chance.between(8, 16)), _UG, (at, "03:40"))
    second = Pressor("EPINEPHRINE", str(chance.between(2, 6)), _UG, (at + 1, "02:10"))
    gone = Pressor("EPINEPHRINE", "2", _UG, (at + 1, "02:10"), (at + 2, "04:00"))
    last = Pressor(_NOREPINEPHRINE, "2", _UG, (at, "03:40"), (at + 3, "04:30"))
    air = bilevel("60") if chance.happens(500) else high_flow("50", "60")
    by_day: tuple[dict[str, Any], ...] = (
        {"pressors": (first,), "oxygen": high_flow("40", "45"), "antipyretic": True, "anticytokine": TOCI},
        {"pressors": (first, second), "oxygen": air, "antipyretic": True, "steroid": steroid},
        {"pressors": (first, gone), "oxygen": air, "antipyretic": True, "steroid": steroid},
        {"pressors": (last,), "oxygen": high_flow("40", "35"), "steroid": steroid},
    )
    hot = (_hot(chance, 392, 404), _hot(chance, 385, 396), _hot(chance, 380, 386), "37.4")
    return [
        fever(_hot(chance)),
        _second(chance, _hot(chance, 390, 402), low=True, drug=""),
        *(Found(t, grade, hypotension=True, **day) for t, grade, day in zip(hot, "3443", by_day, strict=True)),
        *(_weaning(chance, low=False, steroid=steroid) for _ in range(chance.between(1, 3))),
    ]


_COURSES = {1: _mild, 2: _moderate, 3: _severe, 4: _worst}


def crs_forms(fate: Fate, found: dict[int, Found]) -> list[Typed]:
    """The assessments of every scheduled day; on the worst days a second one in the evening."""
    chance, place = Chance(fate.key, "crs rounds"), fate.place
    forms, before = [], place.infused_at
    for day in [day for day in DAILY if day <= fate.last]:
        seen = found.get(day) or Found(tenths(chance.around(361, 372)), "0")
        hour, minute = divmod(chance.between(8 * 60, 9 * 60 + 30), 60)
        at = place.at(day, f"{hour:02d}:{minute:02d}") if day else place.infused_at + timedelta(hours=5)
        data = assessment(seen, place=place, at=at, before=before)
        forms.append(Typed("crs_assessment", f"d{day}", at.date(), data, "investigator"))
        before = at
    return forms


def given(fate: Fate, found: dict[int, Found]) -> list[Typed]:
    """Tocilizumab and steroids in the log of medication, each on its days; numbered later."""
    names = {TOCI: ("Tocilizumab", "TOCILIZUMAB", "8", "mg/kg"), DEX: ("Dexamethasone", "STEROID", "10", "mg"),
             MP: ("Methylprednisolone", "STEROID", "80", "mg")}  # fmt: skip
    days: dict[str, list[int]] = {}
    for day, seen in found.items():
        for drug in (seen.anticytokine, seen.steroid):
            if drug and day <= fate.last:
                days.setdefault(drug, []).append(day)
    forms = []
    for drug, on in days.items():
        name, mark, dose, unit = names[drug]
        first, last = fate.place.on(on[0]), fate.place.on(on[-1])
        data: dict[str, object] = {
            "drug": name, "marked": mark, "indication": "CRS", "dose": dose, "dose_unit": unit, "route": "INTRAVENOUS",
            "started_on": first.isoformat(), "ongoing": "N", "ended_on": last.isoformat(),
        }  # fmt: skip
        forms.append(Typed("concomitant_medication", "", last, data, "coordinator"))
    return forms


def icans_forms(fate: Fate) -> list[Typed]:
    """One assessment a day; a few days of a low score where there was neurotoxicity."""
    chance, place = Chance(fate.key, "icans"), fate.place
    worst, days = fate.crs_onset + chance.between(2, 5), chance.between(2, 4)
    grades = {} if not fate.icans_grade else {worst + n: max(1, fate.icans_grade - abs(n)) for n in range(-1, days - 1)}
    forms = []
    for day in [day for day in DAILY if day <= fate.last]:
        hour, minute = divmod(chance.between(10 * 60, 11 * 60 + 30), 60)
        at = place.at(day, f"{hour:02d}:{minute:02d}" if day else "19:30")
        grade = grades.get(day, 0)
        lost, consciousness = _ICE.get(grade, ((), "ALERT"))
        data: dict[str, object] = {
            "assessed_at": as_typed(at), **_FULL, **dict.fromkeys(lost, "0"), "ice_status": "DONE", "baseline_ice": "10",
            "consciousness": consciousness, "seizure": "NONE", "motor_weakness": "N", "oedema": "NONE", "raised_icp_sign": "NONE",
            "death_due_to_icans": "N", "investigator_grade": str(grade),
        }  # fmt: skip
        forms.append(Typed("icans_assessment", f"d{day}", at.date(), data, "investigator"))
    return forms
