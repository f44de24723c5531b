"""What the demonstration subjects had and were given before the infusion: history, earlier lines, cells, bridging. Invented."""

from dataclasses import dataclass
from datetime import date, timedelta

from crf.demo.calendar import Placement, placement
from crf.demo.disease import disease
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread, tenths

LYMPHODEPLETION_DAYS = (-5, -4, -3)
_FLUDARABINE, _CYCLOPHOSPHAMIDE = "30", "300"  # mg/m2 a day
# Renal function was low: fludarabine was reduced.
_REDUCED = {"RECON-04": "25", "RECON-06": "20"}
_APHERESIS_AFTER = (1, 3)  # days from enrolment
_RELEASED_BEFORE = (7, 8)  # days before the infusion
_LAST_PREFERRED_AUTO = 65  # years; above it no transplant


@dataclass(frozen=True, slots=True)
class Regimen:
    """A regimen of its time and the classes of drugs in it."""

    words: str
    inhibitor: bool = False
    immunomodulator: bool = False
    antibody: bool = False


FIRST_LINES = (
    Regimen("Bortezomib, cyclophosphamide, dexamethasone", inhibitor=True),
    Regimen("Bortezomib, lenalidomide, dexamethasone", inhibitor=True, immunomodulator=True),
    Regimen("Bortezomib, doxorubicin, dexamethasone", inhibitor=True),
)
LATER_LINES = (
    Regimen("Lenalidomide, dexamethasone", immunomodulator=True),
    Regimen("Ixazomib, lenalidomide, dexamethasone", inhibitor=True, immunomodulator=True),
    Regimen("Pomalidomide, cyclophosphamide, dexamethasone", immunomodulator=True),
    Regimen("Dexamethasone, cyclophosphamide, etoposide, cisplatin"),
    Regimen("Thalidomide, melphalan, prednisone", immunomodulator=True),
    Regimen("Bendamustine, bortezomib, dexamethasone", inhibitor=True),
    Regimen("Cyclophosphamide, prednisone"),
)
_ANTIBODY = Regimen("Daratumumab, dexamethasone", antibody=True)
HISTORY = (
    # words, years before screening, ongoing, grade where it goes on
    ("Hypertension", 9, True, "2"),
    ("Type 2 diabetes mellitus", 6, True, "2"),
    ("Peripheral sensory neuropathy after bortezomib", 2, True, "1"),
    ("Vertebral compression fracture", 4, False, ""),
    ("Herpes zoster", 3, False, ""),
    ("Appendicectomy", 21, False, ""),
    ("Gastritis", 7, True, "1"),
    ("Osteoporosis", 5, True, "2"),
)
# Subject, days after the leukapheresis, days of treatment, drug, dose, unit.
_BRIDGING = {
    "RECON-02": ((2, 4, "Dexamethasone", "40", "mg"), (2, 4, "Cyclophosphamide", "300", "mg/m2")),
    "RECON-08": ((2, 4, "Dexamethasone", "20", "mg"),),
    "RECON-13": ((3, 4, "Dexamethasone", "40", "mg"),),
    "RECON-17": ((2, 5, "Radiotherapy of the thoracic spine", "20", "Gy"),),
    "RECON-20": ((2, 4, "Cyclophosphamide", "300", "mg/m2"),),
}


def forms(row: Row) -> list[Typed]:
    """Everything before day 0 in the order of time, each kind of log counted from 1."""
    place = placement(row.subject_id)
    typed = [
        *prior_lines(row, place),
        *_history(row, place),
        _leukapheresis(row, place),
        *_bridging(row, place),
        _lymphodepletion(row, place),
    ]
    return sorted(typed, key=lambda one: one.on)


def collected_on(row: Row, place: Placement) -> date:
    """The day of the leukapheresis."""
    return place.enrolled_on + timedelta(days=spread(*_APHERESIS_AFTER, row.subject_id, "apheresis"))


def prior_lines(row: Row, place: Placement) -> list[Typed]:
    """As many lines as the row says, one after the other from the diagnosis on; the last with the antibody, where there was one."""
    own = disease(row.subject_id)
    year, _, month = own.diagnosed_on.partition("-")
    diagnosed = int(year) * 12 + int(month or 6) - 1
    months = place.screened_on.year * 12 + place.screened_on.month - 1 - diagnosed
    found = []
    for number in range(1, row.prior_lines + 1):
        start = diagnosed + months * (number - 1) // row.prior_lines + (0 if number == 1 else 1)
        end = diagnosed + months * number // row.prior_lines - spread(1, 2, row.subject_id, number, "pause")
        last = number == row.prior_lines
        regimen = _ANTIBODY if last and own.anti_cd38 else _regimen(row, number)
        data = {
            "line": str(number),
            "started_on": month_of(start),
            "ended_on": month_of(max(start + 1, end)),
            **_line(row, number, regimen, refractory=last or number > 1),
        }
        found.append(Typed("prior_therapy", "", place.screened_on, data, "coordinator", number))
    return found


