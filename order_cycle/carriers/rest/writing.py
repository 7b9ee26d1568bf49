"""Helps to write the JSON of a request."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: contracts know absent fields, not null or blank ones.

    No and zero are said.
    """
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def plain(number: Decimal) -> str:
    """Return a number without exponent and without zeros at its end."""
    return f"{number.normalize():f}"
