"""What a synthetic subject had and was given before the infusion and beside it: lines, history, cells, bridging, prophylaxis."""

from __future__ import annotations

from datetime import date, timedelta

from crf.demo.treatment import FIRST_LINES, HISTORY, LATER_LINES, LYMPHODEPLETION_DAYS, Regimen, month_of
from crf.demo.typed import Typed, tenths
from crf.synthetic.chance import Chance
from crf.synthetic.fate import Fate
from crf.synthetic.myeloma import disease

_MONTHS_A_LINE = 4  # at least, from the diagnosis on
_FIRST_RESPONSES = {"CR": 20, "VGPR": 45, "PR": 35}
_LATER_RESPONSES = {"PR": 40, "MR": 15, "SD": 30, "PD": 15}
_ANTIBODY = Regimen("Daratumumab, dexamethasone", antibody=True)
_TRANSPLANTED, _LAST_AGE = 550, 65  # of a thousand up to this age
_BRIDGED = 270  # of a thousand
_BRIDGES = (("Dexamethasone", "40", "mg"), ("Cyclophosphamide", "300", "mg/m2"), ("Bortezomib", "1.3", "mg/m2"))
_REDUCED = 90  # of a thousand get less fludarabine
_RELEASED_BEFORE = (6, 9)  # days before the infusion
# Drug, indication, dose, unit, route, first and last study day; None = goes on.
_PROPHYLAXIS = (
    ("Ondansetron", "PREMEDICATION", "8", "mg", "INTRAVENOUS", LYMPHODEPLETION_DAYS[0], LYMPHODEPLETION_DAYS[-1]),
    ("Aciclovir", "PROPHYLAXIS", "400", "mg", "ORAL", LYMPHODEPLETION_DAYS[0], None),
    ("Sulfamethoxazole and trimethoprim", "PROPHYLAXIS", "960", "mg", "ORAL", 28, None),
)


def diagnosed(fate: Fate) -> int:
    """The month of the diagnosis, counted from the year 0."""
    chance = Chance(fate.key, "diagnosis")
    return (fate.place.screened_on.year - chance.between(2, 9)) * 12 + chance.between(0, 11)


