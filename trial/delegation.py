"""The delegation log of a site: which of the investigator's items a person may fill, on which days, by whose word."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from trial import audit, roles
from trial.models import Delegation, Membership, Site, User
from trial.subjects import Refused, today

Group = Delegation.Group

# Form -> the group of its investigator's items. A test walks the casebook: no form with such items is without.
GROUP_OF = {
    "crs_assessment": Group.TOXICITY,
    "icans_assessment": Group.TOXICITY,
    "adverse_event": Group.EVENTS,
    "response_assessment": Group.RESPONSE,
    "dlt_evaluation": Group.DLT,
    "death": Group.DEATH,
}


def _held(user: User) -> list[tuple[int, str, date, date | None]]:
    """Site, group, first and last day of everything delegated to a person; read once a request."""
    kept: list[tuple[int, str, date, date | None]] | None = getattr(user, "_delegated", None)
    if kept is None:
        rows = Delegation.objects.filter(user=user).order_by("id")
        kept = list(rows.values_list("site_id", "group", "from_on", "until_on"))
        user._delegated = kept  # type: ignore[attr-defined]
    return kept


def holds(user: User, group: str, site: Site, *, on: date) -> bool:
    """Whether this is delegated to a person at a site on a day; to the principal investigator everything is."""
    return any(
        at == site.pk and what in (group, Group.PRINCIPAL) and first <= on and (last is None or on <= last)
        for at, what, first, last in _held(user)
    )


def may_fill(user: User, form: str, site: Site, *, now: datetime) -> bool:
    """Whether a person may fill the investigator's items of a form at this time: an investigator, delegated on this day."""
    return roles.may(user, "grade", site) and not missing(user, form, site, now=now)


def missing(user: User, form: str, site: Site, *, now: datetime) -> str:
    """What an investigator reads who is not delegated; blank for who is, for who is no investigator, and for other forms."""
    group = GROUP_OF.get(form)
    return lacks(user, group, site, now=now) if group and roles.may(user, "grade", site) else ""


def lacks(user: User, group: str, site: Site, *, now: datetime) -> str:
    """What a person reads to whom this is not delegated at a site today; blank for to whom it is."""
    on = today(site, now)
    if holds(user, group, site, on=on):
        return ""
    shown = {"what": Group(group).label, "site": site.code, "day": on.isoformat()}
    return _(
        "You are not delegated to “%(what)s” at site %(site)s on %(day)s. Please ask the principal investigator of the site."
    ) % (shown)


def leads(user: User, site: Site, *, now: datetime) -> bool:
    """Whether a person is the principal investigator of a site today."""
    return roles.may(user, "grade", site) and holds(user, Group.PRINCIPAL, site, on=today(site, now))


def may_write(user: User, group: str, site: Site, *, now: datetime) -> bool:
    """The sponsor's data manager names the principal investigator, who delegates the rest."""
    return roles.may(user, "appoint", site) if group == Group.PRINCIPAL else leads(user, site, now=now)


def candidates(site: Site) -> list[User]:
    """The investigators of a site, to whom something can be delegated."""
    held = Membership.objects.filter(Q(site=site) | Q(site=None), role=Membership.Role.INVESTIGATOR)
    people = User.objects.filter(pk__in=held.values("user"), is_active=True)
    return sorted(people, key=str)


@transaction.atomic
def delegate(
    user: User, group: str, *, site: Site, from_on: date, by: User, now: datetime, until_on: date | None = None
) -> Delegation:
    """Adds a line to the log. Raises PermissionDenied, and Refused for who is no investigator there, twice, or for odd days."""
    if not may_write(by, group, site, now=now):
        raise PermissionDenied
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)  # two at once come one after the other
    if user not in candidates(site):
        raise Refused(_("This person is no investigator of the site. An administrator gives the role first."))
    if until_on is not None and until_on < from_on:
        raise Refused(_("The last day is before the first. Please correct one of them."))
    there = Delegation.objects.filter(user=user, site=site, group=group)
    for line in there:
        ends_before = line.until_on is not None and line.until_on < from_on
        if not ends_before and (until_on is None or until_on >= line.from_on):
            raise Refused(_("This is delegated to the person for some of these days already."))
    with audit.acting(by):
        made = Delegation.objects.create(user=user, site=site, group=group, from_on=from_on, until_on=until_on, by=by)
    user.__dict__.pop("_delegated", None)
    return made


@transaction.atomic
def end(line: Delegation, *, until_on: date, by: User, reason: str, now: datetime) -> Delegation:
    """Ends a delegation with its last day; what was filled before stays. Raises PermissionDenied, Refused."""
    line = Delegation.objects.select_for_update(of=("self",)).select_related("site", "user").get(pk=line.pk)
    if not may_write(by, line.group, line.site, now=now):
        raise PermissionDenied
    reason = reason.replace("\0", "").strip()[:500]
    if not reason:
        raise Refused(_("Please give a reason."))
    if line.ended_because:
        raise Refused(_("This delegation has an end already."))
    if until_on < line.from_on:
        raise Refused(_("The last day is before the first. Please correct one of them."))
    with audit.acting(by, reason):
        line.until_on, line.ended_because = until_on, reason
        line.save(update_fields=["until_on", "ended_because"])
    return line
