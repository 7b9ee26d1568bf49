"""What the freight carrier checks beyond the form of a message, with its error codes."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .. import countries, tariff

DAYS_AHEAD = 60
#: Countries where LTL prices depend on the freight class.
_WITH_CLASS = frozenset({"CA", "US"})
_NOT_SERVED = frozenset({"FI", "IE", "NO"})


def objections(shipment: dict[str, Any], *, is_booking: bool) -> list[dict[str, str]]:
    """Return why a shipment is not possible, as ``Error`` elements."""
    return [
        *_place_objections(shipment),
        *_date_objections(shipment),
        *_class_objections(shipment),
        *_cash_objections(shipment),
        *(_service_objections(shipment) if is_booking else ()),
    ]


def rate(service: str, shipment: dict[str, Any]) -> tariff.Rate:
    """Return the rate of a service."""
    origin, destination = (shipment[side]["Country"] for side in ("Shipper", "Consignee"))
    return tariff.FREIGHT[service, countries.zone(origin, destination)]


def price(service: str, shipment: dict[str, Any]) -> Decimal:
    """Return the price in ``tariff.CURRENCY``."""
    accessorials = shipment.get("Accessorials", {}).get("Accessorial", [])
    freight = rate(service, shipment).price(kilograms(shipment))
    return freight + tariff.ACCESSORIAL * len(accessorials)


def units(shipment: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the handling units."""
    return shipment["HandlingUnits"]["HandlingUnit"]


def kilograms(shipment: dict[str, Any]) -> Decimal:
    """Return the weight of all units."""
    return sum(Decimal(unit["WeightKg"]) for unit in units(shipment))


def _place_objections(shipment: dict[str, Any]) -> Iterator[dict[str, str]]:
    for side in ("Shipper", "Consignee"):
        country, postcode = shipment[side]["Country"], shipment[side]["PostalCode"]
        if country not in countries.POSTCODES or country in _NOT_SERVED:
            yield _error("F1001", f"We do not drive to {country}.", f"{side}/Country")
        elif not countries.fits(postcode, country):
            text = f"{postcode} is no postcode of {country}."
            yield _error("F1002", text, f"{side}/PostalCode")


def _date_objections(shipment: dict[str, Any]) -> Iterator[dict[str, str]]:
    day = date.fromisoformat(shipment["ShipDate"][:10])
    # A day of grace: it may still be yesterday where the customer is.
    if not date.today() - timedelta(days=1) <= day <= date.today() + timedelta(days=DAYS_AHEAD):
        yield _error("F1003", f"{day} is not within the next {DAYS_AHEAD} days.", "ShipDate")


def _class_objections(shipment: dict[str, Any]) -> Iterator[dict[str, str]]:
    if not {shipment["Shipper"]["Country"], shipment["Consignee"]["Country"]} & _WITH_CLASS:
        return
    for index, unit in enumerate(units(shipment)):
        if "FreightClass" not in unit:
            field = f"HandlingUnits[{index}]/FreightClass"
            yield _error("F1004", "Freight in North America needs a freight class.", field)


def _cash_objections(shipment: dict[str, Any]) -> Iterator[dict[str, str]]:
    if "CashOnDelivery" in shipment:
        yield _error("F1005", "Cash on delivery is not offered for freight.", "CashOnDelivery")


def _service_objections(shipment: dict[str, Any]) -> Iterator[dict[str, str]]:
    if "Service" not in shipment:
        yield _error("F1006", "Choose a service.", "Service")


def _error(code: str, description: str, field: str) -> dict[str, str]:
    return {"Code": code, "Description": description, "Field": field}
