"""A real browser, a real web process and the demonstration study: people sign in, subjects are made, pages are watched."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import BrowserContext, Page

from deploy.browser import executable
from deploy.environment import ROOT
from tests import database, study
from tests.browser import server
from trial import audit

# Playwright leaves its event loop running in the main thread; Django would take every query there for a mistake.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

HERE = Path(__file__).parent
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
PATIENCE = 20_000  # milliseconds; two cores may be busy with other things
CHROMIUM = executable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser these tests are skipped, and the summary says so."""
    if CHROMIUM is None:
        for item in items:
            if item.path.is_relative_to(HERE):
                item.add_marker(pytest.mark.skip(reason="NO CHROMIUM: install it with `apt-get install chromium`"))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": CHROMIUM, "args": ARGUMENTS}


# --- the study and the web


@pytest.fixture(scope="session")
def browser_database(demo_database: str, django_db_blocker: Any) -> Iterator[str]:
    """A copy of the demonstration study for all browser tests; each makes subjects of its own in it."""
    name = database.NAME + "_browser"
    with django_db_blocker.unblock():
        database.clone(demo_database, name)
    yield name
    database.drop(name)


@pytest.fixture
def records(browser_database: str, django_db_blocker: Any) -> Iterator[None]:
    """The database of the web process, for the test itself; rows of subjects need `study.seeing_everything()`."""
    with django_db_blocker.unblock(), database.using(browser_database):
        yield


@pytest.fixture(scope="session")
def web_environment(browser_database: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables of a web process. Its broker is gone: no worker of another test shall find this database's work."""
    return {
        **os.environ,
        "DATABASE_URL": database.url("DATABASE_URL", browser_database),
        "DATABASE_OWNER_URL": database.url("DATABASE_OWNER_URL", browser_database),
        "BROKER_URL": "redis://127.0.0.1:1/0",
        "STORAGE_OPTIONS": json.dumps({"location": str(tmp_path_factory.mktemp("files"))}),
    }


@pytest.fixture(scope="session")
def web(web_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Web]:
    """The web process that most tests use."""
    running = server.start(web_environment, tmp_path_factory.mktemp("web") / "web.log")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def conclusions(web_environment: dict[str, str]) -> None:
    """Snapshot and endpoint tables, as the worker would have left them."""
    subprocess.run(
        [sys.executable, "manage.py", "refresh"], cwd=ROOT, env=web_environment, check=True, capture_output=True
    )


@pytest.fixture(scope="session")
def browser_context_args(web: server.Web) -> dict[str, Any]:
    return {"base_url": web.address, "viewport": {"width": 1280, "height": 900}, "locale": "en-GB"}


# --- people


Sign = Callable[..., Page]


@pytest.fixture
def signed_in(
    records: None,
    new_context: Callable[..., BrowserContext],
    web: server.Web,
    broken: list[str],
    request: pytest.FixtureRequest,
) -> Iterator[Sign]:
    """signed_in("investigator-01", **context options) opens a page of a person whose session is already there.

    A failed test leaves a trace of each person in test-results/, to be opened with `playwright show-trace`.
    """
    contexts: list[BrowserContext] = []

    def open_page(username: str | None, *, address: str = web.address, traced: bool = True, **options: Any) -> Page:
        context = new_context(**options)
        # Playwright's own option also films the page, which doubles the time of the suite.
        if traced:
            context.tracing.start(snapshots=True, screenshots=False, sources=False)
            contexts.append(context)
        if username:
            context.add_cookies([{"name": "sessionid", "value": session_of(username), "url": address}])
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on(
            "response", lambda r: broken.append(f"{r.status} {r.request.method} {r.url}") if r.status >= 500 else None
        )
        page.on("pageerror", lambda error: broken.append(f"script: {error}"))
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    yield open_page
    failed = getattr(request.node, "failed", False)
    for number, context in enumerate(contexts, 1):
        name = re.sub(r"\W+", "-", request.node.name)
        trace = Path(request.config.rootpath) / "test-results" / f"{name}-{number}.zip"
        context.tracing.stop(path=trace if failed else None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Notes on the test itself that it failed, for those who tidy up after it."""
    report = yield
    item.failed = getattr(item, "failed", False) or report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture
def broken(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Answers of 500 and more, and errors of scripts: none, in any test, unless it empties the list itself."""
    seen: list[str] = []
    yield seen
    assert not seen


def session_of(username: str) -> str:
    """The key of a new session of this person, as signing in would make it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from trial.models import User

    user = User.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


# --- subjects of one test's own


@pytest.fixture
def people(records: None) -> Any:
    """people("investigator-01") is the person of the demonstration study."""
    from trial.models import User

    return lambda username: User.objects.get(username=username)


@pytest.fixture
def site_01(records: None) -> Any:
    from trial.models import Site

    return Site.objects.get(code="01")


@pytest.fixture
def fresh(people: Any, site_01: Any) -> Any:
    """A subject of site 01, infused on 2026-03-20, without a CRS assessment; under the first version of the protocol."""
    by = people("investigator-01")
    found = study.infused(site_01, by=by)
    with transaction.atomic(), study.seeing_everything(), audit.acting(by, "first version"):
        found.visits.update(protocol_version="1.0")
    return found
