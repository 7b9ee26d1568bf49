"""The frozen JSON form of a ``ShipmentRequest``.

The request is written to the database before the carrier is called and sent again from
there after a crash, perhaps by a newer release. So a field at its default is left out: a
new optional field does not change what an older row says, nor its hash.
"""

import hashlib
import json
import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from .dto import PickupRequest, ShipmentRequest


def to_json(request: ShipmentRequest) -> str:
    """Return the canonical text: sorted keys, no spaces, ASCII only, amounts as text."""
    return json.dumps(_plain(request), sort_keys=True, separators=(",", ":"))


def from_json(text: str) -> ShipmentRequest:
    """Rebuild the request that ``to_json`` wrote.

    :raises ValueError: not JSON, a field is missing or unknown, or a value has a wrong type.
    """
    try:
        return _rebuild(ShipmentRequest, json.loads(text), "request")
    except (TypeError, ValueError, InvalidOperation, RecursionError) as error:
        raise ValueError(f"This is not a frozen shipment request: {error}") from error


def pickup_to_json(request: PickupRequest) -> str:
    """Return the canonical text of a pickup."""
    return json.dumps(_plain(request), sort_keys=True, separators=(",", ":"))


def pickup_from_json(text: str) -> PickupRequest:
    """Rebuild the request that ``pickup_to_json`` wrote.

    :raises ValueError: as ``from_json``
    """
    try:
        return _rebuild(PickupRequest, json.loads(text), "request")
    except (TypeError, ValueError, InvalidOperation, RecursionError) as error:
        raise ValueError(f"This is not a frozen pickup request: {error}") from error


def payload_hash(request: ShipmentRequest) -> str:
    """Return the SHA-256 of the canonical text, in hexadecimal: equal requests, equal hash."""
    return hashlib.sha256(to_json(request).encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {
            spec.name: _plain(getattr(value, spec.name))
            for spec in fields(value)
            if spec.default is MISSING or getattr(value, spec.name) != spec.default
        }
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _rebuild(hint: Any, value: Any, path: str) -> Any:
    """Read ``value`` as the type that ``hint`` names; ``path`` is for the error text."""
    if get_origin(hint) in (Union, types.UnionType):
        return None if value is None else _rebuild(get_args(hint)[0], value, path)
    if get_origin(hint) is tuple:
        _expect(list, value, path)
        return tuple(_rebuild(get_args(hint)[0], item, path) for item in value)
    if is_dataclass(hint):
        return _rebuild_dataclass(hint, value, path)
    if hint in (Decimal, date, time):
        _expect(str, value, path)
        return Decimal(value) if hint is Decimal else hint.fromisoformat(value)
    _expect(hint, value, path)
    return value


def _rebuild_dataclass(cls: type, value: Any, path: str) -> Any:
    _expect(dict, value, path)
    hints = _hints(cls)
    unknown = sorted(value.keys() - hints.keys())
    if unknown:
        raise ValueError(f"{path} has the unknown field {unknown[0]!r}")
    return cls(**{key: _rebuild(hints[key], item, f"{path}.{key}") for key, item in value.items()})


def _expect(kind: type, value: Any, path: str) -> None:
    # JSON's true is an int for Python; a weight of `true` must not pass for one gram.
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"{path} should be {kind.__name__}, not {type(value).__name__}")


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)
