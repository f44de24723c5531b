"""The export as a job and on its pages: run, watched, failed and retried, downloaded by those who may."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crf import tasks
from crf.exports import archive, tables
from tests import study
from trial import beat, jobs
from trial.models import AuditEvent, Job, Site, Subject, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Exports go into a folder of the test; the broker is not asked."""
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    monkeypatch.setattr(jobs, "tell", lambda pk: True)
    yield tmp_path


def files_in(store: Path) -> list[str]:
    return sorted(str(path.relative_to(store)) for path in store.rglob("*") if path.is_file())


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def exported(by: str = "beat") -> Job:
    job = jobs.run(jobs.request("export", by=by).pk)
    assert job is not None
    return job


def events(action: str) -> list[AuditEvent]:
    with transaction.atomic(), study.seeing_everything():
        return list(AuditEvent.objects.filter(action=action))


def losing(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tables.files

    def files() -> list[tables.File]:
        first, *rest = whole()
        return [tables.File(first.name, first.source, first.columns, lambda: iter(list(first.rows())[:-1])), *rest]

    monkeypatch.setattr(tables, "files", files)


def test_a_run_leaves_one_file_that_is_what_the_job_says(infused: Subject, store: Path) -> None:
    job = exported()
    assert (job.state, job.error) == ("DONE", "")
    assert files_in(store) == [job.result["file"]]
    content = (store / job.result["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == job.result["sha256"]
    assert len(content) == job.result["bytes"]
    assert (job.done, job.total) == (len(job.result["manifest"]["files"]) + 1,) * 2
    (event,) = events("export made")
    assert (event.actor, event.after["sha256"]) == ("beat", job.result["sha256"])


def test_a_mismatch_fails_the_run_visibly_leaves_no_file_and_is_tried_three_times(
    infused: Subject, data_manager: User, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing(monkeypatch)
    job = exported()
    assert (job.state, job.attempts) == ("QUEUED", 1)
    assert "2 rows written, 3 in the database" in job.error
    for _ in range(2):
        Job.objects.filter(pk=job.pk).update(not_before=timezone.now())
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result) == ("FAILED", 3, {})
    assert files_in(store) == []
    client = browser(data_manager)
    page = client.get(reverse("exports")).content.decode()
    assert "2 rows written, 3 in the database" in page
    assert reverse("export-again", args=[job.pk]) in page
    assert client.get(reverse("export-download", args=[job.pk])).status_code == 404
    monkeypatch.undo()


def test_a_failed_run_succeeds_when_it_is_tried_again(
    infused: Subject, data_manager: User, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as once:
        losing(once)
        job = exported()
    Job.objects.filter(pk=job.pk).update(state="FAILED")
    assert browser(data_manager).post(reverse("export-again", args=[job.pk])).status_code == 302
    again = jobs.run(job.pk)
    assert again is not None
    assert (again.state, again.error) == ("DONE", "")
    assert files_in(store) == [again.result["file"]]


def test_an_unforeseen_failure_after_storing_leaves_nothing_to_download(
    infused: Subject, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(archive, "read_back", broken)
    job = exported()
    assert (job.state, job.error) == ("QUEUED", "OSError")
    assert files_in(store) == []


def test_what_a_killed_attempt_left_behind_is_replaced(infused: Subject, store: Path) -> None:
    job = jobs.request("export", by="beat")
    (store / "exports").mkdir()
    for name in (f"unfinished-{job.pk}.zip", f"{timezone.now():%Y-%m-%d}-{job.pk}.zip"):
        (store / "exports" / name).write_bytes(b"half")
    done = jobs.run(job.pk)
    assert done is not None
    assert files_in(store) == [done.result["file"]]
    assert default_storage.size(done.result["file"]) == done.result["bytes"] > 4


# --- by the clock


def test_the_nightly_task_asks_once_however_often_it_is_sent() -> None:
    tasks.nightly_export()
    tasks.nightly_export()
    job = Job.objects.get(kind="export")
    assert (job.state, job.requested_by) == ("QUEUED", "beat")


def test_the_schedule_has_a_nightly_export() -> None:
    (entry,) = [e for e in beat.defaults if e.task == "crf.tasks.nightly_export"]
    assert entry == beat.Daily("Nightly export", "crf.tasks.nightly_export", 2, 0)
    assert tasks.nightly_export.name == entry.task


# --- pages


def test_run_now_asks_for_a_job_under_the_persons_name(data_manager: User) -> None:
    client = browser(data_manager)
    assert client.post(reverse("export-run")).status_code == 302
    assert Job.objects.get(kind="export").requested_by == data_manager.username
    page = client.get(reverse("exports")).content.decode()
    assert 'hx-trigger="every 2s"' in page
    (event,) = events("export asked for")
    assert event.actor == data_manager.username


def test_the_list_stops_reloading_when_nothing_goes_on(data_manager: User, infused: Subject) -> None:
    job = exported(data_manager.username)
    page = browser(data_manager).get(reverse("exports")).content.decode()
    assert "every 2s" not in page
    assert job.result["sha256"] in page
    assert reverse("export-download", args=[job.pk]) in page


def test_the_page_of_a_run_shows_every_file_with_its_rows(data_manager: User, infused: Subject) -> None:
    job = exported()
    page = browser(data_manager).get(reverse("export", args=[job.pk])).content.decode()
    for file in job.result["manifest"]["files"]:
        assert file["name"] in page
        assert file["sha256"] in page
    assert job.result["manifest"]["audit"]["sha256"] in page


@pytest.mark.parametrize("role", ["DATA_MANAGER", "STATISTICIAN", "INSPECTOR"])
def test_who_may_export_downloads_the_bytes_and_that_is_recorded(role: str, infused: Subject) -> None:
    job, person = exported(), study.person(role)
    answer = browser(person).get(reverse("export-download", args=[job.pk]))
    assert answer.status_code == 200
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == job.result["sha256"]
    assert answer["Content-Disposition"] == f'attachment; filename="cartwright-{job.result["file"].split("/")[1]}"'
    (event,) = events("export downloaded")
    assert (event.actor, event.after["job"], event.after["sha256"]) == (person.username, job.pk, job.result["sha256"])


def test_somebody_of_some_sites_gets_no_archive(infused: Subject, sites: list[Site]) -> None:
    job = exported()
    for role in ("DATA_MANAGER", "STATISTICIAN", "INSPECTOR"):
        client = browser(study.person(role, *sites[:2]))
        for name in ("export", "export-download"):
            assert client.get(reverse(name, args=[job.pk])).status_code == 404
        page = client.get(reverse("exports"))
        assert page.status_code == 200
        assert job.result["sha256"] not in page.content.decode()
    assert client.post(reverse("export-run")).status_code == 403  # an inspector
    assert browser(User.objects.get(username="data_manager-01-02")).post(reverse("export-run")).status_code == 404
    assert events("export downloaded") == []


def test_a_reader_of_every_site_whose_right_to_export_is_for_one_gets_none(infused: Subject, sites: list[Site]) -> None:
    person = study.person("MONITOR")
    with study.seeing_everything(), transaction.atomic():
        from trial import audit
        from trial.models import Membership

        with audit.acting("migration"):
            Membership.objects.create(user=person, site=sites[0], role="STATISTICIAN")
    assert browser(person).get(reverse("export-download", args=[exported().pk])).status_code == 404


@pytest.mark.parametrize("role", ["COORDINATOR", "INVESTIGATOR", "MONITOR", "MEDICAL_MONITOR", "ADMINISTRATOR"])
def test_the_others_have_no_exports(role: str, infused: Subject) -> None:
    job, client = exported(), browser(study.person(role))
    assert client.get(reverse("exports")).status_code == 403
    assert client.get(reverse("export-download", args=[job.pk])).status_code == 404
    assert client.post(reverse("export-run")).status_code == 403


def test_a_statistician_cannot_start_a_run_and_a_link_never_does(statistician: User, data_manager: User) -> None:
    assert browser(statistician).post(reverse("export-run")).status_code == 403
    assert browser(data_manager).get(reverse("export-run")).status_code == 405
    assert not Job.objects.exists()


def test_another_kind_of_job_is_no_export(data_manager: User) -> None:
    job = Job.objects.create(kind="refresh", requested_by="beat", state="DONE", result={"file": "secret"})
    assert browser(data_manager).get(reverse("export-download", args=[job.pk])).status_code == 404
