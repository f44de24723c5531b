"""The web process as in production, on a database of the tests; and wires to database and broker that can be cut."""

from __future__ import annotations

import contextlib
import http.client
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from deploy import processes
from deploy.environment import ROOT, free_port

READY_SECONDS = 60
DEFAULT_PORTS = {"redis": 6379, "rediss": 6379, "amqp": 5672}


@dataclass
class Web:
    """A running web process."""

    address: str
    pid: int
    log: Path

    def kill(self) -> None:
        """Ends it as a power cut does: nothing is finished."""
        processes.end_session(self.pid)
        processes.wait_until(lambda: not processes.alive(self.pid), seconds=10)

    def stop(self) -> None:
        processes.end([self.pid], signals=((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)))


def start(environment: dict[str, str], log: Path, *, port: int | None = None) -> Web:
    """Starts gunicorn and waits until the sign-in page answers. port: None = any that is free."""
    port = port or free_port()
    command = ["-m", "gunicorn", "trial.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8"]
    command += ["--no-control-socket", "--timeout", "60", "--graceful-timeout", "2"]
    log.parent.mkdir(parents=True, exist_ok=True)
    pid = processes.spawn(
        [sys.executable, *command], log=log, environment=environment, lifeline=signal.SIGKILL, cwd=ROOT
    )
    web = Web(f"http://127.0.0.1:{port}", pid, log)
    ready = processes.wait_until(lambda: not processes.alive(pid) or answers(port), seconds=READY_SECONDS, pause=0.1)
    if not ready or not processes.alive(pid):
        web.stop()
        raise RuntimeError(f"The web process did not start.\n{log.read_text()[-3000:]}")
    return web


def answers(port: int) -> bool:
    """Whether the sign-in page answers with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Wire:
    """A TCP connection to a service that can be cut and mended, while the service itself serves everybody else."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._target = (
            self._parts.hostname or "127.0.0.1",
            self._parts.port or DEFAULT_PORTS.get(self._parts.scheme, 5432),
        )
        self._port, self._ends = free_port(), set[socket.socket]()
        self._listener: socket.socket | None = None
        self.mend()

    @property
    def url(self) -> str:
        """The service's address through this wire."""
        who = self._parts.netloc.rpartition("@")[0]
        return urlunsplit(self._parts._replace(netloc=f"{who + '@' if who else ''}127.0.0.1:{self._port}"))

    def mend(self) -> None:
        """Connections are taken again."""
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self._port), reuse_port=True)
            threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def cut(self) -> None:
        """Every connection breaks, and new ones are refused."""
        listener, self._listener = self._listener, None
        for end in [listener, *self._ends]:
            if end is not None:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
        self._ends.clear()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            self._ends |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=[one, other], daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            self._ends.discard(end)
