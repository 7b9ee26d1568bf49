"""Sendcloud: where the goods are ("Parcel Tracking API"). Pure functions."""

from typing import Any

from ..dto import TrackingEvent
from ..rest.reading import moment, optional_text, required, words
from ..rest.transport import Refusal
from . import tables


def event_code(status: str) -> str:
    """Return our word for a status, by its code or its English name."""
    return tables.EVENTS.get(tables.slug(status), "other")


def read_event(
    entry: Any, *, status: str, moment_key: str, text: str, tracking_ref: str
) -> TrackingEvent | None:
    """Read one scan, or nothing if it lacks time or status: the contract demands neither.

    :raises CarrierProtocolError: the time is none, or has no zone.
    """
    if not status or not optional_text(entry, moment_key):
        return None
    return TrackingEvent(
        code=event_code(status),
        carrier_code=status,
        text=text or status,
        happened_at=moment(entry, moment_key),
        tracking_ref=tracking_ref,
    )


def read_events(data: Any, tracking_ref: str) -> list[TrackingEvent]:
    """Read the scans of one parcel."""
    events = (
        read_event(
            entry,
            status=optional_text(entry, "status_code"),
            moment_key="event_at",
            text=optional_text(entry, "status_description"),
            tracking_ref=tracking_ref,
        )
        for entry in required(data, "events", list)
    )
    return [event for event in events if event]


def read_refusal(data: Any) -> Refusal:
    """Read ``{"detail": ...}``, the form of this contract alone."""
    return Refusal(code="not_found", message=f"The carrier refused: {words(data, 'detail')}")
