"""Blood counts of the demonstration subjects, and the adverse events that a site logged from them. Grades are invented."""

from dataclasses import dataclass

from crf.demo import crs_event, samples
from crf.demo.assessments import last_contact, on
from crf.demo.calendar import Placement
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread

# Lower limits of normal, 10^9/L and g/L: WS/T 405-2012 (reference intervals of blood cells, adults, China).
LLN = {"neutrophils": 1.8, "leukocytes": 3.5, "lymphocytes": 1.1, "platelets": 125.0}
LLN_HAEMOGLOBIN = {"M": 130.0, "F": 115.0}
# Lowest value of a subject by grade (CTCAE 5.0), both ends, in the unit of the item x 100.
_NEUTROPHILS = {2: (108, 142), 3: (60, 92), 4: (8, 44)}
_LYMPHOCYTES = {3: (22, 34), 4: (6, 14)}
_OTHERS = {3: (20, 34), 4: (4, 12)}  # monocytes and the rest
_PLATELETS = {1: (7800, 11500), 2: (5200, 7200), 3: (2700, 4700), 4: (900, 2200)}
_HAEMOGLOBIN = {2: (8300, 9600), 3: (6400, 7700)}
# Subjects with an anaemia in the log had a mild one before the infusion (grade 1); the event begins below this, g/L.
# The other events begin below the limit of normal.
ANAEMIA_BEGINS = 100.0
# Item -> term and words of the log.
_TERMS = {
    "neutrophils": ("NEUTROPENIA", "Neutrophil count decreased"),
    "leukocytes": ("LEUKOPENIA", "White cell count decreased"),
    "haemoglobin": ("ANAEMIA", "Worsening of anaemia"),
    "platelets": ("THROMBOCYTOPENIA", "Platelet count decreased"),
}
# A grade begins below these, grade 2 first, in the unit of the item x 100: CTCAE 5.0; grade 1 below the limit of normal.
_STEPS = {
    "neutrophils": (150, 100, 50),
    "leukocytes": (300, 200, 100),
    "platelets": (7500, 5000, 2500),
    "haemoglobin": (10000, 8000),
}
# Lymphopenia is what lymphodepletion is given for, and is not logged as an event.
_ITEMS = ("haemoglobin", "leukocytes", "neutrophils", "lymphocytes", "platelets")
_SLOW = ("RECON-02",)  # never recovered
_WORST = {"RECON-02": 4}
_BACK = {"RECON-02": 120, "RECON-17": 40}  # platelets and haemoglobin; the last count of RECON-17 is on day 51
# Where leukocytes stay normal while neutrophils fall, 10^9/L x 100.
_LEUKOCYTES_KEPT, _AFTER_LYMPHODEPLETION = 455, 24
ORGANS = {
    # onset day, days, grade, verbatim
    ("RECON-02", "HEPATOTOXICITY"): (5, 16, 3, "ALT and AST increased during CRS"),
    ("RECON-02", "NEPHROTOXICITY"): (6, 12, 2, "Creatinine increased during CRS"),
    ("RECON-08", "HEPATOTOXICITY"): (4, 13, 2, "Transaminases increased"),
    ("RECON-16", "HEPATOTOXICITY"): (6, 10, 2, "ALT increased"),
}


@dataclass(frozen=True, slots=True)
class Count:
    """One blood count; values x 100 in the unit of the item."""

    visit: str
    day: int | None  # None = screening
    values: dict[str, int]


@dataclass(frozen=True, slots=True)
class Dip:
    """How far and when a count falls: from `start` on day 0 to `lowest` on day `at`, back to `usual` on day `back`; x 100."""

    usual: int
    lowest: int
    at: int
    back: int
    start: int  # lower than usual where lymphodepletion has worked already

    def value(self, day: int | None) -> int:
        """The count on a study day; at screening and after the recovery the usual one."""
        if day is None or day >= self.back:
            return self.usual
        if day <= self.at:
            return self.start + round((self.lowest - self.start) * day / self.at)
        return self.lowest + round((self.usual - self.lowest) * (day - self.at) / (self.back - self.at))


def steady(usual: int) -> Dip:
    """A count that does not fall."""
    return Dip(usual, usual, at=10, back=28, start=usual)


