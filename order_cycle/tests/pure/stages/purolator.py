"""Purolator E-Ship, parcels: a stage that is held to the published WSDLs."""

import base64
import re
from datetime import date, datetime, timedelta

from carriers.dto import CarrierSettings
from papers import a_pdf
from shipments import a_parcel_shipment, an_address

from .base import StageReply
from .purolator_base import TYPE, PurolatorStage, Refusal
from .wsdl import find, find_all, text

V1, V2 = "/EWS/V1", "/EWS/V2"
SERVICES = {
    f"{V1}/Estimating/EstimatingService.asmx": ("development", "EstimatingService.wsdl"),
    f"{V1}/Tracking/TrackingService.asmx": ("v2", "TrackingService.wsdl"),
    f"{V1}/ShippingDocuments/ShippingDocumentsService.asmx": (
        "development",
        "ShippingDocumentsService.wsdl",
    ),
    f"{V1}/PickUp/PickUpService.asmx": ("development", "PickUpService.wsdl"),
    f"{V1}/ReturnsManagement/ReturnsManagementService.asmx": (
        "development",
        "ReturnsManagementService.wsdl",
    ),
    f"{V2}/Shipping/ShippingService.asmx": ("v2", "ShippingService.wsdl"),
    f"{V2}/ServiceAvailability/ServiceAvailabilityService.asmx": (
        "v2",
        "ServiceAvailabilityService.wsdl",
    ),
}
BOOKINGS = ("CreateShipment", "CreateReturnsManagementShipment")
OFFERED = ("PurolatorExpress9AM", "PurolatorExpress", "PurolatorGround", "PurolatorExpressBox")
#: The one place this carrier knows beside the one that checks an account.
PLACES = {"L4W5M8": ("MISSISSAUGA", "ON"), "K1A0A6": ("OTTAWA", "ON"), "V5C5A9": ("BURNABY", "BC")}


