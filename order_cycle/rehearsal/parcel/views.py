"""How a stored booking looks in the parcel carrier's JSON."""

import base64
from typing import Any

from .. import tariff
from ..journey import Scan
from ..proof import proof_pdf
from ..store import StoredBooking
from . import rules
from .label import LabelFacts, label_pdf
from .label_forms import label_png, label_zpl
from .numbers import tracking_number

#: Stage of a journey -> (code, description).
_EVENTS = {
    "announced": ("ANNOUNCED", "The shipment was announced."),
    "collected": ("COLLECTED", "The parcel was collected."),
    "hub": ("IN_HUB", "The parcel passed a hub."),
    "out": ("OUT_FOR_DELIVERY", "The parcel is on the delivery van."),
    "delivered": ("DELIVERED", "The parcel was delivered."),
    "failed": ("DELIVERY_FAILED", "Nobody was there to take the parcel."),
    "held": ("HELD", "The parcel waits at the depot; new instructions are needed."),
    "refused": ("REFUSED", "The receiver did not take the parcel."),
    "damaged": ("DAMAGED", "The parcel was damaged."),
    "lost": ("LOST", "The parcel cannot be found."),
    "returning": ("RETURNING", "The parcel is on its way back."),
    "returned": ("RETURNED", "The parcel was given back to the sender."),
    "cancelled": ("CANCELLED", "The shipment was cancelled."),
}
#: Stages that happen where the receiver lives.
_AT_THE_RECEIVER = frozenset({"out", "delivered", "failed", "held", "refused"})

_FORMS = {"PDF": label_pdf, "ZPL": label_zpl, "PNG": label_png}


def shipment_view(booking: StoredBooking, base_url: str) -> dict[str, Any]:
    """Return a ``Shipment`` without labels."""
    payload = booking.payload
    return {
        "id": booking.number,
        "reference": booking.reference,
        "status": "cancelled" if booking.cancelled_at else "booked",
        "service": payload["service"],
        "createdAt": booking.booked_at.isoformat(),
        "price": money_view(
            rules.rate(payload["service"], payload).price(rules.kilograms(payload))
        ),
        "trackingUrl": f"{base_url}/track/{booking.number}",
        "parcels": [
            {
                "reference": parcel["reference"],
                "trackingNumber": tracking_number(booking.number, index),
                "trackingUrl": f"{base_url}/track/{booking.number}",
            }
            for index, parcel in enumerate(payload["parcels"], start=1)
        ],
    }


def label_views(booking: StoredBooking, content: bytes | None = None) -> list[dict[str, str]]:
    """Return the ``Label`` of each parcel; with ``content`` every label is that instead."""
    parcels = booking.payload["parcels"]
    return [
        {
            "parcelReference": parcel["reference"],
            "format": booking.payload["labelFormat"],
            "data": base64.b64encode(
                content or _label(booking, parcel, number=number, count=len(parcels))
            ).decode(),
        }
        for number, parcel in enumerate(parcels, start=1)
    ]


def event_views(booking: StoredBooking, scans: list[Scan]) -> list[dict[str, str]]:
    """Return a ``TrackingEvent`` for each scan of each parcel, oldest first."""
    return [
        {
            "code": _EVENTS[scan.stage][0],
            "description": _EVENTS[scan.stage][1],
            "time": scan.time.isoformat(),
            "location": _location(booking.payload, scan.stage),
            "trackingNumber": tracking_number(booking.number, index),
            **_signature(booking.payload, scan.stage),
        }
        for scan in scans
        for index in range(1, len(booking.payload["parcels"]) + 1)
    ]


def proof_view(booking: StoredBooking, scan: Scan) -> dict[str, Any]:
    """Return the ``Proof`` of a delivery."""
    place = _location(booking.payload, scan.stage)
    signed_by = booking.payload["receiver"]["name"]
    return {
        "deliveredAt": scan.time.isoformat(),
        "signedBy": signed_by,
        "location": place,
        "format": "PDF",
        "data": base64.b64encode(proof_pdf(booking.number, scan.time, signed_by, place)).decode(),
    }


def money_view(amount) -> dict[str, str]:
    """Return a ``Money``."""
    return {"amount": str(amount), "currency": tariff.CURRENCY}


def _location(payload: dict[str, Any], stage: str) -> str:
    side = "receiver" if stage in _AT_THE_RECEIVER else "sender"
    return f"{payload[side]['city']}, {payload[side]['country']}"


def _signature(payload: dict[str, Any], stage: str) -> dict[str, str]:
    return {"signedBy": payload["receiver"]["name"]} if stage == "delivered" else {}


def _label(booking: StoredBooking, parcel: dict[str, Any], *, number: int, count: int) -> bytes:
    return _FORMS[booking.payload["labelFormat"]](
        LabelFacts(
            shipment=booking.payload,
            parcel=parcel,
            tracking_number=tracking_number(booking.number, number),
            number=number,
            count=count,
        )
    )
