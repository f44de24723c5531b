"""Which version of the protocol a site works under on a day, and which one a visit belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import cast

from trial import protocol
from trial.models import ProtocolApproval, Site, Subject, Visit
from trial.whereabouts import site_on


def active(site: Site) -> Mapping[str, date]:
    """The day from which a site works under each version after the first, by its code; read once for a site object.

    A version that the site has not approved is not in it. Needs the scope of the site.
    """
    if len(protocol.VERSIONS) == 1:
        return {}
    if "_active" not in site.__dict__:
        rows = ProtocolApproval.objects.filter(site=site).values_list("version", "active_from")
        site.__dict__["_active"] = dict(rows)
    return cast("Mapping[str, date]", site.__dict__["_active"])


def on(site: Site, day: date) -> str:
    """The version under which a site works on a day."""
    return protocol.version_on(day, active(site)).code


def of_visit(visit: Visit, subject: Subject, *, day: date | None, today: date) -> str:
    """The version of a visit: the one it took place under, for good; before that, the one of its day at the site of that day.

    day: the day that is being typed into a form of the visit, None where there is none yet; then the planned day counts.
    """
    on_day = day or visit.planned_on or today
    return visit.protocol_version or at(subject, on_day)


def at(subject: Subject, day: date) -> str:
    """The version under which a subject's site worked on a day; the site is where the subject was then."""
    return on(site_on(subject, day), day)
