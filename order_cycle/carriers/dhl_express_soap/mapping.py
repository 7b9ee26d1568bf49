"""DHL Express over SOAP: our values into its requests. Pure functions."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from .. import dhl_express
from ..customs_union import needs_customs
from ..dto import Address, Commodity, Parcel, ShipmentRequest
from ..findings import clean
from . import tables


def to_shipment(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return a ``RequestedShipment``; the driver is asked for apart."""
    is_customs = needs_customs(request)
    return {
        "ShipmentInfo": _info(request, settings),
        "ShipTimestamp": dhl_express.timestamp(request.ship_date, settings["ready_time"], settings),
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


def to_rate(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the ``RequestedShipment`` of a question for prices; no service asks for all."""
    value = request.goods_value if request.goods_value and request.goods_value.amount > 0 else None
    return {
        "DropOffType": "REGULAR_PICKUP",
        # Without it, a question at the weekend or after the last pickup is answered by an error.
        "NextBusinessDay": "Y",
        "Ship": {"Shipper": _place(request.sender), "Recipient": _place(request.receiver)},
        "Packages": {
            "RequestedPackages": [
                _rated_package(number, parcel)
                for number, parcel in enumerate(request.parcels, start=1)
            ]
        },
        "ShipTimestamp": dhl_express.timestamp(request.ship_date, settings["ready_time"], settings),
        "UnitOfMeasurement": "SI",
        # "non-dutiable (value DOCUMENTS) or dutiable (NON_DOCUMENTS)"; a booking has no such rule.
        "Content": "NON_DOCUMENTS" if needs_customs(request) else "DOCUMENTS",
        "DeclaredValue": _thousandths(value.amount) if value else None,
        "DeclaredValueCurrencyCode": value.currency if value else None,
        "Account": settings["account_number"],
        "SpecialServices": _services(request),
        "ServiceType": dhl_express.product(request) if request.service else None,
    }


def to_tracking(waybill_ref: str, message_ref: str, moment: datetime) -> dict[str, Any]:
    """Return a ``trackingRequest`` for all scans of one shipment.

    What ``PiecesEnabled`` may hold is not in the contract, so it is not sent.

    :param message_ref: 28 to 32 characters, for the carrier's log only
    """
    return {
        "TrackingRequest": {
            "Request": {"ServiceHeader": {"MessageTime": moment, "MessageReference": message_ref}},
            "AWBNumber": {"ArrayOfAWBNumberItem": [waybill_ref]},
            "LevelOfDetails": "ALL_CHECK_POINTS",
        }
    }


def _info(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    reference = {"ShipmentReference": request.request_ref, "ShipmentReferenceType": "CU"}
    return {
        "DropOffType": "REGULAR_PICKUP",
        "ServiceType": dhl_express.product(request),
        "Account": settings["account_number"],
        "SpecialServices": _services(request),
        "Currency": _currency(request, settings),
        "UnitOfMeasurement": "SI",
        "LabelType": tables.LABEL_FORMATS[request.label_format],
        "ShipmentReferences": {"ShipmentReference": [reference]},
    }


def _services(request: ShipmentRequest) -> dict[str, Any] | None:
    codes = sorted({dhl_express.ACCESSORIAL_CODES[code] for code in request.accessorials})
    services: list[dict[str, Any]] = [{"ServiceType": code} for code in codes]
    if money := request.insured_value:
        services.append(
            {
                "ServiceType": dhl_express.INSURANCE,
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
    first = dhl_express.description(request.parcels[0].content, settings)
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
    lines = dhl_express.lines_of(address, tables.LINE_MAX)
    first, second, third = (*lines, "", "", "")[: dhl_express.LINES_MAX]
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


def _place(address: Address) -> dict[str, Any]:
    """Return what of an address a price depends on."""
    return {
        "City": clean(address.city),
        "PostalCode": clean(address.zip_code),
        "CountryCode": address.country_code,
    }


def _rated_package(number: int, parcel: Parcel) -> dict[str, Any]:
    return {
        "number": str(number),
        "Weight": {"Value": _kilograms(parcel.weight_grams)},
        "Dimensions": _dimensions(parcel),
    }


def _package(number: int, parcel: Parcel, settings: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": str(number),
        "Weight": _kilograms(parcel.weight_grams),
        "PackageContentDescription": dhl_express.description(parcel.content, settings),
        "Dimensions": _dimensions(parcel),
        "CustomerReferences": parcel.reference,
    }


def _dimensions(parcel: Parcel) -> dict[str, Decimal]:
    """Return the sides in centimetres."""
    sides = {"Length": parcel.length_mm, "Width": parcel.width_mm, "Height": parcel.height_mm}
    return {name: Decimal(side or 0).scaleb(-1) for name, side in sides.items()}


def _kilograms(grams: int) -> Decimal:
    return Decimal(grams).scaleb(-3)


def _thousandths(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.001"))
