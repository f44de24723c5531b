"""Coagulation and inflammation of the demonstration subjects: the reaction as the laboratory saw it. Invented."""

from decimal import Decimal

from crf.demo import course, samples
from crf.demo.blood import ORGANS
from crf.demo.calendar import Placement
from crf.demo.reaction import activity, towards
from crf.demo.rows import Row
from crf.demo.samples import CLOTTING_VISITS, Draw
from crf.demo.typed import Typed, spread

# Usual values and the height of the reaction by grade of CRS, each from and to, in steps of 10^-places.
Marker = tuple[int, tuple[int, int], tuple[tuple[int, int], ...]]
INFLAMMATION: dict[str, Marker] = {
    "crp": (1, (8, 42), ((60, 180), (350, 700), (900, 1450), (1700, 2300), (2800, 3200))),
    "ferritin": (0, (160, 520), ((300, 560), (900, 1900), (2400, 4800), (8000, 14500), (31000, 42000))),
    "il6": (1, (15, 62), ((120, 480), (600, 1900), (3000, 9000), (20000, 48000), (90000, 140000))),
    "procalcitonin": (2, (3, 6), ((4, 9), (8, 20), (18, 45), (50, 120), (180, 320))),
}
COAGULATION: dict[str, Marker] = {
    "inr": (2, (92, 106), ((95, 108), (98, 110), (104, 118), (118, 138), (150, 165))),
    "aptt": (1, (266, 334), ((270, 340), (275, 345), (300, 372), (352, 430), (480, 560))),
    "fibrinogen": (2, (245, 365), ((260, 380), (390, 470), (440, 560), (210, 290), (108, 135))),
    "d_dimer": (2, (14, 46), ((20, 60), (60, 140), (150, 320), (420, 900), (1400, 2100))),
}
PT_OF_INR = 121  # tenths of a second at an INR of 1, with the thromboplastin of all sites
# From this ferritin on (ug/L) the ward looked for IEC-HS; nobody had it.
_LOOKED_FOR_FROM = 4000
_FEVER_CEL = Decimal("38.0")
_FERRITIN_FALLS_SLOWLY = 15  # percent of the height that is left at day 21


def forms(row: Row, place: Placement) -> list[Typed]:
    """Inflammation at every draw, coagulation at those of its own visits and at unscheduled ones."""
    draws = samples.draws(row)
    found = [
        samples.form("inflammation", row, place, draw, inflammation(row, draw) | syndrome(row, draw)) for draw in draws
    ]
    clotting = [draw for draw in draws if draw.visit in CLOTTING_VISITS or draw.visit.startswith("u")]
    return found + [samples.form("coagulation", row, place, draw, coagulation(row, draw)) for draw in clotting]


def inflammation(row: Row, draw: Draw) -> dict[str, str]:
    """The markers of one draw as typed."""
    return {item: _typed(_value(row, draw, item), INFLAMMATION[item][0]) for item in INFLAMMATION}


def syndrome(row: Row, draw: Draw) -> dict[str, str]:
    """The clinical findings of IEC-HS where somebody looked for them, as the rounds of that day noted them."""
    if not draw.day or int(inflammation(row, draw)["ferritin"]) < _LOOKED_FOR_FROM:
        return {}
    rounds = [one.data for one in course.forms_for(row) if (one.form, one.visit) == ("crs_assessment", draw.visit)]
    onset, days, _grade, _words = ORGANS.get((row.subject_id, "NEPHROTOXICITY"), (0, 0, 0, ""))
    return {
        "iec_hs_looked_for": "Y",
        "splenomegaly": "N",
        "renal_insufficiency": "Y" if onset <= draw.day < onset + days else "N",
        "pulmonary": "Y" if any(one.get("oxygen", "NONE") != "NONE" for one in rounds) else "N",
        "fever": "Y" if any(Decimal(str(one["temperature"])) >= _FEVER_CEL for one in rounds) else "N",
        "neurotoxicity": "N",
        "haemophagocytosis": "U",  # no marrow was taken for it
    }


def coagulation(row: Row, draw: Draw) -> dict[str, str]:
    """The panel of one draw as typed; nobody was given anticoagulants."""
    found = {item: _value(row, draw, item) for item in COAGULATION}
    typed = {item: _typed(value, COAGULATION[item][0]) for item, value in found.items()}
    return typed | {"pt": _typed(PT_OF_INR * found["inr"] // 100, 1), "anticoagulated": "N"}


def _value(row: Row, draw: Draw, item: str) -> int:
    _places, usual, peaks = {**INFLAMMATION, **COAGULATION}[item]
    own = spread(*usual, row.subject_id, item)
    peak = spread(*peaks[row.crs_max_grade], row.subject_id, item, "peak")
    percent = activity(row, draw.day)
    if item == "ferritin" and draw.visit in ("d14", "d21"):
        percent = max(percent, _FERRITIN_FALLS_SLOWLY if draw.visit == "d21" else 2 * _FERRITIN_FALLS_SLOWLY)
    if percent == 0:
        return own * (100 + spread(-7, 7, row.subject_id, draw.visit, item)) // 100
    return towards(own, peak, percent)


def _typed(value: int, places: int) -> str:
    return f"{value / 10**places:.{places}f}"
