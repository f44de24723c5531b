"""Loads the demonstration study through the door the browser uses: screened, entered, enrolled, infused, with actors and audit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from crf import signatures
from crf.batch import Batch, Sent
from crf.demo import accounts, calendar, later, order, rows
from crf.demo.typed import Typed
from crf.entry import Invalid
from crf.unsigned import to_sign
from trial import audit, ranges, schedule
from trial.models import Delegation, Membership, ProtocolApproval, Site, Subject, User

# At one site the investigator has begun to sign.
SIGNS, SIGNED_UNTIL = "01", "m1"


def people_and_sites() -> dict[str, Site]:
    """The three sites and the accounts, made once. Returns the sites by code."""
    with transaction.atomic(), audit.acting("import", gettext_noop("demonstration study")):
        sites = {
            s.code: Site.objects.get_or_create(
                code=s.code,
                defaults={
                    "name": s.name,
                    "city": s.city,
                    "country": s.country,
                    "timezone": s.timezone,
                    "is_demonstration": True,
                    "as_of": calendar.AS_OF,
                },
            )[0]
            for s in calendar.SITES
        }
        password = make_password(accounts.PASSWORD)  # slow on purpose, and the same for all of them
        for account in accounts.ACCOUNTS:
            _account(account, sites, password=password)
        with audit.seeing(site.pk for site in sites.values()):
            for site in sites.values():
                ranges.adopt(site, valid_from=calendar.FIRST_DAY)
            for s in calendar.SITES:
                approve(sites[s.code], s)
                appoint(sites[s.code], accounts.who("investigator", site=s.code).username, from_on=calendar.FIRST_DAY)
    return sites


def approve(site: Site, of: calendar.DemoSite) -> None:
    """From its day on the site works under the amended protocol. Call inside `acting`, with a reason."""
    ProtocolApproval.objects.get_or_create(site=site, version="2.0", defaults={"active_from": of.amended_on})


def appoint(site: Site, username: str, *, from_on: date) -> None:
    """Names the principal investigator of a site, once. Call inside `acting`."""
    manager = User.objects.get(username=next(one.username for one in accounts.ACCOUNTS if one.role == "DATA_MANAGER"))
    Delegation.objects.get_or_create(
        user=User.objects.get(username=username),
        site=site,
        group="PRINCIPAL",
        defaults={"from_on": from_on, "by": manager},
    )


def _account(account: accounts.Account, sites: dict[str, Site], *, password: str) -> None:
    user, made = User.objects.get_or_create(
        username=account.username,
        defaults={
            "first_name": account.first_name,
            "last_name": account.last_name,
            "email": account.email,
            "language": account.language,
            "is_staff": account.role not in ("COORDINATOR", "INVESTIGATOR"),
        },
    )
    if not made:
        return
    user.password = password
    user.save(update_fields=["password"])
    for code in account.sites or (None,):
        with audit.seeing([s.pk for s in sites.values()]):
            Membership.objects.get_or_create(user=user, site=sites[code] if code else None, role=account.role)


def subjects_one_by_one() -> Iterator[tuple[int, int, str]]:
    """Loads every subject that is not there yet, each in one transaction; yields (done, of, subject id) after each."""
    sites = people_and_sites()
    everyone = calendar.placements()
    users = {u.username: u for u in User.objects.filter(username__in=[a.username for a in accounts.ACCOUNTS])}
    for done, place in enumerate(everyone, 1):
        with transaction.atomic(), audit.seeing([s.pk for s in sites.values()]):
            if not Subject.objects.filter(code=place.code).exists():
                _subject(place, sites[place.site.code], users)
        yield done, len(everyone), place.code


def _subject(place: calendar.Placement, site: Site, users: dict[str, User]) -> None:
    row = rows.by_id(place.subject_id)
    coordinator = users[accounts.who("coordinator", site=site.code).username]
    entered = Batch.screened(site, by=coordinator, on=place.screened_on)
    if entered.subject.code != place.code:
        raise RuntimeError(
            f"The counter of site {site.code} gave {entered.subject.code}, the calendar says {place.code}."
        )
    in_screening, after_enrolment = order.split(row)
    for form in in_screening:
        _take(form, entered, users)
    entered.enrol(by=coordinator, on=place.enrolled_on, dose_level=row.dose_level)
    unscheduled = {code: on for code, on in later.visit_days(row).items() if code.startswith(schedule.UNSCHEDULED)}
    for form in after_enrolment:
        if form.visit in unscheduled:
            _open(unscheduled, form.visit, entered, by=coordinator)
        _take(form, entered, users)
    entered.settle()
    if site.code == SIGNS:
        _sign(entered.subject, users[accounts.who("investigator", site=site.code).username])


def _sign(subject: Subject, by: User) -> None:
    """The investigator approves what was entered up to month 1, but for what is still asked about at a critical item."""
    until = schedule.position(SIGNED_UNTIL)
    waits = [
        one for one in to_sign(subject) if one.visit and schedule.position(one.visit) <= until and not one.critical
    ]
    signatures.sign([one.shown for one in waits], subject=subject, by=by, now=timezone.now())


def _open(waiting: dict[str, date], code: str, entered: Batch, *, by: User) -> None:
    """Opens the unscheduled visits up to this one; they are numbered in order of time."""
    for next_code in list(waiting):
        visit = entered.unscheduled(by=by, on=waiting.pop(next_code))
        if visit.code != next_code:
            raise RuntimeError(f"{entered.subject.code}: the visit became {visit.code}, the calendar says {next_code}.")
        if next_code == code:
            return


def _take(form: Typed, entered: Batch, users: dict[str, User]) -> None:
    by = users[accounts.who(form.by, site=entered.site.code).username]
    try:
        entered.take(Sent(form.form, form.visit, form.data, by, form.occurrence))
    except Invalid as refused:
        raise RuntimeError(f"{entered.subject.code} {form.visit or 'log'} {form.form}: {refused}") from refused
