"""UPS: our values into the JSON of Shipping and Rating. Pure functions; codes in ``tables``."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Any

from ..dto import Money, Parcel, ShipmentRequest
from ..findings import clean
from . import tables
from .customs import needs_customs, to_forms
from .places import is_home, party


def to_booking(request: ShipmentRequest, settings: dict[str, str]) -> dict[str, Any]:
    """Return the body of ``Shipment``.

    :param settings: every setting of the account by name, see ``account_settings.filled``
    """
    shipment = {
        "Description": description(request, settings)[: tables.DESCRIPTION_MAX].strip(),
        **_parties(request, settings),
        "PaymentInformation": {"ShipmentCharge": _charges(request, settings)},
        "ShipmentRatingOptions": rating_options(settings),
        "Service": {"Code": tables.SERVICE_CODES[request.service]},
        "ShipmentServiceOptions": {
            **options(request, tables.COD_LENGTH, settings),
            **_forms(request),
        },
        "ShipmentDate": f"{request.ship_date:%Y%m%d}",
        "Package": _packages(request, settings),
    }
    if request.is_return:
        shipment["ReturnService"] = {"Code": settings["return_service"]}
    if not is_home(request):
        shipment["ReferenceNumber"] = [{"Value": request.request_ref}]
    body = {
        "Request": {
            "RequestOption": "nonvalidate",
            "TransactionReference": {"CustomerContext": request.request_ref},
        },
        "Shipment": filled(shipment),
        "LabelSpecification": {
            "LabelImageFormat": {"Code": tables.BOOKING_FORMATS[request.label_format]},
            "LabelStockSize": {"Height": "6", "Width": "4"},
        },
    }
    return {"ShipmentRequest": body}


def to_recovery(waybill_ref: str, wanted: str) -> dict[str, Any]:
    """Return the body of ``LabelRecovery``; ``wanted`` is one of our formats."""
    specification = {"LabelImageFormat": {"Code": tables.AGAIN_FORMATS[wanted]}}
    request = {"Request": {}, "LabelSpecification": specification, "TrackingNumber": waybill_ref}
    return {"LabelRecoveryRequest": request}


def description(request: ShipmentRequest, settings: dict[str, str]) -> str:
    """Return what is in the parcels, as far as anybody said."""
    goods = [item.description for item in request.commodities]
    contents = goods or [parcel.content for parcel in request.parcels]
    said = dict.fromkeys(clean(text) for text in contents if clean(text))
    return ", ".join(said) or settings["goods_description"]


def kilograms(grams: int) -> str:
    """Return kilograms in the five characters that UPS has, rounded up where three decimals
    are too many."""
    weight = Decimal(grams).scaleb(-3)
    decimals = max(0, min(3, 4 - len(str(int(weight)))))
    text = f"{weight.quantize(Decimal(1).scaleb(-decimals), ROUND_UP):f}"
    # 9.9996 has become 10.000.
    return text if len(text) <= 5 else text[:5].rstrip(".")


def fixed_amount(money: Money, length: int) -> str:
    """Return an amount of exactly this many characters, or nothing if it does not fit.

    Zeros stand in front: the contract has one length for all amounts.
    """
    text = f"{money.amount:.2f}"
    # Only what stands behind the point may go.
    if len(text) > length:
        text = text.rstrip("0").rstrip(".")
    return text.zfill(length) if len(text) <= length else ""


def shares(money: Money, parts: int) -> list[Decimal]:
    """Split an amount over the parcels, to the cent; the first takes what is left over."""
    share = (money.amount / parts).quantize(Decimal("0.01"), ROUND_DOWN)
    return [money.amount - share * (parts - 1)] + [share] * (parts - 1)


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is empty. An empty text inside is a flag and stays, see ``FLAG``."""
    return {key: value for key, value in data.items() if value not in (None, {}, [])}


#: "This is an empty tag": its being there is the message.
FLAG = ""


def _parties(request: ShipmentRequest, settings: dict[str, str]) -> dict[str, Any]:
    """Return Shipper (who pays), ShipTo, and ShipFrom where the goods start elsewhere."""
    # A return is paid by the one it comes back to.
    own = request.receiver if request.is_return else request.sender
    shipper = {**party(own), "ShipperNumber": settings["account_number"]}
    to = party(request.receiver)
    residential = "residential_delivery" in request.accessorials
    if residential or request.receiver.is_residential:
        to["Address"]["ResidentialAddressIndicator"] = FLAG
    parties = {"Shipper": shipper, "ShipTo": to}
    if request.is_return:
        parties["ShipFrom"] = {
            key: value for key, value in party(request.sender).items() if key != "EMailAddress"
        }
    return parties


