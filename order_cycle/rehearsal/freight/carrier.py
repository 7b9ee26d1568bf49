"""The rehearsal freight carrier: SOAP, LTL, without any protection against booking twice."""

import base64
import hmac
import uuid
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any

from .. import tariff
from ..behaviour import Behaviour
from ..journey import STEP_S, delivery, scans
from ..messages import Reply, Request
from ..plays import Booked, Stage, perform
from ..proof import proof_pdf
from ..store import BookingStore, StoredBooking
from ..tracking_page import tracking_page
from . import envelope, rules
from .bill_of_lading import bill_of_lading_pdf
from .desk import Desk
from .numbers import pro_number

#: The default credentials; a rehearsal has nothing to protect.
USERNAME = "rehearsal"
PASSWORD = "rehearsal-freight"

VERSION = "1.0"
_XML = "text/xml; charset=utf-8"
_NO_ERRORS = {"Errors": {}}
#: Stage of a journey -> (code, description, whose city).
_EVENTS = {
    "announced": ("AA", "Pickup was ordered.", "Shipper"),
    "collected": ("AF", "The driver left the shipper.", "Shipper"),
    "hub": ("X6", "On the way to the next terminal.", "Shipper"),
    "out": ("OFD", "On the truck for delivery.", "Consignee"),
    "delivered": ("D1", "Delivered in full.", "Consignee"),
    "failed": ("AP", "Delivery could not be completed.", "Consignee"),
    "held": ("HLD", "Held at the terminal; instructions are needed.", "Consignee"),
    "refused": ("A7", "Refused by the consignee.", "Consignee"),
    "damaged": ("DMG", "The goods were damaged.", "Shipper"),
    "lost": ("LST", "The goods cannot be found.", "Shipper"),
    "returning": ("RTN", "On the way back to the shipper.", "Shipper"),
    "returned": ("RTD", "Given back to the shipper.", "Shipper"),
    "cancelled": ("CA", "The shipment was cancelled.", "Shipper"),
}


class FreightCarrier:
    """Answers the operations of ``freight.wsdl``."""

    def __init__(self, store_path: Path, *, step_s: float = STEP_S):
        self.store = BookingStore(store_path, number_of=pro_number)
        self.behaviour = Behaviour()
        self.base_url = ""
        self._step_s = step_s
        self.desk = Desk(
            store_path,
            self.behaviour,
            {"good": _good, "refused": _refused, "fault": _fault, "too_many": _too_many},
        )
        self.errands = {"pickups": self.desk.pickups}
        self._operations = {
            "BookFreight": self._book,
            "FindByReference": self._find,
            "GetBillOfLading": self._bill_of_lading,
            "CancelFreight": self._cancel,
            "TrackFreight": self._track,
            "GetProofOfDelivery": self._proof,
            "QuoteFreight": self._quote,
            "BookPickup": self.desk.book,
            "ChangePickup": self.desk.change,
            "CancelPickup": self.desk.cancel,
        }

    def answer(self, request: Request) -> Reply:
        """Find the operation and play it."""
        if request.segments[:1] == ("track",):
            return self._page(request)
        if request.method != "POST":
            return _fault(405, "Client", "Send SOAP messages by POST.")
        if not _is_authorised(request):
            reply = _fault(401, "Client", "User or password is wrong.")
            return replace(reply, headers={"WWW-Authenticate": 'Basic realm="rehearsal"'})
        try:
            return self._operation(request)
        except envelope.MalformedMessage as error:
            return _fault(500, "Client", str(error), error.details)

    def _operation(self, request: Request) -> Reply:
        context, element = envelope.read(request.body)
        name = element.tag.removeprefix(f"{{{envelope.NAMESPACE}}}").removesuffix("Request")
        action = request.headers.get("soapaction", "").strip('"')
        if name not in self._operations or action != f"{envelope.NAMESPACE}/{name}":
            raise envelope.MalformedMessage(f"SOAPAction {action!r} does not fit the message.")
        if envelope.to_dict(context)["Version"] != VERSION:
            raise envelope.MalformedMessage(f"RequestContext/Version must be {VERSION}.")
        return self._operations[name](envelope.to_dict(element))

    def _book(self, data: dict[str, Any]) -> Reply:
        shipment = data["Shipment"]
        objections = rules.objections(shipment, is_booking=True)
        if objections:
            return _refused("BookFreight", objections)
        refusal = {"Code": "F1099", "Description": "Refused by the rehearsal's behaviour."}
        stage = Stage(
            create=partial(self._create, shipment),
            good=self._booked,
            incomplete=_incomplete,
            refusal=partial(_refused, "BookFreight", [refusal]),
            server_error=partial(_fault, 500, "Server", "Something went wrong."),
            too_many=_too_many,
        )
        return perform(self.behaviour.next(), stage)

    def _create(self, shipment: dict[str, Any]) -> Booked:
        return Booked(booking=self.store.add(reference=shipment["Reference"], payload=shipment))

    def _booked(self, booked: Booked, paper: bytes | None) -> Reply:
        data = {
            "Shipment": self._shipment(booked.booking),
            "BillOfLading": _paper(booked.booking, paper),
        }
        return _good("BookFreight", data)

    def _find(self, data: dict[str, Any]) -> Reply:
        found = self.store.by_reference(data["Reference"])
        return _good("FindByReference", {"Shipment": [self._shipment(item) for item in found]})

    def _bill_of_lading(self, data: dict[str, Any]) -> Reply:
        booking = self.store.by_number(data["ProNumber"])
        if not booking:
            return _not_found("GetBillOfLading", data)
        if booking.cancelled_at:
            error = {"Code": "F2002", "Description": f"{booking.number} is cancelled."}
            return _refused("GetBillOfLading", [error])
        return _good("GetBillOfLading", {"BillOfLading": _paper(booking, None)})

    def _cancel(self, data: dict[str, Any]) -> Reply:
        booking = self.store.cancel(data["ProNumber"])
        if not booking:
            return _not_found("CancelFreight", data)
        return _good("CancelFreight", {"Status": "Cancelled"})

    def _track(self, data: dict[str, Any]) -> Reply:
        booking = self.store.by_number(data["ProNumber"])
        if not booking:
            return _not_found("TrackFreight", data)
        events = [_event(booking, scan) for scan in scans(booking, step_s=self._step_s)]
        return _good("TrackFreight", {"Event": events})

    def _proof(self, data: dict[str, Any]) -> Reply:
        booking = self.store.by_number(data["ProNumber"])
        if not booking:
            return _not_found("GetProofOfDelivery", data)
        handed_over = delivery(booking, step_s=self._step_s)
        # None is left out: nothing was delivered yet.
        proof = handed_over and _proof_of(booking, handed_over)
        return _good("GetProofOfDelivery", {"ProofOfDelivery": proof})

    def notices(self, booking: StoredBooking, secret: str) -> list[tuple[bytes, dict[str, str]]]:
        """See ``http_server.Carrier``."""
        raise ValueError("This carrier sends no notices.")

    def _quote(self, data: dict[str, Any]) -> Reply:
        shipment = data["Shipment"]
        objections = rules.objections(shipment, is_booking=False)
        if objections:
            return _refused("QuoteFreight", objections)
        services = [shipment["Service"]] if "Service" in shipment else ["Standard", "Expedited"]
        return _good("QuoteFreight", {"Quote": [_quote(name, shipment) for name in services]})

    def _shipment(self, booking: StoredBooking) -> dict[str, Any]:
        service = booking.payload["Service"]
        return {
            "ProNumber": booking.number,
            "Reference": booking.reference,
            "Status": "Cancelled" if booking.cancelled_at else "Booked",
            "Service": service,
            "Price": _money(rules.price(service, booking.payload)),
            "BookedAt": booking.booked_at,
            "TrackingUrl": f"{self.base_url}/track/{booking.number}",
        }

    def _page(self, request: Request) -> Reply:
        booking = self.store.by_number(request.segments[-1])
        return tracking_page(booking, list(scans(booking, step_s=self._step_s)) if booking else [])


