"""Where a rehearsal shipment is: decided by its age alone, so it needs no clockwork."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .store import StoredBooking

#: Stages in order. Each takes one step; the default makes a journey of two minutes.
STAGES = ("announced", "collected", "hub", "out", "delivered")
STEP_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One stage reached, or ``cancelled``."""

    stage: str
    time: datetime


def scans(booking: StoredBooking, *, step_s: float) -> Iterator[Scan]:
    """Yield what happened so far, oldest first."""
    end = booking.cancelled_at or datetime.now(timezone.utc)
    for number, stage in enumerate(STAGES):
        time = booking.booked_at + timedelta(seconds=number * step_s)
        if time > end:
            break
        yield Scan(stage=stage, time=time)
    if booking.cancelled_at:
        yield Scan(stage="cancelled", time=booking.cancelled_at)
