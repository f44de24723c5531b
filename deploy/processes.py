"""Processes: started so that they cannot outlive their supervisor, found again after a crash, ended for certain."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from deploy.account import Account

# prctl(2): ask the kernel for a signal when the parent dies, whatever it died of.
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
# Kept so that a child that has ended is reaped by poll() and not reported as a leaked object.
_children: dict[int, subprocess.Popen[bytes]] = {}


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: dict[str, str],
    account: Account | None = None,
    lifeline: signal.Signals | None = None,
    pass_fds: Sequence[int] = (),
    cwd: Path | str = "/",
) -> int:
    """Start a program in a session of its own, give its process id; when we die, it is sent the signal `lifeline`."""
    parent = os.getpid()

    def tie() -> None:
        # Runs after the change of user, which would clear it again.
        if lifeline is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(lifeline))
            if os.getppid() != parent:  # died in the moment between
                os._exit(1)

    with open(log, "ab") as out:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=cwd,
            pass_fds=pass_fds,
            # A session of its own: Ctrl-C reaches the supervisor alone, which then stops the parts in order.
            start_new_session=True,
            preexec_fn=tie,
            **(account.switch() if account else {}),
        )
    _children[child.pid] = child
    return child.pid


def exit_status(pid: int) -> str:
    """How a child of ours ended, in words; empty while it runs or when it was not our child."""
    child = _children.get(pid)
    code = child.poll() if child else None
    if code is None:
        return ""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


def alive(pid: int | None) -> bool:
    """Whether the process runs; one that has ended but was not yet collected by its parent does not."""
    if not pid:
        return False
    if pid in _children:
        return _children[pid].poll() is None
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def command_line(pid: int) -> str:
    """Arguments of a process, separated by NUL; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def every_pid() -> Iterator[int]:
    """Process ids on this machine, except our own."""
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            yield int(name)


def marked(marker: str) -> list[int]:
    """Living processes whose environment carries `marker` (`NAME=value`) and that we may look into."""
    found = []
    for pid in every_pid():
        with contextlib.suppress(OSError):
            if marker.encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") and alive(pid):
                found.append(pid)
    return found


def wait_until(reached: Callable[[], bool], *, seconds: float, pause: float = 0.02) -> bool:
    """Wait for something to come true; False when it did not in time."""
    end = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def end(pids: Sequence[int], *, signals: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Send the signals one after the other, each with its patience in seconds, until every process is gone."""

    def gone() -> bool:
        return not any(alive(pid) for pid in pids)

    for number, patience in signals:
        for pid in pids:
            if alive(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        if wait_until(gone, seconds=patience):
            return True
    return gone()


def end_session(leader: int) -> None:
    """Kill what is left of the process group that `leader` founded."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
