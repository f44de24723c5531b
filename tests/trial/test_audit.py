"""The audit trail as the database keeps it, in real transactions: who, why, before, after; nobody can go round it."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests import database, study
from trial import audit
from trial.models import AuditEvent, Membership, Site, Subject, User, Visit
from trial.signals import sign_in_failed

pytestmark = pytest.mark.django_db(transaction=True)


def events(table: str, row: int | None = None) -> list[AuditEvent]:
    """Audit entries of a table, of every site."""
    with study.seeing_everything():
        found = AuditEvent.objects.filter(table_name=table).order_by("id")
        return list(found if row is None else found.filter(row_id=row))


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# --- every way to write is recorded


def test_raw_sql_is_recorded_with_actor_reason_before_and_after(site: Site, data_manager: User) -> None:
    with audit.acting(data_manager, "the hospital moved"):
        run("UPDATE trial_site SET city = 'Nanjing' WHERE id = %s", site.pk)
    event = events("trial_site", site.pk)[-1]
    assert (event.action, event.actor, event.actor_id) == ("U", "data_manager", data_manager.pk)
    assert (event.reason, event.before, event.after) == ("the hospital moved", {"city": "Wuhan"}, {"city": "Nanjing"})
    assert event.site_id == site.pk


def test_raw_insert_and_delete_are_recorded(site: Site, data_manager: User) -> None:
    with audit.acting(data_manager):
        run("INSERT INTO trial_membership (user_id, role) VALUES (%s, 'MONITOR')", data_manager.pk)
        run("DELETE FROM trial_membership WHERE user_id = %s AND role = 'MONITOR'", data_manager.pk)
    inserted, deleted = events("trial_membership")[-2:]
    assert (inserted.action, inserted.before) == ("I", None)
    assert inserted.after is not None and inserted.after["role"] == "MONITOR"
    assert (deleted.action, deleted.after) == ("D", None)
    assert deleted.before == inserted.after


def test_bulk_create_and_bulk_update_are_recorded_row_by_row(subject: Subject, investigator: User) -> None:
    with study.seeing_everything(), audit.acting(investigator):
        made = Visit.objects.bulk_create(
            Visit(subject=subject, site_id=subject.site_id, code=f"u{n}", unscheduled=True, protocol_version="1.0")
            for n in (1, 2)
        )
        for visit in made:
            visit.planned_on = study.ENROLLED_ON
        Visit.objects.bulk_update(made, ["planned_on"])
    for visit in made:
        created, changed = events("trial_visit", visit.pk)
        assert created.after is not None and created.after["code"] == visit.code
        assert (changed.before, changed.after) == ({"planned_on": None}, {"planned_on": "2026-03-09"})
        assert (changed.subject_id, changed.actor_id) == (subject.pk, investigator.pk)


def test_queryset_update_and_delete_are_recorded_row_by_row(sites: list[Site], data_manager: User) -> None:
    people = [study.person("MONITOR", site) for site in sites]
    with study.seeing_everything(), audit.acting(data_manager, "wrong role"):
        Membership.objects.filter(user__in=people).update(role="INSPECTOR")
        Membership.objects.filter(user__in=people).delete()
    last = events("trial_membership")[-6:]
    assert [e.action for e in last] == ["U"] * 3 + ["D"] * 3
    assert {(e.before["role"], e.after["role"]) for e in last[:3] if e.before and e.after} == {("MONITOR", "INSPECTOR")}
    assert {e.actor for e in last} == {"data_manager"}


def test_an_update_that_changes_nothing_leaves_no_entry(site: Site, data_manager: User) -> None:
    before = len(events("trial_site"))
    with audit.acting(data_manager):
        Site.objects.update(city="Wuhan")
    assert len(events("trial_site")) == before


def test_the_history_of_a_row_names_each_column_with_who_and_why(site: Site, data_manager: User) -> None:
    with audit.acting(data_manager, "renamed"):
        Site.objects.filter(pk=site.pk).update(name="New name", city="Xi'an")
    with audit.seeing([site.pk]):
        changes = [c for c in audit.history(site) if c.action == "U"]
    assert {(c.column, c.old, c.new) for c in changes} == {
        ("name", "Hospital 1", "New name"),
        ("city", "Wuhan", "Xi'an"),
    }
    assert {(c.who, c.why, c.row_id) for c in changes} == {("data_manager", "renamed", site.pk)}


# --- refusals


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO trial_site (code, name, city, country, timezone, next_number, is_training, is_demonstration)"
        " VALUES ('77', 'x', '', 'CN', 'UTC', 1, false, false)",
        "UPDATE trial_site SET name = 'x'",
        "DELETE FROM trial_site",
    ],
)
def test_a_write_without_an_actor_is_refused(site: Site, statement: str) -> None:
    with pytest.raises(DatabaseError, match="names nobody who acts") as refused:
        run(statement)
    assert refused.value.__cause__.sqlstate == audit.NO_ACTOR  # type: ignore[union-attr]
    assert Site.objects.get(pk=site.pk).name == "Hospital 1"


def test_an_actor_of_blanks_is_none(site: Site) -> None:
    nobody = User(username="")
    with pytest.raises(DatabaseError, match="names nobody who acts"), audit.acting(nobody):
        Site.objects.update(name="x")


def test_an_unknown_system_actor_is_refused() -> None:
    with pytest.raises(ValueError, match="no system actor"), audit.acting("gremlin"):
        pass


CHANGES = [
    "UPDATE crf_crsassessment SET temperature = 37.1",
    "DELETE FROM crf_vasopressor",
    "UPDATE crf_vasopressor SET dose = 2",
    "UPDATE crf_demographics SET weight = 60",
    "DELETE FROM crf_demographics",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_a_change_of_completed_data_without_a_reason_is_refused(
    infused: Subject, investigator: User, statement: str
) -> None:
    with study.seeing_everything():
        study.submit("crs_assessment", infused, "d1", study.typed_crs(**study.SHOCK), by=investigator)
    for reason in ("", "   "):
        with (
            pytest.raises(DatabaseError, match="gives no reason") as refused,
            study.seeing_everything(),
            audit.acting(investigator, reason),
        ):
            run(statement)
        assert refused.value.__cause__.sqlstate == audit.NO_REASON  # type: ignore[union-attr]
    with study.seeing_everything(), audit.acting(investigator, "source says so"):
        run(statement)
    assert events(statement.split()[2 if "DELETE" in statement else 1])[-1].reason == "source says so"


def test_the_error_of_a_refused_write_carries_no_value(infused: Subject, investigator: User) -> None:
    with pytest.raises(DatabaseError) as refused, study.seeing_everything(), audit.acting(investigator):
        run("UPDATE crf_demographics SET weight = 61.7")
    assert "61.7" not in str(refused.value)


TAMPERING = ["UPDATE trial_auditevent SET actor = 'x'", "DELETE FROM trial_auditevent", "TRUNCATE trial_auditevent"]


@pytest.mark.parametrize("statement", TAMPERING)
def test_the_audit_trail_cannot_be_changed_by_the_application(
    subject: Subject, investigator: User, statement: str
) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        study.seeing_everything(),
        audit.acting(investigator, "no"),
    ):
        run(statement)


@pytest.mark.parametrize("statement", TAMPERING)
def test_the_audit_trail_cannot_be_changed_by_the_owner(subject: Subject, statement: str) -> None:
    with database.as_owner() as owner:
        before = owner.execute("SELECT count(*) FROM trial_auditevent").fetchone()
        with pytest.raises(psycopg.Error, match="rows are added, never changed") as refused:
            owner.execute(statement)
        assert refused.value.sqlstate == audit.APPEND_ONLY
        assert before and before[0] > 0
        assert owner.execute("SELECT count(*) FROM trial_auditevent").fetchone() == before


def test_the_application_cannot_write_into_the_audit_trail(site: Site, data_manager: User) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), audit.acting(data_manager):
        run(
            "INSERT INTO trial_auditevent (at, actor, reason, action, table_name, txid) VALUES (now(), 'x', '', 'U', 't', 1)"
        )
    with pytest.raises(TypeError, match="written by the database alone"):
        AuditEvent(actor="x").save()


@pytest.mark.parametrize("action", ["I", "U", "D"])
def test_an_event_cannot_pose_as_a_change_of_a_row(data_manager: User, action: str) -> None:
    with pytest.raises(DatabaseError, match="named in words"), audit.acting(data_manager):
        audit.record(action)


# --- who is acting, and for how long


def test_acting_nests_and_gives_back_what_was_before(investigator: User, data_manager: User) -> None:
    with transaction.atomic():
        with audit.acting(investigator, "outer"):
            with audit.acting(data_manager, "inner"):
                assert audit.settings_now()["actor"] == data_manager.username
                assert audit.settings_now()["person"] == str(data_manager.pk)
            now = audit.settings_now()
            assert (now["actor"], now["person"], now["reason"]) == (
                investigator.username,
                str(investigator.pk),
                "outer",
            )
        assert set(audit.settings_now().values()) == {""}


def test_an_error_inside_gives_back_what_was_before(site: Site, investigator: User, data_manager: User) -> None:
    with audit.acting(investigator, "outer"), audit.seeing([site.pk]):
        with pytest.raises(ZeroDivisionError), audit.acting(data_manager, "inner"), audit.seeing([]):
            raise ZeroDivisionError
        now = audit.settings_now()
        assert (now["actor"], now["reason"], now["sites"]) == (investigator.username, "outer", f"{{{site.pk}}}")


def test_nothing_leaks_into_the_next_transaction_of_the_same_connection(site: Site, investigator: User) -> None:
    def backend() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    first = backend()
    with audit.acting(investigator, "why"), audit.seeing([site.pk]):
        pass
    assert set(audit.settings_now().values()) == {""}
    with pytest.raises(ZeroDivisionError), transaction.atomic(), audit.acting(investigator), audit.seeing([site.pk]):
        raise ZeroDivisionError
    assert set(audit.settings_now().values()) == {""}
    assert backend() == first
    with pytest.raises(DatabaseError, match="names nobody who acts"):
        Site.objects.update(name="x")


def test_the_scope_survives_the_rollback_of_a_savepoint_inside(site: Site, subject: Subject) -> None:
    with audit.seeing([site.pk]):
        with pytest.raises(ZeroDivisionError), transaction.atomic(), audit.seeing([]):
            assert not Subject.objects.exists()
            raise ZeroDivisionError
        assert Subject.objects.get() == subject


# --- people and sign-in


def test_no_password_enters_the_audit_trail_in_any_form(administrator: User) -> None:
    with audit.acting(administrator):
        person = User.objects.create_user("newcomer", password=study.PASSWORD)
        first = person.password
        person.set_password("another " + study.PASSWORD)
        person.save()
    with database.as_owner() as owner:
        rows = owner.execute("SELECT (trial_auditevent.*)::text FROM trial_auditevent").fetchall()
    everything = " ".join(text for (text,) in rows)
    assert "newcomer" in everything
    for secret in (study.PASSWORD, first, person.password, "argon2", "password"):
        assert secret not in everything


def sign_ins() -> list[tuple[str, str, object]]:
    return [(e.action, e.actor, e.after) for e in AuditEvent.objects.filter(action__contains="sign").order_by("id")]


def test_sign_in_refused_sign_in_and_sign_out_are_recorded(site: Site) -> None:
    person = study.person("COORDINATOR", site, name="ada", password=study.PASSWORD)
    client = Client()
    client.post("/accounts/login/", {"login": "ada", "password": "not this one"})
    client.post("/accounts/login/", {"login": "ada", "password": study.PASSWORD})
    client.post("/accounts/logout/")
    assert sign_ins() == [
        ("sign-in refused", "sign-in", {"username": "ada"}),
        ("signed in", "ada", {}),
        ("signed out", "ada", {}),
    ]
    assert AuditEvent.objects.get(action="signed in").actor_id == person.pk


def test_a_name_of_any_length_is_recorded_cut_and_never_the_password() -> None:
    sign_in_failed(credentials={"username": "n" * 5000, "password": "secret"})
    (entry,) = sign_ins()
    assert entry[2] == {"username": "n" * 150}


def test_a_sign_in_with_an_endless_name_is_an_error_on_the_page(client: Client) -> None:
    answer = client.post("/accounts/login/", {"login": "n" * 5000, "password": "x" * 5000})
    assert (answer.status_code, sign_ins()) == (200, [])
    assert "login" in answer.context["form"].errors
