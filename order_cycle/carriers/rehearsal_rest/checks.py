"""Rehearsal Parcel: what keeps a shipment from being sent, all of it at once."""

from collections.abc import Sequence

from ..address_checks import AddressRules, check_address
from ..customs_checks import check_class, check_value, goods_lines
from ..dto import Address, Commodity, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings
from ..parcel_checks import ParcelRules, check_parcels
from ..rest.writing import plain
from . import mapping
from .info import INFO

_PARTY = {
    "limits": {
        "name": mapping.NAME_MAX,
        "company_name": mapping.NAME_MAX,
        "street": mapping.STREET_MAX,
        "street2": mapping.STREET_MAX,
        "zip_code": mapping.ZIP_MAX,
        "city": mapping.CITY_MAX,
        "state_code": mapping.STATE_MAX,
        "email": mapping.EMAIL_MAX,
    },
    "countries": INFO.countries,
}
SENDER = AddressRules(required=frozenset({"name", "street", "zip_code", "city"}), **_PARTY)
#: The driver rings before he comes, so the receiver needs a phone.
RECEIVER = AddressRules(required=SENDER.required | {"phone"}, **_PARTY)
PARCELS = ParcelRules(
    count_max=mapping.PARCELS_MAX,
    weight_max_grams=mapping.WEIGHT_MAX_GRAMS,
    side_max_mm=mapping.SIDE_MAX_MM,
    content_max=mapping.CONTENT_MAX,
    reference=mapping.REFERENCE,
)
PLACE = AddressRules(
    limits={"zip_code": mapping.ZIP_MAX},
    required=frozenset({"zip_code"}),
    countries=INFO.countries,
)


def booking_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.reference("request_ref", "Our reference", request.request_ref, mapping.REFERENCE)
    if not mapping.KEY.fullmatch(request.idempotency_key):
        found.add("idempotency_key", "wrong_form", "The key must have 8 to 64 letters and digits.")
    found.one_of("service", "Service", request.service, mapping.SERVICE_CODES)
    found.one_of("label_format", "Label format", request.label_format, mapping.LABEL_FORMATS)
    check_address(found, "sender", "Sender", request.sender, SENDER)
    check_address(found, "receiver", "Receiver", request.receiver, RECEIVER)
    _check_parcels(found, request)
    _check_extras(found, request)
    _check_customs(found, request)
    return found.problems()


def quote_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that only asks for a price."""
    found = Findings()
    if request.service:
        found.one_of("service", "Service", request.service, mapping.SERVICE_CODES)
    for field, label in (("sender", "Sender"), ("receiver", "Receiver")):
        party: Address = getattr(request, field)
        check_address(found, field, label, _only_place(party), PLACE)
    _check_parcels(found, request)
    return found.problems()


def pickup_problems(request: PickupRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a pickup that is to be booked or changed."""
    found = Findings()
    found.reference("request_ref", "Our reference", request.request_ref, mapping.REFERENCE)
    check_address(found, "address", "Pickup address", request.address, RECEIVER)
    for field, label, value, limit in (
        ("pieces", "Pieces", request.pieces, mapping.PICKUP_PIECES_MAX),
        ("weight_grams", "Weight", request.weight_grams, mapping.PICKUP_WEIGHT_MAX_GRAMS),
    ):
        found.within(field, label, value, limit=limit, unit="")
    for field, label, limit in (
        ("location", "Location", mapping.LOCATION_MAX),
        ("instructions", "Instructions", mapping.INSTRUCTIONS_MAX),
    ):
        found.text(field, label, getattr(request, field), limit=limit, required=False)
    if len(request.waybill_refs) > mapping.SHIPMENTS_MAX:
        text = f"More than {mapping.SHIPMENTS_MAX} shipments; order two pickups."
        found.add("waybill_refs", "over_limit", text)
    return found.problems()


def manifest_problems(waybill_refs: Sequence[str]) -> tuple[FieldProblem, ...]:
    """Return the problems of a list that is to be closed."""
    found = Findings()
    if not 1 <= len(set(waybill_refs)) <= mapping.SHIPMENTS_MAX:
        text = f"A list has 1 to {mapping.SHIPMENTS_MAX} shipments. Close several lists."
        found.add("waybill_refs", "over_limit", text)
    return found.problems()


def _only_place(party: Address) -> Address:
    """A quote sends no more than this, so no more can be wrong."""
    return Address(
        name="", street="", city="", zip_code=party.zip_code, country_code=party.country_code
    )


def _check_parcels(found: Findings, request: ShipmentRequest) -> None:
    check_parcels(found, request.parcels, PARCELS)
    if len({parcel.reference for parcel in request.parcels}) < len(request.parcels):
        found.add("parcels", "not_unique", "Two parcels have the same reference.")


def _check_extras(found: Findings, request: ShipmentRequest) -> None:
    for index, code in enumerate(request.accessorials):
        found.one_of(f"accessorials[{index}]", "Extra service", code, mapping.OPTION_CODES)
    found.text(
        "instructions",
        "Instructions",
        request.instructions,
        limit=mapping.INSTRUCTIONS_MAX,
        required=False,
    )
    found.cents("goods_value", "Value of the goods", request.goods_value)
    found.cents("cash_on_delivery", "Cash on delivery", request.cash_on_delivery)


def _check_customs(found: Findings, request: ShipmentRequest) -> None:
    if len(request.commodities) > mapping.COMMODITIES_MAX:
        found.add("commodities", "over_limit", "There are too many lines for the customs.")
    for field, label, item in goods_lines(request):
        found.text(
            f"{field}.description",
            f"{label}: description",
            item.description,
            limit=mapping.DESCRIPTION_MAX,
            required=True,
        )
        check_class(found, field, label, item, mapping.HS_CODE, "847130")
        _check_amounts(found, field, label, item)


def _check_amounts(found: Findings, field: str, label: str, item: Commodity) -> None:
    found.within(
        f"{field}.weight_grams",
        f"{label}: weight",
        item.weight_grams,
        limit=mapping.COMMODITY_WEIGHT_MAX_GRAMS,
        unit="g",
    )
    if not mapping.QUANTITY.fullmatch(plain(item.quantity)) or item.quantity <= 0:
        text = f"{label}: quantity {item.quantity} must be above zero, with three decimals at most."
        found.add(f"{field}.quantity", "wrong_form", text)
    check_value(found, field, label, item)
