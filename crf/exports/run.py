"""The export as a job: built, read back, stored, recorded; nothing to download before all of that holds."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from crf.exports import archive
from trial import audit, jobs

FOLDER = "exports"


@jobs.work("export")
def export(progress: jobs.Progress) -> dict[str, Any]:
    """Exports the whole study into the store; the job's result says where it lies and what it holds."""
    now = timezone.now()
    final = f"{FOLDER}/{now:%Y-%m-%d}-{progress.job.pk}.zip"
    with TemporaryFile() as local, temporary(f"{FOLDER}/unfinished-{progress.job.pk}.zip") as unfinished:
        manifest = archive.build(local, now=now, step=progress.step)
        local.seek(0)
        default_storage.save(unfinished, File(local))
        with default_storage.open(unfinished) as stored:
            archive.read_back(stored, manifest)
            digest, size = fingerprint(stored), default_storage.size(unfinished)
        _publish(unfinished, final)
    with transaction.atomic(), audit.acting("beat"):
        audit.record("export made", {"job": progress.job.pk, "sha256": digest, "asked_by": progress.job.requested_by})
    files = len(manifest["files"]) + 1
    progress.step(files, files)
    return {"file": final, "bytes": size, "sha256": digest, "manifest": manifest}


def to_file(out: Path) -> dict[str, Any]:
    """The same archive into a file of its own; the name appears once the file is whole. Returns the manifest."""
    partial = out.with_name(out.name + ".unfinished")
    try:
        with open(partial, "w+b") as target:
            manifest = archive.build(target, now=timezone.now(), step=lambda done, total, name: None)
            target.seek(0)
            archive.read_back(target, manifest)
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


@contextmanager
def temporary(name: str) -> Iterator[str]:
    """A name in the store under which nothing is left behind, neither from now nor from an attempt that was killed."""
    default_storage.delete(name)
    try:
        yield name
    finally:
        default_storage.delete(name)


def _publish(unfinished: str, final: str) -> None:
    default_storage.delete(final)  # of an earlier attempt of this job that lost its worker
    try:
        os.replace(default_storage.path(unfinished), default_storage.path(final))
    except NotImplementedError:  # a store without a file system keeps whole objects or none
        with default_storage.open(unfinished) as whole:
            default_storage.save(final, whole)


def fingerprint(source: IO[bytes]) -> str:
    """SHA-256 of a whole file."""
    source.seek(0)
    return hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
