"""Purolator Freight: a stage that is held to the published WSDLs."""

import base64
import itertools
import re
from datetime import date, timedelta

from carriers.dto import CarrierSettings
from papers import a_pdf
from shipments import a_freight_shipment, an_address

from .base import StageReply
from .purolator import a_sender
from .purolator_base import PurolatorStage, Refusal
from .wsdl import find, find_all, text

_V1 = "/EWS/V1"
SERVICES = {
    f"{_V1}/{folder}/{name}.asmx": ("development", f"{name}.wsdl")
    for folder, name in (
        ("FreightEstimating", "FreightEstimatingService"),
        ("FreightShipping", "FreightShippingService"),
        ("FreightPickUp", "FreightPickUpService"),
        ("FreightTracking", "FreightTrackingService"),
        ("ShippingDocuments", "ShippingDocumentsService"),
    )
}
_CLOCK = re.compile(r"[0-2]\d:[0-5]\d")


class Stage(PurolatorStage):
    """Books pallets, prints their papers and follows them. Nothing can be cancelled."""

    code = "purolator_freight"
    services = SERVICES

    def __init__(self):
        super().__init__()
        self.numbers = itertools.count(8_805_146_365)
        self.pickups = {}
        self.refused_services = set()

    def settings(self, **changes):
        """Return the settings of an account at this stage."""
        values = {
            "environment": "rehearsal",
            "base_url": self.url,
            "username": self.KEY,
            "password": self.PASSWORD,
            "account_number": self.ACCOUNT,
            "extra_secrets": {"user_token": self.TOKEN},
            "deadline_s": 5,
        }
        return CarrierSettings(**{**values, **changes})

    def shipment(self, **changes):
        """Return a pallet from Mississauga to Burnaby."""
        values = {
            "sender": a_sender(),
            "receiver": an_address(
                name="Joan Smith",
                company_name="Western Shelves",
                street="2245 Douglas Road",
                zip_code="V5C 5A9",
                city="Burnaby",
                state_code="BC",
                country_code="CA",
                phone="604 298 2181",
            ),
        }
        return a_freight_shipment(**{**values, **changes})

    def is_booking(self, request):
        """Tell whether the call books a shipment."""
        return self.is_operation(request, "CreateShipment")

    def incomplete(self, reply):
        """Return a booking without its PRO number."""
        body = re.sub(rb"<ProNumber>.*?</ProNumber>", b"", reply.body)
        return StageReply(reply.status, body, reply.content_type)

    # --- what it does ---

    def do_GetEstimate(self, body):
        shipment = find(body, "Estimate")
        self._check(shipment)
        if text(shipment, "ShipmentDetails/ServiceTypeCode") in self.refused_services:
            raise Refusal("1100119", "The Service Mode is a mandatory field.")
        return _price(shipment)

    def do_CreateShipment(self, body):
        shipment = find(body, "Shipment")
        self._check(shipment)
        references = find_all(shipment, "ShipmentDetails/CustomerReferences/CustomerReference")
        number = str(next(self.numbers))
        self.shipments[number] = {
            "reference": text(references[0], "Code"),
            "is_live": True,
            "has_appointment": text(shipment, "AppointmentFlag") == "true",
            "units": len(find_all(shipment, "ShipmentDetails/LineItemDetails/LineItem")),
            "signed_by": "",
            "delivered": False,
        }
        fields = _price(shipment)
        after_price = {name: fields.pop(name) for name in ("TotalPrice", "ShipmentTaxes")}
        return {
            "ProNumber": number,
            "PickupNumber": "0",
            **fields,
            "OriginalTerminalCode": "TOR",
            "DestinationTerminalCode": "VAN",
            "TotalPrice": after_price["TotalPrice"],
            "ShipmentPINs": {"PIN": {"Value": number}},
            "ShipmentTaxes": after_price["ShipmentTaxes"],
        }

    def do_GetDocuments(self, body):
        criteria = find(body, "DocumentCriterium/DocumentCriteria")
        number = text(criteria, "PIN/Value")
        self._known(number)
        detail = {
            "DocumentType": text(criteria, "DocumentTypes/DocumentType") or "BillOfLading",
            "Description": "Bill of lading",
            "DocumentStatus": "Completed",
            "URL": None,
            "Data": base64.b64encode(a_pdf(f"Bill of lading {number}")).decode(),
        }
        document = {"PIN": {"Value": number}, "DocumentDetails": {"DocumentDetail": detail}}
        return {"Documents": {"Document": document}}

    def do_TrackPackagesByPin(self, body):
        number = text(body, "PINs/PIN/Value")
        shipment = self._known(number)
        information = {
            "ShipmentDetails": _details(number, shipment),
            "ShipmentStatus": _status(shipment),
            "ShipmentPinHistory": {
                "PinTraceHistory": [
                    _trace(number, "08:15", "ARR", "Arrived at terminal"),
                    _trace(number, "", "XX", "A scan without a time"),
                ]
            },
        }
        return {"TrackingInformationList": {"TrackingInformation": information}}

    def do_GetFreightPickup(self, body):
        pickup = find(body, "PickUp")
        self.check_address(find(pickup, "SenderInformation/Address"), "SenderInformation")
        self.check_account(find(pickup, "PaymentInformation"))
        self._check_lines(pickup)
        for name in ("ReadyTime", "CloseTime"):
            if not _CLOCK.fullmatch(text(pickup, f"PickupInformation/{name}")):
                self.complain(f"{name} is no time like 12:00")
        number = str(len(self.pickups) + 433)
        self.pickups[number] = text(pickup, "PickupInformation/PickupDate")
        return {"PickupNumber": number}

    def refused_fields(self, operation):
        """A refused look-up still holds its list, as nil."""
        return {"TrackingInformationList": None} if operation == "TrackPackagesByPin" else {}

    def deliver(self, waybill, signed_by="J SMITH"):
        """Have the goods delivered today; the time is not told."""
        self.shipments[waybill].update(delivered=True, signed_by=signed_by)

    # --- rules ---

    def _check(self, shipment):
        self.check_parties(shipment)
        self.check_account(find(shipment, "PaymentInformation"))
        self._check_lines(shipment)

    def _check_lines(self, shipment):
        lines = find_all(shipment, "ShipmentDetails/LineItemDetails/LineItem")
        if not lines:
            raise Refusal("1100100", "Field is missing: LineItemDetails.")
        for number, line in enumerate(lines, 1):
            if text(line, "LineNumber") != str(number):
                self.complain("the lines are not numbered one after the other")
            if not text(line, "HandlingUnitType"):
                raise Refusal("1100110", "The Package Type is a mandatory field.")
            if float(text(line, "Weight/Value")) <= 0:
                self.complain(f"line {number} weighs nothing")

    def _known(self, number):
        if number not in self.shipments:
            raise Refusal("2800001", f"{number} was not found.", "Tracking Error")
        return self.shipments[number]


