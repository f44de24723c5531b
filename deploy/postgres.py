"""The embedded PostgreSQL: one server for a clone, on the loopback, with an owner role and an application role."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from deploy import binaries, place, processes
from deploy.account import Account, clean_environment, for_postgres, run_as
from deploy.environment import DeployError, free_port, locked, log_file, record, write_private

OWNER, APPLICATION, DATABASE = "cartwright_owner", "cartwright_app", "cartwright"
PLAIN = sql.SQL("login nosuperuser nobypassrls nocreatedb nocreaterole noreplication")
START_SECONDS = 90  # recovery after kill -9 replays the write-ahead log before it answers
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log never holds clinical values: neither statements, nor parameters, nor the detail of a refused row.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_statement": "none",
    "log_line_prefix": "%m [%p] %a ",
    # Containers give 64 MB of shared memory; parallel plans would need more, and these tables are small.
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "jit": "off",
}


@dataclass(frozen=True)
class Urls:
    """Addresses of one database: as the application role, and as the owner who migrates, tests and backs up."""

    database_url: str
    owner_url: str


@dataclass(frozen=True)
class _Server:
    """The embedded server of this var folder: where it lies, who runs it, its passwords and its port."""

    home: Path
    account: Account | None
    passwords: dict[str, str]
    port: int | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def name(self) -> str:
        """Shown in the title of each of its processes, by which they are found again after a crash."""
        return "cartwright-" + hashlib.sha256(str(self.data).encode()).hexdigest()[:16]

    def url(self, role: str, *, port: int, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{self.passwords[role]}@127.0.0.1:{port}/{database}"


def ensure(*, lifeline: bool = False) -> Urls:
    """Reuse the running server or start it; with `lifeline` a server started here dies with this process."""
    with locked("postgres"):
        server = _server()
        port = _answering(server)
        if port is None:
            port = _start(server, lifeline=lifeline)
        urls = Urls(server.url(APPLICATION, port=port), server.url(OWNER, port=port))
        record(DATABASE_URL=urls.database_url, DATABASE_OWNER_URL=urls.owner_url)
        return urls


def pid() -> int | None:
    """Process id of the running postmaster; None when there is none."""
    server = _server()
    try:
        found = int((server.data / "postmaster.pid").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return found if found in _postmasters(server) else None


def stop() -> None:
    """Stop the server in order: running statements are rolled back, the data are written out."""
    with locked("postgres"):
        _end(_server())


def _server() -> _Server:
    home = place.choose()
    kept = home / "server.json"
    try:
        found = json.loads(kept.read_text())
    except (OSError, ValueError):
        found = {}
    passwords = found.get("passwords") or {role: secrets.token_urlsafe(24) for role in (OWNER, APPLICATION)}
    return _Server(home, for_postgres(home / "data"), passwords, found.get("port"))


def _answering(server: _Server) -> int | None:
    """Port of the server when it runs and lets us in; waits for one that is still starting or recovering."""
    port = server.port
    if port is None or not _postmasters(server):
        return None
    if not _lets_in(server, APPLICATION, port=port):
        processes.wait_until(
            lambda: _lets_in(server, OWNER, port=port) or not _postmasters(server), seconds=START_SECONDS
        )
        if not _lets_in(server, OWNER, port=port):
            return None
        _prepare(server, port=port)  # whoever started it was killed before this step
    return port


def _lets_in(server: _Server, role: str, *, port: int) -> bool:
    """Whether a real connection succeeds; SCRAM also proves to us that it is our server and not a stranger's."""
    database = DATABASE if role == APPLICATION else "postgres"
    try:
        psycopg.connect(server.url(role, port=port, database=database), connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


def _start(server: _Server, *, lifeline: bool) -> int:
    _end(server)  # what a killed postmaster left behind
    programs = binaries.find(account=server.account, data=server.data)
    if not (server.data / "PG_VERSION").exists():
        _create(server, programs)
    elif not (server.home / "server.json").exists():
        _set_password(server, programs)
    port = _launch(server, programs, lifeline=lifeline)
    _prepare(server, port=port)
    return port


def _create(server: _Server, programs: binaries.Binaries) -> None:
    """Make the data folder; under another name first, so that a start that was killed leaves no half-made one."""
    draft = server.home / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    place.make_closed(draft, server.account)
    # The passwords are on disk before the data: data without their password could never be opened.
    _keep(server, port=None)
    locale = ["--locale=C"]
    if programs.major >= 17:
        # Independent of the machine's locales, and letters beyond ASCII still have an upper case.
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command: list[str | Path] = [programs.folder / "initdb", "-D", draft, "-U", OWNER, "--encoding=UTF8", *locale]
    # A file and not a pipe: /dev/stdin belongs to root, and the other user may not open it.
    secret = server.home / "password"
    write_private(secret, server.passwords[OWNER] + "\n")
    if server.account:
        os.chown(secret, server.account.uid, server.account.gid)
    command += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"]
    try:
        made = run_as(server.account, command)
    finally:
        secret.unlink()
    if made.returncode:
        raise DeployError(f"PostgreSQL could not make its data folder in {server.home}:\n{made.stdout}{made.stderr}")
    draft.rename(server.data)


def _set_password(server: _Server, programs: binaries.Binaries) -> None:
    """Give the owner its new password without a server: the file with the old one is lost, the data are not."""
    statement = f"alter role {OWNER} password '{server.passwords[OWNER]}'\n"
    said = run_as(
        server.account, [programs.folder / "postgres", "--single", "-D", server.data, "postgres"], stdin=statement
    )
    if said.returncode:
        raise DeployError(f"{server.home / 'server.json'} is lost and the data do not open without it:\n{said.stderr}")


def _keep(server: _Server, *, port: int | None) -> None:
    write_private(server.home / "server.json", json.dumps({"port": port, "passwords": server.passwords}))


def _launch(server: _Server, programs: binaries.Binaries, *, lifeline: bool) -> int:
    """Start the postmaster and wait until it takes connections; tried again when its port was taken meanwhile."""
    log = log_file("postgres")
    # SIGINT: the fast and clean shutdown, also when our own end was not a clean one.
    tied = signal.SIGINT if lifeline else None
    for preferred in (server.port, None, None):
        port = free_port(preferred)
        _keep(server, port=port)
        options = {**SETTINGS, "port": str(port), "cluster_name": server.name}
        command: list[str | Path] = [programs.folder / "postgres", "-D", server.data]
        for key, value in options.items():
            command += ["-c", f"{key}={value}"]
        before = log.stat().st_size
        child = processes.spawn(
            command, log=log, environment=clean_environment(), account=server.account, lifeline=tied
        )
        end = time.monotonic() + START_SECONDS
        while processes.alive(child) and time.monotonic() < end:
            if _lets_in(server, OWNER, port=port):
                return port
            time.sleep(0.02)
        said = log.read_bytes()[before:].decode(errors="replace")
        if "could not bind" not in said:
            break
    raise DeployError(f"PostgreSQL did not start. Its log, {log}, ends with:\n{said[-1500:]}")


def _prepare(server: _Server, *, port: int) -> None:
    """Make the application role and the database where missing; the role owns nothing and bypasses nothing."""
    with psycopg.connect(server.url(OWNER, port=port, database="postgres"), autocommit=True) as connection:
        make_application_role(connection, password=server.passwords[APPLICATION])
        if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
            names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
            connection.execute(sql.SQL("create database {} owner {}").format(*names))


def make_application_role(connection: psycopg.Connection, *, password: str) -> None:
    """Make the role or give it this password; it can do nothing but log in until a migration grants it more."""
    role = sql.Identifier(APPLICATION)
    if not connection.execute("select 1 from pg_roles where rolname = %s", [APPLICATION]).fetchone():
        connection.execute(sql.SQL("create role {}").format(role))
    connection.execute(sql.SQL("alter role {} {} password {}").format(role, PLAIN, sql.Literal(password)))


def _postmasters(server: _Server) -> list[int]:
    """The living postmaster of this data folder, found by its command line, which every user may read."""
    wanted = f"\0-D\0{server.data}\0"
    return [p for p in processes.every_pid() if wanted in processes.command_line(p) and processes.alive(p)]


def _end(server: _Server) -> None:
    """End the postmaster and whatever it left, and only then remove its lock file."""
    fast = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
    gone = processes.end(_postmasters(server), signals=fast)
    # Backends of a killed postmaster end by themselves soon; two servers on one folder would destroy it.
    title = f"postgres: {server.name}: "
    orphans = [p for p in processes.every_pid() if processes.command_line(p).startswith(title)]
    gone = (
        processes.end(orphans, signals=((signal.SIGTERM, 2.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 5.0))) and gone
    )
    if not gone:
        raise DeployError(f"A PostgreSQL process of {server.data} does not end; end it by hand and start again.")
    # In a container process ids repeat: a stale lock file could name a stranger and refuse the start for ever.
    (server.data / "postmaster.pid").unlink(missing_ok=True)
