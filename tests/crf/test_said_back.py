"""A date said back beside its field: as the field itself reads it, in the reader's language, and refused in a few words."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone, translation

from crf.dates import DateField, DateTimeField, PartialDateField
from crf.said_back import said_back
from crf.sent import typed
from tests.study import PRESSOR, typed_crs
from trial.models import Subject, User

CASES = [
    (DateField, "3nov26", "3 Nov 2026", "2026年11月3日"),
    (DateField, "2026-09-30", "30 Sep 2026", "2026年9月30日"),
    (DateField, "", "", ""),
    (DateTimeField, "3nov26 0810", "3 Nov 2026 08:10", "2026年11月3日 08:10"),
    (PartialDateField, "2026", "2026", "2026年"),
    (PartialDateField, "nov 2026", "Nov 2026", "2026年11月"),
    (PartialDateField, "3nov26", "3 Nov 2026", "2026年11月3日"),
]


@pytest.mark.parametrize(("field", "text", "english", "chinese"), CASES)
def test_a_date_is_said_with_its_month_in_words(field: Any, text: str, english: str, chinese: str) -> None:
    with timezone.override(ZoneInfo("Asia/Shanghai")):
        for language, words in (("en", english), ("zh-hans", chinese)):
            with translation.override(language):
                assert said_back(field(required=False), text) == (words, False)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        (DateField, "3/11/2026", "Day or month?"),
        (DateTimeField, "3/11/2026 08:10", "Day or month?"),
        (PartialDateField, "3/11/2026", "Day or month?"),
        (DateField, "30feb26", "Not a date"),
        (DateField, "3no", "Not a date"),
        (DateField, "1826-11-03", "Check the year"),
        (PartialDateField, "1826", "Check the year"),
        (DateTimeField, "3nov26", "Not a date and time"),
    ],
)
def test_what_would_be_refused_or_could_be_mistaken_is_said_at_once(field: Any, text: str, words: str) -> None:
    assert said_back(field(required=False), text) == (words, True)


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
def test_the_live_answer_says_every_date_of_the_page_back_those_of_rows_included(
    infused: Subject, investigator: User, client: Client
) -> None:
    client.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    here = f"/subjects/{infused.code}/d1/crs-assessment/"
    rows = [PRESSOR | {"started_at": "21mar26 0800", "stopped_at": "4/3/2026 08:00"}]
    page = client.post(here + "verdict/", typed(typed_crs(1, assessed_at="21mar26 2000", vasopressors=rows)).dict())
    places = ("assessed_at", "vasopressors-0-started_at", "vasopressors-0-stopped_at")
    said = {place: f'<output id="id_{place}_said" hx-swap-oob="innerHTML">' for place in places}
    text = page.content.decode()
    for place, words in zip(said, ("21 Mar 2026 20:00", "21 Mar 2026 08:00", "Day or month?"), strict=True):
        assert words in text.partition(said[place])[2].partition("</output>")[0], place
    # Each of them has its place on the page, the row that a person adds too.
    whole = client.get(here).content.decode()
    assert 'id="id_assessed_at_said"' in whole and 'id="id_vasopressors-__prefix___started_at_said"' not in whole
    assert 'id="id_vasopressors-__prefix__-started_at_said"' in whole