def line_count(fate: Fate) -> int:
    """Earlier lines of therapy, as many as there was time for."""
    return max(2, min(Chance(fate.key, "lines").around(3, 8), _months_ill(fate) // _MONTHS_A_LINE))


def _months_ill(fate: Fate) -> int:
    screened = fate.place.screened_on
    return screened.year * 12 + screened.month - 1 - diagnosed(fate)


def lines(fate: Fate) -> list[Typed]:
    """The log of prior therapy, one line after the other; refractory from the second on."""
    chance, count, months = Chance(fate.key, "prior therapy"), line_count(fate), _months_ill(fate)
    found = []
    for number in range(1, count + 1):
        start = diagnosed(fate) + months * (number - 1) // count + (number > 1)
        end = diagnosed(fate) + months * number // count - chance.between(1, 2)
        last = number == count and disease(fate).anti_cd38
        regimen = _ANTIBODY if last else chance.one_of(FIRST_LINES if number == 1 else LATER_LINES)
        data: dict[str, object] = {
            "line": str(number), "started_on": month_of(start), "ended_on": month_of(max(start + 1, end)),
            **_answers(fate, number, regimen, chance),
        }  # fmt: skip
        found.append(Typed("prior_therapy", "", fate.place.screened_on, data, "coordinator", number))
    return found


def _answers(fate: Fate, number: int, regimen: Regimen, chance: Chance) -> dict[str, object]:
    auto = number == 1 and fate.age <= _LAST_AGE and chance.happens(_TRANSPLANTED)
    answers: dict[str, object] = {
        "regimen": f"{regimen.words}, then autologous transplant" if auto else regimen.words,
        "best_response": chance.weighed(_FIRST_RESPONSES if number == 1 else _LATER_RESPONSES),
        "transplant": "AUTO" if auto else "NONE", "bcma_directed": "N", "cd38_directed": _yes(regimen.antibody),
    }  # fmt: skip
    given = (("proteasome_inhibitor", "refractory_pi", regimen.inhibitor),
             ("immunomodulator", "refractory_imid", regimen.immunomodulator),
             ("anti_cd38", "refractory_cd38", regimen.antibody))  # fmt: skip
    for name, failed, was_given in given:
        answers[name] = _yes(was_given)
        if was_given:
            answers[failed] = _yes(number > 1)
    return answers


def history(fate: Fate) -> list[Typed]:
    """None to three other diseases or operations."""
    chance, found = Chance(fate.key, "history"), []
    first = chance.between(0, len(HISTORY) - 1)
    for number in range(1, chance.between(1, 3) + 1):
        words, years, ongoing, grade = HISTORY[(first + 3 * number) % len(HISTORY)]
        began = str(fate.place.screened_on.year - years)
        data: dict[str, object] = {"term": words, "onset_on": began, "ongoing": _yes(ongoing)}
        data |= {"grade": grade} if ongoing else {"ended_on": began}
        found.append(Typed("medical_history", "", fate.place.screened_on, data, "coordinator", number))
    return found


def before_infusion(fate: Fate) -> list[Typed]:
    """Collection and product, bridging, lymphodepletion."""
    collected = fate.place.enrolled_on + timedelta(days=Chance(fate.key, "collection").between(1, 3))
    return [_product(fate, collected), *_bridging(fate, collected), _lymphodepletion(fate)]


def _product(fate: Fate, collected: date) -> Typed:
    chance = Chance(fate.key, "product")
    released = fate.place.on(-chance.between(*_RELEASED_BEFORE))
    data: dict[str, object] = {
        "collected_on": collected.isoformat(), "batch": f"BM38-{fate.key}-{collected:%y%m}",
        "viability": tenths(chance.around(840, 985)), "transduction": tenths(chance.around(240, 720)),
        "cd4_cd8_ratio": f"{chance.around(35, 260) / 100:.2f}", "vector_copy_number": f"{chance.around(110, 390) / 100:.2f}",
        "sterility": "PASS", "release": "RELEASED", "released_on": released.isoformat(),
    }  # fmt: skip
    return Typed("leukapheresis", "apheresis", released, data, "coordinator")


def _bridging(fate: Fate, collected: date) -> list[Typed]:
    chance = Chance(fate.key, "bridging")
    if not chance.happens(_BRIDGED):
        return []
    drug, dose, unit = chance.one_of(_BRIDGES)
    first = collected + timedelta(days=chance.between(1, 3))
    last = first + timedelta(days=chance.between(0, 3))
    data: dict[str, object] = {
        "drug": drug, "dose": dose, "dose_unit": unit, "started_on": first.isoformat(), "ended_on": last.isoformat(),
    }  # fmt: skip
    return [Typed("bridging_therapy", "", last, data, "coordinator", 1)]


def _lymphodepletion(fate: Fate) -> Typed:
    reduced = Chance(fate.key, "lymphodepletion").happens(_REDUCED)
    doses = [
        {"drug": drug, "given_on": fate.place.on(day).isoformat(), "dose": dose, "reduced": answer}
        for day in LYMPHODEPLETION_DAYS
        for drug, dose, answer in (
            ("FLUDARABINE", "20" if reduced else "30", _yes(reduced)),
            ("CYCLOPHOSPHAMIDE", "300", "N"),
        )
    ]
    first, last = (fate.place.on(LYMPHODEPLETION_DAYS[at]) for at in (0, -1))
    return Typed("lymphodepletion", "ld", last, {"started_on": first.isoformat(), "doses": doses}, "coordinator")


def prophylaxis(fate: Fate) -> list[Typed]:
    """What everybody is given; numbered later."""
    found = []
    for drug, indication, dose, unit, route, first, last in _PROPHYLAXIS:
        if first >= fate.last:
            continue
        data: dict[str, object] = {
            "drug": drug, "marked": "NONE", "indication": indication, "dose": dose, "dose_unit": unit, "route": route,
            "started_on": fate.place.on(first).isoformat(), "ongoing": _yes(last is None),
        }  # fmt: skip
        if last is not None:
            data["ended_on"] = fate.place.on(last).isoformat()
        on = fate.place.on(first if last is None else last)
        found.append(Typed("concomitant_medication", "", on, data, "coordinator"))
    return found


def _yes(fact: bool) -> str:
    return "Y" if fact else "N"
