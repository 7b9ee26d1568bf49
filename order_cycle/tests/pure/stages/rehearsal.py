"""A rehearsal carrier as a stage: the carrier itself answers, the stage in front misbehaves."""

import json
import tempfile
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from carriers.dto import CarrierSettings

from rehearsal.http_server import CarrierServer
from rehearsal.journey import JOURNEYS

from .base import BaseStage, StageReply

#: These are of the connection, not of the call.
_OWN_HEADERS = frozenset({"host", "connection", "content-length", "accept-encoding"})
_TIMEOUT_S = 10


class RehearsalStage(BaseStage):
    """Passes each call on to a carrier of its own, which checks it against its contract.

    A subclass has ``carrier_class`` (of ``rehearsal``), ``credentials`` and ``build`` (a builder
    of shipments), and what every stage has.
    """

    carrier_class = None
    credentials = {}
    build = None

    def __init__(self):
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name, "bookings.sqlite")
        self._carrier = CarrierServer(self.carrier_class(path), 0)

    def __enter__(self):
        self._carrier.start()
        return super().__enter__()

    def __exit__(self, *error):
        super().__exit__(*error)
        self._carrier.stop()
        self._folder.cleanup()

    @property
    def shipments(self):
        """Return what the carrier itself says that it holds."""
        with urlopen(f"{self._carrier.url}/rehearsal/bookings", timeout=_TIMEOUT_S) as answer:
            held = json.load(answer)["bookings"]
        return {
            one["number"]: {"reference": one["reference"], "is_live": one["status"] != "cancelled"}
            for one in held
        }

    @shipments.setter
    def shipments(self, _value):
        """The base begins with an empty book; so does the carrier."""

    def settings(self, **changes):
        """Return the settings of the rehearsal account."""
        values = {"environment": "rehearsal", "base_url": self.url, "deadline_s": 5}
        return CarrierSettings(**{**values, **self.credentials, **changes})

    def shipment(self, **changes):
        """Return a shipment from Verona to Berlin."""
        return type(self).build(**changes)

    def deliver(self, waybill):
        """Have a shipment delivered."""
        plan = {"number": waybill, "journey": "delivered", "reached": len(JOURNEYS["delivered"])}
        url = f"{self._carrier.url}/rehearsal/journey"
        with urlopen(Request(url, data=json.dumps(plan).encode()), timeout=_TIMEOUT_S):
            pass

    def answer(self, request):
        """Pass the call on and bring the answer back."""
        query = "&".join(f"{name}={value}" for name, value in request.query.items())
        url = f"{self._carrier.url}{request.path}" + (f"?{query}" if query else "")
        headers = {
            name: value for name, value in request.headers.items() if name not in _OWN_HEADERS
        }
        call = Request(url, data=request.body or None, headers=headers, method=request.method)
        try:
            with urlopen(call, timeout=_TIMEOUT_S) as answer:
                return _reply(answer)
        except HTTPError as error:
            with error:
                return _reply(error)


def _reply(answer):
    return StageReply(
        answer.status, answer.read(), answer.headers.get("Content-Type", "text/plain")
    )
