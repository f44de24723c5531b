"""The user PostgreSQL runs as, because it refuses to run as root, and the places that user can reach."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.environment import DeployError


@dataclass(frozen=True)
class Account:
    """An operating system user that root drops to."""

    name: str
    uid: int
    gid: int

    def switch(self) -> dict[str, Any]:
        """Arguments of `subprocess` that start a program as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can(self, test: str, path: Path) -> bool:
        """Whether this user passes `test -<test> <path>`; asked of the kernel, which knows every rule."""
        return run_as(self, ["test", f"-{test}", path]).returncode == 0


def run_as(account: Account | None, command: list[str | Path], *, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a short program as the user (None: as ourselves) in a clean environment, and give what it said."""
    try:
        return subprocess.run(
            [str(part) for part in command],
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env=clean_environment(),
            check=False,
            **(account.switch() if account else {}),
        )
    except PermissionError as error:
        if account and error.filename is None:
            raise DeployError(
                "PostgreSQL does not run as root, and this container does not let root become "
                f"the user {account.name}.\n"
                "Start Cartwright as an ordinary user, or set DATABASE_URL and DATABASE_OWNER_URL to a server of yours."
            ) from None
        return subprocess.CompletedProcess(command, 126, "", str(error))


def clean_environment() -> dict[str, str]:
    """What a server program needs; PG* variables of the person's shell would redirect it."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def owner_of(path: Path) -> Account | None:
    """As root, the ordinary user a folder belongs to; None when root's own, not there, or we are not root."""
    if os.geteuid() != 0 or not path.exists() or (uid := path.stat().st_uid) == 0:
        return None
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise DeployError(f"{path} belongs to user id {uid}, which does not exist on this machine.") from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def for_postgres(data: Path) -> Account | None:
    """The user to run the server as: as root the owner of the data, else `postgres` or `nobody`; else None."""
    if os.geteuid() != 0:
        return None
    if owner := owner_of(data):
        return owner
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise DeployError(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor a user `nobody`.\n"
        "Start Cartwright as an ordinary user, or set DATABASE_URL and DATABASE_OWNER_URL to a server of yours."
    )
