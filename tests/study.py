"""Building blocks of tests: sites, people with a role, subjects at each step, and what a person would type."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crf import entry
from crf.declare.form import form_named
from trial import audit, subjects
from trial.models import Delegation, Membership, Site, Subject, User, Visit

SCREENED_ON, ENROLLED_ON = date(2026, 3, 2), date(2026, 3, 9)
INFUSED_AT = datetime(2026, 3, 20, 2, 30, tzinfo=UTC)  # 10:30 at a site in Shanghai
DELEGATED_ON = date(2020, 1, 1)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def seeing_everything() -> AbstractContextManager[None]:
    """The scope of a person who sees every site."""
    return audit.seeing(Site.objects.values_list("pk", flat=True))


def make_sites(count: int = 3) -> list[Site]:
    """Sites 01, 02, ..."""
    with audit.acting("migration"):
        return [Site.objects.create(code=f"{n:02d}", name=f"Hospital {n}", city="Wuhan") for n in range(1, count + 1)]


def person(role: str, *sites: Site, name: str = "", password: str | None = None, delegated: bool = True) -> User:
    """A person with one role at these sites; no site = every site. An investigator is the principal one, unless told."""
    with audit.acting("migration"), seeing_everything():
        user = User(username=name or "-".join([role.lower(), *(site.code for site in sites)]), is_staff=True)
        user.set_password(password)
        user.save()
        for site in sites or (None,):
            Membership.objects.create(user=user, site=site, role=role)
            if role == "INVESTIGATOR" and delegated:
                for one in [site] if site else Site.objects.all():
                    Delegation.objects.create(user=user, site=one, group="PRINCIPAL", from_on=DELEGATED_ON, by=user)
    return user


def typed_consent(**changes: Any) -> dict[str, Any]:
    return {"consent_date": "2026-03-01", "consent_version": "2.1"} | changes


def typed_demographics(**changes: Any) -> dict[str, Any]:
    return {"birth_year": "1961", "sex": "F", "ethnicity": "HAN", "height": "162", "weight": "58.5"} | changes


def typed_eligibility(**changes: Any) -> dict[str, Any]:
    answers = {f"inclusion_{n:02d}": "Y" for n in range(1, 9)} | {f"exclusion_{n:02d}": "N" for n in range(1, 9)}
    return {"assessed_on": "2026-03-06"} | answers | changes


def typed_infusion(**changes: Any) -> dict[str, Any]:
    return {
        "infused_at": "2026-03-20 10:30", "dose_level": "2.0", "cells_per_kg": "2.05", "cells_total": "120", "interrupted": "N"
    } | changes  # fmt: skip


def typed_crs(day: int = 1, **changes: Any) -> dict[str, Any]:
    """A CRS assessment as typed on a study day: fever alone, investigator's grade 1."""
    on = date(2026, 3, 20) + timedelta(days=day)
    return {
        "assessed_at": f"{on} 20:00", "temperature": "38.6", "temperature_route": "AXILLARY", "fever_due_to_crs": "Y",
        "fever_possible_masked": "N", "antipyretic": "N", "anticytokine": "N", "steroid": "N", "hypotension": "N",
        "vasopressors": [], "oxygen": "NONE", "death_due_to_crs": "N", "investigator_grade": "1",
    } | changes  # fmt: skip


PRESSOR = {"drug": "NOREPINEPHRINE", "dose": "0.1", "dose_unit": "ug/kg/min", "started_at": "2026-03-21 08:00"}
# Hypotension with one vasopressor: grade 3.
SHOCK = {"hypotension": "Y", "hypotension_due_to_crs": "Y", "vasopressors": [PRESSOR], "investigator_grade": "3"}


def visit_of(subject: Subject, code: str) -> Visit:
    return Visit.objects.get(subject=subject, code=code)


def submit(form: str, subject: Subject, visit: str, data: Any, *, by: User, **options: Any) -> entry.Outcome:
    """One form through the only door, on a fresh reading of the subject. A log has no visit: "log" stands for it."""
    subject = Subject.objects.select_related("site").get(pk=subject.pk)
    options = {"now": NOW, **options}
    at = None if visit == "log" else visit_of(subject, visit)
    return entry.submit(form_named(form), subject=subject, visit=at, data=data, by=by, **options)


def screened(site: Site, *, by: User) -> Subject:
    with seeing_everything():
        return subjects.screen(site, by=by, on=SCREENED_ON)


def fill_screening(subject: Subject, *, by: User, leave_out: Iterable[str] = ()) -> None:
    """The three forms that enrolment asks for."""
    data = {
        "informed_consent": typed_consent(),
        "demographics": typed_demographics(),
        "eligibility": typed_eligibility(),
    }
    with seeing_everything():
        for form in data.keys() - set(leave_out):
            submit(form, subject, "screening", data[form], by=by)


def enrolled(site: Site, *, by: User) -> Subject:
    subject = screened(site, by=by)
    fill_screening(subject, by=by)
    with seeing_everything():
        return subjects.enrol(subject, by=by, on=ENROLLED_ON, dose_level="2.0")


def infused(site: Site, *, by: User) -> Subject:
    """Enrolled, and the infusion form submitted: day 0 is 2026-03-20 at the site."""
    subject = enrolled(site, by=by)
    with seeing_everything():
        submit("car_t_infusion", subject, "d0", typed_infusion(), by=by)
        return Subject.objects.select_related("site").get(pk=subject.pk)
