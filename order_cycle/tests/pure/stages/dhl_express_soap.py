"""DHL Express over SOAP: a stage that is held to both published WSDLs."""

import itertools
import re
from functools import cache

from carriers.dto import CarrierSettings
from lxml import etree
from shipments import a_parcel, a_parcel_shipment

from . import dhl_express_soap_answers as answers
from .base import BaseStage, StageReply
from .contracts import contract
from .wsdl import Wsdl, find_all, text, username_token

_XML = "text/xml; charset=utf-8"
#: What a parcel costs with each product; the account of this stage pays in EUR.
PRICES = {"U": "41.26", "P": "44.50", "T": "70.00", "W": "20.50", "D": "40.00"}
#: Path of a service -> its published WSDL.
FILES = {
    "/expressRateBook": "sndpt-expressRateBook.wsdl",
    "/glDHLExpressTrack": "glDHLExpressTrack.wsdl",
}


@cache
def published(path):
    """Return the published WSDL of the service at a path, compiled once."""
    return Wsdl(contract("dhl_express_soap", FILES[path]), auth="ws_security")


class Stage(BaseStage):
    """Books shipments, names prices and tells of scans. Nothing is found or cancelled."""

    code = "dhl_express_soap"
    USER, PASSWORD, ACCOUNT = "dhl-user-2", "dhl-password-2", "123456789"

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(2_000_000_001)
        self.has_label = True
        #: Answers that are served in place of the stage's own, by operation.
        self.instead = {}

    def settings(self, **changes):
        """Return the settings of an account at this stage."""
        values = {
            "environment": "rehearsal",
            "base_url": self.url,
            "username": self.USER,
            "password": self.PASSWORD,
            "account_number": self.ACCOUNT,
            "deadline_s": 5,
        }
        return CarrierSettings(**{**values, **changes})

    def shipment(self, **changes):
        """Return a parcel from Verona to Berlin."""
        parcel = a_parcel(length_mm=300, width_mm=200, height_mm=105, content="Shelves")
        values = {"parcels": (parcel,), "service": "express_worldwide", **changes}
        return a_parcel_shipment(**values)

    def is_booking(self, request):
        """Tell whether the call books a shipment."""
        return b":ShipmentRequest" in request.body

    def incomplete(self, reply):
        """Return a booking without its number."""
        name = b"ShipmentIdentificationNumber"
        body = re.sub(b"<" + name + b">.*?</" + name + b">", b"", reply.body)
        return StageReply(reply.status, body, reply.content_type)

    def deliver(self, waybill):
        """Have a shipment delivered."""
        self.shipments[waybill]["is_delivered"] = True

    def answer(self, request):
        """Check the call, do what is asked, and check the answer too."""
        if request.path not in FILES:
            self.complain(f"there is no service at {request.path}")
            return StageReply(404)
        wsdl = published(request.path)
        problems = wsdl.request_problems(request)
        for problem in problems:
            self.complain(problem)
        if problems:
            return StageReply(500, wsdl.fault("Client", problems[0]), _XML)
        if username_token(request) != (self.USER, self.PASSWORD):
            return StageReply(500, wsdl.fault("FailedAuthentication", "Who are you?"), _XML)
        operation = wsdl.operation(request)
        body = self.instead.get(operation)
        if body is None:
            body = self._serve(operation, wsdl.body(request))
        reply = StageReply(200, wsdl.envelope(body), _XML)
        for problem in wsdl.response_problems(operation, reply):
            self.complain(f"our own answer: {problem}")
        return reply

    def _serve(self, operation, body):
        serve = {
            "createShipmentRequest": self._book,
            "getRateRequest": self._rate,
            "trackShipmentRequest": self._track,
        }
        return serve[operation](body)

    def _book(self, body):
        info = "RequestedShipment/ShipmentInfo"
        if text(body, f"{info}/Account") != self.ACCOUNT:
            return answers.booking(
                [answers.notice("8003", "The account may not use this service.")]
            )
        waybill = str(next(self.numbers))
        packages = find_all(body, "RequestedShipment/Packages/RequestedPackages")
        self.shipments[waybill] = {
            "reference": text(
                body, f"{info}/ShipmentReferences/ShipmentReference/ShipmentReference"
            ),
            "is_live": True,
        }
        results = etree.Element("PackagesResult")
        for package in packages:
            number = package.get("number")
            result = etree.SubElement(results, "PackageResult", number=number)
            etree.SubElement(result, "TrackingNumber").text = f"JD0146{waybill}{int(number):03d}"
        parts = [answers.notice("0", ""), results]
        if self.has_label:
            parts.append(answers.label(text(body, f"{info}/LabelType")))
        number = etree.Element("ShipmentIdentificationNumber")
        number.text = waybill
        return answers.booking([*parts, number])

    def _rate(self, body):
        shipment = "RequestedShipment"
        if text(body, f"{shipment}/Account") != self.ACCOUNT:
            return answers.rates(answers.notice("1001", "The account is unknown."))
        is_customs = text(body, f"{shipment}/Content") == "NON_DOCUMENTS"
        wanted = text(body, f"{shipment}/ServiceType")
        offered = [
            answers.product(code, price)
            for code, price in PRICES.items()
            if wanted in ("", code) and (code == "P") == is_customs
        ]
        return answers.rates(answers.notice("0", ""), *offered)

    def _track(self, body):
        number = text(body, "trackingRequest/TrackingRequest/AWBNumber/ArrayOfAWBNumberItem")
        shipment = self.shipments.get(number)
        if not shipment:
            return answers.tracked(answers.unknown_waybill(number))
        scans = [answers.scan("PU", "Shipment picked up", "Verona")]
        if shipment.get("is_delivered"):
            scans.append(
                answers.scan("OK", "Delivered", "Berlin", day="2026-11-26", signatory="K Mueller")
            )
        return answers.tracked(answers.waybill(number, scans))
