"""Row-level security: a person's transaction sees and writes the own sites' rows, by whatever way it asks."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connection

from crf.drafts import Draft
from crf.index import FormIndex
from crf.models.demographics import Demographics
from tests import study
from trial import audit, roles
from trial.models import AuditEvent, Membership, Site, Subject, User, Visit

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = ("trial_subject", "trial_visit", "crf_demographics", "crf_informedconsent", "crf_form_index")


@pytest.fixture
def two_sites(sites: list[Site]) -> list[Subject]:
    """A subject with the screening forms at site 01 and one at site 02."""
    found = []
    for site in sites[:2]:
        by = study.person("INVESTIGATOR", site, name=f"doctor-{site.code}")
        subject = study.screened(site, by=by)
        study.fill_screening(subject, by=by)
        found.append(subject)
    return found


def count(table: str) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT site_id, count(*) FROM {table} GROUP BY site_id")
        return {site: int(n) for site, n in cursor.fetchall()}


@pytest.mark.parametrize("table", TABLES)
def test_without_a_scope_raw_sql_sees_no_row(two_sites: list[Subject], table: str) -> None:
    assert count(table) == {}
    with audit.seeing([]):
        assert count(table) == {}


@pytest.mark.parametrize("table", TABLES)
def test_with_a_scope_raw_sql_sees_the_rows_of_its_sites_only(two_sites: list[Subject], table: str) -> None:
    first, second = (subject.site_id for subject in two_sites)
    with audit.seeing([first]):
        assert set(count(table)) == {first}
    with audit.seeing([first, second]):
        assert set(count(table)) == {first, second}


def test_the_orm_and_the_index_of_forms_see_the_own_site_only(two_sites: list[Subject]) -> None:
    mine, theirs = two_sites
    assert not Subject.objects.exists()
    with audit.seeing([mine.site_id]):
        assert list(Subject.objects.all()) == [mine]
        assert set(FormIndex.objects.values_list("form", "subject_id")) == {
            (form, mine.pk) for form in ("informed_consent", "demographics", "eligibility")
        }
        assert not Demographics.objects.filter(subject_id=theirs.pk).exists()
        with pytest.raises(Subject.DoesNotExist):
            Subject.objects.get(pk=theirs.pk)


def test_the_audit_trail_shows_the_own_site_and_what_has_no_site(two_sites: list[Subject]) -> None:
    mine, theirs = two_sites
    assert set(AuditEvent.objects.values_list("site_id", flat=True)) == {None}
    with audit.seeing([mine.site_id]):
        assert set(AuditEvent.objects.values_list("site_id", flat=True)) == {None, mine.site_id}
        assert not AuditEvent.objects.filter(subject_id=theirs.pk).exists()


def test_a_row_for_another_site_is_refused(two_sites: list[Subject], investigator: User) -> None:
    mine, theirs = two_sites
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        audit.seeing([mine.site_id]),
        audit.acting(investigator),
    ):
        Subject.objects.create(
            site_id=theirs.site_id, number=99, code="02-099", screened_on=study.SCREENED_ON, protocol_version="1.0"
        )
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        audit.seeing([mine.site_id]),
        audit.acting(investigator),
    ):
        Subject.objects.filter(pk=mine.pk).update(site_id=theirs.site_id)


def test_another_sites_rows_can_be_neither_changed_nor_deleted(two_sites: list[Subject], investigator: User) -> None:
    mine, theirs = two_sites
    with audit.seeing([mine.site_id]), audit.acting(investigator, "trying"):
        assert Subject.objects.filter(pk=theirs.pk).update(dose_level="4.0") == 0
        assert Visit.objects.filter(subject_id=theirs.pk).update(planned_on=None) == 0
        assert Demographics.objects.filter(subject_id=theirs.pk).delete()[0] == 0


def test_a_form_cannot_stand_at_another_subjects_visit(two_sites: list[Subject], investigator: User) -> None:
    mine, theirs = two_sites
    with (
        pytest.raises(IntegrityError, match="trial_visit_of_subject"),
        study.seeing_everything(),
        audit.acting(investigator, "x"),
    ):
        elsewhere = Visit.objects.create(subject=theirs, site_id=theirs.site_id, code="u1", protocol_version="1.0")
        Demographics.objects.filter(subject=mine).update(visit=elsewhere)


def test_a_form_cannot_name_another_site_than_its_subjects(two_sites: list[Subject], investigator: User) -> None:
    mine, theirs = two_sites
    with (
        pytest.raises(IntegrityError, match="trial_follows_site"),
        study.seeing_everything(),
        audit.acting(investigator, "x"),
    ):
        Visit.objects.create(subject=mine, site_id=theirs.site_id, code="u1", protocol_version="1.0")
    with (
        pytest.raises(IntegrityError, match="trial_follows_site"),
        study.seeing_everything(),
        audit.acting(investigator, "x"),
    ):
        Demographics.objects.filter(subject=mine).update(site_id=theirs.site_id)
    with (
        pytest.raises(IntegrityError, match="trial_follows_site"),
        study.seeing_everything(),
        audit.acting(investigator, "x"),
    ):
        Draft.objects.create(subject=mine, site_id=theirs.site_id, form="demographics", saved_by=investigator)


def test_moving_a_subject_to_another_site_takes_everything_along_and_is_audited(
    infused: Subject, sites: list[Site], data_manager: User, investigator: User
) -> None:
    with study.seeing_everything():
        study.submit("crs_assessment", infused, "d1", study.typed_crs(**study.SHOCK), by=investigator)
    tables = ("trial_visit", "crf_demographics", "crf_crsassessment", "crf_vasopressor", "crf_cartinfusion")
    with study.seeing_everything(), audit.acting(data_manager, "moved to Nanjing"):
        Subject.objects.filter(pk=infused.pk).update(site=sites[1])
    with audit.seeing([sites[0].pk]):
        assert [count(table) for table in tables] == [{}] * len(tables)
    with audit.seeing([sites[1].pk]):
        assert all(set(count(table)) == {sites[1].pk} for table in tables)
        moved = AuditEvent.objects.filter(reason="moved to Nanjing", table_name="crf_vasopressor").get()
        assert (moved.before, moved.after) == ({"site_id": sites[0].pk}, {"site_id": sites[1].pk})


# --- memberships and the scope they give


def test_memberships_are_seen_by_their_person_and_within_the_scope(sites: list[Site]) -> None:
    mine, theirs = study.person("COORDINATOR", sites[0]), study.person("COORDINATOR", sites[1])
    everywhere = study.person("DATA_MANAGER")
    assert set(Membership.objects.values_list("user", flat=True)) == {everywhere.pk}  # names no site
    with audit.acting(mine):
        assert set(Membership.objects.values_list("user", flat=True)) == {mine.pk, everywhere.pk}
    with audit.acting(mine), audit.seeing([sites[1].pk]):
        assert set(Membership.objects.values_list("user", flat=True)) == {mine.pk, theirs.pk, everywhere.pk}


def test_the_scope_of_a_person_follows_from_the_memberships(sites: list[Site]) -> None:
    expected = {
        study.person("COORDINATOR", sites[1]): [sites[1].pk],
        study.person("MONITOR", *sites[:2]): [sites[0].pk, sites[1].pk],
        study.person("INSPECTOR"): [site.pk for site in sites],
        study.person("ADMINISTRATOR"): [],
    }
    for person, found in expected.items():
        person = User.objects.get(pk=person.pk)
        with audit.acting(person):
            assert roles.sites_of(person) == found
            assert roles.sees_every_site(person) == (len(found) == 3)
