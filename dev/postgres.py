"""The PostgreSQL server: a private cluster on a Unix socket, or the one the person names.

The private cluster holds nothing of value, so it does not wait for the disk (fsync off).
It does hand each commit to the kernel, so a killed process, even the server's, loses nothing.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from dev import processes, space
from dev.config import SOCKET_NAME, Settings
from dev.errors import SetupError

# The oldest that Odoo 19 accepts (`MIN_PG_VERSION` in odoo/release.py).
OLDEST_MAJOR = 13

# Odoo refuses to work as the role `postgres`.
ROLE = "odoo"
USER = "postgres"

# The cluster, its log of changes, both templates and a copy to work on.
NEEDED_BYTES = 1_200_000_000

SERVER_OPTIONS = """
# Reached only through the socket in its own folder.
listen_addresses = ''
unix_socket_permissions = 0700
# A cluster for tests: after a power cut it is made anew, not recovered.
fsync = off
full_page_writes = off
# Not minimal: there, what a sequence counted since it was made is lost when the server is killed.
wal_level = replica
max_wal_senders = 0
max_wal_size = 512MB
checkpoint_timeout = 30min
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
jit = off
# Parallel workers need more /dev/shm than a container has.
max_parallel_workers_per_gather = 0
"""


def client_environment(settings: Settings) -> dict[str, str]:
    """Variables that lead libpq (Odoo, psycopg2, createdb) to the server."""
    if settings.uses_own_server:
        return {}
    return {"PGHOST": str(settings.socket_dir), "PGUSER": ROLE}


def programs() -> Path | None:
    """Folder of the newest installed server's programs, None if there is none."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    versions = sorted(debian, key=lambda path: float(path.parts[-3]), reverse=True)
    if versions:
        return versions[0].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def version(folder: Path) -> int:
    """Major version of the server in that folder; raises `SetupError` if Odoo refuses it."""
    text = processes.output_of([folder / "postgres", "--version"]).stdout
    found = re.search(r"(\d+)(\.\d+)?", text)
    major = int(found[1]) if found else 0
    refuse_if_old(major, str(folder))
    return major


def refuse_if_old(major: int, where: str) -> None:
    """Raise `SetupError` for a server that Odoo 19 does not work with."""
    if major < OLDEST_MAJOR:
        raise SetupError(
            "This PostgreSQL is too old.",
            f"{where} is version {major}; Odoo 19 needs {OLDEST_MAJOR} or newer.",
            "Install a newer PostgreSQL, or set PGHOST (and PGPORT) to a newer server.",
        )


def is_running(settings: Settings) -> bool:
    """Whether the private cluster's server runs."""
    return any(_server_pid(data) for data in _clusters(settings))


def ensure_running(settings: Settings) -> str:
    """Make the private cluster if needed and start it; returns what it did, in words."""
    folder = programs()
    if folder is None:
        raise SetupError(
            "There is no PostgreSQL server on this machine.",
            "Neither /usr/lib/postgresql nor the PATH has the program initdb.",
            "apt-get install postgresql, or set PGHOST to a server you have.",
        )
    major = version(folder)
    data = settings.cluster / f"data-{major}"
    if _server_pid(data):
        return f"{major}, running"
    made = not data.exists()
    if made:
        _make(settings, folder, data)
    _start(settings, folder, data)
    return f"{major}, private cluster {'made and ' if made else ''}started"


def stop(settings: Settings) -> bool:
    """Stop the private cluster's server; says whether one ran."""
    running = [data for data in _clusters(settings) if _server_pid(data)]
    folder = programs()
    for data in running:
        if folder:
            _as_server_user([folder / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop"])
    return bool(running)


def remove(settings: Settings) -> None:
    """Delete the stopped cluster and its socket folder."""
    for folder in {settings.cluster, settings.socket_dir}:
        shutil.rmtree(folder, ignore_errors=True)


def _clusters(settings: Settings) -> list[Path]:
    return sorted(path for path in settings.cluster.glob("data-*") if ".partial" not in path.name)


def _make(settings: Settings, folder: Path, data: Path) -> None:
    space.require(settings.cluster, NEEDED_BYTES)
    _make_folder(settings.cluster)
    for left_over in settings.cluster.glob("*.partial-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    half = data.with_name(f"{data.name}.partial-{os.getpid()}")
    done = _as_server_user(
        [folder / "initdb", "-D", half, "-U", ROLE, "--auth=trust"]
        + ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    )
    if done.returncode:
        raise _failure(settings, "The private PostgreSQL cluster could not be made.", done.stdout)
    with (half / "postgresql.conf").open("a", encoding="utf-8") as options:
        options.write(SERVER_OPTIONS)
    half.rename(data)


def _start(settings: Settings, folder: Path, data: Path) -> None:
    _make_folder(settings.socket_dir)
    # A machine that was killed leaves these files, and their number may be anybody's by now.
    for left_over in (data / "postmaster.pid", settings.socket_dir / f"{SOCKET_NAME}.lock"):
        left_over.unlink(missing_ok=True)
    log = settings.cluster / "server.log"
    start = [folder / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", log]
    done = _as_server_user([*start, "-o", f"-k '{settings.socket_dir}'", "start"])
    if done.returncode:
        text = f"{done.stdout}\n{processes.tail(log, 10)}"
        raise _failure(settings, "The private PostgreSQL server did not start.", text)


def _failure(settings: Settings, what: str, text: str) -> SetupError:
    processes.raise_if_disk_full(text, settings.cluster)
    return SetupError(
        what,
        text.strip(),
        "`python3 -m dev clean` and again; or set PGHOST to a server you have.",
    )


def _server_pid(data: Path) -> int | None:
    """Number of the server that runs on this folder; None for a stale `postmaster.pid`."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    return pid if os.fsencode(data) in words else None


def _make_folder(folder: Path) -> None:
    """Make a folder only the server's user can enter; refuse one that is somebody else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = _server_user().pw_uid if os.geteuid() == 0 else os.geteuid()
    if os.geteuid() == 0:
        os.chown(folder, owner, -1, follow_symlinks=False)
    if folder.stat().st_uid != owner:
        raise SetupError(
            "The folder for PostgreSQL's socket belongs to somebody else.",
            f"{folder} is owned by user number {folder.stat().st_uid}.",
            "Set ORDER_CYCLE_CACHE to a folder with a shorter path.",
        )


def _server_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        raise SetupError(
            "PostgreSQL cannot be started by root here.",
            f"It refuses to run as root, and this machine has no user `{USER}`.",
            f"`adduser --system --group {USER}`, or work as an ordinary user, or set PGHOST.",
        ) from None


def _as_server_user(command: Sequence[object]):
    """Run one of the server's programs: as root under the user `postgres`."""
    words: list[object] = list(command)
    if os.geteuid() == 0:
        user = _server_user()
        words = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        words += ["--", *command]
    # The server would keep this process's folder busy, and may not be allowed to enter it.
    return processes.output_of(words, environment=_clean_environment(), folder=Path("/"))


def _clean_environment() -> dict[str, str]:
    variables = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
    return {**variables, "LC_ALL": "C.UTF-8"}
