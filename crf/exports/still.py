"""The study standing still: every read of an export sees one and the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import translation

from trial import audit
from trial.models import Site


@contextmanager
def whole_study() -> Iterator[None]:
    """One REPEATABLE READ, read-only transaction as the system actor, with every site open and English wording.

    Must not be called inside a transaction: PostgreSQL sets the isolation level before the first query only.
    """
    if connection.in_atomic_block:
        raise RuntimeError("An export cannot share the transaction of its caller.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with audit.acting("beat"), audit.seeing(Site.objects.values_list("pk", flat=True)), translation.override("en"):
            yield
