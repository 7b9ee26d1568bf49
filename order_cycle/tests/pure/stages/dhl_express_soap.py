"""DHL Express over SOAP: a stage that is held to the published WSDL."""

import base64
import itertools
import re
from functools import cache

from carriers.dto import CarrierSettings
from lxml import etree
from papers import a_pdf
from shipments import a_parcel, a_parcel_shipment

from .base import BaseStage, StageReply
from .contracts import contract
from .wsdl import Wsdl, find_all, text, username_token

_ANSWERS = "http://scxgxtt.phx-dc.dhl.com/euExpressRateBook/ShipmentMsgResponse"
_XML = "text/xml; charset=utf-8"


@cache
def published():
    """Return the published WSDL, compiled once."""
    return Wsdl(contract("dhl_express_soap", "sndpt-expressRateBook.wsdl"), auth="ws_security")


class Stage(BaseStage):
    """Books shipments and hands out their labels. Nothing is found, followed or cancelled."""

    code = "dhl_express_soap"
    USER, PASSWORD, ACCOUNT = "dhl-user-2", "dhl-password-2", "123456789"

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(2_000_000_001)
        self.has_label = True

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
        return b"ShipmentRequest" in request.body

    def incomplete(self, reply):
        """Return a booking without its number."""
        name = b"ShipmentIdentificationNumber"
        body = re.sub(b"<" + name + b">.*?</" + name + b">", b"", reply.body)
        return StageReply(reply.status, body, reply.content_type)

    def answer(self, request):
        """Check the call, book, and check the answer too."""
        wsdl = published()
        problems = wsdl.request_problems(request)
        if request.path != "/expressRateBook":
            problems.append(f"there is no service at {request.path}")
        for problem in problems:
            self.complain(problem)
        if problems:
            return StageReply(500, wsdl.fault("Client", problems[0]), _XML)
        if username_token(request) != (self.USER, self.PASSWORD):
            return StageReply(500, wsdl.fault("FailedAuthentication", "Who are you?"), _XML)
        reply = StageReply(200, wsdl.envelope(self._book(wsdl.body(request))), _XML)
        for problem in wsdl.response_problems("createShipmentRequest", reply):
            self.complain(f"our own answer: {problem}")
        return reply

    def _book(self, body):
        info = "RequestedShipment/ShipmentInfo"
        if text(body, f"{info}/Account") != self.ACCOUNT:
            return _answer([_notice("8003", "The account may not use this service.")])
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
        parts = [_notice("0", ""), results]
        if self.has_label:
            parts.append(_label(text(body, f"{info}/LabelType")))
        number = etree.Element("ShipmentIdentificationNumber")
        number.text = waybill
        return _answer([*parts, number])


def _answer(parts):
    answer = etree.Element(f"{{{_ANSWERS}}}ShipmentResponse", nsmap={"a": _ANSWERS})
    answer.extend(parts)
    return answer


def _notice(code, words):
    notice = etree.Element("Notification", code=code)
    etree.SubElement(notice, "Message").text = words
    return notice


def _label(kind):
    files = {"ZPL": b"^XA^FO50,50^FDREHEARSAL^FS^XZ", "PDF": a_pdf("Label")}
    label = etree.Element("LabelImage")
    etree.SubElement(label, "LabelImageFormat").text = kind
    etree.SubElement(label, "GraphicImage").text = base64.b64encode(files[kind]).decode()
    return label
