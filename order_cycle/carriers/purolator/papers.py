"""Purolator E-Ship: papers that are only named by their address (manifests)."""

from urllib.parse import urlsplit

from ..errors import CarrierProtocolError
from .services import Services

_DOMAIN = ".purolator.com"


def fetch(services: Services, url: str) -> bytes:
    """Return the file behind a link of the carrier.

    A link is foreign text: only the carrier's own hosts are asked, and without credentials.

    :raises CarrierError: it leads elsewhere, or nothing came.
    """
    parts = urlsplit(url)
    is_its_own = parts.scheme == "https" and (parts.hostname or "").endswith(_DOMAIN)
    if not is_its_own and parts[:2] != services.place():
        raise CarrierProtocolError(
            "The carrier's manifest lies at an address that is not the carrier's.",
            code="document_unusable",
        )
    answer = services.get("Manifest", url)
    if answer.status != 200:
        raise CarrierProtocolError(
            f"The carrier's manifest could not be fetched (HTTP {answer.status}).",
            code="document_unusable",
        )
    return answer.body
