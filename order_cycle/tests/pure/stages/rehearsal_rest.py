"""The rehearsal parcel carrier as a stage."""

import json

from shipments import a_parcel_shipment

from rehearsal.parcel.carrier import ParcelCarrier

from .base import StageReply
from .rehearsal import RehearsalStage


class Stage(RehearsalStage):
    """See ``RehearsalStage``."""

    code = "rehearsal_rest"
    carrier_class = ParcelCarrier
    credentials = {"api_key": "rehearsal-parcel-key"}
    build = staticmethod(a_parcel_shipment)

    def is_booking(self, request):
        """Tell whether the call books a shipment."""
        return (request.method, request.path) == ("POST", "/v1/shipments")

    def incomplete(self, reply):
        """Return a shipment without its number."""
        data = json.loads(reply.body)
        del data["id"]
        return StageReply(reply.status, json.dumps(data).encode())
