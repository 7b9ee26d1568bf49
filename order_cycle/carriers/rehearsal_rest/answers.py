"""Rehearsal Parcel: its JSON into our values. Pure functions; codes on top."""

from typing import Any

from .. import documents
from ..dto import (
    BookedParcel,
    Booking,
    Document,
    Manifest,
    Pickup,
    Proof,
    Quote,
    TrackingEvent,
)
from ..errors import CarrierProtocolError, CarrierRejected, FieldProblem
from ..links import safe_link
from ..rest.reading import encoded, incomplete, moment, money, optional_text, required, words
from ..rest.transport import Refusal
from .mapping import SERVICE_CODES

SERVICES = {theirs: ours for ours, theirs in SERVICE_CODES.items()}
EVENTS = {
    "ANNOUNCED": "announced",
    "COLLECTED": "collected",
    "IN_HUB": "in_transit",
    "OUT_FOR_DELIVERY": "out_for_delivery",
    "DELIVERED": "delivered",
    "DELIVERY_FAILED": "delivery_failed",
    "HELD": "held",
    "REFUSED": "refused",
    "DAMAGED": "damaged",
    "LOST": "lost",
    "RETURNING": "returning",
    "RETURNED": "returned",
    "CANCELLED": "cancelled",
}
#: Their field -> ours, for the parts of a path that differ.
FIELDS = {
    "reference": "request_ref",
    "shipDate": "ship_date",
    "company": "company_name",
    "postalCode": "zip_code",
    "state": "state_code",
    "country": "country_code",
    "weightKg": "weight_grams",
    "customs": "commodities",
    "goodsValue": "goods_value",
    "cashOnDelivery": "cash_on_delivery",
    "options": "accessorials",
    "labelFormat": "label_format",
    "hsCode": "hs_code",
    "originCountry": "origin_country",
}


def read_booking(data: Any, *, was_known: bool) -> Booking:
    """Read a shipment that was just booked, or was there already under the same key.

    :raises CarrierRejected: it is there, but cancelled: this key and reference are used up.
    :raises CarrierProtocolError: what the contract promises is not there.
    """
    if is_cancelled(data):
        raise CarrierRejected(
            f"The carrier already had this shipment as {required(data, 'id', str)} and it is "
            "cancelled. Book it again under a new reference.",
            code="shipment_cancelled",
        )
    usable, warnings = documents.sort_out(read_labels(data))
    return Booking(
        waybill_ref=required(data, "id", str),
        parcels=tuple(_booked_parcel(item) for item in required(data, "parcels", list)),
        documents=usable,
        price=money(data, "price"),
        service=SERVICES.get(required(data, "service", str), ""),
        tracking_url=safe_link(required(data, "trackingUrl", str)),
        was_known=was_known,
        warnings=warnings,
    )


def read_found(data: Any) -> tuple[Booking, ...]:
    """Read the answer of ``findShipments``: the live ones, newest first, without labels."""
    live = (item for item in required(data, "shipments", list) if not is_cancelled(item))
    return tuple(read_booking({**item, "labels": []}, was_known=True) for item in live)


def is_cancelled(data: Any) -> bool:
    """Tell whether a shipment is dead."""
    return required(data, "status", str) == "cancelled"


def read_labels(data: Any) -> list[Document]:
    """Read the labels as they came; ``documents`` judges them."""
    return [
        Document(
            kind="label",
            format=required(item, "format", str).lower(),
            content=documents.decode(encoded(item, "data")),
            parcel_reference=required(item, "parcelReference", str),
        )
        for item in required(data, "labels", list)
    ]


def read_quotes(data: Any) -> tuple[Quote, ...]:
    """Read prices; a service we have no word for is left out."""
    return tuple(
        Quote(
            service=SERVICES[required(item, "service", str)],
            price=money(item, "price"),
            transit_days=required(item, "transitDays", int),
            quote_ref=required(item, "quoteId", str),
            valid_until=moment(item, "validUntil"),
        )
        for item in required(data, "quotes", list)
        if required(item, "service", str) in SERVICES
    )


def read_events(data: Any) -> tuple[TrackingEvent, ...]:
    """Read scans, oldest first."""
    events = (read_event(item) for item in required(data, "events", list))
    return tuple(sorted(events, key=lambda event: event.happened_at))


def read_event(item: Any) -> TrackingEvent:
    """Read one scan."""
    return TrackingEvent(
        code=EVENTS.get(required(item, "code", str), "other"),
        carrier_code=required(item, "code", str),
        text=required(item, "description", str),
        happened_at=moment(item, "time"),
        location=optional_text(item, "location"),
        tracking_ref=required(item, "trackingNumber", str),
        signed_by=optional_text(item, "signedBy"),
    )


def read_proof(data: Any) -> Proof | None:
    """Read the answer of ``getProof``; an unusable paper is left out, the facts are kept."""
    for item in required(data, "proofs", list):
        paper = Document(
            kind="proof",
            format=required(item, "format", str).lower(),
            content=documents.decode(encoded(item, "data")),
        )
        return Proof(
            delivered_at=moment(item, "deliveredAt"),
            signed_by=optional_text(item, "signedBy"),
            location=optional_text(item, "location"),
            documents=documents.sort_out([paper])[0],
        )
    return None


def read_pickup(data: Any) -> Pickup:
    """Read a pickup that was booked or changed.

    :raises CarrierProtocolError: what the contract promises is not there, or it is cancelled.
    """
    if required(data, "status", str) != "booked":
        raise CarrierProtocolError(
            "The carrier's answer says that the pickup is cancelled. Ask it.", code="not_booked"
        )
    return Pickup(
        pickup_ref=required(data, "id", str),
        price=money(data, "price"),
        message=optional_text(data, "message"),
    )


def read_manifest(data: Any) -> Manifest:
    """Read a list that was closed; a paper that is none is left out: the list is closed."""
    paper = required(data, "document", dict)
    document = Document(
        kind="manifest",
        format=required(paper, "format", str).lower(),
        content=documents.decode(encoded(paper, "data")),
    )
    usable, _warnings = documents.sort_out([document])
    return Manifest(manifest_ref=required(data, "id", str), documents=usable)


def read_refusal(data: Any) -> Refusal:
    """Read the error body; see ``StatusRules``."""
    errors = required(data, "errors", list)
    if not errors:
        raise incomplete("errors")
    fields = tuple(
        FieldProblem(
            field=our_field(optional_text(item, "field")),
            code=required(item, "code", str),
            text=words(item, "message"),
        )
        for item in errors
    )
    text = " ".join(problem.text for problem in fields)
    return Refusal(code=fields[0].code, message=f"The carrier refused: {text}", fields=fields)


def our_field(path: str) -> str:
    """Return their path (``receiver.postalCode``) in our words (``receiver.zip_code``)."""
    parts = path.split(".")
    # Only the shipment's own reference is our request_ref; a parcel's keeps its name.
    return ".".join(
        part if index and part == "reference" else _our_part(part)
        for index, part in enumerate(parts)
    )


def _our_part(part: str) -> str:
    name, bracket, rest = part.partition("[")
    return f"{FIELDS.get(name, name)}{bracket}{rest}"


def _booked_parcel(item: Any) -> BookedParcel:
    return BookedParcel(
        reference=required(item, "reference", str),
        tracking_ref=required(item, "trackingNumber", str),
        tracking_url=safe_link(required(item, "trackingUrl", str)),
    )
