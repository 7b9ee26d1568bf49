"""DHL Express over SOAP: what all its answers have in common. Pure functions."""

from typing import Any

from ..errors import CarrierProtocolError
from ..storable import is_storable

#: Notification, code: "0=SUCCESS, other value=ERROR". The contract lists none of the others.
SUCCESS = "0"


def errors_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the notifications that report anything but success."""
    return [one for one in data.get("Notification") or [] if one.get("code") != SUCCESS]


def worded(error: dict[str, Any]) -> str:
    """Return a notification as ``code: words``."""
    return f"{error.get('code')}: {error.get('Message') or ''}"


def kept(value: str | None) -> str:
    """Return a text of an answer, empty if there is none or it cannot be kept."""
    text = (value or "").strip()
    return text if is_storable(text) else ""


def incomplete(what: str, remedy: str) -> CarrierProtocolError:
    """Return the error for an answer without something it needs."""
    return CarrierProtocolError(
        f"The carrier's answer lacks {what}, which its contract promises. {remedy}",
        code="answer_incomplete",
    )
