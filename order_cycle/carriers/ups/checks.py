"""UPS: what keeps a shipment from being sent, all of it at once."""

from ..dto import Address, Commodity, Parcel, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings, clean
from . import customs, mapping, places, tables
from .info import INFO


def booking_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.reference("request_ref", "Our reference", request.request_ref, tables.REFERENCE)
    found.one_of("service", "Service", request.service, tables.SERVICE_CODES)
    found.one_of("label_format", "Label format", request.label_format, tables.BOOKING_FORMATS)
    _check_party(found, "sender", "Sender", request.sender)
    _check_party(found, "receiver", "Receiver", request.receiver)
    _check_parcels(found, request.parcels)
    _check_extras(found, request)
    if request.is_return and request.service in tables.NOT_FOR_RETURNS:
        text = "UPS offers this service for no return. Choose another one."
        found.add("service", "not_offered", text)
    if customs.needs_customs(request):
        _check_customs(found, request)
    return found.problems()


def quote_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that only asks for a price."""
    found = Findings()
    if request.service:
        found.one_of("service", "Service", request.service, tables.SERVICE_CODES)
    _check_party(found, "sender", "Sender", request.sender)
    _check_party(found, "receiver", "Receiver", request.receiver)
    _check_parcels(found, request.parcels)
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
    if request.closes_at <= request.ready_from:
        text = "The place closes before the goods are ready. Give a later time."
        found.add("closes_at", "wrong_form", text)
    return found.problems()


def _check_party(found: Findings, field: str, label: str, address: Address) -> None:
    found.text(
        f"{field}.name", f"{label}: name", address.name, limit=tables.NAME_MAX, required=True
    )
    for name, word, limit in (
        ("company_name", "company", tables.NAME_MAX),
        ("state_code", "state", tables.STATE_MAX),
        ("email", "e-mail", tables.EMAIL_MAX),
        ("tax_id", "tax number", tables.TAX_ID_MAX),
    ):
        text = getattr(address, name)
        found.text(f"{field}.{name}", f"{label}: {word}", text, limit=limit, required=False)
    found.text(
        f"{field}.city", f"{label}: city", address.city, limit=tables.CITY_MAX, required=True
    )
    _check_street(found, field, label, address)
    found.text(
        f"{field}.zip_code",
        f"{label}: postcode",
        places.postcode(address),
        limit=tables.ZIP_MAX,
        required=address.country_code in tables.STATE_NEEDED | tables.EU,
    )
    if found.need(f"{field}.country_code", f"{label}: country", address.country_code):
        country = address.country_code
        found.matches(
            f"{field}.country_code", f"{label}: country", country, tables.COUNTRY, example="IT"
        )
    if address.country_code in tables.STATE_NEEDED:
        found.need(f"{field}.state_code", f"{label}: state", address.state_code)
    # An address without a phone is of no use to a driver abroad; both ends are asked for one.
    if found.need(f"{field}.phone", f"{label}: phone", places.phone(address)):
        digits = places.phone(address)
        found.text(
            f"{field}.phone", f"{label}: phone", digits, limit=tables.PHONE_MAX, required=True
        )


def _check_street(found: Findings, field: str, label: str, address: Address) -> None:
    lines = places.street_lines(address)
    if not lines:
        found.need(f"{field}.street", f"{label}: street", address.street)
    if len(lines) > tables.LINES_MAX:
        text = (
            f"{label}: the street does not fit into {tables.LINES_MAX} lines of {tables.LINE_MAX} "
            "characters. Shorten it."
        )
        found.add(f"{field}.street", "too_long", text)


def _check_parcels(found: Findings, parcels: tuple[Parcel, ...]) -> None:
    if not parcels:
        found.add("parcels", "missing", "This carrier takes parcels, not pallets.")
    if len(parcels) > tables.PARCELS_MAX:
        text = f"There are {len(parcels)} parcels; the carrier takes {tables.PARCELS_MAX} at once."
        found.add("parcels", "over_limit", text)
    for index, parcel in enumerate(parcels):
        field, label = f"parcels[{index}]", f"Parcel {parcel.reference}"
        found.within(
            f"{field}.weight_grams",
            f"{label}: weight",
            parcel.weight_grams,
            limit=tables.WEIGHT_MAX_GRAMS,
            unit="g",
        )
        found.sides(field, label, parcel, limit_mm=tables.SIDE_MAX_MM, required=False)


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
    if request.is_return or request.sender.country_code not in tables.EU:
        text = "UPS collects cash only for shipments out of the EU, and for no returns."
        found.add("cash_on_delivery", "not_offered", text)
    if not mapping.fixed_amount(request.cash_on_delivery, tables.COD_LENGTH):
        text = (
            f"Cash on delivery {request.cash_on_delivery.amount} does not fit into the five "
            "characters that the carrier has. Round it, or let it be paid another way."
        )
        found.add("cash_on_delivery", "too_long", text)


def _check_customs(found: Findings, request: ShipmentRequest) -> None:
    goods = request.commodities
    if not goods:
        text = "Goods that leave the customs union need a line for each kind, with its value."
        found.add("commodities", "missing", text)
    if len(goods) > tables.PRODUCTS_MAX:
        found.add("commodities", "over_limit", "There are too many lines for the customs.")
    if found.need("incoterm", "Incoterm", request.incoterm):
        found.one_of("incoterm", "Incoterm", request.incoterm, tables.INCOTERMS)
    found.one_of("contents_type", "Reason for export", request.contents_type, tables.REASONS)
    found.text(
        "invoice_ref",
        "Invoice number",
        request.invoice_ref,
        limit=tables.INVOICE_MAX,
        required=False,
    )
    if len({item.currency for item in goods}) > 1:
        text = "The goods have values in several currencies; an invoice has one."
        found.add("commodities", "not_unique", text)
    for index, item in enumerate(goods):
        _check_item(found, f"commodities[{index}]", f"Goods line {index + 1}", item)


def _check_item(found: Findings, field: str, label: str, item: Commodity) -> None:
    if found.need(f"{field}.description", f"{label}: description", item.description):
        lines = customs.product_lines(item.description)
        if len(lines) > tables.PRODUCT_LINES:
            text = (
                f"{label}: the description does not fit into {tables.PRODUCT_LINES} lines of "
                f"{tables.CONTENT_MAX} characters. Shorten it."
            )
            found.add(f"{field}.description", "too_long", text)
    for name, word, pattern, example in (
        ("hs_code", "tariff number", tables.HS_CODE, "847130"),
        ("origin_country", "country of origin", tables.COUNTRY, "IT"),
    ):
        value = getattr(item, name)
        found.need(f"{field}.{name}", f"{label}: {word}", clean(value))
        found.matches(f"{field}.{name}", f"{label}: {word}", value, pattern, example=example)
    if item.quantity <= 0 or item.quantity != int(item.quantity) or item.quantity > 9_999_999:
        text = f"{label}: quantity {item.quantity} must be a whole number of seven digits at most."
        found.add(f"{field}.quantity", "wrong_form", text)
    value = customs.plain(item.unit_value)
    if item.unit_value <= 0:
        text = f"{label}: the value must be more than zero; the customs want one for gifts, too."
        found.add(f"{field}.unit_value", "not_positive", text)
    elif len(value) > tables.VALUE_MAX or len(value.partition(".")[2]) > 6:
        text = f"{label}: the value {value} has more digits than the carrier takes. Round it."
        found.add(f"{field}.unit_value", "wrong_form", text)


def account_problems(account_number: str) -> str:
    """Return what is wrong with the account number, or an empty text."""
    if tables.ACCOUNT.fullmatch(account_number):
        return ""
    return f"The account number of {INFO.label} has six letters and digits. Correct it."
