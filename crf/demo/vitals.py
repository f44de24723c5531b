"""Vital signs of the demonstration subjects: on the days of CRS assessments those of the worst one. Invented."""

from datetime import datetime
from decimal import Decimal

from crf.demo import background, course
from crf.demo.assessments import seen
from crf.demo.calendar import Placement, as_typed
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread, tenths

_LYMPHODEPLETION_DAY = -5
_WEIGHED_ON = (0, 7, 14, 21)  # study days besides the visits of the clinic
# Where a note of the flow sheet gives the pressure itself.
_NOTED = "Blood pressure "
_PROGRESSING = 2  # ECOG; one more at the second visit of it
_OUTPATIENT = (8 * 60 + 40, 10 * 60 + 50)  # minutes after midnight


def forms(row: Row, place: Placement) -> list[Typed]:
    """Screening, lymphodepletion, every day with a CRS assessment, and the visits of the clinic."""
    return [
        _clinic(row, place, "screening", (place.screened_on - place.infused_at.date()).days),
        _clinic(row, place, "ld", _LYMPHODEPLETION_DAY),
        *_ward(row, place),
        *(_clinic(row, place, one.visit, one.day) for one in seen(row)),
    ]


def _clinic(row: Row, place: Placement, visit: str, day: int) -> Typed:
    """A visit of a subject who is well, or at least without fever."""
    hour, minute = divmod(spread(*_OUTPATIENT, row.subject_id, visit, "clinic"), 60)
    at = place.at(day, f"{hour:02d}:{minute:02d}")
    temperature = tenths(spread(361, 369, row.subject_id, visit, "temperature"))
    data = {**_measured(row, at, temperature), "weight": _weight(row, day), "ecog": str(_ecog(row, visit))}
    return Typed("vital_signs", visit, at.date(), data, "coordinator")


def _ward(row: Row, place: Placement) -> list[Typed]:
    """One a day: with the assessment that found the highest temperature."""
    days: dict[str, list[Typed]] = {}
    for typed in course.forms_for(row):
        if typed.form == "crs_assessment":
            days.setdefault(typed.visit, []).append(typed)
    found = []
    for visit, assessments in days.items():
        worst = max(assessments, key=lambda one: Decimal(str(one.data["temperature"])))
        at = datetime.strptime(str(worst.data["assessed_at"]), "%Y-%m-%d %H:%M").replace(tzinfo=place.site.zone)
        data = {**_measured(row, at, str(worst.data["temperature"]), worst.data)}
        if int(visit.removeprefix("d")) in _WEIGHED_ON:
            data["weight"] = _weight(row, int(visit.removeprefix("d")))
        found.append(Typed("vital_signs", visit, worst.on, data, "coordinator"))
    return found


def _measured(
    row: Row, at: datetime, temperature: str, assessment: dict[str, object] | None = None
) -> dict[str, object]:
    """Pulse goes up with the temperature, pressure and saturation are what the assessment says of them."""
    noted, key = assessment or {}, (row.subject_id, at.date())
    systolic, diastolic = spread(106, 134, *key, "systolic"), spread(62, 80, *key, "diastolic")
    low = noted.get("hypotension") == "Y"
    if low:
        systolic, diastolic = spread(82, 89, *key, "systolic"), spread(45, 55, *key, "diastolic")
    comment = str(noted.get("comment", ""))
    if comment.startswith(_NOTED):
        systolic, diastolic = map(int, comment.removeprefix(_NOTED).split()[0].split("/"))
    fever = max(0, int(Decimal(temperature) * 10) - 370)
    on_oxygen = noted.get("oxygen", "NONE") != "NONE"
    return {
        "measured_at": as_typed(at),
        "temperature": temperature,
        "pulse": str(spread(64, 82, *key, "pulse") + fever + (12 if low else 0)),
        "systolic": str(systolic),
        "diastolic": str(diastolic),
        "spo2": str(spread(91, 95, *key, "spo2") if on_oxygen else spread(96, 99, *key, "spo2")),
    }


def _weight(row: Row, day: int) -> str:
    """The weight of screening, a little less after the weeks in hospital."""
    _height, weight = background.height_and_weight(row)
    if day <= _LYMPHODEPLETION_DAY - 2:
        return weight
    percent = 1000 + spread(-35, 5, row.subject_id, day, "weight")
    return str((Decimal(weight) * percent / 1000).quantize(Decimal("0.1")))


def _ecog(row: Row, visit: str) -> int:
    usual = spread(0, 1, row.subject_id, "ecog")
    progressing = [one.visit for one in seen(row) if one.level == "PD"]
    return _PROGRESSING + progressing.index(visit) if visit in progressing else usual
