"""What UPS answers, as its contracts describe it."""

import base64

from papers import a_pdf

_OK = {"ResponseStatus": {"Code": "1", "Description": "Success"}}


def booked(numbers, kind, label, is_abroad):
    """Return the answer of ``Shipment``."""
    image = {"ImageFormat": {"Code": kind}, "GraphicImage": label}
    results = {
        "ShipmentCharges": {
            "TransportationCharges": _amount("12.40"),
            "ServiceOptionsCharges": _amount("0.00"),
            "TotalCharges": _amount("12.40"),
        },
        "NegotiatedRateCharges": {"TotalCharge": _amount("9.30")},
        "BillingWeight": {
            "UnitOfMeasurement": {"Code": "KGS", "Description": "Kilograms"},
            "Weight": "0001.500",
        },
        "ShipmentIdentificationNumber": numbers[0],
        "PackageResults": [
            {"TrackingNumber": number, "ShippingLabel": image} for number in numbers
        ],
    }
    if is_abroad:
        paper = base64.b64encode(a_pdf("Invoice")).decode()
        picture = {"ImageFormat": {"Code": "PDF", "Description": "PDF"}, "GraphicImage": paper}
        results["Form"] = {"Code": "01", "Description": "Invoice", "Image": picture}
    return {"ShipmentResponse": {"Response": _OK, "ShipmentResults": results}}


def voided(numbers):
    """Return the answer of ``VoidShipment``."""
    status = {"Code": "1", "Description": "Voided"}
    parcels = [{"TrackingNumber": number, "Status": status} for number in numbers]
    body = {
        "Response": _OK,
        "SummaryResult": {"Status": status},
        "PackageLevelResults": parcels,
    }
    return {"VoidShipmentResponse": body}


def recovered(numbers, kind, label):
    """Return the answer of ``LabelRecovery``."""
    image = {"LabelImageFormat": {"Code": kind}, "GraphicImage": label}
    body = {
        "Response": _OK,
        "ShipmentIdentificationNumber": numbers[0],
        "LabelResults": [{"TrackingNumber": number, "LabelImage": image} for number in numbers],
    }
    return {"LabelRecoveryResponse": body}


def rated(offered):
    """Return the answer of ``Rate`` for service code -> price."""
    return {
        "RateResponse": {
            "Response": _OK,
            "RatedShipment": [_rated(code, price) for code, price in offered.items()],
        }
    }


def _rated(code, price):
    arrival = {
        "Arrival": {"Date": "20261130", "Time": "120000"},
        "BusinessDaysInTransit": "3",
        "Pickup": {"Date": "20261125", "Time": "180000"},
        "DayOfWeek": "MON",
    }
    service = {"Description": f"UPS {code}"}
    return {
        "Service": {"Code": code},
        "BillingWeight": {
            "UnitOfMeasurement": {"Code": "KGS", "Description": "Kilograms"},
            "Weight": "1.5",
        },
        "TransportationCharges": _amount(price),
        "ServiceOptionsCharges": _amount("0.00"),
        "TotalCharges": _amount(price),
        "RatedPackage": [{}],
        "TimeInTransit": {
            "PickupDate": "20261125",
            "ServiceSummary": {"Service": service, "EstimatedArrival": arrival},
        },
    }


def tracked(found, with_paper=False):
    """Return the answer of tracking for (number asked for, parcels, shipment) of each."""
    shipments = [
        {
            "inquiryNumber": asked,
            "package": [_package(number, shipment, with_paper) for number in numbers],
        }
        for asked, numbers, shipment in found
    ]
    return {"trackResponse": {"shipment": shipments}}


def _package(number, shipment, with_paper):
    scans = [_scan("M", "MP", "Shipper created a label", "80000", "Verona")]
    if shipment["signed_by"]:
        scans.append(_scan("I", "OT", "Out for Delivery", "91500", "Berlin"))
        scans.append(_scan("D", "FS", "Delivered", "133000", "Berlin"))
    if not shipment["is_live"]:
        scans.append(_scan("MV", "VP", "Void", "90000", "Verona"))
    package = {
        "trackingNumber": number,
        "activity": scans[::-1],
        "currentStatus": {"type": scans[-1]["status"]["type"], "code": "000"},
        "referenceNumber": [{"type": "SHIPMENT", "number": shipment["reference"]}],
    }
    if shipment["signed_by"]:
        package["deliveryDate"] = [{"type": "DEL", "date": "20261125"}]
        package["deliveryInformation"] = {
            "receivedBy": shipment["signed_by"],
            "location": "Front Door",
        }
        if with_paper:
            paper = base64.b64encode(a_pdf("Proof")).decode()
            package["deliveryInformation"]["pod"] = {"content": paper}
    return package


def _scan(kind, code, words, clock, town):
    return {
        "date": "20261125",
        "time": clock.zfill(6),
        "gmtDate": "20261125",
        # The contract's own example has lost its leading zero.
        "gmtTime": clock,
        "gmtOffset": "+00:00",
        "location": {"address": {"city": town, "countryCode": "IT", "country": "IT"}},
        "status": {"type": kind, "code": code, "description": words},
    }


def picked_up(number):
    """Return the answer of ``Pickup Creation``."""
    price = {
        "RateType": "SD",
        "CurrencyCode": "EUR",
        "ChargeDetail": [
            {"ChargeCode": "B", "ChargeDescription": "BASE CHARGE", "ChargeAmount": "00004.80"}
        ],
        "GrandTotalOfAllCharge": "00004.80",
    }
    status = {"Code": "01", "Description": "Rated"}
    body = {"Response": _OK, "PRN": number, "RateStatus": status, "RateResult": price}
    return {"PickupCreationResponse": body}


def pickup_cancelled():
    """Return the answer of ``Pickup Cancel``."""
    return {"PickupCancelResponse": {"Response": _OK, "PickupType": "01"}}


def _amount(value):
    return {"CurrencyCode": "EUR", "MonetaryValue": value}
