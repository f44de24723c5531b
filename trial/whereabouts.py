"""At which site a subject was on a day: the present one, unless the subject was transferred after that day."""

from __future__ import annotations

from datetime import date
from typing import cast

from trial.models import Site, Subject, Transfer


def of_subject(subject: Subject) -> list[Transfer]:
    """Every transfer, oldest first; read once for a subject object, and not at all for who was never transferred."""
    if subject.transferred_on is None:
        return []
    if "_moved" not in subject.__dict__:
        rows = Transfer.objects.filter(subject=subject).select_related("from_site", "to_site", "by")
        subject.__dict__["_moved"] = list(rows)
    return cast("list[Transfer]", subject.__dict__["_moved"])


def site_on(subject: Subject, day: date | None) -> Site:
    """The site at which the subject was on a day; None = now."""
    for one in of_subject(subject) if day is not None else ():
        if day < one.on:  # type: ignore[operator]
            return one.from_site
    return subject.site


def periods(subject: Subject) -> list[tuple[Site, date | None, date | None]]:
    """Each site with the first day there and the day from which it was another one; None = an open end."""
    found: list[tuple[Site, date | None, date | None]] = []
    since: date | None = None
    for one in of_subject(subject):
        found.append((one.from_site, since, one.on))
        since = one.on
    return [*found, (subject.site, since, None)]
