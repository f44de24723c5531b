"""The export: every value as the database has it, counted twice, equal bytes for equal data, and nothing half-made."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from crf import exports
from crf.declare.form import Crf, casebook, form_named
from crf.exports import archive, dictionary, run, tables, trail
from crf.exports.still import whole_study
from crf.models import Query
from tests import database, study
from trial.models import Site, Subject, User, Visit

NOW = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)


def nothing(done: int, total: int, name: str) -> None:
    """Progress that nobody watches."""


def made(now: datetime = NOW) -> tuple[ZipFile, dict[str, Any]]:
    """An archive in memory and its manifest."""
    target = io.BytesIO()
    manifest = archive.build(target, now=now, step=nothing)
    archive.read_back(target, manifest)
    return ZipFile(target), manifest


def read(whole: ZipFile, name: str) -> list[dict[str, str]]:
    """The lines of one CSV as a statistician reads them: by column name."""
    return list(csv.DictReader(io.StringIO(whole.read(name).decode(), newline="")))


def means(item: Any, text: str) -> Any:
    """A CSV field as the item's own type, read independently of what wrote it."""
    if text == "":
        return None
    if item.kind == "number":
        return Decimal(text)
    if item.kind == "date":
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007
    if item.kind == "datetime":
        return datetime.fromisoformat(text)
    return text


@pytest.mark.parametrize("name", [form.declared.name for form in casebook()])
def test_every_value_of_every_form_reads_back_as_the_database_has_it(name: str, demo_study: None) -> None:
    form = form_named(name)
    whole, _ = made()
    lines = {(line["subject"], line["visit"], line["occurrence"]): line for line in read(whole, f"{name}.csv")}
    grids = {grid: read(whole, f"{name}.{grid}.csv") for grid in form.declared.rows}
    compared = 0
    with transaction.atomic(), study.seeing_everything():
        rows = form.objects.select_related("subject__site")
        assert len(lines) == rows.count() > 0
        for row in rows:
            visit = row.visit.code if issubclass(form, Crf) else ""
            line = lines[row.subject.code, visit, str(row.occurrence)]
            assert (line["site"], line["status"], line["version"]) == (
                row.subject.site.code,
                row.status,
                str(row.version),
            )
            assert datetime.fromisoformat(line["entered_at"]) == row.entered_at
            assert line["entered_at"].endswith("Z")
            for item_name, item in form.declared.items.items():
                assert means(item, line[item_name]) == getattr(row, item_name), item_name
                assert line[f"{item_name}.missing"] == row.missing.get(item_name, ""), item_name
                compared += 1
            for grid_name, grid in form.declared.rows.items():
                key = {"subject": row.subject.code, "visit": visit, "occurrence": str(row.occurrence)}
                found = [r for r in grids[grid_name] if {k: r[k] for k in key} == key]
                stored = list(getattr(row, grid_name).order_by("row"))
                assert [r["row"] for r in found] == [str(s.row) for s in stored]
                for text, held in zip(found, stored, strict=True):
                    for inner, item in grid.row.declared.items.items():
                        assert means(item, text[inner]) == getattr(held, inner), inner
    assert compared == len(lines) * len(form.declared.items)


def test_the_first_columns_are_the_keys_and_missing_reasons_stand_last(demo_study: None) -> None:
    _, manifest = made()
    columns = next(f["columns"] for f in manifest["files"] if f["name"] == "crs_assessment.csv")
    items = list(form_named("crs_assessment").declared.items)
    assert columns == [
        "subject", "site", "visit", "infusion", "occurrence", "version", "status", "entered_at",
        *items, *(f"{name}.missing" for name in items),
    ]  # fmt: skip


def test_the_studys_own_tables_hold_every_row(demo_study: None) -> None:
    whole, manifest = made()
    with transaction.atomic(), study.seeing_everything():
        assert {line["subject"] for line in read(whole, "subjects.csv")} == set(
            Subject.objects.values_list("code", flat=True)
        )
        assert len(read(whole, "visits.csv")) == Visit.objects.count()
        assert len(read(whole, "queries.csv")) == Query.objects.count() > 0
        assert [line["site"] for line in read(whole, "sites.csv")] == ["01", "02", "03"]
        for line in read(whole, "subjects.csv"):
            assert datetime.fromisoformat(line["infused_at"]) == Subject.objects.get(code=line["subject"]).infused_at
    assert manifest["demonstration"] is True
    assert manifest["sites"] == ["01", "02", "03"]


def test_rows_stand_in_the_order_of_the_schedule(demo_study: None) -> None:
    whole, _ = made()
    of_one = [line["visit"] for line in read(whole, "crs_assessment.csv") if line["subject"] == "01-001"]
    days = [int(code.removeprefix("d")) for code in of_one]
    assert days == sorted(days)
    assert {9, 10}.issubset(days)


def differing(one: ZipFile, other: ZipFile) -> set[str]:
    return {name for name in one.namelist() if one.read(name) != other.read(name)}


