"""Purolator Freight: our values into the types of its WSDL. Pure functions; tables on top."""

from decimal import Decimal
from typing import Any

from ..dto import Address, HandlingUnit, Money, PickupRequest, ShipmentRequest
from ..findings import clean
from ..purolator import parties
from ..purolator.mapping import kilograms
from ..purolator.options import Options

#: Our service -> the setting that holds its ServiceTypeCode.
SERVICE_SETTINGS = {"standard": "standard_code", "expedited": "expedited_code"}
#: LineItem, HandlingUnitType: any text; "Skid" is the one of Purolator's own examples.
PALLET = "Skid"
KINDS = frozenset({"pallet", "crate", "roll_cage", "drum", "other"})
#: BoolValuePair, Keyword, in AccesorialParameters (spelt so in the contract).
ACCESSORIAL_CODES = {
    "tail_lift": "TAILGATE",
    "inside_delivery": "ID",
    "residential_delivery": "RESID",
    "appointment": "APPT",
    "hazardous": "DG",
    "two_people": "2MEN",
    "trade_show": "TSDEL",
    "heated": "HEAT",
}
LABEL_FORMATS = {"pdf": "PDF"}
#: National Motor Freight Classification.
FREIGHT_CLASSES = frozenset(
    ("50", "55", "60", "65", "70", "77.5", "85", "92.5", "100")
    + ("110", "125", "150", "175", "200", "250", "300", "400", "500")
)
#: The contract states no limits; these are of a trailer.
UNITS_MAX = 28
WEIGHT_MAX_GRAMS = 10_000_000
SIDE_MAX_MM = 15_000
PIECES_MAX = 99_999
TEXT_MAX = 200


def to_shipment(request: ShipmentRequest, options: Options) -> dict[str, Any]:
    """Return a ``Shipment`` for CreateShipment. The driver is asked for apart."""
    details = _details(request, options)
    details["CustomerReferences"] = _references(request.request_ref)
    return {
        **_parties(request, options),
        "ShipmentDetails": details,
        "AppointmentFlag": "appointment" in request.accessorials,
        "PickupFlag": False,
    }


def to_estimate(request: ShipmentRequest, options: Options) -> dict[str, Any]:
    """Return the ``Shipment`` of GetEstimate."""
    return {**_parties(request, options), "ShipmentDetails": _details(request, options)}


def to_pickup(request: PickupRequest, options: Options) -> dict[str, Any]:
    """Return a ``PickUp``.

    It has a receiver, which a pickup of ours has not: the goods of several go along. The
    contract lets it be nil.
    """
    units = request.handling_units or (_all_in_one(request),)
    details = {
        "ServiceTypeCode": _service(request.service or "standard", options),
        "ShipmentDate": request.pickup_date.isoformat(),
        "LineItemDetails": {"LineItem": _lines(units, options)},
        "CustomerReferences": _references(request.request_ref),
    }
    notes = [clean(request.location), clean(request.instructions)]
    return {
        "SenderInformation": _party(request.address, options),
        "ReceiverInformation": None,
        "PaymentInformation": _payment(options),
        "ShipmentDetails": details,
        "PickupInformation": {
            "PickupDate": request.pickup_date.isoformat(),
            "ReadyTime": request.ready_from.strftime("%H:%M"),
            "CloseTime": request.closes_at.strftime("%H:%M"),
            "DriverNotes": ". ".join(filter(None, notes)) or None,
        },
    }


def _parties(request: ShipmentRequest, options: Options) -> dict[str, Any]:
    return {
        "SenderInformation": _party(request.sender, options),
        "ReceiverInformation": _party(request.receiver, options),
        "PaymentInformation": _payment(options),
    }


def _party(address: Address, options: Options) -> dict[str, Any]:
    return {
        "Address": parties.to_address(address, options.line_limit),
        "EmailAddress": clean(address.email) or None,
    }


def _payment(options: Options) -> dict[str, str]:
    return {
        "PaymentType": "Sender",
        "RegisteredAccountNumber": options.account,
        "BillingAccountNumber": options.billing_account,
    }


def _details(request: ShipmentRequest, options: Options) -> dict[str, Any]:
    return {
        "ServiceTypeCode": _service(request.service, options),
        "ShipmentDate": request.ship_date.isoformat(),
        "DeclaredValue": _amount(request.insured_value),
        "CODAmount": _amount(request.cash_on_delivery),
        "SpecialInstructions": clean(request.instructions) or None,
        "LineItemDetails": {"LineItem": _lines(request.handling_units, options)},
        "AccesorialParameters": _accessorials(request.accessorials),
    }


def _service(code: str, options: Options) -> str:
    return options.values[SERVICE_SETTINGS[code]]


def _lines(units: tuple[HandlingUnit, ...], options: Options) -> list[dict[str, Any]]:
    return [_line(number, unit, options) for number, unit in enumerate(units, 1)]


def _line(number: int, unit: HandlingUnit, options: Options) -> dict[str, Any]:
    return {
        "LineNumber": number,
        "Pieces": unit.pieces,
        # How many units the line is about; each of ours has a line of its own.
        "HandlingUnit": 1,
        "HandlingUnitType": PALLET if unit.kind == "pallet" else options.values["other_unit"],
        "Description": clean(unit.description) or None,
        "Weight": {"Value": kilograms(unit.weight_grams), "WeightUnit": "kg"},
        "FreightClass": unit.freight_class or None,
        "Length": _side(unit.length_mm),
        "Width": _side(unit.width_mm),
        "Height": _side(unit.height_mm),
    }


def _side(millimetres: int | None) -> dict[str, Any] | None:
    if millimetres is None:
        return None
    return {"Value": Decimal(millimetres).scaleb(-1), "DimensionUnit": "cm"}


def _all_in_one(request: PickupRequest) -> HandlingUnit:
    """Return the goods of a pickup that names no units."""
    return HandlingUnit(
        reference=request.request_ref,
        kind="other",
        pieces=request.pieces,
        weight_grams=request.weight_grams,
    )


def _accessorials(codes: tuple[str, ...]) -> dict[str, Any] | None:
    keywords = sorted({ACCESSORIAL_CODES[code] for code in codes})
    pairs = [{"Keyword": keyword, "Value": True} for keyword in keywords]
    return {"BoolValuePair": pairs} if pairs else None


def _references(reference: str) -> dict[str, Any]:
    return {"CustomerReference": [{"Sequence": 1, "Code": reference}]}


def _amount(money: Money | None) -> Decimal | None:
    return money and money.amount
