"""MyDHL: what keeps a shipment from being sent, all of it at once."""

from collections.abc import Mapping

from .. import dhl_express
from ..address_checks import AddressRules, check_address
from ..customs_checks import CustomsRules, check_customs
from ..customs_union import needs_customs
from ..dto import Address, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings
from ..parcel_checks import ParcelRules, check_parcels
from . import tables

PARTY = AddressRules(
    limits={
        "name": tables.NAME_MAX,
        "company_name": tables.COMPANY_MAX,
        "city": tables.CITY_MAX,
        "zip_code": tables.ZIP_MAX,
        "state_code": tables.STATE_MAX,
        "phone": tables.PHONE_MAX,
        "email": tables.EMAIL_MAX,
        "tax_id": tables.REGISTRATION_MAX,
        "eori": tables.REGISTRATION_MAX,
    },
    required=frozenset({"name", "city", "phone"}),
    phone=None,
    email=None,
)
#: What is asked of an address that is looked up: the place alone.
PLACE = AddressRules(
    limits={"city": tables.CITY_MAX, "zip_code": tables.ZIP_MAX},
    required=frozenset(),
    phone=None,
    email=None,
)
PARCELS = ParcelRules(
    count_max=tables.PARCELS_MAX,
    weight_max_grams=dhl_express.WEIGHT_MAX_GRAMS,
    side_max_mm=dhl_express.SIDE_MAX_MM,
    content_max=tables.CONTENT_MAX,
    reference=dhl_express.REFERENCE,
)
CUSTOMS = CustomsRules(
    hs_code=dhl_express.HS_CODE,
    incoterms=tables.INCOTERMS,
    reasons=tables.EXPORT_REASONS,
    lines_max=tables.ITEMS_MAX,
    description_max=tables.ITEM_MAX,
    invoice_max=tables.INVOICE_MAX,
)


def booking_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.reference("request_ref", "Our reference", request.request_ref, dhl_express.REFERENCE)
    found.one_of("label_format", "Label format", request.label_format, tables.LABEL_FORMATS)
    dhl_express.check_service(found, request)
    _check_all(found, request)
    if needs_customs(request):
        check_customs(found, request, CUSTOMS)
    return found.problems()


def quote_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that only asks for a price."""
    found = Findings()
    if request.service:
        found.one_of("service", "Service", request.service, dhl_express.SERVICE_CODES)
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
    if request.service:
        found.one_of("service", "Service", request.service, dhl_express.SERVICE_CODES)
    found.hours(request.ready_from, request.closes_at)
    return found.problems()


def place_problems(address: Address) -> tuple[FieldProblem, ...]:
    """Return the problems of a receiver that the carrier is to be asked about."""
    found = Findings()
    check_address(found, "receiver", "Receiver", address, PLACE)
    return found.problems()


def account_problems(settings: Mapping[str, str]) -> tuple[FieldProblem, ...]:
    """Return which settings of the account have a form the carrier cannot read."""
    found = Findings()
    dhl_express.check_times(found, settings)
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
    check_parcels(found, request.parcels, PARCELS)
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, dhl_express.ACCESSORIAL_CODES)
    found.cents("insured_value", "Insured value", request.insured_value)
    if request.cash_on_delivery:
        text = "DHL Express collects no cash here. Let it be paid another way."
        found.add("cash_on_delivery", "not_offered", text)
    if request.service_point:
        text = "Deliveries to service points are not offered. Deliver to an address."
        found.add("service_point", "not_offered", text)


def _check_party(found: Findings, field: str, label: str, address: Address) -> None:
    dhl_express.check_party(found, field, label, address, PARTY, tables.LINE_MAX)
