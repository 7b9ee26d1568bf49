"""The countries the rehearsal carriers drive to, and what a postcode looks like there."""

import re

POSTCODES = {
    "AR": r"\d{4}|[A-Z]\d{4}[A-Z]{3}",
    "AT": r"\d{4}",
    "BE": r"\d{4}",
    "BR": r"\d{5}-?\d{3}",
    "CA": r"[A-Z]\d[A-Z] ?\d[A-Z]\d",
    "CH": r"\d{4}",
    "CZ": r"\d{3} ?\d{2}",
    "DE": r"\d{5}",
    "DK": r"\d{4}",
    "ES": r"\d{5}",
    "FI": r"\d{5}",
    "FR": r"\d{5}",
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}",
    "GR": r"\d{3} ?\d{2}",
    "HU": r"\d{4}",
    "IE": r"[A-Z]\d[\dW] ?[A-Z\d]{4}",
    "IT": r"\d{5}",
    "LU": r"\d{4}",
    "MX": r"\d{5}",
    "NL": r"\d{4} ?[A-Z]{2}",
    "NO": r"\d{4}",
    "PL": r"\d{2}-?\d{3}",
    "PT": r"\d{4}-?\d{3}",
    "RO": r"\d{6}",
    "SE": r"\d{3} ?\d{2}",
    "SI": r"\d{4}",
    "SK": r"\d{3} ?\d{2}",
    "US": r"\d{5}(-\d{4})?",
    "VE": r"\d{4}",
}
OVERSEAS = frozenset({"AR", "BR", "CA", "MX", "US", "VE"})
#: Within it goods need no customs papers.
CUSTOMS_UNION = frozenset(POSTCODES) - OVERSEAS - {"CH", "GB", "NO"}


def fits(postcode: str, country: str) -> bool:
    """Tell whether a postcode has the form of a served country."""
    return re.fullmatch(POSTCODES[country], postcode.strip().upper()) is not None


def needs_customs(origin: str, destination: str) -> bool:
    """Tell whether goods on this way cross a customs border."""
    return origin != destination and not {origin, destination} <= CUSTOMS_UNION


def zone(origin: str, destination: str) -> str:
    """Return ``domestic``, ``union`` or ``abroad``: what price and time depend on."""
    if origin == destination:
        return "domestic"
    return "abroad" if needs_customs(origin, destination) else "union"
