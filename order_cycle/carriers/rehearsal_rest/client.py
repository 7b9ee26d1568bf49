"""Rehearsal Parcel: capability -> mapping -> transport -> mapping, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace

from .. import auth, documents
from ..dto import (
    Booking,
    CarrierSettings,
    Document,
    Manifest,
    Pickup,
    PickupRequest,
    Proof,
    Quote,
    ShipmentRequest,
    TrackingEvent,
)
from ..errors import CarrierProtocolError, FieldProblem, InvalidShipment
from ..exchange import OnExchange
from ..rest.transport import RestTransport, StatusRules
from . import answers, mapping
from .checks import booking_problems, manifest_problems, pickup_problems, quote_problems
from .info import INFO

#: 400 and 422 are answers of the contract's check, made before anything is done; 404 and 409 say
#: that a shipment is not there or no more. 429 comes from the door: the request was not looked at.
#: The contract knows no 503: whoever sends one proves nothing.
RULES = StatusRules(
    refused=frozenset({400, 404, 409, 422}),
    not_sent=frozenset({429}),
    read_refusal=answers.read_refusal,
)
#: A conflict at booking proves that the carrier does have something under our key.
BOOKING_RULES = replace(RULES, refused=RULES.refused - {409})


class Client:
    """One account at the rehearsal parcel carrier."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._transport = RestTransport(
            settings,
            headers=auth.bearer(settings.api_key),
            rules=RULES,
            on_exchange=on_exchange,
        )

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. May be sent again with the same key and payload."""
        problems = () if is_checked else self.find_problems(request)
        if problems:
            raise InvalidShipment(problems)
        answer = self._transport.call(
            "createShipment",
            "POST",
            ("v1", "shipments"),
            body=mapping.to_booking(request),
            headers={"Idempotency-Key": request.idempotency_key},
            rules=BOOKING_RULES,
        )
        return answers.read_booking(answer.data, was_known=answer.status == 200)

    def find_by_reference(self, request_ref: str) -> tuple[Booking, ...]:
        """See ``FindsByReference``."""
        answer = self._transport.call(
            "findShipments", "GET", ("v1", "shipments"), query={"reference": request_ref}
        )
        return answers.read_found(answer.data)

    def cancel(self, waybill_ref: str) -> None:
        """See ``Cancels``."""
        answer = self._transport.call("cancelShipment", "DELETE", ("v1", "shipments", waybill_ref))
        if not answers.is_cancelled(answer.data):
            raise CarrierProtocolError(
                "The carrier accepted the cancellation but the shipment is still live. Ask it.",
                code="not_cancelled",
            )

    def print_again(self, waybill_ref: str) -> tuple[Document, ...]:
        """See ``PrintsAgain``."""
        answer = self._transport.call("getLabels", "GET", ("v1", "shipments", waybill_ref, "label"))
        usable, warnings = documents.sort_out(answers.read_labels(answer.data))
        if warnings:
            raise CarrierProtocolError(warnings[0].text, code=warnings[0].code, fields=warnings)
        return usable

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """See ``Tracks``."""
        answer = self._transport.call(
            "getTracking", "GET", ("v1", "shipments", waybill_ref, "tracking")
        )
        return answers.read_events(answer.data)

    def prove_delivery(self, waybill_ref: str) -> Proof | None:
        """See ``ProvesDelivery``."""
        answer = self._transport.call("getProof", "GET", ("v1", "shipments", waybill_ref, "proof"))
        return answers.read_proof(answer.data)

    def quote(self, request: ShipmentRequest) -> tuple[Quote, ...]:
        """See ``Quotes``."""
        problems = quote_problems(request)
        if problems:
            raise InvalidShipment(problems)
        answer = self._transport.call(
            "createQuote", "POST", ("v1", "quotes"), body=mapping.to_quote(request)
        )
        return answers.read_quotes(answer.data)

    def book_pickup(self, request: PickupRequest) -> Pickup:
        """See ``BooksPickup``. The contract has no key: never send it again."""
        _refuse(pickup_problems(request))
        answer = self._transport.call(
            "createPickup", "POST", ("v1", "pickups"), body=mapping.to_pickup(request)
        )
        return answers.read_pickup(answer.data)

    def change_pickup(self, pickup_ref: str, request: PickupRequest) -> Pickup:
        """See ``ChangesPickup``."""
        _refuse(pickup_problems(request))
        answer = self._transport.call(
            "changePickup", "PUT", ("v1", "pickups", pickup_ref), body=mapping.to_pickup(request)
        )
        return answers.read_pickup(answer.data)

    def cancel_pickup(self, pickup_ref: str, request: PickupRequest) -> None:
        """See ``CancelsPickup``."""
        answer = self._transport.call("cancelPickup", "DELETE", ("v1", "pickups", pickup_ref))
        if not answers.is_cancelled(answer.data):
            raise CarrierProtocolError(
                "The carrier accepted the cancellation but the driver still comes. Ask it.",
                code="not_cancelled",
            )

    def close_manifest(self, waybill_refs: Sequence[str]) -> Manifest:
        """See ``ClosesManifest``. A shipment is on one list only: never send it again."""
        _refuse(manifest_problems(waybill_refs))
        answer = self._transport.call(
            "closeManifest", "POST", ("v1", "manifests"), body=mapping.to_manifest(waybill_refs)
        )
        return answers.read_manifest(answer.data)

    def check_account(self) -> None:
        """See ``ChecksAccount``."""
        self._transport.call("ping", "GET", ("v1", "ping"))


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise InvalidShipment(problems)
