"""Sendcloud: what keeps a shipment from being sent, all of it at once.

What the carrier behind a shipping option takes, only Sendcloud knows; it says so in a refusal.
"""

import re
from collections.abc import Mapping

from ..address_checks import EMAIL, PHONE
from ..customs_union import needs_customs
from ..dto import Address, Commodity, Parcel, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings, clean
from . import mapping, returns, tables

_INCOTERM = re.compile(r"incoterm=([a-z]{3})")


def booking_problems(
    request: ShipmentRequest, settings: Mapping[str, str]
) -> tuple[FieldProblem, ...]:
    """Return the problems of a request that is to be booked."""
    found = Findings()
    found.reference("request_ref", "Our reference", request.request_ref, tables.REFERENCE)
    found.one_of("label_format", "Label format", request.label_format, tables.MIME_TYPES)
    _check_service(found, request, settings)
    _check_party(found, "sender", "Sender", request.sender)
    _check_party(found, "receiver", "Receiver", request.receiver)
    _check_parcels(found, request.parcels)
    _check_extras(found, request)
    if request.is_return and len(request.parcels) > 1:
        text = "A return of Sendcloud has one weight, so it is one parcel. Make a return for each."
        found.add("parcels", "over_limit", text)
    if needs_customs(request):
        _check_customs(found, request)
    return found.problems()


def account_problems(settings: Mapping[str, str]) -> str:
    """Return what is wrong with the settings of the account, or an empty text."""
    if settings["contract_id"] and not tables.CONTRACT.fullmatch(settings["contract_id"]):
        return "The contract of the Sendcloud account is a number. Correct it."
    return ""


def _check_service(found: Findings, request: ShipmentRequest, settings: Mapping[str, str]) -> None:
    if not found.need("service", "Shipping option", request.service):
        return
    option = request.service
    if request.is_return:
        option = returns.return_option(request, dict(settings))
        if option == tables.BY_RULES:
            text = (
                "Shipping rules choose for no return. Fill in the shipping option of returns on "
                "the account."
            )
            found.add("service", "not_offered", text)
            return
    if option == tables.BY_RULES:
        return
    found.text("service", "Shipping option", option, limit=tables.OPTION_MAX, required=True)
    found.matches(
        "service", "Shipping option", option, tables.OPTION, example="postnl:standard/signature"
    )


def _check_party(found: Findings, field: str, label: str, address: Address) -> None:
    for name, word, limit, required in (
        ("name", "name", tables.NAME_MAX, True),
        ("company_name", "company", tables.COMPANY_MAX, False),
        ("street", "street", tables.LINE_MAX, True),
        ("street2", "second street line", tables.LINE_MAX, False),
        ("zip_code", "postcode", tables.ZIP_MAX, True),
        ("city", "city", tables.CITY_MAX, True),
        ("phone", "phone", tables.PHONE_MAX, False),
        ("email", "e-mail", tables.EMAIL_MAX, False),
        ("tax_id", "tax number", tables.TAX_NUMBER_MAX, False),
        ("eori", "customs number", tables.TAX_NUMBER_MAX, False),
    ):
        text = getattr(address, name)
        found.text(f"{field}.{name}", f"{label}: {word}", text, limit=limit, required=required)
    for name, word, pattern, example in (
        ("phone", "phone", PHONE, "+39 045 800100"),
        ("email", "e-mail", EMAIL, "ann@example.com"),
        ("country_code", "country", tables.COUNTRY, "IT"),
    ):
        text = getattr(address, name)
        found.matches(f"{field}.{name}", f"{label}: {word}", text, pattern, example=example)
    found.need(f"{field}.country_code", f"{label}: country", address.country_code)
    text = mapping.state(address)
    found.text(
        f"{field}.state_code", f"{label}: state", text, limit=tables.STATE_MAX, required=False
    )


def _check_parcels(found: Findings, parcels: tuple[Parcel, ...]) -> None:
    if not parcels:
        found.add("parcels", "missing", "This carrier takes parcels, not pallets.")
    if len(parcels) > tables.PARCELS_MAX:
        text = f"There are {len(parcels)} parcels; the carrier takes {tables.PARCELS_MAX} at once."
        found.add("parcels", "over_limit", text)
    for index, parcel in enumerate(parcels):
        field, label = f"parcels[{index}]", f"Parcel {parcel.reference}"
        if parcel.weight_grams <= 0:
            text = f"{label}: weight must be more than zero."
            found.add(f"{field}.weight_grams", "not_positive", text)
        _check_sides(found, field, label, parcel)


def _check_sides(found: Findings, field: str, label: str, parcel: Parcel) -> None:
    """All three or none; the contract knows no largest one."""
    sides = {name: getattr(parcel, f"{name}_mm") for name in mapping.SIDES}
    if set(sides.values()) == {None}:
        return
    for name, side in sides.items():
        if side is None:
            found.need(f"{field}.{name}_mm", f"{label}: {name}", None)
        elif side <= 0:
            text = f"{label}: {name} must be more than zero."
            found.add(f"{field}.{name}_mm", "not_positive", text)


