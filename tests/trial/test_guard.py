"""Every table is guarded: asked of the models and of PostgreSQL's own catalogue, so that a new one cannot be forgotten."""

from __future__ import annotations

import psycopg
import pytest
from django.apps import apps
from django.core import checks
from django.db import connection, connections, models

from crf import index
from tests import database
from trial import guard
from trial.guarded import SubjectTable

pytestmark = pytest.mark.django_db

# What holds no clinical, study or workflow data, or is written by the machinery itself. A new table does not belong here.
UNGUARDED = {
    "trial_user_groups", "trial_user_user_permissions",  # Django's own rights; roles come from memberships alone
    "trial_job",  # heartbeats and progress; what a job did is in the tables it wrote
    "analytics_mark", "analytics_snapshot", "analytics_result",  # computed from the forms, and made again from them
    "auth_group", "auth_group_permissions", "auth_permission", "django_admin_log", "django_content_type", "django_session",
    "account_emailaddress", "account_emailconfirmation",
    "axes_accessattempt", "axes_accessattemptexpiration", "axes_accessfailurelog", "axes_accesslog",
    "django_celery_beat_clockedschedule", "django_celery_beat_crontabschedule", "django_celery_beat_intervalschedule",
    "django_celery_beat_periodictask", "django_celery_beat_periodictasks", "django_celery_beat_solarschedule",
}  # fmt: skip
OURS = ("trial", "crf", "analytics")
# Study data of no single site.
NO_ROW_SECURITY = {"trial_user", "trial_site"}


def guarded() -> dict[str, guard.Guard]:
    return {model._meta.db_table: found for model, found in guard.guarded_models()}


def ask(query: str, *values: object) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return {row[0] for row in cursor.fetchall()}


def triggers(name: str) -> set[str]:
    return ask("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s AND tgenabled = 'O'", name)


def test_every_table_of_the_database_is_guarded_or_stands_in_the_short_list() -> None:
    tables = ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") - {"django_migrations"}
    assert tables - UNGUARDED == set(guarded())


def test_every_model_of_ours_with_a_subject_or_site_has_a_guard_with_row_security() -> None:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label not in OURS or not model._meta.managed:
            continue
        columns = {field.column for field in model._meta.concrete_fields}
        if columns & {"subject_id", "site_id"}:
            assert guarded()[model._meta.db_table].using(), (
                f"{model.__name__} has a subject or site and no row security"
            )


def test_every_guarded_table_has_its_triggers_and_they_are_on() -> None:
    append_only = {table for table, found in guarded().items() if found.append_only}
    assert append_only == {"trial_auditevent"}
    assert triggers("trial_audit") == set(guarded()) - append_only
    assert triggers("trial_append_only") == append_only
    assert triggers("trial_no_truncate") == set(guarded())


def test_row_security_is_enabled_and_forced_where_the_models_say_so() -> None:
    wanted = {table for table, found in guarded().items() if found.using()}
    assert wanted == set(guarded()) - NO_ROW_SECURITY
    assert ask("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind = 'r'") == wanted
    assert ask("SELECT tablename FROM pg_policies WHERE policyname = 'trial_site' AND with_check = qual") == wanted


def test_every_table_of_a_subject_has_the_key_that_ties_its_site_to_the_subjects() -> None:
    wanted = {m._meta.db_table for m, _ in guard.guarded_models() if issubclass(m, SubjectTable)}
    assert len(wanted) >= 9
    found = ask(
        "SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = 'trial_follows_site' AND confupdtype = 'c'"
        " AND confrelid = 'trial_subject'::regclass AND cardinality(conkey) = 2"
    )
    assert found == wanted


def test_every_form_and_row_asks_for_a_reason() -> None:
    from crf.declare.form import Entered, Row
    from trial.models import Delegation, ProtocolApproval, ReferenceRange

    # The limits of normal decide grades, a delegation who gives them: a change of one asks as a form does.
    asking = (Entered, Row, ReferenceRange, ProtocolApproval, Delegation)
    forms = {m._meta.db_table: g for m, g in guard.guarded_models() if issubclass(m, asking)}
    assert forms
    assert all(found.reason for found in forms.values())
    armed = ask(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'trial_audit'"
        " AND encode(tgargs, 'escape') LIKE 'reason\\\\000%%'"
    )
    assert armed == set(forms)


def test_what_is_left_out_of_the_trail_is_secret_or_stands_fixed_in_its_row() -> None:
    assert {t: g.leave_out for t, g in guarded().items() if g.leave_out} == {
        "trial_user": ("password", "last_login", "toured"), "crf_signature": ("items",)
    }  # fmt: skip
    assert triggers("trial_fixed") == {t for t, g in guarded().items() if g.fixed} == {"crf_signature"}


