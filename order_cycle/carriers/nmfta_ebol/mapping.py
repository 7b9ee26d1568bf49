"""eBOL: our values into its JSON. Pure functions; codes and limits in ``tables.py``."""

from collections.abc import Mapping
from typing import Any

from ..dto import Address, HandlingUnit, Money, ShipmentRequest
from ..findings import clean
from ..rest.writing import filled
from . import tables


def to_booking(
    request: ShipmentRequest, settings: Mapping[str, str], *, is_test: bool
) -> dict[str, Any]:
    """Return the body of ``POST /bol/v1/app/``."""
    units = request.handling_units
    paper = settings["label_paper"]
    labels = {"format": paper, "quantity": len(units)}
    pays = request.sender if settings["payment_terms"] == "Prepaid" else request.receiver
    return filled(
        {
            "bol": filled(
                {
                    "requestedPickupDate": f"{request.ship_date.isoformat()}T00:00:00.000",
                    "function": "Create",
                    "isTest": is_test,
                    "requestorRole": "Shipper",
                    "specialInstructions": clean(request.instructions),
                }
            ),
            "version": tables.VERSION,
            "images": {
                "includeBol": True,
                "includeShippingLabels": True,
                "shippingLabels": labels | ({"position": 1} if paper == "Avery" else {}),
            },
            "referenceNumbers": {"shipmentId": request.request_ref},
            "payment": {"terms": settings["payment_terms"]},
            "commodities": {
                "lineItemLayout": "Nested",
                "handlingUnits": [_unit(unit) for unit in units],
            },
            "shipmentTotals": _totals(request),
            "accessorials": _accessorials(request),
            "origin": party(request.sender),
            "destination": party(request.receiver),
            "billTo": filled({"account": settings["account_number"], **party(pays)}),
        }
    )


def party(address: Address) -> dict[str, Any]:
    """Return one party."""
    return filled(
        {
            "name": clean(address.company_name) or clean(address.name),
            "address1": clean(address.street),
            "address2": clean(address.street2),
            "city": clean(address.city),
            "stateProvince": clean(address.state_code),
            "postalCode": clean(address.zip_code),
            "country": tables.COUNTRIES[address.country_code],
            "contact": filled(
                {
                    "phone": ten_digits(address),
                    "name": clean(address.name),
                    "email": clean(address.email),
                }
            ),
        }
    )


def ten_digits(address: Address) -> str:
    """Return the phone number without the country's prefix and without signs."""
    digits = "".join(char for char in address.phone if char.isascii() and char.isdigit())
    prefix = tables.COUNTRY_PREFIXES.get(address.country_code, "")
    is_abroad = address.phone.strip().startswith("+") or len(digits) > 10
    return digits.removeprefix(prefix) if is_abroad else digits


def kilograms(grams: int) -> int:
    """Return whole kilograms, rounded up: the contract has integers."""
    return -(-grams // 1000)


def _unit(unit: HandlingUnit) -> dict[str, Any]:
    weight = kilograms(unit.weight_grams)
    item = tables.NMFC.fullmatch(unit.nmfc or "")
    return {
        "count": 1,
        "type": tables.KIND_CODES[unit.kind],
        "weight": weight,
        "weightUnit": "Kilograms",
        "length": centimetres(unit.length_mm),
        "width": centimetres(unit.width_mm),
        "height": centimetres(unit.height_mm),
        "dimensionsUnit": "Centimeters",
        "stackable": unit.stackable,
        "lineItems": [
            filled(
                {
                    "description": clean(unit.description),
                    "weight": weight,
                    "weightUnit": "Kilograms",
                    "pieces": unit.pieces,
                    "packagingType": tables.PACKAGING,
                    "classification": unit.freight_class or tables.NO_CLASS,
                    "nmfc": item and item[1],
                    "nmfcSub": item and item[2],
                    "hazardous": False,
                }
            )
        ],
    }


def centimetres(millimetres: int) -> int:
    """Round up: a pallet of 1201 mm does not fit where 120 cm are free."""
    return -(-millimetres // 10)


def _totals(request: ShipmentRequest) -> dict[str, Any]:
    grams = sum(unit.weight_grams for unit in request.handling_units)
    return {
        "grossWeight": kilograms(grams),
        "weightUnit": "Kilograms",
        "handlingUnits": len(request.handling_units),
    }


def _accessorials(request: ShipmentRequest) -> dict[str, Any]:
    codes = {tables.ACCESSORIAL_CODES[code] for code in request.accessorials}
    codes.add(tables.SERVICE_CODES[request.service])
    details: dict[str, Any] = {}
    if request.cash_on_delivery:
        codes.add("COD")
        details["cod"] = {
            **_money(request.cash_on_delivery, "amount"),
            "terms": "Prepaid",
            "remitTo": _remit_to(request.sender),
        }
    if request.insured_value:
        codes.add("FVC")
        details["fullValueCoverageDetails"] = _money(request.insured_value, "monetaryValue")
    return filled({"codes": sorted(codes - {""}), **details})


def _remit_to(address: Address) -> dict[str, str]:
    whole = party(address)
    names = ("name", "address1", "address2", "city", "stateProvince", "postalCode", "country")
    return {name: whole[name] for name in names if name in whole}


def _money(money: Money, name: str) -> dict[str, str]:
    return {name: f"{money.amount:.2f}", "currency": money.currency}
