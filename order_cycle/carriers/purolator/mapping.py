"""Purolator E-Ship: our values into the types of its WSDL. Pure functions; tables on top."""

import re
from decimal import Decimal
from typing import Any

from ..dto import Commodity, Money, Parcel, ShipmentRequest
from ..findings import clean
from . import parties
from .options import Options

#: PackageInformation, ServiceID: any text in the XSD; the names are those of GetServicesOptions.
SERVICE_CODES = {
    "ground": "PurolatorGround",
    "ground_9am": "PurolatorGround9AM",
    "ground_1030am": "PurolatorGround10:30AM",
    "ground_evening": "PurolatorGroundEvening",
    "ground_distribution": "PurolatorGroundDistribution",
    "express": "PurolatorExpress",
    "express_9am": "PurolatorExpress9AM",
    "express_1030am": "PurolatorExpress10:30AM",
    "express_12pm": "PurolatorExpress12PM",
    "express_evening": "PurolatorExpressEvening",
    "ground_us": "PurolatorGroundU.S.",
    "express_us": "PurolatorExpressU.S.",
    "express_international": "PurolatorExpressInternational",
}
DOMESTIC = frozenset(code for code in SERVICE_CODES if not code.endswith(("_us", "_international")))
#: Where a parcel may go -> what may be booked; everything else is Express International.
SERVICES_TO = {"CA": DOMESTIC, "US": frozenset({"ground_us", "express_us"})}
SERVICES_ABROAD = frozenset({"express_international"})
#: GetFullEstimate wants one service to begin with, also when it is asked for all.
FIRST_ESTIMATE = {"CA": "ground", "US": "ground_us"}

#: OptionIDValuePair, ID; the value is "true". Residents sign under another name abroad.
OPTION_CODES = {
    "signature": "ResidentialSignatureDomestic",
    "adult_signature": "AdultSignatureRequired",
    "no_signature": "OriginSignatureNotRequired",
    "saturday_delivery": "SaturdayDelivery",
    "hold_for_pickup": "HoldForPickup",
}
SIGNATURE_ABROAD = "ResidentialSignatureIntl"
#: OptionIDValuePair, ID; the value is the amount.
DECLARED_VALUE = "DeclaredValue"

LABEL_FORMATS = {"pdf": "PDF"}
#: InternationalInformation, ImportExportType.
EXPORT_TYPES = {
    "sale": "Permanent",
    "gift": "Permanent",
    "sample": "Permanent",
    "return": "Return",
    "repair": "Repair",
}
#: DutyInformation, Currency.
DUTY_CURRENCIES = frozenset({"CAD", "USD"})
#: Incoterms 2020; the seller pays the duties in DDP only.
INCOTERMS = frozenset(("EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF"))
HS_CODE = re.compile(r"\d{4}(?:\.?\d{2}){1,3}")

#: The contract has no patterns and no lengths for TrackingReferenceInformation.
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,29}")
#: 150 lb a piece, by Purolator's general terms; a service may take less (GetServiceRules).
WEIGHT_MAX_GRAMS = 68_000
#: 274 cm, the longest side by the same terms.
SIDE_MAX_MM = 2_740
#: TotalPieces is an int without a largest value; so many labels are a mistake.
PARCELS_MAX = 99
TEXT_MAX = 200


def to_shipment(request: ShipmentRequest, options: Options) -> dict[str, Any]:
    """Return a ``Shipment`` for CreateShipment and GetFullEstimate."""
    shipment = _moved_goods(request, options)
    shipment["ShipmentDate"] = request.ship_date.isoformat()
    if request.receiver.country_code != "CA":
        shipment["InternationalInformation"] = _international(request, options)
    return shipment


def to_return(request: ShipmentRequest, options: Options) -> dict[str, Any]:
    """Return a ``ReturnsManagementShipment``: the customer sends, we receive and pay."""
    shipment = _moved_goods(request, options)
    shipment["PaymentInformation"]["PaymentType"] = options.values["return_payment"]
    # Who returns something brings it; whether a driver comes is another request.
    shipment["PickupInformation"] = {"PickupType": "DropOff"}
    return shipment


def to_estimate(request: ShipmentRequest, options: Options) -> dict[str, Any]:
    """Return the fields of ``GetFullEstimateRequest``."""
    return {
        "Shipment": to_shipment(request, options),
        "ShowAlternativeServicesIndicator": not request.service,
    }


def to_references(request: ShipmentRequest) -> dict[str, str | None]:
    """Return a ``TrackingReferenceInformation``: our reference, and the invoice if there is one."""
    return {"Reference1": request.request_ref, "Reference2": clean(request.invoice_ref) or None}


