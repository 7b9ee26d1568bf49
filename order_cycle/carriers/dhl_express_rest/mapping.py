"""MyDHL: our values into its JSON. Pure functions; codes and limits in ``tables.py``."""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from ..customs_union import needs_customs
from ..dto import Commodity, Parcel, PickupRequest, ShipmentRequest
from ..findings import clean
from . import places, tables


def to_booking(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of ``POST /shipments``."""
    is_customs = needs_customs(request)
    return places.filled(
        {
            "plannedShippingDateAndTime": planned(request.ship_date, settings),
            "pickup": {"isRequested": False},
            "productCode": product(request),
            "accounts": accounts(request.is_return, settings),
            "valueAddedServices": added_services(request),
            "outputImageProperties": {
                "encodingFormat": request.label_format,
                "imageOptions": [{"typeCode": "label", "isRequested": True}],
            },
            "customerReferences": [{"value": request.request_ref, "typeCode": "CU"}],
            "customerDetails": {
                "shipperDetails": places.party(request.sender),
                "receiverDetails": places.party(request.receiver),
            },
            "content": {
                "packages": [
                    package(number, parcel, settings)
                    for number, parcel in enumerate(request.parcels, start=1)
                ],
                "isCustomsDeclarable": is_customs,
                "description": description(request, settings),
                "incoterm": request.incoterm if is_customs else settings["incoterm"],
                "unitOfMeasurement": "metric",
                **(customs(request) if is_customs else {}),
            },
        }
    )


def to_quote(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of ``POST /rates``; without a service it asks for all of them."""
    amounts = {"declaredValue": request.goods_value, "insuredValue": request.insured_value}
    return places.filled(
        {
            "customerDetails": {
                "shipperDetails": places.place(request.sender),
                "receiverDetails": places.place(request.receiver),
            },
            "accounts": accounts(request.is_return, settings),
            "productCode": product(request) if request.service else "",
            "plannedShippingDateAndTime": planned(request.ship_date, settings),
            "unitOfMeasurement": "metric",
            "isCustomsDeclarable": needs_customs(request),
            "monetaryAmount": [
                {"typeCode": kind, "value": number(money.amount), "currency": money.currency}
                for kind, money in amounts.items()
                if money
            ],
            "packages": [rated_package(parcel) for parcel in request.parcels],
        }
    )


def to_pickup(request: PickupRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of ``POST /pickups``."""
    at = planned(request.pickup_date, settings, request.ready_from)
    return places.filled(
        {
            "plannedPickupDateAndTime": at,
            "closeTime": f"{request.closes_at:%H:%M}",
            "location": clean(request.location),
            "locationType": "residence" if request.address.is_residential else "business",
            "accounts": accounts(False, settings),
            "specialInstructions": [
                {"value": text} for text in (clean(request.instructions),) if text
            ],
            "customerDetails": {"shipperDetails": places.site(request.address)},
            "shipmentDetails": [
                {
                    "productCode": "P",
                    "isCustomsDeclarable": False,
                    "unitOfMeasurement": "metric",
                    "packages": [{"weight": kilograms(request.weight_grams)}],
                }
            ],
        }
    )


def to_changed_pickup(
    pickup_ref: str, request: PickupRequest, settings: Mapping[str, str]
) -> dict[str, Any]:
    """Return the body of ``PATCH /pickups/{number}``."""
    return {
        "dispatchConfirmationNumber": pickup_ref,
        "originalShipperAccountNumber": settings["account_number"],
        **to_pickup(request, settings),
    }


def product(request: ShipmentRequest) -> str:
    """Return the global product code, which depends on the customs."""
    declarable, other = tables.SERVICE_CODES[request.service]
    return declarable if needs_customs(request) else other


def accounts(is_return: bool, settings: Mapping[str, str]) -> list[dict[str, str]]:
    """Return who pays: we do, also for goods that somebody else hands over."""
    kind = "payer" if is_return else "shipper"
    return [{"typeCode": kind, "number": settings["account_number"]}]


def planned(day: date, settings: Mapping[str, str], at: time | None = None) -> str:
    """Return a local time as the contract writes it, ``2026-11-25T16:00:00 GMT+01:00``."""
    clock = f"{at:%H:%M}" if at else settings["ready_time"]
    return f"{day.isoformat()}T{clock}:00 GMT{settings['gmt_offset']}"


def added_services(request: ShipmentRequest) -> list[dict[str, Any]]:
    """Return the value added services."""
    codes = sorted({tables.ACCESSORIAL_CODES[code] for code in request.accessorials})
    services: list[dict[str, Any]] = [{"serviceCode": code} for code in codes]
    if request.insured_value:
        money = request.insured_value
        services.append(
            {
                "serviceCode": tables.INSURANCE,
                "value": number(money.amount),
                "currency": money.currency,
            }
        )
    return services


def package(place: int, parcel: Parcel, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return one piece of a booking; ``referenceNumber`` brings its number back to us."""
    return {
        **rated_package(parcel),
        "customerReferences": [{"value": parcel.reference, "typeCode": "CU"}],
        "description": clean(parcel.content) or settings["goods_description"],
        "referenceNumber": place,
    }


def rated_package(parcel: Parcel) -> dict[str, Any]:
    """Return weight and size of a piece; without all sides it has no size."""
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    size = None
    if None not in sides:
        names = ("length", "width", "height")
        size = {name: centimetres(side) for name, side in zip(names, sides, strict=True)}
    return places.filled({"weight": kilograms(parcel.weight_grams), "dimensions": size})


def customs(request: ShipmentRequest) -> dict[str, Any]:
    """Return what the customs are told."""
    goods = request.commodities
    value = sum((item.quantity * item.unit_value for item in goods), Decimal(0))
    items = [item_line(place, item, request) for place, item in enumerate(goods, start=1)]
    return {
        "declaredValue": number(value),
        "declaredValueCurrency": goods[0].currency,
        "exportDeclaration": places.filled(
            {
                "lineItems": items,
                "invoice": places.filled(
                    {
                        "number": clean(request.invoice_ref) or request.request_ref,
                        "date": request.ship_date.isoformat(),
                    }
                ),
                "exportReasonType": tables.EXPORT_REASONS[request.contents_type],
            }
        ),
    }


def item_line(place: int, item: Commodity, request: ShipmentRequest) -> dict[str, Any]:
    """Return one line of the invoice."""
    weight = kilograms(item.weight_grams)
    return {
        "number": place,
        "description": clean(item.description),
        "price": number(item.unit_value),
        "quantity": {"value": int(item.quantity), "unitOfMeasurement": "PCS"},
        "commodityCodes": [{"typeCode": "outbound", "value": item.hs_code}],
        "exportReasonType": tables.EXPORT_REASONS[request.contents_type],
        "manufacturerCountry": item.origin_country,
        "weight": {"netValue": weight, "grossValue": weight},
    }


def description(request: ShipmentRequest, settings: Mapping[str, str]) -> str:
    """Return what is on board, in the words of the first parcel."""
    return clean(request.parcels[0].content) or settings["goods_description"]


def kilograms(grams: int) -> float:
    """Return grams as kilograms with three decimals, which JSON writes as they are."""
    return float(f"{Decimal(grams).scaleb(-3):.3f}")


def centimetres(millimetres: int) -> float:
    """Return millimetres as centimetres with one decimal."""
    return float(f"{Decimal(millimetres).scaleb(-1):.1f}")


def number(amount: Decimal) -> float:
    """Return an amount with the three decimals that the contract has."""
    return float(f"{amount:.3f}")
