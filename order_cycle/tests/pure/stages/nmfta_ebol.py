"""An LTL carrier on a real socket, held to the published electronic bill of lading 2.1.0."""

import base64
import itertools
import json
from dataclasses import replace

from carriers.dto import CarrierSettings
from papers import a_pdf
from shipments import a_freight_shipment, a_unit, an_address

from .base import BaseStage, StageReply
from .contracts import contract
from .openapi import OpenApi

_GOODS = "/components/schemas/BOL_Request/properties/commodities"
_UNITS = f"{_GOODS}/properties/handlingUnits/items"
#: The contract demands fields one level away from where it describes them: `lineItems` of the
#: commodities (they are in the units), `stackable` of a line item (it is the unit's).
CORRECTIONS = {
    _GOODS: {"required": ["lineItemLayout", "handlingUnits"]},
    f"{_UNITS}/properties/lineItems/items": {
        "required": [
            "description",
            "weight",
            "pieces",
            "packagingType",
            "classification",
            "hazardous",
        ]
    },
}
#: Codes that the contract has in prose only.
KINDS = frozenset(("PAT", "CRT", "CAG", "DRM", "OTH"))
COUNTRIES = frozenset(("USA", "CAN", "MEX"))


def in_new_york(**changes):
    """Return an address in New York."""
    values = {
        "street": "350 Fifth Avenue",
        "city": "New York",
        "zip_code": "10118",
        "state_code": "NY",
        "country_code": "US",
        "phone": "+1 212 555 0123",
    }
    return an_address(**{**values, **changes})


def in_chicago(**changes):
    """Return an address in Chicago."""
    values = {"street": "233 S Wacker Drive", "city": "Chicago", "zip_code": "60606"}
    return in_new_york(**{"name": "Joe Miller", **values, "state_code": "IL", **changes})


class Stage(BaseStage):
    """Checks each call against the contract and its prose, then does what is asked."""

    code = "nmfta_ebol"
    KEY = "ebol-key-1"
    #: A postcode that the carrier does not know, though the contract does not mind.
    NOWHERE = "99999"

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(700_000_001)
        file = contract("nmfta_ebol", "ltl-ebol-2.1.0-openapi.yaml")
        self._api = OpenApi(file, corrections=CORRECTIONS)

    def settings(self, **changes):
        """Return the settings of the account."""
        values = {
            "environment": "rehearsal",
            "base_url": self.url,
            "api_key": self.KEY,
            "deadline_s": 5,
        }
        return CarrierSettings(**{**values, **changes})

    def shipment(self, **changes):
        """Return a pallet from New York to Chicago."""
        unit = replace(a_unit(), freight_class="70", nmfc="156600-02")
        values = {
            "sender": in_new_york(),
            "receiver": in_chicago(),
            "handling_units": (unit,),
            **changes,
        }
        return a_freight_shipment(**values)

    def is_booking(self, request):
        """Tell whether the call books a shipment."""
        return request.method == "POST"

    def incomplete(self, reply):
        """Return a bill of lading without its PRO number."""
        data = json.loads(reply.body)
        if isinstance(data, dict):
            data["referenceNumbers"] = {}
        return StageReply(reply.status, json.dumps(data).encode())

    def answer(self, request):
        """Check, serve, and check what is served."""
        if request.headers.get("authorization") != f"Bearer {self.KEY}":
            return StageReply(401, b"")
        problems = self._api.request_problems(request)
        for problem in problems:
            self.complain(problem)
        if problems:
            return _codes(400, "400 - Failure Formatting Error")
        reply = self._serve(request)
        for problem in self._api.response_problems(request, reply):
            self.complain(problem)
        return reply

    def _serve(self, request):
        if request.method == "DELETE":
            return self._delete(request.path.rpartition("/")[2])
        body = json.loads(request.body)
        wrong = self._against_prose(body)
        for text in wrong:
            self.complain(text)
        if wrong:
            return _codes(400, "300 - Failure Data Error")
        if body["destination"]["postalCode"] == self.NOWHERE:
            return _codes(400, "500 - Failure Business Logic Error: destination is not served")
        return self._book(body)

    def _against_prose(self, body):
        """Return what the contract forbids in words only."""
        wrong = []
        for name in ("origin", "destination", "billTo"):
            party = body[name]
            if party["country"] not in COUNTRIES:
                wrong.append(f"{name}.country {party['country']!r}")
            phone = party["contact"]["phone"]
            if not (phone.isdecimal() and len(phone) == 10):
                wrong.append(f"{name}.contact.phone {phone!r}")
            if not (party["name"] and party["address1"] and party["city"]):
                wrong.append(f"{name} has no name, street or city")
        for unit in body["commodities"]["handlingUnits"]:
            if unit["type"] not in KINDS:
                wrong.append(f"handling unit type {unit['type']!r}")
        if "COD" in body.get("accessorials", {}).get("codes", ()):
            if "cod" not in body["accessorials"]:
                wrong.append("cod is required with COD")
        return wrong

    def _book(self, body):
        pro = str(next(self.numbers))
        self.shipments[pro] = {
            "reference": body["referenceNumbers"]["shipmentId"],
            "is_live": True,
            "is_test": body["bol"]["isTest"],
        }
        images = {}
        if body["images"]["includeBol"]:
            images["bol"] = _paper("Bill of lading")
        if body["images"]["includeShippingLabels"]:
            images["shippingLabels"] = _paper("Pallet label")
        answer = {
            "version": "2.1.0",
            "transactionDate": "2026-11-25T10:00:00.000",
            "referenceNumbers": {"pro": pro, "shipmentConfirmationNumber": f"SCN{pro}"},
            "scac": "AAAB",
            "images": images,
            "messageStatus": {"status": "PASS", "code": "100", "message": "Done"},
        }
        return StageReply(200, json.dumps(answer).encode())

    def _delete(self, pro):
        if pro not in self.shipments:
            return StageReply(404, b"")
        # The contract does not say what the second one gets; a deletion is done either way.
        self.shipments[pro]["is_live"] = False
        return StageReply(200, b"")


def _codes(status, *texts):
    return StageReply(status, json.dumps(list(texts)).encode())


def _paper(title):
    return base64.b64encode(a_pdf(title)).decode()
