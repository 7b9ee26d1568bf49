"""Purolator E-Ship: what keeps a shipment or a pickup from being sent, all of it at once.

The XSD states no lengths and calls nearly everything nillable, so these are the carrier's own
rules as far as they are known, and ours.
"""

import re

from ..address_checks import AddressRules, check_address
from ..dto import Address, Commodity, Money, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings, clean
from . import mapping, parties
from .countries import COUNTRIES
from .options import Options

#: Countries with provinces or states that an address must name.
WITH_STATES = frozenset({"CA", "US"})
_POSTCODES = {
    "CA": (re.compile(r"[A-Z]\d[A-Z]\d[A-Z]\d"), "L4W 5M8"),
    "US": (re.compile(r"\d{5}(?:-?\d{4})?"), "10001"),
}
_STATE = re.compile(r"[A-Za-z]{2}")
HOME = frozenset({"CA"})


def booking_problems(request: ShipmentRequest, options: Options) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.one_of("service", "Service", request.service, mapping.SERVICE_CODES)
    _check_shipment(found, request, options)
    return found.problems()


def quote_problems(request: ShipmentRequest, options: Options) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that only asks for a price."""
    found = Findings()
    if request.service:
        found.one_of("service", "Service", request.service, mapping.SERVICE_CODES)
    _check_shipment(found, request, options)
    return found.problems()


def pickup_problems(request: PickupRequest, options: Options) -> tuple[FieldProblem, ...]:
    """Return the problems of a pickup."""
    found = Findings()
    check_party(found, "address", "Address", request.address, options, HOME)
    found.within("pieces", "Pieces", request.pieces, limit=9_999, unit="pieces")
    found.within("weight_grams", "Weight", request.weight_grams, limit=20_000_000, unit="g")
    if request.closes_at <= request.ready_from:
        found.add("closes_at", "not_after", "The place closes before the goods are ready.")
    return found.problems()


def check_party(
    found: Findings,
    field: str,
    label: str,
    address: Address,
    options: Options,
    countries: frozenset[str],
) -> None:
    """Note everything that is wrong with one address, for parcels and for freight."""
    limit = options.line_limit
    rules = AddressRules(
        limits={"name": limit, "company_name": limit, "city": limit, "email": 80},
        required=frozenset({"name", "city", "phone"}),
        countries=countries,
    )
    check_address(found, field, label, address, rules)
    _check_street(found, field, label, address, limit)
    if clean(address.phone) and not parties.phone(address):
        text = f"{label}: phone {address.phone!r} must be whole, abroad with + and country code."
        found.add(f"{field}.phone", "wrong_form", text)
    _check_place(found, field, label, address)


def check_reference(found: Findings, request: ShipmentRequest) -> None:
    """Note what is wrong with our own reference."""
    found.reference("request_ref", "Our reference", request.request_ref, mapping.REFERENCE)


def not_offered(found: Findings, field: str, what: str) -> None:
    """Note that this carrier does not do something."""
    found.add(field, "not_offered", f"{what} is not offered by this carrier.")


def _check_street(found: Findings, field: str, label: str, address: Address, limit: int) -> None:
    if not found.need(f"{field}.street", f"{label}: street", address.street):
        return
    _number, lines = parties.street(address, limit)
    if not lines or len(lines) > parties.LINES or any(len(line) > limit for line in lines):
        text = (
            f"{label}: the street does not fit into {parties.LINES} lines of {limit} characters. "
            "Shorten it."
        )
        found.add(f"{field}.street", "too_long", text)


def _check_place(found: Findings, field: str, label: str, address: Address) -> None:
    country = address.country_code
    if country in WITH_STATES and found.need(
        f"{field}.state_code", f"{label}: state", address.state_code
    ):
        found.matches(
            f"{field}.state_code", f"{label}: state", address.state_code, _STATE, example="ON"
        )
    if country in _POSTCODES:
        pattern, example = _POSTCODES[country]
        code = parties.postcode(address) or ""
        if found.need(f"{field}.zip_code", f"{label}: postcode", code):
            found.matches(f"{field}.zip_code", f"{label}: postcode", code, pattern, example=example)


def _check_shipment(found: Findings, request: ShipmentRequest, options: Options) -> None:
    check_reference(found, request)
    found.one_of("label_format", "Label format", request.label_format, mapping.LABEL_FORMATS)
    receivers = HOME if request.is_return else COUNTRIES
    # ReturnsManagementShipment has no customs data: returns stay inside Canada.
    check_party(found, "sender", "Sender", request.sender, options, HOME)
    check_party(found, "receiver", "Receiver", request.receiver, options, receivers)
    _check_service(found, request)
    _check_parcels(found, request)
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, mapping.OPTION_CODES)
    limit = mapping.TEXT_MAX
    found.text("instructions", "Instructions", request.instructions, limit=limit, required=False)
    _check_money(found, request)
    if request.service_point:
        not_offered(found, "service_point", "Delivery to a shop")
    if request.receiver.country_code not in ("", "CA"):
        _check_customs(found, request)


def _check_service(found: Findings, request: ShipmentRequest) -> None:
    country = request.receiver.country_code
    fitting = mapping.services_to(country)
    if request.service in mapping.SERVICE_CODES and request.service not in fitting:
        options = ", ".join(sorted(fitting))
        text = f"Service {request.service!r} does not go to {country}. Choose one of: {options}."
        found.add("service", "not_served", text)


def _check_parcels(found: Findings, request: ShipmentRequest) -> None:
    if not request.parcels:
        found.add("parcels", "missing", "This carrier takes parcels, not pallets.")
    if len(request.parcels) > mapping.PARCELS_MAX:
        text = f"There are {len(request.parcels)} parcels; book at most {mapping.PARCELS_MAX}."
        found.add("parcels", "over_limit", text)
    for index, parcel in enumerate(request.parcels):
        field, label = f"parcels[{index}]", f"Parcel {parcel.reference}"
        found.within(
            f"{field}.weight_grams",
            f"{label}: weight",
            parcel.weight_grams,
            limit=mapping.WEIGHT_MAX_GRAMS,
            unit="g",
        )
        found.sides(field, label, parcel, limit_mm=mapping.SIDE_MAX_MM, required=False)
        limit = mapping.TEXT_MAX
        found.text(
            f"{field}.content", f"{label}: content", parcel.content, limit=limit, required=False
        )


def _check_money(found: Findings, request: ShipmentRequest) -> None:
    if request.cash_on_delivery:
        # ExpressCheque is an option of a contract; its values are not in the WSDL.
        not_offered(found, "cash_on_delivery", "Cash on delivery")
    _check_declared(found, request.insured_value)


def _check_declared(found: Findings, value: Money | None) -> None:
    found.cents("insured_value", "Insured value", value)
    if value and value.currency != "CAD":
        text = f"The insured value is in {value.currency}; the carrier takes Canadian dollars."
        found.add("insured_value", "wrong_currency", text)


def _check_customs(found: Findings, request: ShipmentRequest) -> None:
    if found.need("incoterm", "Incoterm", request.incoterm):
        found.one_of("incoterm", "Incoterm", request.incoterm, mapping.INCOTERMS)
    found.one_of("contents_type", "Reason of export", request.contents_type, mapping.EXPORT_TYPES)
    if not request.commodities:
        found.add("commodities", "missing", "The customs want to know what is inside.")
    if len({line.currency for line in request.commodities}) > 1:
        found.add("commodities", "not_unique", "All goods must be in one currency.")
    for index, line in enumerate(request.commodities):
        _check_commodity(found, f"commodities[{index}]", f"Goods line {index + 1}", line)


def _check_commodity(found: Findings, field: str, label: str, line: Commodity) -> None:
    found.text(
        f"{field}.description",
        f"{label}: description",
        line.description,
        limit=mapping.TEXT_MAX,
        required=True,
    )
    if found.need(f"{field}.hs_code", f"{label}: tariff number", line.hs_code):
        found.matches(
            f"{field}.hs_code",
            f"{label}: tariff number",
            line.hs_code,
            mapping.HS_CODE,
            example="9403.20",
        )
    if found.need(f"{field}.origin_country", f"{label}: country of origin", line.origin_country):
        found.one_of(
            f"{field}.origin_country", f"{label}: country of origin", line.origin_country, COUNTRIES
        )
    found.one_of(f"{field}.currency", f"{label}: currency", line.currency, mapping.DUTY_CURRENCIES)
    if line.quantity != line.quantity.to_integral_value() or line.quantity <= 0:
        text = f"{label}: quantity {line.quantity} must be a whole number above zero."
        found.add(f"{field}.quantity", "wrong_form", text)
    if line.unit_value <= 0:
        found.add(f"{field}.unit_value", "not_positive", f"{label}: value must be above zero.")
