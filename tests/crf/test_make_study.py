"""`make_study`: the same study whatever the processes and however often it was killed, and never beside real subjects."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from analytics import snapshot
from crf.declare.form import casebook
from crf.index import FormIndex
from crf.models import Query
from crf.synthetic import load, plan, slips
from tests import database, study
from trial import audit
from trial.models import AuditEvent, Site, Subject

SEED = 20


def made(**options: Any) -> None:
    call_command("make_study", **{"subjects": 6, "sites": 2, "seed": SEED, "verbosity": 0, **options})


ASKED = ("occurrence", "check_id", "state", "opened_at", "closed_at")


def content() -> dict[str, Any]:
    with study.seeing_everything():
        found: dict[str, Any] = {
            "subjects": sorted(Subject.objects.values_list("code", "status", "dose_level", "screened_on", "infused_at")),
            "forms": Counter(FormIndex.objects.values_list("form", "subject__code", "visit__code", "occurrence", "entered_at")),
            "queries": Counter(Query.objects.values_list("subject__code", "form", "visit__code", *ASKED)),
            "audit": Counter(AuditEvent.objects.filter(subject_id__isnull=False).values_list("table_name", "action", "actor")),
        }  # fmt: skip
    return found | {"values": snapshot_hash()}


def snapshot_hash() -> str:
    """Of every value of the study, by the hash that its snapshots carry."""
    return snapshot.read().content_hash


@pytest.fixture
def emptied(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """An empty database of its own."""
    name = database.NAME + "_synthetic"
    with django_db_blocker.unblock():
        database.clone(database.NAME, name)
        try:
            with database.using(name):
                yield name
        finally:
            database.drop(name)


def test_a_study_is_loaded_with_sites_that_say_what_they_are(emptied: str, capsys: pytest.CaptureFixture[str]) -> None:
    made()
    sites = list(Site.objects.all())
    assert [(s.is_demonstration, s.is_training, s.as_of) for s in sites] == [(True, False, plan.DATA_CUT)] * 2
    found = content()
    assert len(found["subjects"]) == 6
    assert found["forms"].total() > 400
    with study.seeing_everything():
        tables = {form._meta.db_table for form in casebook()}
        written = AuditEvent.objects.filter(table_name__in=tables)
        assert written.filter(action="I").count() == found["forms"].total()
        assert not written.exclude(action="I").exists()
        assert not AuditEvent.objects.filter(subject_id__isnull=False, actor_id=None).exists()
        for subject in Subject.objects.select_related("site"):
            actors = set(AuditEvent.objects.filter(subject_id=subject.pk).values_list("actor", flat=True))
            assert actors == {f"coordinator-{subject.site.code}", f"investigator-{subject.site.code}"}
    assert "6/6" in capsys.readouterr().err


def test_a_second_run_finds_everybody_and_changes_nothing(emptied: str) -> None:
    made()
    before = content()
    made()
    assert content() == before


def test_a_load_that_was_interrupted_within_a_subject_goes_on_and_makes_the_same_study(
    emptied: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = 0
    as_it_is = load.Batch.take

    def dying(self: Any, sent: Any) -> None:
        nonlocal taken
        taken += 1
        if taken == 250:
            raise KeyboardInterrupt
        as_it_is(self, sent)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(load.Batch, "take", dying)
        made()
    half = content()
    whole = {code for code, *_rest in half["subjects"]}
    assert 0 < len(whole) < 6
    assert {code for _form, code, *_rest in half["forms"]} <= whole
    made()
    finished = content()
    with another("undisturbed"):
        made()
        assert content() == finished


def test_the_same_seed_makes_the_same_study_in_one_two_and_three_processes(emptied: str) -> None:
    made(sites=3)
    alone = content()
    for processes in (2, 3):
        with another("again"):
            made(sites=3, processes=processes)
            assert content() == alone
    with another("again"):
        made(sites=3, seed=SEED + 1)
        assert content()["values"] != alone["values"]


@pytest.mark.soak
def test_a_load_that_was_killed_by_the_machine_goes_on_and_makes_the_same_study(emptied: str) -> None:
    """kill -9 for the command and its processes at once, in the middle of a subject's transaction."""
    command = [
        sys.executable,
        "manage.py",
        "make_study",
        "--subjects",
        "9",
        "--sites",
        "2",
        "--seed",
        str(SEED),
        "--processes",
        "2",
    ]
    run = subprocess.Popen(
        command, cwd=Path(__file__).parents[2], env=database.environment(), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + 240
        while time.monotonic() < until and run.poll() is None and not 3 <= screened() < 9:
            time.sleep(0.02)
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    wait_for_the_database()
    half = screened()
    assert 3 <= half < 9
    left = content()
    whole = {code for code, *_rest in left["subjects"]}
    assert len(whole) == half
    assert {code for _form, code, *_rest in left["forms"]} <= whole
    made(subjects=9)
    finished = content()
    assert len(finished["subjects"]) == 9
    with another("undisturbed"):
        made(subjects=9)
        assert content() == finished


def screened() -> int:
    with study.seeing_everything():
        return Subject.objects.count()


def wait_for_the_database() -> None:
    """Until PostgreSQL has noticed that the killed processes are gone and has undone what they had begun."""
    name = connections["default"].settings_dict["NAME"]
    with database.as_owner("postgres") as owner:
        for _ in range(400):
            busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND xact_start IS NOT NULL"
            if owner.execute(busy, [name]).fetchone() == (0,):
                return
            time.sleep(0.05)
    raise AssertionError("a transaction of a killed process is still open")


@contextmanager
def another(suffix: str) -> Iterator[None]:
    """An empty database beside the one of the test, for a block."""
    name = f"{database.NAME}_{suffix}"
    database.clone(database.NAME, name)
    try:
        with database.using(name):
            yield
    finally:
        database.drop(name)


def test_real_subjects_are_never_joined_by_synthetic_ones(emptied: str) -> None:
    site = study.make_sites(1)[0]
    study.screened(site, by=study.person("INVESTIGATOR", site))
    with pytest.raises(CommandError, match="real study"):
        made()
    assert Site.objects.count() == 1


def test_training_subjects_do_not_hinder_but_the_site_of_another_study_does(emptied: str) -> None:
    with audit.acting("migration"):
        Site.objects.create(code="77", name="Training ward", city="Wuhan", is_training=True)
    made()
    with pytest.raises(CommandError, match="01, 02"):
        made(seed=SEED + 1)


def test_into_empty_refuses_whatever_is_there(emptied: str) -> None:
    made(into_empty=True)
    with pytest.raises(CommandError, match="not empty"):
        made(into_empty=True)


def test_a_study_of_no_size_is_refused(emptied: str) -> None:
    with pytest.raises(CommandError):
        made(sites=0)
    assert not Site.objects.exists()


def test_a_form_that_is_refused_is_typed_again_and_counted(emptied: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slips, "SLIPS", 300)
    centres = plan.plan(subjects=3, sites=1, seed=SEED)
    load.sites_and_people(centres)
    total = load.Count()
    for count in load.subjects_of(centres[0], seed=SEED):
        total.add(count)
    with study.seeing_everything():
        assert FormIndex.objects.count() == total.forms
        assert total.refused >= 5
        assert total.slips >= 1
        assert Query.objects.count() >= total.slips // 2
