"""The Debian packages a command needs: looked for by program, installed only when missing."""

from __future__ import annotations

import ctypes.util
import os
import shutil
from pathlib import Path

from dev import apt, console, postgres, processes, python_env
from dev.config import Settings
from dev.errors import NeedsRoot, SetupError

# The names Odoo's browser tests look for.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")

INSTALL = ("install", "--yes", "--no-install-recommends")


def missing(settings: Settings, *, browser: bool, server: bool = True) -> list[str]:
    """Packages to install.

    :param browser: True when browser tests will run
    :param server: True when Odoo will run (PostgreSQL, PDF printing)
    """
    packages = []
    if server and not settings.uses_own_server and not postgres.programs():
        packages.append("postgresql")
    if server and not shutil.which("wkhtmltopdf"):
        packages.append("wkhtmltopdf")
    if server and shutil.which("apt-get") and not ctypes.util.find_library("magic"):
        # Odoo guesses a file's type without it too, but differently.
        packages.append("libmagic1")
    if browser and not any(shutil.which(name) for name in BROWSERS):
        packages.append("chromium")
    return packages + python_env.missing_packages(settings)


def can_install() -> bool:
    """Whether this process may install packages."""
    return os.geteuid() == 0


def install(packages: list[str], step: console.Step) -> str:
    """Install packages as root; returns what was done, in words.

    Raises `SetupError` where there is no apt-get.
    """
    if not packages:
        return "all there"
    if not shutil.which("apt-get"):
        raise _no_apt(packages)
    _install_as_root(packages, step)
    return "installed " + ", ".join(packages)


def needs_root(packages: list[str]) -> SetupError:
    """The error that carries the one line for root."""
    if not shutil.which("apt-get"):
        return _no_apt(packages)
    has_lists = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    line = f"sudo apt-get {' '.join(INSTALL)} {' '.join(packages)}"
    return NeedsRoot(
        "Some Debian packages are missing, and only root can install them.",
        f"Missing: {', '.join(packages)}. All that works without root is done.",
        line if has_lists else f"sudo apt-get update && {line}",
    )


def _no_apt(packages: list[str]) -> SetupError:
    return SetupError(
        "Some programs are missing, and this machine has no apt-get to install them.",
        f"On Debian they are in: {', '.join(packages)}.",
        "Install them with your system's own package manager, then run this again.",
    )


def _install_as_root(packages: list[str], step: console.Step) -> None:
    arguments = [*INSTALL, *packages]
    step.progress(f"installing {', '.join(packages)}")
    what = f"apt-get could not install {', '.join(packages)}."
    try:
        apt.run(what, arguments, on_progress=step.progress)
    except apt.AptFailed as error:
        if error.is_locked:
            raise
        # A fresh machine has no package lists, an old one has outdated ones; and an
        # interrupted dpkg wants to be finished first.
        _finish_interrupted_dpkg(error.output)
        step.progress("reading the package lists")
        apt.run("apt-get could not read the package lists.", ["update"])
        apt.run(what, arguments, on_progress=step.progress)


def _finish_interrupted_dpkg(output: str) -> None:
    if "dpkg --configure -a" in output:
        processes.output_of(["dpkg", "--configure", "-a"])
