"""Dates as people type them: 2026-11-03, 3nov26, 3.11.2026, 03/11/2026; partial dates; times in the site's zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from datetime import time as clock_time
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from crf.declare.items import PARTIAL_DATE

MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
FIRST_YEAR, LAST_YEAR = 1900, 2100
Day = TypeVar("Day", date, datetime)
_WORDY = re.compile(r"^(\d{1,2})[ .-]?([a-z]{3})[a-z]*[ .-]?(\d{2}|\d{4})$")
_POINTED = re.compile(r"^(\d{1,2})[./](\d{1,2})[./](\d{4})$")
_ISO = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_TIME = re.compile(r"^(\d{1,2})[:.h]?(\d{2})$")


def read_date(text: str) -> date:
    """The day a person typed. Raises ValueError for what is no day. Two-digit years are of this century."""
    text = text.strip().lower()
    if found := _ISO.match(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _WORDY.match(text):
        day, month, year = int(found[1]), MONTHS.get(found[2], 0), int(found[3])
        year += 2000 if year < 100 else 0
    elif found := _POINTED.match(text):
        day, month, year = (int(part) for part in found.groups())
    else:
        raise ValueError(text)
    return date(year, month, day)


def _plausible(found: Day) -> Day:
    """Refuses a slip in the year; far ones would also leave the range of a time zone."""
    _plausible_year(found.year)
    return found


def _plausible_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(_("Please check the year."), code="invalid")


class DateField(forms.DateField):
    """A complete day."""

    widget = forms.TextInput(attrs={"placeholder": "YYYY-MM-DD", "autocomplete": "off", "data-kind": "date"})
    default_error_messages = {"invalid": _("This is not a date. Please type it as 2026-11-03 or 3nov26.")}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            found = read_date(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None
        return _plausible(found)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class DateTimeField(forms.DateTimeField):
    """A day and time in the zone in force (the site's)."""

    widget = forms.TextInput(attrs={"placeholder": "YYYY-MM-DD HH:MM", "autocomplete": "off", "data-kind": "datetime"})
    default_error_messages = {"invalid": _("This is not a date and time. Please type it as 2026-11-03 08:10.")}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value
        wrong = ValidationError(self.error_messages["invalid"], code="invalid")
        text = str(value).strip()
        found: datetime | None
        try:
            found = parse_datetime(text)
            # A day alone, or with an hour alone, would be taken as the full hour.
            if found is None or re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2})?", text):
                day, _space, clock = text.rpartition(" ")
                time = _TIME.match(clock)
                if not time or not day:
                    raise wrong
                on = read_date(day)
                found = datetime.combine(on, clock_time(int(time[1]), int(time[2])))
        except ValueError:
            raise wrong from None
        found = _plausible(found)
        aware = found if timezone.is_aware(found) else timezone.make_aware(found)
        # An offset that was typed goes no further: PostgreSQL refuses those of sixteen hours and more.
        return timezone.localtime(_plausible(aware.astimezone(UTC)))

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, datetime):
            return value
        local = timezone.localtime(value)
        # Seconds are shown where there are any, or sending the page again would change the value.
        return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


class PartialDateField(forms.CharField):
    """A year, a year and month, or a day."""

    widget = forms.TextInput(
        attrs={"placeholder": "YYYY[-MM[-DD]]", "autocomplete": "off", "data-kind": "partial-date"}
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=20, empty_value=None, **options)

    def clean(self, value: Any) -> str | None:
        text: str | None = super().clean(value)
        if text is None:
            return None
        text = re.sub(r"(-(un|unk|uk|xx))+$", "", text.strip().lower())
        if re.fullmatch(PARTIAL_DATE, text) and len(text) < 10:
            _plausible_year(int(text[:4]))
            return text
        try:
            return _plausible(read_date(text)).isoformat()
        except ValueError:
            raise ValidationError(
                _("This is not a date. Please type it as 2026-11-03, or as 2026-11 or 2026 where the rest is unknown."),
                code="invalid",
            ) from None
