"""The programs of Cartwright itself: web, worker and beat, as the demonstration runs them."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
from pathlib import Path

from deploy import processes
from deploy.environment import ROOT, DeployError, log_file, run_folder

READY_SECONDS = 90
# Carried by every process of a demonstration: what a kill -9 leaves behind is found by it at the next start.
MARKER = "CARTWRIGHT_SUPERVISED"
FIRST_PORT, PORTS = 8000, 50


def environment(addresses: dict[str, str]) -> dict[str, str]:
    """Variables of a program of ours: the person's, the addresses of the services, and the marker."""
    quiet = "ignore::RuntimeWarning:celery.platforms"  # the worker warns when it runs as root
    return {
        **os.environ,
        **addresses,
        MARKER: str(run_folder()),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": ",".join(filter(None, (os.environ.get("PYTHONWARNINGS"), quiet))),
        "DJANGO_SETTINGS_MODULE": "trial.settings",
    }


def end_leftovers() -> None:
    """End what an earlier demonstration left running when it was killed."""
    left = processes.marked(f"{MARKER}={run_folder()}")
    processes.end(left, signals=((signal.SIGKILL, 10.0),))


def listen() -> tuple[socket.socket, list[int]]:
    """A listening socket on PORT or the next free port, and the ports that were taken.

    The supervisor keeps it open and lends it to the web process: while that is started again, browsers wait and are
    not refused, and nobody else can take the port.
    """
    wanted = os.environ.get("PORT") or str(FIRST_PORT)
    if not wanted.isdigit() or not 1 <= int(wanted) <= 65535:
        raise DeployError(f"PORT is {wanted!r}; it must be a number from 1 to 65535.")
    taken: list[int] = []
    for port in range(int(wanted), min(int(wanted) + PORTS, 65536)):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(128)
        except PermissionError:
            raise DeployError(f"This user may not listen on port {port}; set PORT to a number above 1023.") from None
        except OSError:
            listener.close()
            taken.append(port)
            continue
        return listener, taken
    raise DeployError(f"The ports {taken[0]} to {taken[-1]} are all taken; set PORT to a free one.")


def start_web(listener: socket.socket, addresses: dict[str, str]) -> int:
    """Start gunicorn and wait until the sign-in page answers."""
    command: list[str] = ["gunicorn", "trial.wsgi", "--bind", f"fd://{listener.fileno()}", "--workers", "2"]
    command += ["--threads", "4", "--timeout", "60", "--graceful-timeout", "8", "--no-control-socket"]
    if os.access("/dev/shm", os.W_OK):
        command += ["--worker-tmp-dir", "/dev/shm"]  # heartbeats of the web workers; a slow disk would look like a hang
    child = _python(command, log=log_file("web"), addresses=addresses, pass_fds=(listener.fileno(),))
    port = listener.getsockname()[1]
    processes.wait_until(
        lambda: not processes.alive(child) or _page(port) is not None, seconds=READY_SECONDS, pause=0.1
    )
    status = _page(port) if processes.alive(child) else None
    if status != 200:
        what = f"the sign-in page answers {status}" if status else (processes.exit_status(child) or "no answer")
        stop(child)
        raise DeployError(f"The web process did not become ready ({what}).\n{tail(log_file('web'))}")
    return child


def start_worker(addresses: dict[str, str]) -> int:
    """Start the one Celery worker process; what it does is seen on the jobs page and in its log."""
    command = ["celery", "-A", "trial.celery:app", "worker", "--concurrency", "2", "--hostname", "worker@cartwright"]
    # Alone on its broker it has nobody to greet; greeting costs a second at every start.
    command += ["--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    return _python(command, log=log_file("worker"), addresses=addresses)


def start_beat(addresses: dict[str, str]) -> int:
    """Start the clock of the schedules; there must be one only, hence no pid file that a crash could leave behind."""
    command = ["celery", "-A", "trial.celery:app", "beat", "--pidfile=", "--loglevel", "INFO"]
    return _python(command, log=log_file("beat"), addresses=addresses)


def stop(pid: int) -> None:
    """End web, worker or beat: a task or request under way may finish, one that does not is delivered again later."""
    processes.end([pid], signals=((signal.SIGTERM, 10.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 5.0)))


def tail(log: Path, *, lines: int = 15) -> str:
    """The end of a log, with its place."""
    return f"{log} ends with:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _python(module: list[str], *, log: Path, addresses: dict[str, str], pass_fds: tuple[int, ...] = ()) -> int:
    # -m and not the scripts of the virtual environment: those break when the clone is moved or its path is long.
    return processes.spawn(
        [sys.executable, "-m", *module],
        log=log,
        environment=environment(addresses),
        lifeline=signal.SIGKILL,
        pass_fds=pass_fds,
        cwd=ROOT,
    )


def _page(port: int) -> int | None:
    """HTTP status of the sign-in page; None when nothing answers yet."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/accounts/login/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
