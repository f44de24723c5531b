"""Makes the virtual environment and installs the locked requirements; runs before anything is installed.

`python3 deploy/install.py requirements.txt` needs the standard library alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Already resolved and hashed: nothing is looked for, and byte code is made on first use.
FAST = ("--require-hashes", "--no-deps", "--no-compile", "--disable-pip-version-check")
# Ready-made packages only, so that no compiler is needed. For tests one oracle comes as (pure Python) source.
READY_MADE = {"requirements.txt": ("--only-binary", ":all:")}


def main(requirements: Path) -> int:
    """Install when the lock file changed since the last time; say what is done, because it may take a minute."""
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = VENV / f"installed-{requirements.name}"
    if _stamped(stamp, wanted):
        return 0
    with open(ROOT / ".install.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a simultaneous start waits here and then finds the work done
        if _stamped(stamp, wanted):
            return 0
        begun = time.monotonic()
        interrupted = VENV / "installing"
        if interrupted.exists() or not _works():
            _make()
        print(f"Installing {requirements.name} …", flush=True)
        interrupted.touch()
        if code := _pip(requirements):
            print(
                f"\nThe installation failed (pip ended with status {code}); the reason stands above.", file=sys.stderr
            )
            return 1
        stamp.write_text(wanted)
        interrupted.unlink()
        print(f"Installed in {time.monotonic() - begun:.0f} s.", flush=True)
    return 0


def _stamped(stamp: Path, wanted: str) -> bool:
    try:
        return stamp.read_text() == wanted and not (VENV / "installing").exists() and PYTHON.exists()
    except OSError:
        return False


def _works() -> bool:
    """Whether the virtual environment is there, whole, and of a Python that still exists."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0


def _make() -> None:
    print(f"Making a virtual environment with Python {sys.version.split()[0]} …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"{made.stdout}{made.stderr}\n{sys.executable} cannot make a virtual environment.\n"
            f"On Debian and Ubuntu: apt-get install python{version}-venv (as root), then start again.\n"
            "Or name another Python: make PYTHON=/path/to/python3 …"
        )


def _pip(requirements: Path) -> int:
    # -qq: errors only; the names of eighty packages tell a person nothing.
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore", "PYTHONWARNINGS": "ignore"}
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "-qq",
        *FAST,
        *READY_MADE.get(requirements.name, ()),
        "-r",
        str(requirements),
    ]
    return subprocess.run(command, env=environment, check=False).returncode


def installed(requirements: Path) -> bool:
    """Whether exactly these requirements are installed."""
    return _stamped(VENV / f"installed-{requirements.name}", hashlib.sha256(requirements.read_bytes()).hexdigest())


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(not installed(ROOT / sys.argv[2]))
    sys.exit(main(ROOT / sys.argv[1]))
