"""Free space, looked at before a big step rather than found missing in the middle of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from dev.errors import NoSpace

MEGABYTE = 1_000_000


def require(folder: Path, needed: int) -> None:
    """Raise `NoSpace` unless `needed` bytes are free in the folder (or what will hold it)."""
    existing = folder
    while not existing.exists():
        existing = existing.parent
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise NoSpace(
            folder,
            f"The next step needs {needed // MEGABYTE} MB, {free // MEGABYTE} MB are free.",
        )
