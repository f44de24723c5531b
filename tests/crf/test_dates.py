"""Dates as people type them: every writing of a day is read as that day, and what could be another day is refused."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from crf import dates

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
DAYS = st.dates(date(dates.FIRST_YEAR, 1, 1), date(dates.LAST_YEAR, 12, 31))


def writings(day: date) -> list[str]:
    """Every way in which a whole day with its whole year can be typed."""
    y, m, d, word = day.year, day.month, day.day, MONTHS[day.month - 1]
    iso = day.isoformat()
    found = [
        iso,
        f"{y}-{m}-{d}",
        f"{y}/{m}/{d}",
        f"{y}.{m:02d}.{d:02d}",
        f"{y}年{m}月{d}日",
        f"{day:%Y%m%d}",
        f"{d}.{m}.{y}",
    ]
    found += [f"{d}{word}{y}", f"{d} {word} {y}", f"{d:02d}-{word.upper()}-{y}", f"{d}.{word.title()}.{y}"]
    return [*found, iso.translate(FULL_WIDTH), f" {iso} "]


@given(DAYS)
def test_every_writing_of_a_day_is_read_as_that_day(day: date) -> None:
    assert {text: dates.read_date(text) for text in writings(day)} == dict.fromkeys(writings(day), day)


@given(DAYS)
def test_with_slashes_a_day_is_read_only_where_it_cannot_be_another(day: date) -> None:
    text = f"{day.day}/{day.month}/{day.year}"
    if day.day > 12 or day.day == day.month:
        assert dates.read_date(text) == day
    else:
        with pytest.raises(dates.Ambiguous):
            dates.read_date(text)


@pytest.mark.parametrize(
    ("text", "year"),
    [("3nov26", 2026), ("3nov27", 2027), ("3nov28", 1928), ("3nov62", 1962), ("3nov99", 1999), ("3nov00", 2000)],
)
def test_two_digits_are_a_year_up_to_the_next_one(text: str, year: int) -> None:
    assert dates.read_date(text, this_year=2026) == date(year, 11, 3)


@given(DAYS)
def test_a_partial_date_is_read_in_every_writing(day: date) -> None:
    y, m, word = day.year, day.month, MONTHS[day.month - 1]
    month = f"{y}-{m:02d}"
    for text in (month, f"{month}-UNK", f"{word} {y}", f"UNK {word.upper()} {y}", f"un-{word}-{y}", f"{y}年{m}月"):
        assert dates.read_partial(text) == month, text
    for text in (str(y), f"{y}-UNK-UNK", f"unk unk {y}", f"{y}年"):
        assert dates.read_partial(text) == str(y), text
    assert dates.read_partial(day.isoformat()) is None


@pytest.mark.parametrize("text", ["2026-13", "nov26", "unk 2026-11", "foo 2026", "2026-1", "20", "2026年13月", ""])
def test_what_is_no_partial_date_is_none(text: str) -> None:
    assert dates.read_partial(text) is None


@pytest.mark.parametrize("field", [dates.DateField, dates.DateTimeField, dates.PartialDateField])
def test_a_day_that_could_be_another_is_refused_with_what_to_type(field: type) -> None:
    with pytest.raises(ValidationError) as refused:
        field(required=False).clean("3/11/2026 08:10" if field is dates.DateTimeField else "3/11/2026")
    assert refused.value.messages == [
        "Day and month could be mistaken for each other. Please type it as 2026-11-03 or 3nov26."
    ]
    assert field(required=False).clean("") in (None, "")


@pytest.mark.parametrize(
    "text", ["31.2.2026", "2026-02-29", "3xyz26", "99999999", "2026", "tomorrow", "11/23/2026", "1,5"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        dates.read_date(text)