def _check_extras(found: Findings, request: ShipmentRequest) -> None:
    for index in range(len(request.accessorials)):
        text = "With Sendcloud, extra services are part of a shipping option. Choose such a one."
        found.add(f"accessorials[{index}]", "not_offered", text)
    if request.cash_on_delivery:
        text = "Sendcloud has no field for cash on delivery. Let it be paid another way."
        found.add("cash_on_delivery", "not_offered", text)
    if request.is_return and request.service_point:
        text = "A return goes to an address. Leave the service point out."
        found.add("service_point", "not_offered", text)
    found.text(
        "instructions",
        "Instructions",
        request.instructions,
        limit=tables.NOTE_MAX,
        required=False,
    )
    found.cents("goods_value", "Value of the goods", request.goods_value)
    if request.insured_value:
        _check_insured(found, request)


def _check_insured(found: Findings, request: ShipmentRequest) -> None:
    value = request.insured_value
    found.cents("insured_value", "Insured value", value)
    if value.currency != tables.INSURED_CURRENCY:
        text = f"Sendcloud insures in {tables.INSURED_CURRENCY}, not in {value.currency}."
        found.add("insured_value", "wrong_currency", text)
    elif not tables.INSURED_MIN <= value.amount <= tables.INSURED_MAX:
        text = (
            f"Sendcloud insures from {tables.INSURED_MIN} to {tables.INSURED_MAX} "
            f"{tables.INSURED_CURRENCY}, not {value.amount}."
        )
        found.add("insured_value", "over_limit", text)
    if len(request.parcels) > 1:
        text = (
            "Sendcloud insures each parcel for itself, and nobody said what each is worth. Ship "
            "insured parcels one by one."
        )
        found.add("insured_value", "not_offered", text)


def _check_customs(found: Findings, request: ShipmentRequest) -> None:
    goods = request.commodities
    if not goods:
        text = "Goods that leave the customs union need a line for each kind, with its value."
        found.add("commodities", "missing", text)
    if len(goods) > tables.ITEMS_MAX:
        found.add("commodities", "over_limit", "There are too many lines for the customs.")
    if len(request.parcels) > 1:
        text = (
            "The customs want to know which goods are in which parcel. Ship parcels that cross a "
            "customs border one by one."
        )
        found.add("parcels", "over_limit", text)
    found.text(
        "invoice_ref",
        "Invoice number",
        request.invoice_ref,
        limit=tables.INVOICE_MAX,
        required=True,
    )
    if not request.is_return:
        found.one_of(
            "contents_type", "Reason for export", request.contents_type, tables.EXPORT_REASONS
        )
    _check_states(found, request)
    _check_incoterm(found, request)
    for index, item in enumerate(goods):
        _check_item(found, f"commodities[{index}]", f"Goods line {index + 1}", item)


def _check_states(found: Findings, request: ShipmentRequest) -> None:
    if request.receiver.country_code in tables.STATE_NEEDED:
        found.need("receiver.state_code", "Receiver: state", request.receiver.state_code)


def _check_incoterm(found: Findings, request: ShipmentRequest) -> None:
    """An option may have its own incoterm, e.g. ``dhl_express:worldwide/incoterm=dap``."""
    own = _INCOTERM.search(request.service)
    if own and request.incoterm and own[1] != request.incoterm.lower():
        text = (
            f"The shipping option is for {own[1].upper()} and the goods travel "
            f"{request.incoterm}. Choose another one."
        )
        found.add("incoterm", "not_offered", text)


def _check_item(found: Findings, field: str, label: str, item: Commodity) -> None:
    found.text(
        f"{field}.description",
        f"{label}: description",
        item.description,
        limit=tables.DESCRIPTION_MAX,
        required=True,
    )
    for name, word, pattern, example in (
        ("hs_code", "tariff number", tables.HS_CODE, "847130"),
        ("origin_country", "country of origin", tables.COUNTRY, "IT"),
    ):
        value = getattr(item, name)
        found.need(f"{field}.{name}", f"{label}: {word}", clean(value))
        found.matches(f"{field}.{name}", f"{label}: {word}", value, pattern, example=example)
    if item.quantity < 1 or item.quantity != int(item.quantity):
        text = f"{label}: quantity {item.quantity} must be a whole number above zero."
        found.add(f"{field}.quantity", "wrong_form", text)
    for name, word in (("weight_grams", "weight"), ("unit_value", "value")):
        if getattr(item, name) <= 0:
            text = f"{label}: the {word} must be more than zero."
            found.add(f"{field}.{name}", "not_positive", text)
