"""UPS: Tracking 3.0.1 into our values. Pure functions."""

from datetime import datetime, timezone
from typing import Any

from .. import documents
from ..dto import BookedParcel, Booking, Document, Proof, TrackingEvent
from ..rest.reading import incomplete, optional_text, required
from . import tables
from .answers import TRACKING_URL, as_list


def read_events(data: Any) -> tuple[TrackingEvent, ...]:
    """Read the scans of all parcels, oldest first."""
    events = [
        _event(package, activity)
        for package in _packages(data)
        for activity in as_list(package.get("activity"))
    ]
    return tuple(sorted(events, key=lambda event: event.happened_at))


def read_found(data: Any, request_ref: str) -> tuple[Booking, ...]:
    """Read the answer of tracking by reference: live shipments under exactly our reference.

    A shipment's number is that of its first parcel (Shipping, ShipmentIdentificationNumber).
    """
    bookings = []
    for shipment in _shipments(data):
        packages = [
            package
            for package in as_list(shipment.get("package"))
            if not is_void(package) and _is_ours(package, request_ref)
        ]
        if packages:
            bookings.append((_newest(packages), _booking(packages)))
    newest_first = sorted(bookings, key=lambda pair: pair[0], reverse=True)
    return tuple(booking for _moment, booking in newest_first)


def is_dead(data: Any) -> bool:
    """Tell whether all parcels of the answer were voided."""
    packages = _packages(data)
    return bool(packages) and all(is_void(package) for package in packages)


def is_void(package: Any) -> bool:
    """Tell whether a parcel was voided."""
    status = package.get("currentStatus")
    return optional_text(status or {}, "type") == tables.VOID


def read_proof(data: Any) -> Proof | None:
    """Read who took the goods, when and where; None while nobody has."""
    for package in _packages(data):
        delivered = [
            event
            for event in (_event(package, one) for one in as_list(package.get("activity")))
            if event.code == "delivered"
        ]
        if delivered:
            facts = package.get("deliveryInformation") or {}
            return Proof(
                delivered_at=max(event.happened_at for event in delivered),
                signed_by=optional_text(facts, "receivedBy"),
                location=optional_text(facts, "location"),
                documents=documents.sort_out(_papers(facts))[0],
            )
    return None


def event_code(theirs: str, kind: str, *, is_delivered: bool) -> str:
    """Return our word for a status code and its type.

    Type D is "loaded on delivery vehicle, out for delivery, delivered" (Track Alert), so it is a
    delivery only where something else says so.
    """
    if theirs in tables.EVENT_CODES:
        return tables.EVENT_CODES[theirs]
    if kind == "D":
        return "delivered" if is_delivered else "out_for_delivery"
    return tables.EVENT_TYPES.get(kind, "other")


def moment(day: str, clock: str) -> datetime:
    """Return a moment in Greenwich; the clock's leading zeros and colons may be missing."""
    digits = clock.replace(":", "").zfill(6)
    try:
        return datetime.strptime(day + digits, "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise incomplete("gmtDate") from error


def place_of(address: Any) -> str:
    """Return town and country in one line."""
    parts = (
        optional_text(address, "city"),
        optional_text(address, "stateProvince"),
        optional_text(address, "countryCode") or optional_text(address, "country"),
    )
    return ", ".join(part for part in parts if part)


def _shipments(data: Any) -> list[Any]:
    return as_list(required(data, "trackResponse", dict).get("shipment"))


def _packages(data: Any) -> list[Any]:
    return [
        package for shipment in _shipments(data) for package in as_list(shipment.get("package"))
    ]


def _is_ours(package: Any, request_ref: str) -> bool:
    numbers = [optional_text(item, "number") for item in as_list(package.get("referenceNumber"))]
    # A parcel that names no reference was found by the one we asked for.
    return not numbers or request_ref in numbers


def _newest(packages: list[Any]) -> datetime:
    moments = [
        _event(package, activity).happened_at
        for package in packages
        for activity in as_list(package.get("activity"))
    ]
    return max(moments, default=datetime.min.replace(tzinfo=timezone.utc))


def _booking(packages: list[Any]) -> Booking:
    numbers = [required(package, "trackingNumber", str) for package in packages]
    return Booking(
        waybill_ref=numbers[0],
        parcels=tuple(
            BookedParcel(reference="", tracking_ref=number, tracking_url=TRACKING_URL + number)
            for number in numbers
        ),
        tracking_url=TRACKING_URL + numbers[0],
        was_known=True,
    )


def _event(package: Any, activity: Any) -> TrackingEvent:
    status = required(activity, "status", dict)
    kind, code = optional_text(status, "type"), optional_text(status, "code")
    days = [one for one in as_list(package.get("deliveryDate")) if isinstance(one, dict)]
    ours = event_code(code, kind, is_delivered=any(one.get("type") == "DEL" for one in days))
    facts = package.get("deliveryInformation") or {}
    location = (activity.get("location") or {}).get("address") or {}
    return TrackingEvent(
        code=ours,
        carrier_code=code or kind,
        text=optional_text(status, "description"),
        happened_at=_when(activity),
        location=place_of(location),
        tracking_ref=optional_text(package, "trackingNumber"),
        signed_by=optional_text(facts, "receivedBy") if ours == "delivered" else "",
    )


def _when(activity: Any) -> datetime:
    """Return when it happened; without Greenwich time the local one counts as such, for the
    contract promises neither and a scan must stand somewhere."""
    gmt = optional_text(activity, "gmtDate")
    if gmt:
        return moment(gmt, optional_text(activity, "gmtTime"))
    return moment(required(activity, "date", str), optional_text(activity, "time"))


def _papers(facts: Any) -> list[Document]:
    """Return the paper and the signature; the contract does not name their formats."""
    papers = []
    for container, key in (("pod", "content"), ("signature", "image")):
        content = documents.decode((facts.get(container) or {}).get(key) or "")
        for mark, kind in ((b"%PDF-", "pdf"), (b"\x89PNG", "png")):
            if content.startswith(mark):
                papers.append(Document(kind="proof", format=kind, content=content))
    return papers
