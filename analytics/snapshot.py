"""Freezing the study's data: read in one transaction, kept as Parquet files with a content hash, thawed again as frames."""

from __future__ import annotations

import io
import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone

from analytics import content, marks
from analytics.derive import plain
from analytics.frames import DTYPES, Column, Shape, series, shapes
from analytics.models import Snapshot
from trial import audit, version
from trial.models import Site

logger = logging.getLogger(__name__)

FOLDER = "snapshots"
KEPT = 3  # live snapshots: the one shown, and those a page opened earlier may still read
ABANDONED = timedelta(days=1)  # files this old that no snapshot names were left by a worker that was killed
NAMED = "%Y%m%dT%H%M%SZ"
ARROW = {
    "text": pa.string(), "number": pa.float64(), "integer": pa.int64(), "date": pa.date32(),
    "datetime": pa.timestamp("ns", tz="UTC"), "flag": pa.bool_(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """The data as read at one moment, before it is kept. marks: the changes it covers."""

    taken_at: datetime
    content_hash: str
    manifest: dict[str, Any]
    frames: dict[str, pd.DataFrame]
    demonstration: bool
    marks: tuple[int, ...]


@contextmanager
def one_moment() -> Iterator[list[Site]]:
    """A transaction in which every read sees the study as of one moment; gives the sites that it sees.

    Training sites are left out. Raises RuntimeError inside another transaction, which has its own view of the data.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A snapshot is read in a transaction of its own.")
    with transaction.atomic():
        with connection.cursor() as cursor:  # before anything else: afterwards PostgreSQL refuses it
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        sites = list(Site.objects.filter(is_training=False))
        with audit.seeing(site.pk for site in sites):
            yield sites


def read() -> Reading:
    """Everything that a snapshot holds, read in one moment."""
    frames, manifest = {}, {}
    with one_moment() as sites:
        now, covered = timezone.now(), marks.seen()
        for shape in shapes():
            values = shape.read()
            frames[shape.name] = shape.frame(values)
            manifest[shape.name] = _described(shape, values)
    return Reading(
        taken_at=now,
        content_hash=content.of_all({name: entry["digest"] for name, entry in manifest.items()}),
        manifest=manifest,
        frames=frames,
        demonstration=any(site.is_demonstration for site in sites),
        marks=covered,
    )


def _described(shape: Shape, values: Mapping[str, list[Any]]) -> dict[str, Any]:
    return {
        "rows": len(next(iter(values.values()))),
        "columns": [[c.name, c.kind, c.places, c.content] for c in shape.columns],
        "digest": content.of_frame(shape.columns, values),
    }


def freeze(kind: str = Snapshot.Kind.LIVE) -> Snapshot:
    """Takes a snapshot. A live one whose content is that of the last live one is not kept twice: its checked_at moves.

    Needs no actor: nothing guarded is written. Raises RuntimeError inside a transaction.
    """
    found = read()
    latest = Snapshot.objects.filter(kind=Snapshot.Kind.LIVE).first() if kind == Snapshot.Kind.LIVE else None
    if latest is not None and _same(latest, found):
        Snapshot.objects.filter(pk=latest.pk).update(checked_at=found.taken_at)
        latest.checked_at = found.taken_at
        kept = latest
    else:
        kept = _keep(found, kind)
    if kind == Snapshot.Kind.LIVE:
        marks.remove(found.marks)
    return kept


def _same(snapshot: Snapshot, found: Reading) -> bool:
    """The same content read by the same software, with the files still there."""
    return (
        snapshot.content_hash == found.content_hash
        and snapshot.software_version == version.software()
        and snapshot.manifest == found.manifest
        and snapshot.demonstration == found.demonstration
        and all(default_storage.exists(_file(snapshot.path, name)) for name in snapshot.manifest)
    )


def _file(path: str, frame: str) -> str:
    return f"{path}/{frame}.parquet"


def _keep(found: Reading, kind: str) -> Snapshot:
    """Files first, then the row: what the row names is complete, whenever a worker is killed."""
    path = f"{FOLDER}/{found.taken_at.astimezone(UTC):{NAMED}}-{found.content_hash[:12]}-{secrets.token_hex(3)}"
    for name, frame in found.frames.items():
        default_storage.save(_file(path, name), ContentFile(_parquet(frame, _columns(found.manifest[name]))))
    return Snapshot.objects.create(
        kind=kind,
        taken_at=found.taken_at,
        checked_at=found.taken_at,
        content_hash=found.content_hash,
        software_version=version.software(),
        manifest=found.manifest,
        path=path,
        demonstration=found.demonstration,
    )


def _columns(entry: Mapping[str, Any]) -> list[Column]:
    return [Column(*column) for column in entry["columns"]]


def _parquet(frame: pd.DataFrame, columns: list[Column]) -> bytes:
    schema = pa.schema([(c.name, ARROW[c.kind]) for c in columns])
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False), out, compression="zstd")
    return out.getvalue()


def thaw(snapshot: Snapshot) -> dict[str, pd.DataFrame]:
    """The frames of a snapshot, by name, typed as when they were frozen."""
    frames = {}
    for name, entry in snapshot.manifest.items():
        with default_storage.open(_file(snapshot.path, name)) as file:
            table = pq.read_table(io.BytesIO(file.read()))
        frames[name] = pd.DataFrame({c.name: _typed(table.column(c.name), c.kind) for c in _columns(entry)})
    return frames


def _typed(values: pa.ChunkedArray, kind: str) -> pd.Series:
    """A stored column as a column of a frame; numbers, times and texts need no detour over Python's values."""
    if kind in ("number", "datetime", "text"):
        return values.to_pandas().astype(DTYPES[kind])
    return series(values.to_pylist(), kind)


def intact(snapshot: Snapshot) -> bool:
    """Whether the frames in the storage still have the content that the snapshot's hash says."""
    frames = thaw(snapshot)
    digests = {
        name: content.of_frame(_columns(entry), {c: plain(frames[name][c]) for c in frames[name].columns})
        for name, entry in snapshot.manifest.items()
    }
    return content.of_all(digests) == snapshot.content_hash


def prune() -> None:
    """Removes all live snapshots but the last few, with their tables and files; what was frozen by name stays."""
    for old in Snapshot.objects.filter(kind=Snapshot.Kind.LIVE)[KEPT:]:
        old.delete()
        _remove(old.path)
    _sweep()


def _sweep() -> None:
    """Removes folders that no snapshot names, once they are old enough not to be in the making."""
    try:
        folders, _files = default_storage.listdir(FOLDER)
    except FileNotFoundError:
        return
    named = set(Snapshot.objects.values_list("path", flat=True))
    for folder in folders:
        path = f"{FOLDER}/{folder}"
        try:
            made = datetime.strptime(folder.split("-")[0], NAMED).replace(tzinfo=UTC)
        except ValueError:
            continue  # not ours
        if path not in named and made < timezone.now() - ABANDONED:
            _remove(path)


def _remove(path: str) -> None:
    try:
        for name in default_storage.listdir(path)[1]:
            default_storage.delete(f"{path}/{name}")
        default_storage.delete(path)
    except OSError as error:  # the next sweep tries again
        logger.warning("files of %s stay: %s", path, type(error).__name__)
