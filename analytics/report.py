"""From a snapshot to its tables: all of them after a refresh, others when somebody asks, never more than a person may see."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import pandas as pd
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics import details, layout, registry, snapshot
from analytics.layout import Table
from analytics.models import Result, Snapshot
from analytics.registry import Cut
from analytics.render import Stamp
from trial import roles
from trial.models import Site, User

logger = logging.getLogger(__name__)

LOCK = 0x43415254  # one refresh at a time, whoever runs it: an advisory lock of PostgreSQL
CUTS = 4  # thawed snapshots kept in a process

Tell = Callable[[int, int, str], None]


class Failed(Exception):
    """Some tables could not be computed; `names` says which, with the class of each error. The others are there."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)
        super().__init__(", ".join(f"{name} ({error})" for name, error in self.names.items()))


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose subjects a person's tables hold: codes of sites, or None for the whole study."""

    sites: tuple[str, ...] | None = None

    @property
    def key(self) -> str:
        """How it is named where results are kept."""
        return ",".join(self.sites or ())

    @property
    def label(self) -> str:
        """What every output says about it."""
        if self.sites is None:
            return _("All sites")
        if not self.sites:
            return _("No site")
        return (_("Site %(codes)s") if len(self.sites) == 1 else _("Sites %(codes)s")) % {
            "codes": ", ".join(self.sites)
        }

    def of(self, frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """The frames without the rows of other sites."""
        if self.sites is None:
            return dict(frames)
        return {name: frame[frame["site"].isin(self.sites)].reset_index(drop=True) for name, frame in frames.items()}


STUDY = Scope()


def scope_of(user: User) -> Scope:
    """The whole study for those who see every site, else their own sites."""
    if roles.sees_every_site(user):
        return STUDY
    codes = Site.objects.filter(pk__in=roles.sites_of(user), is_training=False).order_by("code")
    return Scope(tuple(codes.values_list("code", flat=True)))


def current() -> Snapshot | None:
    """The snapshot that pages show: the last live one with its tables. None before the first refresh."""
    return Snapshot.objects.filter(kind=Snapshot.Kind.LIVE).exclude(results_at=None).first()


def stamp(of: Snapshot, scope: Scope) -> Stamp:
    """What every table of a snapshot says about where it comes from."""
    return Stamp(of.taken_at, of.content_hash, of.software_version, of.demonstration, scope.label)


# --- all tables, after data came in ----------------------------------------------------------------------------------

READING, COMPUTING, NOTHING_NEW, DONE = (
    "Reading the forms",
    "Computing the tables",
    "Nothing has changed",
    "Tables are up to date",
)


def refresh(tell: Tell = lambda done, total, message: None) -> Snapshot:
    """Takes a snapshot and computes every table of it that is not there. Raises Failed when some could not be computed.

    Doing it twice computes nothing twice; it may be killed anywhere and done again.
    """
    total = 1 + len(registry.endpoints())
    with _alone():
        tell(0, total, READING)
        frozen = snapshot.freeze()
        complete = set(Result.objects.filter(snapshot=frozen, scope="", error="").values_list("endpoint", flat=True))
        missing = [name for name in registry.endpoints() if name not in complete]
        if not missing and frozen.results_at is not None:
            tell(total, total, NOTHING_NEW)
            return frozen
        cut, failed = Cut(snapshot.thaw(frozen)), {}
        for done, name in enumerate(missing, total - len(missing)):
            tell(done, total, COMPUTING)
            if error := _compute_all(frozen, cut, name):
                failed[name] = error
        frozen.results_at = timezone.now()
        frozen.save(update_fields=["results_at"])
        snapshot.prune()
        if failed:
            raise Failed(failed)
        tell(total, total, DONE)
    return frozen


@contextmanager
def _alone() -> Iterator[None]:
    """Waits until no other refresh runs; a worker that dies gives way by losing its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _compute_all(frozen: Snapshot, cut: Cut, name: str) -> str:
    """Computes an endpoint ahead, all or nothing. Returns the class of the error, or blank.

    With the default options, and with each other choice of one of them; what differs in two is computed when asked for.
    """
    entry = registry.find(name)
    usual = entry.choose({})
    others = [(option.name, value) for option in entry.options for value in option.choices if value != option.default]
    options = [usual, *(usual | {option: value} for option, value in others)]
    Result.objects.filter(snapshot=frozen, scope="", endpoint=name).delete()
    try:
        made = [_computed(frozen, STUDY, cut, name, chosen) for chosen in options]
    except Exception as error:  # one table that fails takes no other with it; its text may hold values and goes nowhere
        logger.exception("endpoint %s of snapshot %s", name, frozen.pk)
        reason = type(error).__name__
        Result.objects.create(snapshot=frozen, endpoint=name, options=entry.choose({}), error=reason)
        return reason
    Result.objects.bulk_create(made, ignore_conflicts=True)  # a reader may have asked for one in the meantime
    return ""


def _computed(frozen: Snapshot, scope: Scope, cut: Cut, name: str, options: dict[str, str]) -> Result:
    table, frame = cut.explained(name, **options)
    # Records that are the same whatever the options are kept once, with the default ones.
    default = options == registry.find(name).choose({})
    why = details.records(frame, name) if default or frame is not cut[registry.find(name).details] else []
    return Result(
        snapshot=frozen, scope=scope.key, endpoint=name, options=options, table=layout.pack(table), details=why
    )


# --- one table, for one reader ---------------------------------------------------------------------------------------


def result(frozen: Snapshot, scope: Scope, name: str, options: Mapping[str, str]) -> Result:
    """The stored table of an endpoint, computed now where nobody asked before.

    scope: from `scope_of(user)`. Raises Unknown for an endpoint or option that is not offered.
    """
    chosen = registry.find(name).choose(options)
    key = {"snapshot": frozen, "scope": scope.key, "endpoint": name, "options": chosen}
    # A person without a site has a blank key like the whole study: nothing is looked up or kept for them.
    nobody = scope.sites == ()
    found = None if nobody else Result.objects.filter(**key).first()
    if found is None:
        try:
            found = _computed(frozen, scope, _cuts.get(frozen, scope), name, chosen)
        except Exception as error:
            logger.exception("endpoint %s of snapshot %s", name, frozen.pk)
            return Result(**key, error=type(error).__name__)
        if not nobody:
            found, _made = Result.objects.get_or_create(
                **key, defaults={"table": found.table, "details": found.details}
            )
    return found


def table(frozen: Snapshot, scope: Scope, name: str, options: Mapping[str, str]) -> Table | None:
    """The table as `result` finds it; None where it could not be computed."""
    packed = result(frozen, scope, name, options).table
    return None if packed is None else layout.unpack(packed)


def stored(frozen: Snapshot, name: str) -> Table | None:
    """The whole study's table with the default options, as the refresh left it; None where it could not be computed."""
    kept = Result.objects.filter(
        snapshot=frozen, scope="", endpoint=name, options=registry.find(name).choose({})
    ).first()
    return None if kept is None or kept.table is None else layout.unpack(kept.table)


def explained(
    frozen: Snapshot, scope: Scope, name: str, options: Mapping[str, str], subjects: tuple[str, ...]
) -> list[details.Detail]:
    """What stands behind a cell: its subjects, each with its values and the form that decided."""
    kept = result(frozen, scope, name, options).details or result(frozen, scope, name, {}).details
    return details.of(name, kept, subjects)


def dataset(frozen: Snapshot, scope: Scope, name: str) -> pd.DataFrame:
    """A data set of a snapshot with the subjects that a person may see."""
    frame: pd.DataFrame = _cuts.get(frozen, scope)[name]
    return frame


class _Cuts:
    """The last few thawed snapshots of this process, so that a reader who opens table after table waits once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, tuple[str, ...] | None], Cut] = OrderedDict()
        self._lock = Lock()

    def get(self, frozen: Snapshot, scope: Scope) -> Cut:
        with self._lock:
            key = (frozen.path, scope.sites)
            if key not in self._kept:
                self._kept[key] = Cut(scope.of(snapshot.thaw(frozen)), whole=scope.sites is None)
            self._kept.move_to_end(key)
            while len(self._kept) > CUTS:
                self._kept.popitem(last=False)
            return self._kept[key]


_cuts = _Cuts()
