"""What waits for somebody, of many subjects: kept between two pages, and made again for those of whom anything was written.

Whatever is written about a subject leaves a line in the audit trail that names the transaction. A page therefore asks one
question: who has a line of a transaction that was not over when their part was made? It is asked with the snapshot's
horizon and not with the time or the greatest key, for a line may become visible after one that was written later.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db import connection

from crf.ledger import Entry, expected, to_do, waiting
from trial import subjects
from trial.models import Subject

# A dictionary of this process; beyond this many subjects it begins anew.
LIMIT = 50_000
_kept: dict[int, _Kept] = {}

# The horizon is below every transaction that is not over yet; a restored database has another oid, or counts from below.
# Nothing is kept of a transaction that has written itself: it may still be undone.
_ASK = """
SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::bigint,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_current_xact_id_if_assigned() IS NULL,
       (SELECT coalesce(json_object_agg(subject_id, newest), '{}') FROM (
            SELECT subject_id, max(txid) AS newest FROM trial_auditevent
            WHERE txid >= %s AND subject_id IS NOT NULL GROUP BY subject_id) AS written)
"""
_NOBODY = 2**63 - 1


# Kept for so many days ahead, another number for each subject: a new day asks for the forms of a few anew, not of all.
_LEAST, _SPREAD = 15, 30


class Unsigned(NamedTuple):
    """How many complete forms of a kind are not signed as they stand now, and since when the longest waits."""

    form: str
    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    """What wants something of one subject up to a day; every transaction below the horizon is in it."""

    database: int
    horizon: int
    site: tuple[int, str]
    since: date  # the day whose states the entries have
    until: date
    entries: tuple[Entry, ...]
    unsigned: tuple[Unsigned, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody has to do, most urgent first; and by the subject's key the forms that wait for a signature."""

    entries: list[Entry]
    unsigned: dict[int, tuple[Unsigned, ...]]


def waiting_of(people: Iterable[Subject], *, now: datetime) -> list[Entry]:
    """What somebody has to do now about these subjects, most urgent first: as `waiting` of their ledger."""
    return standing_of(people, now=now).entries


def standing_of(people: Iterable[Subject], *, now: datetime) -> Standing:
    """The same, and what waits for a signature. Subjects must carry their site."""
    everyone = list(people)
    known = [one for one in (_kept.get(subject.pk) for subject in everyone) if one is not None]
    database, horizon, only_reads, written = _asked(min((one.horizon for one in known), default=_NOBODY))
    found: dict[int, _Kept] = {}
    anew: list[Subject] = []
    for subject in everyone:
        one, today = _kept.get(subject.pk), subjects.today(subject.site, now)
        if (
            one is not None
            and (one.database, one.site) == (database, _site(subject))
            and one.since <= today <= one.until
            and _holds(one, horizon, written.get(subject.pk))
        ):
            found[subject.pk] = replace(one, horizon=horizon, since=today, entries=_on(one, today))
        else:
            anew.append(subject)
    for subject, entries, unsigned in _made(anew, now=now):
        today = subjects.today(subject.site, now)
        until = today + timedelta(days=_LEAST + subject.pk % _SPREAD)
        found[subject.pk] = _Kept(database, horizon, _site(subject), today, until, entries, unsigned)
    if only_reads:
        if len(_kept) + len(anew) > LIMIT:
            _kept.clear()
        _kept.update(found)
    due = waiting((entry for one in found.values() for entry in one.entries), now=now)
    return Standing(due, {pk: one.unsigned for pk, one in found.items()})


def _asked(since: int) -> tuple[int, int, bool, dict[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_ASK, [since])
        database, horizon, only_reads, written = cursor.fetchone()
    return database, horizon, only_reads, {int(pk): newest for pk, newest in written.items()}


def _site(subject: Subject) -> tuple[int, str]:
    """What of the site the entries depend on."""
    return subject.site_id, subject.site.timezone


def _on(one: _Kept, today: date) -> tuple[Entry, ...]:
    """The entries on a later day: what was expected may be overdue now."""
    if one.since == today:
        return one.entries
    return tuple(
        replace(entry, state=expected(entry.subject, entry.visit, today) or entry.state)
        if entry.state == "expected" and entry.visit is not None
        else entry
        for entry in one.entries
    )


def _holds(one: _Kept, horizon: int, newest: int | None) -> bool:
    """Whether nothing was written since; horizons only grow while the database lives."""
    return one.horizon <= horizon and (newest is None or newest < one.horizon)


def _made(people: list[Subject], *, now: datetime) -> Iterable[tuple[Subject, tuple[Entry, ...], tuple[Unsigned, ...]]]:
    """Each subject with what wants something of it for as long as it may be kept."""
    if not people:
        return ()
    last = max(subjects.today(subject.site, now) for subject in people) + timedelta(days=_LEAST + _SPREAD)
    found: dict[int, list[Entry]] = {subject.pk: [] for subject in people}
    entries, unsigned = to_do(people, now=now, until=last)
    for entry in entries:
        found[entry.subject.pk].append(entry)
    return [(subject, tuple(found[subject.pk]), _by_kind(unsigned[subject.pk])) for subject in people]


def _by_kind(forms: Iterable[tuple[str, datetime]]) -> tuple[Unsigned, ...]:
    """How many forms of each kind, and the oldest last change of each."""
    found: dict[str, list[datetime]] = {}
    for form, changed_at in forms:
        found.setdefault(form, []).append(changed_at)
    return tuple(Unsigned(form, len(changes), min(changes)) for form, changes in found.items())


def forget() -> None:
    """Begins anew."""
    _kept.clear()
