"""A PostgreSQL or a broker of one's own: checked before anything is started on it."""

from __future__ import annotations

import os
import secrets
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from deploy.binaries import OLDEST
from deploy.environment import DeployError, locked, run_folder, without_password, write_private
from deploy.postgres import APPLICATION, Urls, make_application_role

TWO_ROLES = (
    "Cartwright uses two database roles: the owner (DATABASE_OWNER_URL) migrates, and the application (DATABASE_URL)\n"
    "owns nothing, so that row-level security and the audit trail bind it."
)
BROKERS = ("redis", "rediss", "amqp", "amqps")


def database_is_given() -> bool:
    """Whether the environment names a PostgreSQL."""
    return bool(os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_OWNER_URL"))


def broker_is_given() -> bool:
    """Whether the environment names a broker."""
    return bool(os.environ.get("BROKER_URL"))


def database() -> Urls:
    """Both addresses of the PostgreSQL in the environment; a superuser alone gets an application role."""
    given, owner = os.environ.get("DATABASE_URL", ""), os.environ.get("DATABASE_OWNER_URL", "")
    if not given:
        raise DeployError(f"DATABASE_OWNER_URL is set and DATABASE_URL is not.\n{TWO_ROLES}\nSet DATABASE_URL too.")
    if not owner:
        return _with_application_role(given)
    urls = Urls(given, owner)
    _check_owner(urls)
    _check_application(urls)
    return urls


def broker() -> str:
    """The broker in the environment, once it has answered."""
    url = os.environ["BROKER_URL"]
    if urlsplit(url).scheme not in BROKERS:
        raise DeployError(
            f"BROKER_URL is {without_password(url)}: it must begin with redis:// (Redis, Valkey) or amqp:// (RabbitMQ)."
        )
    from kombu import Connection  # here, because it takes half a second and most starts do not need it

    try:
        with Connection(url, connect_timeout=5, transport_options={"socket_connect_timeout": 5}) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0.5, timeout=10)
            if not urlsplit(url).scheme.startswith("amqp"):
                connection.default_channel.client.ping()  # the connection of kombu is lazy; this one is not
    except Exception as error:  # kombu passes on whatever its transport raises
        raise DeployError(f"The broker at {without_password(url)} (BROKER_URL) does not answer: {error}") from None
    return url


def _connect(url: str, variable: str) -> psycopg.Connection:
    try:
        connection = psycopg.connect(url, connect_timeout=5, autocommit=True)
    except psycopg.Error as error:
        # A malformed address is quoted in the error, password included: show only that it is malformed.
        why = "it is not a PostgreSQL address" if isinstance(error, psycopg.ProgrammingError) else str(error).strip()
        raise DeployError(f"PostgreSQL at {without_password(url)} ({variable}) does not answer: {why}") from None
    version = connection.info.server_version // 10000
    if version < OLDEST:
        connection.close()
        raise DeployError(
            f"PostgreSQL at {without_password(url)} ({variable}) is version {version}; "
            f"Cartwright needs {OLDEST} or newer."
        )
    return connection


def _one(connection: psycopg.Connection, query: str, values: list[object] | None = None) -> tuple:
    row = connection.execute(query, values or []).fetchone()
    assert row is not None  # every query here is an aggregate or a lookup of the role itself
    return row


def _check_owner(urls: Urls) -> None:
    with _connect(urls.owner_url, "DATABASE_OWNER_URL") as connection:
        name, bypasses = _one(
            connection, "select rolname, rolsuper or rolbypassrls from pg_roles where rolname = current_user"
        )
        if not bypasses:
            raise DeployError(
                f"The role {name} of DATABASE_OWNER_URL does not bypass row-level security, so a migration would\n"
                f"silently change no rows. As a superuser: ALTER ROLE {name} BYPASSRLS;"
            )
        (creates,) = _one(connection, "select has_schema_privilege('public', 'create')")
        if not creates:
            raise DeployError(
                f"The role {name} of DATABASE_OWNER_URL may not create tables.\n"
                f"As a superuser: ALTER DATABASE {connection.info.dbname} OWNER TO {name};"
            )


def _check_application(urls: Urls) -> None:
    """Refuse an application role that could step around row-level security or the audit trail."""
    with _connect(urls.owner_url, "DATABASE_OWNER_URL") as owner, _connect(urls.database_url, "DATABASE_URL") as app:
        if _place(owner) != _place(app):
            raise DeployError("DATABASE_URL and DATABASE_OWNER_URL must lead to one database, and do not.")
        name, superuser, bypasses = _one(
            app, "select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user"
        )
        (owns,) = _one(app, "select count(*) from pg_class where pg_get_userbyid(relowner) = current_user")
        (acts,) = _one(app, "select pg_has_role(current_user, %s, 'member')", [owner.info.user])
        (creates,) = _one(app, "select has_schema_privilege('public', 'create')")
        wrong = {
            "is a superuser": superuser,
            "bypasses row-level security": bypasses,
            f"owns {owns} tables or indexes": owns,
            f"is, or may act as, the owner {owner.info.user}": acts,
            "may create tables in the schema public": creates,
        }
        if found := [text for text, true in wrong.items() if true]:
            raise DeployError(
                f"The application's role {name} (DATABASE_URL) {' and '.join(found)}.\n{TWO_ROLES}\n"
                f"Make a plain role for it: CREATE ROLE {APPLICATION} LOGIN PASSWORD '…';\n"
                "and if the schema is open to all: REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
            )


def _place(connection: psycopg.Connection) -> tuple:
    return _one(connection, "select current_database(), pg_postmaster_start_time()")


def _with_application_role(url: str) -> Urls:
    """Take a superuser's address for the owner's and make the application role on its server."""
    with _connect(url, "DATABASE_URL") as connection, locked("external"):
        name, superuser = _one(connection, "select rolname, rolsuper from pg_roles where rolname = current_user")
        if not superuser:
            raise DeployError(
                f"DATABASE_URL is set to the role {name} and DATABASE_OWNER_URL is not set.\n{TWO_ROLES}\n"
                "Set both; or DATABASE_URL alone to a superuser's address, and the application role is made for you."
            )
        application = _application_url(url, _kept_password())
        if not _works(application):
            _make_role(connection, _kept_password())
            print("DATABASE_URL is a superuser's address: that role becomes the owner,")
            print(f"and the role {APPLICATION} was made for the application.")
        connection.execute("revoke create on schema public from public")
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(
                sql.Identifier(connection.info.dbname), sql.Identifier(APPLICATION)
            )
        )
    urls = Urls(application, url)
    _check_application(urls)
    return urls


def _kept_password() -> str:
    """The password generated for the application role on somebody's server, kept for the next start."""
    file = run_folder() / "application_password"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text()


def _application_url(url: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{APPLICATION}:{quote(password)}@{host}"))


def _works(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_role(connection: psycopg.Connection, password: str) -> None:
    """Make the role, or take over one that nobody uses: an earlier installation on the same server may have made it."""
    (exists,) = _one(connection, "select count(*) from pg_roles where rolname = %s", [APPLICATION])
    (used,) = _one(connection, "select count(*) from pg_stat_activity where usename = %s", [APPLICATION])
    if exists and used:
        raise DeployError(
            f"The role {APPLICATION} exists on that server, is in use, and its password is not known here.\n"
            "Set DATABASE_URL to the application role and DATABASE_OWNER_URL to the owner."
        )
    make_application_role(connection, password=password)
