"""DHL Express over SOAP: where each service is, and what its faults prove."""

from pathlib import Path

from ..soap.outcome import FaultRules
from ..soap.transport import Endpoint

_BOOKING = "http://scxgxtt.phx-dc.dhl.com/euExpressRateBook/ShipmentMsgRequest"
_TRACKING = "http://scxgxtt.phx-dc.dhl.com/glDHLExpressTrack/providers/services/trackShipment"


def _endpoint(file: str, binding: str, path: str) -> Endpoint:
    return Endpoint(wsdl=Path(__file__).with_name(file), binding=binding, path=path)


BOOKING = _endpoint("booking.wsdl", f"{{{_BOOKING}}}gblExpressRateBook", "/expressRateBook")
#: The same service as booking, described in a file of its own.
RATING = _endpoint("rating.wsdl", f"{{{_BOOKING}}}gblExpressRateBook", "/expressRateBook")
TRACKING = _endpoint("tracking.wsdl", f"{{{_TRACKING}}}gblDHLExpressTrack", "/glDHLExpressTrack")

#: The contract declares no faults, so none is a refusal; those of a wrong UsernameToken are in
#: WS-Security 1.0, chapter 12. 429 comes from the door.
RULES = FaultRules(
    refused=frozenset(),
    auth=frozenset({"FailedAuthentication", "InvalidSecurityToken"}),
    not_sent=frozenset({429}),
)
