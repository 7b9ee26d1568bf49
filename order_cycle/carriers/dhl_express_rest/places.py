"""MyDHL: our addresses into its parties."""

from typing import Any

from ..dhl_express import lines_of
from ..dto import Address
from ..findings import clean
from ..rest.writing import filled
from . import tables


def party(address: Address) -> dict[str, Any]:
    """Return the details of a shipper or a receiver of a shipment."""
    numbers = registrations(address)
    return {
        **site(address),
        "typeCode": "direct_consumer" if address.is_residential else "business",
        **({"registrationNumbers": numbers} if numbers else {}),
    }


def site(address: Address) -> dict[str, Any]:
    """Return address and contact: all that a pickup knows of a party."""
    lines = lines_of(address, tables.LINE_MAX)
    postal = {
        "cityName": clean(address.city),
        "countryCode": address.country_code,
        "provinceCode": province(address),
    }
    postal |= {f"addressLine{number}": line for number, line in enumerate(lines, start=1)}
    contact = {
        "fullName": clean(address.name),
        "companyName": clean(address.company_name) or clean(address.name),
        "phone": clean(address.phone),
        "email": clean(address.email),
    }
    return {
        # Countries without postcodes send an empty one (minLength 0, required).
        "postalAddress": {"postalCode": clean(address.zip_code), **filled(postal)},
        "contactInformation": filled(contact),
    }


def place(address: Address) -> dict[str, Any]:
    """Return what a quote wants of an address."""
    return {
        "postalCode": clean(address.zip_code),
        "cityName": clean(address.city),
        "countryCode": address.country_code,
    }


def province(address: Address) -> str:
    """Return the state; one character says nothing to the carrier (minLength 2)."""
    state = clean(address.state_code)
    return state if len(state) > 1 else ""


def registrations(address: Address) -> list[dict[str, str]]:
    """Return the numbers the customs know a party by."""
    numbers = {"VAT": clean(address.tax_id), "EOR": clean(address.eori)}
    return [
        {"typeCode": kind, "number": number, "issuerCountryCode": address.country_code}
        for kind, number in numbers.items()
        if number
    ]
