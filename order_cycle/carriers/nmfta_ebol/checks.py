"""eBOL: what keeps a shipment from being sent, all of it at once."""

from ..address_checks import AddressRules, check_address
from ..dto import Address, HandlingUnit, Money, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings, clean
from . import mapping, tables

PARTY = AddressRules(
    limits={
        "name": tables.TEXT_MAX,
        "company_name": tables.TEXT_MAX,
        "street": tables.TEXT_MAX,
        "street2": tables.TEXT_MAX,
        "city": tables.CITY_MAX,
        "zip_code": tables.ZIP_MAX,
        "email": tables.EMAIL_MAX,
    },
    required=frozenset({"name", "street", "city", "zip_code", "state_code", "phone"}),
    countries=tables.COUNTRIES,
    # Ten digits are asked for below.
    phone=None,
    email=None,
)


def booking_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.reference("request_ref", "Our reference", request.request_ref, tables.REFERENCE)
    found.one_of("service", "Service", request.service, tables.SERVICE_CODES)
    found.one_of("label_format", "Label format", request.label_format, tables.LABEL_FORMATS)
    found.text(
        "instructions",
        "Instructions",
        request.instructions,
        limit=tables.INSTRUCTIONS_MAX,
        required=False,
    )
    _check_party(found, "sender", "Sender", request.sender)
    _check_party(found, "receiver", "Receiver", request.receiver)
    _check_units(found, request.handling_units)
    _check_extras(found, request)
    return found.problems()


def _check_party(found: Findings, field: str, label: str, address: Address) -> None:
    check_address(found, field, label, address, PARTY)
    found.matches(
        f"{field}.state_code", f"{label}: state", address.state_code, tables.STATE, example="NY"
    )
    if clean(address.phone):
        digits = mapping.ten_digits(address)
        if not tables.PHONE.fullmatch(digits):
            text = f"{label}: phone {address.phone!r} needs ten digits, such as 212 555 0123."
            found.add(f"{field}.phone", "wrong_form", text)


def _check_units(found: Findings, units: tuple[HandlingUnit, ...]) -> None:
    if not units:
        found.add("handling_units", "missing", "This carrier takes pallets, not parcels.")
    if len(units) > tables.UNITS_MAX:
        found.add("handling_units", "over_limit", "There are too many units for one shipment.")
    for index, unit in enumerate(units):
        _check_unit(found, f"handling_units[{index}]", f"Unit {unit.reference}", unit)


def _check_unit(found: Findings, field: str, label: str, unit: HandlingUnit) -> None:
    found.one_of(f"{field}.kind", f"{label}: kind", unit.kind, tables.KIND_CODES)
    found.text(
        f"{field}.description",
        f"{label}: description",
        unit.description,
        limit=tables.TEXT_MAX,
        required=True,
    )
    found.within(
        f"{field}.weight_grams",
        f"{label}: weight",
        unit.weight_grams,
        limit=tables.WEIGHT_MAX_GRAMS,
        unit="g",
    )
    found.within(f"{field}.pieces", f"{label}: pieces", unit.pieces, limit=9999, unit="pieces")
    found.sides(field, label, unit, limit_mm=tables.SIDE_MAX_MM, required=True)
    if unit.freight_class:
        found.one_of(
            f"{field}.freight_class",
            f"{label}: freight class",
            unit.freight_class,
            tables.FREIGHT_CLASSES,
        )
    found.matches(f"{field}.nmfc", f"{label}: NMFC", unit.nmfc, tables.NMFC, example="156600-02")


def _check_extras(found: Findings, request: ShipmentRequest) -> None:
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, tables.ACCESSORIAL_CODES)
    _check_money(found, "cash_on_delivery", "Cash on delivery", request.cash_on_delivery)
    _check_money(found, "insured_value", "Insured value", request.insured_value)
    if request.is_return:
        text = "The contract has no returns. Choose another delivery method."
        found.add("is_return", "not_offered", text)
    if request.service_point:
        text = "Freight is delivered to an address, not to a service point."
        found.add("service_point", "not_offered", text)


def _check_money(found: Findings, field: str, label: str, money: Money | None) -> None:
    found.cents(field, label, money)
    if money:
        found.one_of(field, f"{label}: currency", money.currency, tables.CURRENCIES)