def grades(row: Row) -> dict[str, int]:
    """The grade of each cytopenia the site logged, by item; an item without one is absent."""
    found = {}
    if row.neutropenia:
        found["neutrophils"] = _WORST.get(row.subject_id, spread(3, 4, row.subject_id, "anc"))
        if not row.leukopenia:
            found["neutrophils"] = 2
    if row.leukopenia:
        found["leukocytes"] = found["neutrophils"]
    if row.anaemia:
        found["haemoglobin"] = spread(2, 3, row.subject_id, "hb")
    if row.thrombocytopenia:
        found["platelets"] = _WORST.get(row.subject_id, spread(1, 4, row.subject_id, "plt"))
    return found


def counts(row: Row) -> list[Count]:
    """Every blood count of a subject, screening first."""
    return [Count(draw.visit, draw.day, _values(row, draw.visit, draw.day)) for draw in samples.draws(row)]


def forms(row: Row, place: Placement) -> list[Typed]:
    """The haematology forms of a subject and its log of adverse events."""
    return [*(_form(row, place, one) for one in counts(row)), *_events(row)]


def _values(row: Row, visit: str, day: int | None) -> dict[str, int]:
    """One blood count. Away from their lowest day all values go up and down a little."""
    neutrophils, lymphocytes, others = _white(row, visit, day)
    leukocytes = neutrophils + lymphocytes + others
    return {
        "haemoglobin": _read(_haemoglobin(row), row, visit, day, percent=4) // 100 * 100,
        "leukocytes": leukocytes,
        "neutrophils": neutrophils,
        "lymphocytes": lymphocytes,
        "platelets": _read(_platelets(row), row, visit, day, percent=14) // 100 * 100,
    }


def _read(dip: Dip, row: Row, visit: str, day: int | None, *, percent: int) -> int:
    """A value with up to so many percent on top; the lowest stays the lowest."""
    if day == dip.at and dip.lowest < dip.usual:
        return dip.lowest
    return dip.value(day) * (100 + spread(0, percent, row.subject_id, visit, dip.usual)) // 100


