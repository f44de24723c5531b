"""Visits around the infusion, and the schedule of activities: one line a form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Planned:
    """A visit of the schedule. Days count from the infusion = day 0; None = not anchored to it.

    before, after: the window around `day`, in days.
    """

    code: str
    label: str | Promise
    day: int | None
    before: int = 0
    after: int = 0

    def dates(self, infused_on: date) -> tuple[date, date, date] | None:
        """Planned day and the window around it, or None for a visit that no infusion anchors."""
        if self.day is None:
            return None
        on = infused_on + timedelta(days=self.day)
        return on, on - timedelta(days=self.before), on + timedelta(days=self.after)


def _day(n: int, before: int = 0, after: int = 0) -> Planned:
    return Planned(f"d{n}", format_lazy(_("Day {n}"), n=n), n, before, after)


# Month n of the schedule = n x 30.4375 days, rounded; month 1 is day 28. Windows assumed.
_MONTHS = (
    (1, 28, 2, 7),
    (2, 61, 7, 7),
    (3, 91, 7, 7),
    (6, 183, 14, 14),
    (9, 274, 14, 14),
    (12, 365, 14, 14),
    (15, 457, 28, 28),
    (18, 548, 28, 28),
    (24, 730, 28, 28),
)

VISITS: tuple[Planned, ...] = (
    Planned("screening", _("Screening"), None),
    Planned("apheresis", _("Leukapheresis"), None),
    Planned("ld", _("Lymphodepletion"), -5, 0, 2),
    *(_day(n) for n in range(15)),
    _day(21, 2, 2),
    *(Planned(f"m{n}", format_lazy(_("Month {n}"), n=n), day, before, after) for n, day, before, after in _MONTHS),
)
BY_CODE = {visit.code: visit for visit in VISITS}
BEFORE_ENROLMENT = ("screening",)
DAILY = tuple(f"d{n}" for n in range(15)) + ("d21",)
UNSCHEDULED = "u"  # u1, u2, ...: any form may be entered there

MONTHLY = tuple(f"m{month}" for month, *_window in _MONTHS)
BLOOD = tuple(f"d{n}" for n in (0, 2, 4, 7, 10, 14, 21))
# CAR-T cells before month 1, around the usual peak in the second week. Assumed.
EXPANSION = tuple(f"d{n}" for n in (4, 7, 10, 14, 21))
CLOTTING = tuple(f"d{n}" for n in (0, 4, 7, 10, 14, 21))

# form name -> visits at which it is expected. Logs hang on the subject, not on a visit.
ACTIVITIES: dict[str, tuple[str, ...]] = {
    "informed_consent": ("screening",),
    "demographics": ("screening",),
    "eligibility": ("screening",),
    "myeloma_history": ("screening",),
    "leukapheresis": ("apheresis",),
    "lymphodepletion": ("ld",),
    "car_t_infusion": ("d0",),
    # Before the assessment that reads the temperature from them.
    "vital_signs": ("screening", "ld", *DAILY, *MONTHLY),
    "crs_assessment": DAILY,
    "icans_assessment": DAILY,
    "haematology": ("screening", *BLOOD, *MONTHLY),
    "chemistry": ("screening", *BLOOD, *MONTHLY),
    "coagulation": ("screening", *CLOTTING, "m1"),
    "inflammation": ("screening", *BLOOD, *MONTHLY),
    "myeloma_laboratory": ("screening", *MONTHLY),
    "bone_marrow": ("screening", *MONTHLY),
    "extramedullary_lesions": ("screening", *MONTHLY),
    "response_assessment": MONTHLY,
    "cart_persistence": (*EXPANSION, *(visit for visit in MONTHLY if visit != "m2")),
    "dlt_evaluation": ("m1",),
    "survival_status": MONTHLY,
    "death": (),
    "end_of_study": ("m24",),
}
# Forms that no visit expects and every visit admits: nobody plans a death.
ANY_TIME = ("death",)
LOGS: tuple[str, ...] = (
    "renewed_consent", "prior_therapy", "medical_history", "bridging_therapy", "adverse_event", "concomitant_medication",
    "subsequent_therapy", "protocol_deviation",
)  # fmt: skip


def label(code: str) -> str:
    """What a person reads for a visit code; "u2" is the second unscheduled visit."""
    if code in BY_CODE:
        return str(BY_CODE[code].label)
    return __("Unscheduled %(n)s") % {"n": code.removeprefix(UNSCHEDULED)}


def expected_at(code: str) -> tuple[str, ...]:
    """Form names the schedule expects at a visit; an unscheduled visit expects none and admits all."""
    return tuple(form for form, visits in ACTIVITIES.items() if code in visits)


def admits(code: str, form: str) -> bool:
    """Whether a form may be entered at a visit."""
    return code not in BY_CODE or code in ACTIVITIES.get(form, ()) or form in ANY_TIME


def position(code: str) -> tuple[int, int]:
    """A sort key: the schedule's order, unscheduled visits last by number."""
    codes = list(BY_CODE)
    return (codes.index(code), 0) if code in BY_CODE else (len(codes), int(code.removeprefix(UNSCHEDULED) or 0))
