"""Sendcloud: what the customs are told ("customs-information", "parcel-item")."""

from decimal import Decimal
from typing import Any

from ..dto import Address, Commodity, ShipmentRequest
from ..findings import clean
from . import tables

_CENTIGRAM = Decimal("0.01")


def to_information(request: ShipmentRequest, settings: dict[str, str]) -> dict[str, Any]:
    """Return the information for the papers. The invoice shows the incoterm as a note: the contract
    has it in the code of some shipping options only."""
    reason = tables.RETURNED_GOODS
    if not request.is_return:
        reason = tables.EXPORT_REASONS[request.contents_type]
    information = {
        "invoice_number": clean(request.invoice_ref),
        "export_reason": reason,
        "export_type": settings["export_type"],
    }
    if request.incoterm:
        information["general_notes"] = f"Incoterms 2020: {request.incoterm}"
    numbers = {
        "sender": _tax_numbers(request.sender),
        "receiver": _tax_numbers(request.receiver),
        "importer_of_record": [],
    }
    return {**information, "tax_numbers": numbers} if any(numbers.values()) else information


def to_item(item: Commodity) -> dict[str, Any]:
    """Return one line of goods. Weight and price are those of one piece."""
    return {
        "description": clean(item.description),
        "quantity": int(item.quantity),
        "weight": {"value": _grams_of_one(item), "unit": "g"},
        "price": {"value": f"{item.unit_value:f}", "currency": item.currency},
        "hs_code": item.hs_code,
        "origin_country": item.origin_country,
    }


def to_return_item(item: Commodity) -> dict[str, Any]:
    """Return one line of goods that come back; here a price is a number."""
    price = {"value": float(item.unit_value), "currency": item.currency}
    return {**to_item(item), "price": price}


def _grams_of_one(item: Commodity) -> float:
    """Return the weight as a JSON number; its digits are those that were counted."""
    return float((Decimal(item.weight_grams) / item.quantity).quantize(_CENTIGRAM))


def _tax_numbers(address: Address) -> list[dict[str, str]]:
    return [
        {"name": name, "country_code": address.country_code, "value": clean(value)}
        for name, value in (("VAT", address.tax_id), ("EORI", address.eori))
        if clean(value)
    ]
