"""The audit trail: one append-only table, one trigger function, and who is acting and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

from trial.models import AuditEvent, User

SYSTEM = ("migration", "beat", "import", "sign-in")  # actors for what is not clinical entry

NO_ACTOR, NO_REASON, APPEND_ONLY = "CW001", "CW002", "CW003"  # SQLSTATEs our functions raise

FUNCTIONS = """
CREATE OR REPLACE FUNCTION trial_sites() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('cartwright.sites', true), '')::bigint[], '{}'::bigint[])
$$;
CREATE OR REPLACE FUNCTION trial_person() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('cartwright.person', true), '')::bigint
$$;

-- SECURITY DEFINER: the application may not write the audit table; this function may.
CREATE OR REPLACE FUNCTION trial_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    actor  text := nullif(current_setting('cartwright.actor', true), '');
    reason text := coalesce(current_setting('cartwright.reason', true), '');
    left_out text[] := TG_ARGV[1]::text[];
    by_key text[] := coalesce(TG_ARGV[2], '{}')::text[];
    old_row jsonb; new_row jsonb; this_row jsonb; name text; was jsonb; becomes jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN old_row := to_jsonb(OLD) - left_out; END IF;
    IF TG_OP <> 'DELETE' THEN new_row := to_jsonb(NEW) - left_out; END IF;
    this_row := coalesce(new_row, old_row);
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, n.value) INTO old_row, new_row
        FROM jsonb_each(old_row) o JOIN jsonb_each(new_row) n USING (key)
        WHERE o.value IS DISTINCT FROM n.value;
        IF old_row IS NULL THEN RETURN NULL; END IF;
        -- Of a JSON object that changes often, the keys that changed: a draft is saved after every item.
        FOREACH name IN ARRAY by_key LOOP
            was := old_row->name; becomes := new_row->name;
            IF jsonb_typeof(was) = 'object' AND jsonb_typeof(becomes) = 'object' THEN
                old_row := old_row || jsonb_build_object(name, (SELECT coalesce(jsonb_object_agg(key, value), '{}')
                    FROM jsonb_each(was) WHERE value IS DISTINCT FROM becomes->key));
                new_row := new_row || jsonb_build_object(name, (SELECT coalesce(jsonb_object_agg(key, value), '{}')
                    FROM jsonb_each(becomes) WHERE value IS DISTINCT FROM was->key));
            END IF;
        END LOOP;
    END IF;
    IF actor IS NULL THEN
        RAISE EXCEPTION 'a write to % names nobody who acts', TG_TABLE_NAME USING ERRCODE = 'CW001';
    END IF;
    IF TG_ARGV[0] = 'reason' AND TG_OP <> 'INSERT' AND btrim(reason) = '' THEN
        RAISE EXCEPTION 'a change of completed data in % gives no reason', TG_TABLE_NAME USING ERRCODE = 'CW002';
    END IF;
    INSERT INTO trial_auditevent
        (at, actor_id, actor, reason, action, table_name, row_id, subject_id, site_id, before, after, txid)
    VALUES (clock_timestamp(), trial_person(), actor, reason, left(TG_OP, 1), TG_TABLE_NAME, (this_row->>'id')::bigint,
        CASE TG_TABLE_NAME WHEN 'trial_subject' THEN (this_row->>'id')::bigint ELSE (this_row->>'subject_id')::bigint END,
        CASE TG_TABLE_NAME WHEN 'trial_site' THEN (this_row->>'id')::bigint ELSE (this_row->>'site_id')::bigint END,
        old_row, new_row, txid_current());
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION trial_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: rows are added, never changed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'CW003';
END $$;

CREATE OR REPLACE FUNCTION trial_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'site_id' = to_jsonb(OLD) - 'site_id' THEN RETURN NEW; END IF;
    RAISE EXCEPTION '% of % is refused: rows are added, never changed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'CW003';
END $$;

-- What is no row of a table: a sign-in, a view by an inspector, an export.
CREATE OR REPLACE FUNCTION trial_record(event text, detail jsonb, of_site bigint, of_subject bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE actor text := nullif(current_setting('cartwright.actor', true), '');
BEGIN
    IF actor IS NULL THEN RAISE EXCEPTION 'an event names nobody who acts' USING ERRCODE = 'CW001'; END IF;
    IF event IN ('I', 'U', 'D') THEN RAISE EXCEPTION 'events are named in words' USING ERRCODE = 'CW003'; END IF;
    INSERT INTO trial_auditevent
        (at, actor_id, actor, reason, action, table_name, subject_id, site_id, after, txid)
    VALUES (clock_timestamp(), trial_person(), actor, coalesce(current_setting('cartwright.reason', true), ''),
        event, '', of_subject, of_site, detail, txid_current());
END $$;
"""


def settings_now(using: str = DEFAULT_DB_ALIAS) -> dict[str, str]:
    """The transaction's actor, person, reason and scope as PostgreSQL holds them; blank = none."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('cartwright.actor', true), current_setting('cartwright.person', true),"
            " current_setting('cartwright.reason', true), current_setting('cartwright.sites', true)"
        )
        row = cursor.fetchone()
    return {name: value or "" for name, value in zip(("actor", "person", "reason", "sites"), row, strict=True)}


