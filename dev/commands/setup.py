"""`setup`: everything the other commands need, without doing their work."""

from __future__ import annotations

from dev import console
from dev.config import Settings


def run(_settings: Settings, _arguments: list[str]) -> None:
    """Say what can be done next: all was made on the way here."""
    console.say("Ready. Next: make demo, make test (or python3 -m dev demo, ... test).")
