"""Days that many forms are asked about: the future, the visit, the consent, the infusion, the year of birth."""

from __future__ import annotations

import calendar
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crf.declare.parts import Check
from trial import schedule, subjects

# A form of an unscheduled visit may be dated so many days from it: imaging is not always done on the day.
AROUND_UNSCHEDULED = 14


def earliest(value: Any) -> date | None:
    """The first day that a date, a time or a partial date can mean."""
    if not isinstance(value, str):
        return value.date() if isinstance(value, datetime) else value
    year, month, day = (*(int(part) for part in value.split("-")), 1, 1)[:3]
    return date(year, month, day)


def latest(value: Any) -> date | None:
    """The last day that a date, a time or a partial date can mean."""
    first = earliest(value)
    if first is None or not isinstance(value, str) or len(value) == len("2019-03-07"):
        return first
    month = first.month if len(value) == len("2019-03") else 12
    return date(first.year, month, calendar.monthrange(first.year, month)[1])


def not_in_the_future(check_id: str, item: str, *, time: bool = False) -> Check:
    """A hard check: the day or time has come. A partial date fails once all of it lies ahead."""

    def holds(form: Any) -> bool | None:
        value = getattr(form, item)
        if value is None:
            return None
        return bool(value <= form.now) if time else bool(earliest(value) <= form.today)

    text = _("This time lies in the future. Please correct it.")
    if not time:
        text = _("This date lies in the future. Please correct it.")
    return Check(check_id, text, holds, item=item, sees=(item,), hard=True)


def _in_the_visit(form: Any) -> bool | None:
    """Within the window; screening ends with the infusion."""
    day, visit = form.day, form.visit
    if day is None or visit is None:
        return None
    if visit.code in schedule.BEFORE_ENROLMENT:
        infused_on = subjects.infused_on(form.subject)
        return None if infused_on is None else bool(day <= infused_on)
    if visit.window_from is not None:
        return bool(visit.window_from <= day <= visit.window_to)
    if visit.unscheduled and visit.planned_on is not None:
        return abs((day - visit.planned_on).days) <= AROUND_UNSCHEDULED
    return None


def in_the_visit(check_id: str, item: str) -> Check:
    """The day that the form is about (`item`) lies within its visit."""
    return Check(
        check_id,
        _(
            "This day does not fit the visit. Please correct it, enter the form at its own visit, or record a deviation."
        ),
        _in_the_visit,
        item=item,
        sees=(item,),
    )


def since_consent(check_id: str, item: str) -> Check:
    """Nothing is done for the trial before consent; routine care may have been."""

    def holds(form: Any) -> bool | None:
        day, consent = latest(getattr(form, item)), form.latest("informed_consent", "consent_date")
        return None if day is None or consent is None else bool(day >= consent)

    return Check(
        check_id,
        _("This day is before the consent. Please correct it, or confirm that this was routine care."),
        holds,
        item=item,
        sees=(item,),
        reads=("informed_consent.consent_date",),
    )


def since_infusion(check_id: str, item: str) -> Check:
    """What is counted from the infusion is not dated before it."""

    def holds(form: Any) -> bool | None:
        day, infused_on = latest(getattr(form, item)), subjects.infused_on(form.subject)
        return None if day is None or infused_on is None else day >= infused_on

    return Check(
        check_id,
        _("This day is before the infusion, from which everything is counted. Please correct it."),
        holds,
        item=item,
        sees=(item,),
    )


def since_birth(check_id: str, item: str) -> Check:
    """A hard check: not before the year of birth."""

    def holds(form: Any) -> bool | None:
        day, born = latest(getattr(form, item)), form.latest("demographics", "birth_year")
        return None if day is None or born is None else bool(day.year >= born)

    return Check(
        check_id,
        _("This date lies before the year of birth. Please correct one of them."),
        holds,
        item=item,
        sees=(item,),
        reads=("demographics.birth_year",),
        hard=True,
    )


def after_infusion(form: Any) -> bool:
    """Whether the form is dated after the day of the infusion; before it and on it is the baseline."""
    return form.study_day is not None and form.study_day > 0
