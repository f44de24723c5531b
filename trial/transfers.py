"""A subject goes on at another site: from then on that site sees it, whole, and the former one does not."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from trial import audit, roles
from trial.models import Site, Subject, Transfer, User
from trial.subjects import Refused


@transaction.atomic
def transfer(subject: Subject, to: Site, *, by: User, on: date, reason: str, now: datetime) -> Subject:
    """Puts a subject under another site from a day on. Everything about it follows: the database cascades the site.

    The id stays. Raises PermissionDenied, and Refused to the same site, without a reason, in the future, before the
    screening or before an earlier transfer.
    """
    subject = Subject.objects.select_for_update().select_related("site").get(pk=subject.pk)
    was = subject.site
    for site in (was, to):
        roles.permit(by, "transfer", site)
    _may_go(subject, to, on=on, reason=reason, now=now)
    with audit.acting(by, reason):
        subject.site, subject.transferred_on = to, on
        subject.save(update_fields=["site", "transferred_on"])
        Transfer.objects.create(
            subject=subject, site=to, from_site=was, to_site=to, on=on, at=now, by=by, reason=reason.strip()
        )
        told = {"subject": subject.code, "from": was.code, "to": to.code, "on": on.isoformat()}
        # To the former site as an entry about no subject: the subject's own entries are the new site's from here on.
        audit.record("transferred away", told, site=was.pk)
        audit.record("transferred here", told, site=to.pk, subject=subject.pk)
    subject.__dict__.pop("_moved", None)
    return subject


def _may_go(subject: Subject, to: Site, *, on: date, reason: str, now: datetime) -> None:
    if to.pk == subject.site_id:
        raise Refused(_("%(subject)s is at this site already.") % {"subject": subject.code})
    if subject.status == Subject.Status.SCREEN_FAILED:
        raise Refused(_("A screen failure stays where it was screened. At another site the person is screened as new."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    if on > now.astimezone(ZoneInfo(to.timezone)).date():  # the clock, also where a demonstration has a fixed today
        raise Refused(_("This day lies in the future. Please correct it."))
    if on < max(subject.screened_on, subject.transferred_on or subject.screened_on):
        raise Refused(_("This day is before the screening or an earlier transfer. Please correct it."))