def _price(shipment):
    units = len(find_all(shipment, "ShipmentDetails/LineItemDetails/LineItem"))
    return {
        "TariffCode": "PURO2015",
        "DiscountPoint": "70",
        "TransitDays": 4,
        "EstimatedDeliveryDate": (date.today() + timedelta(days=4)).isoformat(),
        "TotalPrice": f"{300 * units + 39}.87",
        "ShipmentTaxes": {"Tax": {"Amount": "39", "Type": "HST", "Description": "HST"}},
    }


def _details(number, shipment):
    return {
        "SenderInformation": None,
        "ReceiverInformation": None,
        "ThirdPartyInformation": None,
        "ProNumber": number,
        "Trn": 0,
        "BOLNo": number,
        "ShipDate": date.today().isoformat(),
        "Pieces": shipment["units"],
        "Weight": "221",
        "Pallets": shipment["units"],
        "ServiceTypeCode": "1",
        "ServiceTypeDesc": "Standard LTL",
        "InternalPro": number,
        "POType": "PO",
        "PONumber": shipment["reference"],
    }


def _status(shipment):
    is_there = shipment["delivered"]
    return {
        "ShipmentStatus": "Delivered" if is_there else "In transit",
        "Delivered": is_there,
        "DelDate": date.today().isoformat() if is_there else None,
        "DelTime": "",
        "SignedBy": shipment["signed_by"],
        "DelStatCode": "DEL" if is_there else None,
        "DelStatDesc": None,
        "AppDateStart": None,
        "AppDateEnd": None,
        "AppTimeStart": None,
        "AppTimeEnd": "",
        "AppContact": "",
        "ImageType": None,
        "ImageLink": None,
    }


def _trace(number, clock, code, words):
    scan = {
        "HistDate": date.today().isoformat(),
        "HistTime": clock,
        "HistCode": code,
        "HistDesc": words,
        "HistLocation": "TOR",
    }
    return {"ProNumber": number, "PIN": number, "ScanDetails": scan}
