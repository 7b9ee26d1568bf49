"""Keys of the template databases: a short hash of everything that decides what is in one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from dev import odoo_source
from dev.config import ADDON, DEPENDENCIES, LANGUAGES, MORE_APPS, Settings

KEY_LENGTH = 10

# Folders of the add-on that no installed database depends on.
NOT_INSTALLED = {"tests", "__pycache__"}


def dependencies_key(settings: Settings) -> str:
    """Odoo's version, the modules, the languages and the pinned libraries."""
    pins = (settings.project / "dev/requirements-odoo.txt").read_bytes()
    parts = [odoo_source.version(settings), ",".join(DEPENDENCIES), ",".join(LANGUAGES)]
    return digest([*(part.encode() for part in parts), pins])


def apps_key(settings: Settings) -> str:
    """The key of the dependencies and the further apps."""
    return digest([dependencies_key(settings).encode(), ",".join(MORE_APPS).encode()])


def addon_key(settings: Settings) -> str:
    """The key of the dependencies and every file of the add-on that gets installed."""
    return _with_addon(settings, dependencies_key(settings))


def addon_with_apps_key(settings: Settings) -> str:
    """The key of the further apps and every file of the add-on that gets installed."""
    return _with_addon(settings, apps_key(settings))


def _with_addon(settings: Settings, below: str) -> str:
    parts = [below.encode()]
    folder = settings.project / ADDON
    for path in installed_files(folder):
        parts += [str(path.relative_to(folder)).encode(), path.read_bytes()]
    return digest(parts)


def installed_files(folder: Path) -> list[Path]:
    """The add-on's files in a stable order, without its tests and byte code."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not NOT_INSTALLED & set(path.relative_to(folder).parts)
    )


def digest(parts: Iterable[bytes]) -> str:
    """Hash of a list: each part with its length, so that moving a border changes the key."""
    total = hashlib.sha256()
    for part in parts:
        total.update(b"%d:" % len(part))
        total.update(part)
    return total.hexdigest()[:KEY_LENGTH]
