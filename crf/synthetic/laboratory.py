"""Chemistry, coagulation and inflammation of a synthetic subject: its usual values, pulled along by cytokine release."""

from __future__ import annotations

from collections.abc import Mapping

from crf.demo import chemistry, markers
from crf.demo.calendar import as_typed
from crf.demo.findings import Found
from crf.demo.reaction import towards
from crf.demo.samples import CLOTTING_VISITS
from crf.demo.typed import Typed, tenths
from crf.synthetic import blood
from crf.synthetic.chance import Chance
from crf.synthetic.fate import Fate

_SETTLES_IN = 7  # days after the last day of CRS until a marker is back
_QUIET_DAY = 7  # of the small rise without CRS
_LIVER = 160  # of a thousand with CRS of grade 2 and more: transaminases go up with it
_LIVER_TIMES = (3, 12)  # their usual value, at the worst
_STEP = 6  # percent up or down from one draw to the next; sodium is kept within narrower bounds
_NARROW = {"sodium": 0, "potassium": 2, "magnesium": 2, "creatinine": 4}
_FERRITIN_STAYS = {"d14": 30, "d21": 15}  # percent of the height that is left: it falls slowly
_CALCIUM = (224, 236)  # hundredths of mmol/L: the myeloma laboratory of the day measures it as well


def usual(fate: Fate) -> dict[str, int]:
    """Albumin (g/L), LDH (U/L) before the infusion: the history of the myeloma names them as well."""
    chance = Chance(fate.key, "protein")
    return {"albumin": chance.around(28, 46), "ldh": chance.around(130, 420)}


def activity(days: Mapping[int, Found], day: int) -> int:
    """Percent of the reaction on a study day: 0 before its onset, 100 on its worst day, 0 a week after its end."""
    peak = max(days, key=lambda one: (days[one].grade, -one), default=_QUIET_DAY)
    first, settled = min(days, default=peak - 3) - 1, max(days, default=peak) + _SETTLES_IN
    if day <= first or day >= settled:
        return 0
    return 100 * (day - first) // (peak - first) if day <= peak else 100 * (settled - day) // (settled - peak)


def forms(fate: Fate, visits: dict[str, int], days: Mapping[int, Found]) -> list[Typed]:
    """Of every draw; coagulation is taken less often. days: what was found on each day of CRS."""
    chance, own = Chance(fate.key, "laboratory"), _own(fate)
    found = []
    for visit, day in blood.draws(fate, visits):
        at = blood.drawn_at(fate, visit, day)
        height = activity(days, day)
        panels = {"chemistry": _chemistry(fate, own, visit, height, chance)}
        panels["inflammation"] = _panel(markers.INFLAMMATION, fate, own, visit, height, chance)
        if visit in CLOTTING_VISITS:
            panels["coagulation"] = _panel(markers.COAGULATION, fate, own, visit, height, chance)
            inr = float(panels["coagulation"]["inr"])
            panels["coagulation"] |= {"pt": tenths(round(inr * markers.PT_OF_INR)), "anticoagulated": "N"}
        for name, values in panels.items():
            data: dict[str, object] = {"sampled_at": as_typed(at), **values}
            found.append(Typed(name, visit, at.date(), data, "coordinator"))
    return found


def _own(fate: Fate) -> dict[str, tuple[int, int]]:
    """Of every analyte what is usual of this subject, and how far the reaction takes it."""
    chance, grade = Chance(fate.key, "usual values"), fate.crs_grade
    found = {}
    for item, one in chemistry.USUAL.items():
        value = chance.between(*(one.men if fate.sex == "M" else one.women))
        found[item] = value, value * one.reaction[grade] // 100
    if grade >= 2 and chance.happens(_LIVER):
        times = chance.between(*_LIVER_TIMES)
        found |= {item: (found[item][0], found[item][0] * times) for item in ("alt", "ast")}
    for item, (_places, normal, peaks) in (markers.INFLAMMATION | markers.COAGULATION).items():
        found[item] = chance.between(*normal), chance.between(*peaks[grade])
    return found


def _chemistry(fate: Fate, own: dict[str, tuple[int, int]], visit: str, height: int, chance: Chance) -> dict[str, str]:
    values = {item: _value(own[item], item, height, chance) for item in chemistry.USUAL}
    typed = {item: _typed(value, chemistry.USUAL[item].places) for item, value in values.items()}
    protein, screening = usual(fate), visit == "screening"
    albumin = protein["albumin"] * 10 if screening else protein["albumin"] * (1000 - 2 * height) // 100
    ldh = protein["ldh"] if screening else min(protein["ldh"], 230) * (100 + height * (fate.crs_grade + 1) // 3) // 100
    return typed | {
        "direct_bilirubin": _typed(values["bilirubin"] * 22 // 100, 1),
        "albumin": tenths(max(albumin, 210)),
        "calcium": _typed(chance.between(*_CALCIUM), 2),
        "ldh": str(ldh),
    }


def _panel(
    panel: Mapping[str, markers.Marker],
    fate: Fate,
    own: dict[str, tuple[int, int]],
    visit: str,
    height: int,
    chance: Chance,
) -> dict[str, str]:
    found = {}
    for item, (places, _normal, _peaks) in panel.items():
        percent = max(height, _FERRITIN_STAYS.get(visit, 0)) if item == "ferritin" else height
        found[item] = _typed(_value(own[item], item, percent, chance), places)
    return found


def _value(own: tuple[int, int], item: str, height: int, chance: Chance) -> int:
    step = _NARROW.get(item, _STEP)
    return towards(*own, height) * (100 + chance.between(-step, step)) // 100


def _typed(value: int, places: int) -> str:
    return f"{value / 10**places:.{places}f}"
