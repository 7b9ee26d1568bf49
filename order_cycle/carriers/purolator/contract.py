"""Purolator E-Ship: where each service is, and the SOAP header all of them want."""

from pathlib import Path

from ..soap.outcome import FaultRules
from ..soap.transport import Endpoint

_V1 = Path(__file__).with_name("v1.wsdl")
_V2 = Path(__file__).with_name("v2.wsdl")


def _first(name: str, folder: str) -> Endpoint:
    return Endpoint(
        wsdl=_V1,
        binding=f"{{http://purolator.com/pws/service/v1}}{name}",
        path=f"/EWS/V1/{folder}/{name}.asmx",
    )


def _second(name: str, folder: str) -> Endpoint:
    return Endpoint(
        wsdl=_V2,
        binding=f"{{http://purolator.com/pws/service/v2}}{name}",
        path=f"/EWS/V2/{folder}/{name}.asmx",
    )


ESTIMATING = _first("EstimatingService", "Estimating")
TRACKING = _first("TrackingService", "Tracking")
DOCUMENTS = _first("ShippingDocumentsService", "ShippingDocuments")
PICKUP = _first("PickUpService", "PickUp")
RETURNS = _first("ReturnsManagementService", "ReturnsManagement")
SHIPPING = _second("ShippingService", "Shipping")
AVAILABILITY = _second("ServiceAvailabilityService", "ServiceAvailability")

#: RequestContext, Version. The contract takes any text and does not say which one; these are
#: what Purolator's own examples send, and what is known to work with the second version.
VERSIONS = {
    ESTIMATING: "1.4",
    TRACKING: "1.2",
    DOCUMENTS: "1.3",
    PICKUP: "1.2",
    RETURNS: "1.2",
    SHIPPING: "2.1",
    AVAILABILITY: "2.0",
}

#: RequestContext, RequestReference: for the carrier's log only. The contract states no limit.
_REFERENCE_MAX = 36

#: A ValidationFault is declared for failed checks of a parameter, made before the operation runs.
#: No other fault is explained. Nobody promises that a 503 comes from the carrier itself.
RULES = FaultRules(
    refused=frozenset(),
    refused_details=frozenset({"ValidationFault"}),
    not_sent=frozenset({429}),
)


def to_header(version: str, reference: str, user_token: str) -> dict[str, dict[str, str]]:
    """Return the SOAP header of any call; errors come back in English."""
    return {
        "RequestContext": {
            "Version": version,
            "Language": "en",
            "GroupID": "Order Cycle",
            "RequestReference": reference[:_REFERENCE_MAX],
            "UserToken": user_token,
        }
    }
