"""How far it is from one address to another, by coordinates or in rough steps. Without Odoo."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0
# Letters of a postal code that name a region, in most countries.
REGION = 2
# Rough steps, the nearest first.
SAME_ZIP, SAME_REGION, SAME_STATE, SAME_COUNTRY, ABROAD = range(5)


@dataclass(frozen=True, kw_only=True)
class Place:
    """An address: what of it tells where it is.

    :param latitude, longitude: degrees; both 0 is "not known"
    """

    latitude: float = 0.0
    longitude: float = 0.0
    country: str = ""
    state: str = ""
    zip: str = ""

    @property
    def is_located(self) -> bool:
        return bool(self.latitude or self.longitude)


def kilometres(one: Place, other: Place) -> float:
    """Return the distance as the crow flies (haversine)."""
    lat, other_lat = radians(one.latitude), radians(other.latitude)
    half_lat = sin((other_lat - lat) / 2) ** 2
    half_lon = sin(radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(half_lat + cos(lat) * cos(other_lat) * half_lon, 1.0)))


def steps(one: Place, other: Place) -> int:
    """Return how far it is in rough steps: postal code, region, state, country, abroad."""
    if not one.country or one.country != other.country:
        return ABROAD
    if one.zip and one.zip == other.zip:
        return SAME_ZIP
    if one.zip[:REGION] and one.zip[:REGION] == other.zip[:REGION]:
        return SAME_REGION
    if one.state and one.state == other.state:
        return SAME_STATE
    return SAME_COUNTRY


def distances(places: dict, target: Place) -> tuple[str, dict]:
    """Return how they were measured, ``km`` or ``steps``, and {key: distance to ``target``}.

    Kilometres only if everybody has coordinates: a step cannot be compared with a kilometre.

    :param places: {key: Place}
    """
    if target.is_located and all(place.is_located for place in places.values()):
        return "km", {key: kilometres(place, target) for key, place in places.items()}
    return "steps", {key: float(steps(place, target)) for key, place in places.items()}
