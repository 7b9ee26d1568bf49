"""Odoo 19 itself: the person's own, or Debian's package unpacked into the cache."""

from __future__ import annotations

import json
import re
from pathlib import Path

from dev.config import Settings
from dev.errors import SetupError

SERIES = "19.0"

# Written last into the unpacked tree: which package it came from.
STAMP = "order-cycle.json"

VERSION_INFO = re.compile(r"^version_info\s*=\s*\(\s*([^,]+),\s*(\d+)", re.MULTILINE)


def is_there(settings: Settings) -> bool:
    """Whether a whole Odoo is there, ours or the person's own."""
    return bool(settings.odoo_home) or (settings.odoo_tree / STAMP).exists()


def version(settings: Settings) -> str:
    """What tells one Odoo from another: the package's version, or the checkout's commit."""
    stamp = settings.odoo_tree / STAMP
    if not settings.odoo_home:
        return json.loads(stamp.read_text(encoding="utf-8"))["version"]
    return f"{SERIES} {settings.odoo_home} {_commit(settings.odoo_home)}".strip()


def check_series(root: Path) -> None:
    """Raise `SetupError` unless the folder holds Odoo of the right series."""
    release = root / "odoo/release.py"
    if not release.exists():
        raise SetupError(
            f"There is no Odoo in {root}.",
            "It should hold the package `odoo` with release.py in it.",
            "Set ODOO_HOME to a checkout of Odoo 19.0, or unset it to fetch one.",
        )
    found = VERSION_INFO.search(release.read_text(encoding="utf-8"))
    series = ".".join(part.strip(" '\"") for part in found.groups()) if found else "unknown"
    if series != SERIES:
        raise SetupError(
            f"This is not Odoo {SERIES}.",
            f"{release} says series {series}.",
            f"Set ODOO_HOME to a checkout of the branch {SERIES}, or unset it to fetch one.",
        )


def _commit(checkout: Path) -> str:
    """The commit a checkout stands on, without needing git; empty for anything else."""
    head = checkout / ".git/HEAD"
    if not head.is_file():
        return ""
    text = head.read_text(encoding="utf-8").strip()
    reference = checkout / ".git" / text.removeprefix("ref: ")
    return reference.read_text(encoding="utf-8").strip() if reference.is_file() else text
