"""A snapshot holds what the forms hold, as of one moment, and its hash says what the data says and nothing else."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, transaction
from django.utils import timezone

from analytics import content, frames, marks, snapshot
from analytics.frames import Column
from analytics.models import Mark, Snapshot
from crf.declare.form import casebook
from tests import database, study
from trial import audit
from trial.models import Site

pytestmark = pytest.mark.usefixtures("files")


def two_subjects(order: tuple[int, int], **changes: str) -> str:
    """Two sites with an infused subject each and one CRS assessment; made in this order. Gives the content hash."""
    with transaction.atomic():
        sites = study.make_sites(2)
        people = [study.person("INVESTIGATOR", site) for site in sites]
    for n in order:
        with transaction.atomic():
            subject = study.infused(sites[n], by=people[n])
            with study.seeing_everything():
                data = study.typed_crs(1, **{**study.SHOCK, **(changes if n == 0 else {})})
                study.submit("crs_assessment", subject, "d1", data, by=people[n])
    return snapshot.read().content_hash


# --- frames


def test_before_the_first_subject_every_frame_is_there_with_every_column(transactional_db):
    found = snapshot.read().frames
    names = {"subject", "visit", "reference_range"} | {form.declared.name for form in casebook()}
    names |= {f"{form.declared.name}.{grid}" for form in casebook() for grid in form.declared.rows}
    assert set(found) == names
    for form in casebook():
        frame = found[form.declared.name]
        assert len(frame) == 0
        assert {"subject", "site", "visit", "occurrence", "study_day", *form.declared.items} <= set(frame.columns)
    assert str(found["crs_assessment"]["assessed_at"].dtype) == "datetime64[ns, UTC]"
    assert str(found["subject"]["infused_at"].dtype) == "datetime64[ns, UTC]"
    assert str(found["crs_assessment"]["temperature"].dtype) == "float64"


def test_a_typed_value_stands_in_its_frame_under_the_key_of_its_form(transactional_db):
    two_subjects((0, 1), temperature="39.1")
    found = snapshot.read().frames
    row = found["crs_assessment"].set_index("subject").loc["01-001"]
    assert (row["visit"], row["occurrence"], row["study_day"], row["site"]) == ("d1", 1, 1, "01")
    assert (row["temperature"], row["hypotension"], row["status"]) == (39.1, "Y", "COMPLETE")
    assert row["assessed_at"] == pd.Timestamp("2026-03-21 12:00", tz="UTC")  # 20:00 in Shanghai
    pressor = found["crs_assessment.vasopressors"].iloc[0]
    assert tuple(pressor[["subject", "visit", "occurrence", "row", "drug", "dose"]]) == (
        "01-001",
        "d1",
        1,
        1,
        "NOREPINEPHRINE",
        0.1,
    )
    subject = found["subject"].set_index("subject").loc["01-001"]
    assert (subject["timezone"], subject["dose_level"], subject["status"]) == ("Asia/Shanghai", "2.0", "INFUSED")


def test_the_study_day_is_counted_on_the_clock_of_the_site(transactional_db):
    with transaction.atomic():
        site = study.make_sites(1)[0]
        by = study.person("INVESTIGATOR", site)
        subject = study.infused(site, by=by)
        with study.seeing_everything():
            study.submit("crs_assessment", subject, "d1", study.typed_crs(1, assessed_at="2026-03-21 00:30"), by=by)
    assert snapshot.read().frames["crs_assessment"]["study_day"].tolist() == [1]  # in UTC it is still day 0


def test_what_is_thawed_is_what_was_frozen(demo_copy):
    reading = snapshot.read()
    kept = snapshot.freeze()
    assert kept.content_hash == reading.content_hash
    thawed = snapshot.thaw(Snapshot.objects.get(pk=kept.pk))
    assert set(thawed) == set(reading.frames)
    for name, frame in reading.frames.items():
        pd.testing.assert_frame_equal(thawed[name], frame)
    assert len(thawed["subject"]) == 23
    assert snapshot.intact(Snapshot.objects.get(pk=kept.pk))


def test_a_file_that_was_tampered_with_is_noticed(demo_copy):
    kept = snapshot.freeze()
    name = f"{kept.path}/crs_assessment.parquet"
    frame = snapshot.thaw(kept)["crs_assessment"]
    frame.loc[0, "temperature"] = 41.0
    shape = next(shape for shape in frames.shapes() if shape.name == "crs_assessment")
    default_storage.delete(name)
    default_storage.save(name, ContentFile(snapshot._parquet(frame, list(shape.columns))))
    assert not snapshot.intact(kept)


def test_a_training_site_is_left_out(transactional_db):
    before = two_subjects((0, 1))
    with transaction.atomic(), audit.acting("migration"):
        Site.objects.filter(code="02").update(is_training=True)
    reading = snapshot.read()
    assert set(reading.frames["subject"]["site"]) == {"01"}
    assert reading.content_hash != before


# --- one moment


def test_a_snapshot_is_refused_inside_another_transaction(transactional_db):
    with transaction.atomic(), pytest.raises(RuntimeError):
        snapshot.freeze()


def test_what_is_committed_while_it_reads_is_not_in_it_and_keeps_its_mark(transactional_db):
    two_subjects((0, 1))
    Mark.objects.all().delete()
    with snapshot.one_moment():
        before = set(Site.objects.values_list("name", flat=True))
        with database.as_owner() as other:
            other.execute("BEGIN; SELECT set_config('cartwright.actor', 'test', true)")
            other.execute("UPDATE trial_site SET name = 'Renamed' WHERE code = '01'")
            other.execute("COMMIT")
        assert set(Site.objects.values_list("name", flat=True)) == before
        assert marks.seen() == ()
    assert Site.objects.filter(name="Renamed").exists()
    assert len(marks.seen()) == 1


def test_it_writes_nothing_while_it_reads(transactional_db):
    with pytest.raises(Exception, match="read-only"), snapshot.one_moment(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO analytics_mark (txid, at) VALUES (1, now())")


# --- the content hash


def test_the_same_content_entered_in_another_order_has_the_same_hash(transactional_db):
    first = two_subjects((0, 1))
    keys = set(Site.objects.values_list("pk", flat=True))
    database.empty()
    second = two_subjects((1, 0))
    assert not keys & set(Site.objects.values_list("pk", flat=True))  # other surrogate keys
    assert first == second


@pytest.mark.parametrize(
    "changed",
    [{"temperature": "38.7"}, {"oxygen": "INTUBATED", "ventilation_reason": "HYPOXIA"}, {"assessed_at": "2026-03-21 20:01"},
     {"vasopressors": [{**study.PRESSOR, "dose": "0.2"}]}, {"comment": "seen twice"}],
    ids=lambda changed: next(iter(changed)),
)  # fmt: skip
def test_one_value_changed_has_another_hash(transactional_db, changed):
    first = two_subjects((0, 1))
    database.empty()
    assert two_subjects((0, 1), **changed) != first


def test_a_correction_that_is_taken_back_gives_the_first_hash_again(transactional_db, infused, investigator):
    with transaction.atomic(), study.seeing_everything():
        study.submit("crs_assessment", infused, "d1", study.typed_crs(1), by=investigator)
    first = snapshot.read().content_hash
    for temperature, same in (("38.9", False), ("38.6", True)):
        with transaction.atomic(), study.seeing_everything():
            data = study.typed_crs(1, temperature=temperature)
            study.submit("crs_assessment", infused, "d1", data, by=investigator, reason="typing error")
        assert (snapshot.read().content_hash == first) is same
    assert snapshot.read().frames["crs_assessment"]["version"].tolist() == [3]


COLUMNS = [Column("a", "number", 1), Column("b", "text"), Column("version", "integer", content=False)]


def test_the_digest_of_a_frame_knows_no_order_of_rows_or_columns():
    values = {"a": [Decimal("1.0"), Decimal("2.5"), None], "b": ["x", None, "y"], "version": [1, 2, 3]}
    order = random.Random(7).sample(range(3), 3)
    shuffled = {name: [column[n] for n in order] for name, column in values.items()}
    assert content.of_frame(COLUMNS, values) == content.of_frame(COLUMNS[::-1], shuffled)


def test_the_digest_takes_a_number_at_its_declared_places():
    def digest(number):
        return content.of_frame(COLUMNS, {"a": [number], "b": ["x"], "version": [1]})

    assert digest(Decimal("38.60")) == digest(Decimal("38.6")) == digest(38.6)
    assert digest(Decimal("38.6")) != digest(Decimal("38.7"))
    assert digest(None) != digest(Decimal("0.0"))


def test_the_digest_tells_null_from_blank_and_text_from_its_neighbour():
    def digest(*texts):
        return content.of_frame([Column("a", "text"), Column("b", "text")], {"a": [texts[0]], "b": [texts[1]]})

    assert len({digest(None, ""), digest("", None), digest("", ""), digest("xy", ""), digest("x", "y")}) == 5


def test_the_digest_of_a_known_frame_is_this_one_on_every_machine():
    # Written down on the day the hash was defined: a change of it must be noticed, it makes old hashes meaningless.
    values = {"a": [Decimal("1.0"), None], "b": ["x", "é"], "version": [1, 2]}
    assert content.of_frame(COLUMNS, values) == KNOWN


KNOWN = "fe699472a08d6c79d435847755a9c6e9aca0f5107303cfcf712e6679f77a1a9a"


# --- keeping


def test_unchanged_data_is_not_kept_twice_only_its_check_moves(demo_copy):
    first = snapshot.freeze()
    again = snapshot.freeze()
    assert again.pk == first.pk
    assert Snapshot.objects.count() == 1
    kept = Snapshot.objects.get()
    assert kept.checked_at > kept.taken_at == first.taken_at


def test_a_snapshot_whose_files_were_lost_is_taken_again(demo_copy):
    first = snapshot.freeze()
    default_storage.delete(f"{first.path}/subject.parquet")
    assert snapshot.freeze().pk != first.pk


def test_files_that_could_not_be_written_leave_no_row_and_the_marks_stay(demo_copy, monkeypatch):
    before, save = set(marks.seen()), FileSystemStorage.save
    assert before

    def full(self, name, *args, **options):
        if name.endswith("visit.parquet"):
            raise OSError("no space left")
        return save(self, name, *args, **options)

    monkeypatch.setattr(FileSystemStorage, "save", full)
    with pytest.raises(OSError):
        snapshot.freeze()
    assert not Snapshot.objects.exists()
    assert set(marks.seen()) == before


def test_old_live_snapshots_are_removed_with_their_files(demo_copy, files):
    kept = []
    for n in range(snapshot.KEPT + 2):
        with transaction.atomic(), audit.acting("migration"):
            Site.objects.filter(code="01").update(name=f"Name {n}")
        kept.append(snapshot.freeze().path)
    snapshot.prune()
    assert set(Snapshot.objects.values_list("path", flat=True)) == set(kept[-snapshot.KEPT :])
    assert {f"snapshots/{p.name}" for p in (files / "snapshots").iterdir()} == set(kept[-snapshot.KEPT :])


def test_what_a_killed_worker_left_is_swept_once_it_is_old(transactional_db, files):
    made = {}
    for age in (timedelta(hours=1), timedelta(days=3)):
        path = f"snapshots/{timezone.now() - age:{snapshot.NAMED}}-abc"
        default_storage.save(f"{path}/subject.parquet", ContentFile(b""))
        made[age] = path
    snapshot.prune()
    left = {f"snapshots/{p.name}" for p in (files / "snapshots").iterdir()}
    assert left == {made[timedelta(hours=1)]}
