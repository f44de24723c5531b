"""The demonstration study many times over, for measuring: copied inside PostgreSQL, as no site could type it."""

from __future__ import annotations

from crf.declare.form import Crf, casebook
from tests import database
from trial.models import Subject, Visit

STEP = 1_000_000  # between the surrogate keys of two copies


def multiply(name: str, times: int) -> None:
    """Makes each subject of a database `times` subjects of the same site, with all visits, forms and rows.

    Needs an owner that is a superuser (the embedded PostgreSQL): the guard would ask who typed it.
    """
    with database.as_owner(name) as owner, owner.transaction():
        owner.execute("SET LOCAL session_replication_role = replica")
        of_subject = {
            "id": f"id + k * {STEP}",
            "number": "number + k * 100",
            "code": "split_part(code, '-', 1) || '-' || (number + k * 100)",
        }
        _copy(owner, Subject._meta.db_table, of_subject, times)
        moved = {column: f"{column} + k * {STEP}" for column in ("id", "subject_id")}
        _copy(owner, Visit._meta.db_table, moved, times)
        for form in casebook():
            visit = {"visit_id": f"visit_id + k * {STEP}"} if issubclass(form, Crf) else {}
            _copy(owner, form._meta.db_table, moved | visit, times)
            for grid in form.declared.rows.values():
                _copy(owner, grid.row._meta.db_table, moved | {"form_id": f"form_id + k * {STEP}"}, times)
        owner.execute("INSERT INTO analytics_mark (txid, at) VALUES (txid_current(), now())")
    with database.as_owner(name) as owner:
        owner.execute("ANALYZE")


def _copy(owner, table: str, changed: dict[str, str], times: int) -> None:  # type: ignore[no-untyped-def]
    read = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    columns = [column for (column,) in owner.execute(read, [table]).fetchall()]
    values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    owner.execute(
        f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}", generate_series(1, {times - 1}) AS k'
    )
