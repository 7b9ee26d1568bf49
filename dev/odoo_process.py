"""The Odoo command: its line, its environment, and a run that shows its log on failure."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from dev import postgres, processes
from dev.config import Settings
from dev.errors import SetupError

# Variables of the person's shell that would change what Odoo or pytest do.
UNWANTED = ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "OPENERP_SERVER", "PYTHONSTARTUP")

# Odoo logs each module as "Loading module sale (12/57)".
LOADING = re.compile(r"Loading module (\w+) \((\d+)/(\d+)\)")


def environment(settings: Settings, **extra: str) -> dict[str, str]:
    """Environment of every Odoo, pytest or tool process: complete, and the same for all.

    Byte code goes to the cache, so that neither a checkout of Odoo nor the project is littered.
    """
    variables = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    variables.update(
        PATH=os.pathsep.join([str(settings.tools), variables.get("PATH", os.defpath)]),
        PYTHONPATH=os.pathsep.join([str(settings.project), str(settings.odoo_root)]),
        PYTHONPYCACHEPREFIX=str(settings.cache / "pycache"),
        # Without this a ~/.odoorc of the person would be read.
        ODOO_RC=str(settings.cache / "odoo.conf"),
        LC_ALL="C.UTF-8",
    )
    variables.update(postgres.client_environment(settings))
    variables.update(extra)
    return variables


def common_options(settings: Settings) -> list[str]:
    """Options that every Odoo of this project gets."""
    return [
        "--addons-path=" + ",".join(str(path) for path in settings.addons_path),
        f"--data-dir={settings.data_dir}",
    ]


def command(settings: Settings, database: str, *options: str) -> list[str]:
    """The line that runs Odoo's server on one database."""
    return [
        str(settings.python),
        "-m",
        "odoo",
        *common_options(settings),
        f"--database={database}",
        *options,
    ]


def install(
    settings: Settings,
    database: str,
    modules: tuple[str, ...],
    *,
    options: tuple[str, ...] = (),
    on_progress: Callable[[str], None] = lambda _text: None,
) -> Path:
    """Install modules into a database (made if missing); returns the log's path.

    Raises `SetupError` with the end of the log when Odoo fails.
    """
    line = command(
        settings,
        database,
        f"--init={','.join(modules)}",
        "--stop-after-init",
        "--no-http",
        "--max-cron-threads=0",
        *options,
    )
    return run(settings, f"install-{database}", line, on_progress=on_progress)


def run(
    settings: Settings,
    name: str,
    line: list[str],
    *,
    variables: Mapping[str, str] | None = None,
    on_progress: Callable[[str], None] = lambda _text: None,
) -> Path:
    """Run a command to its end with its output in `logs/<name>.log`; returns that path.

    Raises `SetupError` with the last lines when the exit code is not 0.
    """
    log = settings.logs / f"{name}.log"
    code = processes.run(
        line,
        log,
        environment=environment(settings, **(variables or {})),
        folder=settings.project,
        on_output=lambda text: _report_loading(text, on_progress),
    )
    if code:
        _fail(settings, name, log, code)
    return log


def _report_loading(text: str, on_progress: Callable[[str], None]) -> None:
    loaded = LOADING.findall(text)
    if loaded:
        module, number, total = loaded[-1]
        on_progress(f"module {number} of {total}: {module}")


def _fail(settings: Settings, name: str, log: Path, code: int) -> None:
    text = processes.tail(log)
    processes.raise_if_disk_full(text, settings.cache)
    raise SetupError(
        f"The step {name} failed with exit code {code}.",
        f"The end of its log:\n{text}",
        f"Read the whole log in {log}.",
    )
