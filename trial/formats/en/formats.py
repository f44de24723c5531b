"""Dates on pages: written as they are typed, the same in both languages, so that nobody can read day for month."""

DATE_FORMAT = SHORT_DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "Y-m-d H:i"
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "j M"  # only where a column is too narrow for a year

# A date said back to the person who types it: the month in words, so that a slip is seen.
SAID_DATE_FORMAT, SAID_MONTH_FORMAT, SAID_YEAR_FORMAT = "j M Y", "M Y", "Y"
SAID_DATETIME_FORMAT = "j M Y H:i"
