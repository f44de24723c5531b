"""Twenty and fifty people at once, against the web process as `make demo` starts it: 95th percentile of page and submit."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import threading
import time
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import urlencode

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.middleware.csrf import _get_new_csrf_string

from deploy import processes, web
from tests import database, study
from tests.bench.measure import median, p95, table
from trial.models import Subject, User

SECONDS, THINKING = 20.0, 2.0  # of measuring; between two actions of one person
FORM = "crs-assessment"
VERSION = re.compile(r'name="_version" value="(\d+)"')


class Filled(HTMLParser):
    """The controls of an entry page with what they hold, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        kind, name = of.get("type", "text"), of.get("name", "")
        if tag == "input" and name and kind not in ("radio", "checkbox", "submit", "search"):
            self.values.append((name, of.get("value", "")))
        elif tag == "input" and name and "checked" in of:
            self.values.append((name, of.get("value", "on")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in of and self._select:
            self.values.append((self._select, of.get("value", "")))


class Person(threading.Thread):
    """Opens a form, changes its temperature, saves, looks at the work list; again and again."""

    def __init__(self, port: int, username: str, code: str, day: int) -> None:
        super().__init__(daemon=True)
        self.port, self.address = port, f"/subjects/{code}/d{day}/{FORM}/"
        self.page: list[float] = []
        self.submit: list[float] = []
        self.refused = 0
        self.until = 0.0
        self.cookies = f"sessionid={_session(username)}; csrftoken={_get_new_csrf_string()}"
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, address: str, data: Sequence[tuple[str, str]] | None = None) -> tuple[int, str, float]:
        headers = {"Cookie": self.cookies, "Connection": "keep-alive"}
        body = None
        if data is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode([*data, ("csrfmiddlewaretoken", self.cookies.rpartition("=")[2])])
        began = time.perf_counter()
        try:
            self.connection.request("POST" if body else "GET", address, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (http.client.HTTPException, ConnectionError):  # gunicorn closes an idle connection
            self.connection.close()
            self.connection.request("POST" if body else "GET", address, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode()
        return answer.status, text, time.perf_counter() - began

    def run(self) -> None:
        hot = 0
        while time.monotonic() < self.until:
            status, text, took = self.ask(self.address)
            self.page.append(took)
            found = VERSION.search(text)
            if status != 200 or not found:
                self.refused += 1
                continue
            filled = Filled()
            filled.feed(text)
            own = {"temperature", "_version", "reason_choice", "reason_text", "q", "csrfmiddlewaretoken", "next"}
            data = [(name, value) for name, value in filled.values if name not in own]
            hot = (hot + 1) % 10
            data += [
                ("temperature", f"36.{hot}"),
                ("_version", found[1]),
                ("reason_choice", "Transcription error"),
                ("_save", "1"),
            ]
            time.sleep(THINKING)
            status, _text, took = self.ask(self.address, data)
            self.submit.append(took)
            self.refused += status != 302
            time.sleep(THINKING)
            self.page.append(self.ask("/")[2])
            time.sleep(THINKING)


def _session(username: str) -> str:
    user = User.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def run(*, people: Sequence[int], name: str) -> None:
    """name: of the database that Django works on in this block; its subjects are those of the demonstration."""
    port, pid = _start(name)
    try:
        lines = [(f"{count} people", *_measured(port, count)) for count in people]
    finally:
        processes.end([pid], signals=((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)))
    table(
        f"Load: gunicorn with 2 workers of 4 threads, {THINKING:.0f} s of thinking between two actions, {SECONDS:.0f} s",
        ("", "pages", "median, ms", "p95, ms", "submits", "median, ms", "p95, ms", "refused"),
        lines,
    )


def _measured(port: int, count: int) -> tuple[object, ...]:
    with study.seeing_everything():
        codes = {
            s.code: s.site.code
            for s in Subject.objects.exclude(infused_at=None).select_related("site").order_by("code")
        }
    places = [(code, site, day) for day in (3, 4, 5, 6) for code, site in codes.items()][:count]
    crowd = [Person(port, f"investigator-{site}", code, day) for code, site, day in places]
    begin = time.monotonic()
    for at, person in enumerate(crowd):
        person.until = begin + SECONDS + 3 * THINKING
        threading.Timer(3 * THINKING * at / count, person.start).start()  # nobody begins at the same instant
    time.sleep(SECONDS + 3 * THINKING)
    for person in crowd:
        person.join(timeout=90)
    pages, submits = ([t for p in crowd for t in getattr(p, kind)] for kind in ("page", "submit"))
    ms = [f"{part(times) * 1000:.0f}" for times in (pages, submits) for part in (median, p95)]
    return len(pages), *ms[:2], len(submits), *ms[2:], sum(p.refused for p in crowd)


def _start(name: str) -> tuple[int, int]:
    """The web process with the command line of deploy.web."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    addresses = {
        "DATABASE_URL": database.url("DATABASE_URL", name), "DATABASE_OWNER_URL": database.url("DATABASE_OWNER_URL", name),
        "BROKER_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip
    return listener.getsockname()[1], web.start_web(listener, addresses)
