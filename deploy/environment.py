"""Where things lie: the repository, the var folder, private files, locks, and the addresses of the services."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "BROKER_URL")


class DeployError(Exception):
    """Something the person who starts Cartwright has to put right; the text says what and how."""


def var() -> Path:
    """The folder of everything that is made at run time; `CARTWRIGHT_VAR` moves it."""
    return Path(os.environ.get("CARTWRIGHT_VAR") or ROOT / "var").absolute()


def folder(name: str, *, mode: int = 0o755) -> Path:
    """A folder under var, made when missing."""
    path = var() / name
    try:
        path.mkdir(parents=True, exist_ok=True)
        _give_to_owner(path)
        if (path.stat().st_mode & 0o777) != mode:
            path.chmod(mode)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise DeployError(
            f"Cannot use the folder {path} ({error.strerror}).\n"
            "It may have been made by another user. Remove it as that user, or set CARTWRIGHT_VAR to a folder of yours."
        ) from None
    return path


def run_folder() -> Path:
    """Locks, passwords and addresses: readable by their owner alone."""
    return folder("run", mode=0o700)


def log_file(name: str) -> Path:
    """The log of one part; a log that has grown large is set aside when the part starts."""
    path = folder("log") / f"{name}.log"
    with contextlib.suppress(OSError):
        if path.stat().st_size > 10_000_000:
            path.replace(path.with_suffix(".log.1"))
    path.touch()
    _give_to_owner(path)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step: a reader sees the old text or the new, never half."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with open(descriptor, "w") as out:
        out.write(text)
    _give_to_owner(draft)
    draft.replace(path)


def _give_to_owner(path: Path) -> None:
    """What root writes into a user's folder belongs to that user, or the next start as that user would fail."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        if owner.st_uid != path.stat().st_uid:
            os.chown(path, owner.st_uid, owner.st_gid)


def open_lock(name: str) -> int:
    """Descriptor of the lock file of this name, not yet locked."""
    path = run_folder() / f"{name}.lock"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    _give_to_owner(path)
    return descriptor


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold the lock of this name; simultaneous starters wait here for each other. A killed holder lets go by itself."""
    descriptor = open_lock(name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def recorded() -> dict[str, str]:
    """The addresses that the last start left behind; empty when there was none."""
    try:
        found = json.loads((run_folder() / "services.json").read_text())
    except (OSError, ValueError):
        return {}
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def record(**addresses: str) -> None:
    """Leave addresses behind for `trial/settings.py`, which reads them when the environment says nothing."""
    with locked("services"):
        before = recorded()
        after = {**before, **addresses}
        if after != before:
            write_private(run_folder() / "services.json", json.dumps(after, indent=1))


def read_dotenv() -> None:
    """Take `KEY=value` lines of `.env` into the environment; what is set there already wins."""
    try:
        lines = (ROOT / ".env").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith("#"):
            os.environ.setdefault(key.strip().removeprefix("export "), value.strip().strip("'\""))


def free_port(preferred: int | None = None) -> int:
    """A TCP port on the loopback that is free now: the preferred one where possible."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            # As servers do it: connections of an earlier server that are still fading away do not count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise DeployError("No free TCP port on 127.0.0.1.")


def without_password(url: str) -> str:
    """The address as it may be shown on a screen or in a log."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}:***@" if parts.password else (f"{parts.username}@" if parts.username else "")
    return urlunsplit((parts.scheme, user + host, parts.path, "", ""))
