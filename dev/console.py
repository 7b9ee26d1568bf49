"""What the tool says: one line per step, and a moving line while a long step works."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

NAME_WIDTH = 13

# When the person pressed Enter: kept over the change of interpreter between the two phases.
ENTER = "ORDER_CYCLE_ENTER"

# Seconds between two signs of life when the output is a file or a CI log.
QUIET_INTERVAL = 20.0


class Step:
    """One line of the set-up: what it is doing now, and what came of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.started = time.monotonic()
        self._last_shown = self.started
        self._result = "done"

    def progress(self, text: str) -> None:
        """Show what is going on, over the line before (or rarely, when nobody watches)."""
        if sys.stdout.isatty():
            width = shutil.get_terminal_size().columns - 1
            _write(f"\r{self.name:<{NAME_WIDTH}} {text}"[:width].ljust(width))
        elif time.monotonic() - self._last_shown > QUIET_INTERVAL:
            self._last_shown = time.monotonic()
            _write(f"{self.name:<{NAME_WIDTH}} ... {text}\n")

    def result(self, text: str) -> None:
        """What the step's line says in the end."""
        self._result = text

    def close(self, *, failed: bool) -> None:
        seconds = time.monotonic() - self.started
        clear_line()
        text = "failed" if failed else self._result
        _write(f"{self.name:<{NAME_WIDTH}} {text} ({seconds:.1f} s)\n")


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Print one line for the work inside, with its duration in seconds."""
    current = Step(name)
    try:
        yield current
    except BaseException:
        current.close(failed=True)
        raise
    current.close(failed=False)


def remember_enter() -> None:
    """Start the person's clock, unless an earlier phase of the same command has."""
    os.environ.setdefault(ENTER, str(time.time()))


def seconds_since_enter() -> float:
    """Seconds that the person has waited for this command."""
    return time.time() - float(os.environ[ENTER])


def line(name: str, text: str) -> None:
    """A line in the shape of a step's, without a duration."""
    _write(f"{name:<{NAME_WIDTH}} {text}\n")


def say(text: str = "") -> None:
    """Plain text to the person."""
    _write(f"{text}\n")


def clear_line() -> None:
    """Wipe a moving line, if there can be one."""
    if sys.stdout.isatty():
        _write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
