"""Who may do what, the whole table; and what no role may ever do."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from tests import study
from trial import roles
from trial.models import ROLES, Membership, Site, User

pytestmark = pytest.mark.django_db

SPONSOR = {"MONITOR", "DATA_MANAGER", "MEDICAL_MONITOR", "STATISTICIAN"}
# role -> actions, written out: a change of trial/roles.py must be a change here too.
TABLE = {
    "COORDINATOR": "read screen enrol enter answer_query endpoints safety delegation_log",
    "INVESTIGATOR": "read screen enrol enter grade sign withdraw answer_query endpoints safety delegation_log",
    "MONITOR": "read raise_query close_query review endpoints delegation_log",
    "DATA_MANAGER": "read raise_query close_query review endpoints export run_export ranges approvals schedule jobs"
    " transfer appoint delegation_log",
    "MEDICAL_MONITOR": "read raise_query close_query review endpoints safety delegation_log",
    "STATISTICIAN": "read review endpoints export jobs",
    "INSPECTOR": "read review endpoints export delegation_log",
    "ADMINISTRATOR": "schedule jobs people",
}
ENTERS = {"screen", "enrol", "enter", "grade", "withdraw", "answer_query"}


def fresh(user: User) -> User:
    """As at the beginning of a request: nothing remembered."""
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says_and_nothing_else(role: str, sites: list[Site], scope: None) -> None:
    person = fresh(study.person(role, sites[0]))
    assert {action for action in roles.MAY if roles.may(person, action, sites[0])} == set(TABLE[role].split())
    assert {action for action in roles.MAY if roles.may(person, action, sites[1])} == set()
    assert {action for action in roles.MAY if roles.may(person, action)} == set(TABLE[role].split())


def test_the_roles_of_models_and_table_are_the_same() -> None:
    assert set(ROLES) == set(Membership.Role.values) == set(TABLE)
    assert set().union(*roles.MAY.values()) <= set(ROLES)


def test_the_sponsors_side_and_the_inspector_never_enter_or_change_site_data() -> None:
    for action in ENTERS:
        assert not roles.MAY[action] & (SPONSOR | {"INSPECTOR"})


def test_the_administrator_never_reads_subjects() -> None:
    assert {action for action, who in roles.MAY.items() if "ADMINISTRATOR" in who} == {"schedule", "jobs", "people"}


def test_a_membership_without_a_site_counts_at_every_site(sites: list[Site], scope: None) -> None:
    person = fresh(study.person("DATA_MANAGER"))
    assert all(roles.may(person, "review", site) for site in sites)
    assert roles.sites_where(person, "review", sites) == sites


def test_two_memberships_add_up_each_at_its_own_site(sites: list[Site], scope: None) -> None:
    person = study.person("COORDINATOR", sites[0])
    from trial import audit

    with audit.acting("migration"):
        Membership.objects.create(user=person, site=sites[1], role="INVESTIGATOR")
    person = fresh(person)
    assert roles.sites_where(person, "enter", sites) == sites[:2]
    assert roles.sites_where(person, "grade", sites) == [sites[1]]


def test_somebody_inactive_or_without_membership_may_nothing(sites: list[Site], scope: None) -> None:
    inactive = fresh(study.person("INVESTIGATOR", sites[0]))
    inactive.is_active = False
    nobody = User(username="nobody", is_superuser=True)
    for person in (inactive, nobody):
        if person is nobody:
            from trial import audit

            with audit.acting("migration"):
                person.save()
        assert not any(roles.may(person, action) for action in roles.MAY)
        assert roles.sites_of(person) == []


def test_permit_raises_for_a_person_without_the_right(coordinator: User, site: Site, scope: None) -> None:
    person = fresh(coordinator)
    roles.permit(person, "enter", site)
    with pytest.raises(PermissionDenied):
        roles.permit(person, "grade", site)


def test_an_unknown_action_is_a_mistake_of_the_programmer(coordinator: User, scope: None) -> None:
    with pytest.raises(KeyError):
        roles.may(coordinator, "fly")
