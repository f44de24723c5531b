"""System checks of the trial: the schedule and the role table make sense, the application's role owns nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import OperationalError, connection

from trial import schedule


@register()
def the_schedule_names_known_visits(**_: Any) -> list[CheckMessage]:
    """Each line of the schedule of activities names visits that exist."""
    return [
        Error(f"The schedule expects {form} at {visit!r}, which is no visit.", id="trial.E001")
        for form, visits in schedule.ACTIVITIES.items()
        for visit in visits
        if visit not in schedule.BY_CODE
    ]


@register(Tags.database)
def the_application_owns_nothing(*, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """The role of DATABASE_URL is no superuser, does not bypass row security and owns no table."""
    if "default" not in (databases or []):
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper OR rolbypassrls, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)"
                " FROM pg_roles WHERE rolname = current_user"
            )
            powerful, owned = cursor.fetchone()
    except OperationalError:
        return []
    if powerful or owned:
        name = settings.DATABASES["default"]["USER"]
        return [
            Error(
                f"The application connects as {name!r}, which bypasses row security or owns tables.",
                hint="Set DATABASE_URL to a role that owns nothing and DATABASE_OWNER_URL to the owner; see docs/production.md.",
                id="trial.E002",
            )
        ]
    return []
