"""MyDHL on a real socket, held to its published contract (MyDHL API 3.1.1)."""

import base64
import itertools
import json
import re
from collections import namedtuple

from carriers.dto import CarrierSettings
from papers import a_pdf
from shipments import a_parcel, a_parcel_shipment

from .base import BaseStage, StageReply
from .contracts import contract
from .openapi import OpenApi
from .wsdl import basic_credentials

#: Products for goods that the customs see.
DECLARABLE = frozenset("PEYH")
FACILITIES = {"Verona": "VRN", "Berlin": "BER"}
Call = namedtuple("Call", "method pattern serve")


class Stage(BaseStage):
    """Checks each call against the contract, then does what is asked."""

    code = "dhl_express_rest"
    USER, SECRET, ACCOUNT = "dhl-user-1", "dhl-secret-1", "123456789"
    #: A postcode that the carrier does not know, though the contract does not mind.
    NOWHERE = "99999"

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(1_000_000_001)
        self.pickups = {}
        self._api = OpenApi(contract("dhl_express_rest", "mydhl-3.1.1.fixed.json"))
        self._calls = [
            Call("POST", re.compile(r"/shipments"), self._ship),
            Call("GET", re.compile(r"/shipments/([^/]+)/tracking"), self._track),
            Call("GET", re.compile(r"/shipments/([^/]+)/proof-of-delivery"), self._prove),
            Call("GET", re.compile(r"/tracking"), self._find),
            Call("POST", re.compile(r"/rates"), self._rate),
            Call("GET", re.compile(r"/address-validate"), self._validate),
            Call("POST", re.compile(r"/pickups"), self._pick_up),
            Call("PATCH", re.compile(r"/pickups/([^/]+)"), self._change_pickup),
            Call("DELETE", re.compile(r"/pickups/([^/]+)"), self._cancel_pickup),
        ]

    def settings(self, **changes):
        """Return the settings of the account."""
        values = {
            "environment": "rehearsal",
            "base_url": self.url,
            "username": self.USER,
            "password": self.SECRET,
            "account_number": self.ACCOUNT,
            "deadline_s": 5,
        }
        return CarrierSettings(**{**values, **changes})

    def shipment(self, **changes):
        """Return a parcel from Verona to Berlin."""
        parcel = a_parcel(length_mm=300, width_mm=200, height_mm=105, content="Shelves")
        values = {"parcels": (parcel,), "service": "express_worldwide", **changes}
        return a_parcel_shipment(**values)

    def deliver(self, waybill):
        """Have a shipment delivered."""
        self.shipments[waybill]["is_delivered"] = True

    def is_booking(self, request):
        """Tell whether the call books a shipment."""
        return (request.method, request.path) == ("POST", "/shipments")

    def incomplete(self, reply):
        """Return a shipment without its number."""
        data = json.loads(reply.body)
        data.pop("shipmentTrackingNumber", None)
        return StageReply(reply.status, json.dumps(data).encode())

    def answer(self, request):
        """Check, serve, and check what is served."""
        if basic_credentials(request) != (self.USER, self.SECRET):
            return _error(401, "Unauthorized", "Invalid credentials")
        problems = self._api.request_problems(request)
        if problems:
            for problem in problems:
                self.complain(problem)
            return _error(422, "Validation error", "Multiple problems found", problems)
        reply = self._serve(request)
        for problem in self._api.response_problems(request, reply):
            self.complain(problem)
        return reply

    def _serve(self, request):
        for call in self._calls:
            match = call.pattern.fullmatch(request.path)
            if match and call.method == request.method:
                return call.serve(request, *match.groups())
        return _error(404, "Not found", "No such resource")

    # --- shipments ---

    def _ship(self, request):
        body = json.loads(request.body)
        refusal = self._refusal(body)
        if refusal:
            return _error(400, "Bad request", "Multiple problems found", [refusal])
        waybill = str(next(self.numbers))
        packages = body["content"]["packages"]
        numbers = [f"JD0146{waybill}{place:03d}" for place in range(1, len(packages) + 1)]
        self.shipments[waybill] = {
            "reference": body["customerReferences"][0]["value"],
            "is_live": True,
            "numbers": numbers,
            "pieces": [one["customerReferences"] for one in packages],
            "product": body["productCode"],
        }
        kind = body["outputImageProperties"]["encodingFormat"]
        answer = {
            "shipmentTrackingNumber": waybill,
            "trackingUrl": f"https://express.api.dhl.com/mydhlapi/shipments/{waybill}/tracking",
            "packages": [
                {"referenceNumber": one["referenceNumber"], "trackingNumber": number}
                for one, number in zip(packages, numbers, strict=True)
            ],
            "documents": [_paper(kind if one == "label" else "pdf", one) for one in _wanted(body)],
            "shipmentCharges": [
                {"currencyType": "BILLC", "priceCurrency": "EUR", "price": 41.26},
                {"currencyType": "PULCL", "priceCurrency": "EUR", "price": 60.0},
            ],
        }
        return _json(answer, 201)

    def _refusal(self, body):
        """Return a rule of trade that the schema does not have."""
        if body["accounts"][0]["number"] != self.ACCOUNT:
            return "8003: Account not allowed for this service."
        receiver = body["customerDetails"]["receiverDetails"]["postalAddress"]
        if receiver["postalCode"] == self.NOWHERE:
            return "8004: #/customerDetails/receiverDetails/postalAddress/postalCode is unknown"
        content = body["content"]
        declares = content["isCustomsDeclarable"]
        if declares and not content.get("exportDeclaration", {}).get("invoice"):
            return "7120: exportDeclaration is required"
        if declares != (body["productCode"] in DECLARABLE):
            return "1001: productCode does not fit the content"
        if declares and "invoice" not in _wanted(body):
            return (
                "7120: Required either #/outputImageProperties/imageOptions where typeCode=invoice"
            )
        return None

    def _track(self, _request, waybill):
        if waybill not in self.shipments:
            return _error(404, "Not found", "No result found")
        return _json({"shipments": [self._tracked(waybill)]})

    def _find(self, request):
        reference = request.query.get("shipmentReference")
        found = [
            self._tracked(waybill)
            for waybill, shipment in self.shipments.items()
            if shipment["reference"] == reference
        ]
        if request.query.get("shipperAccountNumber") != self.ACCOUNT or not found:
            return _error(404, "Not found", "No result found")
        return _json({"shipments": found})

    def _tracked(self, waybill):
        shipment = self.shipments[waybill]
        events = [_scan("PU", "Shipment picked up", "Verona")]
        if shipment.get("is_delivered"):
            delivered = _scan("OK", "Delivered", "Berlin", clock="11:10:00", day="2026-11-26")
            events.append({**delivered, "signedBy": "K Mueller"})
        pieces = [
            {"number": place, "trackingNumber": number, "shipperReferences": own, "events": []}
            for place, (number, own) in enumerate(
                zip(shipment["numbers"], shipment["pieces"], strict=True), start=1
            )
        ]
        return {
            "shipmentTrackingNumber": waybill,
            "shipmentTimestamp": "2026-11-25T16:00:00",
            "productCode": shipment["product"],
            "shipperReferences": [{"value": shipment["reference"], "typeCode": "CU"}],
            "events": events,
            "pieces": pieces,
        }

    def _prove(self, _request, waybill):
        if not self.shipments.get(waybill, {}).get("is_delivered"):
            # The contract's own example of this answer has no "detail".
            return _json({"title": "Not Found", "status": "404"}, 404)
        paper = {"encodingFormat": "PDF", "content": _label("pdf"), "typeCode": "POD"}
        return _json({"documents": [paper]})

    # --- rates, addresses, pickups ---

    def _rate(self, request):
        body = json.loads(request.body)
        offered = {"U": 41.26, "P": 44.5, "T": 70.0, "D": 40.0, "W": 20.5}
        if body.get("productCode"):
            offered = {body["productCode"]: offered.get(body["productCode"], 99.0)}
        products = [
            {
                "productCode": code,
                "productName": f"PRODUCT {code}",
                "weight": {"provided": 1.1, "unitOfMeasurement": "metric"},
                "totalPrice": [
                    {"currencyType": "BILLC", "priceCurrency": "EUR", "price": price},
                    {"currencyType": "BASEC", "priceCurrency": "USD", "price": 2 * price},
                ],
                "deliveryCapabilities": {
                    "deliveryTypeCode": "QDDC",
                    "estimatedDeliveryDateAndTime": "2026-11-26T23:59:00",
                    "totalTransitDays": 1,
                },
            }
            for code, price in offered.items()
        ]
        return _json({"products": products})

    def _validate(self, request):
        if request.query.get("postalCode") == self.NOWHERE:
            return _error(400, "Bad request", "996: Invalid postcode and location combination.")
        place = {"countryCode": request.query["countryCode"], "postalCode": "10115"}
        return _json({"address": [place]})

    def _pick_up(self, request):
        [goods] = json.loads(request.body)["shipmentDetails"]
        if goods["isCustomsDeclarable"] != (goods["productCode"] in DECLARABLE):
            return _error(400, "Bad request", "1001: productCode does not fit the goods")
        number = f"PRG{len(self.pickups):012d}"
        self.pickups[number] = goods
        return _json({"dispatchConfirmationNumbers": [number], "readyByTime": "16:00"}, 201)

    def _change_pickup(self, _request, number):
        if number not in self.pickups:
            return _error(404, "Pickup not found", "Requested Pickup was not found")
        return _json({"dispatchConfirmationNumber": number})

    def _cancel_pickup(self, _request, number):
        if not self.pickups.pop(number, None):
            return _error(404, "Pickup not found", "Requested Pickup was not found")
        return StageReply(200, b"")


def _scan(code, text, place, clock="17:05:00", day="2026-11-25"):
    return {
        "date": day,
        "time": clock,
        "GMTOffset": "+01:00",
        "typeCode": code,
        "description": text,
        "serviceArea": [{"code": FACILITIES[place], "description": place}],
    }


def _wanted(body):
    """Return the kinds of paper that a booking asks for."""
    options = body["outputImageProperties"]["imageOptions"]
    return [one["typeCode"] for one in options if one.get("isRequested")]


def _paper(form, kind):
    return {"imageFormat": form.upper(), "content": _label(form), "typeCode": kind}


def _label(kind):
    files = {"zpl": b"^XA^FO50,50^FDREHEARSAL^FS^XZ", "pdf": a_pdf("Label")}
    return base64.b64encode(files[kind]).decode()


def _json(data, status=200):
    return StageReply(status, json.dumps(data).encode())


def _error(status, title, detail, more=()):
    body = {
        "instance": "/expressapi",
        "detail": detail,
        "title": title,
        "message": title,
        "status": str(status),
    }
    if more:
        body["additionalDetails"] = list(more)
    return StageReply(status, json.dumps(body).encode())
