"""What happens to a subject: screened, enrolled, infused, withdrawn. Each action is one transaction with an actor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from trial import audit, many, protocol, schedule, versions
from trial.models import Site, Subject, User, Visit


class Refused(Exception):
    """An action that the study's rules do not allow now; the message is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of enrolment, as found for one subject."""

    label: str | Promise
    met: bool
    why: str | Promise = ""
    form: str = ""


# Forms stand above this package: they register here what enrolment asks of them.
enrolment_gates: list[Callable[[Subject], list[Gate]]] = []


@transaction.atomic
def screen(site: Site, *, by: User, on: date, former: Subject | None = None, reason: str = "") -> Subject:
    """Gives the next subject id of the site and opens the screening visit. former: see trial.rescreening.

    Gap-free and safe under concurrency: the number is taken under a lock on the site's row, in the same transaction.
    """
    with audit.acting(by, reason):
        counter = Site.objects.select_for_update().get(pk=site.pk)
        number = counter.next_number
        counter.next_number = number + 1
        counter.save(update_fields=["next_number"])
        version = versions.on(counter, on)
        subject = Subject.objects.create(
            site=counter, screening_site=counter, number=number, code=f"{counter.code}-{number:03d}", screened_on=on,
            protocol_version=version, former=former,
        )  # fmt: skip
        _open(subject, schedule.BEFORE_ENROLMENT, planned=dict.fromkeys(schedule.BEFORE_ENROLMENT, on))
    return subject


def gates(subject: Subject) -> list[Gate]:
    """Every condition of enrolment with whether it is met."""
    return [gate for ask in enrolment_gates for gate in ask(subject)]


@transaction.atomic
def enrol(subject: Subject, *, by: User, on: date, dose_level: str) -> Subject:
    """Enrols a screened subject at a dose level and opens the visits of the schedule.

    Raises Refused while a gate is not met, twice, or for an unknown dose level.
    """
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    if subject.status != Subject.Status.SCREENED:
        raise Refused(_("%(subject)s is not in screening any more.") % {"subject": subject.code})
    if protocol.dose_level(dose_level) is None:
        raise Refused(_("This dose level is not in the protocol. Please choose one of the list."))
    if on < subject.screened_on:
        raise Refused(_("Enrolment cannot be earlier than screening. Please check the date."))
    unmet = [str(gate.label) for gate in gates(subject) if not gate.met]
    if unmet:
        raise Refused(_("Not yet: %(gates)s.") % {"gates": "; ".join(unmet)})
    with audit.acting(by):
        subject.status, subject.enrolled_on, subject.dose_level = Subject.Status.ENROLLED, on, dose_level
        subject.save(update_fields=["status", "enrolled_on", "dose_level"])
        _open(subject, [v.code for v in schedule.VISITS if v.code not in schedule.BEFORE_ENROLMENT])
    return subject


def fail_screening(subject: Subject, *, by: User, reason: str) -> Subject:
    """Ends screening without enrolment; the subject keeps its id."""
    return _end(subject, Subject.Status.SCREEN_FAILED, {Subject.Status.SCREENED}, by=by, reason=reason, on=None)


def withdraw(subject: Subject, *, by: User, on: date, reason: str) -> Subject:
    """Stops collection; what there is stays."""
    allowed = {Subject.Status.SCREENED, Subject.Status.ENROLLED, Subject.Status.INFUSED}
    return _end(subject, Subject.Status.WITHDRAWN, allowed, by=by, reason=reason, on=on)


@transaction.atomic
def _end(subject: Subject, to: str, allowed: set[Subject.Status], *, by: User, reason: str, on: date | None) -> Subject:
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    if subject.status not in allowed:
        raise Refused(
            _("%(subject)s is %(status)s.") % {"subject": subject.code, "status": subject.get_status_display()}
        )
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    with audit.acting(by, reason):
        subject.status, subject.withdrawn_on = to, on
        subject.save(update_fields=["status", "withdrawn_on"])
    return subject


@transaction.atomic
def infuse(subject: Subject, *, at: datetime, by: User, reason: str = "") -> Subject:
    """Sets the infusion = day 0 and plans every visit that has not taken place; filled visits never move.

    at: aware. Raises Refused before enrolment, and for a first infusion after withdrawal.
    """
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    if subject.status != Subject.Status.ENROLLED and subject.infused_at is None:
        raise Refused(
            _("%(subject)s is not enrolled. Please enrol the subject before the infusion is entered.")
            % {"subject": subject.code}
        )
    if subject.infused_at == at:
        return subject
    with audit.acting(by, reason):
        if subject.status == Subject.Status.ENROLLED:  # a correction later on leaves the status as it is
            subject.status = Subject.Status.INFUSED
        subject.infused_at = at
        subject.save(update_fields=["status", "infused_at"])
        plan(subject)
    return subject


@transaction.atomic
def take_back_infusion(subject: Subject, *, by: User, reason: str) -> Subject:
    """The infusion was another subject's: visits that have not taken place lose the days it gave them."""
    subject = Subject.objects.select_for_update().get(pk=subject.pk)
    with audit.acting(by, reason):
        subject.infused_at = None
        if subject.status == Subject.Status.INFUSED:
            subject.status = Subject.Status.ENROLLED
        subject.save(update_fields=["status", "infused_at"])
        anchored = [code for code, visit in schedule.BY_CODE.items() if visit.day is not None]
        waiting = list(subject.visits.filter(unscheduled=False, actual_on=None, code__in=anchored))
        for visit in waiting:
            visit.planned_on = visit.window_from = visit.window_to = None
        many.update(waiting, ["planned_on", "window_from", "window_to"])
    return subject