def test_equal_data_give_equal_bytes_and_another_moment_changes_the_manifest_alone(demo_study: None) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    archive.build(first, now=NOW, step=nothing)
    archive.build(second, now=NOW, step=nothing)
    earlier, again = ZipFile(first), ZipFile(second)
    assert earlier.namelist() == again.namelist()
    assert differing(earlier, again) <= {"manifest.json"}
    one, other = (json.loads(whole.read("manifest.json")) for whole in (earlier, again))
    for manifest in (one, other):  # counted over all databases of the server, and other tests may be writing there
        manifest["audit"].pop("before_transaction")
    assert one == other
    later, manifest = made(datetime(2026, 6, 2, tzinfo=UTC))
    assert differing(earlier, later) == {"manifest.json"}
    assert manifest["content_sha256"] == one["content_sha256"]


def test_progress_names_each_file_before_it_is_written(demo_study: None) -> None:
    told: list[tuple[int, int, str]] = []
    archive.build(io.BytesIO(), now=NOW, step=lambda done, total, name: told.append((done, total, name)))
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert {total for _, total, _ in told} == {len(told)}
    assert "crs_assessment.vasopressors.csv" in [name for _, _, name in told]


@pytest.mark.django_db(transaction=True)
def test_an_empty_study_exports_headers_and_no_rows() -> None:
    whole, manifest = made()
    assert {file["name"]: file["rows"] for file in manifest["files"] if file["name"].startswith("crs_assessment")} == {
        "crs_assessment.csv": 0,
        "crs_assessment.vasopressors.csv": 0,
    }
    assert whole.read("crs_assessment.csv").count(b"\r\n") == 1
    assert manifest["demonstration"] is False


@pytest.mark.django_db(transaction=True)
def test_values_are_left_as_they_were_entered_and_the_manifest_says_so(infused: Subject, investigator: User) -> None:
    comment = '=HYPERLINK("http://x","y"), "quoted"\nsecond line\t中文'
    with study.seeing_everything():
        study.submit(
            "crs_assessment", infused, "d1", study.typed_crs(1, comment=comment, **study.SHOCK), by=investigator
        )
    whole, manifest = made()
    (line,) = read(whole, "crs_assessment.csv")
    assert line["comment"].replace("\r\n", "\n") == comment
    assert line["temperature"] == "38.6"
    (pressor,) = read(whole, "crs_assessment.vasopressors.csv")
    assert (pressor["row"], pressor["drug"], pressor["dose"], pressor["started_at"]) == (
        "1", "NOREPINEPHRINE", "0.10", "2026-03-21T00:00:00Z",
    )  # fmt: skip
    assert any("spreadsheet" in note for note in manifest["notes"])


@pytest.mark.django_db(transaction=True)
def test_a_reason_for_a_blank_stands_in_its_own_column(infused: Subject, investigator: User) -> None:
    typed = study.typed_crs(1, temperature="", temperature__missing="NOT DONE")
    with study.seeing_everything():
        study.submit("crs_assessment", infused, "d1", typed, by=investigator)
    (line,) = read(made()[0], "crs_assessment.csv")
    assert (line["temperature"], line["temperature.missing"]) == ("", "NOT DONE")


# --- a row that is lost


def losing(of: tables.File) -> tables.File:
    """The same file, its last row lost on the way."""

    def rows() -> Iterator[list[str]]:
        yield from list(of.rows())[:-1]

    return tables.File(of.name, of.source, of.columns, rows)


