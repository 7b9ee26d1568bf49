"""Purolator E-Ship: addresses and phones, ours into theirs. Pure functions.

The type Address is the same in all services. It wants the number of a house apart from its
street and a phone in three parts; its XSD has no lengths (see the setting ``line_limit``).
"""

import re
from typing import Any

from ..address_checks import street_lines
from ..dto import Address
from ..findings import clean

#: StreetName, StreetAddress2, StreetAddress3.
LINES = 3
#: Countries of the North American numbering plan where a phone may lack its "+1".
HOME = frozenset({"CA", "US", "PR"})

_HOUSE_NUMBER = re.compile(r"(\d{1,6}[A-Za-z]?)\s+(\S.*)")
#: Calling codes of one and of two digits (ITU-T E.164); all others have three.
_ONE_DIGIT = frozenset("17")
_TWO_DIGITS = frozenset(
    re.findall(
        "..",
        "2027303132333436394041434445464748495152535455565758606162636465668182848690919293949598",
    )
)


def to_address(address: Address, limit: int) -> dict[str, Any]:
    """Return an ``Address``; ``limit`` is the longest street line."""
    number, lines = street(address, limit)
    first, second, third, *_none = [*lines, *([None] * LINES)]
    return {
        "Name": clean(address.name),
        "Company": clean(address.company_name) or None,
        "StreetNumber": number,
        "StreetName": first,
        "StreetAddress2": second,
        "StreetAddress3": third,
        "City": clean(address.city),
        "Province": clean(address.state_code).upper() or None,
        "Country": address.country_code,
        "PostalCode": postcode(address),
        "PhoneNumber": _phone_number(address),
    }


def to_short_address(address: Address) -> dict[str, Any]:
    """Return a ``ShortAddress``: the place without street and people."""
    return {
        "City": clean(address.city),
        "Province": clean(address.state_code).upper() or None,
        "Country": address.country_code,
        "PostalCode": postcode(address),
    }


def street(address: Address, limit: int) -> tuple[str, list[str]]:
    """Return the house number, if the street begins with it, and the rest in lines.

    A number behind the street stays there: it is how that country writes it.
    """
    text, number = clean(address.street), ""
    match = _HOUSE_NUMBER.fullmatch(text)
    if match:
        number, text = match.groups()
    return number, street_lines((text, address.street2), limit)


def postcode(address: Address) -> str | None:
    """Return the postcode; a Canadian one without its blank."""
    code = clean(address.zip_code)
    if address.country_code == "CA":
        code = code.replace(" ", "").upper()
    return code or None


def phone(address: Address) -> tuple[str, str, str] | None:
    """Return country code, area code and number, or None if the phone cannot be taken apart.

    Abroad, where an area ends is known only there; three digits are put into the middle field.
    """
    text = clean(address.phone)
    digits = re.sub(r"\D", "", text)
    is_international = text.startswith("+") or text.startswith("00")
    digits = digits.removeprefix("00") if text.startswith("00") else digits
    if not is_international and address.country_code in HOME:
        digits = digits if len(digits) == 11 and digits.startswith("1") else f"1{digits}"
    elif not is_international:
        return None
    code = _calling_code(digits)
    area, number = digits[len(code) :][:3], digits[len(code) :][3:]
    is_whole = len(number) == 7 if code == "1" else len(number) >= 2
    return (code, area, number) if is_whole else None


def _calling_code(digits: str) -> str:
    if digits[:1] in _ONE_DIGIT:
        return digits[:1]
    return digits[:2] if digits[:2] in _TWO_DIGITS else digits[:3]


def _phone_number(address: Address) -> dict[str, str] | None:
    parts = phone(address)
    return parts and dict(zip(("CountryCode", "AreaCode", "Phone"), parts, strict=True))
