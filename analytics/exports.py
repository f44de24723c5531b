"""The endpoint tables as files of the periodic export."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import translation

from analytics import registry, report
from analytics.render import csv as as_csv
from analytics.render import json as as_json


def tables() -> Iterator[tuple[str, bytes]]:
    """Every endpoint table of the live snapshot with its default options, as CSV and JSON, in English; none before the first."""
    frozen = report.current()
    if frozen is None:
        return
    with translation.override("en"):
        stamp = report.stamp(frozen, report.STUDY)
        for name in registry.endpoints():
            table = report.stored(frozen, name)
            if table is not None:
                yield f"endpoints/{name}.csv", as_csv.render(table, stamp).encode()
                yield f"endpoints/{name}.json", as_json.render(table, stamp).encode()
