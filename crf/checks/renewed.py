"""Consent under the version of the protocol: who has a visit under a later version is asked again, once for each version."""

from __future__ import annotations

from datetime import date
from typing import Any

from trial import protocol, versions

READS = ("renewed_consent.given_on", "renewed_consent.protocol_version")
# Every visit has its vital signs: they tell which visits took place, and when.
VISIT_READS = ("vital_signs.measured_at",)


def first_visits(form: Any) -> dict[str, date]:
    """The day of the first visit under each version of the protocol that a visit took place under."""
    found: dict[str, date] = {}
    days = (one.measured_at.date() for one in form.others("vital_signs") if one.measured_at is not None)
    for day in sorted(days):
        found.setdefault(versions.on(form.subject.site, day), day)
    return found


def under_every_version(form: Any) -> bool | None:
    """Each later version that a visit took place under has a consent; None where no visit did."""
    if form.consent_date is None:
        return None
    first = protocol.order_of(versions.on(form.subject.site, form.consent_date))
    later = {version for version in first_visits(form) if protocol.order_of(version) > first}
    given = {one.protocol_version for one in form.others("renewed_consent")}
    return later <= given if later else None


def version_in_force(form: Any) -> bool | None:
    """The site worked under this version on that day, or under a later one."""
    if None in (form.given_on, form.protocol_version):
        return None
    on_that_day = versions.on(form.subject.site, form.given_on)
    return protocol.order_of(form.protocol_version) <= protocol.order_of(on_that_day)


def before_its_visits(form: Any) -> bool | None:
    """It was given before the first visit under its version or on that day, or the deviation is logged."""
    day = first_visits(form).get(form.protocol_version) if form.protocol_version else None
    if day is None or form.given_on is None:
        return None
    given = [one.given_on for one in form.others("renewed_consent") if one.protocol_version == form.protocol_version]
    logged = any(one.category == "CONSENT" and one.happened_on == day for one in form.others("protocol_deviation"))
    return min([form.given_on, *(on for on in given if on is not None)]) <= day or logged
