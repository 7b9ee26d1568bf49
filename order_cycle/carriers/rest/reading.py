"""Takes required values out of a JSON answer; what is missing is a broken contract."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from dateutil.parser import isoparse

from ..dto import Money
from ..errors import CarrierProtocolError
from ..storable import is_storable, is_storable_amount


def required(data: Any, key: str, kind: type) -> Any:
    """Return ``data[key]``, which must be there and of this type; a text may not be blank.

    A text must be one that can be kept, see ``storable.py``; read files with ``encoded``.

    :raises CarrierProtocolError: it is not; the carrier may have done what was asked.
    """
    value = data.get(key) if isinstance(data, Mapping) else None
    if not isinstance(value, kind) or value == "":
        raise incomplete(key)
    if isinstance(value, str) and not is_storable(value):
        raise incomplete(key)
    return value


def encoded(data: Any, key: str) -> str:
    """Return the text of an encoded file, which may be long and must be there."""
    value = data.get(key) if isinstance(data, Mapping) else None
    if not isinstance(value, str) or not value:
        raise incomplete(key)
    return value


def words(data: Any, key: str) -> str:
    """Return a sentence for people, which must be there; ``Redactor.words`` cleans it."""
    return encoded(data, key)


def optional_text(data: Any, key: str) -> str:
    """Return ``data[key]`` if it is a text that can be kept, else an empty one."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, str) and is_storable(value) else ""


def money(data: Any, key: str) -> Money:
    """Return ``{"amount": "12.40", "currency": "EUR"}`` as ``Money``."""
    node = required(data, key, dict)
    try:
        amount = Decimal(required(node, "amount", str))
        if not is_storable_amount(amount):
            raise incomplete(f"{key}.amount")
        return Money(amount=amount, currency=required(node, "currency", str))
    except (InvalidOperation, TypeError) as error:
        raise incomplete(f"{key}.amount") from error


def moment(data: Any, key: str) -> datetime:
    """Return an RFC 3339 time, which must carry its zone."""
    text = required(data, key, str)
    try:
        value = isoparse(text)
    except ValueError as error:
        raise incomplete(key) from error
    if value.tzinfo is None:
        raise incomplete(key)
    return value


def incomplete(key: str) -> CarrierProtocolError:
    """Return the error for a required value that is missing or has a wrong type."""
    return CarrierProtocolError(
        f"The carrier's answer has no usable {key!r}, which its contract promises. It may have "
        "done what was asked; ask before sending it again.",
        code="answer_incomplete",
    )
