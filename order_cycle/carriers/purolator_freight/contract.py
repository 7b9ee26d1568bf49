"""Purolator E-Ship for freight: where each service is."""

from pathlib import Path

from ..soap.transport import Endpoint

_WSDL = Path(__file__).with_name("freight.wsdl")


def _endpoint(name: str, folder: str) -> Endpoint:
    return Endpoint(
        wsdl=_WSDL,
        binding=f"{{http://purolator.com/pws/service/v1}}{name}",
        path=f"/EWS/V1/{folder}/{name}.asmx",
    )


ESTIMATING = _endpoint("FreightEstimatingService", "FreightEstimating")
SHIPPING = _endpoint("FreightShippingService", "FreightShipping")
PICKUP = _endpoint("FreightPickUpService", "FreightPickUp")
TRACKING = _endpoint("FreightTrackingService", "FreightTracking")
DOCUMENTS = _endpoint("ShippingDocumentsService", "ShippingDocuments")

#: RequestContext, Version: not in the contract; what Purolator's own examples send.
VERSIONS = {
    ESTIMATING: "1.1",
    SHIPPING: "1.1",
    PICKUP: "1.1",
    TRACKING: "1.1",
    DOCUMENTS: "1.3",
}
