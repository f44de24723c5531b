"""Everything typed for one demonstration subject, in the order in which it was typed."""

from crf.demo import conduct, course, later, medication, treatment
from crf.demo.calendar import placement
from crf.demo.rows import Row
from crf.demo.typed import Typed


def forms(row: Row) -> list[Typed]:
    """All forms of one subject.

    What was given is in the log before the assessment that speaks of it; what names an event, after the event.
    """
    given = medication.forms(row)
    first = [*treatment.forms(row), *conduct.renewed(row), *(one for one in given if "event" not in one.data)]
    last = [*(one for one in given if "event" in one.data), *conduct.forms(row)]
    # Stable: forms of one day keep their order.
    return sorted([*first, *course.forms_for(row), *later.follow_up_forms(row), *last], key=lambda one: one.on)


def split(row: Row) -> tuple[list[Typed], list[Typed]]:
    """What was typed in screening, and everything after enrolment; a log has no visit and goes by its day."""
    enrolled_on = placement(row.subject_id).enrolled_on
    everything = forms(row)
    early = [one.visit == "screening" or (not one.visit and one.on < enrolled_on) for one in everything]
    pairs = list(zip(everything, early, strict=True))
    return [one for one, is_early in pairs if is_early], [one for one, is_early in pairs if not is_early]
