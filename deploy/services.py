"""The services together: those the environment names, else embedded. `python -m deploy.services start|stop|status`."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from dataclasses import dataclass

from deploy import external, place, postgres, valkey
from deploy.environment import DeployError, open_lock, read_dotenv, without_password

_held: dict[int, int] = {}


@dataclass(frozen=True)
class Services:
    """Addresses of the database (as application and as owner) and of the broker."""

    database_url: str
    owner_url: str
    broker_url: str

    def environment(self) -> dict[str, str]:
        """The variables that `trial/settings.py` reads."""
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "BROKER_URL": self.broker_url,
        }


def ensure(*, lifeline: bool = False) -> Services:
    """Services that answer; what the environment does not name is started. Loading `.env` is the caller's part."""
    database = external.database() if external.database_is_given() else postgres.ensure(lifeline=lifeline)
    broker = external.broker() if external.broker_is_given() else valkey.ensure(lifeline=lifeline)
    return Services(database.database_url, database.owner_url, broker)


def stop() -> None:
    """Stop the embedded services of this var folder, the broker first."""
    valkey.stop()
    postgres.stop()


def hold(*, afresh: bool = False) -> None:
    """Declare this process a user of the embedded services until it ends, however it ends.

    With `afresh`, services that nobody uses (a killed test run left them) are stopped first, so that they can be
    started as parts of this process.
    """
    if os.getpid() in _held:
        return
    descriptor = open_lock("in_use")
    if afresh:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop()
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _held[os.getpid()] = descriptor


def release() -> None:
    """Stop the embedded services when this process was their last user."""
    descriptor = _held.pop(os.getpid(), None)  # a forked child has another id, and leaves them alone
    if descriptor is None:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass  # a test run or the demonstration still works with them
    else:
        stop()
    finally:
        os.close(descriptor)


def _status() -> None:
    for name, pid in (("postgres", postgres.pid()), ("valkey", valkey.pid())):
        print(f"{name:9} {f'runs, process {pid}' if pid else 'does not run'}")


def main(arguments: list[str]) -> int:
    """`start` leaves the embedded services running; `stop` ends them; `remove` also deletes their data."""
    read_dotenv()
    command = arguments[0] if arguments else "status"
    if command == "start":
        for key, value in ensure().environment().items():
            print(f"{key:19} {without_password(value)}")
    elif command in ("stop", "remove"):
        from deploy.demo import running_address  # here, because demo builds on this module

        if running_address():
            raise DeployError("The demonstration runs: stop it first, with Ctrl-C where it was started.")
        stop()
        if command == "remove":
            place.remove()
    elif command == "status":
        _status()
    else:
        raise DeployError(f"Unknown command {command!r}: start, stop, status or remove.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except DeployError as error:
        sys.exit(f"\n{error}")