def test_a_model_of_ours_without_a_guard_stands_in_the_short_list() -> None:
    bare = {
        m._meta.db_table
        for m in apps.get_models(include_auto_created=True)
        if m._meta.app_label in OURS and m._meta.managed and not isinstance(getattr(m, "guard", None), guard.Guard)
    }
    assert bare <= UNGUARDED


# --- the application's role


def test_the_application_owns_nothing_and_has_no_powers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute("SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = current_user::regrole")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT current_user <> tableowner FROM pg_tables WHERE tablename = 'trial_subject'")
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE trial_subject DISABLE TRIGGER ALL",
        "ALTER TABLE trial_subject DISABLE TRIGGER trial_audit",
        "ALTER TABLE trial_subject DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE trial_subject NO FORCE ROW LEVEL SECURITY",
        "DROP TRIGGER trial_audit ON trial_subject",
        "DROP POLICY trial_site ON trial_subject",
        "DROP TABLE crf_draft",
        "TRUNCATE trial_job",
        "CREATE OR REPLACE FUNCTION trial_sites() RETURNS bigint[] LANGUAGE sql AS 'SELECT NULL'",
        "SET session_replication_role = replica",
        "ALTER ROLE cartwright_app BYPASSRLS",
        "UPDATE django_migrations SET name = 'x'",
    ],
)
def test_the_application_cannot_lift_the_guard(statement: str) -> None:
    with (
        database.as_application() as application,
        pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.WrongObjectType)),
    ):
        application.execute(statement)


def test_the_application_can_hand_its_rights_to_nobody() -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON trial_subject TO PUBLIC")  # PostgreSQL warns, and grants nothing
    assert ask("SELECT has_table_privilege('public', 'trial_subject', 'SELECT')::text") == {"false"}


def test_the_application_may_not_call_the_recorder_as_public() -> None:
    assert ask(
        "SELECT grantee FROM information_schema.routine_privileges WHERE routine_name = 'trial_record' AND grantee = 'PUBLIC'"
    ) == set()  # fmt: skip


@pytest.mark.django_db(databases=["default", "owner"])
def test_installing_twice_changes_nothing() -> None:
    owner = connections["owner"].cursor()

    def state() -> set[str]:
        owner.execute(
            "SELECT tgrelid::regclass::text || tgname || encode(tgargs, 'escape') FROM pg_trigger WHERE NOT tgisinternal UNION ALL"
            " SELECT tablename || policyname || qual || with_check FROM pg_policies UNION ALL"
            " SELECT table_name || grantee || privilege_type FROM information_schema.role_table_grants WHERE table_schema = 'public'"
        )
        return {row[0] for row in owner.fetchall()}

    before = state()
    guard.install(using="owner")
    index.install(using="owner")  # in this order after every migrate
    assert state() == before
    assert len(before) > 100


def test_a_new_model_of_a_subject_inherits_the_guard() -> None:
    class Anything(SubjectTable):
        name = models.TextField()

        class Meta:
            app_label = "trial"
            abstract = True

    assert Anything.guard.using()
    assert Anything.guard.follows == ("subject_id", "trial_subject")


# --- system checks


def test_the_system_check_finds_an_application_that_owns_tables() -> None:
    from trial.checks import the_application_owns_nothing

    assert the_application_owns_nothing(databases=["default"]) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trial.checks.connection", database.as_owner())
        assert [problem.id for problem in the_application_owns_nothing(databases=["default"])] == ["trial.E002"]
    assert the_application_owns_nothing(databases=[]) == []


def test_the_system_check_finds_a_visit_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    from trial import schedule

    monkeypatch.setitem(schedule.ACTIVITIES, "demographics", ("screening", "d99"))
    assert [problem.id for problem in checks.run_checks() if problem.id == "trial.E001"] == ["trial.E001"]


def test_a_flush_by_an_owner_without_superuser_rights_works_too() -> None:
    """`tests.database.empty` itself: both of its ways leave the schedule and no row besides."""
    for superuser in (True, False):
        database.empty(superuser=superuser)
        with database.as_owner() as owner:
            assert owner.execute("SELECT count(*) FROM trial_site").fetchone() == (0,)
            assert owner.execute("SELECT name FROM django_celery_beat_periodictask WHERE name = 'Tend jobs'").fetchone()
            assert not owner.execute("SELECT 1 FROM pg_trigger WHERE tgenabled = 'D'").fetchone()
