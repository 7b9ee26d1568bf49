"""What the parcel carrier checks beyond the form of a message."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .. import countries, tariff

GIRTH_MAX_CM = 300
DAYS_AHEAD = 30


def objections(shipment: dict[str, Any]) -> list[dict[str, str]]:
    """Return why a shipment is not possible, as entries of an ``ErrorList``."""
    places = list(_place_objections(shipment))
    if places:
        # Price, customs and time depend on the places; they would only add noise.
        return places
    return [
        *_service_objections(shipment),
        *_date_objections(shipment),
        *_customs_objections(shipment),
        *_size_objections(shipment["parcels"]),
    ]


def quote_objections(enquiry: dict[str, Any]) -> list[dict[str, str]]:
    """Return why no price can be given."""
    return [*_place_objections(enquiry), *_size_objections(enquiry["parcels"])]


def rate(service: str, shipment: dict[str, Any]) -> tariff.Rate | None:
    """Return the rate, or None where the service is not offered."""
    origin, destination = (shipment[side]["country"] for side in ("sender", "receiver"))
    return tariff.PARCEL.get((service, countries.zone(origin, destination)))


def kilograms(shipment: dict[str, Any]) -> Decimal:
    """Return the weight of all parcels."""
    return sum(Decimal(parcel["weightKg"]) for parcel in shipment["parcels"])


def _place_objections(shipment: dict[str, Any]) -> Iterator[dict[str, str]]:
    for side in ("sender", "receiver"):
        country, postcode = shipment[side]["country"], shipment[side]["postalCode"]
        if country not in countries.POSTCODES:
            text = f"We do not drive to {country}."
            yield _error("country_not_served", f"{side}.country", text)
        elif not countries.fits(postcode, country):
            text = f"{postcode} is no postcode of {country}."
            yield _error("postcode_mismatch", f"{side}.postalCode", text)


def _service_objections(shipment: dict[str, Any]) -> Iterator[dict[str, str]]:
    if not rate(shipment["service"], shipment):
        text = f"{shipment['service']} is not offered for this destination."
        yield _error("service_not_available", "service", text)
    if "cashOnDelivery" in shipment and _zone(shipment) != "domestic":
        text = "Cash on delivery is offered inside a country only."
        yield _error("cash_on_delivery_not_available", "cashOnDelivery", text)


def _date_objections(shipment: dict[str, Any]) -> Iterator[dict[str, str]]:
    day = date.fromisoformat(shipment["shipDate"])
    # A day of grace: it may still be yesterday where the customer is.
    if not date.today() - timedelta(days=1) <= day <= date.today() + timedelta(days=DAYS_AHEAD):
        text = f"{day} is not within the next {DAYS_AHEAD} days."
        yield _error("ship_date_not_possible", "shipDate", text)


def _customs_objections(shipment: dict[str, Any]) -> Iterator[dict[str, str]]:
    if _zone(shipment) == "abroad" and "customs" not in shipment:
        text = "Goods for this destination need a customs declaration."
        yield _error("customs_missing", "customs", text)


def _size_objections(parcels: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    for index, parcel in enumerate(parcels):
        if Decimal(parcel["weightKg"]) > Decimal("31.5"):
            yield _error("too_heavy", f"parcels[{index}].weightKg", "31.5 kg is the limit.")
        size = parcel.get("dimensions")
        if size and _girth(size) > GIRTH_MAX_CM:
            text = f"Length and girth together are {_girth(size)} cm; {GIRTH_MAX_CM} is the limit."
            yield _error("too_big", f"parcels[{index}].dimensions", text)


def _girth(size: dict[str, int]) -> int:
    """Return the longest side plus the way round the other two, in cm."""
    *round_about, longest = sorted(size.values())
    return longest + 2 * sum(round_about)


def _zone(shipment: dict[str, Any]) -> str:
    return countries.zone(shipment["sender"]["country"], shipment["receiver"]["country"])


def _error(code: str, field: str, message: str) -> dict[str, str]:
    return {"code": code, "field": field, "message": message}
