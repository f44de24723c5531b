"""The myeloma of a synthetic subject: M-protein that falls and comes back, light chains, marrow, lesions, and what the investigator saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from crf.demo.typed import Typed, tenths
from crf.synthetic.chance import Chance
from crf.synthetic.fate import VISITS, Fate

_HEAVY = {"IGG": 62, "IGA": 26, "LIGHT_CHAIN_ONLY": 12}
_FALLING = {"IGG": (40, 16, 14), "IGA": (16, 12, 11), "LIGHT_CHAIN_ONLY": (9, 6, 5)}  # percent left while still PR
_VERY_GOOD = (6, 4, 3)
_STABLE = 92
_ANTIBODY = 280  # of a thousand had one against CD38
_PLACES = (
    "Liver, segment VI",
    "Left chest wall, soft tissue",
    "Right psoas muscle",
    "Para-aortic node mass",
    "Nasopharynx",
)
_SHRUNK = (62, 58, 56, 55)  # percent of a diameter
_COPIES = {"m1": 42000, "m3": 8600, "m6": 2100, "m9": 720, "m12": 310, "m15": 160, "m18": 120, "m24": 110}
_EXPANSION = {4: 90, 7: 34000, 10: 128000, 14: 96000, 21: 61000}  # copies/ug by day
_DETECTED, _QUANTIFIED = 60, 100  # copies/ug


@dataclass(frozen=True, slots=True)
class Disease:
    """Before the infusion. Serum hundredths of g/dL, urine mg/24 h, involved light chain mg/L, marrow %."""

    heavy: str
    light: str
    serum: int
    urine: int
    involved: int
    marrow: int
    high_risk: bool
    anti_cd38: bool  # an antibody before this trial


@dataclass(frozen=True, slots=True)
class Seen:
    """One assessment of response: visit, day, and the level that the numbers are made for."""

    visit: str
    day: int
    level: str
    nth: int  # of this level, from 0 on
    again: bool = False  # the second test of a progression


def disease(fate: Fate) -> Disease:
    """What the subject came with."""
    chance = Chance(fate.key, "disease")
    heavy = chance.weighed(_HEAVY)
    chains_only = heavy == "LIGHT_CHAIN_ONLY"
    return Disease(
        heavy=heavy,
        light=chance.weighed({"KAPPA": 60, "LAMBDA": 40}),
        serum=0 if chains_only else chance.around(120, 560),
        urine=chance.between(600, 2600) if chains_only else chance.one_of((0, 0, chance.between(30, 150))),
        involved=chance.between(400, 1600) if chains_only else chance.between(80, 620),
        marrow=chance.around(8, 70),
        high_risk=chance.happens(350),
        anti_cd38=chance.happens(_ANTIBODY),
    )


def seen(fate: Fate) -> list[Seen]:
    """Every assessment up to progression and its second test, or to the last day."""
    chance, found = Chance(fate.key, "visits"), []
    counts: dict[str, int] = {}
    for number, (visit, (due, early)) in enumerate(VISITS.items()):
        day = due + chance.between(-early, early)
        if day > fate.last or day > 742:
            break
        if fate.progression is not None and day >= fate.progression:
            found.append(Seen(visit, day, "PD", 0))
            second = day + chance.between(12, 24)
            if second <= fate.last:
                found.append(Seen("u1", second, "PD", 1, again=True))
            break
        level = _level(fate, number)
        found.append(Seen(visit, day, level, counts.get(level, 0)))
        counts[level] = counts.get(level, 0) + 1
    return found


def _level(fate: Fate, number: int) -> str:
    if fate.best in ("SD", "PD"):
        return "SD"
    if number >= fate.deepest_from:
        return fate.best
    return "VGPR" if number and fate.best in ("SCR", "CR") and number + 1 == fate.deepest_from else "PR"


def forms(fate: Fate, visits: list[Seen]) -> list[Typed]:
    """Laboratory, marrow, lesions and response, screening first."""
    own, chance = disease(fate), Chance(fate.key, "myeloma")
    screened = fate.place.screened_on
    found = [
        _form("myeloma_laboratory", "screening", screened + timedelta(days=1), _laboratory(own, None, (), chance)),
        _form("bone_marrow", "screening", screened + timedelta(days=2), _marrow(own, None, chance), "investigator"),
        _form(
            "extramedullary_lesions", "screening", screened + timedelta(days=3), _lesions(fate, None, 0), "investigator"
        ),
    ]
    lowest: list[int] = [own.serum or own.urine]
    for at, one in enumerate(visits):
        on = fate.place.on(one.day)
        data = _laboratory(own, one, tuple(lowest), chance)
        if one.level != "PD":
            lowest.append(_left(own, one))
        found.append(_form("myeloma_laboratory", one.visit, on, data))
        if not one.again and (one.level != "PD" or chance.happens(300)):
            found.append(_form("bone_marrow", one.visit, on, _marrow(own, one, chance), "investigator"))
        if fate.lesions and not one.again:
            found.append(_form("extramedullary_lesions", one.visit, on, _lesions(fate, one, at), "investigator"))
        found.append(_form("response_assessment", one.visit, on, _response(fate, one, visits, chance), "investigator"))
        if one.visit in _COPIES:
            found.append(_form("cart_persistence", one.visit, on, _cells(one, chance)))
    return found


def expansion(fate: Fate) -> list[Typed]:
    """CAR-T cells before month 1."""
    chance = Chance(fate.key, "expansion")
    own = chance.between(20, 220)
    return [
        _form(
            "cart_persistence",
            f"d{day}",
            fate.place.on(day),
            _typed_cells(copies * own * chance.between(85, 115) // 10_000),
        )
        for day, copies in _EXPANSION.items()
        if day <= fate.last
    ]


def _form(form: str, visit: str, on: object, data: dict[str, object], by: str = "coordinator") -> Typed:
    name = {"extramedullary_lesions": "imaged_on", "response_assessment": "assessed_on"}.get(form, "sampled_on")
    return Typed(form, visit, on, {name: on.isoformat(), **data}, by)  # type: ignore[attr-defined, arg-type]


def _left(own: Disease, one: Seen) -> int:
    """What is left of the M-protein that is followed: serum, or urine where there are light chains alone."""
    start = own.serum or own.urine
    if one.level in ("CR", "SCR"):
        return 0
    if one.level == "SD":
        return start * _STABLE // 100
    if one.level == "VGPR":
        return start * _VERY_GOOD[min(one.nth, 2)] // 100 if own.serum else (74, 48, 31)[min(one.nth, 2)]
    left = start * _FALLING[own.heavy][min(one.nth, 2)] // 100
    # Light chains alone: a partial response is between 100 and 200 mg in 24 hours.
    return left if own.serum else min(max(left, 104), 196)


def _laboratory(own: Disease, one: Seen | None, lowest: tuple[int, ...], chance: Chance) -> dict[str, object]:
    level = one.level if one else "BEFORE"
    followed = (own.serum or own.urine) if one is None else _left(own, one)
    if level == "PD" and one is not None:
        base, rise = min(lowest), (130, 150)[one.nth]
        followed = (
            base * rise // 100 + ((75, 130)[one.nth] if own.serum else (260, 420)[one.nth]) + chance.between(0, 12)
        )
    serum, urine = (followed, _spill(own, level)) if own.serum else (0, followed)
    involved, uninvolved = _chains(own, level, chance)
    kappa, lambda_ = (involved, uninvolved) if own.light == "KAPPA" else (uninvolved, involved)
    gone = level in ("CR", "SCR")
    classes = {"igg": chance.between(24, 46), "iga": chance.between(2, 6), "igm": chance.between(1, 4)}
    if own.heavy.lower() in classes:
        classes[own.heavy.lower()] += serum
    return {
        "serum_m_protein": f"{serum // 100}.{serum % 100:02d}",
        "serum_immunofixation": "NEGATIVE" if gone else "POSITIVE",
        # After an antibody against CD38 a band is tested for being the antibody, and is the myeloma.
        "serum_reflex": "POSITIVE" if own.anti_cd38 and not gone else "NOT_DONE",
        "urine_m_protein": str(urine),
        "urine_immunofixation": "POSITIVE" if urine else "NEGATIVE",
        "kappa_flc": tenths(kappa), "kappa_below_loq": "N", "lambda_flc": tenths(lambda_), "lambda_below_loq": "N",
        **{name: tenths(value) for name, value in classes.items()},
        "calcium": f"2.{chance.between(12, 46):02d}", "oligoclonal": "N", "spurious": "N",
    }  # fmt: skip


def _spill(own: Disease, level: str) -> int:
    if level in ("VGPR", "CR", "SCR"):
        return 0
    return own.urine * {"BEFORE": 100, "SD": 93, "PD": 60}.get(level, 34) // 100


def _chains(own: Disease, level: str, chance: Chance) -> tuple[int, int]:
    """Involved and uninvolved light chain, tenths of mg/L."""
    if level == "BEFORE":
        return own.involved * 10, chance.between(52, 98)
    if level in ("CR", "SCR"):
        kappa = chance.between(30, 60)
        return (kappa, kappa * chance.between(88, 120) // 100)
    uninvolved = chance.between(38, 62)
    if level == "SD":
        return own.involved * 95 // 10, uninvolved
    if level == "PD":
        return max(own.involved * 6, uninvolved * 8), uninvolved
    if own.heavy == "LIGHT_CHAIN_ONLY":
        return own.involved * (7 if level == "PR" else 2) // 10, uninvolved
    return uninvolved * chance.between(24, 39) // 10 if level == "PR" else uninvolved * chance.between(
        12, 21
    ) // 10, uninvolved


def _marrow(own: Disease, one: Seen | None, chance: Chance) -> dict[str, object]:
    level = one.level if one else "BEFORE"
    sick = level in ("BEFORE", "SD", "PD")
    cells = own.marrow * 10 if level == "BEFORE" else chance.between(140, 300) if sick else chance.between(2, 18)
    biopsy = chance.between(10, 60) if sick else chance.between(0, 20)  # more than the aspirate
    ratio = chance.between(110, 210)
    if sick:
        ratio = chance.between(1200, 2600) if own.light == "KAPPA" else chance.between(4, 9)
    positive = sick or (level == "PR" and chance.happens(400)) or chance.happens(80)
    found: dict[str, object] = {
        "plasma_cells_aspirate": tenths(cells), "plasma_cells_biopsy": tenths(cells + biopsy),
        "clonality_method": "IHC", "kappa_lambda_ratio": f"{ratio // 100}.{ratio % 100:02d}",
        "plasma_cells_counted": str(chance.between(40, 80) if level == "CR" else chance.between(110, 400)),
        "clonal": "Y" if sick else "N", "mrd_method": "FLOW", "mrd_sensitivity": "1e-4",
        "mrd_result": "POSITIVE" if positive else "NEGATIVE",
    }  # fmt: skip
    if positive:
        found["mrd_level"] = f"0.0{chance.between(20, 60)}" if sick else f"0.00{chance.between(2, 9):02d}"
    if level in ("BEFORE", "PD"):
        found |= {"bcma_positive": str(chance.between(55, 97)), "cd38_positive": str(chance.between(78, 99))}
    return found


def _lesions(fate: Fate, one: Seen | None, at: int) -> dict[str, object]:
    chance = Chance(fate.key, "lesions")
    lines = []
    for number in range(1, fate.lesions + 1):
        longest = chance.between(26, 60)
        line = {
            "lesion": str(number), "location": chance.one_of(_PLACES), "kind": "EXTRAOSSEOUS", "target": "Y", "is_new": "N",
            "treated_locally": "N", "state": "MEASURED", "deauville": "5",
        }  # fmt: skip
        percent = _percent(fate, one, at)
        if percent:
            short = longest * 8 // 10
            line |= {"longest": str(longest * percent // 100), "perpendicular": str(short * percent // 100)}
        else:
            line |= {"state": "GONE", "deauville": "2"}
        lines.append(line)
    found: dict[str, object] = {"method": "PET_CT", "new_bone_lesion": "N"}
    return {**found, "lesions": lines} if lines else found


def _percent(fate: Fate, one: Seen | None, at: int) -> int:
    """Of the diameters before the infusion; 0 = gone."""
    if one is None:
        return 100
    if fate.best in ("SD", "PD"):
        return 97
    if one.level in ("CR", "SCR") or (one.level == "PD" and fate.best in ("CR", "SCR")):
        return 0
    return _SHRUNK[min(at, 3)]


def emd_level(fate: Fate, one: Seen) -> str:
    """What imaging says of the lesions."""
    if fate.best in ("SD", "PD"):
        return "SD"
    return "CR" if one.level in ("CR", "SCR") or (one.level == "PD" and fate.best in ("CR", "SCR")) else "PR"


def _response(fate: Fate, one: Seen, visits: list[Seen], chance: Chance) -> dict[str, object]:
    other = {"SCR": "CR", "CR": "SCR", "VGPR": "PR", "PR": "VGPR", "SD": "MR"}.get(one.level, one.level)
    data: dict[str, object] = {
        "investigator_response": other if chance.happens(40) else one.level,
        "on_steroids": "N",
        "clinical_relapse": "N",
    }
    if fate.lesions and not one.again:
        data["investigator_emd_response"] = emd_level(fate, one)
    return data


def _cells(one: Seen, chance: Chance) -> dict[str, object]:
    copies = _COPIES[one.visit] * chance.between(8, 260) // 100 // (20 if one.level in ("SD", "PD") else 1)
    return {"nominal_month": one.visit[1:], **_typed_cells(copies)}


def _typed_cells(copies: int) -> dict[str, object]:
    data: dict[str, object] = {"method": "QPCR", "unit": "copies/ug"}
    if copies < _DETECTED:
        return data | {"below": "BLD", "limit": str(_DETECTED)}
    return data | ({"below": "BLQ", "limit": str(_QUANTIFIED)} if copies < _QUANTIFIED else {"value": str(copies)})
