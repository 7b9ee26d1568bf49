"""`check`: what is there and what is missing; changes nothing."""

from __future__ import annotations

import importlib

from dev import bootstrap, console
from dev.config import Settings


def run(settings: Settings, _arguments: list[str]) -> int:
    """Report each part; exit code 1 if something is missing."""
    is_whole = bootstrap.report(settings)
    if bootstrap.is_ready(settings):
        # Only now are the libraries there that this module imports.
        is_whole = importlib.import_module("dev.services").report(settings) and is_whole
    if not is_whole:
        console.say("To make what is missing: make setup (or python3 -m dev setup).")
    return 0 if is_whole else 1
