"""A date said back to the person who types it: 3nov26 is read as 3 Nov 2026. The field itself reads; nothing is read twice."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# Short, for they stand beside the field while it is typed; what to do instead is said when the form is checked or saved.
REFUSED = {"ambiguous": gettext_noop("Day or month?"), "year": gettext_noop("Check the year")}
NO_DATE, NO_DATETIME = gettext_noop("Not a date"), gettext_noop("Not a date and time")


class Said(NamedTuple):
    """What stands beside a date; blank where nothing was typed. refused: it would not be saved as it stands."""

    text: str
    refused: bool = False


def said_back(field: forms.Field, typed: Any) -> Said:
    """How a field of `crf.dates` reads what was typed, in the reader's language; times on the clock that is active."""
    try:
        found = field.clean(typed)
    except ValidationError as wrong:
        otherwise = NO_DATETIME if isinstance(field, forms.DateTimeField) else NO_DATE
        return Said(_(REFUSED.get(wrong.error_list[0].code or "", otherwise)), refused=True)
    return Said("" if found is None else _in_words(found))


def _in_words(found: date | datetime | str) -> str:
    if isinstance(found, datetime):
        return date_format(timezone.localtime(found), "SAID_DATETIME_FORMAT")
    if isinstance(found, date):
        return date_format(found, "SAID_DATE_FORMAT")
    # A partial date: the known parts, as in 2026-11.
    shape = {4: "SAID_YEAR_FORMAT", 7: "SAID_MONTH_FORMAT"}.get(len(found), "SAID_DATE_FORMAT")
    return date_format(date.fromisoformat(found + "-01-01"[len(found) - 4 :] if len(found) < 10 else found), shape)
