"""`clean`: remove what the other commands made, saying what."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from dev import bootstrap, cache, console, locks, postgres
from dev.config import Settings


def run(settings: Settings, arguments: list[str]) -> None:
    """Stop the private server and remove its cluster, our databases and the cache's folders."""
    if settings.uses_own_server:
        _drop_databases(settings)
    elif postgres.stop(settings):
        console.line("stopped", "the private PostgreSQL server")
    if cache.is_ours(settings):
        with locks.exclusive(settings.cache, "setup"):
            _remove(_folders_inside(settings, keep_downloads="--all" not in arguments))
    elif settings.cache.exists():
        console.line("kept", f"{settings.cache}: there were other things in it from the start")
    _remove(path for path in (settings.cluster, settings.socket_dir) if path.exists())


def _folders_inside(settings: Settings, *, keep_downloads: bool) -> list[Path]:
    kept = {settings.downloads} if keep_downloads else set()
    folders = (path for path in settings.cache.iterdir() if path.is_dir())
    return sorted(path for path in folders if path not in kept)


def _remove(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.is_symlink():
            folder.unlink()
        else:
            shutil.rmtree(folder)
        console.line("removed", str(folder))


def _drop_databases(settings: Settings) -> None:
    """On the person's own server only what carries our mark goes."""
    if not bootstrap.is_ready(settings):
        console.line("databases", "not looked for: the Python libraries for it are not there")
        return
    database = importlib.import_module("dev.database")
    for name, is_ours in importlib.import_module("dev.sql").databases(settings).items():
        if is_ours:
            database.drop(settings, name)
            console.line("dropped", name)
