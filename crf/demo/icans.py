"""Daily assessments of neurotoxicity of the demonstration subjects. Nobody had any, and every day says so."""

from crf.demo.assessments import last_contact
from crf.demo.calendar import AS_OF, Placement, as_typed
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread

DAILY = (*range(15), 21)  # study days, as for CRS
_FULL = {
    "orientation_year": "1",
    "orientation_month": "1",
    "orientation_city": "1",
    "orientation_hospital": "1",
    "naming": "3",
    "command": "1",
    "writing": "1",
    "attention": "1",
}
# Could not count backwards by ten before the infusion either: 9 is this subject's own baseline.
_BASELINE_9 = ("RECON-15",)


def assessments(row: Row, place: Placement) -> list[Typed]:
    """One a day, up to the last contact."""
    days = [day for day in DAILY if day <= last_contact(row) and place.on(day) <= AS_OF]
    return [_assessment(row, place, day) for day in days]


def _assessment(row: Row, place: Placement, day: int) -> Typed:
    hour, minute = divmod(spread(10 * 60, 11 * 60 + 30, row.subject_id, day, "ice"), 60)
    if day == 0:
        hour = 16  # some hours after the infusion
    at = place.at(day, f"{hour:02d}:{minute:02d}")
    own = row.subject_id in _BASELINE_9
    data: dict[str, object] = {
        "assessed_at": as_typed(at),
        **_FULL,
        "attention": "0" if own else "1",
        "ice_status": "DONE",
        "baseline_ice": "9" if own else "10",
        "consciousness": "ALERT",
        "seizure": "NONE",
        "motor_weakness": "N",
        "oedema": "NONE",
        "raised_icp_sign": "NONE",
        "death_due_to_icans": "N",
        "investigator_grade": "0",
    }
    return Typed("icans_assessment", f"d{day}", at.date(), data, "investigator")