def _regimen(row: Row, number: int) -> Regimen:
    if number == 1:
        return FIRST_LINES[spread(0, len(FIRST_LINES) - 1, row.subject_id, "first")]
    return LATER_LINES[(spread(0, len(LATER_LINES) - 1, row.subject_id, "later") + number) % len(LATER_LINES)]


def _line(row: Row, number: int, regimen: Regimen, *, refractory: bool) -> dict[str, object]:
    """Answers about one line; a subject becomes refractory with the second one."""
    auto = number == 1 and row.age < _LAST_PREFERRED_AUTO and spread(0, 2, row.subject_id, "transplant") > 0
    best = ("VGPR", "PR", "CR") if number == 1 else ("PR", "MR", "SD", "PD")
    classes = {
        "proteasome_inhibitor": ("refractory_pi", regimen.inhibitor),
        "immunomodulator": ("refractory_imid", regimen.immunomodulator),
        "anti_cd38": ("refractory_cd38", regimen.antibody),
    }
    answers: dict[str, object] = {}
    for name, (failed, given) in classes.items():
        answers[name] = "Y" if given else "N"
        if given:
            answers[failed] = "Y" if refractory else "N"
    return {
        "regimen": f"{regimen.words}, then autologous transplant" if auto else regimen.words,
        "best_response": best[spread(0, len(best) - 1, row.subject_id, number, "best")],
        "transplant": "AUTO" if auto else "NONE",
        "bcma_directed": "N",
        "cd38_directed": "Y" if regimen.antibody else "N",
        **answers,
    }


def month_of(months: int) -> str:
    """Months of the calendar as a partial date; the day is not known."""
    return f"{months // 12}-{months % 12 + 1:02d}"


def _history(row: Row, place: Placement) -> list[Typed]:
    """One to three diseases or operations of each subject."""
    first = spread(0, len(HISTORY) - 1, row.subject_id, "history")
    found = []
    for number in range(1, spread(1, 3, row.subject_id, "diseases") + 1):
        words, years, ongoing, grade = HISTORY[(first + 3 * number) % len(HISTORY)]
        began = place.screened_on.year - years
        data: dict[str, object] = {"term": words, "onset_on": str(began), "ongoing": "Y" if ongoing else "N"}
        data |= {"grade": grade} if ongoing else {"ended_on": str(began)}
        found.append(Typed("medical_history", "", place.screened_on, data, "coordinator", number))
    return found


def _leukapheresis(row: Row, place: Placement) -> Typed:
    """The collection and the product, written when it was released."""
    subject, collected = row.subject_id, collected_on(row, place)
    released = place.on(-spread(*_RELEASED_BEFORE, subject, "release"))
    data: dict[str, object] = {
        "collected_on": collected.isoformat(),
        "batch": f"BM38-{place.code}-{collected:%y%m}",
        "viability": tenths(spread(882, 978, subject, "viability")),
        "transduction": tenths(spread(312, 684, subject, "transduction")),
        "cd4_cd8_ratio": f"{spread(45, 240, subject, 'cd4') / 100:.2f}",
        "vector_copy_number": f"{spread(120, 380, subject, 'vcn') / 100:.2f}",
        "sterility": "PASS",
        "release": "RELEASED",
        "released_on": released.isoformat(),
    }
    return Typed("leukapheresis", "apheresis", released, data, "coordinator")


def _bridging(row: Row, place: Placement) -> list[Typed]:
    found = []
    for number, (after, days, drug, dose, unit) in enumerate(_BRIDGING.get(row.subject_id, ()), start=1):
        first = collected_on(row, place) + timedelta(days=after)
        last = first + timedelta(days=days - 1)
        data: dict[str, object] = {
            "drug": drug, "dose": dose, "dose_unit": unit, "started_on": first.isoformat(), "ended_on": last.isoformat(),
        }  # fmt: skip
        found.append(Typed("bridging_therapy", "", last, data, "coordinator", number))
    return found


def _lymphodepletion(row: Row, place: Placement) -> Typed:
    """Three days of fludarabine and cyclophosphamide, written on the last of them."""
    doses = []
    for day in LYMPHODEPLETION_DAYS:
        fludarabine = _REDUCED.get(row.subject_id, _FLUDARABINE)
        for drug, dose in (("FLUDARABINE", fludarabine), ("CYCLOPHOSPHAMIDE", _CYCLOPHOSPHAMIDE)):
            reduced = "Y" if drug == "FLUDARABINE" and row.subject_id in _REDUCED else "N"
            doses.append({"drug": drug, "given_on": place.on(day).isoformat(), "dose": dose, "reduced": reduced})
    data: dict[str, object] = {"started_on": place.on(LYMPHODEPLETION_DAYS[0]).isoformat(), "doses": doses}
    return Typed("lymphodepletion", "ld", place.on(LYMPHODEPLETION_DAYS[-1]), data, "coordinator")
