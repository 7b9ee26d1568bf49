"""Checks an address against what one carrier can hold. Each carrier brings its own rules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .dto import Address
from .findings import Findings

PHONE = re.compile(r"\+?[0-9 ()./-]{6,20}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

_LABELS = {
    "name": "name",
    "company_name": "company",
    "street": "street",
    "street2": "second street line",
    "zip_code": "postcode",
    "city": "city",
    "state_code": "state",
    "email": "e-mail",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRules:
    """What a carrier takes.

    :param limits: longest text for each field of ``_LABELS`` that the carrier has.
    :param required: fields that must not be empty; ``phone`` may be among them.
    :param countries: served ones.
    """

    limits: Mapping[str, int]
    required: frozenset[str]
    countries: frozenset[str]


def check_address(
    found: Findings, field: str, label: str, address: Address, rules: AddressRules
) -> None:
    """Note everything that is wrong with one party.

    :param field: ``sender`` or ``receiver``; the problems name ``receiver.city`` and so on.
    """
    for name, limit in rules.limits.items():
        found.text(
            f"{field}.{name}",
            f"{label}: {_LABELS[name]}",
            getattr(address, name),
            limit=limit,
            required=name in rules.required,
        )
    _check_country(found, f"{field}.country_code", f"{label}: country", address, rules)
    _check_phone(found, f"{field}.phone", f"{label}: phone", address, rules)
    found.matches(
        f"{field}.email", f"{label}: e-mail", address.email, EMAIL, example="ann@example.com"
    )


def _check_country(
    found: Findings, field: str, label: str, address: Address, rules: AddressRules
) -> None:
    if found.need(field, label, address.country_code):
        found.one_of(field, label, address.country_code, rules.countries)


def _check_phone(
    found: Findings, field: str, label: str, address: Address, rules: AddressRules
) -> None:
    if "phone" in rules.required:
        found.need(field, label, address.phone)
    found.matches(field, label, address.phone, PHONE, example="+39 045 800100")
