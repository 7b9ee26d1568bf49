"""MyDHL: what keeps a shipment from being sent, all of it at once."""

from ..customs_union import needs_customs
from ..dto import Address, Commodity, Parcel, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings, clean
from . import places, tables


def booking_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.reference("request_ref", "Our reference", request.request_ref, tables.REFERENCE)
    found.one_of("label_format", "Label format", request.label_format, tables.LABEL_FORMATS)
    found.one_of("service", "Service", request.service, tables.SERVICE_CODES)
    _check_domestic(found, request)
    _check_all(found, request)
    if needs_customs(request):
        _check_customs(found, request)
    return found.problems()


def quote_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that only asks for a price."""
    found = Findings()
    if request.service:
        found.one_of("service", "Service", request.service, tables.SERVICE_CODES)
    _check_all(found, request)
    return found.problems()


def pickup_problems(request: PickupRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a pickup."""
    found = Findings()
    _check_party(found, "address", "Address", request.address)
    found.text("location", "Place", request.location, limit=tables.LOCATION_MAX, required=False)
    found.text(
        "instructions",
        "Instructions",
        request.instructions,
        limit=tables.LOCATION_MAX,
        required=False,
    )
    if request.weight_grams <= 0:
        found.add("weight_grams", "not_positive", "The weight must be more than zero.")
    if request.closes_at <= request.ready_from:
        text = "The place closes before the goods are ready. Give a later time."
        found.add("closes_at", "wrong_form", text)
    return found.problems()


def account_problems(settings) -> tuple[FieldProblem, ...]:
    """Return which settings of the account have a form the carrier cannot read."""
    found = Findings()
    found.matches("ready_time", "Ready time", settings["ready_time"], tables.CLOCK, example="16:00")
    found.matches(
        "gmt_offset", "Time zone", settings["gmt_offset"], tables.OFFSET, example="+01:00"
    )
    found.one_of("incoterm", "Incoterm", settings["incoterm"], tables.INCOTERMS)
    for name, label, limit in (
        ("account_number", "Account number", tables.ACCOUNT_MAX),
        ("goods_description", "Description of the goods", tables.CONTENT_MAX),
    ):
        found.text(name, label, settings[name], limit=limit, required=False)
    return found.problems()


def _check_all(found: Findings, request: ShipmentRequest) -> None:
    _check_party(found, "sender", "Sender", request.sender)
    _check_party(found, "receiver", "Receiver", request.receiver)
    _check_parcels(found, request.parcels)
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, tables.ACCESSORIAL_CODES)
    found.cents("insured_value", "Insured value", request.insured_value)
    if request.cash_on_delivery:
        text = "DHL Express collects no cash here. Let it be paid another way."
        found.add("cash_on_delivery", "not_offered", text)
    if request.service_point:
        text = "Deliveries to service points are not offered. Deliver to an address."
        found.add("service_point", "not_offered", text)


def _check_domestic(found: Findings, request: ShipmentRequest) -> None:
    is_domestic = request.sender.country_code == request.receiver.country_code
    if is_domestic != (request.service == tables.DOMESTIC):
        text = "Express Domestic is for goods that stay in the country, and for these alone."
        found.add("service", "not_served", text)


def _check_party(found: Findings, field: str, label: str, address: Address) -> None:
    for name, word, limit, required in (
        ("name", "name", tables.NAME_MAX, True),
        ("company_name", "company", tables.COMPANY_MAX, False),
        ("city", "city", tables.CITY_MAX, True),
        ("zip_code", "postcode", tables.ZIP_MAX, False),
        ("state_code", "state", tables.STATE_MAX, False),
        ("phone", "phone", tables.PHONE_MAX, True),
        ("email", "e-mail", tables.EMAIL_MAX, False),
        ("tax_id", "tax number", tables.REGISTRATION_MAX, False),
        ("eori", "customs number", tables.REGISTRATION_MAX, False),
    ):
        value = getattr(address, name)
        found.text(f"{field}.{name}", f"{label}: {word}", value, limit=limit, required=required)
    if not clean(address.company_name) and len(clean(address.name)) > tables.COMPANY_MAX:
        text = f"{label}: name is longer than the {tables.COMPANY_MAX} characters of a company."
        found.add(f"{field}.name", "too_long", text)
    _check_street(found, field, label, address)
    if found.need(f"{field}.country_code", f"{label}: country", address.country_code):
        found.matches(
            f"{field}.country_code",
            f"{label}: country",
            address.country_code,
            tables.COUNTRY,
            example="IT",
        )


def _check_street(found: Findings, field: str, label: str, address: Address) -> None:
    lines = places.street_lines(address)
    if not lines:
        found.need(f"{field}.street", f"{label}: street", address.street)
    if len(lines) > tables.LINES_MAX or any(len(line) > tables.LINE_MAX for line in lines):
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
        found.text(
            f"{field}.content",
            f"{label}: content",
            parcel.content,
            limit=tables.CONTENT_MAX,
            required=False,
        )
        found.reference(
            f"{field}.reference", f"{label}: reference", parcel.reference, tables.REFERENCE
        )


def _check_customs(found: Findings, request: ShipmentRequest) -> None:
    goods = request.commodities
    if not goods:
        text = "Goods that leave the customs union need a line for each kind, with its value."
        found.add("commodities", "missing", text)
    if len(goods) > tables.ITEMS_MAX:
        found.add("commodities", "over_limit", "There are too many lines for the customs.")
    if found.need("incoterm", "Incoterm", request.incoterm):
        found.one_of("incoterm", "Incoterm", request.incoterm, tables.INCOTERMS)
    found.one_of("contents_type", "Reason for export", request.contents_type, tables.EXPORT_REASONS)
    found.text(
        "invoice_ref", "Invoice", request.invoice_ref, limit=tables.INVOICE_MAX, required=False
    )
    if len({item.currency for item in goods}) > 1:
        text = "The goods have values in several currencies; an invoice has one."
        found.add("commodities", "not_unique", text)
    for index, item in enumerate(goods):
        _check_item(found, f"commodities[{index}]", f"Goods line {index + 1}", item)


def _check_item(found: Findings, field: str, label: str, item: Commodity) -> None:
    found.text(
        f"{field}.description",
        f"{label}: description",
        item.description,
        limit=tables.ITEM_MAX,
        required=True,
    )
    for name, word, pattern, example in (
        ("hs_code", "tariff number", tables.HS_CODE, "847130"),
        ("origin_country", "country of origin", tables.COUNTRY, "IT"),
    ):
        value = getattr(item, name)
        found.need(f"{field}.{name}", f"{label}: {word}", clean(value))
        found.matches(f"{field}.{name}", f"{label}: {word}", value, pattern, example=example)
    if item.quantity <= 0 or item.quantity != int(item.quantity):
        text = f"{label}: quantity {item.quantity} must be a whole number above zero."
        found.add(f"{field}.quantity", "wrong_form", text)
    if item.unit_value <= 0:
        text = f"{label}: the value must be more than zero; the customs want one for gifts, too."
        found.add(f"{field}.unit_value", "not_positive", text)
    if item.weight_grams <= 0:
        found.add(f"{field}.weight_grams", "not_positive", f"{label}: the weight is missing.")
