"""The template databases and their copies, each always together with its filestore.

A database exists under its final name only when it is whole: the filestore is moved there first,
the database last. What an interrupted run left behind has another name and is dropped.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dev import keys, locks, odoo_process, processes, sql
from dev.config import ADDON, DEPENDENCIES, LANGUAGES, MORE_APPS, Settings
from dev.errors import SetupError

UNFINISHED = "_unfinished"

Progress = Callable[[str], None]


def dependencies_name(settings: Settings) -> str:
    """Name of the template with Odoo's own modules, for the current versions."""
    return _dependencies_prefix(settings) + keys.dependencies_key(settings)


def addon_name(settings: Settings) -> str:
    """Name of the template with the add-on installed, for its current files."""
    return _addon_prefix(settings) + keys.addon_key(settings)


def apps_name(settings: Settings) -> str:
    """Name of the template with further apps of Odoo, without the add-on."""
    return _apps_prefix(settings) + keys.apps_key(settings)


def addon_with_apps_name(settings: Settings) -> str:
    """Name of the template with further apps and the add-on, for its current files."""
    return _addon_with_apps_prefix(settings) + keys.addon_with_apps_key(settings)


def exists(settings: Settings, name: str) -> bool:
    """Whether a database of that name is there."""
    return name in sql.databases(settings)


def ensure_dependencies(settings: Settings, on_progress: Progress = lambda _text: None) -> str:
    """Make the template with the modules the add-on needs, unless it is there; returns its name."""
    name = dependencies_name(settings)
    with locks.exclusive(settings.cache, "databases"):
        if not exists(settings, name):
            _build_dependencies(settings, name, on_progress)
            _drop_others(settings, _dependencies_prefix(settings), name)
    return name


def ensure_addon(settings: Settings, on_progress: Progress = lambda _text: None) -> str:
    """Make the template with the add-on installed, unless it is there; returns its name."""
    name = addon_name(settings)
    if exists(settings, name):
        return name
    source = ensure_dependencies(settings, on_progress)
    return _ensure_on(settings, source, name, _addon_prefix(settings), (ADDON,), on_progress)


def ensure_addon_with_apps(settings: Settings, on_progress: Progress = lambda _text: None) -> str:
    """Make the template with further apps and the add-on, unless it is there; returns its name.

    The apps, which take longest, are in a template of their own that outlives changes of the
    add-on.
    """
    name = addon_with_apps_name(settings)
    if exists(settings, name):
        return name
    source, apps = ensure_dependencies(settings, on_progress), apps_name(settings)
    _ensure_on(settings, source, apps, _apps_prefix(settings), MORE_APPS, on_progress)
    prefix = _addon_with_apps_prefix(settings)
    return _ensure_on(settings, apps, name, prefix, (ADDON,), on_progress)


def copy(settings: Settings, source: str, name: str) -> None:
    """Copy a database nobody is connected to, and its filestore; a new identity for the copy.

    Raises `SetupError` if a database called `name` is there already.
    """
    if exists(settings, name):
        raise SetupError(
            f"The database {name} could not be made.",
            "There is one of that name already.",
            f"Drop it first (`dropdb {name}`), or choose another name.",
        )
    half = _fresh(settings, name)
    _link_filestore(settings, source, name)
    sql.create(settings, half, source)
    _renew_identity(settings, half)
    sql.rename(settings, half, name)


def drop(settings: Settings, name: str) -> None:
    """Drop a database of ours (connections and all) and its filestore; none of that name is fine.

    Raises `SetupError` for a database that this tool did not make.
    """
    if not sql.databases(settings).get(name, True):
        raise SetupError(
            f"The database {name} is not dropped.",
            "It was not made by this tool.",
            f"If it may go: `dropdb {name}`.",
        )
    sql.drop(settings, name)
    shutil.rmtree(settings.filestore(name), ignore_errors=True)


@contextmanager
def temporary(settings: Settings, source: str, purpose: str) -> Iterator[str]:
    """A copy that lives as long as the block: `oc_<purpose>_<process number>`."""
    _drop_abandoned(settings, purpose)
    name = f"oc_{purpose}_{os.getpid()}"
    try:
        copy(settings, source, name)
        yield name
    finally:
        drop(settings, name)