def _is_authorised(request: Request) -> bool:
    scheme, _space, pair = request.headers.get("authorization", "").partition(" ")
    expected = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode())
    return scheme.lower() == "basic" and hmac.compare_digest(pair.strip().encode(), expected)


def _paper(booking: StoredBooking, content: bytes | None) -> dict[str, Any]:
    return {"Format": "PDF", "Content": content or bill_of_lading_pdf(booking)}


def _money(amount) -> dict[str, Any]:
    return {"Amount": amount, "Currency": tariff.CURRENCY}


def _quote(service: str, shipment: dict[str, Any]) -> dict[str, Any]:
    return {
        "QuoteNumber": f"Q{uuid.uuid4().hex[:12].upper()}",
        "Service": service,
        "Price": _money(rules.price(service, shipment)),
        "TransitDays": rules.rate(service, shipment).days,
        "ValidUntil": datetime.now(timezone.utc) + timedelta(days=7),
    }


def _event(booking: StoredBooking, scan) -> dict[str, Any]:
    code, description, side = _EVENTS[scan.stage]
    party = booking.payload[side]
    place = f"{party['City']}, {party['Country']}"
    return {"Code": code, "Description": description, "Time": scan.time, "Location": place}


def _proof_of(booking: StoredBooking, scan) -> dict[str, Any]:
    party = booking.payload["Consignee"]
    place = f"{party['City']}, {party['Country']}"
    paper = proof_pdf(booking.number, scan.time, party["Name"], place)
    return {
        "DeliveredAt": scan.time,
        "SignedBy": party["Name"],
        "Location": place,
        "Paper": {"Format": "PDF", "Content": paper},
    }


def _good(operation: str, data: dict[str, Any]) -> Reply:
    body = {"ResponseInformation": _NO_ERRORS, **data}
    return Reply(body=envelope.write(f"{operation}Response", body), content_type=_XML)


def _incomplete(_booked: Booked) -> Reply:
    return _good("BookFreight", {"Shipment": {}})


def _refused(operation: str, errors: list[dict[str, str]]) -> Reply:
    """Business errors come inside a normal answer, as with most SOAP carriers."""
    body = {"ResponseInformation": {"Errors": {"Error": errors}}}
    return Reply(body=envelope.write(f"{operation}Response", body), content_type=_XML)


def _not_found(operation: str, data: dict[str, Any]) -> Reply:
    text = f"There is no shipment {data['ProNumber']}."
    return _refused(operation, [{"Code": "F2001", "Description": text, "Field": "ProNumber"}])


def _too_many(seconds: float) -> Reply:
    reply = _fault(429, "Server", "Too many calls. Wait and try again.")
    return replace(reply, headers={"Retry-After": str(int(seconds))})


def _fault(status: int, code: str, text: str, details: list[str] | None = None) -> Reply:
    body = envelope.write_fault(code, text, details)
    return Reply(status=status, body=body, content_type=_XML)
