"""Writes the zip, counts it against the database, and reads it back. Equal data give equal bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.utils.translation import gettext as _

from crf import exports
from crf.exports import dictionary, tables, trail
from crf.exports.still import whole_study
from trial import protocol
from trial.jobs import JobFailed
from trial.models import Site

MANIFEST = "manifest.json"
NOTES = (
    "Values stand exactly as entered. Text that begins with =, +, - or @ is not altered: import the files as text, do not open"
    " them in a spreadsheet program by double click.",
    "UTF-8; lines end with CR LF; times are UTC; a blank field is a missing value, its reason stands in <item>.missing.",
    "Values that follow from the items by a rule (grades) are not observations and stand in the endpoint tables only.",
)
Step = Callable[[int, int, str], None]


class Mismatch(JobFailed):
    """The file does not hold what the database holds; it is thrown away."""


class _Tally(io.RawIOBase):
    """Passes bytes on, counting and hashing them."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target, self.size, self.hash = target, 0, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.target.write(data)
        self.hash.update(data)
        self.size += len(data)
        return len(data)


def software_version() -> str:
    """The version of this software, from its metadata or its pyproject.toml."""
    import tomllib

    from django.conf import settings

    try:
        return version("cartwright")
    except PackageNotFoundError:
        return str(tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"])


def build(target: IO[bytes], *, now: datetime, step: Step) -> dict[str, Any]:
    """Writes the archive of the whole study into `target` and returns its manifest.

    step: told (done, total, file) before each file. Raises Mismatch where a file and the database disagree.
    """
    with whole_study(), ZipFile(target, "w", ZIP_DEFLATED) as archive:
        data = tables.files()
        total = len(data) + 3
        made = []
        for number, file in enumerate(data):
            step(number, total, file.name)
            made.append(_table(archive, file))
        step(len(data), total, "dictionary.csv")
        made.append(
            _whole(archive, "dictionary.csv", dictionary.text().encode(), dictionary.COLUMNS, len(dictionary.lines()))
        )
        step(len(data) + 1, total, str(_("endpoint tables")))
        made += [_whole(archive, name, content) for name, content in _extra()]
        _once(made)
        manifest = _manifest(made, now=now)
        archive.writestr(_entry(MANIFEST), json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        step(total - 1, total, MANIFEST)
    return manifest


def _entry(name: str) -> ZipInfo:
    """A zip entry that says nothing about when and where it was made."""
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.create_system, entry.external_attr = ZIP_DEFLATED, 3, 0o640 << 16
    return entry


def _table(archive: ZipFile, file: tables.File) -> dict[str, Any]:
    written = 0
    with archive.open(_entry(file.name), "w") as raw:
        tally = _Tally(raw)
        with io.TextIOWrapper(tally, "utf-8", newline="", write_through=False) as out:  # type: ignore[type-var]
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerow(file.columns)
            for row in file.rows():
                writer.writerow(row)
                written += 1
    expected = file.expected()
    if written != expected:
        raise Mismatch(_("%(file)s: %(written)d rows written, %(expected)d in the database. Nothing was exported.")
                       % {"file": file.name, "written": written, "expected": expected})  # fmt: skip
    return _about(file.name, tally.size, tally.hash.hexdigest(), file.columns, written)


def _whole(
    archive: ZipFile, name: str, content: bytes, columns: Iterable[str] = (), rows: int | None = None
) -> dict[str, Any]:
    archive.writestr(_entry(name), content)
    return _about(name, len(content), hashlib.sha256(content).hexdigest(), columns, rows)


def _about(name: str, size: int, digest: str, columns: Iterable[str], rows: int | None) -> dict[str, Any]:
    return {"name": name, "rows": rows, "columns": list(columns), "bytes": size, "sha256": digest}


def _extra() -> list[tuple[str, bytes]]:
    found = sorted(pair for collect in exports.extra for pair in collect())
    for name, _content in found:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ValueError(f"{name!r} is no name inside an archive")
    return found


def _once(made: list[dict[str, Any]]) -> None:
    names = [file["name"] for file in made]
    if len(set(names)) != len(names):
        raise Mismatch(_("Two files of the export have the same name. Nothing was exported."))


def _manifest(made: list[dict[str, Any]], *, now: datetime) -> dict[str, Any]:
    listed = "".join(f"{file['sha256']}  {file['name']}\n" for file in sorted(made, key=lambda f: f["name"]))
    return {
        "created_at": now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "study": str(protocol.NAME),
        "protocol_version": protocol.VERSIONS[-1].code,
        "software_version": software_version(),
        "demonstration": Site.objects.filter(is_demonstration=True).exists(),
        "sites": list(Site.objects.order_by("code").values_list("code", flat=True)),
        "audit": trail.head(),
        "content_sha256": hashlib.sha256(listed.encode()).hexdigest(),
        "files": made,
        "notes": list(NOTES),
    }


def read_back(source: IO[bytes], manifest: dict[str, Any]) -> None:
    """Opens the finished archive again and compares every file with the manifest. Raises Mismatch."""
    with ZipFile(source) as archive:
        names = [entry.filename for entry in archive.infolist()]
        if sorted(names) != sorted([MANIFEST, *(file["name"] for file in manifest["files"])]):
            raise Mismatch(_("The archive does not hold the files of its manifest. Nothing was exported."))
        for file in manifest["files"]:
            content = archive.read(file["name"])
            if hashlib.sha256(content).hexdigest() != file["sha256"] or not _counts(content, file):
                raise Mismatch(
                    _("%(file)s was not read back as it was written. Nothing was exported.") % {"file": file["name"]}
                )
        if json.loads(archive.read(MANIFEST)) != manifest:
            raise Mismatch(_("The manifest was not read back as it was written. Nothing was exported."))


def _counts(content: bytes, file: dict[str, Any]) -> bool:
    """Whether a CSV holds the columns and the rows that the manifest says; other files have no rows to count."""
    if file["rows"] is None:
        return True
    lines = csv.reader(io.StringIO(content.decode(), newline=""))
    width = len(file["columns"])
    return next(lines) == file["columns"] and [len(line) for line in lines] == [width] * file["rows"]
