"""Serious adverse events: until when the site must report one, which are not reported, and who is told by e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.dispatch import receiver
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crf.checks.safety import REPORT_WITHIN
from crf.declare.form import Entered, form_named
from crf.ledger import address
from trial import audit, jobs, protocol, roles
from trial.models import Job, Membership, Site, Subject, User
from trial.signals import data_changed

FORM, KIND = "adverse_event", "serious_event"


@dataclass(frozen=True, slots=True)
class Clock:
    """How long there is to report a serious event; `until` None = it is not recorded since when the site knows."""

    until: datetime | None  # on the site's clock
    left: timedelta  # negative once it is overdue

    @property
    def overdue(self) -> bool:
        return self.until is None or self.left < timedelta(0)

    @property
    def text(self) -> str:
        """ "Report by 14:10 on 7 March", with what is left or by how much it is late."""
        if self.until is None:
            return _("It is not recorded when the site became aware: report it now, and enter that time.")
        minutes = abs(self.left) // timedelta(minutes=1)
        shown = {
            "time": date_format(self.until, "H:i"), "day": date_format(self.until, "MONTH_DAY_FORMAT"),
            "h": minutes // 60, "min": minutes % 60,
        }  # fmt: skip
        if self.overdue:
            return _("The report was due by %(time)s on %(day)s: overdue by %(h)d h %(min)d min.") % shown
        return _("Report by %(time)s on %(day)s: %(h)d h %(min)d min left.") % shown


def clock(event: Any, *, zone: ZoneInfo, now: datetime) -> Clock | None:
    """The clock of an adverse event, typed or stored; None where it is not serious, or is reported."""
    if event.serious != "Y" or event.reported_at is not None:
        return None
    if event.aware_at is None:
        return Clock(None, timedelta(0))
    until = event.aware_at + REPORT_WITHIN
    return Clock(until.astimezone(zone), until - now)


def unreported(sites: Iterable[int], *, now: datetime) -> list[tuple[Any, Clock]]:
    """The serious events of these sites that are not reported, the most urgent first: those of which nobody says since when."""
    rows = form_named(FORM).objects.filter(  # type: ignore[attr-defined]
        site__in=list(sites), serious="Y", reported_at=None, status=Entered.Status.COMPLETE
    )
    found = []
    for row in rows.select_related("subject__site").order_by(F("aware_at").asc(nulls_first=True), "pk"):
        until = clock(row, zone=ZoneInfo(row.subject.site.timezone), now=now)
        if until is not None:
            found.append((row, until))
    return found


@receiver(data_changed)
def announce(subject: Subject, form: str, **_kwargs: Any) -> None:
    """Asks for the e-mails about serious events of this subject that nobody was told of. Runs in the form's transaction."""
    if form != FORM:
        return
    events = form_named(FORM).objects  # type: ignore[attr-defined]
    rows = events.filter(subject=subject, serious="Y", reported_at=None, status=Entered.Status.COMPLETE)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        asked = {"event": pk}
        if not Job.objects.filter(kind=KIND, arguments=asked).exists():
            jobs.request(KIND, by="beat", arguments=asked)  # tells the broker after the commit


@jobs.work(KIND)
def tell(progress: jobs.Progress) -> dict[str, Any]:
    """Writes to whoever must know of a serious event: once an event, and no more once it is reported or not serious.

    The e-mails hold the subject's code, the site and the form's address, never a clinical value.
    """
    with transaction.atomic(), audit.acting("beat"), audit.seeing(Site.objects.values_list("pk", flat=True)):
        rows = form_named(FORM).objects.select_related("subject__site")  # type: ignore[attr-defined]
        event = rows.filter(pk=progress.arguments["event"], serious="Y", reported_at=None).first()
        if event is None:
            return {"told": 0}
        messages = [_message(event, person) for person in recipients(event.subject.site)]
    sent = (get_connection().send_messages(messages) if messages else 0) or 0
    with transaction.atomic(), audit.acting("beat"):
        detail = {"job": progress.job.pk, "told": sent}
        audit.record("serious event announced", detail, site=event.site_id, subject=event.subject_id)
    return {"told": sent}


def recipients(site: Site) -> list[User]:
    """The medical monitors and the investigators of a site who have an e-mail address, each once, by user name."""
    role = Membership.Role
    held = Membership.objects.filter(Q(site=site) | Q(site=None), role__in=[role.MEDICAL_MONITOR, role.INVESTIGATOR])
    found = User.objects.filter(pk__in=held.values("user"), is_active=True).exclude(email="")
    return list(found.order_by("username"))


def _message(event: Any, person: User) -> EmailMessage:
    """The e-mail in the person's own language."""
    subject = event.subject
    language = person.language if person.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(language):
        shown = {
            "study": protocol.SHORT, "subject": subject.code, "site": f"{subject.site.code} {subject.site.name}",
            "address": settings.PUBLIC_ADDRESS + address(type(event), subject, None, event.occurrence),
        }  # fmt: skip
        return EmailMessage(
            _("%(study)s: serious adverse event, subject %(subject)s") % shown,
            _(
                "A serious adverse event of subject %(subject)s at site %(site)s was entered and is not reported yet.\n"
                "Please open the form:\n%(address)s\n"
            )
            % shown,
            to=[person.email],
        )


def notices(user: User, sites: Iterable[int], *, now: datetime | None = None) -> list[dict[str, Any]]:
    """What the work list says of unreported serious events, at the sites where this person looks after safety."""
    here = [pk for pk in sites if roles.may(user, "safety", pk)]
    return [
        {
            "subject": row.subject.code, "number": row.occurrence, "url": address(type(row), row.subject, None, row.occurrence),
            "text": until.text, "overdue": until.overdue,
        }
        for row, until in (unreported(here, now=now or timezone.now()) if here else ())
    ]  # fmt: skip
