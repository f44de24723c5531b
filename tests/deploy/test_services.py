"""The embedded services and the addresses of one's own: shared, recovered after kill -9, and checked before use."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from deploy import demo, environment, external, place, postgres, processes, services, valkey, web
from deploy.environment import DeployError

ENSURE = "from deploy import postgres; print(postgres.ensure().database_url)"


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A var folder of its own, with a space in its path; two processes start PostgreSQL in it at the same moment."""
    folder = tmp_path_factory.mktemp("a folder") / "var"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CARTWRIGHT_VAR", str(folder))
        for name in environment.ADDRESSES:
            patch.delenv(name, raising=False)
        yield folder
        services.stop()
        place.remove()  # as root the data lie outside, because pytest's folders are closed


@pytest.fixture(scope="module")
def simultaneous(var: Path) -> list[str]:
    """What two starters that began at the same moment were told."""
    both = [
        subprocess.Popen([sys.executable, "-c", ENSURE], cwd=environment.ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    return [starter.communicate(timeout=60)[0].strip() for starter in both]


def rows(url: str, query: str) -> list[tuple]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def test_two_simultaneous_starters_share_one_server(simultaneous: list[str]) -> None:
    assert simultaneous[0] == simultaneous[1]
    assert rows(simultaneous[0], "select current_database()") == [("cartwright",)]


def test_the_application_role_owns_nothing_and_bypasses_nothing(simultaneous: list[str]) -> None:
    powers = "select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"
    assert rows(simultaneous[0], powers) == [(False, False, False, False)]
    owned = "select count(*) from pg_shdepend where deptype = 'o' and refobjid = current_user::regrole"
    assert rows(simultaneous[0], owned) == [(0,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows(simultaneous[0], "create table mine (id int)")


def test_the_server_is_closed_to_other_machines_and_to_wrong_passwords(simultaneous: list[str]) -> None:
    assert rows(simultaneous[0], "show listen_addresses") == [("127.0.0.1",)]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.ensure().owner_url.replace("owner:", "owner:x"))
    private = [environment.run_folder() / "services.json", environment.var() / "postgres" / "server.json"]
    assert {path.stat().st_mode & 0o777 for path in private if path.exists()} == {0o600}


def test_a_refused_row_leaves_no_value_in_the_log(simultaneous: list[str]) -> None:
    owner = postgres.ensure().owner_url
    rows(owner, "create table secretive (value int check (value < 10))")
    log = environment.log_file("postgres")
    with pytest.raises(psycopg.errors.CheckViolation):
        rows(owner, "insert into secretive values (4711)")
    assert processes.wait_until(lambda: "secretive_value_check" in log.read_text(), seconds=5)
    assert "4711" not in log.read_text()


def test_data_survive_kill_9_of_the_postmaster(simultaneous: list[str]) -> None:
    before = postgres.ensure()
    rows(before.owner_url, "create table kept as select 42 as value")
    killed = postgres.pid()
    assert killed
    os.kill(killed, signal.SIGKILL)
    after = postgres.ensure()
    assert postgres.pid() != killed
    assert after == before
    assert rows(after.owner_url, "select value from kept") == [(42,)]


def test_a_lock_file_that_names_a_stranger_does_not_stop_the_start(simultaneous: list[str]) -> None:
    # As in a container that was started again: the old process id belongs to another program now.
    lock = next(environment.var().glob("postgres/data/postmaster.pid"), None)
    if lock is None:
        lock = Path((environment.var() / "postgres" / "elsewhere").read_text().strip()) / "data" / "postmaster.pid"
    text = lock.read_text()
    postgres.stop()
    owner = lock.parent.stat()
    lock.write_text("\n".join([str(os.getpid()), *text.splitlines()[1:]]) + "\n")
    os.chown(lock, owner.st_uid, owner.st_gid)
    assert rows(postgres.ensure().database_url, "select 1") == [(1,)]


def test_a_port_taken_while_the_server_was_down_moves_it(simultaneous: list[str]) -> None:
    before = postgres.ensure().database_url
    postgres.stop()
    with socket.create_server(("127.0.0.1", int(before.rpartition(":")[2].partition("/")[0]))):
        after = postgres.ensure().database_url
    assert after != before
    assert environment.recorded()["DATABASE_URL"] == after
    assert rows(after, "select 1") == [(1,)]


def test_a_queued_message_survives_kill_9_of_the_broker(var: Path) -> None:
    url = valkey.ensure()
    with redis.Redis.from_url(url) as client:
        client.rpush("queue", "task")
        client.execute_command("WAITAOF", 1, 0, 5000)  # on disk, as after a second
    killed = valkey.pid()
    assert killed
    os.kill(killed, signal.SIGKILL)
    assert valkey.ensure() == url
    assert valkey.pid() != killed
    with redis.Redis.from_url(url) as client:
        assert client.lrange("queue", 0, -1) == [b"task"]
    assert not valkey.answers(url.replace("redis://:", "redis://:x"))


def test_a_taken_web_port_is_named_and_the_next_one_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        listener, taken = web.listen()
        with listener:
            assert port in taken
            assert listener.getsockname()[1] > port


@pytest.mark.parametrize("own", ["", "https://capture.example.org"])
def test_the_e_mails_of_a_demonstration_lead_to_its_own_port(monkeypatch: pytest.MonkeyPatch, own: str) -> None:
    monkeypatch.setenv("PUBLIC_ADDRESS", own)
    monkeypatch.setenv("CSRF_TRUSTED_ORIGINS", "")
    for module, name in (
        (web, "end_leftovers"),
        (services, "hold"),
        (demo.Demo, "start_services"),
        (demo.Demo, "prepare"),
    ):
        monkeypatch.setattr(module, name, lambda *_, **__: None)
    started = demo.Demo()
    monkeypatch.setattr(started.supervisor, "start", lambda part: None)
    with started.start() as listener:
        told = web.environment({})["PUBLIC_ADDRESS"]
        assert told == (own or f"http://127.0.0.1:{listener.getsockname()[1]}")


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    program = (
        "import signal, sys, time; from pathlib import Path; from deploy import processes;"
        "print(processes.spawn(['sleep', '60'], log=Path(sys.argv[1]), environment={'PATH': '/usr/bin:/bin'},"
        " lifeline=signal.SIGKILL), flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=environment.ROOT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline())
        assert processes.alive(child)
        supervisor.kill()
    assert processes.wait_until(lambda: not processes.alive(child), seconds=5)


def given(monkeypatch: pytest.MonkeyPatch, **addresses: str) -> None:
    for name in environment.ADDRESSES:
        monkeypatch.delenv(name, raising=False)
    for name, value in addresses.items():
        monkeypatch.setenv(name, value)


def test_a_plain_role_alone_is_refused_with_what_to_set(
    simultaneous: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, DATABASE_URL=postgres.ensure().database_url)
    with pytest.raises(DeployError, match="DATABASE_OWNER_URL is not set"):
        external.database()


def test_an_owner_as_application_role_is_refused(simultaneous: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    owner = postgres.ensure().owner_url
    given(monkeypatch, DATABASE_URL=owner, DATABASE_OWNER_URL=owner)
    with pytest.raises(DeployError, match="is a superuser"):
        external.database()


def test_a_superuser_alone_becomes_the_owner_beside_a_new_application_role(
    simultaneous: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded = postgres.ensure()
    given(monkeypatch, DATABASE_URL=embedded.owner_url)
    try:
        urls = external.database()
        assert urls.owner_url == embedded.owner_url
        assert rows(urls.database_url, "select current_user::text") == [("cartwright_app",)]
        assert external.database() == urls
    finally:
        given(monkeypatch)
        postgres.stop()  # the next start gives the role its own password back


@pytest.mark.parametrize("url", ["redis://:hidden@127.0.0.1:1/0", "amqp://user:hidden@127.0.0.1:1//"])
def test_a_broker_that_does_not_answer_is_named_without_its_password(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, BROKER_URL=url)
    with pytest.raises(DeployError, match="127.0.0.1:1") as raised:
        external.broker()
    assert "hidden" not in str(raised.value)


def test_a_server_that_speaks_another_protocol_is_not_taken_for_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        threading.Thread(target=lambda: stranger.accept()[0].close(), daemon=True).start()
        given(monkeypatch, DATABASE_URL=f"postgresql://user:hidden@127.0.0.1:{stranger.getsockname()[1]}/x")
        with pytest.raises(DeployError, match="does not answer") as raised:
            external.database()
    assert "hidden" not in str(raised.value)
