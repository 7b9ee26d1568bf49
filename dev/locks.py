"""One set-up at a time: a file lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dev import console


@contextmanager
def exclusive(folder: Path, name: str) -> Iterator[None]:
    """Hold `<folder>/<name>.lock`; wait, and say so, while another process has it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.line(name, "waiting for another run of this tool to finish its set-up")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
