"""One row of the reconstruction -> everything typed about myeloma, blood, neurotoxicity, CAR-T cells and follow-up."""

from datetime import date

from crf.demo import blood, chemistry, disease, followup, icans, lesions, markers, persistence, response, vitals
from crf.demo.assessments import on, seen, unscheduled
from crf.demo.calendar import placement
from crf.demo.rows import Row
from crf.demo.typed import Typed


def follow_up_forms(row: Row) -> list[Typed]:
    """All forms of one subject beyond consent, demographics, eligibility, infusion and CRS, in chronological order.

    A log (adverse events, subsequent therapy) belongs to no visit: its `visit` is "", its occurrence counts from 1.
    """
    place = placement(row.subject_id)
    typed = [
        disease.history(row, place),
        *response.forms(row, place),
        *lesions.imaging(row, place),
        *vitals.forms(row, place),
        *blood.forms(row, place),
        *chemistry.forms(row, place),
        *markers.forms(row, place),
        *icans.assessments(row, place),
        *persistence.samples(row),
        *followup.forms(row),
    ]
    # Stable: forms of one day keep their order, but the investigator concludes when all results of the day are in.
    return sorted(typed, key=lambda one: (one.on, one.form == "response_assessment"))


def visit_days(row: Row) -> dict[str, date]:
    """The day on which each response visit and each unscheduled visit took place, in order of time."""
    extra = unscheduled(row, more=followup.extra_days(row))
    days = {one.day: one.visit for one in seen(row) if one.scheduled} | extra
    return {days[day]: on(row, day) for day in sorted(days)}
