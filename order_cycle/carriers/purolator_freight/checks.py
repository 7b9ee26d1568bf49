"""Purolator Freight: what keeps a shipment or a pickup from being sent, all of it at once."""

from ..dto import HandlingUnit, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings
from ..purolator.checks import HOME, check_party, check_reference, not_offered
from ..purolator.options import Options
from . import mapping
from .info import COUNTRIES

#: Prices are in Canadian dollars, and so are the amounts that are sent: the contract has no field
#: for another currency.
CURRENCY = "CAD"


def booking_problems(request: ShipmentRequest, options: Options) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.one_of("service", "Service", request.service, mapping.SERVICE_SETTINGS)
    _check_shipment(found, request, options)
    return found.problems()


def quote_problems(request: ShipmentRequest, options: Options) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that only asks for a price."""
    found = Findings()
    if request.service:
        found.one_of("service", "Service", request.service, mapping.SERVICE_SETTINGS)
    _check_shipment(found, request, options)
    return found.problems()


def pickup_problems(request: PickupRequest, options: Options) -> tuple[FieldProblem, ...]:
    """Return the problems of a pickup."""
    found = Findings()
    check_party(found, "address", "Address", request.address, options, HOME)
    if request.service:
        found.one_of("service", "Service", request.service, mapping.SERVICE_SETTINGS)
    if request.handling_units:
        _check_units(found, request.handling_units)
    else:
        limit = mapping.PIECES_MAX
        found.within("pieces", "Pieces", request.pieces, limit=limit, unit="pieces")
        limit = mapping.WEIGHT_MAX_GRAMS
        found.within("weight_grams", "Weight", request.weight_grams, limit=limit, unit="g")
    found.hours(request.ready_from, request.closes_at)
    return found.problems()


def _check_shipment(found: Findings, request: ShipmentRequest, options: Options) -> None:
    check_reference(found, request)
    found.one_of("label_format", "Label format", request.label_format, mapping.LABEL_FORMATS)
    check_party(found, "sender", "Sender", request.sender, options, HOME)
    check_party(found, "receiver", "Receiver", request.receiver, options, COUNTRIES)
    _check_units(found, request.handling_units)
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, mapping.ACCESSORIAL_CODES)
    limit = mapping.TEXT_MAX
    found.text("instructions", "Instructions", request.instructions, limit=limit, required=False)
    _check_money(found, request)
    if request.is_return:
        not_offered(found, "is_return", "A return at our expense")
    if request.service_point:
        not_offered(found, "service_point", "Delivery to a shop")


def _check_money(found: Findings, request: ShipmentRequest) -> None:
    for field, label in (
        ("insured_value", "Insured value"),
        ("cash_on_delivery", "Cash on delivery"),
    ):
        money = getattr(request, field)
        found.cents(field, label, money)
        if money and money.currency != CURRENCY:
            text = f"{label} is in {money.currency}; the carrier takes Canadian dollars."
            found.add(field, "wrong_currency", text)


def _check_units(found: Findings, units: tuple[HandlingUnit, ...]) -> None:
    if not units:
        found.add("handling_units", "missing", "This carrier takes pallets, not parcels.")
    if len(units) > mapping.UNITS_MAX:
        text = f"There are {len(units)} handling units; a trailer holds {mapping.UNITS_MAX}."
        found.add("handling_units", "over_limit", text)
    for index, unit in enumerate(units):
        _check_unit(found, f"handling_units[{index}]", f"Unit {unit.reference}", unit)


def _check_unit(found: Findings, field: str, label: str, unit: HandlingUnit) -> None:
    found.one_of(f"{field}.kind", f"{label}: kind", unit.kind, mapping.KINDS)
    for name, word, limit, measure in (
        ("pieces", "pieces", mapping.PIECES_MAX, "pieces"),
        ("weight_grams", "weight", mapping.WEIGHT_MAX_GRAMS, "g"),
    ):
        value = getattr(unit, name)
        found.within(f"{field}.{name}", f"{label}: {word}", value, limit=limit, unit=measure)
    found.sides(field, label, unit, limit_mm=mapping.SIDE_MAX_MM, required=True)
    if unit.freight_class:
        found.one_of(
            f"{field}.freight_class",
            f"{label}: freight class",
            unit.freight_class,
            mapping.FREIGHT_CLASSES,
        )
    found.text(
        f"{field}.description",
        f"{label}: description of the goods",
        unit.description,
        limit=mapping.TEXT_MAX,
        required=True,
    )
