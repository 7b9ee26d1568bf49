"""UPS on a real socket, held to its published contracts (Shipping 3.0.3 and its sisters)."""

import base64
import itertools
import json
import re
from collections import namedtuple
from urllib.parse import unquote

from carriers.dto import CarrierSettings
from papers import a_pdf
from shipments import a_parcel, a_parcel_shipment

from . import ups_answers as views
from .base import BaseStage, StageReply
from .contracts import contract
from .openapi import OpenApi
from .wsdl import basic_credentials

#: Where the contract contradicts itself, its own example is right.
CORRECTIONS = {
    # "Format: yyyyMMdd", with a length of 4.
    "/components/schemas/PickupCreationRequest_PickupDateInfo/properties/PickupDate": {
        "minLength": 8,
        "maxLength": 8,
    },
    # ZPL, GIF and PDF, with a length of 4.
    "/components/schemas/LabelRecovery_LabelSpecification_LabelImageFormat/properties/Code": {
        "minLength": 3
    },
    "/components/schemas/LabelImage_LabelImageFormat/properties/Code": {"minLength": 3},
    # "01 = Next Day Air" and so on, with a length of 3; the example has 03.
    "/components/schemas/Shipment_Service/properties/Code": {"minLength": 2},
    # TrackingNumbers are of Roadie, ReferenceValues "mandatory for only Roadie shipments"; the
    # standard example has neither.
    "/components/schemas/LabelRecoveryRequest": {"required": ["Request"]},
}

Call = namedtuple("Call", "method pattern serve")


