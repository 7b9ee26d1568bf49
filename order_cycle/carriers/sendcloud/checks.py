"""Sendcloud: what keeps a shipment from being sent, all of it at once.

What the carrier behind a shipping option takes, only Sendcloud knows; it says so in a refusal.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from ..address_checks import AddressRules, check_address
from ..customs_checks import CustomsRules, check_customs
from ..customs_union import needs_customs
from ..dto import Address, ShipmentRequest
from ..errors import FieldProblem
from ..findings import Findings
from ..parcel_checks import ParcelRules, check_parcels
from . import mapping, returns, tables

PARTY = AddressRules(
    limits={
        "name": tables.NAME_MAX,
        "company_name": tables.COMPANY_MAX,
        "street": tables.LINE_MAX,
        "street2": tables.LINE_MAX,
        "zip_code": tables.ZIP_MAX,
        "city": tables.CITY_MAX,
        "phone": tables.PHONE_MAX,
        "email": tables.EMAIL_MAX,
        "tax_id": tables.TAX_NUMBER_MAX,
        "eori": tables.TAX_NUMBER_MAX,
    },
    required=frozenset({"name", "street", "zip_code", "city"}),
)
#: The contract knows no heaviest and no largest parcel: that is up to the carrier behind.
PARCELS = ParcelRules(count_max=tables.PARCELS_MAX, weight_max_grams=None, side_max_mm=None)
#: Each line has a currency of its own, and the incoterm is part of some shipping options.
CUSTOMS = CustomsRules(
    hs_code=tables.HS_CODE,
    reasons=tables.EXPORT_REASONS,
    lines_max=tables.ITEMS_MAX,
    description_max=tables.DESCRIPTION_MAX,
    invoice_max=tables.INVOICE_MAX,
    needs_invoice=True,
    has_one_currency=False,
)
#: "For Returns, this field must always be set to returned_goods", whatever the reason is.
CUSTOMS_OF_RETURNS = replace(CUSTOMS, reasons=None)
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
    check_parcels(found, request.parcels, PARCELS)
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
    check_address(found, field, label, address, PARTY)
    text = mapping.state(address)
    found.text(
        f"{field}.state_code", f"{label}: state", text, limit=tables.STATE_MAX, required=False
    )


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
    check_customs(found, request, CUSTOMS_OF_RETURNS if request.is_return else CUSTOMS)
    if len(request.parcels) > 1:
        text = (
            "The customs want to know which goods are in which parcel. Ship parcels that cross a "
            "customs border one by one."
        )
        found.add("parcels", "over_limit", text)
    if request.receiver.country_code in tables.STATE_NEEDED:
        found.need("receiver.state_code", "Receiver: state", request.receiver.state_code)
    _check_incoterm(found, request)


def _check_incoterm(found: Findings, request: ShipmentRequest) -> None:
    """An option may have its own incoterm, e.g. ``dhl_express:worldwide/incoterm=dap``."""
    own = _INCOTERM.search(request.service)
    if own and request.incoterm and own[1] != request.incoterm.lower():
        text = (
            f"The shipping option is for {own[1].upper()} and the goods travel "
            f"{request.incoterm}. Choose another one."
        )
        found.add("incoterm", "not_offered", text)
