"""`test`: every test of the project with pytest, on a copy of the add-on's template database."""

from __future__ import annotations

from pathlib import Path

from dev import database, odoo_process, processes
from dev.config import ADDON, Settings

PATHS = (ADDON, "tests", "dev/tests")


def run(settings: Settings, arguments: list[str]) -> int:
    """Run pytest with further `arguments`; returns its exit code."""
    with database.temporary(settings, database.addon_name(settings), "test") as name:
        return pytest(settings, name, arguments, _paths(settings, arguments))


def pytest(settings: Settings, name: str, arguments: list[str], paths: list[str]) -> int:
    """Run pytest with pytest-odoo on the database `name`; returns its exit code."""
    command = [settings.python, "-m", "pytest", *odoo_options(settings, name), *arguments, *paths]
    return processes.foreground(
        command, environment=odoo_process.environment(settings), folder=settings.project
    )


def odoo_options(settings: Settings, name: str) -> list[str]:
    """Options of pytest-odoo: which Odoo on which database.

    Warnings are shown, for a deprecated call is a fault of ours; scheduled actions
    run only when a test runs them; and a test's servers may start as many threads as they
    like, which Odoo's limit of the address space would refuse after some hundreds.
    """
    return [
        f"--odoo-database={name}",
        "--odoo-http",
        "--odoo-addons-path=" + ",".join(str(path) for path in settings.addons_path),
        "--odoo-log-level=warn",
        f"--odoo-extra=data-dir={settings.data_dir}",
        "--odoo-extra=max-cron-threads=0",
        "--odoo-extra=limit-memory-hard=0",
        "--odoo-extra=http-interface=127.0.0.1",
        f"--odoo-extra=db-filter=^{name}$",
    ]


def _paths(settings: Settings, arguments: list[str]) -> list[str]:
    """All our tests, unless the person names files of their own."""
    if any((settings.project / word.split("::")[0]).exists() for word in arguments):
        return []
    return [path for path in PATHS if Path(settings.project, path).exists()]
