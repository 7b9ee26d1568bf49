"""DHL Express over SOAP: capability -> mapping -> transport -> mapping, and nothing else."""

import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from ..account_settings import filled
from ..dto import Booking, CarrierSettings, Quote, ShipmentRequest, TrackingEvent
from ..errors import CarrierAuthError, CarrierError, FieldProblem, InvalidShipment
from ..exchange import OnExchange
from ..soap.transport import Endpoint, SoapTransport
from . import answers, contract, mapping, quotes, tracking
from .checks import account_problems, booking_problems, quote_problems, waybill_problems
from .info import INFO


class Client:
    """One account at DHL Express."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._values = filled(settings, INFO)
        problems = account_problems(self._values)
        if problems:
            raise CarrierAuthError(problems[0].text, code="account_incomplete", fields=problems)
        self._transports = {
            endpoint: SoapTransport(
                endpoint,
                settings,
                headers={},
                rules=contract.RULES,
                on_exchange=on_exchange,
                with_ws_security=True,
            )
            for endpoint in (contract.BOOKING, contract.RATING, contract.TRACKING)
        }

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. Nothing can be looked up: never send it again."""
        _refuse(() if is_checked else self.find_problems(request))
        payload = {"RequestedShipment": mapping.to_shipment(request, self._values)}
        return self._call(
            contract.BOOKING, "createShipmentRequest", payload, answers.read_booking, request
        )

    def quote(self, request: ShipmentRequest) -> tuple[Quote, ...]:
        """See ``Quotes``."""
        _refuse(quote_problems(request))
        payload = {"RequestedShipment": mapping.to_rate(request, self._values)}
        return self._call(contract.RATING, "getRateRequest", payload, quotes.read_quotes, request)

    def track(self, waybill_ref: str) -> tuple[TrackingEvent, ...]:
        """See ``Tracks``."""
        _refuse(waybill_problems(waybill_ref))
        now = datetime.now(timezone.utc)
        payload = {"trackingRequest": mapping.to_tracking(waybill_ref, uuid.uuid4().hex, now)}
        zone = tracking.zone_of(self._values["gmt_offset"])
        return self._call(
            contract.TRACKING,
            "trackShipmentRequest",
            payload,
            tracking.read_events,
            waybill_ref,
            zone,
        )

    def _call(
        self,
        endpoint: Endpoint,
        operation: str,
        payload: dict[str, Any],
        reader: Callable[..., Any],
        *arguments: Any,
    ) -> Any:
        """Call and read the answer; what the carrier says of it is cleaned of our secrets."""
        transport = self._transports[endpoint]
        data = transport.call(operation, payload, header={})
        try:
            return reader(data, *arguments)
        except CarrierError as error:
            raise transport.discreet(error) from None


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise InvalidShipment(problems)