def _dependencies_prefix(settings: Settings) -> str:
    """A server may be shared, the filestore beside each database is in one cache only."""
    return f"oc_deps_{settings.cache_id}_"


def _addon_prefix(settings: Settings) -> str:
    return f"oc_addon_{settings.cache_id}_{settings.project_id}_"


def _apps_prefix(settings: Settings) -> str:
    return f"oc_apps_{settings.cache_id}_"


def _addon_with_apps_prefix(settings: Settings) -> str:
    return f"oc_more_{settings.cache_id}_{settings.project_id}_"


def _build_dependencies(settings: Settings, name: str, on_progress: Progress) -> None:
    half = _fresh(settings, name)
    sql.create(settings, half)
    languages = (f"--load-language={','.join(LANGUAGES)}",)
    odoo_process.install(settings, half, DEPENDENCIES, options=languages, on_progress=on_progress)
    _finish(settings, half, name, DEPENDENCIES)


def _ensure_on(
    settings: Settings,
    source: str,
    name: str,
    prefix: str,
    modules: tuple[str, ...],
    on_progress: Progress,
) -> str:
    """Make the template `name`, `source` with `modules`, unless it is there; returns its name."""
    with locks.exclusive(settings.cache, "databases"):
        if not exists(settings, name):
            half = _fresh(settings, name)
            copy(settings, source, half)
            odoo_process.install(settings, half, modules, on_progress=on_progress)
            _finish(settings, half, name, modules)
            _drop_others(settings, prefix, name)
    return name


def _fresh(settings: Settings, name: str) -> str:
    """Name to build under, with whatever an interrupted run left there gone."""
    half = name + UNFINISHED
    sql.drop(settings, half)
    for folder in (settings.filestore(half), settings.filestore(name)):
        shutil.rmtree(folder, ignore_errors=True)
    return half


def _finish(settings: Settings, half: str, name: str, modules: tuple[str, ...]) -> None:
    _check_installed(settings, half, modules)
    if settings.filestore(half).exists():
        settings.filestore(half).rename(settings.filestore(name))
    sql.close_to_connections(settings, half)
    sql.checkpoint(settings)
    sql.rename(settings, half, name)


def _check_installed(settings: Settings, database: str, modules: tuple[str, ...]) -> None:
    """Odoo ignores a module it does not know and ends with 0: look for ourselves."""
    with sql.cursor(settings, database) as cur:
        cur.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        missing = set(modules) - {name for (name,) in cur.fetchall()}
    if missing:
        log = settings.logs / f"install-{database}.log"
        raise SetupError(
            f"Odoo did not install {', '.join(sorted(missing))}.",
            f"The end of its log:\n{processes.tail(log)}",
            f"Read the whole log in {log}.",
        )


def _link_filestore(settings: Settings, source: str, name: str) -> None:
    """Hard links are enough: Odoo never changes a stored file, it adds and removes them."""
    if settings.filestore(source).exists():
        shutil.copytree(settings.filestore(source), settings.filestore(name), copy_function=os.link)


def _renew_identity(settings: Settings, name: str) -> None:
    fresh = {key: str(uuid.uuid4()) for key in ("database.uuid", "database.secret")}
    sql.set_parameters(settings, name, fresh)


def _drop_others(settings: Settings, prefix: str, keep: str) -> None:
    """Drop the templates of earlier versions; one that is in use is left for the next time."""
    for name, ours in sql.databases(settings).items():
        if ours and name.startswith(prefix) and name != keep:
            if not sql.has_connections(settings, name):
                drop(settings, name)


def _drop_abandoned(settings: Settings, purpose: str) -> None:
    """Drop copies whose process is gone without having dropped them."""
    prefix = f"oc_{purpose}_"
    for name, ours in sql.databases(settings).items():
        number = name.removeprefix(prefix)
        if ours and name.startswith(prefix) and number.isdigit():
            if not processes.is_alive(int(number)) and not sql.has_connections(settings, name):
                drop(settings, name)
