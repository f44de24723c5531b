"""Who may do what: one table of role x action, and the sites a person sees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied

from trial.models import Membership, Site, User

Role = Membership.Role

SITE_STAFF = frozenset({Role.COORDINATOR, Role.INVESTIGATOR})
REVIEWERS = frozenset({Role.MONITOR, Role.DATA_MANAGER, Role.MEDICAL_MONITOR})
READERS = SITE_STAFF | REVIEWERS | {Role.STATISTICIAN, Role.INSPECTOR}

# The sponsor's side never enters or changes site data; the administrator never reads it.
MAY: dict[str, frozenset[str]] = {
    "read": READERS,
    "screen": SITE_STAFF,
    "enrol": SITE_STAFF,
    "enter": SITE_STAFF,
    "grade": frozenset({Role.INVESTIGATOR}),
    "sign": frozenset({Role.INVESTIGATOR}),
    "withdraw": frozenset({Role.INVESTIGATOR}),
    "answer_query": SITE_STAFF,
    "raise_query": REVIEWERS,
    "close_query": REVIEWERS,
    "safety": SITE_STAFF | {Role.MEDICAL_MONITOR},
    "review": REVIEWERS | {Role.STATISTICIAN, Role.INSPECTOR},
    "endpoints": READERS,
    "export": frozenset({Role.DATA_MANAGER, Role.STATISTICIAN, Role.INSPECTOR}),
    "run_export": frozenset({Role.DATA_MANAGER}),
    "ranges": frozenset({Role.DATA_MANAGER}),
    "approvals": frozenset({Role.DATA_MANAGER}),
    "transfer": frozenset({Role.DATA_MANAGER}),
    "appoint": frozenset({Role.DATA_MANAGER}),
    "delegation_log": SITE_STAFF | REVIEWERS | {Role.INSPECTOR},
    "schedule": frozenset({Role.DATA_MANAGER, Role.ADMINISTRATOR}),
    "jobs": frozenset({Role.DATA_MANAGER, Role.STATISTICIAN, Role.ADMINISTRATOR}),
    "people": frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One membership, as held during a request: role and site (None = every site)."""

    role: str
    site: int | None


def held(user: User) -> tuple[Held, ...]:
    """The memberships of a person, read once a request. Needs the person set as acting (see trial.middleware)."""
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return ()
    kept: tuple[Held, ...] | None = getattr(user, "_held", None)
    if kept is None:
        kept, user._sites = _read(user)  # type: ignore[attr-defined]
        user._held = kept  # type: ignore[attr-defined]
    return kept


def _read(user: User) -> tuple[tuple[Held, ...], dict[int, Site]]:
    """The memberships with the sites they name, in one statement: every request asks for both."""
    member, site = Membership._meta.db_table, Site._meta.db_table
    columns = ", ".join(f"s.{field.column}" for field in Site._meta.concrete_fields)
    rows: Iterable[Any] = Site.objects.raw(
        f"SELECT {columns}, m.id AS membership, m.role AS held_role, m.site_id AS held_site FROM {member} m"  # noqa: S608 - names of our own
        f" LEFT JOIN {site} s ON m.site_id IS NULL OR s.id = m.site_id WHERE m.user_id = %s ORDER BY m.id, s.code",
        [user.pk],
    )
    found: dict[int, Held] = {}
    sites: dict[int, Site] = {}
    for row in rows:
        found[row.membership] = Held(row.held_role, row.held_site)
        if row.pk is not None:
            sites[row.pk] = row
    return tuple(found.values()), sites


def may(user: User, action: str, site: Site | int | None = None) -> bool:
    """Whether this person may do this at this site; site=None asks "at any site".

    Raises KeyError for an action the table does not know.
    """
    roles = MAY[action]
    pk = site.pk if isinstance(site, Site) else site
    return any(h.role in roles and (pk is None or h.site is None or h.site == pk) for h in held(user))


def permit(user: User, action: str, site: Site | int | None = None) -> None:
    """Raises PermissionDenied unless the person may do this."""
    if not may(user, action, site):
        raise PermissionDenied


def sites_of(user: User) -> list[int]:
    """Primary keys of the sites whose subjects this person may see. An administrator alone sees none."""
    return sorted(site.pk for site in seen_by(user))


def seen_by(user: User) -> list[Site]:
    """The sites whose subjects this person may see, by code; read with the memberships, once a request."""
    readable = {h.site for h in held(user) if h.role in MAY["read"]}
    known: dict[int, Site] = getattr(user, "_sites", {})
    return sorted((s for s in known.values() if None in readable or s.pk in readable), key=lambda s: s.code)


def sees_every_site(user: User) -> bool:
    """Whether the person's tables may be those of the whole study."""
    return any(h.site is None and h.role in MAY["read"] for h in held(user))


def sites_where(user: User, action: str, sites: Iterable[Site]) -> list[Site]:
    """Those of the sites at which the person may do this."""
    return [site for site in sites if may(user, action, site)]
