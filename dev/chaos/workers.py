"""Booking workers in processes of their own, made again as often as they are killed.

The parent loads Odoo once and forks: a new worker is at it within a moment, so that hundreds of
kills fit into minutes. Each worker does what the scheduled action does, over and over.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from dev import odoo_process, processes
from dev.config import Settings

MODEL = "order.cycle.consignment"
PAUSE_S = 0.05


class Workers:
    """The parent process and its workers; a context manager.

    :param count: workers at a time
    """

    def __init__(self, settings: Settings, database: str, count: int) -> None:
        self._settings = settings
        self._words = [settings.python, "-m", "dev.chaos.workers", database, str(count), "--"]
        self._words += odoo_process.common_options(settings)
        self.log = settings.logs / "chaos-workers.log"

    def __enter__(self) -> Workers:
        self.parent = processes.start(
            [str(word) for word in self._words],
            self.log,
            environment=odoo_process.environment(self._settings),
            folder=self._settings.project,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        processes.kill(self.parent)

    def pids(self) -> list[int]:
        """Return the process numbers of the workers that live."""
        return [
            int(folder.name)
            for folder in Path("/proc").glob("[0-9]*")
            if _parent_of(folder) == self.parent.pid
        ]

    def kill(self, pid: int) -> None:
        """`kill -9`, as a power cut or Odoo's own watchdog would; it may be dead already."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def peak_kb(pid: int) -> int:
    """Return the most memory a process ever had, in kB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)


def _parent_of(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def main(words: list[str]) -> None:
    """What the parent does: keep `count` workers alive for ever."""
    own, options = words[: words.index("--")], words[words.index("--") + 1 :]
    database, count = own[0], int(own[1])
    import odoo.sql_db
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(
        [*options, f"--database={database}", "--log-level=warn", "--http-interface=127.0.0.1"],
        setup_logging=True,
    )
    registry = Registry(database)
    # A connection cannot be shared by two processes.
    odoo.sql_db.close_all()
    alive: set[int] = set()
    while True:
        while len(alive) < count:
            pid = os.fork()
            if not pid:
                _work(registry)
            alive.add(pid)
        ended, _status = os.wait()
        alive.discard(ended)


def _work(registry: Any) -> None:
    """What a worker does until it is killed."""
    import odoo.api

    while True:
        with registry.cursor() as cr:
            env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
            env[MODEL]._cron_work()
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(sys.argv[1:])