class Stage(PurolatorStage):
    """Books, prints, voids, tracks, and closes the day."""

    code = "purolator"
    services = SERVICES

    def __init__(self):
        super().__init__()
        self.pickups = {}
        self.labels_pending = 0
        self.is_closed = False
        self.losing_pins = 0
        self.manifest_url = f"{self.url}/manifest.pdf"

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
        """Return a parcel from Mississauga to Burnaby."""
        values = {
            "service": "ground",
            "sender": a_sender(),
            "receiver": an_address(
                name="Joan Smith",
                company_name="",
                street="2245 Douglas Road",
                zip_code="V5C 5A9",
                city="Burnaby",
                state_code="BC",
                country_code="CA",
                phone="604 298 2181",
            ),
        }
        return a_parcel_shipment(**{**values, **changes})

    def is_booking(self, request):
        """Tell whether the call books a shipment."""
        return self.is_operation(request, *BOOKINGS)

    def incomplete(self, reply):
        """Return a booking without its number."""
        body = re.sub(rb"<ShipmentPIN.*?</ShipmentPIN>", b"", reply.body)
        return StageReply(reply.status, body, reply.content_type)

    def answer(self, request):
        """Serve the manifest's file too; it is no SOAP."""
        if request.method == "GET" and request.path == "/manifest.pdf":
            return StageReply(200, a_pdf("A manifest"), "application/pdf")
        return super().answer(request)

    # --- shipping ---

    def do_CreateShipment(self, body):
        shipment = find(body, "Shipment")
        self._check(shipment)
        if text(shipment, "ReceiverInformation/Address/Country") != "CA":
            self._check_customs(shipment)
        return self._booked(shipment, is_return=False)

    def do_CreateReturnsManagementShipment(self, body):
        shipment = find(body, "ReturnsManagementShipment")
        self._check(shipment)
        fields = self._booked(shipment, is_return=True)
        return {
            "ShipmentPIN": fields["ShipmentPIN"],
            "PiecePINs": fields["PiecePINs"],
            "RMA": "RMA-1",
        }

    def do_VoidShipment(self, body):
        shipment = self._known(text(body, "PIN/Value"))
        if not shipment["is_live"]:
            raise Refusal("1100431", "This shipment has already been voided.", "Shipping Error")
        if shipment["created"] != date.today():
            raise Refusal("1100429", "You can only cancel shipments created today.")
        shipment["is_live"] = False
        return {"ShipmentVoided": True}

    def do_Consolidate(self, _body):
        self.is_closed = True
        return {"Consolidate": True}

    # --- documents ---

    def do_GetDocuments(self, body):
        if text(body, "Synchronous") != "true":
            raise Refusal("1100000", "One or more errors have occurred.")
        pin = text(body, "DocumentCriterium/DocumentCriteria/PIN/Value")
        self._known(pin)
        is_pending = self.labels_pending > 0
        self.labels_pending -= is_pending
        file = None if is_pending else base64.b64encode(a_pdf(f"Label {pin}")).decode()
        detail = {
            "DocumentType": "DomesticBillOfLadingThermal",
            "Description": "Domestic Bill of Lading - Thermal",
            "DocumentStatus": "Pending" if is_pending else "Completed",
            "URL": None,
            "Data": file,
        }
        document = {"PIN": {"Value": pin}, "DocumentDetails": {"DocumentDetail": detail}}
        return {"Documents": {"Document": document}}

    def do_GetShipmentManifestDocument(self, body):
        path = "ShipmentManifestDocumentCriterium/ShipmentManifestDocumentCriteria/ManifestDate"
        day = text(body, path)
        if not self.is_closed:
            return {"ManifestBatches": None}
        detail = {
            "DocumentType": "PrepaidManifest",
            "Description": "Prepaid Manifest",
            "DocumentStatus": "Completed",
            "URL": self.manifest_url,
        }
        batch = {
            "ShipmentManifestDate": day,
            "ManifestCloseDateTime": "25/11/2026 5:00:00 PM",
            "ManifestBatchDetails": {"ManifestBatchDetail": detail},
        }
        return {"ManifestBatches": {"ManifestBatch": batch}}

    # --- tracking ---

    def do_TrackPackagesByPin(self, body):
        pin = text(body, "PINs/PIN/Value")
        shipment = self._known(pin)
        first = _scan("Other", pin, "Shipping label created with reference", "070000")
        information = {
            "PIN": {"Value": pin},
            "Scans": {"Scan": [first, *shipment["scans"]]},
            "ResponseInformation": None,
        }
        return {"TrackingInformationList": {"TrackingInformation": information}}

    def do_GetDeliveryDetails(self, body):
        shipment = self._known(text(body, "PIN/Value"))
        if not shipment["signed_by"]:
            raise Refusal("2001135", "No Delivery Details are available", "Tracking Error")
        scan = _scan("Delivery", text(body, "PIN/Value"), "Shipment delivered")
        return {"DeliveryDetails": {**scan, "ScanDetails": _delivery(shipment["signed_by"])}}

    def deliver(self, waybill, signed_by="J SMITH"):
        """Have the parcel delivered today at 13:05."""
        shipment = self.shipments[waybill]
        shipment["signed_by"] = signed_by
        delivery = _scan("Delivery", waybill, "Shipment delivered")
        shipment["scans"] += [
            {TYPE: "DeliveryScan", **delivery, "ScanDetails": _delivery(signed_by)},
            _scan("OnDelivery", waybill, "On vehicle for delivery", "081500"),
        ]

    # --- estimates, addresses, pickups ---

    def do_GetFullEstimate(self, body):
        shipment = find(body, "Shipment")
        self._check(shipment)
        asked = text(shipment, "PackageInformation/ServiceID")
        is_for_all = text(body, "ShowAlternativeServicesIndicator") == "true"
        names = OFFERED if is_for_all else (asked,)
        return {"ShipmentEstimates": {"ShipmentEstimate": [_estimate(name) for name in names]}}

    def do_GetServicesOptions(self, body):
        if text(body, "BillingAccountNumber") != self.ACCOUNT:
            raise Refusal("1100101", "The Account Number is a mandatory field.")
        return {"Services": None}

    def do_ValidateCityPostalCodeZip(self, body):
        asked = find(body, "Addresses/ShortAddress")
        code = text(asked, "PostalCode")
        if code not in PLACES:
            information = {
                "Errors": {
                    "Error": {
                        "Code": "1100515",
                        "Description": "The Postal Code is not valid.",
                        "AdditionalInformation": None,
                    }
                },
                "InformationalMessages": None,
            }
            city, province = text(asked, "City"), text(asked, "Province")
        else:
            information = {"Errors": {}, "InformationalMessages": None}
            city, province = PLACES[code]
        place = {"City": city, "Province": province, "Country": "CA", "PostalCode": code}
        suggested = {"Address": place, "ResponseInformation": information}
        return {"SuggestedAddresses": {"SuggestedAddress": suggested}}

    def do_SchedulePickUp(self, body):
        self.check_address(find(body, "Address"), "Address")
        for name in ("AnyTimeAfter", "UntilTime"):
            if not re.fullmatch(r"[0-2]\d[0-5]\d", text(body, f"PickupInstruction/{name}")):
                self.complain(f"{name} is no time of four digits")
        number = f"{len(self.pickups) + 1365863:08d}"
        self.pickups[number] = {"is_live": True, "until": text(body, "PickupInstruction/UntilTime")}
        return {"PickUpConfirmationNumber": number}

    def do_ModifyPickUp(self, body):
        pickup = self._pickup(text(body, "ConfirmationNumber"))
        pickup["until"] = text(body, "ModifyPickupInstruction/UntilTime")
        return {"PickUpConfirmationNumber": text(body, "ConfirmationNumber")}

    def do_VoidPickUp(self, body):
        self._pickup(text(body, "PickUpConfirmationNumber"))["is_live"] = False
        return {"PickUpVoided": True}

    def refused_fields(self, operation):
        """A refused return still holds its required elements, as nil."""
        is_return = operation == "CreateReturnsManagementShipment"
        return {"ShipmentPIN": None, "RMA": None} if is_return else {}

    # --- rules ---

    def _check(self, shipment):
        self.check_parties(shipment)
        self.check_account(find(shipment, "PaymentInformation"))
        packages = find(shipment, "PackageInformation")
        if not text(packages, "ServiceID"):
            raise Refusal("1100119", "The Service Mode is a mandatory field.")
        pieces = find_all(packages, "PiecesInformation/Piece")
        if int(text(packages, "TotalPieces")) != len(pieces):
            self.complain("TotalPieces is not the number of the pieces")
        weight = sum(float(text(piece, "Weight/Value")) for piece in pieces)
        if int(text(packages, "TotalWeight/Value")) < weight:
            self.complain("TotalWeight is less than its pieces")

    def _check_customs(self, shipment):
        lines = find_all(shipment, "InternationalInformation/ContentDetails/ContentDetail")
        if not lines:
            raise Refusal("1100100", "Field is missing: ContentDetails.")
        for line in lines:
            for name in ("Description", "HarmonizedCode", "CountryOfManufacture", "ProductCode"):
                if not text(line, name):
                    raise Refusal("1100100", f"Field is missing: {name}.")

    def _booked(self, shipment, *, is_return):
        count = int(text(shipment, "PackageInformation/TotalPieces"))
        pins = [str(next(self.numbers)) for _piece in range(count)]
        self.shipments[pins[0]] = {
            "reference": text(shipment, "TrackingReferenceInformation/Reference1"),
            "is_live": True,
            "is_return": is_return,
            "pins": pins,
            "created": date.today(),
            "scans": [],
            "signed_by": "",
        }
        shown = pins[: count - self.losing_pins]
        return {
            "ShipmentPIN": {"Value": pins[0]},
            "PiecePINs": {"PIN": [{"Value": pin} for pin in shown]},
            "ReturnShipmentPINs": {},
            "ExpressChequePIN": {"Value": ""},
        }

    def _known(self, pin):
        if pin not in self.shipments:
            raise Refusal("1100103", f"PIN {pin} is not a shipment of this account.")
        return self.shipments[pin]

    def _pickup(self, number):
        if not self.pickups.get(number, {}).get("is_live"):
            raise Refusal("1100101", f"There is no pickup {number}.")
        return self.pickups[number]


