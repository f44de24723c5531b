"""Vital signs of a synthetic subject: on the days of CRS assessments those of the assessment, else those of a visit of the clinic."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from crf.demo.calendar import as_typed
from crf.demo.typed import Typed, tenths
from crf.synthetic.chance import Chance
from crf.synthetic.fate import Fate

_LYMPHODEPLETION_DAY = -5
_WEIGHED_ON = ("d0", "d7", "d14", "d21")  # besides the visits of the clinic


def forms(fate: Fate, clinic: dict[str, int], assessments: Iterable[Typed], weight: Decimal) -> list[Typed]:
    """Screening, lymphodepletion, every day with a CRS assessment, and the visits of the clinic. weight: at screening, kg."""
    chance = Chance(fate.key, "vital signs")
    screened = (fate.place.screened_on - fate.place.infused_at.date()).days
    found = []
    for visit, day in {"screening": screened, "ld": _LYMPHODEPLETION_DAY, **clinic}.items():
        hour, minute = divmod(chance.between(8 * 60 + 40, 10 * 60 + 50), 60)
        at = fate.place.at(day, f"{hour:02d}:{minute:02d}")
        data = _measured(at, tenths(chance.around(361, 370)), {}, chance)
        data |= {"weight": _weight(weight, day, chance), "ecog": str(_ecog(fate, day, chance))}
        found.append(Typed("vital_signs", visit, at.date(), data, "coordinator"))
    for form in assessments:
        at = datetime.strptime(str(form.data["assessed_at"]), "%Y-%m-%d %H:%M").replace(tzinfo=fate.place.site.zone)
        data = _measured(at, str(form.data["temperature"]), form.data, chance)
        if form.visit in _WEIGHED_ON:
            data["weight"] = _weight(weight, int(form.visit[1:]), chance)
        found.append(Typed("vital_signs", form.visit, form.on, data, "coordinator"))
    return found


def _measured(at: datetime, temperature: str, assessment: dict[str, Any], chance: Chance) -> dict[str, object]:
    """The pulse goes up with the temperature; pressure and saturation are what the assessment says of them."""
    low = assessment.get("hypotension") == "Y"
    fever = max(0, int(temperature.replace(".", "")) - 370)
    on_oxygen = assessment.get("oxygen", "NONE") != "NONE"
    return {
        "measured_at": as_typed(at), "temperature": temperature,
        "pulse": str(chance.around(62, 84) + fever + (12 if low else 0)),
        "systolic": str(chance.between(82, 89) if low else chance.around(104, 138)),
        "diastolic": str(chance.between(45, 55) if low else chance.around(60, 82)),
        "spo2": str(chance.between(91, 95) if on_oxygen else chance.between(96, 99)),
    }  # fmt: skip


def _weight(before: Decimal, day: int, chance: Chance) -> str:
    """That of screening, a little less after the weeks in hospital."""
    change = chance.between(-45, 10) if day > _LYMPHODEPLETION_DAY else 0
    return str((before * (1000 + change) / 1000).quantize(Decimal("0.1")))


def _ecog(fate: Fate, day: int, chance: Chance) -> int:
    """Nobody begins with more than 2; with progression it gets worse."""
    if fate.progression is not None and day >= fate.progression:
        return chance.between(1, 3)
    return chance.weighed({0: 45, 1: 50, 2: 5})
