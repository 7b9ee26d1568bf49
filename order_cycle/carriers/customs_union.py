"""Which goods the customs have to be told of: those that leave a country and the EU."""

from .dto import ShipmentRequest

#: ISO 3166-1 alpha-2 of the members of the European Union.
EU = frozenset(
    ("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU")
    + ("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK")
)


def needs_customs(request: ShipmentRequest) -> bool:
    """Tell whether these goods cross a border that has customs."""
    origin, destination = request.sender.country_code, request.receiver.country_code
    return origin != destination and not {origin, destination} <= EU
