"""Days as a person reads them on the course."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from crf.course.axis import Axis


def when(axis: Axis, on: date | datetime) -> str:
    """ "Day 7"; the date where no infusion counts the days."""
    day = axis.study_day(on)
    if day is None:
        return (on.date() if isinstance(on, datetime) else on).isoformat()
    return _("Day %(n)s") % {"n": str(day).replace("-", "−")}


def day_in_words(axis: Axis, on: date | datetime) -> str:
    """The same within a sentence: "day 7"."""
    day = axis.study_day(on)
    return when(axis, on) if day is None else _("day %(n)d") % {"n": day}
