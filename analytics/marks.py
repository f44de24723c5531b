"""How a change of data is noticed: a trigger on every table the snapshot reads leaves one mark a transaction.

A trigger and not a signal, because subjects are screened, enrolled and withdrawn without a form, and a site may be edited
in the admin: whatever changes the data leaves its mark, in the same transaction. Marks and not the greatest audit id,
because a lower id may be committed after a higher one: a snapshot removes exactly the marks that it saw, with the data
that they stand for, and a mark it did not see is still there for the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connections

from analytics.models import Mark

FUNCTION = """
CREATE OR REPLACE FUNCTION analytics_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO analytics_mark (txid, at) VALUES (txid_current(), now()) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""


def install(*, using: str = "owner", **_: Any) -> None:
    """(Re)creates the trigger on every table that a snapshot reads. Needs the owner; running it twice changes nothing."""
    from analytics.frames import shapes

    connection = connections[using]
    present = set(connection.introspection.table_names())
    if Mark._meta.db_table not in present:
        return
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        for table in sorted({table for shape in shapes() for table in shape.tables} & present):
            cursor.execute(
                f'CREATE OR REPLACE TRIGGER analytics_mark AFTER INSERT OR UPDATE OR DELETE ON "{table}"'
                " FOR EACH STATEMENT EXECUTE FUNCTION analytics_changed();"
            )


def seen() -> tuple[int, ...]:
    """The marks that this transaction sees."""
    return tuple(Mark.objects.values_list("pk", flat=True))


def remove(marks: Iterable[int]) -> None:
    """Takes away marks whose data is in a snapshot now."""
    Mark.objects.filter(pk__in=list(marks)).delete()
