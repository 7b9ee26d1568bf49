"""The rehearsal freight carrier as a stage."""

import re

from shipments import a_freight_shipment

from rehearsal.freight.carrier import FreightCarrier

from .base import StageReply
from .rehearsal import RehearsalStage


class Stage(RehearsalStage):
    """See ``RehearsalStage``."""

    code = "rehearsal_soap"
    carrier_class = FreightCarrier
    credentials = {"username": "rehearsal", "password": "rehearsal-freight"}
    build = staticmethod(a_freight_shipment)

    def is_booking(self, request):
        """Tell whether the call books freight."""
        return b"BookFreightRequest" in request.body or b":BookFreight" in request.body

    def incomplete(self, reply):
        """Return a shipment without its number."""
        body = re.sub(rb"<(\w+:)?ProNumber>.*?</(\w+:)?ProNumber>", b"", reply.body)
        return StageReply(reply.status, body, reply.content_type)
