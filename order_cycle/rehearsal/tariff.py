"""Prices and times of the rehearsal carriers: invented, but always the same for the same goods."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CURRENCY = "EUR"
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Price of a shipment = ``base`` + ``per_kg`` for each kilogram; ``days`` on the way."""

    base: Decimal
    per_kg: Decimal
    days: int

    def price(self, kilograms: Decimal) -> Decimal:
        """Return the price in ``CURRENCY``, rounded to the cent."""
        return (self.base + self.per_kg * kilograms).quantize(_CENT, ROUND_HALF_UP)


def _rate(base: str, per_kg: str, days: int) -> Rate:
    return Rate(base=Decimal(base), per_kg=Decimal(per_kg), days=days)


#: (service, zone) -> rate; what is not in the table is not offered.
PARCEL = {
    ("ECO", "domestic"): _rate("4.20", "0.35", 3),
    ("ECO", "union"): _rate("8.90", "0.80", 6),
    ("STD", "domestic"): _rate("5.90", "0.50", 2),
    ("STD", "union"): _rate("12.40", "1.10", 4),
    ("STD", "abroad"): _rate("24.00", "3.20", 7),
    ("EXP", "domestic"): _rate("11.50", "0.90", 1),
    ("EXP", "union"): _rate("26.00", "2.40", 2),
    ("EXP", "abroad"): _rate("48.00", "6.50", 3),
}
FREIGHT = {
    ("Standard", "domestic"): _rate("45.00", "0.12", 2),
    ("Standard", "union"): _rate("95.00", "0.22", 4),
    ("Standard", "abroad"): _rate("180.00", "0.45", 8),
    ("Expedited", "domestic"): _rate("85.00", "0.20", 1),
    ("Expedited", "union"): _rate("170.00", "0.38", 2),
    ("Expedited", "abroad"): _rate("390.00", "0.90", 4),
}
#: Each extra service of the freight carrier.
ACCESSORIAL = Decimal("18.00")
#: Each visit of a driver of the parcel carrier, and of the freight carrier.
PICKUP = Decimal("3.50")
FREIGHT_PICKUP = Decimal("25.00")
