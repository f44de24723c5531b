"""Dates on pages in Chinese; those with a year are the English ones."""

from trial.formats.en.formats import (  # noqa: F401
    DATE_FORMAT,
    DATETIME_FORMAT,
    SHORT_DATE_FORMAT,
    SHORT_DATETIME_FORMAT,
    TIME_FORMAT,
)

MONTH_DAY_FORMAT = "n月j日"
SAID_DATE_FORMAT, SAID_MONTH_FORMAT, SAID_YEAR_FORMAT = "Y年n月j日", "Y年n月", "Y年"
SAID_DATETIME_FORMAT = "Y年n月j日 H:i"
