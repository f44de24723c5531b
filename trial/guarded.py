"""What a model says about its own protection; `trial.guard` turns it into triggers, policies and grants."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

# One expression for every table of a site; the sub-select makes PostgreSQL evaluate the setting once a statement.
SITE_POLICY = "({column} = ANY ((SELECT trial_sites())::bigint[]))"

_SEEN = "(SELECT trial_sites())::bigint[]"
# What a site states for itself is read as well where one of its former subjects is now: its limits and its protocol version
# hold for the time before the transfer.
FORMER_SITES = f"(site_id IN (SELECT t.from_site_id FROM trial_transfer t WHERE t.site_id = ANY ({_SEEN})))"  # noqa: S608
# The trail of a subject goes with the subject, whichever site an entry was written at; what is about none stays.
OWN_OR_OF_SUBJECT = (
    f"(CASE WHEN subject_id IS NULL THEN site_id IS NULL OR site_id = ANY ({_SEEN})"  # noqa: S608
    f" ELSE subject_id IN (SELECT s.id FROM trial_subject s WHERE s.site_id = ANY ({_SEEN})) END)"
)


@dataclass(frozen=True, slots=True)
class Guard:
    """How a table is guarded.

    site: the column the row-security policy compares; None = no row security unless `policy` is given.
    policy: a policy in SQL where the plain one does not serve.
    reason: an update or delete needs a reason besides the actor.
    leave_out: columns that never enter the audit trail; a change of these alone is no change.
    by_key: JSON columns of which an update records only the keys that changed.
    append_only: nobody updates, deletes or truncates, the owner included.
    fixed: a row stays as it was written, and only its site follows the subject; the owner is refused as well.
    also_read: rows that may be read besides, and not written, in SQL.
    follows: (column, table): the row's (column, site_id) must exist in that table, and follows its site.
    """

    site: str | None = None
    policy: str | None = None
    reason: bool = False
    leave_out: tuple[str, ...] = ()
    by_key: tuple[str, ...] = ()
    append_only: bool = False
    fixed: bool = False
    also_read: str | None = None
    follows: tuple[str, str] | None = None

    def using(self) -> str | None:
        """The policy's expression, or None where the table has no row security."""
        return self.policy or (SITE_POLICY.format(column=self.site) if self.site else None)


class SubjectTable(models.Model):
    """Base of every table that hangs on a subject: carries the subject's site, kept equal by a key of two columns."""

    guard = Guard(site="site_id", follows=("subject_id", "trial_subject"))

    class Meta:
        abstract = True
