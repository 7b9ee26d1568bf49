"""What a rehearsal carrier has booked, in one SQLite file. A restart forgets nothing."""

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

_TABLE = """
CREATE TABLE IF NOT EXISTS booking (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT UNIQUE,
    reference TEXT NOT NULL,
    key TEXT UNIQUE,
    body_hash TEXT NOT NULL,
    payload TEXT NOT NULL,
    booked_at TEXT NOT NULL,
    cancelled_at TEXT,
    journey TEXT NOT NULL DEFAULT 'delivered',
    reached INTEGER
);
CREATE INDEX IF NOT EXISTS booking_reference ON booking (reference);
"""
#: What a store of an older release lacks.
_ADDED = {"journey": "TEXT NOT NULL DEFAULT 'delivered'", "reached": "INTEGER"}
_COLUMNS = "number, reference, key, body_hash, payload, booked_at, cancelled_at, journey, reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBooking:
    """One booking. ``payload`` is the shipment as the customer sent it.

    :param journey: what becomes of it, see ``journey.py``.
    :param reached: how many stages are behind it, whatever its age; None: its age decides.
    """

    number: str
    reference: str
    key: str | None
    body_hash: str
    payload: dict[str, Any]
    booked_at: datetime
    cancelled_at: datetime | None
    journey: str = "delivered"
    reached: int | None = None

    def summary(self) -> dict[str, Any]:
        """Return what the list of bookings shows."""
        return {
            "number": self.number,
            "reference": self.reference,
            "key": self.key,
            "status": "cancelled" if self.cancelled_at else "booked",
            "booked_at": self.booked_at.isoformat(),
        }


class BookingStore:
    """The bookings of one carrier, safe to use from many threads.

    :param number_of: row id -> the number the carrier gives out.
    """

    def __init__(self, path: Path, *, number_of: Callable[[int], str]):
        self._number_of = number_of
        #: Held by whoever must look first and write then, as one step.
        self.lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # A killed process loses nothing this way; only a power cut may lose the last bookings.
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_TABLE)
        self._add_columns()

    def add(
        self,
        *,
        reference: str,
        payload: dict[str, Any],
        key: str | None = None,
        body_hash: str = "",
    ) -> StoredBooking:
        """Book, always a new one. A key that is there already raises ``sqlite3.IntegrityError``."""
        with self.lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            cursor = self._database.execute(
                "INSERT INTO booking (reference, key, body_hash, payload, booked_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (reference, key, body_hash, json.dumps(payload), _now()),
            )
            number = self._number_of(cursor.lastrowid)
            self._database.execute(
                "UPDATE booking SET number = ? WHERE id = ?", (number, cursor.lastrowid)
            )
        return self.by_number(number)

    def by_number(self, number: str) -> StoredBooking | None:
        """Return the booking with the carrier's number."""
        return next(iter(self._select("number = ?", number)), None)

    def by_key(self, key: str) -> StoredBooking | None:
        """Return the booking that was made with this idempotency key."""
        return next(iter(self._select("key = ?", key)), None)

    def by_reference(self, reference: str) -> list[StoredBooking]:
        """Return all bookings with the customer's reference, newest first."""
        return self._select("reference = ?", reference)

    def cancel(self, number: str) -> StoredBooking | None:
        """Cancel once; a second time changes nothing. None if there is no such booking."""
        with self.lock:
            self._database.execute(
                "UPDATE booking SET cancelled_at = coalesce(cancelled_at, ?) WHERE number = ?",
                (_now(), number),
            )
            return self.by_number(number)

    def send_on(self, number: str, journey: str, reached: int | None) -> StoredBooking | None:
        """Choose what becomes of a booking. None if there is no such booking."""
        with self.lock:
            self._database.execute(
                "UPDATE booking SET journey = ?, reached = ? WHERE number = ?",
                (journey, reached, number),
            )
            return self.by_number(number)

    def report(self) -> dict[str, Any]:
        """Return all bookings, newest first, and exact counts, cancelled ones included."""
        bookings = self._select("1 = ?", 1)
        cancelled = sum(1 for booking in bookings if booking.cancelled_at)
        return {
            "count": len(bookings),
            "cancelled": cancelled,
            "live": len(bookings) - cancelled,
            "by_reference": Counter(booking.reference for booking in bookings),
            "by_key": Counter(booking.key for booking in bookings if booking.key),
            "bookings": [booking.summary() for booking in bookings],
        }

    def clear(self) -> None:
        """Forget all bookings. Numbers go on, so that none is given out twice."""
        with self.lock:
            self._database.execute("DELETE FROM booking")

    def close(self) -> None:
        """Close the file."""
        with self.lock:
            self._database.close()

    def _add_columns(self) -> None:
        there = {row[1] for row in self._database.execute("PRAGMA table_info(booking)")}
        for name, kind in _ADDED.items():
            if name not in there:
                self._database.execute(f"ALTER TABLE booking ADD COLUMN {name} {kind}")

    def _select(self, condition: str, value: Any) -> list[StoredBooking]:
        query = f"SELECT {_COLUMNS} FROM booking WHERE {condition} ORDER BY id DESC"
        with self.lock:
            return [_booking(row) for row in self._database.execute(query, (value,))]


def _booking(row: tuple) -> StoredBooking:
    number, reference, key, body_hash, payload, booked_at, cancelled_at, journey, reached = row
    return StoredBooking(
        number=number,
        reference=reference,
        key=key,
        body_hash=body_hash,
        payload=json.loads(payload),
        booked_at=datetime.fromisoformat(booked_at),
        cancelled_at=cancelled_at and datetime.fromisoformat(cancelled_at),
        journey=journey,
        reached=reached,
    )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
