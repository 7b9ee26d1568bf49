"""Sendcloud: our values into the JSON of "Shipments". Pure functions; codes in ``tables``."""

from typing import Any

from ..customs_union import needs_customs
from ..dto import Address, Money, Parcel, ShipmentRequest
from ..findings import clean
from ..rest.writing import filled
from . import customs, tables

SIDES = ("length", "width", "height")


def to_booking(request: ShipmentRequest, settings: dict[str, str]) -> dict[str, Any]:
    """Return the body of an announcement.

    :param settings: every setting of the account by name, see ``account_settings.filled``
    """
    body = {
        "external_reference_id": request.request_ref,
        # Notices show this one back.
        "order_number": request.request_ref,
        "to_address": party(request.receiver),
        "from_address": party(request.sender),
        "total_order_price": price(request.goods_value),
        "to_service_point": _service_point(request.service_point, settings),
        "label_details": label_details(request.label_format),
        "parcels": _parcels(request),
        **_chosen(request.service, settings),
    }
    if needs_customs(request):
        body["customs_information"] = customs.to_information(request, settings)
    return filled(body)


def party(address: Address) -> dict[str, Any]:
    """Return an address. The house number stays in its line: where it stands differs by land."""
    return filled(
        {
            "name": clean(address.name),
            "company_name": clean(address.company_name),
            "address_line_1": clean(address.street),
            "address_line_2": clean(address.street2),
            "postal_code": clean(address.zip_code),
            "city": clean(address.city),
            "state_province_code": state(address),
            "country_code": address.country_code,
            "phone_number": clean(address.phone),
            "email": clean(address.email),
        }
    )


def state(address: Address) -> str:
    """Return the state as ISO 3166-2 has it, with the country in front: ``IT-RM``."""
    code = clean(address.state_code)
    return code if not code or "-" in code else f"{address.country_code}-{code}"


def label_details(label_format: str) -> dict[str, Any]:
    """Return the wanted label; a resolution is of use for pictures only."""
    details = {"mime_type": tables.MIME_TYPES[label_format]}
    return {**details, "dpi": tables.PNG_DPI} if label_format == "png" else details


def ship_with(option: str, settings: dict[str, str]) -> dict[str, Any]:
    """Return the choice of a shipping option."""
    properties: dict[str, Any] = {"shipping_option_code": option}
    if settings["contract_id"]:
        properties["contract_id"] = int(settings["contract_id"])
    return {"type": "shipping_option_code", "properties": properties}


def price(money: Money | None) -> dict[str, str] | None:
    """Return an amount in cents."""
    return money and {"value": f"{money.amount:.2f}", "currency": money.currency}


def _chosen(service: str, settings: dict[str, str]) -> dict[str, Any]:
    if service == tables.BY_RULES:
        return {"apply_shipping_rules": True, "apply_shipping_defaults": True}
    return {"ship_with": ship_with(service, settings)}


def _service_point(number: str, settings: dict[str, str]) -> dict[str, str] | None:
    if not number:
        return None
    is_theirs = settings["service_points"] == "carrier"
    return {"carrier_service_point_id" if is_theirs else "id": number}


def _parcels(request: ShipmentRequest) -> list[dict[str, Any]]:
    parcels = [_parcel(parcel) for parcel in request.parcels]
    note = clean(request.instructions)
    for parcel in parcels:
        parcel.update({"label_notes": [note]} if note else {})
    # The checks let these two pass for shipments of one parcel only.
    if request.insured_value:
        parcels[0]["additional_insured_price"] = price(request.insured_value)
    if needs_customs(request):
        parcels[0]["parcel_items"] = [customs.to_item(item) for item in request.commodities]
    return parcels


def _parcel(parcel: Parcel) -> dict[str, Any]:
    return filled(
        {
            "weight": {"value": str(parcel.weight_grams), "unit": "g"},
            "dimensions": _dimensions(parcel),
        }
    )


def _dimensions(parcel: Parcel) -> dict[str, str] | None:
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    if None in sides:
        return None
    named = {name: str(side) for name, side in zip(SIDES, sides, strict=True)}
    return {**named, "unit": "mm"}
