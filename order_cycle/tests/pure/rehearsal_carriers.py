"""A rehearsal carrier as a test sees it: its account, its control endpoints, its shipments."""

import json
from urllib.request import Request, urlopen

from carriers import get_client
from carriers.dto import CarrierSettings
from shipments import a_freight_shipment, a_parcel_shipment


class Account:
    """What both carriers have in common."""

    code = ""
    credentials = {}

    def __init__(self, url):
        self.url = url
        self.exchanges = []

    def emptied(self):
        """Forget all bookings and behave."""
        self._control("POST", "reset", {})
        return self

    def settings(self, **changes):
        """Return working settings, with changes."""
        values = {"environment": "rehearsal", "base_url": self.url, **self.credentials, **changes}
        return CarrierSettings(**values)

    def client(self, **changes):
        """Return a client whose calls are kept in ``exchanges``."""
        return get_client(self.code, self.settings(**changes), self.exchanges.append)

    def will(self, *script, **plan):
        """Tell the carrier how to behave at the next bookings."""
        return self._control("POST", "behaviour", {"script": list(script), **plan})

    def behaviour(self):
        """Return the plan and what was played."""
        return self._control("GET", "behaviour")

    def bookings(self):
        """Return all that the carrier holds, with its own counts."""
        return self._control("GET", "bookings")

    def sends_on(self, booking, journey, reached=None):
        """Choose what becomes of a booking and how far it is."""
        plan = {"number": booking.waybill_ref, "journey": journey, "reached": reached}
        return self._control("POST", "journey", plan)

    def notifies(self, booking, url, secret, **plan):
        """Have the carrier send its notices; return what was answered to each."""
        plan = {"number": booking.waybill_ref, "url": url, "secret": secret, **plan}
        return self._control("POST", "notify", plan)["statuses"]

    def _control(self, method, name, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/rehearsal/{name}", data=data, method=method)
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)


class ParcelAccount(Account):
    """The parcel carrier."""

    code = "rehearsal_rest"
    credentials = {"api_key": "rehearsal-parcel-key"}
    shipment = staticmethod(a_parcel_shipment)


class FreightAccount(Account):
    """The freight carrier."""

    code = "rehearsal_soap"
    credentials = {"username": "rehearsal", "password": "rehearsal-freight"}
    shipment = staticmethod(a_freight_shipment)
