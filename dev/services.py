"""Phase two of the set-up, inside the interpreter with Odoo's libraries: server and databases."""

from __future__ import annotations

from dev import console, database, locks, postgres, sql
from dev.config import Settings


def prepare(settings: Settings) -> None:
    """A PostgreSQL that answers, and both template databases in it."""
    with locks.exclusive(settings.cache, "postgres"), console.step("postgres") as step:
        step.result(_ensure_server(settings))
    with console.step("dependencies") as step:
        step.result(database.ensure_dependencies(settings, step.progress))
    with console.step("add-on") as step:
        step.result(database.ensure_addon(settings, step.progress))


def _ensure_server(settings: Settings) -> str:
    """The person's own server, or the private one, started if needed."""
    if settings.uses_own_server:
        return sql.check_server(settings)
    return postgres.ensure_running(settings)


def report(settings: Settings) -> bool:
    """Print what is there and what is missing, changing nothing; True when all is there."""
    if not settings.uses_own_server and not postgres.is_running(settings):
        console.line("postgres", "not running; a command that needs it starts it")
        return False
    console.line("postgres", sql.check_server(settings) if settings.uses_own_server else "running")
    wanted = {
        "dependencies": database.dependencies_name(settings),
        "add-on": database.addon_name(settings),
    }
    existing = sql.databases(settings)
    for label, name in wanted.items():
        console.line(label, name if name in existing else "missing, or of another version")
    return all(name in existing for name in wanted.values())
