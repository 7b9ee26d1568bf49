"""Rehearsal Freight: our values into the types of its WSDL. Pure functions; tables on top."""

import re
from decimal import Decimal
from typing import Any

from ..dto import Address, HandlingUnit, Money, PickupRequest, ShipmentRequest
from ..findings import clean

VERSION = "1.0"
NAME_MAX = 50
STREET_MAX = 50
CITY_MAX = 50
ZIP_MAX = 20
STATE_MAX = 20
EMAIL_MAX = 80
DESCRIPTION_MAX = 50
INSTRUCTIONS_MAX = 200
LOCATION_MAX = 50
PICKUP_WEIGHT_MAX_GRAMS = 24_000_000
UNITS_MAX = 26
WEIGHT_MAX_GRAMS = 1_500_000
SIDE_MAX_MM = 6_000
PIECES_MAX = 9_999
#: Of the header's RequestReference, which is for the carrier's log only.
HEADER_REFERENCE_MAX = 36

REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,29}")

SERVICE_CODES = {"standard": "Standard", "expedited": "Expedited"}
KIND_CODES = {
    "pallet": "Pallet",
    "crate": "Crate",
    "roll_cage": "RollCage",
    "drum": "Drum",
    "other": "Other",
}
ACCESSORIAL_CODES = {
    "tail_lift": "TailLift",
    "residential_delivery": "ResidentialDelivery",
    "appointment": "Appointment",
    "inside_delivery": "InsideDelivery",
    "limited_access": "LimitedAccess",
    "hazardous": "HazardousMaterial",
}
LABEL_FORMATS = {"pdf": "PDF"}
#: National Motor Freight Classification.
FREIGHT_CLASSES = frozenset(
    ("50", "55", "60", "65", "70", "77.5", "85", "92.5", "100")
    + ("110", "125", "150", "175", "200", "250", "300", "400", "500")
)


def to_header(request_ref: str) -> dict[str, Any]:
    """Return the SOAP header of any call."""
    context = {"Version": VERSION, "RequestReference": request_ref[:HEADER_REFERENCE_MAX]}
    return {"RequestContext": context}


def to_shipment(request: ShipmentRequest) -> dict[str, Any]:
    """Return a ``FreightShipment``, for booking and for quoting."""
    return {
        "Reference": request.request_ref,
        "Service": SERVICE_CODES.get(request.service),
        "ShipDate": request.ship_date,
        "Shipper": _party(request.sender),
        "Consignee": _party(request.receiver),
        "HandlingUnits": {"HandlingUnit": [_unit(unit) for unit in request.handling_units]},
        "Accessorials": _accessorials(request.accessorials),
        "DeclaredValue": _money(request.goods_value),
        "CashOnDelivery": _money(request.cash_on_delivery),
        "Instructions": clean(request.instructions) or None,
    }


def to_pickup(request: PickupRequest) -> dict[str, Any]:
    """Return a ``PickupWish``, for booking and for changing."""
    units = [_unit(unit) for unit in request.handling_units[:UNITS_MAX]]
    return {
        "Reference": request.request_ref,
        "Day": request.pickup_date,
        "ReadyFrom": request.ready_from,
        "ClosesAt": request.closes_at,
        "Address": _party(request.address),
        "HandlingUnits": {"HandlingUnit": units} if units else None,
        "Pieces": request.pieces,
        "TotalWeightKg": Decimal(request.weight_grams).scaleb(-3),
        "Location": clean(request.location) or None,
        "Instructions": clean(request.instructions) or None,
    }


def _party(address: Address) -> dict[str, str | None]:
    return {
        "Name": clean(address.name),
        "Company": clean(address.company_name) or None,
        "Street": clean(address.street),
        "Street2": clean(address.street2) or None,
        "PostalCode": clean(address.zip_code),
        "City": clean(address.city),
        "State": clean(address.state_code) or None,
        "Country": address.country_code,
        "Phone": clean(address.phone) or None,
        "Email": clean(address.email) or None,
    }


def _unit(unit: HandlingUnit) -> dict[str, Any]:
    return {
        "Reference": unit.reference,
        "Kind": KIND_CODES[unit.kind],
        "Pieces": unit.pieces,
        "WeightKg": Decimal(unit.weight_grams).scaleb(-3),
        "LengthCm": _centimetres(unit.length_mm),
        "WidthCm": _centimetres(unit.width_mm),
        "HeightCm": _centimetres(unit.height_mm),
        "FreightClass": unit.freight_class or None,
        "Description": clean(unit.description),
        "Stackable": unit.stackable,
    }


def _centimetres(millimetres: int) -> int:
    """Round up: a pallet of 1201 mm does not fit where 120 cm are free."""
    return -(-millimetres // 10)


def _accessorials(codes: tuple[str, ...]) -> dict[str, list[str]] | None:
    theirs = sorted({ACCESSORIAL_CODES[code] for code in codes})
    return {"Accessorial": theirs} if theirs else None


def _money(money: Money | None) -> dict[str, Any] | None:
    return money and {"Amount": money.amount, "Currency": money.currency}
