"""Rehearsal Parcel: what keeps a shipment from being sent, all of it at once."""

from collections.abc import Sequence

from ..address_checks import AddressRules, check_address
from ..dto import Address, Commodity, Parcel, PickupRequest, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings
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
    _check_parcels(found, request.parcels)
    _check_extras(found, request)
    _check_customs(found, request.commodities)
    return found.problems()


def quote_problems(request: ShipmentRequest) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that only asks for a price."""
    found = Findings()
    if request.service:
        found.one_of("service", "Service", request.service, mapping.SERVICE_CODES)
    for field, label in (("sender", "Sender"), ("receiver", "Receiver")):
        party: Address = getattr(request, field)
        check_address(found, field, label, _only_place(party), PLACE)
    _check_parcels(found, request.parcels)
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


def _check_parcels(found: Findings, parcels: tuple[Parcel, ...]) -> None:
    if not parcels:
        found.add("parcels", "missing", "This carrier takes parcels, not pallets.")
    if len(parcels) > mapping.PARCELS_MAX:
        text = f"There are {len(parcels)} parcels; the carrier takes {mapping.PARCELS_MAX} at once."
        found.add("parcels", "over_limit", text)
    if len({parcel.reference for parcel in parcels}) < len(parcels):
        found.add("parcels", "not_unique", "Two parcels have the same reference.")
    for index, parcel in enumerate(parcels):
        _check_parcel(found, f"parcels[{index}]", f"Parcel {parcel.reference}", parcel)


def _check_parcel(found: Findings, field: str, label: str, parcel: Parcel) -> None:
    found.reference(
        f"{field}.reference", f"{label}: reference", parcel.reference, mapping.REFERENCE
    )
    found.within(
        f"{field}.weight_grams",
        f"{label}: weight",
        parcel.weight_grams,
        limit=mapping.WEIGHT_MAX_GRAMS,
        unit="g",
    )
    found.text(
        f"{field}.content",
        f"{label}: content",
        parcel.content,
        limit=mapping.CONTENT_MAX,
        required=False,
    )
    found.sides(field, label, parcel, limit_mm=mapping.SIDE_MAX_MM, required=False)


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


def _check_customs(found: Findings, commodities: tuple[Commodity, ...]) -> None:
    if len(commodities) > mapping.COMMODITIES_MAX:
        found.add("commodities", "over_limit", "There are too many lines for the customs.")
    for index, item in enumerate(commodities):
        field, label = f"commodities[{index}]", f"Goods line {index + 1}"
        found.text(
            f"{field}.description",
            f"{label}: description",
            item.description,
            limit=mapping.DESCRIPTION_MAX,
            required=True,
        )
        for name, word, pattern, example in (
            ("hs_code", "tariff number", mapping.HS_CODE, "847130"),
            ("origin_country", "country of origin", mapping.COUNTRY, "IT"),
        ):
            value = getattr(item, name)
            found.need(f"{field}.{name}", f"{label}: {word}", value)
            found.matches(f"{field}.{name}", f"{label}: {word}", value, pattern, example=example)
        _check_amounts(found, field, label, item)


def _check_amounts(found: Findings, field: str, label: str, item: Commodity) -> None:
    found.within(
        f"{field}.weight_grams",
        f"{label}: weight",
        item.weight_grams,
        limit=mapping.COMMODITY_WEIGHT_MAX_GRAMS,
        unit="g",
    )
    if not mapping.QUANTITY.fullmatch(mapping.plain(item.quantity)) or item.quantity <= 0:
        text = f"{label}: quantity {item.quantity} must be above zero, with three decimals at most."
        found.add(f"{field}.quantity", "wrong_form", text)
    if item.unit_value <= 0:
        text = f"{label}: the value must be more than zero; the customs want one for gifts, too."
        found.add(f"{field}.unit_value", "not_positive", text)
