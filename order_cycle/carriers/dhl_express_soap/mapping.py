"""DHL Express over SOAP: our values into a ShipmentRequest. Pure functions."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..customs_union import needs_customs
from ..dto import Address, Commodity, Parcel, ShipmentRequest
from ..findings import clean
from . import tables


def to_shipment(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return a ``RequestedShipment``; the driver is asked for apart."""
    is_customs = needs_customs(request)
    return {
        "ShipmentInfo": _info(request, settings),
        "ShipTimestamp": timestamp(request, settings),
        "PaymentInfo": request.incoterm if is_customs else settings["incoterm"],
        "InternationalDetail": _international(request, settings),
        "Ship": {"Shipper": _party(request.sender), "Recipient": _party(request.receiver)},
        "Packages": {
            "RequestedPackages": [
                _package(number, parcel, settings)
                for number, parcel in enumerate(request.parcels, start=1)
            ]
        },
    }


def timestamp(request: ShipmentRequest, settings: Mapping[str, str]) -> str:
    """Return when the goods are ready, as in ``2026-11-25T16:00:00 GMT+01:00``."""
    day, clock = request.ship_date.isoformat(), settings["ready_time"]
    return f"{day}T{clock}:00 GMT{settings['gmt_offset']}"


def street_lines(address: Address) -> list[str]:
    """Return the street in lines the label has room for, broken between words."""
    lines: list[str] = []
    for text in (clean(address.street), clean(address.street2)):
        line = ""
        for word in text.split():
            longer = f"{line} {word}".strip()
            if len(longer) > tables.LINE_MAX and line:
                lines.append(line)
                longer = word
            line = longer
        lines += [line] if line else []
    return lines


def _info(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    declarable, other = tables.SERVICE_CODES[request.service]
    reference = {"ShipmentReference": request.request_ref, "ShipmentReferenceType": "CU"}
    return {
        "DropOffType": "REGULAR_PICKUP",
        "ServiceType": declarable if needs_customs(request) else other,
        "Account": settings["account_number"],
        "SpecialServices": _services(request),
        "Currency": _currency(request, settings),
        "UnitOfMeasurement": "SI",
        "LabelType": tables.LABEL_FORMATS[request.label_format],
        "ShipmentReferences": {"ShipmentReference": [reference]},
    }


def _services(request: ShipmentRequest) -> dict[str, Any] | None:
    codes = sorted({tables.ACCESSORIAL_CODES[code] for code in request.accessorials})
    services: list[dict[str, Any]] = [{"ServiceType": code} for code in codes]
    if money := request.insured_value:
        services.append(
            {
                "ServiceType": tables.INSURANCE,
                "ServiceValue": money.amount,
                "CurrencyCode": money.currency,
            }
        )
    return {"Service": services} if services else None


def _currency(request: ShipmentRequest, settings: Mapping[str, str]) -> str:
    """Return the currency of the customs value, the only amount that has none beside it."""
    if request.commodities:
        return request.commodities[0].currency
    return request.goods_value.currency if request.goods_value else settings["currency"]


def _international(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    goods = request.commodities
    value = sum((item.quantity * item.unit_value for item in goods), Decimal(0))
    if not goods and request.goods_value:
        value = request.goods_value.amount
    first = clean(request.parcels[0].content) or settings["goods_description"]
    return {
        "Commodities": {"Description": first, "CustomsValue": _thousandths(value)},
        "Content": "NON_DOCUMENTS",
        "ExportDeclaration": _declaration(request) if needs_customs(request) else None,
    }


def _declaration(request: ShipmentRequest) -> dict[str, Any]:
    reason = tables.EXPORT_REASONS[request.contents_type]
    lines = [_line(place, item, reason) for place, item in enumerate(request.commodities, start=1)]
    return {
        "ExportLineItems": {"ExportLineItem": lines},
        "InvoiceDate": request.ship_date,
        "InvoiceNumber": clean(request.invoice_ref) or request.request_ref,
    }


def _line(place: int, item: Commodity, reason: str) -> dict[str, Any]:
    weight = _kilograms(item.weight_grams)
    return {
        "CommodityCode": clean(item.hs_code),
        "ExportReasonType": reason,
        "ItemNumber": place,
        "Quantity": int(item.quantity),
        "QuantityUnitOfMeasurement": "PCS",
        "ItemDescription": clean(item.description),
        "UnitPrice": _thousandths(item.unit_value),
        "NetWeight": weight,
        "GrossWeight": weight,
        "ManufacturingCountryCode": item.origin_country,
    }


def _party(address: Address) -> dict[str, Any]:
    first, second, third = (*street_lines(address), "", "", "")[: tables.LINES_MAX]
    return {
        "Contact": {
            "PersonName": clean(address.name),
            "CompanyName": clean(address.company_name) or clean(address.name),
            "PhoneNumber": clean(address.phone),
            "EmailAddress": clean(address.email) or None,
        },
        "Address": {
            "StreetLines": first,
            "StreetLines2": second or None,
            "StreetLines3": third or None,
            "City": clean(address.city),
            "StateOrProvinceCode": clean(address.state_code) or None,
            # Countries without postcodes send an empty one (required, minLength 0).
            "PostalCode": clean(address.zip_code),
            "CountryCode": address.country_code,
        },
    }


def _package(number: int, parcel: Parcel, settings: Mapping[str, str]) -> dict[str, Any]:
    sides = {"Length": parcel.length_mm, "Width": parcel.width_mm, "Height": parcel.height_mm}
    return {
        "number": str(number),
        "Weight": _kilograms(parcel.weight_grams),
        "PackageContentDescription": clean(parcel.content) or settings["goods_description"],
        "Dimensions": {name: Decimal(side or 0).scaleb(-1) for name, side in sides.items()},
        "CustomerReferences": parcel.reference,
    }


def _kilograms(grams: int) -> Decimal:
    return Decimal(grams).scaleb(-3)


def _thousandths(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.001"))
