"""Which software this is: the release number, and the commit where the source tree is a git checkout.

`CARTWRIGHT_VERSION` in the environment says it instead, for an image that is built without the repository.
"""

from __future__ import annotations

import os
import subprocess
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def software() -> str:
    """The version that every output carries, as "0.1.0" or "0.1.0+g180bf41"; "+….dirty" where files were changed."""
    if given := os.environ.get("CARTWRIGHT_VERSION", "").strip():
        return given[:60]
    number = str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
    commit = _commit()
    return f"{number}+{commit}" if commit else number


def _commit() -> str:
    """The commit of the checkout; empty where there is no git or no repository."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=.dirty", "--abbrev=7", "--exclude=*"]
    if not (ROOT / ".git").exists():  # a folder above ours may be somebody else's repository
        return ""
    try:
        found = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"g{found}"
