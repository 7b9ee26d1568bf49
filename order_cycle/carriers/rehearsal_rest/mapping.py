"""Rehearsal Parcel: our values into its JSON. Pure functions; limits and codes on top."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ..dto import Address, Commodity, Money, Parcel, PickupRequest, ShipmentRequest
from ..findings import clean
from ..rest.writing import filled, plain

NAME_MAX = 40
STREET_MAX = 50
CITY_MAX = 40
ZIP_MAX = 10
STATE_MAX = 3
EMAIL_MAX = 80
CONTENT_MAX = 50
INSTRUCTIONS_MAX = 100
LOCATION_MAX = 40
PICKUP_PIECES_MAX = 999
PICKUP_WEIGHT_MAX_GRAMS = 99_999_999
SHIPMENTS_MAX = 500
DESCRIPTION_MAX = 60
PARCELS_MAX = 20
COMMODITIES_MAX = 99
WEIGHT_MAX_GRAMS = 31_500
COMMODITY_WEIGHT_MAX_GRAMS = 630_000
SIDE_MAX_MM = 2_000

REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,34}")
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
HS_CODE = re.compile(r"[0-9]{6,12}")
QUANTITY = re.compile(r"[0-9]{1,7}(\.[0-9]{1,3})?")

SERVICE_CODES = {"economy": "ECO", "standard": "STD", "express": "EXP"}
OPTION_CODES = {"signature": "SIGNATURE", "saturday_delivery": "SATURDAY"}
SIDES = ("length", "width", "height")
LABEL_FORMATS = {"pdf": "PDF", "zpl": "ZPL", "png": "PNG"}


def to_booking(request: ShipmentRequest) -> dict[str, Any]:
    """Return the body of ``createShipment``."""
    return filled(
        {
            "reference": request.request_ref,
            "service": SERVICE_CODES[request.service],
            "shipDate": request.ship_date.isoformat(),
            "sender": _address(request.sender),
            "receiver": _address(request.receiver),
            "parcels": [_parcel(parcel) for parcel in request.parcels],
            "customs": [_customs_item(item) for item in request.commodities],
            "goodsValue": _money(request.goods_value),
            "cashOnDelivery": _money(request.cash_on_delivery),
            "options": sorted({OPTION_CODES[code] for code in request.accessorials}),
            "instructions": clean(request.instructions),
            "labelFormat": LABEL_FORMATS[request.label_format],
            "return": request.is_return or None,
        }
    )


def to_pickup(request: PickupRequest) -> dict[str, Any]:
    """Return the body of ``createPickup`` and ``changePickup``."""
    return filled(
        {
            "reference": request.request_ref,
            "date": request.pickup_date.isoformat(),
            "readyFrom": f"{request.ready_from:%H:%M}",
            "closesAt": f"{request.closes_at:%H:%M}",
            "address": _address(request.address),
            "pieces": request.pieces,
            "weightKg": kilograms(request.weight_grams),
            "shipments": list(request.waybill_refs),
            "location": clean(request.location),
            "instructions": clean(request.instructions),
        }
    )


def to_manifest(waybill_refs: Sequence[str]) -> dict[str, Any]:
    """Return the body of ``closeManifest``."""
    return {"shipments": list(waybill_refs)}


def to_quote(request: ShipmentRequest) -> dict[str, Any]:
    """Return the body of ``createQuote``; without a service it asks for all of them."""
    return filled(
        {
            "service": SERVICE_CODES.get(request.service),
            "sender": _place(request.sender),
            "receiver": _place(request.receiver),
            "parcels": [
                filled({"weightKg": kilograms(p.weight_grams), "dimensions": _dimensions(p)})
                for p in request.parcels
            ],
        }
    )


def kilograms(grams: int) -> str:
    """Return whole grams as kilograms with three decimals, without a float on the way."""
    return f"{Decimal(grams).scaleb(-3):.3f}"


def _address(address: Address) -> dict[str, Any]:
    return filled(
        {
            "name": clean(address.name),
            "company": clean(address.company_name),
            "street": clean(address.street),
            "street2": clean(address.street2),
            "postalCode": clean(address.zip_code),
            "city": clean(address.city),
            "state": clean(address.state_code),
            "country": address.country_code,
            "phone": clean(address.phone),
            "email": clean(address.email),
            "residential": address.is_residential,
        }
    )


def _place(address: Address) -> dict[str, str]:
    return {"postalCode": clean(address.zip_code), "country": address.country_code}


def _parcel(parcel: Parcel) -> dict[str, Any]:
    return filled(
        {
            "reference": parcel.reference,
            "weightKg": kilograms(parcel.weight_grams),
            "dimensions": _dimensions(parcel),
            "content": clean(parcel.content),
        }
    )


def _dimensions(parcel: Parcel) -> dict[str, int] | None:
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    if None in sides:
        return None
    # Rounded up: a box of 101 mm does not go through an opening of 10 cm.
    return {f"{name}Cm": -(-side // 10) for name, side in zip(SIDES, sides, strict=True)}


def _customs_item(item: Commodity) -> dict[str, Any]:
    return {
        "description": clean(item.description),
        "quantity": plain(item.quantity),
        # The contract has cents; a unit price may have less, and the customs accept rounding.
        "unitValue": _money(Money(amount=item.unit_value, currency=item.currency)),
        "hsCode": item.hs_code,
        "originCountry": item.origin_country,
        "weightKg": kilograms(item.weight_grams),
    }


def _money(money: Money | None) -> dict[str, str] | None:
    return money and {"amount": f"{money.amount:.2f}", "currency": money.currency}
