"""Reads a parameter, which is a text on the wire, as the type that its contract names."""

import re
from decimal import Decimal

from .openapi_file import resolve, to_pointer

_INTEGER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_BOOLEANS = {"true": True, "false": False}


def read(document, schema, text):
    """Return the value; a text that does not fit the type stays one, and the schema objects.

    A list is read as comma-separated (OpenAPI 3.0.3, style ``form`` or ``simple``).
    """
    schema = _resolved(document, schema)
    kinds = _kinds(document, schema)
    if "array" in kinds:
        items = schema.get("items", {})
        return [read(document, items, part) for part in text.split(",")]
    if "boolean" in kinds and text in _BOOLEANS:
        return _BOOLEANS[text]
    if "integer" in kinds and _INTEGER.fullmatch(text):
        return int(text)
    if "number" in kinds and _NUMBER.fullmatch(text):
        return Decimal(text) if "." in text else int(text)
    return text


def _resolved(document, schema):
    target = schema.get("$ref")
    return resolve(document, to_pointer(target))[1] if isinstance(target, str) else schema


def _kinds(document, schema):
    """Return the types that a schema allows, a text never counted: it is what there is."""
    kind = schema.get("type", ())
    kinds = {kind} if isinstance(kind, str) else set(kind)
    for name in ("oneOf", "anyOf", "allOf"):
        for branch in schema.get(name, ()):
            kinds |= _kinds(document, _resolved(document, branch))
    return kinds - {"string"} if "string" not in kinds else set()
