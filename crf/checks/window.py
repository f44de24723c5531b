"""A form is dated within its visit: one check, declared here once, that every form of a planned visit carries."""

from __future__ import annotations

from collections.abc import Mapping

from crf.checks.timing import VISIT_READS, in_the_visit
from crf.declare.parts import Check
from trial import schedule

PREFIX = "WIN-"
# The consent has a day of its own before everything; the infusion is what windows are counted from.
ANCHORS = ("informed_consent", "car_t_infusion")


def of_every_form(name: str, *, about_day: str, checks: Mapping[str, Check]) -> dict[str, Check]:
    """The check on the day that a form is about, by its id; none where no visit of it has an end, or the form has its own."""
    visits = [schedule.BY_CODE[code] for code in schedule.ACTIVITIES.get(name, ())]
    ends = any(visit.day is not None or visit.code in schedule.BEFORE_ENROLMENT for visit in visits)
    has_own = any(set(VISIT_READS) <= set(check.reads) and about_day in check.sees for check in checks.values())
    if not about_day or name in ANCHORS or not ends or has_own:
        return {}
    check = in_the_visit(PREFIX + name, about_day, planned_only=True)
    return {check.id: check}
