"""UPS: addresses, their lines, and which way a shipment goes."""

from typing import Any

from ..address_checks import street_lines
from ..dto import Address, ShipmentRequest
from ..findings import clean
from . import tables


def is_home(request: ShipmentRequest) -> bool:
    """Tell whether it stays within the United States and Puerto Rico, where rules differ."""
    return {request.sender.country_code, request.receiver.country_code} <= tables.HOME


def lines_of(address: Address) -> list[str]:
    """Return the lines of a street; more than UPS has if it is too long."""
    return street_lines((address.street, address.street2), tables.LINE_MAX)


def place(address: Address) -> dict[str, Any]:
    """Return an address without its people."""
    data = {
        "AddressLine": lines_of(address),
        "City": clean(address.city),
        "StateProvinceCode": clean(address.state_code),
        "PostalCode": postcode(address),
        "CountryCode": address.country_code,
    }
    return {key: value for key, value in data.items() if value}


def postcode(address: Address) -> str:
    """Return the postcode; a US one of nine digits without the dash it has no room for."""
    text = clean(address.zip_code)
    return text.replace("-", "") if len(text) > tables.ZIP_MAX else text


def phone(address: Address) -> str:
    """Return the digits of the number, which is all that counts and all there is room for."""
    return "".join(char for char in address.phone if char.isascii() and char.isdecimal())


def party(address: Address) -> dict[str, Any]:
    """Return a ``ShipTo``, or what a ``Shipper`` has in common with one."""
    data = {
        "Name": clean(address.company_name) or clean(address.name),
        "AttentionName": clean(address.name),
        "TaxIdentificationNumber": clean(address.tax_id),
        "EMailAddress": clean(address.email),
    }
    party = {key: value for key, value in data.items() if value}
    if phone(address):
        party["Phone"] = {"Number": phone(address)}
    return {**party, "Address": place(address)}