def _charges(request: ShipmentRequest, settings: dict[str, str]) -> list[dict[str, Any]]:
    charges = [paid_by_us(settings)]
    if needs_customs(request) and request.incoterm == "DDP":
        charges.append({**paid_by_us(settings), "Type": "02"})
    return charges


def paid_by_us(settings: dict[str, str]) -> dict[str, Any]:
    return {"Type": "01", "BillShipper": {"AccountNumber": settings["account_number"]}}


def rating_options(settings: dict[str, str]) -> dict[str, str]:
    return {"NegotiatedRatesIndicator": FLAG} if settings["negotiated_rates"] == "yes" else {}


def options(request: ShipmentRequest, cod_length: int, settings: dict[str, str]) -> dict[str, Any]:
    """Return the ``ShipmentServiceOptions`` that Shipping and Rating have in common.

    :param cod_length: characters of an amount of cash on delivery
    """
    wanted: dict[str, Any] = {}
    if "saturday_delivery" in request.accessorials:
        wanted["SaturdayDeliveryIndicator"] = FLAG
    if request.cash_on_delivery:
        amount = fixed_amount(request.cash_on_delivery, cod_length)
        wanted["COD"] = {
            "CODFundsCode": settings["cod_funds"],
            "CODAmount": {
                "CurrencyCode": request.cash_on_delivery.currency,
                "MonetaryValue": amount,
            },
        }
    signature = _signature(request, tables.SHIPMENT_SIGNATURES)
    if signature and not is_home(request):
        wanted["DeliveryConfirmation"] = {"DCISType": signature}
    return wanted


def _forms(request: ShipmentRequest) -> dict[str, Any]:
    return {"InternationalForms": to_forms(request)} if needs_customs(request) else {}


def _signature(request: ShipmentRequest, codes: dict[str, str]) -> str:
    # Of both the stricter one.
    wanted = [
        codes[code] for code in ("adult_signature", "signature") if code in request.accessorials
    ]
    return wanted[0] if wanted else ""


def _packages(request: ShipmentRequest, settings: dict[str, str]) -> list[dict[str, Any]]:
    values = [None] * len(request.parcels)
    if request.insured_value:
        values = shares(request.insured_value, len(request.parcels))
    return [
        _package(request, parcel, value, settings)
        for parcel, value in zip(request.parcels, values, strict=True)
    ]


def _package(
    request: ShipmentRequest, parcel: Parcel, value: Decimal | None, settings: dict[str, str]
) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if value is not None:
        currency = request.insured_value.currency
        options["DeclaredValue"] = {"CurrencyCode": currency, "MonetaryValue": f"{value:.2f}"}
    package = {
        "Description": (clean(parcel.content) or settings["goods_description"])[
            : tables.CONTENT_MAX
        ].strip(),
        "Packaging": {"Code": tables.PACKAGING},
        "Dimensions": dimensions(parcel),
        "PackageWeight": _weight(parcel.weight_grams),
    }
    if is_home(request):
        package["ReferenceNumber"] = [{"Value": request.request_ref}]
        signature = _signature(request, tables.PARCEL_SIGNATURES)
        if signature:
            options["DeliveryConfirmation"] = {"DCISType": signature}
    return filled({**package, "PackageServiceOptions": options})


def _weight(grams: int) -> dict[str, Any]:
    return {"UnitOfMeasurement": {"Code": "KGS"}, "Weight": kilograms(grams)}


def dimensions(parcel: Parcel) -> dict[str, Any] | None:
    sides = (parcel.length_mm, parcel.width_mm, parcel.height_mm)
    if None in sides:
        return None
    # "Length must be the longest"; rounded up, for a box of 101 mm needs 11 cm.
    length, width, height = sorted((str(-(-side // 10)) for side in sides), key=int, reverse=True)
    sides = {"Length": length, "Width": width, "Height": height}
    return {"UnitOfMeasurement": {"Code": "CM"}, **sides}