def services_to(country_code: str) -> frozenset[str]:
    """Return the services that go to a country."""
    return SERVICES_TO.get(country_code, SERVICES_ABROAD)


def kilograms(grams: int) -> Decimal:
    """Return kilograms with three decimals."""
    return Decimal(grams).scaleb(-3)


def _moved_goods(request: ShipmentRequest, options: Options) -> dict[str, Any]:
    return {
        "SenderInformation": _party(request.sender, options),
        "ReceiverInformation": _party(request.receiver, options),
        "PackageInformation": _packages(request),
        "PaymentInformation": {
            "PaymentType": "Sender",
            "RegisteredAccountNumber": options.account,
            "BillingAccountNumber": options.billing_account,
        },
        "PickupInformation": {"PickupType": options.values["pickup_type"]},
        "TrackingReferenceInformation": to_references(request),
        "OtherInformation": _other(request),
    }


def _party(address, options: Options) -> dict[str, Any]:
    return {
        "Address": parties.to_address(address, options.line_limit),
        "TaxNumber": clean(address.tax_id) or None,
    }


def _packages(request: ShipmentRequest) -> dict[str, Any]:
    country = request.receiver.country_code
    service = request.service or FIRST_ESTIMATE.get(country, "express_international")
    grams = sum(parcel.weight_grams for parcel in request.parcels)
    contents = [clean(parcel.content) for parcel in request.parcels if clean(parcel.content)]
    return {
        "ServiceID": SERVICE_CODES.get(service, service),
        "Description": contents[0] if contents else None,
        # TotalWeight/Value is an int: rounded up, a parcel too heavy by law is not made lighter.
        "TotalWeight": {"Value": -(-grams // 1000), "WeightUnit": "kg"},
        "TotalPieces": len(request.parcels),
        "PiecesInformation": {"Piece": [_piece(parcel) for parcel in request.parcels]},
        "OptionsInformation": _options(request),
    }


def _piece(parcel: Parcel) -> dict[str, Any]:
    return {
        "Weight": {"Value": kilograms(parcel.weight_grams), "WeightUnit": "kg"},
        "Length": _side(parcel.length_mm),
        "Width": _side(parcel.width_mm),
        "Height": _side(parcel.height_mm),
    }


def _side(millimetres: int | None) -> dict[str, Any] | None:
    if millimetres is None:
        return None
    return {"Value": Decimal(millimetres).scaleb(-1), "DimensionUnit": "cm"}


def _options(request: ShipmentRequest) -> dict[str, Any] | None:
    pairs = {_option(code, request.receiver.country_code): "true" for code in request.accessorials}
    if request.insured_value:
        pairs[DECLARED_VALUE] = _amount(request.insured_value)
    values = [{"ID": key, "Value": value} for key, value in sorted(pairs.items())]
    return {"Options": {"OptionIDValuePair": values}} if values else None


def _option(code: str, country_code: str) -> str:
    is_abroad = code == "signature" and country_code != "CA"
    return SIGNATURE_ABROAD if is_abroad else OPTION_CODES[code]


def _international(request: ShipmentRequest, options: Options) -> dict[str, Any]:
    lines = [_content(number, line) for number, line in enumerate(request.commodities, 1)]
    currencies = {line.currency for line in request.commodities}
    return {
        "DocumentsOnlyIndicator": False,
        "ContentDetails": {"ContentDetail": lines} if lines else None,
        "DutyInformation": {
            "BillDutiesToParty": "Sender" if request.incoterm == "DDP" else "Receiver",
            "BusinessRelationship": options.values["business_relationship"],
            "Currency": min(currencies, default="CAD"),
        },
        "ImportExportType": EXPORT_TYPES.get(request.contents_type, "Permanent"),
        "CustomsInvoiceDocumentIndicator": options.values["customs_invoice"] == "true",
    }


def _content(number: int, line: Commodity) -> dict[str, Any]:
    return {
        "Description": clean(line.description),
        "HarmonizedCode": line.hs_code,
        "CountryOfManufacture": line.origin_country,
        # Ours, and must be there: the line of the declaration.
        "ProductCode": str(number),
        "UnitValue": line.unit_value,
        "Quantity": int(line.quantity),
    }


def _other(request: ShipmentRequest) -> dict[str, str] | None:
    text = clean(request.instructions)
    return {"SpecialInstructions": text} if text else None


def _amount(money: Money) -> str:
    return f"{money.amount:.2f}"
