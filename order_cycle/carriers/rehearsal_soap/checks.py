"""Rehearsal Freight: what keeps a shipment from being sent, all of it at once."""

from ..address_checks import AddressRules, check_address
from ..dto import HandlingUnit, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings
from . import mapping
from .info import INFO

SENDER = AddressRules(
    limits={
        "name": mapping.NAME_MAX,
        "company_name": mapping.NAME_MAX,
        "street": mapping.STREET_MAX,
        "street2": mapping.STREET_MAX,
        "zip_code": mapping.ZIP_MAX,
        "city": mapping.CITY_MAX,
        "state_code": mapping.STATE_MAX,
        "email": mapping.EMAIL_MAX,
    },
    required=frozenset({"name", "street", "zip_code", "city"}),
    countries=INFO.countries,
)
#: A delivery by truck is announced by phone.
RECEIVER = AddressRules(
    limits=SENDER.limits, required=SENDER.required | {"phone"}, countries=INFO.countries
)


def booking_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.one_of("service", "Service", request.service, mapping.SERVICE_CODES)
    _check_shipment(found, request)
    if request.is_return:
        text = "The carrier takes no returns. Choose another delivery method."
        found.add("is_return", "not_offered", text)
    return found.problems()


def quote_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that only asks for a price."""
    found = Findings()
    if request.service:
        found.one_of("service", "Service", request.service, mapping.SERVICE_CODES)
    _check_shipment(found, request)
    return found.problems()


def reference_problems(request_ref: str) -> tuple[FieldProblem, ...]:
    """Return the problems of a reference that is to be looked up."""
    found = Findings()
    found.reference("request_ref", "Our reference", request_ref, mapping.REFERENCE)
    return found.problems()


def pickup_problems(request: PickupRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a pickup that is to be booked or changed."""
    found = Findings()
    found.reference("request_ref", "Our reference", request.request_ref, mapping.REFERENCE)
    check_address(found, "address", "Pickup address", request.address, RECEIVER)
    found.within("pieces", "Pieces", request.pieces, limit=mapping.PIECES_MAX, unit="")
    found.within(
        "weight_grams",
        "Weight",
        request.weight_grams,
        limit=mapping.PICKUP_WEIGHT_MAX_GRAMS,
        unit="g",
    )
    for field, label, limit in (
        ("location", "Location", mapping.LOCATION_MAX),
        ("instructions", "Instructions", mapping.INSTRUCTIONS_MAX),
    ):
        found.text(field, label, getattr(request, field), limit=limit, required=False)
    if request.handling_units:
        _check_units(found, request.handling_units)
    return found.problems()


def _check_shipment(found: Findings, request: ShipmentRequest) -> None:
    found.reference("request_ref", "Our reference", request.request_ref, mapping.REFERENCE)
    found.one_of("label_format", "Label format", request.label_format, mapping.LABEL_FORMATS)
    check_address(found, "sender", "Sender", request.sender, SENDER)
    check_address(found, "receiver", "Receiver", request.receiver, RECEIVER)
    _check_units(found, request.handling_units)
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, mapping.ACCESSORIAL_CODES)
    found.text(
        "instructions",
        "Instructions",
        request.instructions,
        limit=mapping.INSTRUCTIONS_MAX,
        required=False,
    )
    found.cents("goods_value", "Value of the goods", request.goods_value)
    found.cents("cash_on_delivery", "Cash on delivery", request.cash_on_delivery)


def _check_units(found: Findings, units: tuple[HandlingUnit, ...]) -> None:
    if not units:
        found.add("handling_units", "missing", "This carrier takes pallets, not parcels.")
    if len(units) > mapping.UNITS_MAX:
        text = f"There are {len(units)} handling units; a trailer holds {mapping.UNITS_MAX}."
        found.add("handling_units", "over_limit", text)
    if len({unit.reference for unit in units}) < len(units):
        found.add("handling_units", "not_unique", "Two handling units have the same reference.")
    for index, unit in enumerate(units):
        _check_unit(found, f"handling_units[{index}]", f"Unit {unit.reference}", unit)


def _check_unit(found: Findings, field: str, label: str, unit: HandlingUnit) -> None:
    found.reference(f"{field}.reference", f"{label}: reference", unit.reference, mapping.REFERENCE)
    found.one_of(f"{field}.kind", f"{label}: kind", unit.kind, mapping.KIND_CODES)
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
        limit=mapping.DESCRIPTION_MAX,
        required=True,
    )