def plan(subject: Subject) -> None:
    """Dates of the unfilled scheduled visits from the infusion. Call inside `acting`."""
    anchor = infused_on(subject)
    if anchor is None:
        return
    moved = []
    for visit in subject.visits.filter(unscheduled=False, actual_on=None):
        dates = schedule.BY_CODE[visit.code].dates(anchor) if visit.code in schedule.BY_CODE else None
        if dates and dates != (visit.planned_on, visit.window_from, visit.window_to):
            visit.planned_on, visit.window_from, visit.window_to = dates
            moved.append(visit)
    many.update(moved, ["planned_on", "window_from", "window_to"])


@transaction.atomic
def unscheduled(subject: Subject, *, by: User, on: date, reason: str = "") -> Visit:
    """Opens an unscheduled visit on a day; any form may be entered there. reason: why the subject came."""
    subject = Subject.objects.select_for_update().get(pk=subject.pk)  # the lock numbers the visits one after another
    codes = subject.visits.filter(unscheduled=True).values_list("code", flat=True)
    number = max((int(code.removeprefix(schedule.UNSCHEDULED)) for code in codes), default=0) + 1
    with audit.acting(by):
        return Visit.objects.create(
            subject=subject,
            site_id=subject.site_id,
            code=f"{schedule.UNSCHEDULED}{number}",
            planned_on=on,
            actual_on=on,
            unscheduled=True,
            why=reason.strip()[:200],
            protocol_version=versions.at(subject, on),
        )


@transaction.atomic
def remove_visit(visit: Visit, *, by: User, reason: str) -> None:
    """Takes away an unscheduled visit at which nothing was entered; the audit trail keeps it.

    Raises Refused for a visit of the schedule, for one that holds anything, and without a reason.
    """
    if not visit.unscheduled:
        raise Refused(_("A visit of the schedule stays. Please mark it as not done instead."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    with audit.acting(by, reason):
        try:
            Visit.objects.select_for_update().get(pk=visit.pk).delete()
        except ProtectedError:
            raise Refused(_("Something was entered at this visit, so it stays.")) from None


@dataclass(frozen=True, slots=True)
class Move:
    """A visit whose planned day another infusion day would change; filled = it took place and stays where it is."""

    visit: Visit
    before: date | None
    after: date | None
    outside: bool = False  # it took place, and not within the window that it would have then

    @property
    def filled(self) -> bool:
        return self.visit.actual_on is not None


def moves(subject: Subject, at: datetime) -> list[Move]:
    """What an infusion at this time would make of the visits, in the schedule's order; nothing is written.

    Filled visits are listed where the schedule would have another day for them, and keep theirs. at: aware.
    """
    anchor = at.astimezone(ZoneInfo(subject.site.timezone)).date()
    found = []
    for visit in sorted(subject.visits.filter(unscheduled=False), key=lambda v: schedule.position(v.code)):
        dates = schedule.BY_CODE[visit.code].dates(anchor) if visit.code in schedule.BY_CODE else None
        if dates and dates[0] != visit.planned_on:
            on = visit.actual_on
            outside = on is not None and not dates[1] <= on <= dates[2]
            found.append(Move(visit, visit.planned_on, visit.planned_on if on else dates[0], outside))
    return found


def took_place(visit: Visit, *, on: date | None, version: str) -> None:
    """Notes that a visit is filled, so that re-planning and a later amendment leave it alone. Call inside `acting`."""
    if visit.actual_on is None and on is not None:
        visit.actual_on, visit.protocol_version = on, visit.protocol_version or version
        visit.save(update_fields=["actual_on", "protocol_version"])


def look_again(visit: Visit, *, days: list[date | None]) -> None:
    """Notes when a visit took place by the days of the forms that are left there; none left = it has not. Call inside `acting`.

    A visit with none is planned anew and has no protocol version yet; that of one with some is kept.
    """
    known = [day for day in days if day is not None]
    if visit.unscheduled or visit.actual_on is None or visit.actual_on in known or (days and not known):
        return
    visit.actual_on = min(known, default=None)
    if not days:
        visit.protocol_version = ""
    visit.save(update_fields=["actual_on", "protocol_version"])
    if not days:
        plan(Subject.objects.select_related("site").get(pk=visit.subject_id))


def infused_on(subject: Subject) -> date | None:
    """The infusion's calendar day at the site, or None."""
    if subject.infused_at is None:
        return None
    return subject.infused_at.astimezone(ZoneInfo(subject.site.timezone)).date()


def today(site: Site, now: datetime) -> date:
    """The day that counts as today at a site: its calendar day, or the fixed one of a demonstration."""
    return site.as_of or now.astimezone(ZoneInfo(site.timezone)).date()


def study_day(subject: Subject, on: date | None) -> int | None:
    """Days since the infusion (infusion = day 0), or None without either date."""
    anchor = infused_on(subject)
    return (on - anchor).days if anchor is not None and on is not None else None


def _open(subject: Subject, codes: tuple[str, ...] | list[str], planned: dict[str, date] | None = None) -> None:
    Visit.objects.bulk_create(
        Visit(
            subject=subject,
            site_id=subject.site_id,
            code=code,
            planned_on=(planned or {}).get(code),
        )
        for code in codes
    )
