"""GLS Spain: what keeps a shipment from being sent, all of it at once."""

from datetime import date

from ..address_checks import AddressRules, check_address
from ..dto import Address, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings, clean
from ..parcel_checks import ParcelRules, check_parcels
from . import mapping
from .info import COUNTRIES, DOMESTIC

PARCELS = ParcelRules(
    count_max=mapping.PARCELS_MAX,
    weight_max_grams=mapping.WEIGHT_MAX_GRAMS,
    side_max_mm=mapping.SIDE_MAX_MM,
)
#: Fields that must have some letters, by errors -108 to -111 and -128 to -131.
_SHORTEST = {
    "street": mapping.TEXT_MIN,
    "city": mapping.TEXT_MIN,
    "zip_code": mapping.ZIP_MIN,
}


def booking_problems(
    request: ShipmentRequest, line_limit: int, today: date
) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked.

    :param line_limit: longest name and address of the account.
    :param today: at the carrier; it takes no earlier day (error -33).
    """
    found = Findings()
    found.one_of("service", "Service", request.service, mapping.SERVICE_CODES)
    found.reference("request_ref", "Our reference", request.request_ref, mapping.REFERENCE)
    found.one_of("label_format", "Label format", request.label_format, mapping.LABEL_FORMATS)
    if request.ship_date < today:
        found.add("ship_date", "in_the_past", "The day of shipping is over; choose a later one.")
    senders = frozenset(mapping.SENDER_COUNTRIES)
    _check_party(found, "sender", "Sender", request.sender, line_limit, senders)
    _check_party(found, "receiver", "Receiver", request.receiver, line_limit, COUNTRIES)
    found.need("receiver.phone", "Receiver: phone", request.receiver.phone)
    check_parcels(found, request.parcels, PARCELS)
    _check_route(found, request)
    _check_money(found, request)
    limit = mapping.INSTRUCTIONS_MAX
    found.text("instructions", "Instructions", request.instructions, limit=limit, required=False)
    _check_not_offered(found, request)
    return found.problems()


def reference_problems(request_ref: str) -> tuple[FieldProblem, ...]:
    """Return the problems of a reference that is to be looked up."""
    found = Findings()
    found.reference("request_ref", "Our reference", request_ref, mapping.REFERENCE)
    return found.problems()


def _check_party(
    found: Findings,
    field: str,
    label: str,
    address: Address,
    line_limit: int,
    countries: frozenset[str],
) -> None:
    rules = AddressRules(
        limits={
            "name": line_limit,
            "company_name": line_limit,
            "city": line_limit,
            "state_code": line_limit,
            "zip_code": mapping.ZIP_MAX,
            "email": 80,
        },
        required=frozenset({"name"}),
        countries=countries,
    )
    check_address(found, field, label, address, rules)
    street = mapping.street(address)
    found.text(f"{field}.street", f"{label}: street", street, limit=line_limit, required=False)
    for name, shortest in _SHORTEST.items():
        if len(clean(getattr(address, name))) < shortest:
            text = f"{label}: {name.replace('_code', '')} needs at least {shortest} characters."
            found.add(f"{field}.{name}", "too_short", text)
    shown = clean(address.company_name) or clean(address.name)
    if clean(address.name) and len(shown) < mapping.TEXT_MIN:
        text = f"{label}: name needs at least {mapping.TEXT_MIN} characters."
        found.add(f"{field}.name", "too_short", text)


def _check_route(found: Findings, request: ShipmentRequest) -> None:
    """Check that the service goes there, and what the European ones demand."""
    country = request.receiver.country_code
    is_euro = request.service in mapping.EURO_SERVICES
    if country in COUNTRIES and is_euro == (country in DOMESTIC):
        text = f"Service {request.service!r} does not go to {country}. Choose another one."
        found.add("service", "not_served", text)
    if not is_euro:
        return
    if len(request.parcels) > 1:
        text = "A shipment abroad has one parcel; book the others on their own."
        found.add("parcels", "over_limit", text)
    grams = sum(parcel.weight_grams for parcel in request.parcels)
    if grams > mapping.EURO_WEIGHT_MAX_GRAMS:
        text = f"The parcel weighs {grams} g; abroad at most {mapping.EURO_WEIGHT_MAX_GRAMS} g."
        found.add("parcels[0].weight_grams", "over_limit", text)
    found.need("receiver.email", "Receiver: e-mail", request.receiver.email)


def _check_money(found: Findings, request: ShipmentRequest) -> None:
    money = request.cash_on_delivery
    found.cents("cash_on_delivery", "Cash on delivery", money)
    if money and money.currency != "EUR":
        text = f"Cash on delivery is in {money.currency}; the carrier takes euros."
        found.add("cash_on_delivery", "wrong_currency", text)
    if money and request.service in mapping.EURO_SERVICES:
        text = "Cash on delivery is not offered abroad by this carrier."
        found.add("cash_on_delivery", "not_offered", text)


def _check_not_offered(found: Findings, request: ShipmentRequest) -> None:
    for field, value, what in (
        ("insured_value", request.insured_value, "Insurance"),
        ("service_point", request.service_point, "Delivery to a shop"),
        ("is_return", request.is_return, "A return at our expense"),
    ):
        if value:
            found.add(field, "not_offered", f"{what} is not offered by this carrier.")
    for index, code in enumerate(request.accessorials):
        text = f"Extra service {code!r} is not offered by this carrier."
        found.add(f"accessorials[{index}]", "not_offered", text)
