"""Rehearsal Freight: capability -> mapping -> transport -> mapping, and nothing else."""

from pathlib import Path
from typing import Any

from .. import auth
from ..dto import (
    Booking,
    CarrierSettings,
    Document,
    Pickup,
    PickupRequest,
    Proof,
    Quote,
    ShipmentRequest,
    TrackingEvent,
)
from ..errors import CarrierError, FieldProblem, InvalidShipment
from ..exchange import OnExchange
from ..soap.outcome import FaultRules
from ..soap.transport import Endpoint, SoapTransport
from . import answers, mapping
from .checks import booking_problems, pickup_problems, quote_problems, reference_problems
from .info import INFO

#: The same file the rehearsal server checks messages against.
WSDL = Path(__file__).parents[2] / "rehearsal" / "contracts" / "freight.wsdl"
ENDPOINT = Endpoint(wsdl=WSDL, binding="{urn:rehearsal:freight:v1}FreightBinding")
#: A Client fault is the answer of the schema check, made before anything is created.
#: Nobody promises that a 503 comes from the carrier itself: it proves nothing.
RULES = FaultRules(refused=frozenset({"Client"}), not_sent=frozenset({429}))

#: Nobody books under this reference; looking for it tells whether the account works.
_NO_REFERENCE = "ACCOUNT-CHECK"


class Client:
    """One account at the rehearsal freight carrier."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._transport = SoapTransport(
            ENDPOINT,
            settings,
            headers=auth.basic(settings.username, settings.password),
            rules=RULES,
            on_exchange=on_exchange,
        )

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. Never send it again without looking it up first."""
        _refuse(() if is_checked else self.find_problems(request))
        payload = {"Shipment": mapping.to_shipment(request)}
        return answers.read_booking(self._call("BookFreight", payload, request.request_ref))

    def find_by_reference(self, request_ref: str) -> tuple[Booking, ...]:
        """See ``FindsByReference``."""
        _refuse(reference_problems(request_ref))
        data = self._call("FindByReference", {"Reference": request_ref}, request_ref)
        return answers.read_found(data)

    def cancel(self, waybill_ref: str) -> None:
        """See ``Cancels``."""
        answers.check_cancelled(self._call("CancelFreight", {"ProNumber": waybill_ref}))

    def print_again(self, waybill_ref: str) -> tuple[Document, ...]:
        """See ``PrintsAgain``."""
        return answers.read_documents(self._call("GetBillOfLading", {"ProNumber": waybill_ref}))

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """See ``Tracks``."""
        return answers.read_events(self._call("TrackFreight", {"ProNumber": waybill_ref}))

    def prove_delivery(self, waybill_ref: str) -> Proof | None:
        """See ``ProvesDelivery``."""
        return answers.read_proof(self._call("GetProofOfDelivery", {"ProNumber": waybill_ref}))

    def quote(self, request: ShipmentRequest) -> tuple[Quote, ...]:
        """See ``Quotes``."""
        _refuse(quote_problems(request))
        payload = {"Shipment": mapping.to_shipment(request)}
        return answers.read_quotes(self._call("QuoteFreight", payload, request.request_ref))

    def book_pickup(self, request: PickupRequest) -> Pickup:
        """See ``BooksPickup``. Nothing can be looked up: never send it again."""
        _refuse(pickup_problems(request))
        payload = {"Pickup": mapping.to_pickup(request)}
        return answers.read_pickup(self._call("BookPickup", payload, request.request_ref))

    def change_pickup(self, pickup_ref: str, request: PickupRequest) -> Pickup:
        """See ``ChangesPickup``."""
        _refuse(pickup_problems(request))
        payload = {"PickupNumber": pickup_ref, "Pickup": mapping.to_pickup(request)}
        return answers.read_pickup(self._call("ChangePickup", payload, request.request_ref))

    def cancel_pickup(self, pickup_ref: str, request: PickupRequest) -> None:
        """See ``CancelsPickup``."""
        payload = {"PickupNumber": pickup_ref}
        answers.check_pickup_cancelled(self._call("CancelPickup", payload, request.request_ref))

    def check_account(self) -> None:
        """See ``ChecksAccount``."""
        self._call("FindByReference", {"Reference": _NO_REFERENCE})

    def _call(self, operation: str, payload: dict[str, Any], reference: str = "") -> dict[str, Any]:
        header = mapping.to_header(reference or operation)
        data = self._transport.call(operation, payload, header=header)
        try:
            return answers.check(operation, data)
        except CarrierError as error:
            raise self._transport.discreet(error) from None


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise InvalidShipment(problems)
