"""Extramedullary lesions of the nine demonstration subjects who had them, imaging by imaging, in mm. Invented."""

from dataclasses import dataclass
from datetime import date, timedelta

from crf.demo.assessments import BY_IMAGING, Seen, on, seen
from crf.demo.calendar import Placement
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread, tenths

# Subject and method; then lesion by lesion: location, kind, longest and perpendicular diameter before the infusion.
_TABLE = """
    RECON-02 PET_CT | Left chest wall, soft tissue; EXTRAOSSEOUS 46 38 | Para-aortic node mass; EXTRAOSSEOUS 31 22
    RECON-05 RULER  | Skin, right upper arm; EXTRAOSSEOUS 28 24
    RECON-08 CT     | Liver, segment VI; EXTRAOSSEOUS 42 31 | Right psoas muscle; EXTRAOSSEOUS 35 26
    RECON-11 PET_CT | Left pleura; EXTRAOSSEOUS 38 25 | Rib 7 right with soft tissue; PARASKELETAL 33 21
    RECON-13 PET_CT | Retroperitoneum left; EXTRAOSSEOUS 52 40 | Sternum with soft tissue; PARASKELETAL 36 28
    RECON-16 MRI    | Paravertebral T8-T9; PARASKELETAL 44 27
    RECON-19 PET_CT | Nasopharynx; EXTRAOSSEOUS 29 23 | Left axillary node; EXTRAOSSEOUS 24 18
    RECON-20 CT     | Right iliac bone with soft tissue; PARASKELETAL 58 43 | Presacral mass; EXTRAOSSEOUS 40 33
    RECON-22 PET_CT | Testis left; EXTRAOSSEOUS 30 22
"""
# Diameter in percent of that before the infusion, imaging by imaging.
_SHRINKING = (62, 45, 30)
_RESIDUAL = (66, 60, 57, 55, 54, 54, 53)
_GROWN = 158  # of a subject that never responded, before any fall
_REGROWN = 104  # after a fall to some 55 to 60 %
_AVID = "5"  # Deauville: at least twice the liver
_QUIET = "2"
_NEW = {"RECON-13": ("Left humerus, soft tissue", "EXTRAOSSEOUS", 27, 21)}  # found at progression


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion before the infusion; diameters in mm."""

    number: int
    location: str
    kind: str
    longest: int
    perpendicular: int


def method_of(row: Row) -> str:
    """The method of imaging, the same every time."""
    return _lines().get(row.subject_id, ("PET_CT", ()))[0]


def lesions_of(row: Row) -> tuple[Lesion, ...]:
    """The lesions at entry; none for a subject without extramedullary disease."""
    return _lines().get(row.subject_id, ("", ()))[1]


def emd_level(row: Row, one: Seen) -> str:
    """What the investigator read from the imaging of a visit: CR, PR or PD."""
    if one.level == "PD":
        return "PD" if row.subject_id in BY_IMAGING else "CR"
    return "CR" if one.level in ("CR", "SCR") else "PR"


def imaging(row: Row, place: Placement) -> list[Typed]:
    """Imaging at screening for everyone, and with every response assessment where there were lesions."""
    forms = [_screening(row, place)]
    if lesions_of(row):
        forms += [_follow_up(row, one, at) for at, one in enumerate(seen(row)) if not one.second_test]
    return forms


def _screening(row: Row, place: Placement) -> Typed:
    method = method_of(row)
    grid = [_measured(lesion, 100, method=method, subject=row.subject_id) for lesion in lesions_of(row)]
    return _form("screening", place.screened_on + timedelta(days=3), method=method, grid=grid)


def _follow_up(row: Row, one: Seen, at: int) -> Typed:
    method, level = method_of(row), emd_level(row, one)
    grid = []
    for lesion in lesions_of(row):
        if level == "CR":
            grid.append(_gone(lesion, method=method))
        elif level == "PR" and row.emd_best == "CR" and at == len(_SHRINKING) - 1:
            grid.append(_too_small(lesion, method=method))
        else:
            percent = _percent(row, level, at)
            grid.append(_measured(lesion, percent, method=method, subject=row.subject_id))
    if level == "PD" and row.subject_id in _NEW:
        location, kind, longest, short = _NEW[row.subject_id]
        new = Lesion(len(grid) + 1, location, kind, longest, short)
        grid.append({**_measured(new, 100, method=method, subject=row.subject_id), "target": "N", "is_new": "Y"})
    return _form(one.visit, on(row, one.day), method=method, grid=grid)


def _percent(row: Row, level: str, at: int) -> int:
    if level == "PD":
        return _REGROWN if at else _GROWN
    return (_SHRINKING if row.emd_best == "CR" else _RESIDUAL)[at]


def _form(visit: str, day: date, *, method: str, grid: list[dict[str, str]]) -> Typed:
    data: dict[str, object] = {"imaged_on": day.isoformat(), "method": method, "new_bone_lesion": "N"}
    if method == "RULER":
        del data["new_bone_lesion"]  # a ruler sees no bone
    if grid:
        data["lesions"] = grid
    return Typed("extramedullary_lesions", visit, day, data, "investigator")


def _line(lesion: Lesion, state: str) -> dict[str, str]:
    return {
        "lesion": str(lesion.number),
        "location": lesion.location,
        "kind": lesion.kind,
        "target": "Y",
        "state": state,
        "is_new": "N",
        "treated_locally": "N",
    }


def _measured(lesion: Lesion, percent: int, *, method: str, subject: str) -> dict[str, str]:
    line = {
        **_line(lesion, "MEASURED"),
        "longest": str(round(lesion.longest * percent / 100)),
        "perpendicular": str(round(lesion.perpendicular * percent / 100)),
    }
    if method == "PET_CT":
        uptake = spread(82, 164, subject, lesion.number, "suv") * min(percent, 110) // 100
        line |= {"suv_max": tenths(uptake), "deauville": _AVID if percent > 70 else "4"}
    return line


def _too_small(lesion: Lesion, *, method: str) -> dict[str, str]:
    return {**_line(lesion, "TOO_SMALL"), **({"deauville": "3"} if method == "PET_CT" else {})}


def _gone(lesion: Lesion, *, method: str) -> dict[str, str]:
    return {**_line(lesion, "GONE"), **({"deauville": _QUIET} if method == "PET_CT" else {})}


def _lines() -> dict[str, tuple[str, tuple[Lesion, ...]]]:
    found = {}
    for line in _TABLE.strip().splitlines():
        head, *parts = line.split("|")
        subject, method = head.split()
        lesions = []
        for number, part in enumerate(parts, start=1):
            location, _, rest = part.partition(";")
            kind, longest, short = rest.split()
            lesions.append(Lesion(number, location.strip(), kind, int(longest), int(short)))
        found[subject] = (method, tuple(lesions))
    return found