def a_sender():
    """Return our warehouse in Mississauga."""
    return an_address(
        name="Ann White",
        company_name="Northern Bikes Ltd.",
        street="1234 Main Street",
        zip_code="L4W 5M8",
        city="Mississauga",
        state_code="ON",
        country_code="CA",
        phone="+1 905 555 5555",
    )


def _scan(kind, pin, words, clock="130500"):
    return {
        "ScanType": kind,
        "PIN": {"Value": pin},
        "Depot": {"Name": "MISSISSAUGA, ON"},
        "ScanDate": date.today().isoformat(),
        "ScanTime": clock,
        "Description": words,
        "Comment": "",
        "SummaryScanIndicator": False,
    }


def _delivery(signed_by):
    return {
        "DeliverySignature": signed_by,
        "SignatureImage": "",
        "SignatureImageSize": 0,
        "SignatureImageFormat": "GIF",
        "DeliveryAddress": "2245 Douglas Road, Burnaby",
        "DeliveryCompanyName": None,
        "PremiumServiceText": None,
        "ProductTypeText": None,
        "SpecialHandlingText": None,
        "PaymentTypeText": None,
    }


def _estimate(name):
    tomorrow = datetime.now() + timedelta(days=1)
    return {
        "ServiceID": name,
        "ShipmentDate": date.today().isoformat(),
        "ExpectedDeliveryDate": tomorrow.date().isoformat(),
        "EstimatedTransitDays": 1,
        "BasePrice": "29.6",
        "Surcharges": {"Surcharge": {"Amount": "3.18", "Type": "Fuel", "Description": "Fuel"}},
        "Taxes": {"Tax": {"Amount": "1.64", "Type": "GST", "Description": "GST"}},
        "OptionPrices": None,
        "TotalPrice": "34.42",
    }
