"""The databases of a test run: made by the owner, used by the application, emptied after real transactions, cloned."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

# Process ids in the name: two runs on one server do not meet, and what a killed run left can be told apart.
NAME = f"test_cartwright_{os.getpid()}"
_RUN = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
SHARED = f"test_cartwright_{_RUN}_shared"  # by all processes of a run: the demonstration study
LEFT_ALONE = {"django_migrations", "django_content_type", "auth_permission"}
# Made by post_migrate and read by beat; put back as they were. In the order of their foreign keys.
PUT_BACK = (
    "django_celery_beat_intervalschedule",
    "django_celery_beat_crontabschedule",
    "django_celery_beat_periodictask",
    "django_celery_beat_periodictasks",
)


def url(variable: str, name: str | None = None) -> str:
    """The address in an environment variable, with the test database in place of the real one."""
    parts = urlsplit(os.environ[variable])
    return urlunsplit(parts._replace(path="/" + (name or connections["default"].settings_dict["NAME"])))


def as_owner(name: str | None = None) -> psycopg.Connection:
    """A connection of the owner outside Django, in autocommit."""
    return psycopg.connect(url("DATABASE_OWNER_URL", name), autocommit=True)


def as_application(name: str | None = None) -> psycopg.Connection:
    """A connection of the application outside Django, not in autocommit."""
    return psycopg.connect(url("DATABASE_URL", name))


def drop_what_killed_runs_left() -> None:
    """Removes test databases whose process is gone."""
    with as_owner("postgres") as owner:
        for (name,) in owner.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^test_cartwright_[0-9]+'"
        ).fetchall():
            if not os.path.exists(f"/proc/{name.split('_')[2]}"):
                owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def remember_defaults() -> None:
    """Copies what `migrate` put into the schedule, so that `empty` can put it back."""
    with as_owner() as owner:
        owner.execute("CREATE SCHEMA kept")
        for table in PUT_BACK:
            owner.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}")


def empty(*, superuser: bool | None = None) -> None:
    """Empties every table after a test with real transactions.

    superuser: None = ask. A superuser suspends the guard with session_replication_role, which is quick; an owner that is
    none disables the triggers of its own tables and truncates them together.
    """
    with as_owner() as owner, owner.transaction():
        if superuser is None:
            superuser = owner.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (
                True,
            )
        rows = owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = [name for (name,) in rows if name not in LEFT_ALONE]
        if superuser:
            owner.execute("SET LOCAL session_replication_role = replica")
            filled = " UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM \"{t}\")" for t in tables)
            for (name,) in owner.execute(filled).fetchall():
                owner.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        else:
            for name in tables:
                owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(name)))
            owner.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
            for name in tables:
                owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(name)))
        for table in PUT_BACK:
            owner.execute(f"INSERT INTO public.{table} SELECT * FROM kept.{table}")


def part_with(name: str) -> None:
    """Ends every connection to a database, of this process and of others."""
    connections.close_all()
    with as_owner("postgres") as owner:
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            [name],
        )


def clone(source: str, target: str) -> None:
    """Copies a whole database; nobody may be connected to the source."""
    part_with(source)
    with as_owner("postgres") as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
        owner.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(target), sql.Identifier(source)))


def exists(name: str) -> bool:
    with as_owner("postgres") as owner:
        return owner.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Of the processes of a run, one is in this block and the others wait."""
    with as_owner("postgres") as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [_RUN])
        yield


def drop(name: str) -> None:
    """Removes a database with whoever is connected to it."""
    with as_owner("postgres") as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def using(name: str, *, read_only: bool = False) -> Iterator[None]:
    """Django's connections go to another database of the same server for this block."""
    before = {alias: (c.settings_dict["NAME"], dict(c.settings_dict["OPTIONS"])) for alias, c in _each()}
    for _alias, connection in _each():
        if connection.in_atomic_block:
            raise RuntimeError(
                "Ask for demo_study without the django_db mark: its transaction is open on another database."
            )
        connection.close()
        connection.settings_dict["NAME"] = name
        if read_only:
            connection.settings_dict["OPTIONS"] = {
                **connection.settings_dict["OPTIONS"], "options": "-c default_transaction_read_only=on"
            }  # fmt: skip
    try:
        yield
    finally:
        for alias, connection in _each():
            connection.close()
            connection.settings_dict["NAME"], connection.settings_dict["OPTIONS"] = before[alias]


def _each() -> list:  # type: ignore[type-arg]
    return [(alias, connections[alias]) for alias in settings.DATABASES]


def environment() -> dict[str, str]:
    """Variables with which a child process (web, worker, beat, manage.py) works on the database of this test."""
    return {**os.environ, "DATABASE_URL": url("DATABASE_URL"), "DATABASE_OWNER_URL": url("DATABASE_OWNER_URL")}
