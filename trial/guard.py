"""Puts the guard on every table after each `migrate`: audit triggers, row security, grants. Nothing can be forgotten."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, models, transaction
from django.db.backends.utils import CursorWrapper

from trial.guarded import Guard


def guarded_models() -> list[tuple[type[models.Model], Guard]]:
    """Every table that carries a guard, with it."""
    found = [(m, getattr(m, "guard", None)) for m in apps.get_models(include_auto_created=True)]
    return [(m, g) for m, g in found if isinstance(g, Guard) and m._meta.managed]


def install(*, using: str = "owner", **_: Any) -> None:
    """Creates functions, triggers, policies and grants afresh; running it twice changes nothing. Needs the owner."""
    connection = connections[using]
    # One transaction: between the general grant and the revocation for the audit table nobody can slip in.
    with transaction.atomic(using=using):
        _install(connection)


def _install(connection: Any) -> None:
    from trial.audit import FUNCTIONS

    role = connection.ops.quote_name(settings.DATABASES["default"]["USER"])
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        _grant(cursor, role)
        for model, guard in guarded_models():
            if model._meta.db_table in present:
                _protect(cursor, model, guard, role)


def _grant(cursor: CursorWrapper, role: str) -> None:
    cursor.execute(
        f"GRANT USAGE ON SCHEMA public TO {role};"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};"
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role};"
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
        "REVOKE ALL ON FUNCTION trial_record(text, jsonb, bigint, bigint) FROM PUBLIC;"
        f"GRANT EXECUTE ON FUNCTION trial_record(text, jsonb, bigint, bigint) TO {role};"
    )


def _protect(cursor: CursorWrapper, model: type[models.Model], guard: Guard, role: str) -> None:
    table = model._meta.db_table
    has_visit = {"visit", "subject"} <= {f.name for f in model._meta.local_fields}
    cursor.execute(
        f'CREATE OR REPLACE TRIGGER trial_no_truncate BEFORE TRUNCATE ON "{table}"'
        " FOR EACH STATEMENT EXECUTE FUNCTION trial_append_only();"
    )
    if guard.append_only:
        cursor.execute(
            f'CREATE OR REPLACE TRIGGER trial_append_only BEFORE UPDATE OR DELETE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION trial_append_only();"
            f'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON "{table}" FROM {role};'
        )
    else:
        reason = "reason" if guard.reason else "free"
        left_out, by_key = ("{" + ",".join(columns) + "}" for columns in (guard.leave_out, guard.by_key))
        cursor.execute(
            f'CREATE OR REPLACE TRIGGER trial_audit AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
            f" FOR EACH ROW EXECUTE FUNCTION trial_audit('{reason}', '{left_out}', '{by_key}');"
        )
    if guard.fixed:
        cursor.execute(
            f'CREATE OR REPLACE TRIGGER trial_fixed BEFORE UPDATE OR DELETE ON "{table}"'
            " FOR EACH ROW EXECUTE FUNCTION trial_fixed();"
        )
    if using := guard.using():
        cursor.execute(
            f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;'
            f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY;'
            f'DROP POLICY IF EXISTS trial_site ON "{table}";'
            f'CREATE POLICY trial_site ON "{table}" USING {using} WITH CHECK {using};'
        )
    cursor.execute(f'DROP POLICY IF EXISTS trial_also_read ON "{table}"')
    if guard.also_read:
        cursor.execute(f'CREATE POLICY trial_also_read ON "{table}" FOR SELECT USING {guard.also_read}')
    if guard.follows:
        column, target = guard.follows
        _tie(
            cursor,
            table,
            "trial_follows_site",
            f"({column}, site_id) REFERENCES {target} (id, site_id) ON UPDATE CASCADE",
        )
    if has_visit:
        _tie(cursor, table, "trial_visit_of_subject", "(visit_id, subject_id) REFERENCES trial_visit (id, subject_id)")


def _tie(cursor: CursorWrapper, table: str, name: str, key: str) -> None:
    """A foreign key of two columns, which Django cannot declare."""
    cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s AND conrelid = %s::regclass", [name, table])
    if not cursor.fetchone():
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT {name} FOREIGN KEY {key} DEFERRABLE INITIALLY DEFERRED')
