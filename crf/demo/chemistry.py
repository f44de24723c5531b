"""Chemistry of the demonstration subjects: normal, but for what the reaction pulls along and what the log calls a toxicity. Invented."""

from dataclasses import dataclass

from crf.demo import samples
from crf.demo.assessments import seen
from crf.demo.blood import ORGANS
from crf.demo.calendar import Placement
from crf.demo.disease import albumin, ldh
from crf.demo.reaction import activity, towards
from crf.demo.response import calcium
from crf.demo.rows import Row
from crf.demo.samples import BLOOD_DAYS, Draw
from crf.demo.typed import Typed, spread

# Upper limits of normal of men and women, U/L: WS/T 404.1-2012.
ULN = {"alt": {"M": 50, "F": 40}, "ast": {"M": 40, "F": 35}}


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual, men and women, in steps of 10^-places; and at the height of the reaction, percent of it by grade of CRS."""

    places: int
    men: tuple[int, int]
    women: tuple[int, int]
    reaction: tuple[int, int, int, int, int] = (100, 100, 100, 100, 100)


USUAL = {
    "alt": Usual(0, (14, 34), (11, 27), (100, 103, 106, 110, 114)),
    "ast": Usual(0, (17, 30), (15, 25), (100, 103, 106, 110, 114)),
    "alp": Usual(0, (55, 100), (52, 82), (100, 102, 104, 108, 114)),
    "ggt": Usual(0, (16, 42), (12, 30), (100, 102, 105, 110, 118)),
    "bilirubin": Usual(1, (70, 160), (60, 130), (100, 102, 105, 112, 125)),
    "creatinine": Usual(0, (64, 86), (46, 62), (100, 101, 102, 104, 105)),
    "urea": Usual(1, (38, 62), (34, 58), (100, 102, 106, 112, 120)),
    "urate": Usual(0, (230, 380), (170, 310)),
    "sodium": Usual(0, (139, 144), (139, 144), (100, 99, 98, 97, 96)),
    "potassium": Usual(1, (38, 46), (38, 46), (100, 98, 94, 88, 82)),
    "magnesium": Usual(2, (84, 94), (84, 94), (100, 99, 98, 96, 94)),
    "phosphate": Usual(2, (95, 130), (95, 130), (100, 96, 88, 76, 60)),
    "glucose": Usual(1, (46, 57), (46, 57), (100, 103, 106, 112, 120)),
    "ck": Usual(0, (60, 150), (50, 115), (100, 100, 105, 115, 130)),
    "triglycerides": Usual(2, (80, 150), (80, 150), (100, 112, 130, 170, 235)),
}
_VARIES = {"sodium": 0, "potassium": 2, "magnesium": 2, "creatinine": 4}  # percent up or down; others
_VARIES_OTHERS = 6
_ALBUMIN_FALLS = (10, 25, 50, 80, 110)  # tenths of g/L by grade of CRS
_ALBUMIN_LOWEST = 215
_LDH_REACTION = (100, 112, 140, 190, 290)
_LDH_OF_PROGRESSION = 135  # percent of the value before the infusion
_STEROID_GLUCOSE = 38  # tenths of mmol/L on top
# Toxicities of the log: at the worst, percent of the upper limit; of creatinine, percent of the subject's own.
_WORST = {("alt", 2): 380, ("ast", 2): 330, ("alt", 3): 640, ("ast", 3): 560, ("creatinine", 2): 212, ("urea", 2): 185}
_ENZYMES = {"RECON-02": ("alt", "ast"), "RECON-08": ("alt", "ast"), "RECON-16": ("alt",)}
_ABOVE_NORMAL = 108  # percent of the upper limit that an event leaves behind until it is over


def forms(row: Row, place: Placement) -> list[Typed]:
    """The chemistry of every draw."""
    return [samples.form("chemistry", row, place, draw, values(row, draw)) for draw in samples.draws(row)]


def values(row: Row, draw: Draw) -> dict[str, str]:
    """One chemistry as typed."""
    found = {item: _value(row, draw, item) for item in USUAL}
    found["glucose"] += _STEROID_GLUCOSE * activity(row, draw.day) // 100 if row.steroid else 0
    found |= _toxic(row, draw)
    protein = _albumin(row, draw)
    # Calcium bound to albumin goes with it: 0.02 mmol/L a g/L.
    free = calcium(row, draw.visit) - 2 * max(albumin(row) * 10 - protein, 0) // 10
    places = {item: usual.places for item, usual in USUAL.items()}
    typed = {item: _typed(value, places[item]) for item, value in found.items()}
    return typed | {
        "direct_bilirubin": _typed(found["bilirubin"] * 22 // 100, 1),
        "albumin": _typed(protein, 1),
        "calcium": _typed(free if draw.visit.startswith("d") else calcium(row, draw.visit), 2),
        "ldh": str(_ldh(row, draw)),
    }


def _typed(value: int, places: int) -> str:
    return f"{value / 10**places:.{places}f}"


def _value(row: Row, draw: Draw, item: str) -> int:
    """The subject's usual value, pulled by the reaction, a little different at each draw."""
    usual = _own(row, item)
    pulled = towards(usual, usual * USUAL[item].reaction[row.crs_max_grade] // 100, activity(row, draw.day))
    varies = _VARIES.get(item, _VARIES_OTHERS)
    return pulled * (100 + spread(-varies, varies, row.subject_id, draw.visit, item)) // 100


def _own(row: Row, item: str) -> int:
    """What is usual of this subject."""
    return spread(*(USUAL[item].men if row.sex == "M" else USUAL[item].women), row.subject_id, item)


def _albumin(row: Row, draw: Draw) -> int:
    """Tenths of g/L: the value of the history at screening, lower in the reaction."""
    usual = albumin(row) * 10
    if draw.day is None:
        return usual
    lowest = max(usual - _ALBUMIN_FALLS[row.crs_max_grade], _ALBUMIN_LOWEST)
    return towards(usual, lowest, activity(row, draw.day)) + spread(-4, 4, row.subject_id, draw.visit, "albumin")


def _ldh(row: Row, draw: Draw) -> int:
    """U/L: the value of the history at screening; normal with the response, up in the reaction and with progression."""
    if draw.day is None:
        return ldh(row)
    if any(one.visit == draw.visit and one.level == "PD" for one in seen(row)):
        return ldh(row) * _LDH_OF_PROGRESSION // 100
    usual = ldh(row) if draw.day <= BLOOD_DAYS[0] else min(ldh(row), spread(150, 228, row.subject_id, "ldh usual"))
    return towards(usual, usual * _LDH_REACTION[row.crs_max_grade] // 100, activity(row, draw.day))


def _toxic(row: Row, draw: Draw) -> dict[str, int]:
    """The items that an event of the log raises on this day, from its onset to the day before its end."""
    found: dict[str, int] = {}
    for (subject_id, term), (onset, days, grade, _verbatim) in ORGANS.items():
        if subject_id != row.subject_id or draw.day is None or not onset <= draw.day < onset + days:
            continue
        height = _height(draw.day, onset, onset + days)
        for item in _ENZYMES[subject_id] if term == "HEPATOTOXICITY" else ("creatinine", "urea"):
            limit = ULN[item][row.sex] if item in ULN else _own(row, item)
            least = limit * (_ABOVE_NORMAL if item in ULN else 155) // 100
            found[item] = towards(least, limit * _WORST[item, grade] // 100, height)
    return found


def _height(day: int, onset: int, end: int) -> int:
    """Percent of the worst: all of it at the first draw after the onset, then less until the event is over."""
    worst = next(drawn for drawn in BLOOD_DAYS if drawn > onset)
    return 45 if day < worst else 100 * (end - day) // (end - worst)
