"""Loads a synthetic study through the door, subject by subject: whole or absent, so that a load that was killed goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from crf.batch import Batch, Sent
from crf.demo import accounts
from crf.demo.load import appoint, approve
from crf.entry import Invalid
from crf.synthetic import plan
from crf.synthetic.subject import Entry, Story, story
from trial import audit, ranges
from trial.models import Membership, Site, Subject, User

WHY = gettext_noop("synthetic study")


class NotHere(Exception):
    """The database holds something that a synthetic study must not be mixed with; the text says what."""


@dataclass(slots=True)
class Count:
    """What was loaded; refused: forms typed wrongly, refused and typed again; slips: wrong ones that were taken."""

    subjects: int = 0
    forms: int = 0
    refused: int = 0
    slips: int = 0
    late: int = 0

    def add(self, other: Count) -> None:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


def check(centres: Iterable[plan.Centre], *, into_empty: bool = False) -> None:
    """Raises NotHere where there are real subjects, or sites of another study under the same codes.

    into_empty: there must be no subject at all.
    """
    everywhere = list(Site.objects.all())
    with audit.seeing(site.pk for site in everywhere):
        real = Subject.objects.filter(site__is_training=False, site__is_demonstration=False).count()
        there = Subject.objects.count()
    if real:
        raise NotHere(
            _("This database holds %(count)s subjects of a real study. Nothing was loaded.") % {"count": real}
        )
    if into_empty and there:
        raise NotHere(
            _("This database holds %(count)s subjects and is not empty. Nothing was loaded.") % {"count": there}
        )
    known = {site.code: site.name for site in everywhere}
    taken = [c.site.code for c in centres if known.get(c.site.code, c.site.name) != c.site.name]
    if taken:
        raise NotHere(
            _("Sites %(codes)s belong to another study. Please load a synthetic study into a database of its own.")
            % {"codes": ", ".join(taken)}
        )


def sites_and_people(centres: Iterable[plan.Centre]) -> None:
    """The sites with two people each, and the central roles; made once. Nothing here is a real site: its pages say so."""
    password, sites = make_password(accounts.PASSWORD), []
    with transaction.atomic(), audit.acting("import", WHY):
        for centre in centres:
            site, _made = Site.objects.get_or_create(
                code=centre.site.code,
                defaults={
                    "name": centre.site.name,
                    "city": centre.site.city,
                    "country": centre.site.country,
                    "timezone": centre.site.timezone,
                    "is_demonstration": True,
                    "as_of": plan.DATA_CUT,
                },
            )
            sites.append(site)
            with audit.seeing([site.pk]):
                ranges.adopt(site, valid_from=plan.FIRST_DAY)
                approve(site, centre.site)
            for role in ("COORDINATOR", "INVESTIGATOR"):
                _person(f"{role.lower()}-{site.code}", role.capitalize(), site.code, role, site, password=password)
        for account in accounts.ACCOUNTS:
            if account.sites is None:
                _person(account.username, account.first_name, account.last_name, account.role, None, password=password)
        for site in sites:
            with audit.seeing([site.pk]):
                appoint(site, f"investigator-{site.code}", from_on=plan.FIRST_DAY)


def _person(username: str, first: str, last: str, role: str, site: Site | None, *, password: str) -> None:
    user, made = User.objects.get_or_create(
        username=username,
        defaults={"first_name": first, "last_name": last, "email": f"{username}@example.org", "is_staff": site is None},
    )
    if made:
        user.password = password
        user.save(update_fields=["password"])
        with audit.seeing([site.pk] if site is not None else []):
            Membership.objects.create(user=user, site=site, role=role)


def subjects_of(centre: plan.Centre, *, seed: int) -> Iterator[Count]:
    """Loads those of a site's subjects that are not there yet, each in one transaction; yields what each one was."""
    site = Site.objects.get(code=centre.site.code)
    people = {role: User.objects.get(username=f"{role}-{site.code}") for role in ("coordinator", "investigator")}
    for start in centre.starts[site.next_number - 1 :]:
        with transaction.atomic(), audit.seeing([site.pk]):
            count = _subject(story(centre, start, seed=seed), site, people)
        yield count


def _subject(told: Story, site: Site, people: dict[str, User]) -> Count:
    coordinator, place, count = people["coordinator"], told.fate.place, Count(subjects=1)
    batch = Batch.screened(site, by=coordinator, on=place.screened_on)
    if batch.subject.code != place.code:
        raise RuntimeError(f"The counter of site {site.code} gave {batch.subject.code}, the plan says {place.code}.")
    for entry in told.screening:
        _take(entry, batch, people, count)
    if told.fate.screen_failure:
        batch.fail_screening(by=coordinator, reason="A criterion is not met")
        return count
    batch.enrol(by=coordinator, on=place.enrolled_on, dose_level=told.fate.dose_level)
    waiting = dict(told.unscheduled)
    for entry in told.after:
        if entry.form.visit in waiting:
            _open(waiting, entry.form.visit, batch, by=coordinator)
        _take(entry, batch, people, count)
    batch.settle()
    return count


def _open(waiting: dict[str, date], code: str, batch: Batch, *, by: User) -> None:
    """Opens the unscheduled visits up to this one; they are numbered in order of time."""
    for next_code in list(waiting):
        visit = batch.unscheduled(by=by, on=waiting.pop(next_code))
        if visit.code != next_code:
            raise RuntimeError(f"{batch.subject.code}: the visit became {visit.code}, the plan says {next_code}.")
        if next_code == code:
            return


def _take(entry: Entry, batch: Batch, people: dict[str, User], count: Count) -> None:
    """What was typed; where it was typed wrongly and is refused, once more as a person would."""
    form, by = entry.form, people[entry.form.by]
    count.forms += 1
    count.late += entry.late
    if entry.first is not None:
        try:
            batch.take(Sent(form.form, form.visit, entry.first.data, by, form.occurrence, entry.at))
        except Invalid:
            count.refused += 1
        else:
            count.slips += 1
            return
    batch.take(Sent(form.form, form.visit, form.data, by, form.occurrence, entry.at))


def already(centres: Iterable[plan.Centre]) -> int:
    """How many subjects of the plan are there."""
    known = dict(Site.objects.values_list("code", "next_number"))
    return sum(known[centre.site.code] - 1 for centre in centres)
