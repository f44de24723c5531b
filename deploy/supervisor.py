"""Starts parts in order, starts again what dies, and stops all of them in reverse order."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from deploy import processes
from deploy.environment import DeployError

LOOK_EVERY = 0.2  # seconds
LONGEST_PAUSE = 30.0  # seconds between two attempts at a part that keeps dying
SETTLED = 60.0  # seconds after which a part counts as well again


class Stop(BaseException):
    """Somebody asked us to stop; not an Exception, so that nothing on the way takes it for a failure."""


@dataclass
class Part:
    """One program: `start` gives its process id once it is ready, `stop` ends it; `needs_addresses` of the services."""

    name: str
    start: Callable[[], int]
    stop: Callable[[int], None]
    needs_addresses: bool = False
    pid: int | None = field(default=None, init=False)
    failures: int = field(default=0, init=False)
    born: float = field(default=0.0, init=False)
    again_at: float = field(default=0.0, init=False)


def say(text: str) -> None:
    """Write a line for the person at the terminal; a terminal that was closed is no reason to fail."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


class Supervisor:
    """Looks after its parts until Ctrl-C, SIGTERM or a closed terminal."""

    def __init__(self, *, addresses: Callable[[], object]) -> None:
        self.parts: list[Part] = []
        self._addresses = addresses

    def listen(self) -> None:
        """Turn the signals that mean stop into `Stop`, raised wherever the main thread is."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise_stop)

    def start(self, part: Part) -> None:
        """Start one part and wait until it is ready; from now on it is looked after."""
        self.parts.append(part)
        self._start(part)

    def watch(self) -> None:
        """Start again whatever dies; returns only by `Stop`."""
        while True:
            for part in self.parts:
                self._look_after(part)
            time.sleep(LOOK_EVERY)

    def stop(self) -> None:
        """Stop every part, the last started first; a second Ctrl-C does not disturb it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for part in reversed(self.parts):
            self._end(part)

    def _start(self, part: Part) -> None:
        part.pid = part.start()
        part.born = time.monotonic()

    def _end(self, part: Part) -> None:
        if part.pid is None:
            return
        try:
            part.stop(part.pid)
        except DeployError as error:
            say(str(error))
        processes.end_session(part.pid)
        part.pid = None

    def _look_after(self, part: Part) -> None:
        now = time.monotonic()
        if part.pid is not None and processes.alive(part.pid):
            if now - part.born > SETTLED:
                part.failures = 0
            return
        if part.pid is not None:
            how = processes.exit_status(part.pid) or "it is gone"
            self._end(part)  # what it left running
            part.again_at = now + _pause(part.failures)
            say(f"  {part.name} stopped ({how}); starting it again.")
        if now >= part.again_at:
            self._try_again(part)

    def _try_again(self, part: Part) -> None:
        before = self._addresses()
        try:
            self._start(part)
        except (DeployError, OSError) as error:
            say(f"  {part.name}: {error}")
            part.again_at = time.monotonic() + _pause(part.failures + 1)
        else:
            say(f"  {part.name} runs again.")
        part.failures += 1
        if self._addresses() != before:
            self._restart_dependents()

    def _restart_dependents(self) -> None:
        """A service came back at another address: whoever was told the old one has to be told."""
        dependents: Sequence[Part] = [part for part in self.parts if part.needs_addresses]
        for part in reversed(dependents):
            self._end(part)
            part.again_at = 0.0


def _pause(failures: int) -> float:
    """Seconds to wait before the next attempt: none at first, then doubling."""
    return 0.0 if failures == 0 else min(LONGEST_PAUSE, 0.5 * 2.0**failures)


def _raise_stop(number: int, frame: FrameType | None) -> None:
    raise Stop
