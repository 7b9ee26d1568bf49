"""Checks an address against what one carrier can hold. Each carrier brings its own rules."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .dto import Address
from .findings import Findings, clean

PHONE = re.compile(r"\+?[0-9 ()./-]{6,20}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
#: ISO 3166-1 alpha-2, by its form.
COUNTRY = re.compile(r"[A-Z]{2}")

_LABELS = {
    "name": "name",
    "company_name": "company",
    "street": "street",
    "street2": "second street line",
    "zip_code": "postcode",
    "city": "city",
    "state_code": "state",
    "phone": "phone",
    "email": "e-mail",
    "tax_id": "tax number",
    "eori": "customs number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRules:
    """What a carrier takes.

    :param limits: longest text for each field of ``_LABELS`` that the carrier has.
    :param required: fields of ``_LABELS`` that must not be empty.
    :param countries: served ones; None: whatever has the form of a country.
    :param phone: the form of a phone; None: any text. ``email`` likewise.
    """

    limits: Mapping[str, int]
    required: frozenset[str]
    countries: Iterable[str] | None = None
    phone: re.Pattern[str] | None = PHONE
    email: re.Pattern[str] | None = EMAIL


def check_address(
    found: Findings, field: str, label: str, address: Address, rules: AddressRules
) -> None:
    """Note everything that is wrong with one party.

    :param field: ``sender`` or ``receiver``; the problems name ``receiver.city`` and so on.
    """
    for name, word in _LABELS.items():
        path, value, required = f"{field}.{name}", getattr(address, name), name in rules.required
        if name in rules.limits:
            limit = rules.limits[name]
            found.text(path, f"{label}: {word}", value, limit=limit, required=required)
        elif required:
            found.need(path, f"{label}: {word}", value)
    _check_country(found, f"{field}.country_code", f"{label}: country", address, rules)
    for name, pattern, example in (
        ("phone", rules.phone, "+39 045 800100"),
        ("email", rules.email, "ann@example.com"),
    ):
        if pattern:
            path, word = f"{field}.{name}", f"{label}: {_LABELS[name]}"
            found.matches(path, word, getattr(address, name), pattern, example=example)


def street_lines(texts: Iterable[str], limit: int) -> list[str]:
    """Return the lines of a street, broken between words and nowhere else.

    A word that is longer than a line stays whole, and all lines are returned, however many: it is
    ``check_street`` that says so.

    :param texts: each begins a new line.
    """
    lines: list[str] = []
    for text in texts:
        lines += textwrap.wrap(clean(text), limit, break_long_words=False, break_on_hyphens=False)
    return lines


def check_street(
    found: Findings, field: str, label: str, lines: Sequence[str], *, count: int, limit: int
) -> None:
    """Note that the lines of a street are missing or more than the carrier has room for."""
    path, word = f"{field}.street", f"{label}: street"
    if not lines:
        found.need(path, word, "")
    if len(lines) > count or any(len(line) > limit for line in lines):
        text = f"{label}: the street does not fit into {count} lines of {limit} characters."
        found.add(path, "too_long", f"{text} Shorten it.")


def _check_country(
    found: Findings, field: str, label: str, address: Address, rules: AddressRules
) -> None:
    if not found.need(field, label, address.country_code):
        return
    if rules.countries is None:
        found.matches(field, label, address.country_code, COUNTRY, example="IT")
    else:
        found.one_of(field, label, address.country_code, rules.countries)
