"""A few statements to the server itself: list, make, mark, rename and drop databases.

Every database this tool makes carries a mark as its comment, with the cache its filestore is in;
nothing without that mark is ever dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import psycopg2
from psycopg2 import extensions
from psycopg2.sql import SQL, Composable, Identifier, Literal

from dev import postgres, processes
from dev.config import Settings
from dev.errors import SetupError

REMEDY = "Check PGHOST, PGPORT, PGUSER and the password, or unset them for a private server."


@contextmanager
def cursor(settings: Settings, database: str = "postgres") -> Iterator[extensions.cursor]:
    """A cursor that commits each statement; raises `SetupError` if the server is out of reach."""
    with closing(_connect(settings, database)) as connection:
        connection.autocommit = True
        try:
            with connection.cursor() as cur:
                yield cur
        except psycopg2.Error as error:
            raise _refusal(settings, error) from error


def check_server(settings: Settings) -> str:
    """Version of the person's own server, in words; `SetupError` if Odoo could not work with it."""
    with closing(_connect(settings, "postgres")) as connection:
        major = connection.server_version // 10000
        where = connection.info.host or "the local socket"
        postgres.refuse_if_old(major, f"The server at {where}")
        _check_role(connection)
        return f"{major}, your own server at {where}, role {connection.info.user}"


def databases(settings: Settings) -> dict[str, bool]:
    """Names of all databases; the value says whether it was made for this cache."""
    with cursor(settings) as cur:
        cur.execute("SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database")
        return {name: comment == mark(settings) for name, comment in cur.fetchall()}


def mark(settings: Settings) -> str:
    """The comment of the databases made for this cache."""
    return f"order_cycle dev tool, cache {settings.cache}"


def create(settings: Settings, name: str, template: str = "template0") -> None:
    """Make a database as a copy of another one, and mark it as ours."""
    with cursor(settings) as cur:
        statement = "CREATE DATABASE {} TEMPLATE {} ENCODING 'unicode'"
        if template == "template0":
            # As Odoo does: sorting must not depend on the server's language.
            statement += " LC_COLLATE 'C'"
        cur.execute(SQL(statement).format(Identifier(name), Identifier(template)))
        comment = SQL("COMMENT ON DATABASE {} IS {}")
        cur.execute(comment.format(Identifier(name), Literal(mark(settings))))


def rename(settings: Settings, old: str, new: str) -> None:
    """Give a database nobody is connected to its final name."""
    _execute(settings, SQL("ALTER DATABASE {} RENAME TO {}"), old, new)


def close_to_connections(settings: Settings, name: str) -> None:
    """Let nobody connect: a template that nobody can touch can always be copied."""
    _execute(settings, SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false"), name)


def checkpoint(settings: Settings) -> None:
    """Write out what is there, so that a server that is killed later starts from it.

    Only on the private server: on the person's own one it is none of our business.
    """
    if not settings.uses_own_server:
        with cursor(settings) as cur:
            cur.execute("CHECKPOINT")


def drop(settings: Settings, name: str) -> None:
    """Drop a database, ending the connections to it; none of that name is fine."""
    _execute(settings, SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)


def has_connections(settings: Settings, name: str) -> bool:
    """Whether somebody works in this database."""
    with cursor(settings) as cur:
        cur.execute("SELECT 1 FROM pg_stat_activity WHERE datname = %s LIMIT 1", [name])
        return cur.fetchone() is not None


def set_parameters(settings: Settings, database: str, values: Mapping[str, str]) -> None:
    """Write system parameters (`ir.config_parameter`) of a database no Odoo runs on."""
    with cursor(settings, database) as cur:
        for key, value in values.items():
            cur.execute(
                "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
                [key, value],
            )


def _execute(settings: Settings, statement: SQL, *names: str) -> None:
    with cursor(settings) as cur:
        composed: Composable = statement.format(*(Identifier(name) for name in names))
        cur.execute(composed)


def _refusal(settings: Settings, error: psycopg2.Error) -> SetupError:
    reason = str(error).strip()
    processes.raise_if_disk_full(reason, settings.cache)
    return SetupError("PostgreSQL refused a statement.", reason, "Mend that, then run this again.")


def _connect(settings: Settings, database: str) -> extensions.connection:
    where = postgres.client_environment(settings)
    keywords = {"host": where["PGHOST"], "user": where["PGUSER"]} if where else {}
    try:
        return psycopg2.connect(dbname=database, connect_timeout=10, **keywords)
    except psycopg2.OperationalError as error:
        reason = str(error).strip()
        raise SetupError("PostgreSQL refused the connection.", reason, REMEDY) from error


def _check_role(connection: extensions.connection) -> None:
    user = connection.info.user
    with connection.cursor() as cur:
        cur.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        (may_create,) = cur.fetchone()
    if user == "postgres" or not may_create:
        why = (
            "Odoo refuses to work as the role `postgres`."
            if user == "postgres"
            else f"The role `{user}` may not create databases."
        )
        raise SetupError(
            "This PostgreSQL role cannot be used.",
            why,
            "`createuser --createdb odoo`, then set PGUSER=odoo (and PGPASSWORD if it has one).",
        )
