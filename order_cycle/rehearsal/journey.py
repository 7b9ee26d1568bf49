"""Where a rehearsal shipment is: decided by its age alone, so it needs no clockwork."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .store import StoredBooking

_START = ("announced", "collected", "hub", "out")
#: Stages in order. Each takes one step; the default makes a good journey of two minutes.
JOURNEYS = {
    "delivered": (*_START, "delivered"),
    "held": (*_START, "failed", "held", "out", "delivered"),
    "refused": (*_START, "refused", "returning", "returned"),
    "returned": (*_START, "failed", "held", "returning", "returned"),
    "damaged": ("announced", "collected", "hub", "damaged"),
    "lost": ("announced", "collected", "hub", "lost"),
    "come_back": (*_START, "delivered", "returning", "returned"),
}
STEP_S = 30.0
#: The scans of a booking that was sent to a stage of its journey are that far apart.
_HURRY_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One stage reached, or ``cancelled``."""

    stage: str
    time: datetime


def scans(booking: StoredBooking, *, step_s: float) -> Iterator[Scan]:
    """Yield what happened so far, oldest first."""
    stages = JOURNEYS[booking.journey]
    if booking.reached is not None:
        stages, step_s = stages[: booking.reached], _HURRY_S
    now = datetime.now(timezone.utc)
    if booking.reached is not None:
        # Who asks at once gets all of them, though the last one is some thousandths away.
        now += timedelta(seconds=len(stages) * step_s)
    end = booking.cancelled_at or now
    for number, stage in enumerate(stages):
        time = booking.booked_at + timedelta(seconds=number * step_s)
        if time > end:
            break
        yield Scan(stage=stage, time=time)
    if booking.cancelled_at:
        yield Scan(stage="cancelled", time=booking.cancelled_at)


def delivery(booking: StoredBooking, *, step_s: float) -> Scan | None:
    """Return the scan that says that the goods were handed over, if there is one."""
    return next((scan for scan in scans(booking, step_s=step_s) if scan.stage == "delivered"), None)


def check_journey(name: str, reached: int | None) -> None:
    """Refuse a journey that cannot be made.

    :raises ValueError: or ``TypeError``: with what is wrong.
    """
    if name not in JOURNEYS:
        raise ValueError(f"There is no journey {name!r}. Known: {', '.join(JOURNEYS)}.")
    if reached is not None and (isinstance(reached, bool) or not isinstance(reached, int)):
        raise TypeError(f"reached needs a whole number, not {reached!r}.")
    if reached is not None and not 0 <= reached <= len(JOURNEYS[name]):
        raise ValueError(f"The journey {name} has {len(JOURNEYS[name])} stages.")