@pytest.mark.parametrize("name", ["crs_assessment.csv", "crs_assessment.vasopressors.csv", "visits.csv"])
def test_a_lost_row_fails_loudly_and_leaves_no_file(
    name: str, demo_study: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = tables.files
    monkeypatch.setattr(tables, "files", lambda: [losing(f) if f.name == name else f for f in whole()])
    with pytest.raises(archive.Mismatch, match=f"{name}: [0-9]+ rows written, [0-9]+ in the database"):
        run.to_file(tmp_path / "study.zip")
    assert list(tmp_path.iterdir()) == []


def test_what_is_read_back_differently_is_thrown_away(
    demo_study: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = io.BytesIO()
    manifest = archive.build(target, now=NOW, step=nothing)
    for change in ({"rows": manifest["files"][0]["rows"] + 1}, {"sha256": "0" * 64}, {"columns": ["site"]}):
        with pytest.raises(archive.Mismatch):
            archive.read_back(
                target, {**manifest, "files": [{**manifest["files"][0], **change}, *manifest["files"][1:]]}
            )
    with pytest.raises(archive.Mismatch):
        archive.read_back(target, {**manifest, "files": manifest["files"][1:]})
    monkeypatch.setattr(archive, "_counts", lambda content, file: False)
    with pytest.raises(archive.Mismatch):
        run.to_file(tmp_path / "study.zip")
    assert list(tmp_path.iterdir()) == []


# --- one moment, every site


def test_the_reads_share_one_moment_and_cannot_write(demo_study: None) -> None:
    with whole_study(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
        assert cursor.fetchone() == ("repeatable read", "on")
        cursor.execute("SELECT current_setting('cartwright.actor')")
        assert cursor.fetchone() == ("beat",)
        assert Subject.objects.count() == 23


def test_an_export_refuses_to_share_its_callers_transaction(demo_study: None) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError), whole_study():
        pass


@pytest.mark.django_db(transaction=True)
def test_a_form_saved_meanwhile_is_not_seen_by_half(
    infused: Subject, investigator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second connection adds a subject after the export began: no file and no count sees it."""
    site, whole = infused.site_id, tables.files

    def disturbed() -> list[tables.File]:
        found = whole()
        with psycopg.connect(database.url("DATABASE_OWNER_URL")) as other:
            other.execute("SELECT set_config('cartwright.actor', 'migration', true)")
            other.execute(
                "INSERT INTO trial_subject (site_id, screening_site_id, number, code, status, screened_on, protocol_version)"
                " VALUES (%s, %s, 77, '01-077', 'SCREENED', '2026-03-02', '1.0')",
                [site, site],
            )
        return found

    monkeypatch.setattr(tables, "files", disturbed)
    assert [line["subject"] for line in read(made()[0], "subjects.csv")] == [infused.code]
    monkeypatch.setattr(tables, "files", whole)
    assert [line["subject"] for line in read(made()[0], "subjects.csv")] == [infused.code, "01-077"]


# --- the audit trail's head


def test_the_head_of_the_trail_counts_every_entry(demo_study: None) -> None:
    with whole_study(), connection.cursor() as cursor:
        head = trail.head()
        cursor.execute("SELECT count(*), max(id) FROM trial_auditevent")
        assert (head["entries"], head["last_id"]) == cursor.fetchone()


def test_a_rewritten_entry_is_evident_and_a_new_one_is_not_taken_for_it(demo_copy: str) -> None:
    with whole_study():
        published = trail.head()
    with transaction.atomic(), study.seeing_everything():
        by = User.objects.get(username="coordinator-01")
        site = Site.objects.get(code="01")
    study.screened(site, by=by)
    again = {"before": published["before_transaction"], "last": published["last_id"]}
    with whole_study():
        assert trail.head(**again) == published
    for _ in range(300):  # another test may hold a transaction open on the same server, and the head waits for it
        with whole_study():
            entries = trail.head()["entries"]
        if entries > published["entries"]:
            break
        time.sleep(0.1)
    assert entries > published["entries"]
    with database.as_owner(demo_copy) as owner:
        owner.execute("ALTER TABLE trial_auditevent DISABLE TRIGGER trial_append_only")
        owner.execute(
            "UPDATE trial_auditevent SET actor = 'somebody else' WHERE id = (SELECT min(id) + 5 FROM trial_auditevent)"
        )
    with whole_study():
        assert trail.head(**again)["sha256"] != published["sha256"]


# --- extra files, the dictionary, the commands


def test_files_of_packages_above_are_in_the_archive_and_the_manifest(
    demo_study: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "extra", [lambda: [("endpoints/crs.csv", b"a,b\r\n1,2\r\n")]])
    whole, manifest = made()
    assert whole.read("endpoints/crs.csv") == b"a,b\r\n1,2\r\n"
    (about,) = [file for file in manifest["files"] if file["name"] == "endpoints/crs.csv"]
    assert (about["bytes"], about["rows"]) == (10, None)


@pytest.mark.parametrize("name", ["../outside.csv", "/etc/passwd"])
def test_a_name_outside_the_archive_is_refused(name: str, demo_study: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "extra", [lambda: [(name, b"")]])
    with pytest.raises(ValueError):
        made()


def test_two_files_of_one_name_are_refused(demo_study: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "extra", [lambda: [("subjects.csv", b"")]])
    with pytest.raises(archive.Mismatch), pytest.warns(UserWarning, match="Duplicate name"):
        made()


def test_the_committed_dictionary_is_fresh() -> None:
    assert dictionary.FILE.read_bytes() == dictionary.text().encode(), "run: manage.py dictionary"


def test_the_dictionary_has_a_line_for_every_item_with_its_annotations() -> None:
    lines = {(line["form"], line["item"]): line for line in csv.DictReader(io.StringIO(dictionary.text(), newline=""))}
    for form in casebook():
        for name, item in form.declared.items.items():
            line = lines[form.declared.name, name]
            assert (line["unit"], line["cdash"], line["sdtm"]) == (item.about.unit, item.about.cdash, item.about.sdtm)
        for name, grid in form.declared.rows.items():
            assert {(form.declared.name, f"{name}.{inner}") for inner in grid.row.declared.items} <= set(lines)
    temperature = lines["crs_assessment", "temperature"]
    assert (temperature["hard_low"], temperature["hard_high"], temperature["soft_low"], temperature["places"]) == (
        "30",
        "45",
        "35",
        "1",
    )
    assert lines["crs_assessment", "anticytokine_drug"]["shown_if"] == "anticytokine in Y"
    assert "TOCILIZUMAB=Tocilizumab" in lines["crs_assessment", "anticytokine_drug"]["codes"]


def test_the_command_writes_a_whole_archive(
    demo_study: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("export", out=tmp_path / "study.zip")
    with ZipFile(tmp_path / "study.zip") as whole:
        manifest = json.loads(whole.read("manifest.json"))
    assert manifest["content_sha256"] in capsys.readouterr().out
