"""Dates of which month or day is unknown: the days they may mean, and the conventions that choose one."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_noop as _

from analytics.layout import Words

# Named conventions of this study; the analysis plan of the publication gives none.
ONSET_CONVENTION = Words(
    _(
        "Onset of which day or month is unknown: the day of the infusion where it lies within what is known, else the "
        "first possible day; never later than the end."
    )
)
END_CONVENTION = Words(
    _("End of which day or month is unknown: the last possible day, but not after the last contact with the subject.")
)
MIDDLE_CONVENTION = Words(
    _("Date of diagnosis of which day or month is unknown: the 15th of the month, 1 July of the year.")
)


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day that a date may mean; the same where it is complete."""

    first: date
    last: date

    @property
    def complete(self) -> bool:
        return self.first == self.last


def span(text: str | None) -> Span | None:
    """What "2019", "2019-04" or "2019-04-07" may mean; a day that the month does not have leaves the month.

    None where nothing is recorded.
    """
    if not text:
        return None
    year, month, day = (*(int(part) for part in text.split("-")), None, None)[:3]
    if year is None:
        return None
    if month is None:
        return Span(date(year, 1, 1), date(year, 12, 31))
    length = calendar.monthrange(year, month)[1]
    if day is None or day > length:
        return Span(date(year, month, 1), date(year, month, length))
    return Span(date(year, month, day), date(year, month, day))


def onset(began: Span | None, *, infused_on: date | None, ended: Span | None) -> date | None:
    """The day of onset by ONSET_CONVENTION; None where nothing is recorded."""
    if began is None or began.complete:
        return None if began is None else began.first
    day = began.first
    if infused_on is not None and began.first <= infused_on <= began.last:
        day = infused_on
    return max(began.first, min(day, ended.last)) if ended is not None else day


def end(ended: Span | None, *, last_contact: date | None) -> date | None:
    """The day of the end by END_CONVENTION; None where nothing is recorded."""
    if ended is None:
        return None
    if ended.complete or last_contact is None:
        return ended.last
    return max(ended.first, min(ended.last, last_contact))


def middle(known: Span | None) -> date | None:
    """The middle of what is known by MIDDLE_CONVENTION; None where nothing is recorded."""
    if known is None or known.complete:
        return None if known is None else known.first
    whole_year = known.last - known.first > timedelta(days=31)
    return date(known.first.year, 7, 1) if whole_year else known.first.replace(day=15)
