"""UPS: on-call pickups (Pickup, PickupCreationRequest)."""

from typing import Any

from ..dto import Pickup, PickupRequest
from ..findings import clean
from ..rest.reading import incomplete, optional_text, required
from . import tables
from .answers import money_of

#: "Overweight: any package over 32 kgs"; the parcels' own weights are not known, so the average.
OVERWEIGHT_GRAMS = 32_000
#: CancelBy: 02 = PRN, the number of the pickup.
BY_NUMBER = "02"


def to_pickup(request: PickupRequest, settings: dict[str, str]) -> dict[str, Any]:
    """Return the body of ``Pickup Creation``.

    TotalWeight is left out: its six characters contradict the contract's own example.
    """
    address = request.address
    account, country = settings["account_number"], address.country_code
    service = request.service or settings["pickup_service"]
    piece = {
        "ServiceCode": tables.SERVICE_CODES[service].zfill(3),
        "Quantity": str(request.pieces),
        "DestinationCountryCode": request.destination_country or country,
        "ContainerCode": "01",
    }
    is_heavy = request.weight_grams > OVERWEIGHT_GRAMS * request.pieces
    body = {
        "Request": {"TransactionReference": {"CustomerContext": request.request_ref}},
        "RatePickupIndicator": "Y",
        "Shipper": {"Account": {"AccountNumber": account, "AccountCountryCode": country}},
        "PickupDateInfo": {
            "CloseTime": f"{request.closes_at:%H%M}",
            "ReadyTime": f"{request.ready_from:%H%M}",
            "PickupDate": f"{request.pickup_date:%Y%m%d}",
        },
        "PickupAddress": _address(request),
        "AlternateAddressIndicator": "Y",
        "PickupPiece": [piece],
        "OverweightIndicator": "Y" if is_heavy else "N",
        "PaymentMethod": settings["pickup_payment"],
        "SpecialInstruction": clean(request.instructions),
        "ReferenceNumber": request.request_ref,
    }
    return {"PickupCreationRequest": {key: value for key, value in body.items() if value}}


def read_pickup(data: Any) -> Pickup:
    """Read the answer: its number, and the price if UPS names one."""
    answer = required(data, "PickupCreationResponse", dict)
    prices = answer.get("RateResult")
    price = None
    if isinstance(prices, dict):
        total = optional_text(prices, "GrandTotalOfAllCharge")
        currency = optional_text(prices, "CurrencyCode")
        if total and currency:
            price = money_of({"CurrencyCode": currency, "MonetaryValue": total})
    return Pickup(pickup_ref=required(answer, "PRN", str), price=price)


def check_cancelled(data: Any) -> None:
    """Make sure that the answer of ``Pickup Cancel`` says so."""
    answer = required(data, "PickupCancelResponse", dict)
    status = required(required(answer, "Response", dict), "ResponseStatus", dict)
    if required(status, "Code", str) != "1":
        raise incomplete("ResponseStatus.Code")


def _address(request: PickupRequest) -> dict[str, Any]:
    address = request.address
    data = {
        "CompanyName": clean(address.company_name) or clean(address.name),
        "ContactName": clean(address.name),
        # "Only one AddressLine is allowed."
        "AddressLine": [clean(f"{address.street} {address.street2}")],
        "City": clean(address.city),
        "StateProvince": clean(address.state_code),
        "PostalCode": clean(address.zip_code),
        "CountryCode": address.country_code,
        "ResidentialIndicator": "Y" if address.is_residential else "N",
        "PickupPoint": clean(request.location),
        "Phone": {"Number": clean(address.phone)},
    }
    return {key: value for key, value in data.items() if value}
