"""A form as it stood at an earlier version, read from the audit trail."""

from __future__ import annotations

from typing import Any

from crf.declare.form import Entered
from crf.words import read_back
from trial.models import AuditEvent


def as_of(row: Entered, version: int) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]]]:
    """Columns by name, items as their own types, and rows by grid, as they were when the form had that version."""
    mine = AuditEvent.objects.filter(table_name=row._meta.db_table, row_id=row.pk).order_by("id")
    state: dict[str, Any] = {}
    later = None
    for event in mine:
        if (event.after or {}).get("version", 0) > version:
            later = event.id
            break
        state.update(event.after or {})
    for name, item in row.declared.items.items():
        if name in state:
            state[name] = read_back(item, state[name])
    return state, {name: _lines(row, grid.row, before=later) for name, grid in row.declared.rows.items()}


def _lines(row: Entered, model: Any, *, before: int | None) -> list[dict[str, Any]]:
    """The rows of one grid of the form before an event of the trail; before=None means now."""
    events = AuditEvent.objects.filter(table_name=model._meta.db_table, subject_id=row.subject_id).order_by("id")
    if before is not None:
        events = events.filter(id__lt=before)
    lines: dict[int, dict[str, Any]] = {}
    for event in events:
        if event.action == "I" and (event.after or {}).get("form_id") == row.pk:
            lines[event.row_id or 0] = dict(event.after or {})
        elif event.action == "U" and event.row_id in lines:
            lines[event.row_id].update(event.after or {})
        elif event.action == "D":
            lines.pop(event.row_id or 0, None)
    items = model.declared.items.items()
    return [
        {name: read_back(item, line.get(name)) for name, item in items}
        for line in sorted(lines.values(), key=lambda line: line.get("row", 0))
    ]
