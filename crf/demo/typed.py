"""What one person typed into one form on one day, and a repeatable way to make two subjects differ."""

import zlib
from dataclasses import dataclass
from datetime import date
from typing import Literal

By = Literal["coordinator", "investigator"]


@dataclass(frozen=True, slots=True)
class Typed:
    """One form as typed; `data` holds raw strings by item name, rows as lists of such dicts; a blank item is absent."""

    form: str
    visit: str
    on: date
    data: dict[str, object]
    by: By
    occurrence: int = 1


def spread(low: int, high: int, *key: object) -> int:
    """A whole number from low to high, both possible, always the same for the same key on every machine."""
    # Python's own hash() of a string changes from one process to the next; a checksum does not.
    return low + zlib.crc32("/".join(map(str, key)).encode()) % (high - low + 1)


def tenths(value: int) -> str:
    """Tenths as a person types them: 387 becomes "38.7"."""
    return f"{value // 10}.{value % 10}"
