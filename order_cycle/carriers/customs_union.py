"""Which goods the customs have to be told of: those that leave a country and its customs union."""

from collections.abc import Iterable

from .dto import ShipmentRequest

#: ISO 3166-1 alpha-2 of the members of the European Union.
EU = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU")
    + ("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK")
)


def needs_customs(request: ShipmentRequest, unions: Iterable[frozenset[str]] = (EU,)) -> bool:
    """Tell whether these goods cross a border that has customs.

    :param unions: countries without customs between them, as the carrier sees it.
    """
    return is_customs_border(request.sender.country_code, request.receiver.country_code, unions)


def is_customs_border(
    origin: str, destination: str, unions: Iterable[frozenset[str]] = (EU,)
) -> bool:
    """Tell whether there are customs between two countries."""
    both = {origin, destination}
    return len(both) > 1 and not any(both <= union for union in unions)
