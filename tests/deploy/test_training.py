"""The training environment has everything of its own, and refuses to work where the study is."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest

from deploy import environment, postgres, services, training
from deploy.environment import DeployError

STUDY = "postgresql://cartwright_app:hidden@db.example.org/cartwright"


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The environment of a production process."""
    for name, value in {
        "CARTWRIGHT_VAR": str(tmp_path / "study"), "DATABASE_URL": STUDY, "DATABASE_OWNER_URL": STUDY.replace("_app", "_owner"),
        "BROKER_URL": "redis://:hidden@broker.example.org:6379/0", "SECRET_KEY": "of the study", "PORT": "8000",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "mail.example.org",
        "EMAIL_HOST_PASSWORD": "hidden", "DEFAULT_FROM_EMAIL": "study@example.org", "ALLOWED_HOSTS": "capture.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://capture.example.org", "PUBLIC_ADDRESS": "https://capture.example.org", "TLS": "1",
        "STORAGE_OPTIONS": "{}", "TRAINING_VAR": str(tmp_path / "training"), "CARTWRIGHT_TRAINING": "",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    for name in (*environment.ADDRESSES, *training.OUTSIDE, "PORT"):
        monkeypatch.delenv(training.PREFIX + name, raising=False)
    return monkeypatch


def test_nothing_of_the_studys_own_is_left(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    training.set_apart()
    left = {*environment.ADDRESSES, *training.OUTSIDE, *training.NOT_OURS} & set(os.environ)
    assert left == set()
    assert {name for name, text in os.environ.items() if "example.org" in text or "hidden" in text} == set()
    assert environment.var() == tmp_path / "training"
    assert (os.environ["PORT"], os.environ["CARTWRIGHT_TRAINING"]) == ("8100", "1")


def test_behind_a_proxy_it_is_told_its_own_address(production: pytest.MonkeyPatch) -> None:
    production.setenv("TRAINING_PUBLIC_ADDRESS", "https://training.example.org")
    training.set_apart()
    assert os.environ["PUBLIC_ADDRESS"] == "https://training.example.org"
    assert "CSRF_TRUSTED_ORIGINS" not in os.environ


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRAINING_DATABASE_URL", STUDY),
        ("TRAINING_DATABASE_URL", "postgres://somebody:else@db.example.org:5432/cartwright?sslmode=require"),
        ("TRAINING_DATABASE_OWNER_URL", STUDY),
        ("TRAINING_BROKER_URL", "redis://broker.example.org"),
    ],
)
def test_a_database_or_broker_of_the_study_is_refused_by_whatever_address(
    name: str, value: str, production: pytest.MonkeyPatch
) -> None:
    production.setenv(name, value)
    with pytest.raises(DeployError, match=name) as refused:
        training.set_apart()
    assert "hidden" not in str(refused.value) and "else@" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRAINING_DATABASE_URL", STUDY.replace("/cartwright", "/practice")),
        ("TRAINING_DATABASE_URL", STUDY.replace("db.", "other.")),
        ("TRAINING_BROKER_URL", "redis://broker.example.org:6379/1"),
    ],
)
def test_another_database_or_broker_is_taken(name: str, value: str, production: pytest.MonkeyPatch) -> None:
    production.setenv(name, value)
    training.set_apart()
    assert os.environ[name.removeprefix("TRAINING_")] == value


def test_the_folder_of_the_study_is_refused(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    production.setenv("TRAINING_VAR", str(tmp_path / "study"))
    with pytest.raises(DeployError, match="folder of the study"):
        training.set_apart()


def test_the_embedded_services_of_the_study_are_known_by_what_they_recorded(production: pytest.MonkeyPatch) -> None:
    for name in environment.ADDRESSES:
        production.delenv(name)
    environment.record(DATABASE_URL="postgresql://a:b@127.0.0.1:5499/cartwright")
    production.setenv("TRAINING_DATABASE_URL", "postgresql://c:d@localhost:5499/cartwright")
    with pytest.raises(DeployError, match="TRAINING_DATABASE_URL"):
        training.set_apart()


def test_a_database_that_holds_a_study_is_refused() -> None:
    urls = postgres.ensure()
    with psycopg.connect(urls.owner_url, autocommit=True) as connection:
        connection.execute("drop database if exists holds_a_study")
        connection.execute("create database holds_a_study")
    address = urls.owner_url.rpartition("/")[0] + "/holds_a_study"
    try:
        training.refuse_a_study(address)  # empty
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("create table trial_site (is_demonstration bool, is_training bool)")
            connection.execute("insert into trial_site values (true, false), (false, true)")
            training.refuse_a_study(address)
            connection.execute("insert into trial_site values (false, false)")
        with pytest.raises(DeployError, match="holds 1 sites of a study"):
            training.refuse_a_study(address)
    finally:
        with psycopg.connect(urls.owner_url, autocommit=True) as connection:
            connection.execute("drop database holds_a_study")
    assert services.ensure().database_url == urls.database_url


def test_reset_does_not_drop_a_database_of_ones_own(production: pytest.MonkeyPatch) -> None:
    production.setenv("TRAINING_DATABASE_URL", STUDY.replace("/cartwright", "/practice"))
    training.set_apart()
    with pytest.raises(DeployError, match="drop and create it there"):
        training.reset()
