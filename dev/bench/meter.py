"""Seconds and queries, by step."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Meter:
    """Adds up what the steps of a turn cost.

    What Odoo writes late counts for the step in which it is written: to force it out earlier
    would change what is measured.

    :param cr: Odoo's cursor, which counts its own queries
    """

    def __init__(self, cr: Any) -> None:
        self._cr = cr
        self._seconds: Counter[str] = Counter()
        self._queries: Counter[str] = Counter()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what happens inside."""
        queries, started = self._cr.sql_log_count, time.perf_counter()
        yield
        self._seconds[name] += time.perf_counter() - started
        self._queries[name] += self._cr.sql_log_count - queries

    def readings(self) -> dict[str, dict[str, float]]:
        """``{step: {"seconds": ..., "queries": ...}}`` in the sequence the steps came."""
        return {
            name: {"seconds": seconds, "queries": self._queries[name]}
            for name, seconds in self._seconds.items()
        }
