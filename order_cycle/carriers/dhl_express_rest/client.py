"""MyDHL: capability -> mapping -> transport -> mapping, and nothing else."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .. import auth
from ..account_settings import filled
from ..dto import (
    Address,
    Booking,
    CarrierSettings,
    Pickup,
    PickupRequest,
    Proof,
    Quote,
    ShipmentRequest,
    TrackingEvent,
)
from ..errors import (
    CarrierAuthError,
    CarrierProtocolError,
    CarrierRejected,
    FieldProblem,
    InvalidShipment,
)
from ..exchange import OnExchange
from ..findings import clean
from ..rest.transport import RestAnswer, RestTransport, StatusRules
from . import answers, mapping, tables
from .checks import (
    account_problems,
    booking_problems,
    pickup_problems,
    place_problems,
    quote_problems,
)
from .info import INFO

#: 400 and 422 are answers of the contract's own check ("Wrong input parameters"), 404 says that
#: something is not there. 429 is not in the contract: it comes from the door.
RULES = StatusRules(
    refused=frozenset({400, 404, 422}),
    not_sent=frozenset({429}),
    read_refusal=answers.read_refusal,
)
#: "No electronic proof of delivery found" is an answer, too.
PROOF_RULES = replace(RULES, refused=RULES.refused - {404}, good=frozenset({404}))
#: Booking knows no 404: it is the answer of somebody on the way.
BOOKING_RULES = replace(RULES, refused=frozenset({400, 422}))


class Client:
    """One account at DHL Express."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._values = filled(settings, INFO)
        problems = account_problems(self._values)
        if problems:
            raise CarrierAuthError(problems[0].text, code="account_incomplete", fields=problems)
        headers = {
            **auth.basic(settings.username, settings.password),
            "x-version": tables.VERSION,
        }
        self._transport = RestTransport(
            settings, headers=headers, rules=RULES, on_exchange=on_exchange
        )

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. Never send it again: nobody can be asked what became of it."""
        _refuse(() if is_checked else self.find_problems(request))
        data = self._call(
            "exp-api-shipments",
            "POST",
            ("shipments",),
            body=mapping.to_booking(request, self._values),
            rules=BOOKING_RULES,
        )
        return _read(answers.read_booking, data, request)

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """See ``Tracks``."""
        query = {
            "trackingView": "all-checkpoints",
            "levelOfDetail": "all",
            "requestGMTOffsetPerEvent": "true",
        }
        path = ("shipments", waybill_ref, "tracking")
        return answers.read_events(
            self._call("exp-api-shipments-tracking", "GET", path, query=query)
        )

    def prove_delivery(self, waybill_ref: str) -> Proof | None:
        """See ``ProvesDelivery``."""
        path = ("shipments", waybill_ref, "proof-of-delivery")
        query = {"shipperAccountNumber": self._values["account_number"], "content": "epod-detail"}
        answer = self._send("exp-api-shipments-epod", "GET", path, query=query, rules=PROOF_RULES)
        if answer.status == 404:
            answers.check_absence(answer.data)
            return None
        return _read(answers.read_proof, answer.data)

    def quote(self, request: ShipmentRequest) -> tuple[Quote, ...]:
        """See ``Quotes``."""
        _refuse(quote_problems(request))
        body = mapping.to_quote(request, self._values)
        return _read(
            answers.read_quotes,
            self._call("exp-api-rates-many", "POST", ("rates",), body=body),
            request,
        )

    def check_address(self, address: Address) -> tuple[FieldProblem, ...]:
        """See ``ChecksAddress``."""
        problems = place_problems(address)
        if problems:
            return problems
        query = {
            "type": "delivery",
            "countryCode": address.country_code,
            "postalCode": clean(address.zip_code),
            "cityName": clean(address.city),
            "strictValidation": "true",
        }
        try:
            data = self._call("exp-api-address-validate", "GET", ("address-validate",), query=query)
        except CarrierRejected as error:
            problems = answers.place_problems(error)
            if not problems:
                raise
            return problems
        return _read(answers.read_places, data)

    def check_account(self) -> None:
        """See ``ChecksAccount``. Asks for a place that is always served: Bonn."""
        query = {
            "type": "delivery",
            "countryCode": "DE",
            "postalCode": "53113",
            "cityName": "Bonn",
            "strictValidation": "false",
        }
        self._call("exp-api-address-validate", "GET", ("address-validate",), query=query)

    def book_pickup(self, request: PickupRequest) -> Pickup:
        """See ``BooksPickup``."""
        _refuse(pickup_problems(request))
        body = mapping.to_pickup(request, self._values)
        return _read(
            answers.read_pickup, self._call("exp-api-pickups", "POST", ("pickups",), body=body)
        )

    def change_pickup(self, pickup_ref: str, request: PickupRequest) -> Pickup:
        """See ``ChangesPickup``."""
        _refuse(pickup_problems(request))
        body = mapping.to_changed_pickup(pickup_ref, request, self._values)
        self._call("exp-api-pickups-update", "PATCH", ("pickups", pickup_ref), body=body)
        return Pickup(pickup_ref=pickup_ref)

    def cancel_pickup(self, pickup_ref: str, request: PickupRequest) -> None:
        """See ``CancelsPickup``."""
        query = {
            "requestorName": clean(request.address.name),
            "reason": "not needed",
        }
        self._call("exp-api-pickups-cancel", "DELETE", ("pickups", pickup_ref), query=query)

    def _call(self, operation: str, method: str, path: tuple[str, ...], **options: Any) -> Any:
        return self._send(operation, method, path, **options).data

    def _send(
        self, operation: str, method: str, path: tuple[str, ...], **options: Any
    ) -> RestAnswer:
        # For the carrier's log only; it wants 28 to 36 characters.
        headers = {"Message-Reference": str(uuid.uuid4())}
        return self._transport.call(operation, method, path, headers=headers, **options)


def _read(reader: Callable[..., Any], *arguments: Any) -> Any:
    """Read an answer; whatever form it has that the contract does not know, it is of no use.

    :raises CarrierProtocolError: the carrier may have done what was asked.
    """
    try:
        return reader(*arguments)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise CarrierProtocolError(
            "The carrier's answer does not have the form of its contract. It may have done what "
            "was asked; ask before sending it again.",
            code="answer_unreadable",
        ) from error


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise InvalidShipment(problems)
