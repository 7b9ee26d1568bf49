"""MyDHL: our values into its JSON. Pure functions; codes and limits in ``tables.py``."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .. import dhl_express
from ..customs_union import is_customs_border, needs_customs
from ..dto import Commodity, Parcel, PickupRequest, ShipmentRequest
from ..findings import clean
from ..rest.writing import filled
from . import places, tables


def to_booking(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of ``POST /shipments``."""
    is_customs = needs_customs(request)
    return filled(
        {
            "plannedShippingDateAndTime": dhl_express.timestamp(
                request.ship_date, settings["ready_time"], settings
            ),
            "pickup": {"isRequested": False},
            "productCode": dhl_express.product(request),
            "accounts": accounts(request.is_return, settings),
            "valueAddedServices": added_services(request),
            "outputImageProperties": {
                "encodingFormat": request.label_format,
                "imageOptions": papers(is_customs=is_customs),
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
                "description": dhl_express.description(request.parcels[0].content, settings),
                "incoterm": request.incoterm if is_customs else settings["incoterm"],
                "unitOfMeasurement": "metric",
                **(customs(request) if is_customs else {}),
            },
        }
    )


def to_quote(request: ShipmentRequest, settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the body of ``POST /rates``; without a service it asks for all of them."""
    amounts = {"declaredValue": request.goods_value, "insuredValue": request.insured_value}
    return filled(
        {
            "customerDetails": {
                "shipperDetails": places.place(request.sender),
                "receiverDetails": places.place(request.receiver),
            },
            "accounts": accounts(request.is_return, settings),
            "productCode": dhl_express.product(request) if request.service else "",
            "plannedShippingDateAndTime": dhl_express.timestamp(
                request.ship_date, settings["ready_time"], settings
            ),
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
    origin = request.address.country_code
    is_customs = is_customs_border(origin, request.destination_country or origin)
    service = request.service or tables.PICKUP_SERVICE
    clock = f"{request.ready_from:%H:%M}"
    return filled(
        {
            "plannedPickupDateAndTime": dhl_express.timestamp(request.pickup_date, clock, settings),
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
                    "productCode": dhl_express.product_code(service, is_customs=is_customs),
                    "isCustomsDeclarable": is_customs,
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


def papers(*, is_customs: bool) -> list[dict[str, Any]]:
    """Return which papers are to come: the label, and for the customs the invoice.

    The invoice is made of the exportDeclaration and "will always come back as PDF"
    (encodingFormat).
    """
    kinds = ("label", "invoice") if is_customs else ("label",)
    return [{"typeCode": kind, "isRequested": True} for kind in kinds]


def accounts(is_return: bool, settings: Mapping[str, str]) -> list[dict[str, str]]:
    """Return who pays: we do, also for goods that somebody else hands over."""
    kind = "payer" if is_return else "shipper"
    return [{"typeCode": kind, "number": settings["account_number"]}]


def added_services(request: ShipmentRequest) -> list[dict[str, Any]]:
    """Return the value added services."""
    codes = sorted({dhl_express.ACCESSORIAL_CODES[code] for code in request.accessorials})
    services: list[dict[str, Any]] = [{"serviceCode": code} for code in codes]
    if request.insured_value:
        money = request.insured_value
        services.append(
            {
                "serviceCode": dhl_express.INSURANCE,
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
        "description": dhl_express.description(parcel.content, settings),
        "referenceNumber": place,
    }


def rated_package(parcel: Parcel) -> dict[str, Any]:
    """Return weight and size of a piece; without all sides it has no size."""
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    size = None
    if None not in sides:
        names = ("length", "width", "height")
        size = {name: centimetres(side) for name, side in zip(names, sides, strict=True)}
    return filled({"weight": kilograms(parcel.weight_grams), "dimensions": size})


def customs(request: ShipmentRequest) -> dict[str, Any]:
    """Return what the customs are told."""
    goods = request.commodities
    value = sum((item.quantity * item.unit_value for item in goods), Decimal(0))
    items = [item_line(place, item, request) for place, item in enumerate(goods, start=1)]
    return {
        "declaredValue": number(value),
        "declaredValueCurrency": goods[0].currency,
        "exportDeclaration": filled(
            {
                "lineItems": items,
                "invoice": filled(
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


def kilograms(grams: int) -> float:
    """Return grams as kilograms with three decimals, which JSON writes as they are."""
    return float(f"{Decimal(grams).scaleb(-3):.3f}")


def centimetres(millimetres: int) -> float:
    """Return millimetres as centimetres with one decimal."""
    return float(f"{Decimal(millimetres).scaleb(-1):.1f}")


def number(amount: Decimal) -> float:
    """Return an amount with the three decimals that the contract has."""
    return float(f"{amount:.3f}")
