"""What a rehearsal carrier was asked beside bookings: pickups and manifests, in SQLite.

There is no key here: whoever asks twice has two drivers coming.
"""

import json
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredErrand:
    """One pickup or manifest. ``payload`` is what the customer asked for last."""

    number: str
    payload: dict[str, Any]
    changes: int
    is_cancelled: bool

    def summary(self) -> dict[str, Any]:
        """Return what the list of errands shows."""
        return {
            "number": self.number,
            "status": "cancelled" if self.is_cancelled else "booked",
            "changes": self.changes,
            "payload": self.payload,
        }


class ErrandStore:
    """All errands of one kind, safe to use from many threads.

    :param table: ``pickup`` or ``manifest``
    :param number_of: row id -> the number the carrier gives out.
    """

    def __init__(self, path: Path, table: str, *, number_of: Callable[[int], str]):
        if not table.isidentifier():
            raise ValueError(f"{table!r} is no name of a table.")
        self._table, self._number_of = table, number_of
        #: Held by whoever must look first and write then, as one step.
        self.lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA busy_timeout=5000")
        self._database.execute(
            f"CREATE TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY AUTOINCREMENT,"
            " number TEXT UNIQUE, payload TEXT NOT NULL, changes INTEGER NOT NULL DEFAULT 0,"
            " is_cancelled INTEGER NOT NULL DEFAULT 0)"
        )

    def add(self, payload: dict[str, Any]) -> StoredErrand:
        """Take another one."""
        with self.lock:
            cursor = self._database.execute(
                f"INSERT INTO {self._table} (payload) VALUES (?)", (json.dumps(payload),)
            )
            number = self._number_of(cursor.lastrowid)
            self._database.execute(
                f"UPDATE {self._table} SET number = ? WHERE id = ?", (number, cursor.lastrowid)
            )
            return self.by_number(number)

    def change(self, number: str, payload: dict[str, Any]) -> StoredErrand:
        """Put another wish in the place of the first."""
        with self.lock:
            self._database.execute(
                f"UPDATE {self._table} SET payload = ?, changes = changes + 1 WHERE number = ?",
                (json.dumps(payload), number),
            )
            return self.by_number(number)

    def cancel(self, number: str) -> StoredErrand:
        """Cancel one that is there."""
        with self.lock:
            self._database.execute(
                f"UPDATE {self._table} SET is_cancelled = 1 WHERE number = ?", (number,)
            )
            return self.by_number(number)

    def by_number(self, number: str) -> StoredErrand | None:
        """Return the errand with the carrier's number."""
        return next((one for one in self.all() if one.number == number), None)

    def all(self) -> list[StoredErrand]:
        """Return all of them, newest first."""
        query = f"SELECT number, payload, changes, is_cancelled FROM {self._table} ORDER BY id DESC"
        with self.lock:
            rows = self._database.execute(query).fetchall()
        return [
            StoredErrand(
                number=number,
                payload=json.loads(payload),
                changes=changes,
                is_cancelled=bool(is_cancelled),
            )
            for number, payload, changes, is_cancelled in rows
        ]

    def report(self) -> dict[str, Any]:
        """Return all of them and how many are live."""
        errands = self.all()
        return {
            "count": len(errands),
            "live": sum(1 for one in errands if not one.is_cancelled),
            "errands": [one.summary() for one in errands],
        }

    def clear(self) -> None:
        """Forget all. Numbers go on, so that none is given out twice."""
        with self.lock:
            self._database.execute(f"DELETE FROM {self._table}")

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._database.close()
