"""The virtual environment with Odoo's requirements and our tools, or the person's own Python."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dev import console, keys, odoo_process, processes, space
from dev.config import Settings
from dev.errors import SetupError

# Odoo 19 runs on 3.10 to 3.13; the first two are what the pinned libraries were made for.
PREFERENCE = ((3, 11), (3, 12), (3, 10), (3, 13))

# Prints for example "3 11 venv". Debian has the module ensurepip in a package of its own.
PROBE = """
import sys
from importlib.util import find_spec
print(*sys.version_info[:2], "venv" if find_spec("ensurepip") and find_spec("venv") else "")
"""

REQUIREMENTS = ("requirements-odoo.txt", "requirements-dev.txt", "constraints.txt")

# One module of each of our tools and of Odoo's requirements: enough to tell an interpreter
# that was never prepared from one that was.
TELLING_MODULES = ("psycopg2", "lxml", "werkzeug", "zeep", "pytest", "pytest_odoo")

# What pip says when it cannot reach or trust its index.
NETWORK_SIGNS = ("NewConnectionError", "NameResolutionError", "SSLError", "ProxyError", "timed out")

NEEDED_BYTES = 400_000_000


@dataclass(frozen=True)
class Interpreter:
    """A Python of this machine.

    :param version: (major, minor)
    :param makes_venvs: False when Debian's package `python3-venv` is missing
    """

    path: Path
    version: tuple[int, int]
    makes_venvs: bool


def is_there(settings: Settings) -> bool:
    """Whether a whole environment of the current requirements is there."""
    if settings.odoo_python:
        return True
    stamp = _stamp(settings)
    return (
        settings.python.exists()
        and stamp.exists()
        and stamp.read_text(encoding="utf-8") == _wanted(settings)
    )


def missing_packages(settings: Settings) -> list[str]:
    """The Debian package that lets the chosen Python make a venv, if it cannot yet."""
    if is_there(settings):
        return []
    chosen = choose(interpreters())
    if chosen.makes_venvs or not chosen.path.is_relative_to("/usr/bin"):
        return []
    is_default = chosen.path.resolve() == Path("/usr/bin/python3").resolve()
    return ["python3-venv" if is_default else f"python{chosen.version[0]}.{chosen.version[1]}-venv"]


def can_make(settings: Settings) -> bool:
    """Whether the environment is there or can be made with what is installed."""
    return is_there(settings) or choose(interpreters()).makes_venvs


def ensure(settings: Settings, step: console.Step) -> str:
    """Make or complete the environment; returns a description."""
    if settings.odoo_python:
        check_own(settings)
        return f"yours, {settings.odoo_python}"
    if not is_there(settings):
        space.require(settings.cache, NEEDED_BYTES)
        if not _stamp(settings).exists() or not settings.python.exists():
            _create(settings)
        _install(settings, step)
    return str(settings.venv)


def choose(found: Iterable[Interpreter]) -> Interpreter:
    """The best interpreter: one that can make venvs, then by `PREFERENCE`; else `SetupError`."""
    usable = [item for item in found if item.version in PREFERENCE]
    if not usable:
        raise SetupError(
            "There is no Python that Odoo 19 runs on.",
            "It needs Python 3.10, 3.11, 3.12 or 3.13; none is on the PATH.",
            "apt-get install python3 (Debian 12 or newer), or set ODOO_PYTHON to one you have.",
        )
    return min(usable, key=lambda item: (not item.makes_venvs, PREFERENCE.index(item.version)))


def interpreters() -> list[Interpreter]:
    """The Pythons on this machine, the running one first."""
    names = [f"python{major}.{minor}" for major, minor in PREFERENCE]
    paths = [sys.executable, *(shutil.which(name) for name in names), "/usr/bin/python3"]
    probed = (_probe(Path(path)) for path in dict.fromkeys(paths) if path and Path(path).exists())
    return [item for item in probed if item]


def check_own(settings: Settings) -> None:
    """Raise `SetupError` unless the person's own interpreter has what Odoo and we need."""
    imports = "import " + ", ".join(TELLING_MODULES)
    done = processes.output_of(
        [settings.python, "-c", imports], environment=odoo_process.environment(settings)
    )
    if done.returncode:
        raise SetupError(
            f"ODOO_PYTHON ({settings.python}) lacks something.",
            done.stdout.strip().splitlines()[-1],
            f"{settings.python} -m pip install -r dev/requirements-odoo.txt"
            " -r dev/requirements-dev.txt, or unset ODOO_PYTHON to have a venv made.",
        )


def _probe(path: Path) -> Interpreter | None:
    """Ask a Python for its version; None for one that does not even start (a broken shim)."""
    done = processes.output_of([path, "-c", PROBE])
    words = done.stdout.split()
    if done.returncode or len(words) < 2:
        return None
    return Interpreter(path, (int(words[0]), int(words[1])), "venv" in words)


def _stamp(settings: Settings) -> Path:
    """Written last: an environment without it is half made."""
    return settings.venv / "order-cycle.stamp"


def _wanted(settings: Settings) -> str:
    return keys.digest((settings.project / "dev" / name).read_bytes() for name in REQUIREMENTS)


def _create(settings: Settings) -> None:
    """Make an empty environment and let the link `venv` lead to it.

    It cannot be moved once made, and each run has a place of its own: a killed run's
    children may go on for a moment.
    """
    chosen = choose(interpreters())
    settings.venv.unlink(missing_ok=True)
    for left_over in settings.cache.glob("venv-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    folder = settings.cache / f"venv-{os.getpid()}"
    done = processes.output_of([chosen.path, "-m", "venv", folder])
    if done.returncode:
        processes.raise_if_disk_full(done.stdout, settings.cache)
        raise SetupError(
            f"{chosen.path} could not make a virtual environment.",
            done.stdout.strip(),
            "apt-get install python3-venv, or set ODOO_PYTHON to a Python you have.",
        )
    settings.venv.symlink_to(folder.name)


def _install(settings: Settings, step: console.Step) -> None:
    stamp, log = _stamp(settings), settings.logs / "pip.log"
    stamp.unlink(missing_ok=True)
    files = [settings.project / "dev" / name for name in REQUIREMENTS]
    options = ["--no-input", "--disable-pip-version-check", "--progress-bar=off", "--no-compile"]
    command = [settings.python, "-m", "pip", "install", *options]
    command += ["-r", files[0], "-r", files[1], "-c", files[2]]
    code = processes.run(command, log, on_output=lambda text: _report(text, step))
    if code:
        raise _pip_failure(settings, log)
    stamp.write_text(_wanted(settings), encoding="utf-8")


def _report(text: str, step: console.Step) -> None:
    """Show pip's last line in a few words."""
    line = text.rsplit("\n", 1)[-1].strip()
    if line.startswith(("Collecting", "Downloading", "Installing", "Building")):
        step.progress(re.split(r" \(|:", line)[0])


def _pip_failure(settings: Settings, log: Path) -> SetupError:
    text = processes.tail(log)
    processes.raise_if_disk_full(text, settings.cache)
    complaints = [line for line in text.splitlines() if line.startswith(("ERROR", "Could not"))]
    is_network = any(sign in text for sign in NETWORK_SIGNS)
    if is_network:
        complaints.insert(0, "It could not reach its package index, or not trust it.")
    return SetupError(
        "pip could not install Odoo's Python requirements.",
        "\n".join(complaints[:3]) or processes.tail(log, 8),
        "Check the network (and pip's proxy, index and certificate settings), then run this again."
        if is_network
        else f"Read the whole log in {log}.",
    )
