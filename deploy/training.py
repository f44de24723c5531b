"""The training environment: everything of its own, and marked as such on every page. `python -m deploy.training [reset]`."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sys
from urllib.parse import urlsplit

import psycopg

from deploy import external, place, services
from deploy.demo import Demo, running_address
from deploy.environment import (
    ADDRESSES,
    ROOT,
    DeployError,
    open_lock,
    read_dotenv,
    recorded,
    run_folder,
    var,
    without_password,
)
from deploy.supervisor import say

PREFIX = "TRAINING_"
PORT = "8100"
# Where it answers, and behind what: a link in an e-mail must never lead to production.
OUTSIDE = ("PUBLIC_ADDRESS", "CSRF_TRUSTED_ORIGINS", "ALLOWED_HOSTS", "TLS")
# What a production process has and a training one must not: its files, its key, its people's e-mail.
NOT_OURS = (
    "STORAGE_BACKEND",
    "STORAGE_OPTIONS",
    "SECRET_KEY",
    "STATIC_ROOT",
    "EMAIL_BACKEND",
    "EMAIL_HOST",
    "EMAIL_PORT",
    "EMAIL_HOST_USER",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_USE_TLS",
    "DEFAULT_FROM_EMAIL",
)


def set_apart() -> None:
    """Turns the environment of this process into that of the training: addresses, folder and port of its own.

    What production is told by DATABASE_URL, DATABASE_OWNER_URL, BROKER_URL, CARTWRIGHT_VAR, PORT and the names of OUTSIDE,
    the training is told by the same names after TRAINING_; where they say nothing it brings its own services, and answers on
    this machine alone. Raises DeployError where one of them leads to the same place as production's.
    """
    production = {**recorded(), **{name: os.environ[name] for name in ADDRESSES if os.environ.get(name)}}
    folder_of_production = var()
    for name in (*ADDRESSES, *OUTSIDE, *NOT_OURS):
        os.environ.pop(name, None)
    for name in OUTSIDE:
        if os.environ.get(PREFIX + name):
            os.environ[name] = os.environ[PREFIX + name]
    for name in ADDRESSES:
        given = os.environ.get(PREFIX + name, "")
        for known, address in production.items():
            if given and _where(given) == _where(address):
                raise DeployError(
                    f"{PREFIX}{name} leads to {without_password(given)}, and so does {known} of the study itself.\n"
                    "Training never works on the study's own data: name another database or broker, or none at all."
                )
        if given:
            os.environ[name] = given
    os.environ["CARTWRIGHT_VAR"] = os.environ.get(PREFIX + "VAR") or str(ROOT / "var" / "training")
    if var() == folder_of_production:
        raise DeployError(f"{PREFIX}VAR is the folder of the study itself, {var()}. Please name another one.")
    os.environ["PORT"] = os.environ.get(PREFIX + "PORT") or PORT
    os.environ["CARTWRIGHT_TRAINING"] = "1"


def _where(address: str) -> tuple[str, int | None, str]:
    """Server and database of an address, whoever signs in there. A broker without a number is number 0."""
    parts = urlsplit(address)
    ports = {"postgres": 5432, "postgresql": 5432, "redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671}
    host = (parts.hostname or "localhost").replace("127.0.0.1", "localhost").replace("::1", "localhost")
    path = parts.path.strip("/")
    return host, parts.port or ports.get(parts.scheme), path or ("0" if parts.scheme.startswith("redis") else "")


class Training(Demo):
    """One run of the training environment."""

    def prepare(self) -> None:
        """The same, once it is certain that the database holds no study."""
        refuse_a_study(self.addresses["DATABASE_OWNER_URL"])
        super().prepare()

    def welcome(self, listener: socket.socket, *, seconds: float) -> None:
        say("\nTRAINING: nothing here is real data. `make training-reset` begins afresh.")
        super().welcome(listener, seconds=seconds)


def refuse_a_study(owner_url: str) -> None:
    """Raises DeployError where a database has a site that is neither of a demonstration nor for training."""
    with psycopg.connect(owner_url, connect_timeout=5) as connection:
        there = connection.execute("select to_regclass('trial_site') is not null").fetchone()
        if there is None or not there[0]:
            return
        found = connection.execute(
            "select count(*) from trial_site where not (is_demonstration or is_training)"
        ).fetchone()
    if found is not None and found[0]:
        raise DeployError(
            f"The database at {without_password(owner_url)} holds {found[0]} sites of a study. Training needs one of its own."
        )


def reset() -> None:
    """Removes the data of the training environment; the next start makes a fresh copy. Raises DeployError while it runs."""
    if running_address() is not None:
        raise DeployError("The training environment runs: stop it first, with Ctrl-C where it was started.")
    if external.database_is_given():
        raise DeployError(
            f"The training database is one of yours ({PREFIX}DATABASE_URL): drop and create it there, then `make training`."
        )
    services.stop()
    place.remove()
    shutil.rmtree(var() / "files", ignore_errors=True)
    say("The training data are gone. `make training` begins afresh.")


def main(arguments: list[str]) -> int:
    """Run the training environment, say where it runs already, or begin afresh."""
    read_dotenv()
    set_apart()
    if arguments == ["reset"]:
        reset()
        return 0
    run_folder()
    lock = open_lock("demo")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        address = running_address()
        say(f"The training environment runs already, at {address}" if address else "It is already being started.")
        return 0
    Training().run()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except DeployError as error:
        sys.exit(f"\n{error}")
