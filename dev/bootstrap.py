"""Phase one of the set-up: packages, Odoo, Python. Standard library only, any Python from 3.10.

Every step looks first and costs nothing when its work is done.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass

from dev import (
    cache,
    console,
    debian,
    locks,
    odoo_fetch,
    odoo_process,
    odoo_source,
    python_env,
)
from dev.config import Settings

# Set for the second phase's process, and removed by it at once.
INSIDE = "ORDER_CYCLE_INSIDE"

# How long a log is kept after its last line: a week.
LOG_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Needs:
    """What a command needs before it can start.

    :param odoo: Odoo itself, PostgreSQL and the PDF printer
    :param browser: Chromium, for browser tests
    """

    odoo: bool = True
    browser: bool = False


def prepare(settings: Settings, needs: Needs) -> None:
    """Make what is missing; an ordinary user gets all that needs no root before being told.

    Raises `NeedsRoot` when Debian packages are missing and this is not root.
    """
    packages = debian.missing(settings, browser=needs.browser, server=needs.odoo)
    is_blocked = bool(packages) and not debian.can_install()
    cache.claim(settings)
    with locks.exclusive(settings.cache, "setup"):
        _drop_old_logs(settings)
        if not is_blocked:
            with console.step("packages") as step:
                step.result(debian.install(packages, step))
        if needs.odoo:
            with console.step("odoo") as step:
                step.result(odoo_fetch.ensure(settings, step))
        if not is_blocked or python_env.can_make(settings):
            with console.step("python") as step:
                step.result(python_env.ensure(settings, step))
    if is_blocked:
        raise debian.needs_root(packages)


def _drop_old_logs(settings: Settings) -> None:
    """Each database and each port has a log of its own; without this they would only grow."""
    for log in settings.logs.glob("*.log"):
        if time.time() - log.stat().st_mtime > LOG_SECONDS:
            log.unlink()


def is_ready(settings: Settings) -> bool:
    """Whether phase two can start without phase one doing anything."""
    return odoo_source.is_there(settings) and python_env.is_there(settings)


def continue_inside(settings: Settings, arguments: list[str]) -> None:
    """Become the interpreter that has Odoo's libraries; does not return."""
    variables = odoo_process.environment(settings, **{INSIDE: "1"})
    command = [str(settings.python), "-m", "dev", *arguments]
    sys.stdout.flush()
    os.execve(command[0], command, variables)


def is_inside() -> bool:
    """Whether this is phase two; asked once, for its children must not think so too."""
    return os.environ.pop(INSIDE, "") == "1"


def report(settings: Settings) -> bool:
    """Print what is there and what is missing, changing nothing; True when all is there."""
    packages = debian.missing(settings, browser=True)
    has_odoo, has_python = odoo_source.is_there(settings), python_env.is_there(settings)
    console.line("packages", f"missing: {', '.join(packages)}" if packages else "all there")
    console.line("odoo", str(settings.odoo_root) if has_odoo else "missing")
    console.line("python", str(settings.python) if has_python else "missing, or of another version")
    return not packages and has_odoo and has_python
