"""UPS: what keeps a shipment from being sent, all of it at once."""

from ..address_checks import AddressRules, check_address, check_street
from ..customs_checks import CustomsRules, check_customs, goods_lines
from ..customs_union import EU
from ..dto import Address, Commodity, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings
from ..parcel_checks import ParcelRules, check_parcels
from ..rest.writing import plain
from . import customs, mapping, places, tables
from .info import INFO

PARTY = AddressRules(
    limits={
        "name": tables.NAME_MAX,
        "company_name": tables.NAME_MAX,
        "state_code": tables.STATE_MAX,
        "email": tables.EMAIL_MAX,
        "tax_id": tables.TAX_ID_MAX,
        "city": tables.CITY_MAX,
    },
    required=frozenset({"name", "city"}),
    phone=None,
    email=None,
)
PARCELS = ParcelRules(
    count_max=tables.PARCELS_MAX,
    weight_max_grams=tables.WEIGHT_MAX_GRAMS,
    side_max_mm=tables.SIDE_MAX_MM,
)
#: A Product of InternationalForms has no weight, and its description has lines.
CUSTOMS = CustomsRules(
    hs_code=tables.HS_CODE,
    incoterms=tables.INCOTERMS,
    reasons=tables.REASONS,
    lines_max=tables.PRODUCTS_MAX,
    invoice_max=tables.INVOICE_MAX,
    has_weights=False,
)


def booking_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.reference("request_ref", "Our reference", request.request_ref, tables.REFERENCE)
    found.one_of("service", "Service", request.service, tables.SERVICE_CODES)
    found.one_of("label_format", "Label format", request.label_format, tables.BOOKING_FORMATS)
    _check_party(found, "sender", "Sender", request.sender)
    _check_party(found, "receiver", "Receiver", request.receiver)
    check_parcels(found, request.parcels, PARCELS)
    _check_extras(found, request)
    if request.is_return and request.service in tables.NOT_FOR_RETURNS:
        text = "UPS offers this service for no return. Choose another one."
        found.add("service", "not_offered", text)
    if customs.needs_customs(request):
        check_customs(found, request, CUSTOMS)
        for field, label, item in goods_lines(request):
            _check_product(found, field, label, item)
    return found.problems()


def quote_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that only asks for a price."""
    found = Findings()
    if request.service:
        found.one_of("service", "Service", request.service, tables.SERVICE_CODES)
    _check_party(found, "sender", "Sender", request.sender)
    _check_party(found, "receiver", "Receiver", request.receiver)
    check_parcels(found, request.parcels, PARCELS)
    _check_extras(found, request)
    return found.problems()


def pickup_problems(request: PickupRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a pickup."""
    found = Findings()
    address = request.address
    for name, label, value, limit in (
        ("address.company_name", "Company", address.company_name or address.name, 27),
        ("address.name", "Name", address.name, 22),
        ("address.street", "Street", " ".join((address.street, address.street2)), 73),
        ("address.city", "City", address.city, 50),
        ("address.phone", "Phone", address.phone, 25),
    ):
        found.text(name, label, value, limit=limit, required=True)
    found.text("address.zip_code", "Postcode", address.zip_code, limit=8, required=False)
    found.text("address.country_code", "Country", address.country_code, limit=2, required=True)
    found.text("location", "Place", request.location, limit=11, required=False)
    found.text("instructions", "Instructions", request.instructions, limit=57, required=False)
    found.text("request_ref", "Our reference", request.request_ref, limit=35, required=False)
    found.within("pieces", "Pieces", request.pieces, limit=999, unit="pieces")
    if request.service:
        found.one_of("service", "Service", request.service, tables.SERVICE_CODES)
    found.hours(request.ready_from, request.closes_at)
    return found.problems()


def _check_party(found: Findings, field: str, label: str, address: Address) -> None:
    check_address(found, field, label, address, PARTY)
    lines = places.lines_of(address)
    check_street(found, field, label, lines, count=tables.LINES_MAX, limit=tables.LINE_MAX)
    found.text(
        f"{field}.zip_code",
        f"{label}: postcode",
        places.postcode(address),
        limit=tables.ZIP_MAX,
        required=address.country_code in tables.STATE_NEEDED | EU,
    )
    if address.country_code in tables.STATE_NEEDED:
        found.need(f"{field}.state_code", f"{label}: state", address.state_code)
    # An address without a phone is of no use to a driver abroad; both ends are asked for one.
    if found.need(f"{field}.phone", f"{label}: phone", places.phone(address)):
        digits = places.phone(address)
        found.text(
            f"{field}.phone", f"{label}: phone", digits, limit=tables.PHONE_MAX, required=True
        )


def _check_extras(found: Findings, request: ShipmentRequest) -> None:
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, tables.ACCESSORIALS)
    if request.service_point:
        text = "UPS needs more of an access point than its number. Deliver to an address."
        found.add("service_point", "not_offered", text)
    found.cents("insured_value", "Insured value", request.insured_value)
    found.cents("cash_on_delivery", "Cash on delivery", request.cash_on_delivery)
    if request.cash_on_delivery:
        _check_cod(found, request)


def _check_cod(found: Findings, request: ShipmentRequest) -> None:
    """Shipping, ShipmentServiceOptions.COD: of the EU only, not for returns, 5 characters."""
    if request.is_return or request.sender.country_code not in EU:
        text = "UPS collects cash only for shipments out of the EU, and for no returns."
        found.add("cash_on_delivery", "not_offered", text)
    if not mapping.fixed_amount(request.cash_on_delivery, tables.COD_LENGTH):
        text = (
            f"Cash on delivery {request.cash_on_delivery.amount} does not fit into the five "
            "characters that the carrier has. Round it, or let it be paid another way."
        )
        found.add("cash_on_delivery", "too_long", text)


def _check_product(found: Findings, field: str, label: str, item: Commodity) -> None:
    if found.need(f"{field}.description", f"{label}: description", item.description):
        lines = customs.product_lines(item.description)
        if len(lines) > tables.PRODUCT_LINES:
            text = (
                f"{label}: the description does not fit into {tables.PRODUCT_LINES} lines of "
                f"{tables.CONTENT_MAX} characters. Shorten it."
            )
            found.add(f"{field}.description", "too_long", text)
    if item.quantity > tables.QUANTITY_MAX:
        text = f"{label}: quantity {item.quantity} has more than seven digits."
        found.add(f"{field}.quantity", "wrong_form", text)
    value = plain(item.unit_value)
    if len(value) > tables.VALUE_MAX or len(value.partition(".")[2]) > tables.VALUE_DECIMALS:
        text = f"{label}: the value {value} has more digits than the carrier takes. Round it."
        found.add(f"{field}.unit_value", "wrong_form", text)


def account_problems(account_number: str) -> str:
    """Return what is wrong with the account number, or an empty text."""
    if tables.ACCOUNT.fullmatch(account_number):
        return ""
    return f"The account number of {INFO.label} has six letters and digits. Correct it."
