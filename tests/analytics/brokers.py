"""Brokers of a test: one that is away, and a part of the real one where no other worker listens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import redis
from kombu import pools

from trial.celery import app

AWAY = "redis://127.0.0.1:1/0"  # nothing listens on port 1


@contextmanager
def at(url: str) -> Iterator[None]:
    """This process speaks to another broker for a block."""
    before = app.conf.broker_url
    _forget()
    app.conf.broker_url = url
    try:
        yield
    finally:
        _forget()
        app.conf.broker_url = before


def _forget() -> None:
    """Connections are kept by the app; without them the next message opens one to the address of the moment."""
    pools.reset()
    app._pool = app.amqp._producer_pool = None


def own() -> str:
    """Address of an empty database of the real broker for one test process; several run at once on one server."""
    parts = urlsplit(os.environ["BROKER_URL"])
    mine = str(os.getpid())
    with redis.Redis.from_url(urlunsplit(parts._replace(path="/0")), decode_responses=True) as known:
        for number in range(1, 16):
            key = f"test_database_{number}"
            holder = known.get(key)
            if holder not in (None, mine) and not os.path.exists(f"/proc/{holder}"):
                known.delete(key)  # of a run that was killed
            if holder == mine or known.set(key, mine, nx=True):
                url = urlunsplit(parts._replace(path=f"/{number}"))
                redis.Redis.from_url(url).flushdb()
                return url
    raise RuntimeError("Every database of the broker is taken by another test process.")
