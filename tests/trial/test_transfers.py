"""A subject at another site: every row follows, the trail too; the former site sees nothing of it any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import URLPattern

from crf import drafts, workflow
from crf import urls as crf_urls
from crf.casebook import Casebook
from crf.place import Place
from tests import study
from trial import audit, guard, ranges, subjects, transfers, versions, whereabouts
from trial.guarded import SubjectTable
from trial.models import AuditEvent, ProtocolApproval, ReferenceRange, Site, Subject, Transfer, User

pytestmark = pytest.mark.django_db(transaction=True)
ON, WHY = date(2026, 4, 10), "The subject moved house"
EVENT = {
    "verbatim": "Low white cells", "term": "LEUKOPENIA", "grade": "3", "onset_on": "2026-03", "ongoing": "Y",
    "outcome": "NOT RECOVERED/NOT RESOLVED", "serious": "N", "related_cart": "Y", "related_lymphodepletion": "U", "aesi": "N",
}  # fmt: skip


@pytest.fixture
def full(infused: Subject, investigator: User, monitor: User) -> Subject:
    """Infused, with an assessment with rows, an event, a draft, and a query with a thread."""
    with study.seeing_everything():
        row = study.submit("crs_assessment", infused, "d1", study.typed_crs(1, **study.SHOCK), by=investigator).row
        study.submit("adverse_event", infused, "log", EVENT, by=investigator)
        visit = study.visit_of(infused, "d2")
        drafts.save("crs_assessment", infused, visit, 1, values={"temperature": ["39"]}, based_on=0, by=investigator)
        query = workflow.ask(row, item="temperature", by=monitor, text="Which thermometer?", now=study.NOW)
        workflow.answer(query, by=investigator, text="Axillary.", now=study.NOW)
    return infused


def transfer(subject: Subject, to: Site, *, by: User, on: date = ON, reason: str = WHY) -> Subject:
    with study.seeing_everything():
        return transfers.transfer(subject, to, by=by, on=on, reason=reason, now=study.NOW)


def tables() -> Iterator[str]:
    for model, _guard in guard.guarded_models():
        if issubclass(model, SubjectTable):
            yield model._meta.db_table


def rows_at(subject: Subject) -> dict[int, dict[str, int]]:
    """By site, how many rows of the subject each table of the registry holds."""
    found: dict[int, dict[str, int]] = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"SELECT site_id, count(*) FROM {table} WHERE subject_id = %s GROUP BY 1", [subject.pk])
            for site, n in cursor.fetchall():
                found.setdefault(site, {})[table] = n
    return found


def test_no_row_of_the_subject_remains_under_the_former_site(
    full: Subject, sites: list[Site], data_manager: User
) -> None:
    with study.seeing_everything():
        before = rows_at(full)
    assert len(before[sites[0].pk]) >= 8  # visits, forms, rows, drafts, queries, messages
    transfer(full, sites[1], by=data_manager)
    with study.seeing_everything():
        after = rows_at(full)
    moved = after.pop(sites[1].pk)
    assert (after, moved.pop("trial_transfer")) == ({}, 1)
    assert moved == before[sites[0].pk]


def test_the_trail_goes_with_the_subject_and_the_former_site_keeps_that_it_left(
    full: Subject, sites: list[Site], data_manager: User
) -> None:
    with audit.seeing([sites[0].pk]):
        before = AuditEvent.objects.filter(subject_id=full.pk).count()
    transfer(full, sites[1], by=data_manager)
    with audit.seeing([sites[0].pk]):
        assert not AuditEvent.objects.filter(subject_id=full.pk).exists()
        left = AuditEvent.objects.get(action="transferred away")
        assert (left.actor, left.reason, left.after) == (
            data_manager.username, WHY, {"subject": full.code, "from": "01", "to": "02", "on": "2026-04-10"},
        )  # fmt: skip
    with audit.seeing([sites[1].pk]):
        events = AuditEvent.objects.filter(subject_id=full.pk)
        assert events.count() > before > 50
        assert set(events.values_list("site_id", flat=True)) == {sites[0].pk, sites[1].pk}
        assert not AuditEvent.objects.filter(action="transferred away").exists()


def test_the_id_stays_and_the_next_subject_of_either_site_gets_its_own_number(
    full: Subject, sites: list[Site], data_manager: User, investigator: User
) -> None:
    elsewhere = study.person("INVESTIGATOR", sites[1], name="doctor-02")
    there = study.screened(sites[1], by=elsewhere)
    transfer(full, sites[1], by=data_manager)
    with study.seeing_everything():
        moved = Subject.objects.get(pk=full.pk)
    assert (moved.code, moved.number, there.code, there.number) == ("01-001", 1, "02-001", 1)
    assert moved.screening_site_id == sites[0].pk
    assert study.screened(sites[0], by=investigator).code == "01-002"


def test_over_every_address_of_the_subject_the_former_site_gets_404_and_the_new_one_its_pages(
    full: Subject, sites: list[Site], data_manager: User, investigator: User
) -> None:
    new = study.person("INVESTIGATOR", sites[1], name="doctor-02")
    here, there = Client(), Client()
    here.force_login(investigator, backend="django.contrib.auth.backends.ModelBackend")
    there.force_login(new, backend="django.contrib.auth.backends.ModelBackend")
    addresses = [f"/{address}" for address in _addresses(full)]
    assert len(addresses) > 20
    before = {url: (here.get(url).status_code, there.get(url).status_code) for url in addresses}
    transfer(full, sites[1], by=data_manager)
    after = {url: (here.get(url).status_code, there.get(url).status_code) for url in addresses}
    assert {url: (new, old) for url, (old, new) in before.items()} == after
    assert {codes[0] for codes in after.values()} == {404}
    assert 200 in {codes[1] for codes in after.values()}


def _addresses(subject: Subject) -> Iterator[str]:
    """Every address below a subject, for its assessment, its event and its draft."""
    with study.seeing_everything():
        query = subject.queries.first()
    known = {"code": subject.code, "pk": str(query.pk if query else 0), "occurrence": "1"}
    for pattern in crf_urls.urlpatterns:
        if not isinstance(pattern, URLPattern) or pattern.name == "home":
            continue
        route = str(pattern.pattern)
        if "<str:code>" not in route and route != "queries/<int:pk>/":
            continue
        for visit, slug in (("d1", "crs-assessment"), ("log", "adverse-event"), ("d2", "crs-assessment")):
            address = route
            for name, value in {**known, "visit_code": visit, "slug": slug}.items():
                for kind in ("str", "slug", "int"):
                    address = address.replace(f"<{kind}:{name}>", value)
            if "verdict" not in address and "/draft/" not in address:  # these take what is sent alone
                yield address


def test_a_user_of_the_new_site_enters_and_one_of_the_former_does_not(
    full: Subject, sites: list[Site], data_manager: User, investigator: User
) -> None:
    new = study.person("INVESTIGATOR", sites[1], name="doctor-02")
    transfer(full, sites[1], by=data_manager)
    with pytest.raises(PermissionDenied), study.seeing_everything():
        study.submit("crs_assessment", full, "d3", study.typed_crs(3), by=investigator)
    with audit.seeing([sites[1].pk]):
        row = study.submit("crs_assessment", full, "d3", study.typed_crs(3), by=new).row
        assert row.site_id == sites[1].pk


# --- what stays with the former site: its days


def test_the_site_of_a_day_is_where_the_subject_was_then(full: Subject, sites: list[Site], data_manager: User) -> None:
    transfer(full, sites[1], by=data_manager)
    with study.seeing_everything():
        moved = Subject.objects.select_related("site").get(pk=full.pk)
        days = (date(2026, 4, 9), ON, None)
        assert [whereabouts.site_on(moved, day).code for day in days] == ["01", "02", "02"]
        transfers.transfer(moved, sites[2], by=data_manager, on=date(2026, 5, 1), reason=WHY, now=study.NOW)
        again = Subject.objects.select_related("site").get(pk=full.pk)
        days = (date(2026, 4, 9), date(2026, 4, 30), date(2026, 5, 1))
        assert [whereabouts.site_on(again, day).code for day in days] == ["01", "02", "03"]
        assert Transfer.objects.count() == 2


def test_who_was_never_transferred_asks_the_database_nothing(full: Subject, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert whereabouts.site_on(full, ON) is full.site


def test_a_visit_before_the_day_is_under_the_version_of_the_former_site(
    full: Subject, sites: list[Site], data_manager: User
) -> None:
    with study.seeing_everything(), audit.acting(data_manager):
        ProtocolApproval.objects.create(site=sites[0], version="2.0", active_from=date(2026, 3, 1))
    transfer(full, sites[1], by=data_manager)
    with audit.seeing([sites[1].pk]):
        moved = Subject.objects.select_related("site").get(pk=full.pk)
        assert (versions.at(moved, date(2026, 4, 9)), versions.at(moved, ON)) == ("2.0", "1.0")
        early, late = study.visit_of(moved, "d14"), study.visit_of(moved, "m2")
        today = date(2026, 6, 1)
        found = [versions.of_visit(visit, moved, day=None, today=today) for visit in (early, late)]
        assert (early.planned_on, late.planned_on) == (date(2026, 4, 3), date(2026, 5, 20))
        assert found == ["2.0", "1.0"]


def test_limits_of_normal_are_those_of_the_site_of_the_day_for_the_new_sites_reader_too(
    full: Subject, sites: list[Site], data_manager: User
) -> None:
    with study.seeing_everything(), audit.acting(data_manager, "x"):
        for site, high in ((sites[0], "50"), (sites[1], "35")):
            ReferenceRange.objects.create(site=site, analyte="alt", unit="U/L", low=None, high=Decimal(high))
    transfer(full, sites[1], by=data_manager)
    with audit.seeing([sites[1].pk]):
        moved = Subject.objects.select_related("site").get(pk=full.pk)
        own = Casebook(moved).ranges
        found = [
            ranges.among(own, "alt", sex="F", age=60, on=day).high for day in (date(2026, 4, 9), ON, date(2026, 5, 1))
        ]
        assert found == [Decimal(50), Decimal(35), Decimal(35)]


def test_what_the_former_site_states_is_read_and_not_written_by_the_new_one(
    full: Subject, sites: list[Site], data_manager: User
) -> None:
    with study.seeing_everything(), audit.acting(data_manager, "x"):
        stated = ReferenceRange.objects.create(site=sites[0], analyte="alt", unit="U/L", high=Decimal(50))
    with audit.seeing([sites[1].pk]):
        assert not ReferenceRange.objects.exists()
    transfer(full, sites[1], by=data_manager)
    with audit.seeing([sites[1].pk]), audit.acting(data_manager, "x"):
        assert ReferenceRange.objects.get() == stated
        assert ReferenceRange.objects.filter(pk=stated.pk).update(high=Decimal(1)) == 0


def test_an_entry_of_a_log_keeps_the_version_of_the_day_it_came_in(
    full: Subject, sites: list[Site], data_manager: User
) -> None:
    with study.seeing_everything(), audit.acting(data_manager):
        ProtocolApproval.objects.create(site=sites[1], version="2.0", active_from=date(2026, 3, 1))
    transfer(full, sites[1], by=data_manager, on=date(2026, 6, 1))
    with audit.seeing([sites[1].pk]):
        from crf.models.adverse_event import AdverseEvent

        moved = Subject.objects.select_related("site").get(pk=full.pk)
        row = AdverseEvent.objects.get(subject=moved)
        row.entered_at = row.entered_at.replace(year=2026, month=5, day=1)
        assert Place.of(row, moved).version == "1.0"


# --- what is refused


def test_only_a_data_manager_of_both_sites_transfers(
    full: Subject, sites: list[Site], investigator: User, monitor: User, administrator: User
) -> None:
    of_one = study.person("DATA_MANAGER", sites[0], name="manager-01")
    for person in (investigator, monitor, administrator, of_one):
        with pytest.raises(PermissionDenied):
            transfer(full, sites[1], by=person)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": " "}, "reason"),
        ({"on": date(2026, 6, 2)}, "future"),
        ({"on": date(2026, 3, 1)}, "before the screening"),
    ],
)
def test_a_transfer_needs_a_reason_and_a_day_that_can_be(
    change: dict[str, object], words: str, full: Subject, sites: list[Site], data_manager: User
) -> None:
    with pytest.raises(subjects.Refused, match=words):
        transfer(full, sites[1], by=data_manager, **change)  # type: ignore[arg-type]


def test_to_the_same_site_and_of_a_screen_failure_it_is_refused(
    full: Subject, sites: list[Site], data_manager: User, investigator: User
) -> None:
    with pytest.raises(subjects.Refused, match="at this site already"):
        transfer(full, sites[0], by=data_manager)
    other = study.screened(sites[0], by=investigator)
    with study.seeing_everything():
        subjects.fail_screening(other, by=investigator, reason="A criterion is not met")
    with pytest.raises(subjects.Refused, match="screen failure stays"):
        transfer(other, sites[1], by=data_manager)
