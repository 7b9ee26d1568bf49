"""Purolator E-Ship: capability -> mapping -> transport -> mapping, and nothing else."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ..dto import (
    Address,
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
from ..errors import CarrierError, FieldProblem, InvalidShipment
from ..exchange import OnExchange
from ..soap.transport import Endpoint
from . import answers, contract, mapping, parties, pickup_mapping, response
from .checks import booking_problems, pickup_problems, quote_problems
from .info import INFO
from .options import read_options
from .papers import fetch
from .services import Services

#: Known to every Canadian address book; asking for it tells whether key and account work.
_KNOWN_PLACE = {"City": "Ottawa", "Province": "ON", "Country": "CA", "PostalCode": "K1A0A6"}
#: What is voided -> the element of the answer that says whether it was.
VOIDED = {"VoidShipment": "ShipmentVoided", "VoidPickUp": "PickUpVoided"}


class Client:
    """One account at Purolator."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._options = read_options(settings, INFO)
        self._services = Services(settings, contract.VERSIONS, on_exchange)

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request, self._options)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. The label is another call, see ``print_again``."""
        _refuse(() if is_checked else self.find_problems(request))
        endpoint, operation = contract.SHIPPING, "CreateShipment"
        payload = {"Shipment": mapping.to_shipment(request, self._options)}
        if request.is_return:
            endpoint, operation = contract.RETURNS, "CreateReturnsManagementShipment"
            payload = {"ReturnsManagementShipment": mapping.to_return(request, self._options)}
        payload["PrinterType"] = self._options.values["printer"]
        data = self._services.call(endpoint, operation, payload, request.request_ref)
        references = [parcel.reference for parcel in request.parcels]
        with self._services.discreet():
            return answers.read_booking(operation, data, references, self._options.refusal_codes)

    def cancel(self, waybill_ref: str) -> None:
        """See ``Cancels``. Purolator cancels on the day of the booking only."""
        self._void(contract.SHIPPING, "VoidShipment", {"PIN": {"Value": waybill_ref}})

    def print_again(self, waybill_ref: str) -> tuple[Document, ...]:
        """See ``PrintsAgain``. All papers of the shipment, the customs' too."""
        criteria = [{"PIN": {"Value": waybill_ref}}]
        payload = {
            "OutputType": mapping.LABEL_FORMATS["pdf"],
            "Synchronous": True,
            "DocumentCriterium": {"DocumentCriteria": criteria},
        }
        return answers.read_documents(self._call(contract.DOCUMENTS, "GetDocuments", payload))

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """See ``Tracks``."""
        payload = {"PINs": {"PIN": [{"Value": waybill_ref}]}}
        data = self._call(contract.TRACKING, "TrackPackagesByPin", payload)
        return answers.read_events(data, self._options.zone)

    def prove_delivery(self, waybill_ref: str) -> Proof | None:
        """See ``ProvesDelivery``."""
        payload = {"PIN": {"Value": waybill_ref}}
        data = self._services.call(contract.TRACKING, "GetDeliveryDetails", payload)
        with self._services.discreet():
            return answers.read_proof(data, self._options.zone)

    def quote(self, request: ShipmentRequest) -> tuple[Quote, ...]:
        """See ``Quotes``."""
        _refuse(quote_problems(request, self._options))
        payload = mapping.to_estimate(request, self._options)
        data = self._call(contract.ESTIMATING, "GetFullEstimate", payload, request.request_ref)
        quotes = answers.read_quotes(data, self._options.currency)
        return tuple(one for one in quotes if request.service in ("", one.service))

    def close_manifest(self, waybill_refs: Sequence[str]) -> Manifest:
        """See ``ClosesManifest``. Consolidate takes no list: it closes all shipments of the day."""
        day = datetime.now(self._options.zone).date()
        data = self._call(contract.SHIPPING, "Consolidate", {})
        if data.get("Consolidate") is not True:
            raise response.incomplete("confirmation of the manifest")
        return answers.to_manifest(day, self._manifest_papers(day))

    def check_account(self) -> None:
        """See ``ChecksAccount``."""
        payload = {
            "BillingAccountNumber": self._options.billing_account,
            "SenderAddress": _KNOWN_PLACE,
            "ReceiverAddress": _KNOWN_PLACE,
        }
        self._call(contract.AVAILABILITY, "GetServicesOptions", payload)

    def check_address(self, address: Address) -> tuple[FieldProblem, ...]:
        """See ``ChecksAddress``."""
        asked = parties.to_short_address(address)
        payload = {"Addresses": {"ShortAddress": [asked]}}
        data = self._call(contract.AVAILABILITY, "ValidateCityPostalCodeZip", payload)
        return answers.read_address(data, asked)

    def book_pickup(self, request: PickupRequest) -> Pickup:
        """See ``BooksPickup``."""
        _refuse(pickup_problems(request, self._options))
        payload = pickup_mapping.to_schedule(request, self._options)
        data = self._call(contract.PICKUP, "SchedulePickUp", payload, request.request_ref)
        return answers.read_pickup(data)

    def change_pickup(self, pickup_ref: str, request: PickupRequest) -> Pickup:
        """See ``ChangesPickup``. Day, address and the earliest time cannot be changed."""
        _refuse(pickup_problems(request, self._options))
        payload = pickup_mapping.to_change(pickup_ref, request, self._options)
        data = self._call(contract.PICKUP, "ModifyPickUp", payload, request.request_ref)
        return answers.read_pickup(
            data,
            "Purolator changes the closing time, the place and the quantities only. For another "
            "day or address, cancel the pickup and book a new one.",
        )

    def cancel_pickup(self, pickup_ref: str, request: PickupRequest) -> None:
        """See ``CancelsPickup``."""
        payload = {"PickUpConfirmationNumber": pickup_ref}
        self._void(contract.PICKUP, "VoidPickUp", payload)

    def _void(self, endpoint: Endpoint, operation: str, payload: dict[str, Any]) -> None:
        data = self._services.call(endpoint, operation, payload)
        with self._services.discreet():
            answers.check_voided(operation, data, VOIDED[operation])

    def _manifest_papers(self, day: date) -> list[bytes]:
        """Return the lists, if they can be had; the manifest is closed with or without them."""
        criteria = [{"ManifestDate": day.isoformat()}]
        payload = {
            "ShipmentManifestDocumentCriterium": {"ShipmentManifestDocumentCriteria": criteria}
        }
        try:
            data = self._call(contract.DOCUMENTS, "GetShipmentManifestDocument", payload)
            return [fetch(self._services, link) for link in answers.read_manifest_links(data)]
        except CarrierError:
            return []

    def _call(
        self, endpoint: Endpoint, operation: str, payload: dict[str, Any], reference: str = ""
    ) -> dict[str, Any]:
        data = self._services.call(endpoint, operation, payload, reference)
        with self._services.discreet():
            return response.check(operation, data, self._options.refusal_codes)


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise InvalidShipment(problems)