def _white(row: Row, visit: str, day: int | None) -> tuple[int, int, int]:
    """Neutrophils, lymphocytes, other white cells; they fall and come back together."""
    subject, grade = row.subject_id, grades(row).get("neutrophils")
    usual = (spread(345, 470, subject, "anc0"), spread(122, 190, subject, "alc0"), spread(40, 62, subject, "wbc0"))
    if grade is None:
        a, b, c = (_read(steady(one), row, visit, day, percent=9) for one in usual)
        return a, b, c
    at = (7, 10)[spread(0, 1, subject, "nadir")]
    back = 90 if subject in _SLOW else (21, 28, 40)[spread(0, 2, subject, "back")]
    low = spread(*_NEUTROPHILS[grade], subject, "anc")
    neutrophils = _read(Dip(usual[0], low, at, back, start=usual[0]), row, visit, day, percent=9)
    if not row.leukopenia:
        others = _read(steady(usual[2]), row, visit, day, percent=20)
        return (
            neutrophils,
            _expanding(usual[1], neutrophils + others - spread(0, 60, subject, visit), day, back),
            others,
        )
    lymph, rest = spread(*_LYMPHOCYTES[grade], subject, "alc"), spread(*_OTHERS[grade], subject, "rest")
    return (
        neutrophils,
        _read(Dip(usual[1], lymph, at, back, start=lymph * 3 // 2), row, visit, day, percent=12),
        _read(Dip(usual[2], rest, at, back, start=usual[2] * 3 // 5), row, visit, day, percent=20),
    )


def _expanding(usual: int, rest: int, day: int | None, back: int) -> int:
    """Lymphocytes where neutrophils fall alone: few after lymphodepletion, then CAR-T cells fill the place."""
    if day is None or day >= back:
        return usual
    return max(_AFTER_LYMPHODEPLETION, _LEUKOCYTES_KEPT - rest)


def _platelets(row: Row) -> Dip:
    subject, grade = row.subject_id, grades(row).get("platelets")
    usual = spread(15800, 24500, subject, "plt0")
    if grade is None:
        return steady(usual)
    slow = (40, 61) if grade >= 3 else (28, 40)
    back = _BACK.get(subject, slow[spread(0, 1, subject, "plt back")])
    lowest = spread(*_PLATELETS[grade], subject, "plt low")
    return Dip(usual, lowest, at=10 if grade < 3 else 14, back=back, start=usual)


def _haemoglobin(row: Row) -> Dip:
    subject, grade = row.subject_id, grades(row).get("haemoglobin")
    if grade is None:
        low, high = (13500, 14900) if row.sex == "M" else (12100, 13500)
        return steady(spread(low, high, subject, "hb0"))
    usual = spread(10500, 11200, subject, "hb0")
    back = _BACK.get(subject, (40, 61)[spread(0, 1, subject, "hb back")])
    return Dip(usual, spread(*_HAEMOGLOBIN[grade], subject, "hb low"), at=14, back=back, start=usual)


def _form(row: Row, place: Placement, one: Count) -> Typed:
    data = {}
    for item in _ITEMS:
        whole = item in ("haemoglobin", "platelets")
        data[item] = str(one.values[item] // 100) if whole else f"{one.values[item] / 100:.2f}"
    return samples.form("haematology", row, place, samples.Draw(one.visit, one.day), data)


def _begins(item: str) -> float:
    return ANAEMIA_BEGINS if item == "haemoglobin" else LLN[item]


def _events(row: Row) -> list[Typed]:
    """The log, in the order of onset. Written when the event was over, or at the last contact."""
    events = [_cytopenia(row, item, grade) for item, grade in grades(row).items()]
    organs = {"HEPATOTOXICITY": row.hepatotoxicity, "NEPHROTOXICITY": row.nephrotoxicity}
    events += [_organ(row, term) for term, had_it in organs.items() if had_it]
    if found := crs_event.event(row):
        begun, over, data = found
        items = _items("Cytokine release syndrome", "CRS", row.crs_max_grade, lymphodepletion=False, aesi=True)
        events.append((begun, over, items | data))
    forms = []
    for occurrence, event in enumerate(sorted(events, key=lambda one: (one[0], str(one[2]["term"]))), start=1):
        onset, end, data = event
        day = last_contact(row) if end is None else end
        dates: dict[str, object] = {"onset_on": on(row, onset).isoformat(), "ongoing": "Y" if end is None else "N"}
        if end is not None:
            dates["ended_on"] = on(row, end).isoformat()
        outcome = "NOT RECOVERED/NOT RESOLVED" if end is None else "RECOVERED/RESOLVED"
        whole = {**data, **dates, "outcome": outcome}
        forms.append(Typed("adverse_event", "", on(row, day), whole, "investigator", occurrence))
    return forms


Event = tuple[int, int | None, dict[str, object]]  # day of onset, day of end (None = ongoing), items


def _cytopenia(row: Row, item: str, grade: int) -> Event:
    """From the first low count on to the first that is not low any more."""
    after = [(one.day, one.values[item] / 100 < _begins(item)) for one in counts(row) if one.day is not None]
    low = [day for day, is_low in after if is_low]
    end = next((day for day, is_low in after if day > low[-1] and not is_low), None)
    term, verbatim = _TERMS[item]
    late = end is None or end > 28
    data = _items(verbatim, term, grade, lymphodepletion=True, aesi=grade >= 3 and late)
    return low[0], end, {**data, "grade_changes": _over_time(row, item, low[0], end)}


def _over_time(row: Row, item: str, first: int, end: int | None) -> list[dict[str, str]]:
    """One row a change of the grade, at the count that showed it."""
    found: list[dict[str, str]] = []
    for one in counts(row):
        if one.day is None or one.day < first or (end is not None and one.day >= end):
            continue
        grade = str(1 + sum(one.values[item] < step for step in _STEPS[item]))
        if one.values[item] / 100 < _begins(item) and (not found or found[-1]["grade"] != grade):
            found.append({"changed_on": on(row, one.day).isoformat(), "grade": grade})
    return found


def _organ(row: Row, term: str) -> Event:
    onset, days, grade, verbatim = ORGANS[(row.subject_id, term)]
    data = _items(verbatim, term, grade, lymphodepletion=False, aesi=False)
    # All of them began within the one episode of CRS that the subject had.
    return onset, onset + days, {**data, "episode": "CRS", "episode_number": "1"}


def _items(verbatim: str, term: str, grade: int, *, lymphodepletion: bool, aesi: bool) -> dict[str, object]:
    return {
        "verbatim": verbatim,
        "term": term,
        "grade": str(grade),
        "serious": "N",
        "related_cart": "Y",
        "related_lymphodepletion": "Y" if lymphodepletion else "N",
        "related_bridging": "N",
        # Both had been given before any event began.
        "action_lymphodepletion": "NOT APPLICABLE",
        "action_cart": "NOT APPLICABLE",
        "aesi": "Y" if aesi else "N",
    }
