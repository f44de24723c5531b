"""Consent, demographics, history, eligibility and infusion of a synthetic subject; and what became of it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from crf.demo.background import CONSENT_VERSION, CRITERIA, HEIGHT_CM_TENTHS
from crf.demo.calendar import as_typed
from crf.demo.treatment import month_of
from crf.demo.typed import Typed, tenths
from crf.synthetic import laboratory, treatment
from crf.synthetic.blood import event
from crf.synthetic.chance import Chance
from crf.synthetic.fate import VISITS, Fate
from crf.synthetic.myeloma import Seen, disease

_LATER_DRUGS = (
    "Daratumumab, dexamethasone", "Pomalidomide, dexamethasone", "Carfilzomib, dexamethasone",
    "Bortezomib, cyclophosphamide, dexamethasone",
)  # fmt: skip
_INFECTIONS = 280  # of a thousand
FISH = ("del_17p", "t_4_14", "t_14_16", "t_14_20", "gain_1q", "del_1p32")


def body(fate: Fate) -> tuple[int, Decimal]:
    """Height in tenths of a cm, weight in kg."""
    chance = Chance(fate.key, "body")
    height = chance.around(*HEIGHT_CM_TENTHS[fate.sex])
    weight = Decimal(chance.around(190, 290)) / 10 * (Decimal(height) / 1000) ** 2
    return height, weight.quantize(Decimal("0.1"))


def screening(fate: Fate) -> list[Typed]:
    """Everything of screening that is not measured, with the logs of what was before."""
    place, chance = fate.place, Chance(fate.key, "screening")
    height, weight = body(fate)
    ethnicity = chance.weighed({"HAN": 90, "OTHER": 8, "UNKNOWN": 2})
    criteria = {f"inclusion_{n:02d}": "Y" for n in range(1, CRITERIA + 1)} | {
        f"exclusion_{n:02d}": "N" for n in range(1, CRITERIA + 1)
    }
    if fate.screen_failure:
        criteria |= chance.one_of(({"inclusion_06": "N"}, {"exclusion_01": "Y"}, {"exclusion_07": "Y"}))
    return [
        Typed("informed_consent", "screening", place.screened_on, {
            "consent_date": place.screened_on.isoformat(), "consent_version": CONSENT_VERSION,
        }, "coordinator"),
        Typed("demographics", "screening", place.screened_on, {
            "birth_year": str(place.infused_at.year - fate.age), "sex": fate.sex, "ethnicity": ethnicity, "height": tenths(height),
            "weight": str(weight),
        }, "coordinator"),
        *treatment.lines(fate),
        *treatment.history(fate),
        _history(fate, chance),
        Typed("eligibility", "screening", place.enrolled_on, {
            "assessed_on": place.enrolled_on.isoformat(), **criteria, "waiver": "N",
        }, "investigator"),
    ]  # fmt: skip


def _history(fate: Fate, chance: Chance) -> Typed:
    place, own = fate.place, disease(fate)
    protein = laboratory.usual(fate)
    found = {name for name in FISH if chance.happens(120 if own.high_risk else 40)}
    data: dict[str, object] = {
        "assessed_on": (place.enrolled_on - timedelta(days=1)).isoformat(),
        "diagnosed_on": month_of(treatment.diagnosed(fate)),
        "heavy_chain": own.heavy, "light_chain": own.light, "b2_microglobulin": tenths(chance.around(18, 90)),
        "albumin": str(protein["albumin"]), "ldh": str(protein["ldh"]), "ldh_uln": "250",
        **{name: "Y" if name in found else "N" for name in FISH}, "tp53_mutation": "U",
        "cytogenetic_abnormality": "Y" if found else "N", "prior_lines": str(treatment.line_count(fate)),
        "prior_anti_cd38": "Y" if own.anti_cd38 else "N",
        "emd_at_entry": "Y" if fate.lesions else "N", "paramedullary_at_entry": "N",
    }  # fmt: skip
    if "del_17p" in found:
        data["del_17p_percent"] = str(chance.between(20, 80))
    if "gain_1q" in found:
        data["gain_1q_copies"] = str(chance.between(3, 5))
    return Typed("myeloma_history", "screening", place.enrolled_on - timedelta(days=1), data, "investigator")


def infusion(fate: Fate) -> Typed:
    """What was in the bag: within some percent of the planned dose."""
    chance, (_height, weight) = Chance(fate.key, "infusion"), body(fate)
    per_kg = (Decimal(fate.dose_level) * chance.between(960, 1040) / 1000).quantize(Decimal("0.01"))
    data: dict[str, object] = {
        "infused_at": as_typed(fate.place.infused_at), "dose_level": fate.dose_level, "cells_per_kg": str(per_kg),
        "cells_total": str((per_kg * weight).quantize(Decimal("0.1"))), "interrupted": "N",
    }  # fmt: skip
    return Typed("car_t_infusion", "d0", fate.place.infused_at.date(), data, "investigator")


def follow_up(fate: Fate, visits: list[Seen]) -> list[Typed]:
    """Contacts, death and later therapy. Contacts go on at the scheduled visits after progression."""
    chance, place = Chance(fate.key, "follow-up"), fate.place
    days = {one.visit: one.day for one in visits}
    for visit, (due, early) in VISITS.items():
        day = due + chance.between(-early, early)
        if visit not in days and day <= fate.last and day > max(days.values(), default=0):
            days[visit] = day
    found = [_contact(fate, visit, day) for visit, day in days.items() if fate.death is None or day < fate.death]
    if fate.death is not None:
        code = f"u{2 if 'u1' in days else 1}"
        cause = "MYELOMA" if fate.progression is not None else chance.weighed({"OTHER": 80, "UNKNOWN": 20})
        on = place.on(fate.death)
        found.append(Typed("death", code, on, {"died_on": on.isoformat(), "cause": cause}, "investigator"))
        found.append(Typed("survival_status", code, on, {"status_on": on.isoformat(), "alive": "N"}, "coordinator"))
    return [*found, *_therapy(fate, visits, chance)]


def _contact(fate: Fate, visit: str, day: int) -> Typed:
    on = fate.place.on(day).isoformat()
    data: dict[str, object] = {"status_on": on, "alive": "Y", "last_known_alive_on": on}
    return Typed("survival_status", visit, fate.place.on(day), data, "coordinator")


def _therapy(fate: Fate, visits: list[Seen], chance: Chance) -> list[Typed]:
    progressed = [one.day for one in visits if one.level == "PD"]
    start = progressed[-1] + fate.untreated_days if progressed else fate.last + 1
    if start >= fate.last or chance.happens(150):
        return []
    data: dict[str, object] = {
        "started_on": fate.place.on(start).isoformat(),
        "drug": chance.one_of(_LATER_DRUGS),
        "intent": "ANTI_MYELOMA",
    }
    return [Typed("subsequent_therapy", "", fate.place.on(start), data, "coordinator", 1)]


def infections(fate: Fate) -> list[Typed]:
    """Infections of the first half year; one of grade 3 is serious and reported in time."""
    chance, found = Chance(fate.key, "infections"), []
    for words in ("Pneumonia", "Upper respiratory infection"):
        onset = chance.between(10, 170)
        end = onset + chance.between(6, 21)
        if not chance.happens(_INFECTIONS) or end > fate.last:
            continue
        grade = 3 if words == "Pneumonia" else 2
        serious: dict[str, object] = {}
        if grade == 3:
            serious = {
                "serious": "Y", "death": "N", "life_threatening": "N", "hospitalisation": "Y", "disability": "N", "congenital": "N",
                "medically_important": "N", "aware_at": as_typed(fate.place.at(onset, "14:10")),
                "reported_at": as_typed(fate.place.at(onset, "18:40")),
            }  # fmt: skip
        found.append(event(fate, words, "INFECTION", grade, onset, end, more=serious))
    return found
