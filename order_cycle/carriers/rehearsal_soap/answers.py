"""Rehearsal Freight: the types of its WSDL into our values. Pure functions; codes on top."""

from datetime import datetime
from typing import Any

from .. import documents
from ..dto import Booking, Document, Money, Pickup, Proof, Quote, TrackingEvent
from ..errors import (
    CarrierError,
    CarrierProtocolError,
    CarrierRejected,
    CarrierUnavailable,
    CarrierUnknownOutcome,
    FieldProblem,
)
from ..links import safe_link
from ..storable import is_storable, is_storable_amount
from .mapping import SERVICE_CODES

SERVICES = {theirs: ours for ours, theirs in SERVICE_CODES.items()}
EVENTS = {
    "AA": "announced",
    "AF": "collected",
    "X6": "in_transit",
    "OFD": "out_for_delivery",
    "D1": "delivered",
    "AP": "delivery_failed",
    "HLD": "held",
    "A7": "refused",
    "DMG": "damaged",
    "LST": "lost",
    "RTN": "returning",
    "RTD": "returned",
    "CA": "cancelled",
}
#: Error codes that prove that nothing was created. Any other code proves nothing.
REFUSED = frozenset(
    ("F1001", "F1002", "F1003", "F1004", "F1005", "F1006", "F1007", "F1008", "F1009")
    + ("F1099", "F2001", "F2002")
)
#: Error code of a carrier that asks to wait; nothing was created.
BUSY = "F9001"
#: Their field -> ours.
FIELDS = {
    "Reference": "request_ref",
    "Service": "service",
    "ShipDate": "ship_date",
    "Shipper": "sender",
    "Consignee": "receiver",
    "PostalCode": "zip_code",
    "Country": "country_code",
    "HandlingUnits": "handling_units",
    "FreightClass": "freight_class",
    "WeightKg": "weight_grams",
    "CashOnDelivery": "cash_on_delivery",
}