def _swap(values: dict[str, str], using: str) -> dict[str, str]:
    """Sets settings of this transaction and returns what they were: one statement, for every form pays its way here."""
    was = ", ".join(f"coalesce(current_setting('cartwright.{name}', true), '') AS {name}" for name in values)
    sets = ", ".join(f"set_config('cartwright.{name}', %s, true)" for name in values)
    with connections[using].cursor() as cursor:
        # Materialized: the former values are read before the first of the new ones is set.
        cursor.execute(
            f"WITH former AS MATERIALIZED (SELECT {was}) SELECT former.*, {sets} FROM former", list(values.values())
        )
        row = cursor.fetchone()
    return dict(zip(values, row, strict=False))


@contextmanager
def _for_a_while(values: dict[str, str], using: str) -> Iterator[None]:
    """Sets transaction-local settings and puts the former ones back: they outlive the release of a savepoint."""
    with transaction.atomic(using=using):
        before = _swap(values, using)
        yield
        # Not in a `finally`: after an error the savepoint's rollback restores them by itself.
        _swap(before, using)


def acting(by: User | str, reason: str = "", *, using: str = DEFAULT_DB_ALIAS) -> Any:
    """Names who writes in this block and why.

    by: a person, or one of SYSTEM. reason: needed to change completed data.
    Raises ValueError for an unknown system actor. Writes outside such a block are refused by the database.
    """
    if isinstance(by, str):
        if by not in SYSTEM:
            raise ValueError(f"{by!r} is no system actor")
        return _for_a_while({"actor": by, "person": "", "reason": reason}, using)
    return _for_a_while({"actor": by.get_username(), "person": str(by.pk), "reason": reason}, using)


@contextmanager
def serving(person: User, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[Callable[[Iterable[int]], None]]:
    """Names who acts in a whole request, and gives the function that opens sites once it is known which.

    At the end of the outermost transaction PostgreSQL forgets the settings by itself; inside another one they are put back.
    """
    outermost = not connections[using].in_atomic_block
    with transaction.atomic(using=using, savepoint=not outermost):
        former = _swap({"actor": person.get_username(), "person": str(person.pk), "reason": "", "sites": ""}, using)
        yield lambda sites: _set_sites(sites, using)
        if not outermost:
            _swap(former, using)


def _array(sites: Iterable[int]) -> str:
    return "{" + ",".join(str(int(s)) for s in sorted(set(sites))) + "}"


def _set_sites(sites: Iterable[int], using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT set_config('cartwright.sites', %s, true)", [_array(sites)])


def seeing(sites: Iterable[int], *, using: str = DEFAULT_DB_ALIAS) -> Any:
    """Opens the rows of these sites (primary keys) for this block; without it no subject is visible."""
    return _for_a_while({"sites": _array(sites)}, using)


def record(
    event: str, detail: dict[str, Any] | None = None, *, site: int | None = None, subject: int | None = None
) -> None:
    """Writes an event that is no row of a table (sign-in, export) under the acting person."""
    import json

    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT trial_record(%s, %s::jsonb, %s, %s)", [event, json.dumps(detail or {}), site, subject])


@dataclass(frozen=True, slots=True)
class Change:
    """One column of one row, changed once."""

    at: datetime
    who: str
    why: str
    action: str
    table: str
    row_id: int
    column: str
    old: Any
    new: Any


def history(*rows: models.Model) -> list[Change]:
    """Every change of these rows, oldest first, one entry a column; values as the database held them."""
    wanted = models.Q(pk__in=[])
    for row in rows:
        wanted |= models.Q(table_name=row._meta.db_table, row_id=row.pk)
    return changes(AuditEvent.objects.filter(wanted).order_by("id"))


def changes(events: Iterable[AuditEvent]) -> list[Change]:
    """The audit entries, one a column; columns that stayed blank are left out."""
    found = []
    for event in events:
        before, after = event.before or {}, event.after or {}
        for column in {**before, **after}:
            old, new = before.get(column), after.get(column)
            if old != new:
                found.append(
                    Change(
                        event.at,
                        event.actor,
                        event.reason,
                        event.action,
                        event.table_name,
                        event.row_id or 0,
                        column,
                        old,
                        new,
                    )
                )
    return found
