"""The head of the audit trail, published in every manifest so that rewriting the trail later is evident."""

from __future__ import annotations

from typing import Any

from django.db import connection

# Each entry is hashed, then the hashes together, in order. Entries of transactions still open at that moment are left out:
# of those below the snapshot's horizon none can be added any more, so the same head can be computed again at any time.
HEAD = """
WITH horizon AS (SELECT coalesce(%(before)s, txid_snapshot_xmin(txid_current_snapshot())) AS txid),
finished AS (
    SELECT e.id, sha256(convert_to(to_jsonb(e)::text, 'UTF8')) AS hash
    FROM trial_auditevent e, horizon h
    WHERE e.txid < h.txid AND (%(last)s::bigint IS NULL OR e.id <= %(last)s::bigint)
)
SELECT (SELECT txid FROM horizon), count(*), max(id), encode(sha256(coalesce(string_agg(hash, ''::bytea ORDER BY id), ''::bytea)), 'hex')
FROM finished
"""


def head(*, before: int | None = None, last: int | None = None) -> dict[str, Any]:
    """Last entry, number of entries and hash of the trail; needs every site open.

    before, last: `before_transaction` and `last_id` of an earlier manifest give that head again, unless somebody rewrote it.
    """
    with connection.cursor() as cursor:
        cursor.execute(HEAD, {"before": before, "last": last})
        horizon, entries, last_id, digest = cursor.fetchone()
    return {"last_id": last_id, "entries": entries, "before_transaction": horizon, "sha256": digest}
