"""Purolator Freight: capability -> mapping -> transport -> mapping, and nothing else."""

from dataclasses import replace
from typing import Any

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
from ..errors import CarrierAuthError, CarrierRejected, FieldProblem, InvalidShipment
from ..exchange import OnExchange
from ..purolator import response
from ..purolator.answers import read_documents
from ..purolator.options import read_options
from ..purolator.services import Services
from ..soap.transport import Endpoint
from . import answers, contract, mapping
from .checks import booking_problems, pickup_problems, quote_problems
from .info import INFO

#: No shipment has this number; tracking it tells whether the key works.
_NO_PIN = "0000000000"


class Client:
    """One account at Purolator Freight."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._options = read_options(settings, INFO)
        self._services = Services(settings, contract.VERSIONS, on_exchange)

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request, self._options)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. The bill of lading is another call, see ``print_again``."""
        _refuse(() if is_checked else self.find_problems(request))
        operation, options = "CreateShipment", self._options
        payload = {"Shipment": mapping.to_shipment(request, options)}
        data = self._services.call(contract.SHIPPING, operation, payload, request.request_ref)
        references = [unit.reference for unit in request.handling_units]
        with self._services.discreet():
            return answers.read_booking(
                operation, data, references, options.currency, options.refusal_codes
            )

    def print_again(self, waybill_ref: str) -> tuple[Document, ...]:
        """See ``PrintsAgain``."""
        criteria: dict[str, Any] = {"PIN": {"Value": waybill_ref}}
        if name := self._options.values["document_type"]:
            criteria["DocumentTypes"] = {"DocumentType": [name]}
        payload = {
            "OutputType": mapping.LABEL_FORMATS["pdf"],
            "Synchronous": True,
            "DocumentCriterium": {"DocumentCriteria": [criteria]},
        }
        data = self._call(contract.DOCUMENTS, "GetDocuments", payload)
        return read_documents(data, answers.document_kind)

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """See ``Tracks``."""
        return answers.read_events(self._track(waybill_ref), self._options.zone)

    def prove_delivery(self, waybill_ref: str) -> Proof | None:
        """See ``ProvesDelivery``. Tracking tells it; there is no other call."""
        return answers.read_proof(self._track(waybill_ref), self._options.zone)

    def quote(self, request: ShipmentRequest) -> tuple[Quote, ...]:
        """See ``Quotes``. One call for each service: an estimate is of one."""
        _refuse(quote_problems(request, self._options))
        if request.service:
            return (self._quote(request),)
        quotes, refusals = [], []
        for service in mapping.SERVICE_SETTINGS:
            try:
                quotes.append(self._quote(replace(request, service=service)))
            except CarrierRejected as error:
                refusals.append(error)
        if refusals and not quotes:
            raise refusals[0]
        return tuple(quotes)

    def check_account(self) -> None:
        """See ``ChecksAccount``. That nobody has the number may be an error; the key is right."""
        payload = {"PINs": {"PIN": [{"Value": _NO_PIN}]}}
        data = self._services.call(contract.TRACKING, "TrackPackagesByPin", payload)
        problems = response.errors_of(data)
        error = problems and response.failure("TrackPackagesByPin", problems)
        if isinstance(error, CarrierAuthError):
            raise error

    def book_pickup(self, request: PickupRequest) -> Pickup:
        """See ``BooksPickup``."""
        _refuse(pickup_problems(request, self._options))
        payload = {"PickUp": mapping.to_pickup(request, self._options)}
        data = self._call(contract.PICKUP, "GetFreightPickup", payload, request.request_ref)
        return answers.read_pickup(data)

    def _quote(self, request: ShipmentRequest) -> Quote:
        payload = {"Estimate": mapping.to_estimate(request, self._options)}
        data = self._call(contract.ESTIMATING, "GetEstimate", payload, request.request_ref)
        return answers.read_quote(data, request.service, self._options.currency)

    def _track(self, waybill_ref: str) -> dict[str, Any]:
        payload = {"PINs": {"PIN": [{"Value": waybill_ref}]}}
        return self._call(contract.TRACKING, "TrackPackagesByPin", payload)

    def _call(
        self, endpoint: Endpoint, operation: str, payload: dict[str, Any], reference: str = ""
    ) -> dict[str, Any]:
        data = self._services.call(endpoint, operation, payload, reference)
        with self._services.discreet():
            return response.check(operation, data, self._options.refusal_codes)


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise InvalidShipment(problems)
