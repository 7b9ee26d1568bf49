"""Purolator Freight: the types of its WSDL into our values. Pure functions; codes on top."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from typing import Any

from ..dto import BookedParcel, Booking, Pickup, Proof, Quote, TrackingEvent
from ..purolator import response
from ..purolator.answers import without_taxes

#: Times of scans: the contract has any text; digits with or without colons are read.
_CLOCKS = {4: "%H%M", 6: "%H%M%S"}
#: A delivery whose time is not told happened after all scans of its day.
_END_OF_DAY = time(23, 59)


def read_booking(
    operation: str,
    data: dict[str, Any],
    references: list[str],
    currency: str,
    refusals: frozenset[str],
) -> Booking:
    """Read the answer of ``CreateShipment``.

    :param references: ours of the handling units, in the order in which they were sent.
    :raises CarrierError: errors without a number; what they prove is in ``purolator/response.py``.
    :raises CarrierProtocolError: neither a number nor an error.
    """
    number = _number(data.get("ProNumber"), "ProNumber")
    if not number:
        response.check(operation, data, refusals)
        raise response.incomplete("ProNumber")
    pins = [response.pin(node) for node in (data.get("ShipmentPINs") or {}).get("PIN") or []]
    # One PIN for all units is the usual case, and then it is the PRO number.
    pairs = zip(references, pins, strict=True) if len(pins) == len(references) else ()
    price = without_taxes(data, "ShipmentTaxes")
    return Booking(
        waybill_ref=number,
        parcels=tuple(BookedParcel(reference=ours, tracking_ref=pin) for ours, pin in pairs),
        price=None if price is None else response.money(price, currency),
        warnings=tuple(response.errors_of(data)),
    )


def read_quote(data: dict[str, Any], service: str, currency: str) -> Quote:
    """Read the answer of ``GetEstimate`` to one service. The price is without taxes."""
    return Quote(
        service=service,
        price=response.money(without_taxes(data, "ShipmentTaxes"), currency),
        transit_days=data.get("TransitDays"),
        delivers_on=_day(data.get("EstimatedDeliveryDate")),
        name=data.get("TariffCode") or "",
    )


def read_pickup(data: dict[str, Any]) -> Pickup:
    """Read the answer of ``GetFreightPickup``.

    :raises CarrierProtocolError: it has no number.
    """
    number = _number(data.get("PickupNumber"), "PickupNumber")
    if not number:
        raise response.incomplete("PickupNumber")
    return Pickup(pickup_ref=number)


def read_events(data: dict[str, Any], zone: tzinfo) -> tuple[TrackingEvent, ...]:
    """Read the answer of ``TrackPackagesByPin``, oldest first.

    The contract lists no codes of scans, so they are ``other``; a delivery it does tell. A scan
    without a time that can be read is left out.
    """
    events = [event for one in _shipments(data) for event in _events(one, zone)]
    return tuple(sorted(events, key=lambda event: event.happened_at))


def read_proof(data: dict[str, Any], zone: tzinfo) -> Proof | None:
    """Read who took the goods and when; None while nobody did."""
    for one in _shipments(data):
        status = one.get("ShipmentStatus") or {}
        if status.get("Delivered"):
            return Proof(
                delivered_at=_delivered_at(status, zone),
                signed_by=response.kept(status.get("SignedBy"), "signature"),
            )
    return None


def document_kind(document_type: str) -> str:
    """Return our kind of a DocumentType."""
    return "label" if "label" in document_type.lower() else "bill_of_lading"


def _shipments(data: dict[str, Any]) -> list[dict[str, Any]]:
    return (data.get("TrackingInformationList") or {}).get("TrackingInformation") or []


def _events(shipment: dict[str, Any], zone: tzinfo) -> Iterator[TrackingEvent]:
    for trace in (shipment.get("ShipmentPinHistory") or {}).get("PinTraceHistory") or []:
        scan = trace.get("ScanDetails") or {}
        moment = _moment(scan.get("HistDate"), scan.get("HistTime"), zone)
        if moment:
            yield TrackingEvent(
                code="other",
                carrier_code=response.kept(scan.get("HistCode"), "code of a scan"),
                text=scan.get("HistDesc") or "",
                happened_at=moment,
                location=scan.get("HistLocation") or "",
                tracking_ref=response.kept(trace.get("PIN"), "PIN"),
            )
    status = shipment.get("ShipmentStatus") or {}
    moment = _delivered_at(status, zone) if status.get("Delivered") else None
    if moment:
        yield TrackingEvent(
            code="delivered",
            carrier_code=response.kept(status.get("DelStatCode"), "code of a delivery"),
            text=status.get("DelStatDesc") or status.get("ShipmentStatus") or "",
            happened_at=moment,
            signed_by=response.kept(status.get("SignedBy"), "signature"),
        )


def _delivered_at(status: dict[str, Any], zone: tzinfo) -> datetime | None:
    day = _day(status.get("DelDate"))
    found = _moment(status.get("DelDate"), status.get("DelTime"), zone)
    return found or (day and datetime.combine(day, _END_OF_DAY, zone))


def _moment(day: str | None, clock: str | None, zone: tzinfo) -> datetime | None:
    found = _day(day)
    digits = re.sub(r"\D", "", clock or "")
    if not found or len(digits) not in _CLOCKS:
        return None
    try:
        moment = datetime.strptime(digits, _CLOCKS[len(digits)])
    except ValueError:
        return None
    return datetime.combine(found, moment.time(), zone)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _number(value: str | None, what: str) -> str:
    """Return a number; this carrier writes 0 for none."""
    text = response.kept(value, what)
    return text if text.strip("0") else ""
