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
# What settles a day outside the visit, and what ends the screening.
VISIT_READS = ("protocol_deviation.happened_on", "protocol_deviation.category", "car_t_infusion.infused_at")


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


def span(value: Any) -> tuple[date, date] | None:
    """The first and the last day that a date, a time or a partial date can mean; None where it is blank."""
    first, last = earliest(value), latest(value)
    return None if first is None or last is None else (first, last)


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


def in_order(check_id: str, start: str, end: str) -> Check:
    """A hard check: what starts on `start` does not end before, as far as both days are known."""

    def holds(form: Any) -> bool | None:
        first, last = earliest(getattr(form, start)), latest(getattr(form, end))
        return None if first is None or last is None else last >= first

    return Check(
        check_id,
        _("The end is before the start. Please correct one of the dates."),
        holds,
        item=end,
        sees=(start, end),
        hard=True,
    )


def before_death(check_id: str, *items: str) -> Check:
    """None of these days lies after the death."""

    def holds(form: Any) -> bool | None:
        died_on = form.latest("death", "died_on")
        days = [day for day in (earliest(getattr(form, item)) for item in items) if day is not None]
        return None if died_on is None or not days else all(day <= died_on for day in days)

    return Check(
        check_id,
        _("A date of this form is after the death. Please correct it, or the date of death."),
        holds,
        item=items[0],
        sees=items,
        reads=("death.died_on",),
    )


def infusion_day(form: Any) -> date | None:
    """The day of the infusion at the site, as its form says: also while that form is being written."""
    at = form.latest("car_t_infusion", "infused_at")
    return None if at is None else form.local(at).date()


def _window(form: Any) -> tuple[date, date] | None:
    """First and last day of a planned visit, counted from the infusion as it stands now.

    A visit that took place keeps the days it was planned for; a corrected infusion may leave it outside all the same.
    """
    visit, infused_on = form.visit, infusion_day(form)
    planned = schedule.BY_CODE.get(visit.code)
    dates = planned.dates(infused_on) if planned and infused_on else None
    if dates is not None:
        return dates[1:]
    return None if visit.window_from is None else (visit.window_from, visit.window_to)


def _in_the_window(form: Any) -> bool | None:
    """Within the window of a planned visit; screening ends with the infusion."""
    day, visit = form.day, form.visit
    if day is None or visit is None:
        return None
    if visit.code in schedule.BEFORE_ENROLMENT:
        infused_on = infusion_day(form)
        return None if infused_on is None else bool(day <= infused_on)
    window = _window(form)
    return None if window is None else bool(window[0] <= day <= window[1])


def _in_the_visit(form: Any) -> bool | None:
    """Within the window, or near the day of an unscheduled visit."""
    visit = form.visit
    if form.day is None or visit is None or not visit.unscheduled or visit.planned_on is None:
        return _in_the_window(form)
    return abs((form.day - visit.planned_on).days) <= AROUND_UNSCHEDULED


def _deviation_logged(form: Any) -> bool:
    """The log of deviations has a visit outside its window on this day, with what happened."""
    logged = form.others("protocol_deviation")
    return any(one.category == "VISIT" and one.happened_on == form.day for one in logged)


def in_the_visit(check_id: str, item: str, *, planned_only: bool = False) -> Check:
    """The day that the form is about (`item`) lies within its visit, or the deviation is logged.

    planned_only: at an unscheduled visit the form may be of any day.
    """
    fits = _in_the_window if planned_only else _in_the_visit

    def holds(form: Any) -> bool | None:
        found = fits(form)
        return _deviation_logged(form) if found is False else found

    return Check(
        check_id,
        _(
            "This day does not fit the visit. Please correct it, enter the form at its own visit, or log the deviation of this day."
        ),
        holds,
        item=item,
        sees=(item,),
        reads=VISIT_READS,
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
