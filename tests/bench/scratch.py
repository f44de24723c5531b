"""Databases of a run: made by the owner as in the tests, used as the application, dropped at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.test.utils import setup_databases, teardown_databases

from tests import database


@contextmanager
def scratch() -> Iterator[str]:
    """Django works on a new, migrated database for this block; yields its name."""
    database.drop_what_killed_runs_left()
    # See the fixture django_db_setup: one database, two roles.
    connections["owner"].settings_dict["TEST"].update(NAME=database.NAME, DEPENDENCIES=[])
    connections["default"].settings_dict["NAME"] = database.NAME
    before = setup_databases(verbosity=0, interactive=False, aliases={"default", "owner"}, serialized_aliases=set())
    connections["owner"].close()
    try:
        yield database.NAME
    finally:
        connections.close_all()
        teardown_databases(before, verbosity=0)


@contextmanager
def demonstration(name: str) -> Iterator[str]:
    """A copy of that database with the demonstration study loaded, once for all measurements that need it; yields its name."""
    from crf.demo.load import subjects_one_by_one

    loaded = f"{name}_demo"
    database.clone(name, loaded)
    try:
        with database.using(loaded):
            for _done in subjects_one_by_one():
                pass
        yield loaded
    finally:
        database.drop(loaded)


@contextmanager
def copy_of(name: str, suffix: str) -> Iterator[None]:
    """Django works on a copy of a database for this block."""
    copy = f"{name}_{suffix}"
    database.clone(name, copy)
    try:
        with database.using(copy):
            yield
    finally:
        database.drop(copy)
