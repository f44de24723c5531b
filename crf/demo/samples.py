"""When blood was drawn from the demonstration subjects: one draw fills every tube of a visit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crf.demo.assessments import last_contact, seen
from crf.demo.calendar import Placement, as_typed
from crf.demo.rows import Row
from crf.demo.typed import Typed, spread

# Study days with a blood draw before month 1; day 0 is the morning before the infusion.
BLOOD_DAYS = (0, 2, 4, 7, 10, 14, 21)
# Coagulation is taken less often.
CLOTTING_VISITS = ("screening", "d0", "d4", "d7", "d10", "d14", "d21", "m1")
_MORNING = (6 * 60 + 20, 7 * 60 + 50)  # minutes after midnight


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of blood."""

    visit: str
    day: int | None  # None = screening


def draws(row: Row) -> list[Draw]:
    """Every draw of a subject, screening first."""
    found = [Draw("screening", None)]
    found += [Draw(f"d{day}", day) for day in BLOOD_DAYS if day <= last_contact(row)]
    return found + [Draw(one.visit, one.day) for one in seen(row)]


def drawn_at(row: Row, place: Placement, draw: Draw) -> datetime:
    """The time on the tubes; that of screening is the morning after the consent."""
    day = draw.day if draw.day is not None else (place.screened_on - place.infused_at.date()).days + 1
    hour, minute = divmod(spread(*_MORNING, row.subject_id, draw.visit, "draw"), 60)
    return place.at(day, f"{hour:02d}:{minute:02d}")


def form(name: str, row: Row, place: Placement, draw: Draw, values: Mapping[str, str]) -> Typed:
    """A laboratory form with the values of one draw."""
    at = drawn_at(row, place, draw)
    return Typed(name, draw.visit, at.date(), {"sampled_at": as_typed(at), **values}, "coordinator")
