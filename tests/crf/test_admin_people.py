"""People, sites and schedules in the panel: what the administrator and the data manager may do, and the trace it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks

from tests import study
from trial.models import AuditEvent, Membership, Site, Subject, User

pytestmark = pytest.mark.django_db

PASSWORD = "quite-long-and-private-77"
NEW = {
    "username": "new-nurse", "first_name": "Ada", "last_name": "Byron", "email": "ada@example.org", "language": "en",
    "password1": PASSWORD, "password2": PASSWORD,
}  # fmt: skip
NO_ROWS = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def entries(table: str, **of: Any) -> list[AuditEvent]:
    with transaction.atomic(), study.seeing_everything():
        return list(AuditEvent.objects.filter(table_name=table, **of).order_by("id"))


def held(user: User) -> set[tuple[str, str | None]]:
    with transaction.atomic(), study.seeing_everything():
        return {
            (m.role, m.site.code if m.site else None)
            for m in Membership.objects.select_related("site").filter(user=user)
        }


def test_the_administrator_adds_a_person_who_can_then_sign_in(administrator: User) -> None:
    client = browser(administrator)
    answer = client.post(reverse("admin:trial_user_add"), {**NEW, "is_superuser": "on", "is_staff": "on"})
    assert answer.status_code == 302
    user = User.objects.get(username="new-nurse")
    assert (user.is_superuser, user.is_staff, user.is_active) == (False, False, True)
    assert user.check_password(PASSWORD)
    (event,) = entries("trial_user", row_id=user.pk)
    assert (event.action, event.actor) == ("I", administrator.username)
    assert "password" not in event.after


def test_a_weak_password_is_refused_at_the_field(administrator: User) -> None:
    answer = browser(administrator).post(
        reverse("admin:trial_user_add"), {**NEW, "password1": "short", "password2": "short"}
    )
    assert answer.status_code == 200
    assert not User.objects.filter(username="new-nurse").exists()


def test_a_person_is_deactivated_and_never_deleted(administrator: User, coordinator: User) -> None:
    client = browser(administrator)
    answer = client.post(
        reverse("admin:trial_user_change", args=[coordinator.pk]),
        {
            "username": coordinator.username,
            "first_name": "",
            "last_name": "",
            "email": "",
            "language": "zh-hans",
            **NO_ROWS,
        },
    )
    assert answer.status_code == 302
    coordinator.refresh_from_db()
    assert (coordinator.is_active, coordinator.language) == (False, "zh-hans")
    assert entries("trial_user", row_id=coordinator.pk, action="U")[0].actor == administrator.username
    assert client.post(reverse("admin:trial_user_delete", args=[coordinator.pk]), {"post": "yes"}).status_code == 403


def test_a_change_of_a_person_cannot_smuggle_in_rights(administrator: User, coordinator: User) -> None:
    data = {
        "username": coordinator.username,
        "is_active": "on",
        "language": "en",
        "is_superuser": "on",
        "is_staff": "",
        "groups": "1",
    }
    browser(administrator).post(reverse("admin:trial_user_change", args=[coordinator.pk]), {**data, **NO_ROWS})
    coordinator.refresh_from_db()
    assert (coordinator.is_superuser, coordinator.is_staff) == (False, True)


def test_a_new_password_is_set_and_recorded_without_itself(administrator: User, coordinator: User) -> None:
    url = reverse("admin:auth_user_password_change", args=[coordinator.pk])
    client = browser(administrator)
    assert client.get(url).status_code == 200
    assert client.post(url, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    assert User.objects.get(pk=coordinator.pk).check_password(PASSWORD)
    with transaction.atomic(), study.seeing_everything():
        event = AuditEvent.objects.get(action="password set")
        assert (event.actor, event.after) == (administrator.username, {"user": str(coordinator.pk)})
        assert not AuditEvent.objects.filter(after__icontains=PASSWORD).exists()


def test_memberships_of_any_site_are_added_and_removed_under_the_administrators_name(
    administrator: User, coordinator: User, sites: list[Site]
) -> None:
    client = browser(administrator)
    add = {"user": coordinator.pk, "site": sites[2].pk, "role": "COORDINATOR"}
    assert client.post(reverse("admin:trial_membership_add"), add).status_code == 302
    assert held(coordinator) == {("COORDINATOR", "01"), ("COORDINATOR", "03")}
    with transaction.atomic(), study.seeing_everything():
        new = Membership.objects.get(user=coordinator, site=sites[2])
    assert client.post(reverse("admin:trial_membership_delete", args=[new.pk]), {"post": "yes"}).status_code == 302
    assert held(coordinator) == {("COORDINATOR", "01")}
    assert [(e.action, e.actor) for e in entries("trial_membership", row_id=new.pk)] == [
        ("I", administrator.username),
        ("D", administrator.username),
    ]


def test_a_membership_of_every_site_is_given_once(administrator: User, coordinator: User) -> None:
    client, add = browser(administrator), {"user": coordinator.pk, "site": "", "role": "MONITOR"}
    assert client.post(reverse("admin:trial_membership_add"), add).status_code == 302
    again = client.post(reverse("admin:trial_membership_add"), add)
    assert again.status_code == 200, "said at the form, not by a server error"
    assert held(coordinator) == {("COORDINATOR", "01"), ("MONITOR", None)}


def test_memberships_are_given_and_taken_on_the_persons_page(
    administrator: User, coordinator: User, sites: list[Site]
) -> None:
    client, url = browser(administrator), reverse("admin:trial_user_change", args=[coordinator.pk])
    with transaction.atomic(), study.seeing_everything():
        (old,) = Membership.objects.filter(user=coordinator)
    assert "Site coordinator" in client.get(url).content.decode()
    data = {
        "username": coordinator.username, "is_active": "on", "language": "en",
        "memberships-TOTAL_FORMS": "2", "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": old.pk, "memberships-0-user": coordinator.pk, "memberships-0-DELETE": "on",
        "memberships-1-id": "", "memberships-1-user": coordinator.pk, "memberships-1-site": sites[1].pk,
        "memberships-1-role": "INVESTIGATOR",
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    assert held(coordinator) == {("INVESTIGATOR", "02")}


def test_a_membership_is_never_rewritten(administrator: User, coordinator: User, sites: list[Site]) -> None:
    with transaction.atomic(), study.seeing_everything():
        (old,) = Membership.objects.filter(user=coordinator)
    data = {"user": coordinator.pk, "site": sites[2].pk, "role": "DATA_MANAGER"}
    assert browser(administrator).post(reverse("admin:trial_membership_change", args=[old.pk]), data).status_code == 403
    assert held(coordinator) == {("COORDINATOR", "01")}


def test_nobody_gives_roles_to_themselves_or_locks_themselves_out(administrator: User, sites: list[Site]) -> None:
    client = browser(administrator)
    mine = {"user": administrator.pk, "site": "", "role": "DATA_MANAGER"}
    assert client.post(reverse("admin:trial_membership_add"), mine).status_code == 200
    with transaction.atomic(), study.seeing_everything():
        (own,) = Membership.objects.filter(user=administrator)
    assert client.post(reverse("admin:trial_membership_delete", args=[own.pk]), {"post": "yes"}).status_code == 403
    data = {
        "username": administrator.username, "language": "en",
        "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": administrator.pk, "memberships-0-site": "", "memberships-0-role": "DATA_MANAGER",
    }  # fmt: skip
    client.post(reverse("admin:trial_user_change", args=[administrator.pk]), data)
    assert held(administrator) == {("ADMINISTRATOR", None)}
    assert User.objects.get(pk=administrator.pk).is_active


def test_the_pages_of_people_open_no_subject(administrator: User, infused: Subject) -> None:
    client = browser(administrator)
    for url in ("trial_user_changelist", "trial_membership_changelist", "trial_site_changelist", "index"):
        page = client.get(reverse(f"admin:{url}"))
        assert page.status_code == 200
        assert infused.code not in page.content.decode()
    assert client.get(reverse("casebook", args=[infused.code])).status_code == 404


def test_a_site_is_added_and_edited_but_its_code_and_counter_stay(administrator: User, infused: Subject) -> None:
    client = browser(administrator)
    data = {"code": "09", "name": "Lakeside", "city": "Wuhan", "country": "CN", "timezone": "Asia/Shanghai"}
    assert client.post(reverse("admin:trial_site_add"), data).status_code == 302
    site = Site.objects.get(pk=infused.site_id)
    change = {**data, "code": "77", "name": "Renamed", "next_number": "1", "timezone": "Asia/Urumqi"}
    assert client.post(reverse("admin:trial_site_change", args=[site.pk]), change).status_code == 302
    after = Site.objects.get(pk=site.pk)
    assert (after.name, after.timezone, after.code, after.next_number) == (
        "Renamed",
        "Asia/Urumqi",
        site.code,
        site.next_number,
    )
    assert entries("trial_site", row_id=site.pk, action="U")[-1].actor == administrator.username
    for wrong in ({"code": "x1"}, {"code": "10", "timezone": "Asia/Atlantis"}):
        assert client.post(reverse("admin:trial_site_add"), {**data, **wrong}).status_code == 200
    assert client.post(reverse("admin:trial_site_delete", args=[site.pk]), {"post": "yes"}).status_code == 403


def test_the_history_of_a_person_is_the_audit_trail(administrator: User, coordinator: User) -> None:
    page = browser(administrator).get(reverse("admin:trial_user_history", args=[coordinator.pk]))
    assert page.status_code == 200
    assert coordinator.username in page.content.decode()
    assert "migration" in page.content.decode()


@pytest.mark.parametrize("role", ["DATA_MANAGER", "MONITOR", "STATISTICIAN", "INSPECTOR", "MEDICAL_MONITOR"])
def test_others_neither_see_nor_change_people(role: str, coordinator: User) -> None:
    client = browser(study.person(role))
    for name, args in (("trial_user_changelist", []), ("trial_user_change", [coordinator.pk]), ("trial_user_add", []),
                       ("trial_membership_changelist", []), ("trial_membership_add", []), ("trial_site_add", []),
                       ("auth_user_password_change", [coordinator.pk])):  # fmt: skip
        url = reverse(f"admin:{name}", args=args)
        assert client.get(url).status_code == 403, name
        assert client.post(url, NEW).status_code == 403, name


# --- schedules


def test_the_data_manager_moves_the_nightly_export_and_that_is_recorded(data_manager: User) -> None:
    client = browser(data_manager)
    task = PeriodicTask.objects.get(name="Nightly export")
    changed = PeriodicTasks.last_change()
    hours = {
        "minute": "30",
        "hour": "4",
        "day_of_week": "*",
        "day_of_month": "*",
        "month_of_year": "*",
        "timezone": "Asia/Shanghai",
    }
    assert client.post(reverse("admin:django_celery_beat_crontabschedule_add"), hours).status_code == 302
    crontab = CrontabSchedule.objects.get(hour="4", minute="30")
    data = {"enabled": "on", "crontab": crontab.pk, "interval": "", "name": "Other", "task": "trial.tasks.tend_jobs"}
    assert client.post(reverse("admin:django_celery_beat_periodictask_change", args=[task.pk]), data).status_code == 302
    task.refresh_from_db()
    assert (task.crontab, task.name, task.task) == (crontab, "Nightly export", "crf.tasks.nightly_export")
    assert PeriodicTasks.last_change() != changed, "beat reads the schedule anew"
    with transaction.atomic(), study.seeing_everything():
        events = AuditEvent.objects.filter(action="schedule changed")
        assert {e.actor for e in events} == {data_manager.username}
        assert events.count() == 2
    page = client.get(reverse("exports")).content.decode()
    assert "04:30" in page


def test_a_task_keeps_exactly_one_schedule(data_manager: User) -> None:
    task = PeriodicTask.objects.get(name="Nightly export")
    url = reverse("admin:django_celery_beat_periodictask_change", args=[task.pk])
    assert browser(data_manager).post(url, {"enabled": "on", "crontab": "", "interval": ""}).status_code == 200
    task.refresh_from_db()
    assert task.crontab is not None


@pytest.mark.parametrize("role", ["MONITOR", "STATISTICIAN", "INSPECTOR"])
def test_others_do_not_edit_schedules(role: str, sites: list[Site]) -> None:
    client = browser(study.person(role))
    task = PeriodicTask.objects.get(name="Nightly export")
    assert (
        client.post(
            reverse("admin:django_celery_beat_periodictask_change", args=[task.pk]), {"enabled": ""}
        ).status_code
        == 403
    )
    assert (
        client.post(
            reverse("admin:django_celery_beat_intervalschedule_add"), {"every": 1, "period": "seconds"}
        ).status_code
        == 403
    )


def test_nobody_makes_or_deletes_a_task(data_manager: User, administrator: User) -> None:
    task = PeriodicTask.objects.get(name="Nightly export")
    for user in (data_manager, administrator):
        client = browser(user)
        assert client.post(reverse("admin:django_celery_beat_periodictask_add"), {"name": "x"}).status_code == 403
        assert (
            client.post(
                reverse("admin:django_celery_beat_periodictask_delete", args=[task.pk]), {"post": "yes"}
            ).status_code
            == 403
        )
