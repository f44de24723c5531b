"""A study with every state a page can show, and the addresses of one example of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from crf import codelists, drafts, not_done, signatures, unsigned
from crf.declare.form import casebook, form_named
from crf.index import FormIndex
from crf.ledger import address
from crf.place import Place
from crf.workflow import Query
from tests import filled, study
from trial import audit, protocol, subjects
from trial.models import Delegation, Job, Site, Subject, User

NOW = datetime(2026, 4, 20, 6, 0, tzinfo=UTC)
WHY = "Equipment out of order"
AWARE = "2026-03-24 09:00"
EVENT = {
    "verbatim": "Infection of the catheter", "term": "INFECTION", "grade": "2", "onset_on": "2026-03-22", "ongoing": "Y",
    "outcome": "NOT RECOVERED/NOT RESOLVED", "serious": "N", "related_cart": "Y", "related_lymphodepletion": "N", "aesi": "N",
}  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Addresses that only the running study knows; the defaults stand for the shape of each."""

    subject: str = "/subjects/01-001/"
    screened: str = "/subjects/01-002/"
    failed: str = "/subjects/01-003/"
    unscheduled: str = "unsch-1"
    forms: tuple[tuple[str, str], ...] = (("crs_assessment", "/subjects/01-001/d1/crs-assessment/"),)
    query: int = 1
    delegation: int = 1
    job: int = 1
    export: int = 1
    panel: tuple[tuple[str, str], ...] = ()
    endpoints: tuple[str, ...] = ("crs_by_grade",)


def prepare() -> Places:
    """Makes what the demonstration study lacks. Call with its database in use."""
    site, by = Site.objects.get(code="01"), User.objects.get(username="investigator-01")
    mine = study.infused(site, by=by)
    screened = study.screened(site, by=by)
    failed = study.screened(site, by=by)
    with study.seeing_everything():
        filled.enter_the_rest(mine, by=by, version=protocol.VERSIONS[-1].code)
        _states(mine, by)
        subjects.fail_screening(failed, by=by, reason=str(codelists.FailReason.choices[0][1]))
        with transaction.atomic(), audit.acting(by):
            job = Job.objects.create(
                kind="refresh", state=Job.State.FAILED, requested_by=by.username, error="The store is full."
            )
            export = Job.objects.create(kind="export", state=Job.State.QUEUED, requested_by="data-manager")
        return Places(
            subject=f"/subjects/{mine.code}/",
            screened=f"/subjects/{screened.code}/",
            failed=f"/subjects/{failed.code}/",
            unscheduled=mine.visits.filter(unscheduled=True).latest("pk").code,
            forms=tuple(_one_of_each_kind(mine)),
            query=Query.objects.filter(subject=mine).exclude(state=Query.State.CLOSED).latest("pk").pk,
            delegation=Delegation.objects.filter(site=site).latest("pk").pk,
            job=job.pk,
            export=export.pk,
            panel=tuple(_panel()),
            endpoints=tuple(_endpoints()),
        )


def _states(subject: Subject, by: User) -> None:
    """Queried, not done, entered in error, a draft, two assessments of one day, an empty unscheduled visit."""
    crs, event = "crs_assessment", form_named("adverse_event")
    study.submit(crs, subject, "d1", study.typed_crs(1, **study.SHOCK | {"investigator_grade": "1"}), by=by)
    study.submit(crs, subject, "d1", study.typed_crs(1, temperature="39.2"), by=by, occurrence=2)
    study.submit(crs, subject, "d2", study.typed_crs(2), by=by)
    for day in (10, 11):
        study.submit(crs, subject, f"d{day}", study.typed_crs(day, temperature="38.1"), by=by)
    for number in (2, 3):
        study.submit(event.declared.name, subject, "log", EVENT, by=by, occurrence=number)
    here = Subject.objects.select_related("site").get(pk=subject.pk)
    with transaction.atomic(), audit.acting(by):
        not_done.withdraw(Place(event, here, None, 3), by=by, reason=WHY, now=NOW)
        not_done.mark(Place(form_named("vital_signs"), here, study.visit_of(here, "d3")), by=by, reason=WHY, now=NOW)
        drafts.save(crs, here, study.visit_of(here, "d5"), 1, values={"temperature": ["38.7"]}, based_on=0, by=by)
        subjects.unscheduled(here, by=by, on=date(2026, 3, 28), reason="Fever at home")
    _signed(here, by)


def _signed(subject: Subject, by: User) -> None:
    """Two signed forms, one of which was changed since."""
    wanted = [
        one.shown for one in unsigned.to_sign(subject) if one.visit in ("d0", "d11", "screening") and not one.critical
    ]
    signatures.sign(wanted, subject=subject, by=by, now=timezone.now())
    data, why = study.typed_crs(11, temperature="38.2"), str(codelists.ChangeReason.choices[0][1])
    study.submit("crs_assessment", subject, "d11", data, by=by, based_on=1, reason=why)


def _one_of_each_kind(subject: Subject) -> Any:
    """Name and address of the first form of every kind that this subject has."""
    stored = {row.form: row for row in FormIndex.objects.filter(subject=subject).order_by("-occurrence", "-form_id")}
    for form in casebook():
        row = stored[form.declared.name]
        yield form.declared.name, address(form, subject, row.visit, row.occurrence)


def _panel() -> Any:
    """Model and primary key of the first row of every list of the review panel that has one."""
    for model in admin.site._registry:
        first = model._default_manager.order_by("pk").values_list("pk", flat=True).first()
        yield model._meta.label_lower, "" if first is None else str(first)


def _endpoints() -> Any:
    from analytics import registry

    return sorted(registry.endpoints())


def panel_address(label: str, page: str, *pk: str) -> str:
    """The address of a page of the review panel."""
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=pk)
