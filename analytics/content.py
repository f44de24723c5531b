"""The content hash: one number for what the data says, the same on every machine and in every order of rows.

It is made of values, not of bytes of a file: frames and items by name, rows as a set, decimals at their declared places,
times in UTC, null as null. Surrogate keys, row versions and what merely follows from other values are left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from analytics.frames import Column, plain_text

_write = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


def of_frame(columns: Sequence[Column], values: Mapping[str, Sequence[Any]]) -> str:
    """SHA-256 of one frame's content, in hexadecimal."""
    known = sorted((c for c in columns if c.content), key=lambda column: column.name)
    texts = [[plain_text(value, c.places) for value in values[c.name]] for c in known]
    digest = hashlib.sha256(_write([[c.name, c.kind, c.places] for c in known]).encode())
    for line in sorted(map(_write, zip(*texts, strict=True))):
        digest.update(b"\n" + line.encode())
    return digest.hexdigest()


def of_all(digests: Mapping[str, str]) -> str:
    """SHA-256 over the frames' digests, by name."""
    return hashlib.sha256(_write(sorted(digests.items())).encode()).hexdigest()
