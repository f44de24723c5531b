"""The demonstration: services, database, study, web, worker and beat with one command. `python -m deploy.demo`."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from deploy import external, postgres, processes, services, valkey, web
from deploy.environment import ROOT, DeployError, open_lock, read_dotenv, run_folder, var, write_private
from deploy.supervisor import Part, Stop, Supervisor, say


class Demo:
    """One run of the demonstration, from the first service to the last line on the screen."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}
        self.supervisor = Supervisor(addresses=lambda: dict(self.addresses))

    def run(self) -> None:
        """Start everything, print the address, look after it until told to stop."""
        begun = time.monotonic()
        self.supervisor.listen()
        try:
            listener = self.start()
            self.welcome(listener, seconds=time.monotonic() - begun)
            self.supervisor.watch()
        except Stop:
            say("\nStopping.")
        finally:
            self.supervisor.stop()
            with contextlib.suppress(OSError):
                (run_folder() / "demo.json").unlink()
            services.release()

    def start(self) -> socket.socket:
        """Everything in order; each part is ready before the next one starts."""
        (run_folder() / "demo.json").unlink(missing_ok=True)
        web.end_leftovers()
        services.hold(afresh=True)
        listener, taken = web.listen()
        if taken:
            say(f"Port {taken[0]} is taken; using {listener.getsockname()[1]}.")
        if not (os.environ.get("PUBLIC_ADDRESS") or os.environ.get("CSRF_TRUSTED_ORIGINS")):
            # An e-mail must lead here, and not to whatever else answers on the first port.
            os.environ["PUBLIC_ADDRESS"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.start_services()
        say("Preparing the database and the demonstration study …")
        self.prepare()
        start = self.supervisor.start
        start(self.part("web", lambda: web.start_web(listener, self.addresses)))
        start(self.part("worker", lambda: web.start_worker(self.addresses)))
        start(self.part("beat", lambda: web.start_beat(self.addresses)))
        return listener

    def start_services(self) -> None:
        """The embedded PostgreSQL and Valkey, or those that the environment names."""
        if external.database_is_given():
            urls = external.database()
            self.addresses |= {"DATABASE_URL": urls.database_url, "DATABASE_OWNER_URL": urls.owner_url}
            say("PostgreSQL: the server of DATABASE_URL.")
        else:
            self.supervisor.start(self.service("postgres", postgres, self.take_database))
        if external.broker_is_given():
            self.addresses["BROKER_URL"] = external.broker()
            say("Broker: the server of BROKER_URL.")
        else:
            self.supervisor.start(self.service("valkey", valkey, self.take_broker))

    def take_database(self) -> None:
        urls = postgres.ensure(lifeline=True)
        self.addresses |= {"DATABASE_URL": urls.database_url, "DATABASE_OWNER_URL": urls.owner_url}

    def take_broker(self) -> None:
        self.addresses["BROKER_URL"] = valkey.ensure(lifeline=True)

    def service(self, name: str, module: Any, take: Callable[[], None]) -> Part:
        """A service as a part; one that ran before us is shared, and left to its last user when we stop."""
        shared = module.pid()

        def start() -> int:
            take()
            return int(module.pid() or 0)

        def stop(pid: int) -> None:
            if pid != shared:
                module.stop()

        return Part(name, start, stop)

    def part(self, name: str, start: Callable[[], int]) -> Part:
        return Part(name, start, web.stop, needs_addresses=True)

    def prepare(self) -> None:
        """Migrate and load the study, in a process of its own so that none of Django stays in this one."""
        command = [sys.executable, "-m", "deploy.prepare", str(run_folder() / "accounts.txt")]
        # A group of its own: Ctrl-C comes to us, and we end it.
        child = subprocess.Popen(
            command, cwd=ROOT, env=web.environment(self.addresses), stdin=subprocess.DEVNULL, process_group=0
        )
        try:
            code = child.wait()
        except Stop:
            processes.end([child.pid], signals=((signal.SIGTERM, 3.0), (signal.SIGKILL, 5.0)))
            raise
        if code:
            raise DeployError("The database could not be prepared; the reason stands above.")

    def welcome(self, listener: socket.socket, *, seconds: float) -> None:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        write_private(run_folder() / "demo.json", json.dumps({"address": address, "pid": os.getpid()}))
        say(f"\nCartwright runs at {address}   (ready after {seconds:.1f} s)\n")
        say((run_folder() / "accounts.txt").read_text().rstrip())
        say(f"\nLogs: {var() / 'log'}\nCtrl-C stops everything.\n")


def running_address() -> str | None:
    """Address of the demonstration that runs in this var folder; empty while it starts, None when there is none."""
    descriptor = open_lock("demo")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        with contextlib.suppress(OSError, ValueError, KeyError):
            return str(json.loads((run_folder() / "demo.json").read_text())["address"])
        return ""
    finally:
        os.close(descriptor)
    return None


def main() -> int:
    """Run the demonstration, or say where it runs already."""
    read_dotenv()
    lock = open_lock("demo")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        address = running_address()
        say(f"Cartwright runs already, at {address}" if address else "Cartwright is already being started.")
        return 0
    Demo().run()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except DeployError as error:
        sys.exit(f"\n{error}")
