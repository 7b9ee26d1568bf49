"""UPS: our values into the JSON of Rating, whose words are often not those of Shipping."""

from decimal import Decimal
from typing import Any

from ..dto import Address, Money, Parcel, ShipmentRequest
from ..findings import clean
from . import tables
from .customs import needs_customs
from .mapping import FLAG, dimensions, filled, kilograms, options, paid_by_us, rating_options
from .places import place

#: Rating.Shipment addresses: StateProvinceCode has two characters here, five in Shipping.
_STATE_LENGTH = 2
_KILOGRAMS = {"Code": "KGS", "Description": "Kilograms"}
_CENTIMETRES = {"Code": "CM", "Description": "Centimetres"}


def to_quote(request: ShipmentRequest, settings: dict[str, str], option: str) -> dict[str, Any]:
    """Return the body of ``Rate``, for one service or, without one, for all.

    :param option: ``Rate`` or ``Shop``, as in the address of the call
    """
    shipment = {
        **_parties(request, settings),
        "PaymentDetails": {"ShipmentCharge": [paid_by_us(settings)]},
        "ShipmentRatingOptions": rating_options(settings),
        "DeliveryTimeInformation": {
            "PackageBillType": "03",
            "Pickup": {"Date": f"{request.ship_date:%Y%m%d}"},
        },
        "ShipmentServiceOptions": options(request, tables.QUOTE_COD_LENGTH, settings),
        "Package": [_parcel(parcel) for parcel in request.parcels],
    }
    if request.service:
        shipment["Service"] = {"Code": tables.SERVICE_CODES[request.service]}
    if needs_customs(request):
        # Time in transit asks for the value of goods that cross a border.
        total = _invoice_total(request)
        amount = {"CurrencyCode": total.currency, "MonetaryValue": f"{total.amount:.2f}"}
        shipment["InvoiceLineTotal"] = amount
        weight = sum(parcel.weight_grams for parcel in request.parcels)
        shipment["ShipmentTotalWeight"] = _weight(weight)
    header = {
        "RequestOption": option,
        "TransactionReference": {"CustomerContext": request.request_ref},
    }
    return {"RateRequest": {"Request": header, "Shipment": filled(shipment)}}


def _invoice_total(request: ShipmentRequest) -> Money:
    """Return the value of all goods, at least 1: the contract takes no smaller one."""
    goods, currency = request.commodities, "EUR"
    total = sum((item.quantity * item.unit_value for item in goods), Decimal(0))
    if goods:
        currency = goods[0].currency
    elif request.goods_value:
        total, currency = request.goods_value.amount, request.goods_value.currency
    return Money(amount=max(total, Decimal(1)), currency=currency)


def _parties(request: ShipmentRequest, settings: dict[str, str]) -> dict[str, Any]:
    own = request.receiver if request.is_return else request.sender
    to = _party(request.receiver)
    if request.receiver.is_residential or "residential_delivery" in request.accessorials:
        to["Address"]["ResidentialAddressIndicator"] = FLAG
    return {
        "Shipper": {**_party(own), "ShipperNumber": settings["account_number"]},
        "ShipTo": to,
        "ShipFrom": _party(request.sender),
    }


def _party(address: Address) -> dict[str, Any]:
    where = place(address)
    if len(where.get("StateProvinceCode", "")) != _STATE_LENGTH:
        where.pop("StateProvinceCode", None)
    return {"Name": clean(address.company_name) or clean(address.name), "Address": where}


def _parcel(parcel: Parcel) -> dict[str, Any]:
    sides = dimensions(parcel)
    return filled(
        {
            "PackagingType": {"Code": tables.PACKAGING, "Description": "Package"},
            "Dimensions": sides and {**sides, "UnitOfMeasurement": _CENTIMETRES},
            "PackageWeight": _weight(parcel.weight_grams),
        }
    )


def _weight(grams: int) -> dict[str, Any]:
    return {"UnitOfMeasurement": _KILOGRAMS, "Weight": kilograms(grams)}
