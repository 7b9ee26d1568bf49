"""DHL Express over SOAP: what keeps a shipment from being sent, all of it at once."""

from collections.abc import Mapping

from .. import dhl_express
from ..address_checks import AddressRules
from ..customs_checks import CustomsRules, check_customs
from ..customs_union import needs_customs
from ..dto import ShipmentRequest
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
        "phone": tables.PHONE_MAX,
        "email": tables.EMAIL_MAX,
    },
    required=frozenset({"name", "city", "phone"}),
    phone=None,
    email=None,
)
PARCELS = ParcelRules(
    count_max=tables.PARCELS_MAX,
    weight_max_grams=dhl_express.WEIGHT_MAX_GRAMS,
    side_max_mm=dhl_express.SIDE_MAX_MM,
    needs_sides=True,
    content_max=tables.CONTENT_MAX,
    reference=dhl_express.REFERENCE,
)
CUSTOMS = CustomsRules(
    hs_code=dhl_express.HS_CODE,
    incoterms=tables.INCOTERMS,
    reasons=tables.EXPORT_REASONS,
    description_max=tables.ITEM_MAX,
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
        dhl_express.check_service(found, request)
    _check_all(found, request)
    return found.problems()


def waybill_problems(waybill_ref: str) -> tuple[FieldProblem, ...]:
    """Return why a number cannot be asked about."""
    found = Findings()
    label = "Waybill number"
    if found.need("waybill_ref", label, waybill_ref):
        found.matches("waybill_ref", label, waybill_ref, tables.WAYBILL, example="1234567890")
    return found.problems()


def account_problems(settings: Mapping[str, str]) -> tuple[FieldProblem, ...]:
    """Return which settings of the account have a form the carrier cannot read."""
    found = Findings()
    dhl_express.check_times(found, settings)
    found.matches("currency", "Currency", settings["currency"], tables.CURRENCY, example="EUR")
    found.one_of("incoterm", "Incoterm", settings["incoterm"], tables.INCOTERMS)
    limit = tables.CONTENT_MAX
    text = settings["goods_description"]
    found.text("goods_description", "Description of the goods", text, limit=limit, required=True)
    return found.problems()


def _check_all(found: Findings, request: ShipmentRequest) -> None:
    for field, label in (("sender", "Sender"), ("receiver", "Receiver")):
        party = getattr(request, field)
        dhl_express.check_party(found, field, label, party, PARTY, tables.LINE_MAX)
    check_parcels(found, request.parcels, PARCELS)
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, dhl_express.ACCESSORIAL_CODES)
    found.cents("insured_value", "Insured value", request.insured_value)
    _check_not_offered(found, request)


def _check_not_offered(found: Findings, request: ShipmentRequest) -> None:
    for field, value, what in (
        ("is_return", request.is_return, "A return at our expense"),
        ("cash_on_delivery", request.cash_on_delivery, "Cash on delivery"),
        ("service_point", request.service_point, "Delivery to a service point"),
    ):
        if value:
            found.add(field, "not_offered", f"{what} is not offered by this carrier.")
