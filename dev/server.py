"""Child processes that serve: a real Odoo, or any program that answers on a port.

    with odoo_server(settings, "oc_demo", cron_threads=1) as odoo:
        requests.get(odoo.url + "/web/login", timeout=10)

Start them from the main thread: the kernel ends a child when the thread that started it ends.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from dev import odoo_process, processes, sql
from dev.config import Settings
from dev.errors import SetupError

HOST = "127.0.0.1"
# Odoo's parameters that say where it is reached: links in mails, and the styles of PDFs.
ADDRESSES = ("web.base.url", "report.url")

READY_SECONDS = 90.0
POLL_SECONDS = 0.1


class Server:
    """A child that answers HTTP; may be killed and started again on the same port.

    :param name: names the log, `logs/<name>.log`
    :param command: the words of its command line
    :param port: the port it will listen on
    :param health: path that answers with a status below 500 once it is ready
    """

    def __init__(
        self, settings: Settings, name: str, command: Sequence[object], port: int, health: str = "/"
    ) -> None:
        self.name = name
        self.command = command
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.log: Path = settings.logs / f"{name}.log"
        self._settings = settings
        self._health = health
        self.process = None

    def start(self, timeout: float = READY_SECONDS) -> None:
        """Start it and wait until it answers; `SetupError` if it ends or stays silent."""
        require_free(self.port)
        self.process = processes.start(
            self.command,
            self.log,
            environment=odoo_process.environment(self._settings),
            folder=self._settings.project,
        )
        try:
            self._wait_until_ready(timeout)
        except BaseException:
            self.kill()
            raise

    def stop(self, grace: float = 10.0) -> None:
        """End it in order; by force after `grace` seconds. Stopping twice is fine."""
        if self.process:
            processes.stop(self.process, grace=grace)

    def kill(self) -> None:
        """`kill -9`, workers included, as a power cut would."""
        if self.process:
            processes.kill(self.process)

    def _wait_until_ready(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not self._answers():
            if self.process.poll() is not None:
                raise self._failure(f"It ended with exit code {self.process.returncode}.")
            if time.monotonic() > deadline:
                raise self._failure(f"It did not answer on port {self.port} in {timeout:.0f} s.")
            time.sleep(POLL_SECONDS)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=READY_SECONDS)
        try:
            connection.request("GET", self._health)
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _failure(self, why: str) -> SetupError:
        return SetupError(
            f"The server {self.name} did not start.",
            f"{why} The end of its log:\n{processes.tail(self.log)}",
            f"Read the whole log in {self.log}.",
        )


@contextlib.contextmanager
def odoo_server(
    settings: Settings,
    database: str,
    *,
    workers: int = 0,
    cron_threads: int = 0,
    port: int | None = None,
    options: Sequence[str] = (),
) -> Iterator[Server]:
    """A real Odoo on one database, ready to answer; stopped at the end of the block.

    :param workers: 0 for one threaded process, else the number of prefork HTTP workers
    :param cron_threads: threads (or prefork processes) for scheduled actions, 0 for none
    :param port: a certain port, None for any free one; `SetupError` if it is taken
    """
    port = port or free_port()
    require_free(port)
    command = odoo_process.command(
        settings,
        database,
        f"--http-interface={HOST}",
        f"--http-port={port}",
        f"--gevent-port={free_port()}",
        f"--workers={workers}",
        f"--max-cron-threads={cron_threads}",
        f"--db-filter=^{database}$",
        *options,
    )
    sql.set_parameters(settings, database, dict.fromkeys(ADDRESSES, f"http://{HOST}:{port}"))
    with serving(Server(settings, f"odoo-{database}-{port}", command, port, "/web/health")) as odoo:
        yield odoo


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Start a server, stop it at the end of the block."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def require_free(port: int) -> None:
    """Raise `SetupError` if something listens on the port already."""
    with socket.socket() as probe:
        # As the servers do: a port whose last connection has just closed is not taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise SetupError(
                f"Port {port} cannot be used.",
                error.strerror or str(error),
                "Stop the program that uses it, or choose another port.",
            ) from error
