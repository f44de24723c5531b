"""Every page of the application, in turn: nothing for axe to find, nothing too wide, nothing left in English."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

import pytest
from django.contrib import admin
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils import translation

from tests import study
from tests.browser import examine, places
from tests.browser.conftest import session_of
from tests.browser.many import walk
from tests.browser.places import Places
from tests.browser.walk import NOT_PAGES, stops

COMBINATIONS = list(itertools.product(examine.SCHEMES, examine.WIDTHS))
# English on a Chinese page: names of methods, statistics and products that Chinese papers leave as they are.
SAID_IN_ENGLISH = {
    "US National Cancer Institute", "Blood Advances", "ALT", "AST", "INR", "CTCAE", "R2-ISS", "R-ISS", "ISS", "III", "mg/L",
    "Equipment out of order", "Fever at home", "The store is full.", "two lines",
    "Cartwright", "Kaplan-Meier", "Clopper-Pearson", "Brookmeyer-Crowley", "Greenwood", "Asia/Shanghai", "log-log", "SHA-256",
}  # fmt: skip


@pytest.fixture(scope="session")
def study_places(browser_database: str, conclusions: None, django_db_blocker: Any) -> Places:
    """The demonstration study, with what it lacks made once a session."""
    from tests import database

    with django_db_blocker.unblock(), database.using(browser_database):
        return places.prepare()


# --- nothing is forgotten


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """The names of all addresses."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def walked() -> set[str]:
    """The names of the addresses that the walk goes to."""
    rows = tuple((model._meta.label_lower, "1") for model in admin.site._registry)
    found = set()
    for stop in stops(Places(panel=rows)):
        try:
            found.add(resolve(stop.path.partition("?")[0]).view_name)
        except Resolver404:
            assert stop.status == 404, f"{stop.name} goes to no address of the application"
    return found


def test_every_address_is_walked_or_says_why_not() -> None:
    ours = {name for name in names(get_resolver()) if not name.startswith("admin:")}
    assert ours - walked() - set(NOT_PAGES) == set(), "add them to tests/browser/walk.py"
    assert set(NOT_PAGES) <= ours and not set(NOT_PAGES) & walked()
    for model in admin.site._registry:
        for page in ("changelist", "change"):
            assert f"admin:{model._meta.label_lower.replace('.', '_')}_{page}" in walked()


def test_every_kind_of_form_and_every_table_is_walked(study_places: Places) -> None:
    from analytics import registry
    from crf.declare.form import casebook

    assert {name for name, _ in study_places.forms} == {form.declared.name for form in casebook()}
    assert set(study_places.endpoints) == set(registry.endpoints())


def test_a_stop_has_a_name_of_its_own(study_places: Places) -> None:
    found = [stop.name for stop in stops(study_places)]
    assert len(found) == len(set(found)) > 150


def test_the_command_that_takes_the_pictures_starts_before_django_does() -> None:
    alone = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-m", "tests.browser.screenshots", "--help"], env=alone, check=True, timeout=60)


# --- the walk


def test_no_page_has_anything_for_axe_is_too_wide_or_says_a_word_in_english(
    web: Any, study_places: Places, records: None
) -> None:
    look = examine.both(examine.access(COMBINATIONS), examine.words(known=by_right(), translated=in_chinese))
    speak("zh-hans")
    found = walk(web.address, list(stops(study_places, brief=True)), look, language="zh-hans", session=session_of)
    speak("en")
    assert not found, "\n".join(found)


@pytest.mark.soak
def test_no_page_at_all_says_a_word_in_english(web: Any, study_places: Places, records: None) -> None:
    speak("zh-hans")
    look = examine.words(known=by_right(), translated=in_chinese)
    found = walk(web.address, list(stops(study_places)), look, language="zh-hans", session=session_of)
    speak("en")
    assert not found, "\n".join(found)


@pytest.mark.soak
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_page_has_anything_for_axe_in_any_language_theme_and_width(
    language: str, web: Any, study_places: Places, records: None
) -> None:
    speak(language)
    look = examine.access(COMBINATIONS, each=True)
    found = walk(web.address, list(stops(study_places)), look, language=language, session=session_of)
    speak("en")
    assert not found, "\n".join(found)


def speak(language: str) -> None:
    """Everybody reads this language from now on, and has seen the tour."""
    from trial import audit
    from trial.models import User

    with audit.acting("migration"):
        User.objects.update(language=language, toured=True)


def in_chinese(text: str) -> str:
    with translation.override("zh-hans"):
        return translation.gettext(text)


def by_right() -> set[str]:
    """What people typed, their names, and the names of things."""
    from axes.models import AccessAttempt
    from django_celery_beat.models import PeriodicTask

    from crf.declare.form import walk as items
    from crf.workflow import QueryMessage
    from trial.models import Site, User

    with study.seeing_everything():
        found = {*SAID_IN_ENGLISH, *User.objects.values_list("username", flat=True), *map(str, User.objects.all())}
        found |= {str(part) for site in Site.objects.all() for part in (site.name, site.city, site.timezone)}
        found |= {zone.replace("_", " ") for zone in available_timezones()}
        found |= {"Attempted Access", *AccessAttempt.objects.values_list("user_agent", flat=True)}
        found |= set(PeriodicTask.objects.values_list("name", flat=True))  # the panel's own title says them as stored
        found |= set(QueryMessage.objects.exclude(by=None).values_list("text", flat=True))
        for form, name, item in items():
            if item.kind in ("text", "memo") and "." not in name:
                found |= set(form.objects.exclude(**{name: None}).values_list(name, flat=True).distinct())  # type: ignore[attr-defined]
    return {text for text in found if text}
