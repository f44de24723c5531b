"""What a batch writes: rows, lines of grids and queries, each kind in one statement a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError

from crf.declare.form import Check, Crf, Entered
from crf.place import Place
from crf.workflow import EVIDENCE, Query, QueryMessage
from trial import audit, many
from trial.models import User, Visit


class RefusedByDatabase(Exception):
    """A value that passed every check and that the database does not accept; names the constraint, never the value."""


@dataclass(slots=True, eq=False)
class Kept:
    """One form that was taken: as a plain record for rules and checks, as values for its row, and its row once written."""

    place: Place
    plain: Any
    values: dict[str, Any]
    missing: dict[str, str]
    by: User
    now: datetime
    row: Entered | None = None
    open: dict[str, Asked] = field(default_factory=dict)  # by the id of the check

    def at(self, visit: Visit | None, occurrence: int) -> bool:
        """Whether it stands there."""
        mine = self.place.visit.pk if self.place.visit is not None else None
        return self.place.occurrence == occurrence and mine == (visit.pk if visit is not None else None)

    def new_row(self) -> Entered:
        """The row to write."""
        place, declared = self.place, self.place.form.declared
        fixed: dict[str, Any] = {"visit": place.visit} if issubclass(place.form, Crf) else {}
        items = {name: value for name, value in self.values.items() if name in declared.items}
        self.row = place.form(
            subject=place.subject, site=place.subject.site, occurrence=place.occurrence, missing=self.missing, version=1,
            entered_at=self.now, entered_by=self.by, changed_at=self.now, changed_by=self.by, **fixed, **items,
        )  # fmt: skip
        return self.row

    def new_lines(self) -> Iterable[tuple[Any, Any]]:
        """(model, line) of every line of its grids; the row has its key by now."""
        assert self.row is not None
        for name, grid in self.place.form.declared.rows.items():
            for number, values in enumerate(self.values.get(name, ()), 1):
                fixed: dict[str, Any] = {"form": self.row, "site_id": self.row.site_id, "row": number}
                yield grid.row, grid.row(subject_id=self.row.subject_id, **fixed, **values)


@dataclass(slots=True, eq=False)
class Asked:
    """A check that failed: about which form, by whose entry and when; the same for its closing; its query once written."""

    kept: Kept
    check: Check
    by: User
    at: datetime
    closed_by: User | None = None
    closed_at: datetime | None = None
    query: Query | None = None


def write_rows(kept: Sequence[Kept]) -> None:
    """Inserts forms and their lines, each under the name of who entered it; the keys of a kind keep the order of entry."""
    try:
        for by, some in _turns(kept):
            with audit.acting(by):
                _insert((one.place.form, one.new_row()) for one in some)
                _insert(pair for one in some for pair in one.new_lines())
    except (IntegrityError, DataError) as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        name = (diagnosis.constraint_name or diagnosis.sqlstate) if diagnosis else ""
        raise RefusedByDatabase(name) from None


def _turns(kept: Sequence[Kept]) -> Iterable[tuple[User, list[Kept]]]:
    """Forms by who entered them, in as few turns as keep every kind in order: two people at one kind take turns."""
    turns: list[dict[User, list[Kept]]] = []
    last: dict[Any, tuple[int, User]] = {}
    for one in kept:
        at, by = last.get(one.place.form, (0, one.by))
        at += by != one.by
        last[one.place.form] = (at, one.by)
        while len(turns) <= at:
            turns.append({})
        turns[at].setdefault(one.by, []).append(one)
    return ((by, some) for turn in turns for by, some in turn.items())


def _insert(pairs: Iterable[tuple[Any, Any]]) -> None:
    by_model: dict[Any, list[Any]] = {}
    for model, row in pairs:
        by_model.setdefault(model, []).append(row)
    for rows in by_model.values():
        many.insert(rows)


def write_queries(asked: Sequence[Asked]) -> None:
    """Opens and closes queries in the order given, each under the name of whose entry it was."""
    for some in _rounds(asked):
        for by, new in _by_person((one.by, one) for one in some if one.query is None):
            with audit.acting(by):
                many.insert([_query(one) for one in new])
        for by, held in _by_person((one.closed_by, one) for one in some if one.closed_by is not None):
            with audit.acting(by):
                _close(held)


def _rounds(asked: Sequence[Asked]) -> list[list[Asked]]:
    """One round but for a check that asks about the same form again: the first query is closed before the second opens."""
    rounds: list[list[Asked]] = []
    times: dict[tuple[int, str], int] = {}
    for one in asked:
        key = id(one.kept), one.check.id
        at = times.get(key, 0)
        times[key] = at + 1
        while len(rounds) <= at:
            rounds.append([])
        rounds[at].append(one)
    return rounds


def _by_person(pairs: Iterable[tuple[User | None, Asked]]) -> Iterable[tuple[User, list[Asked]]]:
    found: dict[User, list[Asked]] = {}
    for by, one in pairs:
        assert by is not None
        found.setdefault(by, []).append(one)
    return found.items()


def _query(one: Asked) -> Query:
    row, check = one.kept.row, one.check
    assert row is not None
    one.query = Query(
        subject_id=row.subject_id, site_id=row.site_id, visit_id=getattr(row, "visit_id", None), form=row.declared.name,
        form_id=row.pk, occurrence=row.occurrence, item=check.item, check_id=check.id, seen_version=row.version, opened_at=one.at,
    )  # fmt: skip
    return one.query


def _close(held: Iterable[Asked]) -> None:
    """By evidence: nobody closed them but the values."""
    messages = []
    for one in held:
        query, at = one.query, one.closed_at
        assert query is not None and at is not None
        query.state, query.closed_at = Query.State.CLOSED, at
        messages.append(
            QueryMessage(query=query, subject_id=query.subject_id, site_id=query.site_id, at=at, text=EVIDENCE)
        )
    many.update([message.query for message in messages], ["state", "closed_at"])
    many.insert(messages)
