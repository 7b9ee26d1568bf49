"""DHL Express: what MyDHL (REST) and expressRateBook (SOAP) have in common."""

import re
from collections.abc import Mapping
from datetime import date

from .address_checks import AddressRules, check_address, check_street, street_lines
from .customs_union import needs_customs
from .dto import Address, ShipmentRequest
from .findings import Findings, clean

LINES_MAX = 3
#: Both contracts allow any weight and size; these are the limits of a parcel (DHL Express, 70 kg).
WEIGHT_MAX_GRAMS = 70_000
SIDE_MAX_MM = 3_000

#: Both contracts give a reference of the customer 35 characters.
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{0,34}")
HS_CODE = re.compile(r"[0-9.]{6,18}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]")

#: Global product codes: (goods that the customs see, all others).
SERVICE_CODES = {
    "express_worldwide": ("P", "U"),
    "express_9": ("E", "K"),
    "express_12": ("Y", "T"),
    "economy_select": ("H", "W"),
    "express_domestic": ("N", "N"),
}
#: Global product code -> our service.
SERVICES = {theirs: ours for ours, codes in SERVICE_CODES.items() for theirs in codes}
_DOMESTIC = "express_domestic"
#: Value added services that are asked for by a code alone.
ACCESSORIAL_CODES = {"signature": "SF", "adult_signature": "SD", "saturday_delivery": "AA"}
INSURANCE = "II"
#: Code of a scan -> ours (tracking_status.csv, service "express"); none says "cancelled".
EVENT_CODES = {
    "SA": "announced",
    "PU": "collected",
    "PL": "in_transit",
    "DF": "in_transit",
    "AF": "in_transit",
    "AR": "in_transit",
    "TR": "in_transit",
    "FD": "in_transit",
    "IC": "in_transit",
    "CR": "in_transit",
    "RR": "in_transit",
    "WC": "out_for_delivery",
    "OK": "delivered",
    "DD": "damaged",
    "BA": "delivery_failed",
    "CA": "delivery_failed",
    "CM": "delivery_failed",
    "MD": "delivery_failed",
    "ND": "delivery_failed",
    "NH": "delivery_failed",
    "CC": "held",
    "CD": "held",
    "HP": "held",
    "OH": "held",
    "UD": "held",
    "MC": "incident",
    "MS": "incident",
    "SS": "incident",
    "DS": "lost",
    "RD": "refused",
    "RT": "returned",
}


def product(request: ShipmentRequest) -> str:
    """Return the global product code, which depends on the customs."""
    return product_code(request.service, is_customs=needs_customs(request))


def product_code(service: str, *, is_customs: bool) -> str:
    """Return the global product code of one of our services."""
    declarable, other = SERVICE_CODES[service]
    return declarable if is_customs else other


def timestamp(day: date, clock: str, settings: Mapping[str, str]) -> str:
    """Return a local time as both contracts write it, ``2026-11-25T16:00:00 GMT+01:00``."""
    return f"{day.isoformat()}T{clock}:00 GMT{settings['gmt_offset']}"


def description(content: str, settings: Mapping[str, str]) -> str:
    """Return what is in a parcel, as far as anybody said."""
    return clean(content) or settings["goods_description"]


def lines_of(address: Address, limit: int) -> list[str]:
    """Return the street in lines the label has room for."""
    return street_lines((address.street, address.street2), limit)


def check_service(found: Findings, request: ShipmentRequest) -> None:
    """Check that there is such a product, and that it goes there."""
    found.one_of("service", "Service", request.service, SERVICE_CODES)
    is_domestic = request.sender.country_code == request.receiver.country_code
    if is_domestic != (request.service == _DOMESTIC):
        text = "Express Domestic is for goods that stay in the country, and for these alone."
        found.add("service", "not_served", text)


def check_party(
    found: Findings,
    field: str,
    label: str,
    address: Address,
    rules: AddressRules,
    line_max: int,
) -> None:
    """Check an address: both contracts want a company of everybody, so a person is one, too."""
    check_address(found, field, label, address, rules)
    company_max = rules.limits["company_name"]
    if not clean(address.company_name) and len(clean(address.name)) > company_max:
        text = f"{label}: name is longer than the {company_max} characters of a company."
        found.add(f"{field}.name", "too_long", text)
    lines = lines_of(address, line_max)
    check_street(found, field, label, lines, count=LINES_MAX, limit=line_max)


def check_times(found: Findings, settings: Mapping[str, str]) -> None:
    """Check the settings that ``timestamp`` is made of."""
    for name, label, pattern, example in (
        ("ready_time", "Ready time", _CLOCK, "16:00"),
        ("gmt_offset", "Time zone", _OFFSET, "+01:00"),
    ):
        found.matches(name, label, settings[name], pattern, example=example)
