"""Loads the demonstration study through the door the browser uses: screened, entered, enrolled, infused, with actors and audit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_noop

from crf import entry
from crf.declare.form import form_named
from crf.demo import accounts, calendar, course, later, rows
from crf.demo.typed import Typed
from trial import audit, schedule, subjects
from trial.models import Membership, Site, Subject, User, Visit


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
        for account in accounts.ACCOUNTS:
            _account(account, sites)
    return sites


def _account(account: accounts.Account, sites: dict[str, Site]) -> None:
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
    user.password = make_password(accounts.PASSWORD)
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
    subject = subjects.screen(site, by=coordinator, on=place.screened_on)
    if subject.code != place.code:
        raise RuntimeError(f"The counter of site {site.code} gave {subject.code}, the calendar says {place.code}.")
    # Stable: forms of one day keep their order.
    forms = sorted([*course.forms_for(row), *later.follow_up_forms(row)], key=lambda form: form.on)
    for form in [f for f in forms if f.visit == "screening"]:
        _submit(form, subject, users)
    subject = subjects.enrol(subject, by=coordinator, on=place.enrolled_on, dose_level=row.dose_level)
    unscheduled = {code: on for code, on in later.visit_days(row).items() if code.startswith(schedule.UNSCHEDULED)}
    for form in [f for f in forms if f.visit != "screening"]:
        if form.visit in unscheduled:
            _open(unscheduled, form.visit, subject, by=coordinator)
        _submit(form, subject, users)
        if form.form == "car_t_infusion":
            subject = Subject.objects.select_related("site").get(pk=subject.pk)


def _open(waiting: dict[str, date], code: str, subject: Subject, *, by: User) -> None:
    """Opens the unscheduled visits up to this one; they are numbered in order of time."""
    for next_code in list(waiting):
        visit = subjects.unscheduled(subject, by=by, on=waiting.pop(next_code))
        if visit.code != next_code:
            raise RuntimeError(f"{subject.code}: the visit became {visit.code}, the calendar says {next_code}.")
        if next_code == code:
            return


def _submit(form: Typed, subject: Subject, users: dict[str, User]) -> None:
    visit = Visit.objects.select_related("site").get(subject=subject, code=form.visit) if form.visit else None
    by = users[accounts.who(form.by, site=subject.site.code).username]
    try:
        entry.submit(
            form_named(form.form), subject=subject, visit=visit, occurrence=form.occurrence, data=form.data, by=by
        )
    except entry.Invalid as refused:
        raise RuntimeError(f"{subject.code} {form.visit or 'log'} {form.form}: {refused}") from refused
