"""Real services for every test: a PostgreSQL database made by the owner and used as the application, as in production."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A busy machine is no failure: time is measured by `make bench`, as ratios.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")

sys.path.insert(0, str(Path(__file__).parents[1]))

from deploy.testing import services  # noqa: E402

services()  # first of all: the settings read the addresses from the environment
os.environ["DJANGO_SETTINGS_MODULE"] = "trial.settings"

import django  # noqa: E402

django.setup()


from django.db import connections  # noqa: E402
from django.test import TransactionTestCase  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from django.utils import translation  # noqa: E402

from tests import database, study  # noqa: E402
from trial.models import Site, Subject, User  # noqa: E402


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database: the owner migrates it, which installs guard and index; the application only uses it.

    Both aliases always: with "default" alone Django would leave it on the real database.
    """
    database.drop_what_killed_runs_left()
    with django_db_blocker.unblock():
        # Without DEPENDENCIES Django makes "owner" wait for "default", which as its mirror is never made.
        connections["owner"].settings_dict["TEST"].update(NAME=database.NAME, DEPENDENCIES=[])
        # Beat's models write to "default" while the owner migrates: it must be there already.
        connections["default"].settings_dict["NAME"] = database.NAME
        before = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"}, serialized_aliases=set())
        database.remember_defaults()
        connections["owner"].close()
    # After a test with real transactions Django would flush as the application, which may not truncate.
    TransactionTestCase._fixture_teardown = lambda self: database.empty()  # type: ignore[method-assign]
    yield
    with django_db_blocker.unblock():
        database.part_with(database.NAME)  # a child process that is slow to end
        teardown_databases(before, verbosity=0)


# --- the demonstration study


@pytest.fixture(scope="session")
def demo_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Name of a database that holds the loaded demonstration study; loaded once a run, never changed."""
    name = database.NAME + "_demo"
    with django_db_blocker.unblock(), database.one_at_a_time():
        if database.exists(database.SHARED):
            database.clone(database.SHARED, name)
        else:
            _load_demonstration(name)
            database.clone(name, database.SHARED)  # for the other processes of this run
    yield name
    database.drop(name)


def _load_demonstration(name: str) -> None:
    from crf.demo.load import subjects_one_by_one

    database.clone(database.NAME, name)
    with database.using(name):
        for _ in subjects_one_by_one():
            pass


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What the processes of a run share goes with the one that began them."""
    if not hasattr(session.config, "workerinput"):
        database.drop(database.SHARED)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: the tests of browsers, networks and clocks mostly wait."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture
def demo_study(demo_database: str, django_db_blocker: Any) -> Iterator[None]:
    """The demonstration study to read; PostgreSQL refuses a write. Without the django_db mark."""
    with django_db_blocker.unblock(), database.using(demo_database, read_only=True):
        yield


@pytest.fixture
def demo_copy(demo_database: str, django_db_blocker: Any) -> Iterator[str]:
    """A copy of the demonstration study to change; gone after the test. Without the django_db mark."""
    name = database.NAME + "_copy"
    with django_db_blocker.unblock():
        database.clone(demo_database, name)
        with database.using(name):
            yield name
    database.drop(name)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A page shown to a person who reads Chinese leaves the thread in Chinese: the next test starts in English again."""
    with translation.override("en"):
        yield


# --- sites, people, subjects


@pytest.fixture
def sites() -> list[Site]:
    """Sites 01, 02 and 03. The test asks for `db` or `transactional_db` itself, by mark or by name."""
    return study.make_sites()


@pytest.fixture
def site(sites: list[Site]) -> Site:
    return sites[0]


@pytest.fixture
def scope(sites: list[Site]) -> Iterator[None]:
    """Every site visible for the whole test; for tests that roll back."""
    with study.seeing_everything():
        yield


@pytest.fixture
def coordinator(site: Site) -> User:
    return study.person("COORDINATOR", site)


@pytest.fixture
def investigator(site: Site) -> User:
    return study.person("INVESTIGATOR", site)


@pytest.fixture
def other_coordinator(sites: list[Site]) -> User:
    """Of site 02."""
    return study.person("COORDINATOR", sites[1])


@pytest.fixture
def monitor(sites: list[Site]) -> User:
    """Of sites 01 and 02."""
    return study.person("MONITOR", *sites[:2])


@pytest.fixture
def data_manager(sites: list[Site]) -> User:
    return study.person("DATA_MANAGER")


@pytest.fixture
def medical_monitor(sites: list[Site]) -> User:
    return study.person("MEDICAL_MONITOR")


@pytest.fixture
def statistician(sites: list[Site]) -> User:
    return study.person("STATISTICIAN")


@pytest.fixture
def inspector(sites: list[Site]) -> User:
    return study.person("INSPECTOR")


@pytest.fixture
def administrator(sites: list[Site]) -> User:
    return study.person("ADMINISTRATOR")


@pytest.fixture
def subject(site: Site, investigator: User) -> Subject:
    """Screened."""
    return study.screened(site, by=investigator)


@pytest.fixture
def enrolled(site: Site, investigator: User) -> Subject:
    return study.enrolled(site, by=investigator)


@pytest.fixture
def infused(site: Site, investigator: User) -> Subject:
    return study.infused(site, by=investigator)


@pytest.fixture
def typed_crs() -> Any:
    """What a person would type: typed_crs(day, **changes) gives a dictionary of raw strings."""
    return study.typed_crs
