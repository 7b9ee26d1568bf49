"""DHL Express over SOAP: capability -> mapping -> transport -> mapping, and nothing else."""

from pathlib import Path

from ..account_settings import filled
from ..dto import Booking, CarrierSettings, ShipmentRequest
from ..errors import CarrierAuthError, CarrierError, FieldProblem, InvalidShipment
from ..exchange import OnExchange
from ..soap.outcome import FaultRules
from ..soap.transport import Endpoint, SoapTransport
from . import answers, mapping
from .checks import account_problems, booking_problems
from .info import INFO

_NAMESPACE = "http://scxgxtt.phx-dc.dhl.com/euExpressRateBook/ShipmentMsgRequest"
ENDPOINT = Endpoint(
    wsdl=Path(__file__).with_name("booking.wsdl"),
    binding=f"{{{_NAMESPACE}}}gblExpressRateBook",
    path="/expressRateBook",
)
#: The contract declares no faults, so none is a refusal; those of a wrong UsernameToken are in
#: WS-Security 1.0, chapter 12. 429 comes from the door.
RULES = FaultRules(
    refused=frozenset(),
    auth=frozenset({"FailedAuthentication", "InvalidSecurityToken"}),
    not_sent=frozenset({429}),
)


class Client:
    """One account at DHL Express."""

    info = INFO

    def __init__(self, settings: CarrierSettings, on_exchange: OnExchange | None = None):
        self._values = filled(settings, INFO)
        problems = account_problems(self._values)
        if problems:
            raise CarrierAuthError(problems[0].text, code="account_incomplete", fields=problems)
        self._transport = SoapTransport(
            ENDPOINT,
            settings,
            headers={},
            rules=RULES,
            on_exchange=on_exchange,
            with_ws_security=True,
        )

    def find_problems(self, request: ShipmentRequest) -> tuple[FieldProblem, ...]:
        """See ``CarrierClient``."""
        return booking_problems(request)

    def book(self, request: ShipmentRequest, *, is_checked: bool = False) -> Booking:
        """See ``CarrierClient``. Nothing can be looked up: never send it again."""
        problems = () if is_checked else self.find_problems(request)
        if problems:
            raise InvalidShipment(problems)
        payload = {"RequestedShipment": mapping.to_shipment(request, self._values)}
        data = self._transport.call("createShipmentRequest", payload, header={})
        try:
            return answers.read_booking(data, request)
        except CarrierError as error:
            raise self._transport.discreet(error) from None