def check(operation: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the answer unless it reports errors, which come inside a normal answer.

    :raises CarrierRejected: all codes prove that nothing was created.
    :raises CarrierUnknownOutcome: at least one does not.
    """
    errors = ((data.get("ResponseInformation") or {}).get("Errors") or {}).get("Error") or []
    if errors:
        raise _failure(operation, [_problem(error) for error in errors])
    return data


def read_booking(data: dict[str, Any]) -> Booking:
    """Read the answer of ``BookFreight``.

    :raises CarrierProtocolError: neither a shipment nor an error is in it.
    """
    shipment = _required(data, "Shipment")
    usable, warnings = documents.sort_out([_document(_required(data, "BillOfLading"))])
    return _booking(shipment, documents=usable, warnings=warnings, was_known=False)


def read_found(data: dict[str, Any]) -> tuple[Booking, ...]:
    """Read the answer of ``FindByReference``: the live ones, newest first."""
    live = [item for item in data["Shipment"] if item["Status"] == "Booked"]
    newest_first = sorted(live, key=lambda item: _aware(item["BookedAt"]), reverse=True)
    return tuple(_booking(item, was_known=True) for item in newest_first)


def read_documents(data: dict[str, Any]) -> tuple[Document, ...]:
    """Read the answer of ``GetBillOfLading``.

    :raises CarrierProtocolError: there is none, or it is no usable file.
    """
    usable, warnings = documents.sort_out([_document(_required(data, "BillOfLading"))])
    if warnings:
        raise CarrierProtocolError(warnings[0].text, code=warnings[0].code, fields=warnings)
    return usable


def check_cancelled(data: dict[str, Any]) -> None:
    """Make sure that the answer of ``CancelFreight`` says so."""
    if data["Status"] != "Cancelled":
        raise CarrierProtocolError(
            "The carrier accepted the cancellation but the shipment is still live. Ask it.",
            code="not_cancelled",
        )


def read_quotes(data: dict[str, Any]) -> tuple[Quote, ...]:
    """Read prices; a service we have no word for is left out."""
    return tuple(
        Quote(
            service=SERVICES[item["Service"]],
            price=_money(item["Price"]),
            transit_days=int(item["TransitDays"]),
            quote_ref=item["QuoteNumber"],
            valid_until=_aware(item["ValidUntil"]),
        )
        for item in data["Quote"]
        if item["Service"] in SERVICES
    )


def read_events(data: dict[str, Any]) -> tuple[TrackingEvent, ...]:
    """Read scans, oldest first."""
    events = (
        TrackingEvent(
            code=EVENTS.get(item["Code"], "other"),
            carrier_code=item["Code"],
            text=item["Description"],
            happened_at=_aware(item["Time"]),
            location=item["Location"] or "",
        )
        for item in data["Event"]
    )
    return tuple(sorted(events, key=lambda event: event.happened_at))


def read_pickup(data: dict[str, Any]) -> Pickup:
    """Read the answer of ``BookPickup`` and ``ChangePickup``."""
    pickup = _required(data, "Pickup")
    if pickup["Status"] != "Booked":
        raise CarrierProtocolError(
            "The carrier's answer says that the pickup is cancelled. Ask it.", code="not_booked"
        )
    return Pickup(pickup_ref=_kept(pickup, "PickupNumber"), price=_money(pickup["Price"]))


def check_pickup_cancelled(data: dict[str, Any]) -> None:
    """Make sure that the answer of ``CancelPickup`` says so."""
    if _required(data, "Pickup")["Status"] != "Cancelled":
        raise CarrierProtocolError(
            "The carrier accepted the cancellation but the driver still comes. Ask it.",
            code="not_cancelled",
        )


def read_proof(data: dict[str, Any]) -> Proof | None:
    """Read the answer of ``GetProofOfDelivery``; an unusable paper is left out."""
    node = data["ProofOfDelivery"]
    if not node:
        return None
    papers = [_document(node["Paper"], kind="proof")] if node["Paper"] else []
    return Proof(
        delivered_at=_aware(node["DeliveredAt"]),
        signed_by=node["SignedBy"] or "",
        location=node["Location"] or "",
        documents=documents.sort_out(papers)[0],
    )


def our_field(path: str) -> str:
    """Return their path (``Consignee/PostalCode``) in our words (``receiver.zip_code``)."""
    return ".".join(_our_part(part) for part in path.split("/")) if path else ""


def _our_part(part: str) -> str:
    name, bracket, rest = part.partition("[")
    return f"{FIELDS.get(name, name.lower())}{bracket}{rest}"


def _booking(shipment: dict[str, Any], *, was_known: bool, documents=(), warnings=()) -> Booking:
    return Booking(
        waybill_ref=_kept(shipment, "ProNumber"),
        documents=documents,
        price=_money(shipment["Price"]),
        service=SERVICES.get(shipment["Service"], ""),
        tracking_url=safe_link(shipment["TrackingUrl"]),
        was_known=was_known,
        warnings=warnings,
    )


def _failure(operation: str, problems: list[FieldProblem]) -> CarrierError:
    text = " ".join(f"{problem.text} ({problem.code})" for problem in problems)
    codes = {problem.code for problem in problems}
    if codes == {BUSY}:
        return CarrierUnavailable(
            f"{operation}: the carrier asks to wait. Nothing was done; try again later.",
            code="carrier_busy",
        )
    if codes <= REFUSED:
        return CarrierRejected(
            f"The carrier refused: {text}", code=problems[0].code, fields=problems
        )
    return CarrierUnknownOutcome(
        f"{operation}: the carrier reports {text} Whether it did what was asked is not known; "
        "ask before sending it again.",
        code="carrier_error",
        fields=problems,
    )


def _problem(error: dict[str, Any]) -> FieldProblem:
    return FieldProblem(
        field=our_field(error["Field"] or ""), code=error["Code"], text=error["Description"]
    )


def _document(node: dict[str, Any], kind: str = "bill_of_lading") -> Document:
    return Document(kind=kind, format=node["Format"].lower(), content=node["Content"] or b"")


def _required(data: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a part that the WSDL calls optional but a good answer always has."""
    if not data.get(key):
        raise CarrierProtocolError(
            f"The carrier's answer has neither {key} nor an error. It may have done what was "
            "asked; ask before sending it again.",
            code="answer_incomplete",
        )
    return data[key]


def _money(node: dict[str, Any]) -> Money:
    # xsd:decimal knows no NaN, but the parser lets it through; and it knows no largest amount.
    if not is_storable_amount(node["Amount"]):
        raise CarrierProtocolError(
            "The carrier's answer has an amount that is no number.", code="answer_incomplete"
        )
    return Money(amount=node["Amount"], currency=node["Currency"])


def _kept(node: dict[str, Any], key: str) -> str:
    if not is_storable(node[key]):
        raise CarrierProtocolError(
            f"The carrier's answer has a {key} that cannot be kept.", code="answer_incomplete"
        )
    return node[key]


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise CarrierProtocolError(
            "The carrier's answer has a time without its zone.", code="answer_incomplete"
        )
    return moment