class Stage(BaseStage):
    """Checks each call against its contract, then does what is asked."""

    code = "ups"
    CLIENT, SECRET, ACCOUNT = "client-id-1", "client-secret-1", "A1B2C3"
    #: Postcodes of nowhere: the carrier knows them, the contract does not.
    NOWHERE = "99999"

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(10_000_001)
        self.tokens = {"token-0"}
        self.pickups = {}
        self.labels_pending = 0
        self._token = OpenApi(contract("ups", "OAuthClientCredentials.yaml"))
        files = ("Shipping", "Rating", "Tracking", "Pickup")
        paths = [contract("ups", f"{name}.yaml") for name in files]
        self._api = OpenApi(paths, "/api", corrections=CORRECTIONS)
        self._calls = [
            Call("POST", re.compile(r"/api/shipments/v2409/ship"), self._ship),
            Call("DELETE", re.compile(r"/api/shipments/v2409/void/cancel/(.+)"), self._void),
            Call("POST", re.compile(r"/api/labels/v1/recovery"), self._recover),
            Call("POST", re.compile(r"/api/rating/v2409/(.+)"), self._rate),
            Call("GET", re.compile(r"/api/track/v1/details/(.+)"), self._track),
            Call("GET", re.compile(r"/api/track/v1/reference/details/(.+)"), self._find),
            Call("POST", re.compile(r"/api/pickupcreation/v2409/pickup"), self._pick_up),
            Call("DELETE", re.compile(r"/api/shipments/v2409/pickup/02"), self._cancel_pickup),
        ]

    # --- what a test asks ---

    def settings(self, **changes):
        """Return the settings of the account, without a token."""
        values = {
            "environment": "rehearsal",
            "base_url": self.url,
            "username": self.CLIENT,
            "password": self.SECRET,
            "account_number": self.ACCOUNT,
            "deadline_s": 5,
        }
        return CarrierSettings(**{**values, **changes})

    def shipment(self, **changes):
        """Return a parcel with sides and a content from Verona to Berlin."""
        parcel = a_parcel(length_mm=300, width_mm=200, height_mm=105, content="Shelves")
        values = {"parcels": (parcel,), "label_format": "zpl", **changes}
        return a_parcel_shipment(**values)

    def is_booking(self, request):
        """Tell whether the call books a shipment."""
        return request.method == "POST" and request.path.endswith("/ship")

    def incomplete(self, reply):
        """Return a booking without its number, which an optional field of the contract holds."""
        data = json.loads(reply.body)
        del data["ShipmentResponse"]["ShipmentResults"]["ShipmentIdentificationNumber"]
        return _json(data)

    def deliver(self, waybill, receiver="MUELLER"):
        """Have all parcels of a shipment delivered."""
        self.shipments[waybill]["signed_by"] = receiver

    # --- the socket ---

    def answer(self, request):
        """Check the call, do it, and check the answer too."""
        api = self._token if request.path.startswith("/security/") else self._api
        problems = api.request_problems(request)
        for problem in problems:
            self.complain(problem)
        reply = _error(400, "120100", problems[0]) if problems else self._served(request)
        for problem in api.response_problems(request, reply):
            # Tracking has no 401 in its contract, though the token may be over there, too.
            if not (reply.status == 401 and "/track/" in request.path):
                self.complain(f"our own answer: {problem}")
        return reply

    def _served(self, request):
        if request.path.startswith("/security/"):
            return self._sign_in(request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            return _error(401, "250002", "Invalid Authentication Information.")
        for call in self._calls:
            match = call.pattern.fullmatch(request.path)
            if match and call.method == request.method:
                return call.serve(request, *map(unquote, match.groups()))
        return _error(404, "404", "The requested resource was not found.")

    def _sign_in(self, request):
        if basic_credentials(request) != (self.CLIENT, self.SECRET):
            return _error(401, "10401", "ClientId is Invalid")
        token = f"token-{len(self.tokens)}-of-this-test"
        self.tokens.add(token)
        return _json({"token_type": "Bearer", "access_token": token, "expires_in": "14399"})

    # --- shipping ---

    def _ship(self, request):
        body = json.loads(request.body)["ShipmentRequest"]
        shipment = body["Shipment"]
        refusal = self._refusal(shipment)
        if refusal:
            return _error(400, *refusal)
        packages = shipment["Package"]
        numbers = [f"1Z{self.ACCOUNT}11{next(self.numbers)}" for _ in packages]
        holders = [shipment, *packages]
        references = [
            one["Value"] for holder in holders for one in holder.get("ReferenceNumber", [])
        ]
        self.shipments[numbers[0]] = {
            "reference": references[0] if references else "",
            "is_live": True,
            "numbers": numbers,
            "signed_by": "",
            "body": shipment,
        }
        kind = body["LabelSpecification"]["LabelImageFormat"]["Code"]
        return _json(views.booked(numbers, kind, _label(kind), "InternationalForms" in str(body)))

    def _refusal(self, shipment):
        """Return code and words of a rule that the schema does not have."""
        if shipment["Shipper"]["ShipperNumber"] != self.ACCOUNT:
            return "120100", "Missing or invalid shipper number"
        if shipment["ShipTo"]["Address"].get("PostalCode") == self.NOWHERE:
            return "120802", "Address Validation Error on ShipTo address"
        countries = [
            shipment.get("ShipFrom", shipment["Shipper"])["Address"]["CountryCode"],
            shipment["ShipTo"]["Address"]["CountryCode"],
        ]
        is_abroad = countries[0] != countries[1]
        if is_abroad and not (shipment.get("Description") and "Phone" in shipment["ShipTo"]):
            return "120203", "Description and phone are required for international shipments"
        if countries[0] in ("IT", "DE") and countries[1] == "CH":
            forms = shipment.get("ShipmentServiceOptions", {}).get("InternationalForms", {})
            if not (forms.get("Product") and forms.get("TermsOfShipment")):
                return "121005", "An invoice is required"
        if "ReturnService" in shipment and not shipment["Package"][0].get("Description"):
            return "120404", "Merchandise description is required for return shipments"
        return None

    def _void(self, _request, waybill):
        shipment = self.shipments.get(waybill)
        if not shipment:
            return _error(400, "190101", "The tracking number is unknown")
        if not shipment["is_live"]:
            return _error(400, "190117", "The shipment is void already")
        shipment["is_live"] = False
        return _json(views.voided(shipment["numbers"]))

    def _recover(self, request):
        body = json.loads(request.body)["LabelRecoveryRequest"]
        shipment = self.shipments.get(body["TrackingNumber"])
        if not shipment:
            return _error(400, "9801015", "No label found")
        if self.labels_pending:
            self.labels_pending -= 1
            return _error(400, "9801031", "Please wait until the shipment is processed")
        kind = body["LabelSpecification"]["LabelImageFormat"]["Code"]
        return _json(views.recovered(shipment["numbers"], kind, _label(kind)))

    # --- rating, tracking, pickups ---

    def _rate(self, request, option):
        asked = json.loads(request.body)["RateRequest"]["Shipment"].get("Service", {}).get("Code")
        if (option == "Rate") != bool(asked):
            return _error(400, "110003", "The service does not fit the request option")
        offered = {"11": "12.40", "65": "31.10", "07": "38.00", "M4": "9.99"}
        if asked:
            offered = {asked: offered.get(asked, "25.00")}
        return _json(views.rated(offered))

    def _track(self, request, number):
        for shipment in self.shipments.values():
            if number in shipment["numbers"]:
                # By the shipment's number all its parcels, by a parcel's number that one.
                is_first = number == shipment["numbers"][0]
                numbers = shipment["numbers"] if is_first else [number]
                with_paper = request.query.get("returnPOD") == "true"
                return _json(views.tracked([(number, numbers, shipment)], with_paper))
        return _error(404, "TW0001", "Tracking Information Not Found")

    def _find(self, request, reference):
        if request.query.get("shipperNum") != self.ACCOUNT:
            return _error(400, "TV1010", "Invalid shipper number")
        found = [
            (waybill, shipment["numbers"], shipment)
            for waybill, shipment in self.shipments.items()
            if shipment["reference"] == reference
        ]
        if not found:
            return _error(404, "TW0001", "Tracking Information Not Found")
        return _json(views.tracked(found))

    def _pick_up(self, request):
        body = json.loads(request.body)["PickupCreationRequest"]
        if body["Shipper"]["Account"]["AccountNumber"] != self.ACCOUNT:
            return _error(400, "9510113", "Invalid account")
        place = json.dumps([body["PickupAddress"], body["PickupDateInfo"]["PickupDate"]])
        known = [number for number, one in self.pickups.items() if one == place]
        number = known[0] if known else f"29{len(self.pickups):09d}"
        self.pickups[number] = place
        return _json(views.picked_up(number))

    def _cancel_pickup(self, request):
        if self.pickups.pop(request.headers.get("prn", ""), None) is None:
            return _error(400, "9510117", "The pickup is unknown")
        return _json(views.pickup_cancelled())


def _label(kind):
    files = {"ZPL": b"^XA^FO50,50^FDREHEARSAL^FS^XZ", "GIF": b"GIF89a;", "PDF": a_pdf("Label")}
    return base64.b64encode(files[kind]).decode()


def _json(data):
    return StageReply(200, json.dumps(data).encode())


def _error(status, code, message):
    body = {"response": {"errors": [{"code": code, "message": message}]}}
    return StageReply(status, json.dumps(body).encode())
