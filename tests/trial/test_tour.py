"""The tour of the first page: shown until it is closed, once for each person, and again when asked for."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests import study
from trial import audit, tour
from trial.models import AuditEvent, Membership, Site, User

pytestmark = pytest.mark.django_db
CARD = "data-tour "


@pytest.fixture
def newcomer(coordinator: User, client: Client) -> Client:
    client.force_login(coordinator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_role_has_four_to_six_steps() -> None:
    assert set(tour.GROUPS) == set(Membership.Role)
    assert all(4 <= len(steps) <= 6 for steps in tour.GROUPS.values())


def test_it_is_on_the_first_page_until_it_is_closed(newcomer: Client, coordinator: User) -> None:
    assert CARD in newcomer.get("/").content.decode()
    assert CARD not in newcomer.get("/subjects/").content.decode()
    assert newcomer.post(reverse("tour")).status_code == 302
    assert User.objects.get(pk=coordinator.pk).toured
    assert CARD not in newcomer.get("/").content.decode()
    assert CARD in newcomer.get("/?tour=1").content.decode()


def test_closing_it_is_a_preference_and_in_no_audit_trail(newcomer: Client) -> None:
    before = AuditEvent.objects.count()
    newcomer.post(reverse("tour"))
    assert AuditEvent.objects.count() == before


def test_its_steps_stand_on_a_page_of_their_own(newcomer: Client) -> None:
    page = newcomer.get(reverse("tour")).content.decode()
    assert all(str(step.text) in page for step in tour.SITE)


def test_who_has_two_roles_gets_the_longer_one(site: Site, coordinator: User) -> None:
    with audit.acting("migration"), study.seeing_everything():
        Membership.objects.create(user=coordinator, site=None, role="ADMINISTRATOR")
    with audit.acting(coordinator):
        assert tour.of(User.objects.get(pk=coordinator.pk)) == tour.SITE
