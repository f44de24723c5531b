"""Where the data of the embedded PostgreSQL lie: in var, or elsewhere when its user cannot reach var."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from pathlib import Path

from deploy.account import Account, for_postgres
from deploy.environment import DeployError, folder, write_private


def choose() -> Path:
    """The folder that holds `data`; decided once, and recorded in var/postgres/elsewhere when outside var."""
    home = folder("postgres")
    elsewhere = home / "elsewhere"
    if elsewhere.exists() and (far := Path(elsewhere.read_text().strip())).is_dir():
        if not os.access(far, os.W_OK | os.X_OK):
            raise DeployError(
                f"The data lie in {far}, which this user cannot enter: start Cartwright as the user who made them,\n"
                "or set CARTWRIGHT_VAR to a folder of yours."
            )
        return far
    account = for_postgres(home / "data")
    if (home / "data").exists() or _usable(home, account):
        return home
    far = _far_folder(home)
    far.mkdir(parents=True, exist_ok=True)
    if not _usable(far, account):
        raise DeployError(
            f"PostgreSQL, running as {account.name if account else 'this user'}, can keep its data\n"
            f"neither in {home} nor in {far}.\n"
            "Set CARTWRIGHT_VAR to a folder on a local file system that every user may enter."
        )
    write_private(elsewhere, f"{far}\n")
    return far


def _far_folder(home: Path) -> Path:
    if os.geteuid() == 0:
        base = Path("/var/lib/cartwright")
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "cartwright"
    # The random part: a new clone at the same path must not find the data of an old one.
    return base / f"{hashlib.sha256(str(home).encode()).hexdigest()[:12]}-{secrets.token_hex(3)}"


def _usable(home: Path, account: Account | None) -> bool:
    """Whether the account can own a closed folder here: tried, because mounts and parent folders differ."""
    trial = home / f"probe.{os.getpid()}"
    try:
        make_closed(trial, account)
        closed = (trial.stat().st_mode & 0o777) == 0o700
        return closed and (account is None or account.can("w", trial))
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            trial.rmdir()


def make_closed(path: Path, account: Account | None) -> None:
    """Make a folder that only the account (None: ourselves) can enter."""
    path.mkdir(mode=0o700)
    path.chmod(0o700)
    if account:
        os.chown(path, account.uid, account.gid)


def remove() -> None:
    """Delete the data for good; `make clean` calls it after the server has stopped."""
    home = folder("postgres")
    far = choose()
    shutil.rmtree(home, ignore_errors=True)
    if far != home:
        shutil.rmtree(far, ignore_errors=True)
