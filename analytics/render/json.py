"""A table as JSON: numbers and texts of every cell, the subjects behind it, and the stamp."""

import json
from typing import Any

from analytics.layout import Table
from analytics.render import Stamp, demonstration

CONTENT_TYPE = "application/json"


def render(table: Table, stamp: Stamp) -> str:
    """The table with sorted keys, texts in the language that is active; a number that does not exist is null."""
    return json.dumps(content(table, stamp), sort_keys=True, allow_nan=False, ensure_ascii=False, indent=1)


def content(table: Table, stamp: Stamp) -> dict[str, Any]:
    """The table as plain values."""
    return {
        "name": table.name,
        "title": str(table.title),
        "definition": str(table.definition),
        "population": str(table.population),
        "options": dict(table.options),
        "stub": str(table.stub),
        "columns": [{"key": c.key, "label": str(c.label), "N": c.n} for c in table.columns],
        "rows": [
            {
                "key": row.key,
                "label": str(row.label),
                "indent": row.indent,
                "kind": row.kind,
                "cells": [
                    {"text": str(c.text), "numbers": dict(c.numbers), "subjects": list(c.subjects)} for c in row.cells
                ],
            }
            for row in table.rows
        ],
        "footnotes": [str(note) for note in table.footnotes],
        "stamp": {
            "taken_at": stamp.taken_at.isoformat(),
            "content_hash": stamp.content_hash,
            "software_version": stamp.software_version,
            "scope": stamp.scope,
            "demonstration": demonstration() if stamp.demonstration else None,
        },
    }
