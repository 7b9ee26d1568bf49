"""Purolator E-Ship: what keeps a shipment or a pickup from being sent, all of it at once.

The XSD states no lengths and calls nearly everything nillable, so these are the carrier's own
rules as far as they are known, and ours.
"""

import re

from ..address_checks import AddressRules, check_address, check_street
from ..customs_checks import CustomsRules, check_customs, goods_lines
from ..dto import Address, Money, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings, clean
from ..parcel_checks import ParcelRules, check_parcels
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
PARCELS = ParcelRules(
    count_max=mapping.PARCELS_MAX,
    weight_max_grams=mapping.WEIGHT_MAX_GRAMS,
    side_max_mm=mapping.SIDE_MAX_MM,
    content_max=mapping.TEXT_MAX,
)
#: A ContentDetail has no weight. The invoice is only a second reference of ours.
CUSTOMS = CustomsRules(
    hs_code=mapping.HS_CODE,
    hs_example="9403.20",
    incoterms=mapping.INCOTERMS,
    reasons=mapping.EXPORT_TYPES,
    description_max=mapping.TEXT_MAX,
    has_weights=False,
)


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
    found.hours(request.ready_from, request.closes_at)
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
    # StreetName must be there; the second line of ours alone is none.
    if found.need(f"{field}.street", f"{label}: street", address.street):
        _number, lines = parties.street(address, limit)
        check_street(found, field, label, lines, count=parties.LINES, limit=limit)


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
    check_parcels(found, request.parcels, PARCELS)
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, mapping.OPTION_CODES)
    limit = mapping.TEXT_MAX
    found.text("instructions", "Instructions", request.instructions, limit=limit, required=False)
    _check_money(found, request)
    if request.service_point:
        not_offered(found, "service_point", "Delivery to a shop")
    if request.receiver.country_code not in ("", "CA"):
        check_customs(found, request, CUSTOMS)
        _check_goods(found, request)


def _check_service(found: Findings, request: ShipmentRequest) -> None:
    country = request.receiver.country_code
    fitting = mapping.services_to(country)
    if request.service in mapping.SERVICE_CODES and request.service not in fitting:
        options = ", ".join(sorted(fitting))
        text = f"Service {request.service!r} does not go to {country}. Choose one of: {options}."
        found.add("service", "not_served", text)


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


def _check_goods(found: Findings, request: ShipmentRequest) -> None:
    for field, label, line in goods_lines(request):
        country = clean(line.origin_country)
        if country and country not in COUNTRIES:
            text = f"{label}: {country!r} is no country that goods could come from."
            found.add(f"{field}.origin_country", "not_offered", text)
        path, word = f"{field}.currency", f"{label}: currency"
        found.one_of(path, word, line.currency, mapping.DUTY_CURRENCIES)
