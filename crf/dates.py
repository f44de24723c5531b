"""Dates as people type them: 2026-11-03, 20261103, 3nov26, 3.11.2026, 2026年11月3日; partial dates; times in the site's zone."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from datetime import time as clock_time
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from crf.declare.items import PARTIAL_DATE
from crf.said_back import Said, said_back

MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
FIRST_YEAR, LAST_YEAR = 1900, 2100
AMBIGUOUS, YEAR = "ambiguous", "year"  # codes of refusals that are said in their own words while a date is typed
Day = TypeVar("Day", date, datetime)
_WORDY = re.compile(r"^(\d{1,2})[ .-]?([a-z]{3})[a-z]*[ .-]?(\d{2}|\d{4})$")
_POINTED = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$")
_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_ISO = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
# Partial: the day, or day and month, are left out or said to be unknown.
_UNKNOWN = r"un|unk|uk|xx"
_MONTH_ONLY = re.compile(rf"^(?:(?:{_UNKNOWN})[ .-]?)?([a-z]{{3}})[a-z]*[ .-]?(\d{{4}})$")
_YEAR_ONLY = re.compile(rf"^(?:(?:{_UNKNOWN})[ .-]?){{2}}(\d{{4}})$")
_CHINESE_PART = re.compile(r"^(\d{4})年(?:(\d{1,2})月)?$")
_TIME = re.compile(r"^(\d{1,2})[:.h]?(\d{2})$")


class Ambiguous(ValueError):
    """Day and month could be meant either way round."""


def _plain(text: str) -> str:
    """Full-width digits and signs of a Chinese keyboard as plain ones."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def _whole_year(year: int, this_year: int | None) -> int:
    """Two digits are a year up to the next one, else of the last century: 62 is 1962."""
    if year >= 100:
        return year
    latest = (this_year or timezone.localdate().year) + 1
    return 2000 + year if 2000 + year <= latest else 1900 + year


def read_date(text: str, *, this_year: int | None = None) -> date:
    """The day a person typed. Raises ValueError for what is no day, Ambiguous for 3/11/2026.

    With slashes the day comes first, as on the sites' papers; where both could be a month nobody can tell. With dots it
    always comes first. this_year: for years of two digits; None = of the clock.
    """
    text = _plain(text)
    if found := _ISO.match(text) or _COMPACT.match(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _WORDY.match(text):
        day, month, year = int(found[1]), MONTHS.get(found[2], 0), _whole_year(int(found[3]), this_year)
    elif found := _POINTED.match(text) or _SLASHED.match(text):
        day, month, year = (int(part) for part in found.groups())
        if "/" in text and day != month and day <= 12 and month <= 12:
            raise Ambiguous(text)
    else:
        raise ValueError(text)
    return date(year, month, day)


def read_partial(text: str) -> str | None:
    """A year, or a year and month, as YYYY or YYYY-MM; None for anything else. "unk" stands for what is not known."""
    text = re.sub(rf"(-(?:{_UNKNOWN}))+$", "", _plain(text))
    if (found := _MONTH_ONLY.match(text)) and found[1] in MONTHS:
        return f"{found[2]}-{MONTHS[found[1]]:02d}"
    if found := _YEAR_ONLY.match(text):
        return found[1]
    if found := _CHINESE_PART.match(text):
        text = f"{found[1]}-{int(found[2]):02d}" if found[2] else found[1]
    return text if re.fullmatch(PARTIAL_DATE, text) and len(text) < 10 else None


def _refused(wrong: ValueError, otherwise: Any) -> ValidationError:
    if isinstance(wrong, Ambiguous):
        text = _("Day and month could be mistaken for each other. Please type it as 2026-11-03 or 3nov26.")
        return ValidationError(text, code=AMBIGUOUS)
    return ValidationError(otherwise, code="invalid")


def _plausible(found: Day) -> Day:
    """Refuses a slip in the year; far ones would also leave the range of a time zone."""
    _plausible_year(found.year)
    return found


def _plausible_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError(_("Please check the year."), code=YEAR)


class SaidBackField(forms.BoundField):
    """A date on a page that says how it is read: `crf.said_back`."""

    @property
    def said_id(self) -> str:
        return f"{self.auto_id}_said"

    @property
    def said_back(self) -> Said:
        return said_back(self.field, self.value())


class SaidBack(forms.Field):
    """A field whose reading stands beside it, while it is typed."""

    def get_bound_field(self, form: Any, field_name: str) -> forms.BoundField:
        return SaidBackField(form, self, field_name)


class DateField(SaidBack, forms.DateField):
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
        except ValueError as wrong:
            raise _refused(wrong, self.error_messages["invalid"]) from None
        return _plausible(found)

    def prepare_value(self, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class DateTimeField(SaidBack, forms.DateTimeField):
    """A day and time in the zone in force (the site's)."""

    widget = forms.TextInput(attrs={"placeholder": "YYYY-MM-DD HH:MM", "autocomplete": "off", "data-kind": "datetime"})
    default_error_messages = {"invalid": _("This is not a date and time. Please type it as 2026-11-03 08:10.")}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value
        wrong = ValidationError(self.error_messages["invalid"], code="invalid")
        text = unicodedata.normalize("NFKC", str(value)).strip()
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
        except ValueError as why:
            raise _refused(why, self.error_messages["invalid"]) from None
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


class PartialDateField(SaidBack, forms.CharField):
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
        if partial := read_partial(text):
            _plausible_year(int(partial[:4]))
            return partial
        try:
            return _plausible(read_date(text)).isoformat()
        except ValueError as wrong:
            raise _refused(
                wrong,
                _("This is not a date. Please type it as 2026-11-03, or as 2026-11 or 2026 where the rest is unknown."),
            ) from None
